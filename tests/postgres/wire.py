"""The wire between a store and its server, on which one exchange goes wrong: lost before the server heard of
it, lost after it has done it, or refused by the server. Owns sockets alone; knows of PostgreSQL's protocol
where a message ends (version 3, https://www.postgresql.org/docs/15/protocol-message-formats.html).

The refusal is the server's own: in the place of what was asked it is given a statement that fails with that
code, so that the transaction is as after a failure.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

BEFORE, AFTER = "lost before", "lost after"
SOCKET = ".s.PGSQL.5432"
SYNC = b"S\0\0\0\4"
READY = b"Z"
ENDS = b"X"
SIMPLE = b"Q"
PIECE_BYTES = 1 << 20
FAILS = "DO $$ BEGIN RAISE EXCEPTION 'as told' USING ERRCODE = '{}'; END $$"


@dataclass
class Leg:
    """One connection: what the server says goes on to the store, or is withheld."""

    server: asyncio.StreamReader
    store: asyncio.StreamWriter
    withholds: bool = False
    withheld: bytearray = field(default_factory=bytearray)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Until either side ends."""
        with suppress(OSError):
            while piece := await self.server.read(PIECE_BYTES):
                if self.withholds:
                    self.withheld += piece
                    self.came.set()
                else:
                    self.store.write(piece)
        self.came.set()
        self.store.close()

    async def answer(self, *, whole: bool) -> list[bytes]:
        """What the server says now, message by message; all of it, or what comes first."""
        while True:
            await self.came.wait()
            self.came.clear()
            found = messages(bytes(self.withheld))
            if not whole or self.server.at_eof() or (found and found[-1][:1] == READY):
                return found


class Wire:
    """Leads to a server's socket, by a socket of its own in `folder`."""

    def __init__(self, server: Path, folder: Path) -> None:
        self.folder = folder
        self.fired = False
        """Whether the fault has come."""
        self._server = server / SOCKET
        self._fault, self._left = "", -1
        self._legs = set[asyncio.Task[None]]()

    def arm(self, fault: str, at: int) -> None:
        """Let the exchange of that number, from 0, go wrong: BEFORE, AFTER, or refused with an SQLSTATE; none
        where there is no fault.
        """
        self._fault, self._left, self.fired = fault, at, False

    async def lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the store's."""
        answers, asks = await asyncio.open_unix_connection(str(self._server))
        leg = Leg(answers, writer)
        back = asyncio.create_task(leg.run())
        self._legs.add(back)
        with suppress(OSError, asyncio.IncompleteReadError):
            asked = await _first(reader)
            while asked[:1] != ENDS and await self._exchange(asked, asks, leg):
                asked = await _together(reader)
        asks.close()
        writer.close()
        await back
        self._legs.discard(back)

    async def _exchange(self, asked: bytes, asks: asyncio.StreamWriter, leg: Leg) -> bool:
        """Whether the connection goes on."""
        fault = self._next(asked)
        if fault == BEFORE:
            return False
        leg.withholds = bool(fault)
        waits = asked[:1] == SIMPLE or asked.endswith(SYNC) or asked[:1] == b"\0"
        if fault and fault != AFTER:
            text = FAILS.format(fault).encode() + b"\0"
            asks.write(SIMPLE + (len(text) + 4).to_bytes(4, "big") + text)
            said = await leg.answer(whole=True)
            leg.store.write(b"".join(one for one in said if waits or one[:1] != READY))
            leg.withheld.clear()
            leg.withholds = False
            return True
        asks.write(asked)
        if fault == AFTER:
            await leg.answer(whole=waits)
        return not fault

    def _next(self, asked: bytes) -> str:
        """What happens to this exchange. Nothing refuses a ROLLBACK: what comes after it is refused then."""
        self._left -= 1
        is_lost = self._fault in (BEFORE, AFTER)
        if self._left >= 0 or self.fired or not self._fault or (not is_lost and b"ROLLBACK" in asked):
            return ""
        self.fired = True
        return self._fault


def messages(said: bytes) -> list[bytes]:
    """Whole messages at the beginning of what was said."""
    found, at = list[bytes](), 0
    while at + 5 <= len(said):
        end = at + 1 + int.from_bytes(said[at + 1 : at + 5], "big")
        if end > len(said):
            break
        found.append(said[at:end])
        at = end
    return found


async def _first(reader: asyncio.StreamReader) -> bytes:
    """The words with which a connection begins have a length and no type."""
    size = await reader.readexactly(4)
    return size + await reader.readexactly(int.from_bytes(size, "big") - 4)


async def _together(reader: asyncio.StreamReader) -> bytes:
    """What the store says at one time: whole messages."""
    asked = await reader.read(PIECE_BYTES)
    while asked and sum(map(len, messages(asked))) != len(asked):
        piece = await reader.read(PIECE_BYTES)
        if not piece:
            break
        asked += piece
    if not asked:
        raise ConnectionResetError
    return asked


@asynccontextmanager
async def wired(server: Path) -> AsyncIterator[Wire]:
    """A wire to the server whose socket is in that folder."""
    folder = Path(tempfile.mkdtemp(prefix="relay-wire-"))
    wire = Wire(server, folder)
    listener = await asyncio.start_unix_server(wire.lead, str(folder / SOCKET))
    try:
        yield wire
    finally:
        listener.close()
        shutil.rmtree(folder, ignore_errors=True)
