"""A door on a real socket, with an admission that records what it is given and fails on demand."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from relay.core.addresses import Address
from relay.core.errors import RelayError
from relay.flow.addressed import NoSuchInbox
from relay.flow.door import NullSender
from relay.flow.visit import Arrival
from relay.logs import open_log
from relay.smtp_door.limits import Limits
from relay.smtp_door.server import Door

INBOX = Address("k3v9", "in.harrow.example")


@dataclass
class Kept:
    """A sink that keeps what it is given. `refuse_write` and `refuse_commit` fail on demand."""

    arrival: Arrival
    refuse_write: BaseException | None = None
    refuse_commit: BaseException | None = None
    hold: asyncio.Event | None = None
    mail: bytearray = field(default_factory=bytearray)
    ended: str = ""

    async def write(self, piece: bytes) -> None:
        if self.refuse_write is not None:
            raise self.refuse_write
        self.mail += piece

    async def abort(self, code: str = "") -> None:
        self.ended = f"aborted {code}".strip()

    async def commit(self) -> None:
        if self.hold is not None:
            await self.hold.wait()
        if self.refuse_commit is not None:
            raise self.refuse_commit
        self.ended = "committed"


class Porter:
    """Knows one inbox. What the next sink does is set on `next_sink`."""

    def __init__(self) -> None:
        self.sinks: list[Kept] = []
        self.next_sink: dict[str, object] = {}
        self.refuse_recipient: RelayError | None = None
        self.told: list[str] = []

    async def recipient(self, reverse_path: Address | None, recipient: Address) -> None:
        if self.refuse_recipient is not None:
            raise self.refuse_recipient
        if recipient != INBOX:
            raise NoSuchInbox
        if reverse_path is None:
            raise NullSender

    async def refused(self, reverse_path: Address | None, recipient: Address, code: str) -> None:
        self.told.append(code)

    async def open(self, arrival: Arrival) -> Kept:
        self.sinks.append(Kept(arrival, **self.next_sink))  # type: ignore[arg-type]
        return self.sinks[-1]


class Peer:
    """A peer that says exact bytes and reads replies."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def reply(self) -> str:
        """One reply; the last line of a multi-line one."""
        while True:
            line = (await asyncio.wait_for(self.reader.readline(), 10)).decode()
            if line[3:4] != "-":
                return line.rstrip("\r\n")

    async def say(self, sent: bytes) -> str:
        """Send bytes and read one reply."""
        self.writer.write(sent)
        await self.writer.drain()
        return await self.reply()

    async def to_data(self) -> None:
        """Come to the point where the mail's bytes are awaited."""
        assert (await self.say(b"EHLO mail.home.example\r\n")).startswith("250")
        assert (await self.say(b"MAIL FROM:<maya@home.example>\r\n")).startswith("250")
        assert (await self.say(b"RCPT TO:<K3v9@in.harrow.example>\r\n")).startswith("250")
        assert (await self.say(b"DATA\r\n")).startswith("354")


@dataclass
class House:
    """A running door."""

    porter: Porter
    log: io.StringIO
    connect: Callable[[], Awaitable[Peer]]
    door: Door
    address: tuple[str, int]


Opener = Callable[..., Awaitable[House]]


@pytest.fixture
async def open_door() -> AsyncIterator[Opener]:
    """Opens doors with limits of choice; all are stopped at the end."""
    doors: list[Door] = []
    peers: list[Peer] = []

    async def start(limits: Limits | None = None, **options: object) -> House:
        porter, said = Porter(), io.StringIO()
        log = open_log(lambda: 0, said)
        door = Door(porter, limits or Limits(), log, hostname="in.harrow.example", **options)  # type: ignore[arg-type]
        host, port = await door.start("127.0.0.1", 0)
        doors.append(door)

        async def connect() -> Peer:
            peer = Peer(*await asyncio.open_connection(host, port))
            peers.append(peer)
            return peer

        return House(porter, said, connect, door, (host, port))

    yield start
    for peer in peers:
        peer.writer.close()
    for door in doors:
        await door.stop()
