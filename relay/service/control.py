"""The control socket: how an operator's command reaches a running relay. One line of JSON each way.

Owns limits and deadlines of a call. The socket is of mode 0600: whoever can connect is the relay's own system
user.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from keys.encoding import dump_json, load_json
from keys.errors import KeysError
from relay.core.errors import RelayError
from relay.keeper.sockets import connect, listen, unlisten
from relay.logs import Log
from relay.service.desk import ClockNotTrusted, Desk, Fields

LINE_BYTES: Final = 65_536
ASK_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 900.0
"""A sweep of very many rows takes its time."""


class NoRelay(Exception):
    """No relay is running here."""


class Refused(Exception):
    """The relay did not do it; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def serve(desk: Desk, path: Path, log: Log, ready: Callable[[], None]) -> None:
    """Answer commands until cancelled."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(ASK_SECONDS):
                line = await reader.readline()
            writer.write(dump_json(await _answer(desk, line, log)) + b"\n")
            async with asyncio.timeout(ASK_SECONDS):
                await writer.drain()
        except (OSError, TimeoutError, ValueError) as trouble:  # ValueError: a line over the limit
            log.info("control.call_ended", failure=trouble)
        except asyncio.CancelledError:
            pass  # the relay ends: nothing above this task waits for it, and asyncio would report it
        finally:
            writer.close()

    server = await asyncio.start_unix_server(connected, sock=listen(path), limit=LINE_BYTES)
    try:
        ready()
        await asyncio.Event().wait()
    finally:
        server.close()
        unlisten(path)


async def _answer(desk: Desk, line: bytes, log: Log) -> Fields:
    try:
        fields = load_json(line)
        return {"done": await desk.serve(str(fields.pop("verb", "")), fields)}
    except RelayError as refusal:
        return {"refused": refusal.code}
    except KeysError:
        return {"refused": "malformed"}
    except ClockNotTrusted:
        return {"refused": "clock"}
    except Exception as failure:  # noqa: BLE001  (a failing command must not end the relay; its caller is told)
        log.error("control.failed", failure=failure)
        return {"refused": "internal"}


async def ask_one(paths: Sequence[Path], verb: str, fields: Mapping[str, Any]) -> Fields:
    """Ask the first relay that runs, at one of these. Raises NoRelay where there is none, Refused."""
    for path in paths:
        with suppress(NoRelay):
            return await ask(path, verb, fields)
    raise NoRelay


async def ask_all(paths: Sequence[Path], verb: str, fields: Mapping[str, Any]) -> Fields:
    """Ask each relay that runs, whatever the one before it did; what the last one answers. Raises as
    `ask_one`.
    """
    found: Fields | None = None
    refused: Refused | None = None
    for path in paths:
        try:
            found = await ask(path, verb, fields)
        except NoRelay:
            continue
        except Refused as refusal:
            refused = refusal
    if refused is not None:
        raise refused
    if found is None:
        raise NoRelay
    return found


async def ask(path: Path, verb: str, fields: Mapping[str, Any]) -> Fields:
    """Ask a running relay. Raises NoRelay where there is none, Refused where it did not do it."""
    try:
        reader, writer = await connect(path)
    except OSError:
        raise NoRelay from None
    try:
        writer.write(dump_json({**fields, "verb": verb}) + b"\n")
        async with asyncio.timeout(ANSWER_SECONDS):
            answer = json.loads(await reader.readline())
    except (OSError, TimeoutError, ValueError):
        raise Refused("no-answer") from None
    finally:
        writer.close()
    if "done" not in answer:
        raise Refused(str(answer.get("refused", "internal")))
    return dict(answer["done"])
