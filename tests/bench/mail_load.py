"""The SMTP load: so many connections deliver prepared mails, one or many on each, and every answer is timed.

Raw asyncio protocols, as `load` for HTTP: what it costs itself is no server's. Any answer but the wanted one
ends the measurement.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import cast

from tests.bench.load import LONGEST_SECONDS, Measured, WrongAnswer

CONNECTIONS = 20


@dataclass(frozen=True, slots=True)
class Envelope:
    """From whom, and to whom."""

    sender: str
    recipient: str

    @property
    def group(self) -> bytes:
        """The commands before a mail, in one group (RFC 2920)."""
        return f"MAIL FROM:<{self.sender}>\r\nRCPT TO:<{self.recipient}>\r\nDATA\r\n".encode()


def mails(count: int, size_bytes: int, mark: str) -> list[bytes]:
    """So many mails of about this size, no two alike, as they travel, their lone dots included."""
    line = b"y" * 76 + b"\r\n"
    body = line * (size_bytes // len(line)) + b".\r\n"
    head = "From: Maya <maya@home.example>\r\nMessage-ID: <{0}@home.example>\r\nSubject: {0}\r\n\r\n"
    return [head.format(f"{mark}-{number}").encode() + body for number in range(count)]


class _Later(Exception):
    """The server lets this connection go between two mails, as any may (RFC 5321, 3.8): the mail goes by
    another.
    """


class _Connection(asyncio.Protocol):
    """One connection: greets, takes mails from those that wait, `most` of them, and delivers them."""

    transport: asyncio.Transport

    def __init__(self, envelope: Envelope, waiting: deque[bytes], most: int, latencies: list[float]) -> None:
        self.envelope, self.waiting, self.left, self.latencies = envelope, waiting, most, latencies
        self.held = b""
        self.awaited = [b"220"]
        self.then: Callable[[], None] = self.greet
        self.mail: bytes | None = None
        self.handed_over = False
        self.begun_at = time.perf_counter()
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        *lines, self.held = (self.held + data).split(b"\r\n")
        for line in lines:
            if line[3:4] != b" ":
                continue
            if line.startswith(b"421 ") and not self.handed_over:
                return self.fail(_Later())
            if not self.awaited or not line.startswith(self.awaited.pop(0)):
                return self.fail(WrongAnswer(line.decode()))
            if not self.awaited:
                self.then()
        return None

    def say(self, sent: bytes, *awaited: bytes, then: Callable[[], None]) -> None:
        """Send, and go on when the answers are here."""
        self.awaited, self.then = list(awaited), then
        self.transport.write(sent)

    def greet(self) -> None:
        """Say EHLO."""
        self.say(b"EHLO mail.home.example\r\n", b"250", then=self.next)

    def next(self) -> None:
        """Begin the next mail, or go."""
        self.mail = mail = self.waiting.popleft() if self.left and self.waiting else None
        self.left, self.handed_over = self.left - 1, False
        if mail is None:
            return self.say(b"QUIT\r\n", b"221", then=self.end)
        return self.say(self.envelope.group, b"250", b"250", b"354", then=lambda: self.deliver(mail))

    def deliver(self, mail: bytes) -> None:
        """Send a mail."""
        self.handed_over = True
        self.say(mail, b"250", then=self.taken)

    def taken(self) -> None:
        """The mail was taken."""
        now = time.perf_counter()
        self.latencies.append(now - self.begun_at)
        self.begun_at = now
        self.next()

    def end(self) -> None:
        """All is said."""
        self.transport.close()
        if not self.done.done():
            self.done.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self.fail(WrongAnswer("the server closed the connection"))

    def fail(self, error: WrongAnswer) -> None:
        """End the measurement."""
        if not self.done.done():
            self.done.set_exception(error)


async def run(
    port: int,
    envelope: Envelope,
    sent: Sequence[bytes],
    *,
    many: bool,
    arrived: Callable[[], Awaitable[None]] | None = None,
    connections: int = CONNECTIONS,
) -> Measured:
    """Deliver all of `sent`, each on a connection of its own or `many` on each; timed until `arrived`, or
    until the last answer. Raises WrongAnswer, and TimeoutError after two minutes.
    """
    waiting, loop = deque(sent), asyncio.get_running_loop()
    latencies: list[float] = []

    async def deliver() -> None:
        while waiting:
            made = lambda: _Connection(envelope, waiting, len(sent) if many else 1, latencies)  # noqa: E731
            _, connection = await loop.create_connection(made, "127.0.0.1", port)
            try:
                await connection.done
            except _Later:
                if connection.mail is not None:
                    waiting.appendleft(connection.mail)

    gc.collect()
    gc.disable()
    try:
        started = time.perf_counter()
        async with asyncio.timeout(LONGEST_SECONDS):
            await asyncio.gather(*(deliver() for _ in range(connections)))
            if arrived is not None:
                await arrived()
        elapsed = time.perf_counter() - started
    finally:
        gc.enable()
    return Measured(elapsed, sorted(latencies))
