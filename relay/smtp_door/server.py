"""The listener. Owns the connections that are open here, and the slowest of them; knows nothing of mail."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Any

from relay.logs import Log
from relay.smtp_door import replies
from relay.smtp_door.calls import Place
from relay.smtp_door.dialogue import Admission, Dialogue
from relay.smtp_door.limits import Limits
from relay.smtp_door.listening import Certificate, listening
from relay.smtp_door.places import DoorPlaces, Places
from relay.smtp_door.wire import Wire

_AT_ONCE = 16  # that are taken in one turn of the loop, so that those who talk are heard in between
_ROUND_SECONDS = 0.25  # by so much a limit may be passed; six thousand connections are looked at within 2 ms
_REST_SECONDS = 1.0  # where the system has no room for another


class _Listening:
    """Takes the connections of one socket until it is closed. asyncio's own server drops one that it took in
    the instant before.
    """

    def __init__(
        self,
        listener: socket.socket,
        connected: Callable[[], Wire],
        arriving: set[asyncio.Future[Any]],
        log: Log,
    ) -> None:
        self._listener, self._connected, self._arriving, self._log = listener, connected, arriving, log
        self._loop = asyncio.get_running_loop()
        self._begin()

    def close(self) -> None:
        """Take no more; who is taken stays, and who waits is another process's."""
        if self._listener.fileno() >= 0:
            self._loop.remove_reader(self._listener)
            self._listener.close()

    def _begin(self) -> None:
        if self._listener.fileno() >= 0:
            self._loop.add_reader(self._listener, self._take)

    def _take(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                taken, _ = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                break
            except OSError as failure:
                self._rest(failure)
                break
            taken.setblocking(False)
            arriving = asyncio.ensure_future(self._loop.connect_accepted_socket(self._connected, taken))
            self._arriving.add(arriving)
            arriving.add_done_callback(self._arrived)

    def _arrived(self, arriving: asyncio.Future[Any]) -> None:
        self._arriving.discard(arriving)
        if not arriving.cancelled() and (failure := arriving.exception()) is not None:
            self._log.error("door.trouble", failure=failure)

    def _rest(self, failure: OSError) -> None:
        self._log.error("door.no_room", failure=failure)
        self._loop.remove_reader(self._listener)
        self._loop.call_later(_REST_SECONDS, self._begin)


class Door:
    """The SMTP door of one relay. `start` binds and returns the address; `stop` lets each dialogue say a
    last word."""

    def __init__(
        self,
        admission: Admission,
        limits: Limits,
        log: Log,
        *,
        hostname: str,
        tls: Certificate | None = None,
        require_tls: bool = False,
        places: Places | None = None,
    ) -> None:
        """`places` counts the connections of all processes of the door; if None, it has this one alone."""
        self._admission, self._limits, self._log, self._hostname = admission, limits, log, hostname
        self._tls, self._require_tls = tls, require_tls
        self._open: set[Wire] = set()
        self._places = places or DoorPlaces(limits)
        self._listening: list[_Listening] = []
        self._arriving: set[asyncio.Future[Any]] = set()
        self._wires: set[Wire] = set()
        self._round: asyncio.TimerHandle | None = None

    async def start(self, host: str, port: int, *, implicit_tls: bool = False) -> tuple[str, int]:
        """Listen; port 0 picks a free one. Once for each port, one of which may begin with TLS at once
        (it needs the certificate). Returns host and port. Raises OSError.
        """
        listener = listening(host, port)
        await self.listen(listener, implicit_tls=implicit_tls)
        name = listener.getsockname()
        return str(name[0]), int(name[1])

    async def listen(self, listener: socket.socket, *, implicit_tls: bool = False) -> None:
        """Take the connections of a socket that listens already, perhaps for other processes too."""

        def connected() -> Wire:
            self._go_round()
            return Wire(self._serve, self._limits, self._wires, implicit_tls=implicit_tls)

        self._listening.append(_Listening(listener, connected, self._arriving, self._log))

    def _go_round(self) -> None:
        """While there are connections, look now and then whether one waits beyond its limit."""
        if self._round is None:
            self._round = asyncio.get_running_loop().call_later(_ROUND_SECONDS, self._look)

    def _look(self) -> None:
        self._round, now = None, asyncio.get_running_loop().time()
        for wire in self._wires:
            wire.look(now)
        if self._wires or self._arriving:
            self._go_round()

    def close(self) -> None:
        """Take no further connection; those that are open go on."""
        for one in self._listening:
            one.close()

    def leave(self) -> None:
        """Let each peer go between two mails: who says nothing just then at once, the others when they come
        to that point.
        """
        for wire in self._open:
            wire.leave()

    async def emptied(self) -> None:
        """Wait until each connection is closed, its last word read or given up."""
        while self._arriving or self._wires:
            if self._arriving:
                await asyncio.wait(self._arriving)
            else:
                await next(iter(self._wires)).gone()

    async def stop(self) -> None:
        """Stop listening and end the dialogues. A commit that is under way is finished, because it is
        shielded."""
        self.close()
        await asyncio.gather(*(wire.end() for wire in self._open))

    async def _serve(self, wire: Wire) -> None:
        self._open.add(wire)
        try:
            if not await self._has_place(wire):
                words = "" if wire.implicit_tls else replies.TOO_MANY_CONNECTIONS
                wire.close(words, linger=False)
                return
            try:  # here, and not a call further on: each silent connection would hold one frame more
                dialogue = await self._begun(wire)
                if dialogue is not None:
                    await dialogue.run()
            except Exception as trouble:  # noqa: BLE001 - one dialogue's trouble must not end the door
                self._log.error("door.trouble", failure=trouble)
                wire.close(replies.TROUBLE)
            finally:
                self._places.leave(wire.peer)
        finally:
            self._open.discard(wire)

    async def _has_place(self, wire: Wire) -> bool:
        place = await self._places.enter(wire.peer)
        if place is Place.FULL and self.make_room():
            place = await self._places.enter(wire.peer, crowding=True)
        return place is Place.HERE

    def make_room(self) -> bool:
        """Where all places are taken, cut the slowest of those that drip: a thousand peers that send a byte
        now and then keep no honest one out. False where nobody drips.
        """
        paces = ((wire.pace(self._limits.grace_seconds), wire) for wire in self._open)
        slow = [(pace, wire) for pace, wire in paces if pace is not None]
        pace, slowest = min(slow, key=lambda one: one[0], default=(self._limits.slow_bytes_per_second, None))
        if slowest is None or pace >= self._limits.slow_bytes_per_second:
            return False
        slowest.cut()
        return True

    async def _begun(self, wire: Wire) -> Dialogue | None:
        """The dialogue, once TLS stands where it comes first; None where it does not come to that."""
        context = self._tls.context(self._log) if self._tls is not None else None
        if wire.implicit_tls and not await self._begin_tls(wire, context):
            return None
        return Dialogue(
            wire, self._admission, self._limits, hostname=self._hostname, tls_context=context,
            require_tls=self._require_tls, record=self._record,
        )  # fmt: skip

    async def _begin_tls(self, wire: Wire, context: ssl.SSLContext | None) -> bool:
        """Whether the peer and we came to terms."""
        if context is not None:
            try:
                await wire.begin_tls(context)
            except OSError:  # a time-out is one, too
                pass
            except asyncio.CancelledError:
                wire.close()
                raise
            else:
                return True
        wire.close()
        return False

    def _record(self, verdict: str, size_bytes: int) -> None:
        self._log.info("door.received", verdict=verdict, size_bytes=size_bytes)
