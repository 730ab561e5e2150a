"""The keeper's sockets: frames in, frames out, one keeper behind them.

Owns limits and deadlines of connections. Must never let one connection hold up another for longer than one
request, let those who come by TCP take the places of those on this machine, do for them what is the
operator's, or say more of a failure than its code.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from keys.encoding import Reader, dump_json
from keys.errors import KeysError
from relay.keeper.client import MOST_CALLS, OPERATORS_WORD
from relay.keeper.frames import Answer, BadFrame, Frame, Request, read_frame, write_frame
from relay.keeper.service import Keeper, KeeperRefusal
from relay.keeper.sockets import MOST_RELAYS, Tcp, listen, unlisten
from relay.logs import Log

IDLE_SECONDS: Final = 60.0
MOST_CONNECTIONS: Final = MOST_RELAYS * MOST_CALLS
"""All calls of all relays of this machine: to one that finds no room the keeper would seem away."""

ADDRESSES_BY_TCP: Final = 4
"""So many that have all that one may have leave room for nobody else."""
MOST_ANSWERED_BY_TCP: Final = 4
"""At one time. Whoever can connect can ask, and an open request costs up to a fifth of a second."""

OPERATORS: Final = frozenset({Request.STATUS, Request.TICK})
"""What is asked on this machine alone."""


class KeeperServer:
    """Serves one keeper on a Unix socket of mode 0600, or 0660 for a keeper with a system user of its own,
    and by TCP where that is asked for.
    """

    def __init__(
        self,
        keeper: Keeper,
        path: Path,
        log: Log,
        *,
        group: bool = False,
        tcp: Tcp | None = None,
        connections_each: int = 64,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        """Nothing is opened before `serve`. `connections_each` is for one address by TCP: a keeper does not
        know relays, so several behind one address share what that has.
        """
        self._each = connections_each
        self._keeper, self._path, self._tcp, self._log = keeper, path, tcp, log
        self._group, self._idle_seconds = group, idle_seconds
        self._connections = 0
        self._by_address: Counter[str] = Counter()
        self._answered_by_tcp = asyncio.Semaphore(MOST_ANSWERED_BY_TCP)

    async def serve(self, ready: Callable[[Tcp | None], None]) -> None:
        """Answer until cancelled; `ready` is called when the sockets are there, with where TCP is. Raises
        OSError.
        """
        async with AsyncExitStack() as stack:
            listener = listen(self._path, group=self._group, waiting=MOST_CONNECTIONS)
            unix = await asyncio.start_unix_server(self._here, sock=listener, backlog=MOST_CONNECTIONS)
            stack.callback(unlisten, self._path)
            stack.callback(unix.close)
            ready(await self._open_tcp(stack) if self._tcp else None)
            await asyncio.Event().wait()

    async def _open_tcp(self, stack: AsyncExitStack) -> Tcp | None:
        if self._tcp is None:
            return None
        server = await asyncio.start_server(self._from_afar, self._tcp.host, self._tcp.port)
        stack.callback(server.close)
        host, port = server.sockets[0].getsockname()[:2]
        return Tcp(host, port)

    async def _here(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        try:
            if self._connections <= MOST_CONNECTIONS:
                await self._answer_all(reader, writer, self._answer)
            else:
                self._log.info("keeper.no_room", count=self._connections)
        finally:
            self._connections -= 1
            writer.close()

    async def _from_afar(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = str((writer.get_extra_info("peername") or ("",))[0])
        self._by_address[address] += 1
        try:
            if self._has_room(address):
                await self._answer_all(reader, writer, self._answer_from_afar)
            else:
                self._log.info("keeper.no_room", count=self._by_address[address])
        finally:
            self._by_address[address] -= 1
            if not self._by_address[address]:
                del self._by_address[address]
            writer.close()

    def _has_room(self, address: str) -> bool:
        most = ADDRESSES_BY_TCP * self._each
        return self._by_address[address] <= self._each and self._by_address.total() <= most

    async def _answer_all(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        answer: Callable[[Frame], Awaitable[tuple[Answer, bytes]]],
    ) -> None:
        try:
            while frame := await read_frame(reader, self._idle_seconds):
                kind, body = await answer(frame)
                await write_frame(writer, kind, body)
        except (OSError, TimeoutError, BadFrame) as trouble:
            self._log.info("keeper.connection_ended", failure=trouble)
        except asyncio.CancelledError:
            pass  # the keeper ends: nothing above this task waits for it, and asyncio would report it

    async def _answer_from_afar(self, frame: Frame) -> tuple[Answer, bytes]:
        if frame.type in OPERATORS:
            return Answer.REFUSED, b"refused"
        async with self._answered_by_tcp:
            return await self._answer(frame)

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
            case Request.DAYS_GONE if len(body) == 4:
                return b"".join(keeper.days_gone(int.from_bytes(body, "big")))
        raise KeeperRefusal("malformed")


def _days_wanted(body: bytes) -> tuple[int, int]:
    try:
        reader = Reader(body)
        first, count = reader.u32(), reader.u16()
        reader.finish()
    except KeysError:
        raise KeeperRefusal("malformed") from None
    return first, count
