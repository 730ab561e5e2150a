"""A load generator for HTTP over keep-alive connections. Owns sending prepared requests and timing their
answers.

It is an asyncio protocol of its own and not an HTTP client, so that the generator costs less than the
server it loads. It understands what the servers here answer: HTTP/1.1, a status line, `Content-Length`. It
must never be pointed at anything but loopback.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

CONNECTIONS = 64
LONGEST_SECONDS = 120.0


class WrongAnswer(AssertionError):
    """A server answered something else than was wanted: nothing was measured."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What each answer must be: its status, and how long its body is (None: any length)."""

    status: int
    body_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """One round: the seconds that all answers took, and each one's latency in seconds, ascending."""

    seconds: float
    latencies: Sequence[float] = field(repr=False)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def quantile_ms(self, share: float) -> float:
        """The latency below which that share of the answers came, in milliseconds."""
        place = min(len(self.latencies) - 1, int(share * len(self.latencies)))
        return self.latencies[place] * 1000


class _Connection(asyncio.Protocol):
    """One connection: sends the next request as soon as the last is answered."""

    transport: asyncio.Transport

    def __init__(self, requests: Iterator[bytes], wanted: Wanted, latencies: list[float]) -> None:
        self.requests, self.wanted, self.latencies = requests, wanted, latencies
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.head = b""
        self.missing_bytes = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def send(self) -> None:
        """Send the next request, or end."""
        request = next(self.requests, None)
        if request is None:
            self.transport.close()
            self.done.set_result(None)
            return
        self.sent_at = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        if self.missing_bytes:
            self.missing_bytes -= len(data)
        elif not self._read_head(data):
            return
        if not self.missing_bytes:
            self.latencies.append(time.perf_counter() - self.sent_at)
            self.head = b""
            self.send()

    def _read_head(self, data: bytes) -> bool:
        """Whether the head is whole; then `missing_bytes` is what the body still lacks."""
        self.head += data
        end = self.head.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = self.head[:end].lower()
        at = head.find(b"content-length:")
        body_bytes = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        self.missing_bytes = end + 4 + body_bytes - len(self.head)
        if int(head[9:12]) != self.wanted.status or self.wanted.body_bytes not in {None, body_bytes}:
            self._fail(WrongAnswer(f"{head[9:12].decode()} with {body_bytes} bytes: {self.head[-300:]!r}"))
            return False
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(WrongAnswer("the server closed the connection"))

    def _fail(self, error: WrongAnswer) -> None:
        if not self.done.done():
            self.done.set_exception(error)


async def run(
    port: int, requests: Sequence[bytes], wanted: Wanted, *, connections: int = CONNECTIONS
) -> Measured:
    """Send `requests` over so many loopback connections, each waiting for its answer before its next
    request. Raises WrongAnswer, and TimeoutError after two minutes.
    """
    shared, loop = iter(requests), asyncio.get_running_loop()
    latencies: list[float] = []
    opened = [
        (await loop.create_connection(lambda: _Connection(shared, wanted, latencies), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    gc.collect()
    gc.disable()  # a collection here would be counted as the server's
    try:
        started = time.perf_counter()
        for connection in opened:
            connection.send()
        async with asyncio.timeout(LONGEST_SECONDS):
            await asyncio.gather(*(connection.done for connection in opened))
        elapsed = time.perf_counter() - started
    finally:
        gc.enable()
        for connection in opened:
            connection.transport.close()
    return Measured(elapsed, sorted(latencies))


def post(path: str, body: bytes, token: str) -> bytes:
    """A prepared POST of bytes in a session."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
    head += f"Content-Type: application/octet-stream\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def get(path: str, token: str) -> bytes:
    """A prepared GET in a session."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
