"""The keeper's socket: frames in, frames out, one keeper behind it.

Owns limits and deadlines of connections. Must never let one connection hold up another for longer than one
request, and never say more of a failure than its code.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from keys.encoding import Reader, dump_json
from keys.errors import KeysError
from relay.keeper.client import OPERATORS_WORD
from relay.keeper.frames import Answer, BadFrame, Frame, Request, read_frame, write_frame
from relay.keeper.service import Keeper, KeeperRefusal
from relay.keeper.sockets import listen, unlisten
from relay.logs import Log

IDLE_SECONDS: Final = 60.0
MOST_CONNECTIONS: Final = 64


class KeeperServer:
    """Serves one keeper on a Unix socket of mode 0600, or 0660 for a keeper with a system user of its own."""

    def __init__(
        self, keeper: Keeper, path: Path, log: Log, *, group: bool = False, idle_seconds: float = IDLE_SECONDS
    ) -> None:
        """Nothing is opened before `serve`."""
        self._keeper, self._path, self._log = keeper, path, log
        self._group, self._idle_seconds = group, idle_seconds
        self._connections = 0

    async def serve(self, ready: Callable[[], None]) -> None:
        """Answer until cancelled; `ready` is called when the socket is there."""
        server = await asyncio.start_unix_server(self._connected, sock=listen(self._path, group=self._group))
        try:
            ready()
            await asyncio.Event().wait()
        finally:
            server.close()
            unlisten(self._path)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        try:
            if self._connections <= MOST_CONNECTIONS:
                await self._answer_all(reader, writer)
        except (OSError, TimeoutError, BadFrame) as trouble:
            self._log.info("keeper.connection_ended", failure=trouble)
        except asyncio.CancelledError:
            pass  # the keeper ends: nothing above this task waits for it, and asyncio would report it
        finally:
            self._connections -= 1
            writer.close()

    async def _answer_all(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while frame := await read_frame(reader, self._idle_seconds):
            kind, body = await self._answer(frame)
            await write_frame(writer, kind, body)

    async def _answer(self, frame: Frame) -> tuple[Answer, bytes]:
        try:
            return Answer.BODY, await self._act(frame)
        except KeeperRefusal as refusal:
            return Answer.REFUSED, refusal.code.encode("ascii")
        except Exception as failure:  # noqa: BLE001  (a failing disk must not end the keeper; its caller hears of it)
            self._log.error("keeper.failed", failure=failure)
            return Answer.REFUSED, b"internal"

    async def _act(self, frame: Frame) -> bytes:
        keeper, body = self._keeper, frame.body
        match frame.type:
            case Request.DAYS:
                return b"".join(await asyncio.to_thread(keeper.days, *_days_wanted(body)))
            case Request.OPEN:
                return await asyncio.to_thread(keeper.open, body)
            case Request.REVOKE:
                return await asyncio.to_thread(keeper.revoke, body)
            case Request.STATUS if not body:
                return dump_json(keeper.status())
            case Request.TICK if body in {b"", OPERATORS_WORD}:
                done = await asyncio.to_thread(keeper.tick, operators_word=bool(body))
                return dump_json(dict(done))
        raise KeeperRefusal("malformed")


def _days_wanted(body: bytes) -> tuple[int, int]:
    try:
        reader = Reader(body)
        first, count = reader.u32(), reader.u16()
        reader.finish()
    except KeysError:
        raise KeeperRefusal("malformed") from None
    return first, count
