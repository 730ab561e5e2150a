"""The connection under the dialogue. Owns bytes in and out, the idle limit, the connection's deadline, the
pace of a mail, and TLS; knows no SMTP.

A protocol of asyncio and nothing else: what has arrived and not been used is in one buffer of ours, so that
forgetting it when TLS begins is one line (RFC 3207, 4.2: nothing said in clear may count afterwards).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from typing import Any, cast

from relay.smtp_door import replies
from relay.smtp_door.limits import Limits

_HIGH_WATER_BYTES = 131_072  # above it the peer is told to wait
_END_SECONDS = 15.0  # a commit that is under way may be waiting for the DNS
_CLOSE_SECONDS = 5.0  # a peer that does not read its last reply is cut off


class Fault(Exception):
    """A line that cannot be used: `reply` is the answer. The dialogue goes on only if `fatal` is false."""

    def __init__(self, reply: str, *, fatal: bool) -> None:
        super().__init__(reply)
        self.reply = reply
        self.fatal = fatal


class Wire(asyncio.Protocol):
    """One connection. `serve` is run as a task when it is made; once it is lost, each of its waits raises.
    With `implicit_tls` nothing is read until `begin_tls`.
    """

    def __init__(
        self,
        serve: Callable[[Wire], Coroutine[Any, Any, None]],
        limits: Limits,
        *,
        implicit_tls: bool = False,
    ) -> None:
        self._serve, self._limits, self.implicit_tls = serve, limits, implicit_tls
        self._loop = asyncio.get_running_loop()
        self._begun_at = self._loop.time()
        self._deadline = self._begun_at + limits.connection_seconds
        self._held = bytearray()
        self._arrived = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._transport: asyncio.Transport
        self._task: asyncio.Task[None] | None = None
        self._lost = self._said_all = self._waiting = self._is_cut = self._over = False
        self._leaving = self._between = False
        self._received_bytes = 0
        self._span_ends_at, self._span_from_bytes = 0.0, 0
        self.farewell = replies.STOPPING
        self.tls = False
        self.peer = ""
        self.gone = asyncio.Event()

    # asyncio calls these

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if self._task is None:
            if self.implicit_tls:
                self._transport.pause_reading()  # the first byte belongs to the handshake
            self.peer = str((transport.get_extra_info("peername") or ("",))[0])
            self._task = self._loop.create_task(self._serve(self))

    def data_received(self, data: bytes) -> None:
        if self._over:
            return  # after the last word nothing counts; it is read so that the last word arrives
        self._held += data
        self._received_bytes += len(data)
        self._arrived.set()
        if len(self._held) > _HIGH_WATER_BYTES:
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        self._said_all = True
        self._arrived.set()
        return not (self.tls or self._over)  # in clear the other direction stays open for the reply

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = True
        self.gone.set()
        self._arrived.set()
        self._writable.set()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    # the dialogue calls these

    @property
    def has_more(self) -> bool:
        """Whether something has arrived that was not asked for yet."""
        return bool(self._held)

    async def piece(self, *, before: float = float("inf")) -> bytes:
        """What has arrived, at least one byte. Raises TimeoutError, or ConnectionResetError when the peer
        has gone. `before` is an instant of the loop's clock.
        """
        while not self._held:
            if self._lost or self._said_all:
                raise ConnectionResetError
            self._arrived.clear()
            self._waiting = True
            try:
                await self._within(self._arrived.wait(), before)
            finally:
                self._waiting = False
        taken = bytes(self._held)
        self._held.clear()
        self._transport.resume_reading()
        return taken

    def begin_mail(self) -> None:
        """From now on pieces belong to a mail, and have its pace."""
        self._span_ends_at = self._loop.time() + self._limits.drip_seconds
        self._span_from_bytes = self._received_bytes

    async def mail_piece(self) -> bytes:
        """As `piece`, of a mail. Raises TimeoutError too where it drips: a byte now and then is not silence,
        and would hold its place for as long as a whole mail may take.
        """
        if self._loop.time() >= self._span_ends_at:  # and not for want of bytes: the time was ours
            self.begin_mail()
        while True:
            try:
                return await self.piece(before=self._span_ends_at)
            except TimeoutError:
                least_bytes = self._limits.drip_bytes_per_second * self._limits.drip_seconds
                if self._received_bytes - self._span_from_bytes < least_bytes:
                    raise
                self.begin_mail()

    async def line(self, max_bytes: int) -> bytes:
        """One command line without CR LF. Raises Fault for a long line (skipped to its end), for other line
        endings (fatal), and where the peer is to leave (fatal)."""
        if self._leaving:
            raise Fault(replies.STOPPING, fatal=True)
        self._between = True
        try:
            return await self._line(max_bytes)
        finally:
            self._between = False

    async def _line(self, max_bytes: int) -> bytes:
        held, skipped_bytes = await self.piece(), 0
        before = self._loop.time() + self._limits.line_seconds
        while (end := held.find(b"\n")) < 0:
            if len(held) > max_bytes:
                skipped_bytes += len(held) - 1
                held = held[-1:]
            if skipped_bytes > self._limits.max_skipped_bytes:
                raise Fault(replies.LINE_TOO_LONG, fatal=True)
            held += await self.piece(before=before)
        self.put_back(held[end + 1 :])
        line = held[: end + 1]
        if not line.endswith(b"\r\n") or b"\r" in line[:-2] or b"\0" in line:
            raise Fault(replies.LINE_ENDING, fatal=True)
        if skipped_bytes or len(line) > max_bytes:
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
        await self.begin_tls(context)

    async def begin_tls(self, context: ssl.SSLContext) -> None:
        """Take the peer's handshake. Raises OSError or TimeoutError."""
        self._waiting = True  # so that one who drips through a handshake makes room as any other
        try:
            upgraded = await self._loop.start_tls(
                self._transport,
                self,
                context,
                server_side=True,
                ssl_handshake_timeout=self._limits.handshake_seconds,
            )
        finally:
            self._waiting = False
        if upgraded is None:
            raise ConnectionResetError
        self._transport = upgraded
        self.tls = True

    def close(self, last_words: str = "", *, linger: bool = True) -> None:
        """Say a last reply if there is one, close, and cut off a peer that does not read it.

        In clear our direction alone is closed first: to close both while something is unread would reset the
        connection, and the peer would lose the reply that tells it why.
        """
        if self._over or self._transport.is_closing():
            return
        if last_words:
            self._transport.write(last_words.encode("ascii") + b"\r\n")
        if linger and last_words and not self.tls and not self._said_all:
            self._over = True
            self._held.clear()
            self._end_our_direction()
        else:
            self._transport.close()
        self._loop.call_later(_CLOSE_SECONDS, self._transport.abort)

    def _end_our_direction(self) -> None:
        try:
            self._transport.write_eof()
        except OSError:  # the peer has gone, and the loop has not told yet
            self._transport.abort()
        else:
            self._transport.resume_reading()

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

    def leave(self) -> None:
        """Let the peer go between two commands: at once if we wait for one, else when it is answered."""
        self._leaving = True
        if self._between and self._waiting and self._task is not None:
            self._task.cancel()

    async def end(self) -> None:
        """Cancel the dialogue and wait until it has said its last word, at most fifteen seconds."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=_END_SECONDS)

    async def _within(self, waiting: Coroutine[Any, Any, object], before: float = float("inf")) -> None:
        now = self._loop.time()
        ends_at = min(now + self._limits.idle_seconds, self._deadline, before)
        async with asyncio.timeout(max(0.0, ends_at - now)):
            await waiting
