"""The connection under the dialogue. Owns bytes in and out, the idle limit, the connection's deadline and
STARTTLS; knows no SMTP.

A protocol of asyncio and nothing else: what has arrived and not been used is in one buffer of ours, so that
forgetting it when TLS begins is one line (RFC 3207, 4.2: nothing said in clear may count afterwards).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from typing import Any, cast

from relay.smtp_door import replies

_HIGH_WATER_BYTES = 131_072  # above it the peer is told to wait
_HANDSHAKE_SECONDS = 20.0
_END_SECONDS = 15.0  # a commit that is under way may be waiting for the DNS
_CLOSE_SECONDS = 5.0  # a peer that does not read its last reply is cut off


class Fault(Exception):
    """A line that cannot be used: `reply` is the answer. The dialogue goes on only if `fatal` is false."""

    def __init__(self, reply: str, *, fatal: bool) -> None:
        super().__init__(reply)
        self.reply = reply
        self.fatal = fatal


class Wire(asyncio.Protocol):
    """One connection. `serve` is run as a task when it is made; once it is lost, each of its waits raises."""

    def __init__(
        self, serve: Callable[[Wire], Coroutine[Any, Any, None]], idle_seconds: float, total_seconds: float
    ) -> None:
        self._serve = serve
        self._loop = asyncio.get_running_loop()
        self._idle_seconds = idle_seconds
        self._deadline = self._loop.time() + total_seconds
        self._held = bytearray()
        self._arrived = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._transport: asyncio.Transport
        self._task: asyncio.Task[None] | None = None
        self._lost = False
        self._said_all = False
        self._begun_at, self._received_bytes, self._waiting = self._loop.time(), 0, False
        self._is_cut, self.farewell = False, replies.STOPPING
        self.tls = False
        self.peer = ""

    # asyncio calls these

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if self._task is None:
            self.peer = str((transport.get_extra_info("peername") or ("",))[0])
            self._task = self._loop.create_task(self._serve(self))

    def data_received(self, data: bytes) -> None:
        self._held += data
        self._received_bytes += len(data)
        self._arrived.set()
        if len(self._held) > _HIGH_WATER_BYTES:
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        self._said_all = True
        self._arrived.set()
        return not self.tls  # in clear the other direction stays open for the reply; TLS closes both

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = True
        self._arrived.set()
        self._writable.set()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    # the dialogue calls these

    async def piece(self) -> bytes:
        """What has arrived, at least one byte. Raises TimeoutError, or ConnectionResetError when the peer
        has gone."""
        while not self._held:
            if self._lost or self._said_all:
                raise ConnectionResetError
            self._arrived.clear()
            self._waiting = True
            try:
                await self._within(self._arrived.wait())
            finally:
                self._waiting = False
        taken = bytes(self._held)
        self._held.clear()
        self._transport.resume_reading()
        return taken

    async def line(self, max_bytes: int) -> bytes:
        """One command line without CR LF. Raises Fault for a long line (skipped to its end) and for other
        line endings (fatal)."""
        held, long = b"", False
        while (end := held.find(b"\n")) < 0:
            if len(held) > max_bytes:
                held, long = held[-1:], True
            held += await self.piece()
        self.put_back(held[end + 1 :])
        line = held[: end + 1]
        if not line.endswith(b"\r\n") or b"\r" in line[:-2] or b"\0" in line:
            raise Fault(replies.LINE_ENDING, fatal=True)
        if long or len(line) > max_bytes:
            raise Fault(replies.LINE_TOO_LONG, fatal=False)
        return line[:-2]

    def put_back(self, rest: bytes) -> None:
        """Bytes that were read too far; they come first again."""
        self._held[:0] = rest

    async def say(self, *replies_: str) -> None:
        """Send reply lines, waiting where the peer does not read, within the limits."""
        if self._lost:
            raise ConnectionResetError
        self._transport.write("".join(reply + "\r\n" for reply in replies_).encode("ascii"))
        await self._within(self._writable.wait())

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Say that TLS may begin, begin it, and forget all that was said in clear. Raises OSError or
        TimeoutError."""
        self._transport.pause_reading()  # what comes next belongs to the handshake
        await self.say(replies.READY_FOR_TLS)
        self._held.clear()  # before the handshake: what comes right behind it is already said in TLS
        upgraded = await self._loop.start_tls(
            self._transport, self, context, server_side=True, ssl_handshake_timeout=_HANDSHAKE_SECONDS
        )
        if upgraded is None:
            raise ConnectionResetError
        self._transport = upgraded
        self.tls = True

    def close(self, last_words: str = "") -> None:
        """Say a last reply if there is one, close, and cut off a peer that does not read it."""
        if not self._transport.is_closing():
            if last_words:
                self._transport.write(last_words.encode("ascii") + b"\r\n")
            self._transport.close()
            self._loop.call_later(_CLOSE_SECONDS, self._transport.abort)

    def pace(self, grace_seconds: float) -> float | None:
        """Bytes a second that the peer has sent so far; None while it is new, waits for us, or is cut."""
        age = self._loop.time() - self._begun_at
        counts = self._waiting and not self._is_cut and age > grace_seconds
        return self._received_bytes / age if counts else None

    def cut(self) -> None:
        """End the dialogue for being slow. What it had begun is undone before its last word."""
        self._is_cut, self.farewell = True, replies.TOO_SLOW
        if self._task is not None:
            self._task.cancel()

    async def end(self) -> None:
        """Cancel the dialogue and wait until it has said its last word, at most ten seconds."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=_END_SECONDS)

    async def _within(self, waiting: Coroutine[Any, Any, object]) -> None:
        async with asyncio.timeout(max(0.0, min(self._idle_seconds, self._deadline - self._loop.time()))):
            await waiting
