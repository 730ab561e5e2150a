"""The connection under the dialogue. Owns bytes in and out, the idle limit, the connection's deadline, the
pace of a mail, and TLS; knows no SMTP.

A protocol of asyncio and nothing else: what has arrived and not been used is in one buffer of ours, so that
forgetting it when TLS begins is one line (RFC 3207, 4.2: nothing said in clear may count afterwards).

Thousands may be open and silent, so each has little: one task, one future while it waits, one timer for all
its limits, and no dictionary.
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
    It is in `open_wires` until then. With `implicit_tls` nothing is read until `begin_tls`.
    """

    __slots__ = (
        "_begun_at", "_between", "_closing", "_deadline", "_ends_at", "_gone", "_held", "_is_cut",
        "_is_writable", "_leaving", "_limits", "_loop", "_lost", "_open_wires", "_over", "_received_bytes",
        "_said_all", "_serve", "_span_ends_at", "_span_from_bytes", "_task", "_transport", "_unsaid",
        "_waiter", "_waiting", "farewell", "implicit_tls", "peer", "tls",
    )  # fmt: skip

    def __init__(
        self,
        serve: Callable[[Wire], Coroutine[Any, Any, None]],
        limits: Limits,
        open_wires: set[Wire],
        *,
        implicit_tls: bool = False,
    ) -> None:
        self._serve, self._limits, self.implicit_tls = serve, limits, implicit_tls
        self._open_wires = open_wires
        self._loop = asyncio.get_running_loop()
        self._begun_at = self._loop.time()
        self._deadline = self._begun_at + limits.connection_seconds
        self._held = bytearray()
        self._unsaid = b""  # replies that travel with the next one
        self._transport: asyncio.Transport
        self._task: asyncio.Task[None] | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._gone: asyncio.Future[None] | None = None
        self._closing: asyncio.TimerHandle | None = None
        self._ends_at = 0.0  # of the wait that is under way
        self._lost = self._said_all = self._waiting = self._is_cut = self._over = False
        self._leaving = self._between = False
        self._is_writable = True
        self._received_bytes = 0
        self._span_ends_at, self._span_from_bytes = 0.0, 0
        self.farewell = replies.STOPPING
        self.tls = False
        self.peer = ""

    # asyncio calls these

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if self._task is None:
            if self.implicit_tls:  # the first byte belongs to the handshake
                self._transport.pause_reading()
                self._loop.call_soon(self._transport.pause_reading)  # uvloop begins to read after this call
            self.peer = str((transport.get_extra_info("peername") or ("",))[0])
            self._open_wires.add(self)
            self._task = self._loop.create_task(self._serve(self))

    def data_received(self, data: bytes) -> None:
        if self._over:
            return  # after the last word nothing counts; it is read so that the last word arrives
        self._held += data
        self._received_bytes += len(data)
        self._wake()
        if len(self._held) > _HIGH_WATER_BYTES:
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        self._said_all = True
        self._wake()
        return not (self.tls or self._over)  # in clear the other direction stays open for the reply

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = True
        if self._closing is not None:
            self._closing.cancel()
        self._wake()
        self._open_wires.discard(self)
        if self._gone is not None and not self._gone.done():
            self._gone.set_result(None)

    def pause_writing(self) -> None:
        self._is_writable = False

    def resume_writing(self) -> None:
        self._is_writable = True
        self._wake()

    # the dialogue calls these

    @property
    def has_more(self) -> bool:
        """Whether something has arrived that was not asked for yet."""
        return bool(self._held)

    async def piece(self, *, before: float = float("inf")) -> bytes:
        """What has arrived, at least one byte. Raises TimeoutError, or ConnectionResetError when the peer
        has gone. `before` is an instant of the loop's clock.
        """
        if not self._held:
            await self._more(before)
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
            end, skipped_bytes = await self._find_line_end(max_bytes)
        finally:
            self._between = False
        line = bytes(self._held[: end + 1])
        del self._held[: end + 1]
        self._transport.resume_reading()
        if not line.endswith(b"\r\n") or b"\r" in line[:-2] or b"\0" in line:
            raise Fault(replies.LINE_ENDING, fatal=True)
        if skipped_bytes or len(line) > max_bytes:
            raise Fault(replies.LINE_TOO_LONG, fatal=False)
        return line[:-2]

    async def _find_line_end(self, max_bytes: int) -> tuple[int, int]:
        """Where the line ends in what is held, and how much of a long one was thrown away before."""
        skipped_bytes, before = 0, float("inf")
        while (end := self._held.find(b"\n")) < 0:
            if self._held and before == float("inf"):
                before = self._loop.time() + self._limits.line_seconds
            if len(self._held) > max_bytes:
                skipped_bytes += len(self._held) - 1
                del self._held[:-1]
                self._transport.resume_reading()
            if skipped_bytes > self._limits.max_skipped_bytes:
                raise Fault(replies.LINE_TOO_LONG, fatal=True)
            await self._more(before)
        return end, skipped_bytes

    def put_back(self, rest: bytes) -> None:
        """Bytes that were read too far; they come first again."""
        self._held[:0] = rest

    async def say(self, *replies_: str, at_once: bool = False) -> None:
        """Send reply lines, waiting where the peer does not read, within the limits. Where the peer has said
        more already they travel with the reply to that (RFC 2920, 3.2), unless `at_once`.
        """
        if self._lost:
            raise ConnectionResetError
        self._unsaid += "".join(reply + "\r\n" for reply in replies_).encode("ascii")
        if at_once or not self._held:
            await self._send()

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Say that TLS may begin, begin it, and forget all that was said in clear. Raises OSError or
        TimeoutError."""
        self._transport.pause_reading()  # what comes next belongs to the handshake
        await self.say(replies.READY_FOR_TLS, at_once=True)
        self._held.clear()  # before the handshake: what comes right behind it is already said in TLS
        await self.begin_tls(context)

    async def begin_tls(self, context: ssl.SSLContext) -> None:
        """Take the peer's handshake. Raises OSError or TimeoutError."""
        early = bytes(self._held)  # with implicit TLS alone: what uvloop read before it was told to wait
        self._held.clear()
        if early:  # two turns on, the protocol of the handshake has been told of its transport
            self._loop.call_soon(self._loop.call_soon, self._hand_over, early)
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

    def _hand_over(self, early: bytes) -> None:
        """Give what came before the handshake to its protocol, as its transport would."""
        handshake = cast("asyncio.BufferedProtocol", self._transport.get_protocol())
        while early and not self._transport.is_closing():
            room = memoryview(cast("bytearray", handshake.get_buffer(len(early))))
            taken_bytes = min(len(room), len(early))
            room[:taken_bytes] = early[:taken_bytes]
            handshake.buffer_updated(taken_bytes)
            early = early[taken_bytes:]

    def close(self, last_words: str = "", *, linger: bool = True) -> None:
        """Say a last reply if there is one, close, and cut off a peer that does not read it.

        In clear our direction alone is closed first: to close both while something is unread would reset the
        connection, and the peer would lose the reply that tells it why.
        """
        if self._over or self._transport.is_closing():
            return
        if last_words:
            self._unsaid += last_words.encode("ascii") + b"\r\n"
        self._write()
        if linger and last_words and not self.tls and not self._said_all:
            self._over = True
            self._held.clear()
            self._end_our_direction()
        else:
            self._transport.close()
        self._closing = self._loop.call_later(_CLOSE_SECONDS, self._transport.abort)

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

    def look(self, now: float) -> None:
        """End the wait that is under way if its limit is reached at `now`, an instant of the loop's clock.
        The listener looks at all in rounds: a timer of its own is half a KiB of each silent connection.
        """
        if now >= self._ends_at and self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(TimeoutError())

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

    async def gone(self) -> None:
        """Wait until the connection is closed."""
        if not self._lost:
            self._gone = self._gone or self._loop.create_future()
            await asyncio.shield(self._gone)

    async def end(self) -> None:
        """Cancel the dialogue and wait until it has said its last word, at most fifteen seconds."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=_END_SECONDS)

    def _write(self) -> None:
        if self._unsaid:
            unsaid, self._unsaid = self._unsaid, b""
            self._transport.write(unsaid)

    async def _send(self) -> None:
        self._write()
        while not (self._is_writable or self._lost):
            await self._wait(float("inf"))

    async def _more(self, before: float) -> None:
        """Wait until more has arrived. Raises TimeoutError; ConnectionResetError when the peer has gone."""
        if self._unsaid:
            await self._send()
        had_bytes = len(self._held)
        self._waiting = True
        try:
            while len(self._held) <= had_bytes:
                if self._lost or self._said_all:
                    raise ConnectionResetError
                await self._wait(before)
        finally:
            self._waiting = False

    def _wait(self, before: float) -> asyncio.Future[None]:
        """What is done when something happens here, and raises TimeoutError when a limit is reached."""
        self._ends_at = min(self._loop.time() + self._limits.idle_seconds, self._deadline, before)
        self._waiter = self._loop.create_future()
        return self._waiter

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
