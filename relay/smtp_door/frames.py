"""The socket between the relay and a door worker, as frames. Owns where one ends, and when they travel.

What is sent within one turn of the event loop travels together: to wake the other side costs more than what
it is told. Which frames there are is `relay.smtp_door.calls`; one that is none ends the socket.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import cast

from relay.smtp_door.calls import HEAD_BYTES, BadFrame, parse_head

Hear = Callable[[int, int, bytes], None]  # kind, number and fields; raises BadFrame


class Frames(asyncio.Protocol):
    """One end. `gone` is done when the socket has ended, and raises BadFrame where that is why."""

    def __init__(self, most_bytes: int) -> None:
        """`most_bytes` is the most that the fields of one frame may have. Nothing is heard before `hear`."""
        self._most_bytes = most_bytes
        self._loop = asyncio.get_running_loop()
        self.gone: asyncio.Future[None] = self._loop.create_future()
        self._hear: Hear | None = None
        self._held, self._waiting = bytearray(), list[bytes]()
        self._transport: asyncio.Transport
        self._writable: asyncio.Future[None] | None = None
        self._rests = self._over = False

    @classmethod
    async def open(cls, end: socket.socket, most_bytes: int) -> Frames:
        """The frames of a socket, which is theirs from here on. Raises OSError."""
        loop = asyncio.get_running_loop()
        _, found = await loop.create_unix_connection(lambda: cls(most_bytes), sock=end)
        return found

    def hear(self, hear: Hear) -> None:
        """Give each frame to `hear`, beginning with those that are here already."""
        self._hear = hear
        self._take()

    def send(self, frame: bytes) -> None:
        """Send a frame with those of this turn; a socket that has ended takes none."""
        if not self._waiting:
            self._loop.call_soon(self._flush)
        self._waiting.append(frame)

    async def sent(self) -> None:
        """Wait until the other side has taken so much that there is room for more."""
        if self._writable is not None:
            await asyncio.shield(self._writable)

    def rest(self) -> None:
        """Hear nothing for a while; what comes waits in the socket."""
        self._rests = True
        self._transport.pause_reading()

    def go_on(self) -> None:
        """Hear again."""
        if self._rests:
            self._rests = False
            self._transport.resume_reading()
            self._loop.call_soon(self._take)

    def close(self, fault: BadFrame | None = None) -> None:
        """Send what waits, and end. `fault` is what `gone` then raises."""
        self._over = True
        if fault is not None and not self.gone.done():
            self.gone.set_exception(fault)
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting and not self._transport.is_closing():
            self._transport.writelines(waiting)

    def _take(self) -> None:
        """Hear all that has come whole."""
        at = 0
        try:
            while self._hear is not None and not (self._rests or self._over):
                begins = at + HEAD_BYTES
                if len(self._held) < begins:
                    break
                length, kind, number = parse_head(bytes(self._held[at:begins]), self._most_bytes)
                if len(self._held) < begins + length:
                    break
                at = begins + length
                self._hear(kind, number, bytes(memoryview(self._held)[begins:at]))
        except BadFrame as fault:
            self.close(fault)
        del self._held[:at]

    # asyncio calls these

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._held += data
        self._take()

    def pause_writing(self) -> None:
        self._writable = self._loop.create_future()

    def resume_writing(self) -> None:
        if self._writable is not None:
            self._writable.set_result(None)
            self._writable = None

    def connection_lost(self, exc: Exception | None) -> None:
        self._over = True
        self.resume_writing()
        if not self.gone.done():
            self.gone.set_result(None)
