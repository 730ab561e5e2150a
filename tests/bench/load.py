"""A load generator for HTTP over keep-alive connections. Owns sending prepared requests and timing their
answers.

It is an asyncio protocol of its own and not an HTTP client, so that the generator costs less than the
server it loads. It understands what the servers here answer: HTTP/1.1, a status line, `Content-Length`. It
must never be pointed at anything but loopback.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Measured:
    """Answers of one round: count, seconds, sorted latencies in seconds, and how many had another status
    than wanted."""

    answers: int
    seconds: float
    latencies: list[float] = field(repr=False)
    wrong: int

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.answers / self.seconds

    def quantile_ms(self, q: float) -> float:
        """The latency below which the share `q` of answers came, in milliseconds."""
        return self.latencies[min(len(self.latencies) - 1, int(q * len(self.latencies)))] * 1000


class _Connection(asyncio.Protocol):
    """One connection: sends the next request as soon as the last is answered."""

    def __init__(self, requests: Iterator[bytes], wanted: bytes, latencies: list[float]) -> None:
        self.requests, self.wanted, self.latencies = requests, wanted, latencies
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.buffer = b""
        self.wrong = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._next()

    def _next(self) -> None:
        request = next(self.requests, None)
        if request is None:
            self.transport.close()
            self._finish()
            return
        self.sent_at = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head_end = self.buffer.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = self.buffer[:head_end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self.buffer) < head_end + 4 + length:
            return
        self.latencies.append(time.perf_counter() - self.sent_at)
        self.wrong += self.buffer[9:12] != self.wanted
        self.buffer = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        self._finish()

    def _finish(self) -> None:
        if not self.done.done():
            self.done.set_result(None)


async def run(
    host: str, port: int, requests: list[bytes], *, connections: int, wanted: int, seconds: float = 60.0
) -> Measured:
    """Send `requests` over `connections` loopback connections, each waiting for its answer, for at most
    `seconds`."""
    assert host in {"127.0.0.1", "::1"}
    shared, latencies, loop = iter(requests), [], asyncio.get_running_loop()
    started = time.perf_counter()
    opened = [
        (await loop.create_connection(lambda: _Connection(shared, b"%d" % wanted, latencies), host, port))[1]
        for _ in range(connections)
    ]
    async with asyncio.timeout(seconds):
        await asyncio.gather(*(connection.done for connection in opened))
    elapsed = time.perf_counter() - started
    return Measured(len(latencies), elapsed, sorted(latencies), sum(c.wrong for c in opened))


def post(path: str, body: bytes, *, authorization: str = "", host: str = "127.0.0.1") -> bytes:
    """A prepared POST of binary bytes."""
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/octet-stream\r\n"
    head += f"Content-Length: {len(body)}\r\n" + (
        f"Authorization: Bearer {authorization}\r\n" if authorization else ""
    )
    return head.encode() + b"\r\n" + body


def get(path: str, *, authorization: str = "", host: str = "127.0.0.1") -> bytes:
    """A prepared GET."""
    head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\n"
    return (head + (f"Authorization: Bearer {authorization}\r\n" if authorization else "")).encode() + b"\r\n"
