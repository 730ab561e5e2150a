"""The relay's end of a door worker's socket. Owns that worker's visits and places, and gives them back when
it ends, in whatever way.

A worker reads what strangers send, and may be theirs one day: it is given nothing that it did not open
itself, and one frame that is not of the table ends it (BadFrame). What it says of a mail is believed only for
that mail.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final

from relay.core.errors import RelayError
from relay.flow.visit import Inbox, Reception, Visit
from relay.logs import Log
from relay.smtp_door import calls
from relay.smtp_door.calls import BadFrame, Order, Place
from relay.smtp_door.frames import Frames
from relay.smtp_door.places import Places

TURN_SECONDS: Final = 15.0
"""So long may a worker hold the turn of a mailbox: sealing takes milliseconds, and others wait."""

_ROOM_FOR_SEALING: Final = 1.25  # padding adds at most an eighth, chunks less than a thousandth
_SMALL_BYTES: Final = 1 << 17


@dataclass(slots=True)
class _Guest:
    """A visit as its worker has it: one call at a time, in the order in which they came."""

    visit: Visit | None = None
    told: Inbox | None = None  # as its worker knows it
    staged_bytes: int = 0
    one_call: asyncio.Lock = field(default_factory=asyncio.Lock)
    turn_ends: asyncio.TimerHandle | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is told what a worker holds: a connection has come; a mail begins; a mail has ended."""

    came: Callable[[], None]
    mail_begins: Callable[[], None]
    mail_ended: Callable[[], None]


class Attendant:
    """Serves one worker's calls. `max_mail_bytes` and `max_connections` are the door's own limits."""

    def __init__(
        self,
        reception: Reception,
        places: Places,
        log: Log,
        watch: Watch,
        frames: Frames,
        *,
        max_mail_bytes: int,
        max_connections: int,
    ) -> None:
        self._reception, self._places, self._log, self._watch = reception, places, log, watch
        self._most_staged_bytes = int(max_mail_bytes * _ROOM_FOR_SEALING) + _SMALL_BYTES
        self._most_visits, self._most_calls = 2 * max_connections, 4 * max_connections + 64
        self._guests: dict[int, _Guest] = {}
        self._peers: Counter[str] = Counter()
        self._calls: set[asyncio.Task[None]] = set()
        self._frames = frames
        self._serves: Mapping[type, Callable[[Any], Awaitable[Any]]] = {
            calls.Enter: self._enter,
            calls.Leave: self._leave,
            calls.Ask: self._ask,
            calls.Open: self._open,
            calls.Stage: self._stage,
            calls.LookAgain: self._look_again,
            calls.Author: self._author,
            calls.Finish: self._finish,
            calls.Deposit: self._deposit,
            calls.Abort: self._abort,
            calls.ByRule: self._by_rule,
            calls.Refused: self._refused,
            calls.Failed: self._failed,
        }

    @property
    def mails(self) -> int:
        """Mails under way."""
        return len(self._guests)

    def order(self, order: Order) -> None:
        """Tell the worker to do something, unless it has gone."""
        self._frames.send(calls.frame(order, 0))

    async def run(self) -> None:
        """Serve until the worker's end; then undo what it had begun. Raises BadFrame."""
        self._frames.hear(self._hear)
        try:
            await asyncio.shield(self._frames.gone)
        finally:
            self._frames.close()
            undoing = asyncio.ensure_future(self._undo())
            while not undoing.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait({undoing})

    def _hear(self, kind: int, number: int, body: bytes) -> None:
        call = calls.parse_call(kind, body)
        if not number and type(call) not in calls.UNANSWERED:
            raise BadFrame("number")
        self._begin(self._answer(number, call))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        """A thousand connections that come at once make a thousand calls, and are no fault of their worker:
        what is beyond the limit waits in the socket.
        """
        task = asyncio.ensure_future(work)
        self._calls.add(task)
        task.add_done_callback(self._has_ended)
        if len(self._calls) >= self._most_calls:
            self._frames.rest()

    def _has_ended(self, task: asyncio.Task[None]) -> None:
        self._calls.discard(task)
        if len(self._calls) < self._most_calls:
            self._frames.go_on()

    async def _answer(self, number: int, call: Any) -> None:
        try:
            answer = calls.answering(number, call, await self._serves[type(call)](call))
        except BadFrame as fault:
            return self._frames.close(fault)
        except RelayError as refusal:
            answer = calls.refusing(number, refusal)
        except Exception as trouble:  # noqa: BLE001 - one mail's trouble must not end the door
            self._log.error("door.trouble", failure=trouble)
            answer = calls.refusing(number, RelayError())
        if number:
            self._frames.send(answer)
            await self._frames.sent()
        return None

    async def _undo(self) -> None:
        """What is under way is finished, since it may be a commit; then all that is left goes."""
        await asyncio.gather(*self._calls, return_exceptions=True)
        for number in list(self._guests):
            await self._end(number)
        for peer in self._peers.elements():
            self._places.leave(peer)
        self._peers.clear()

    # connections

    async def _enter(self, call: calls.Enter) -> Place:
        if self._peers.total() >= self._most_visits:  # whoever says that each is for a slow one
            return Place.FULL
        place = await self._places.enter(call.peer, crowding=call.crowding)
        if place is Place.HERE:
            self._peers[call.peer] += 1
            self._watch.came()
        return place

    async def _leave(self, call: calls.Leave) -> None:
        if self._peers[call.peer] < 1:
            raise BadFrame("peer")
        self._peers -= Counter((call.peer,))  # and none is kept at nought
        self._places.leave(call.peer)

    # mails

    async def _ask(self, call: calls.Ask) -> None:
        await self._reception.recipient(call.reverse_path, call.recipient)
        if call.reverse_path is None:
            self._watch.mail_begins()  # what comes back to a notice has no visit, and is seen all the same

    async def _open(self, call: calls.Open) -> calls.Opened:
        if call.visit in self._guests or len(self._guests) >= self._most_visits:
            raise BadFrame("visit")
        guest = self._guests[call.visit] = _Guest()
        async with guest.one_call:
            try:
                guest.visit = visit = await self._reception.open(call.arrival)
                guest.told = visit.inbox
            except BaseException:
                del self._guests[call.visit]
                raise
        self._watch.mail_begins()
        return calls.Opened(visit.blob_id, visit.received_at, visit.expires_at, visit.inbox)

    async def _stage(self, call: calls.Stage) -> None:
        guest = self._guest(call.visit)
        async with guest.one_call:
            ends_at = call.at_bytes + len(call.sealed)
            if call.at_bytes != guest.staged_bytes or ends_at > self._most_staged_bytes:
                raise BadFrame("staged bytes")
            if guest.turn_ends is not None or not call.sealed:
                raise BadFrame("a stage after the end, or of nothing")
            await _of(guest).stage(call.at_bytes, call.sealed)
            guest.staged_bytes = ends_at

    async def _look_again(self, call: calls.LookAgain) -> calls.Seen:
        guest = self._guest(call.visit)
        async with guest.one_call:
            return _seen(guest, await _of(guest).look_again())

    async def _author(self, call: calls.Author) -> calls.Seen:
        guest = self._guest(call.visit)
        async with guest.one_call:
            return _seen(guest, await _of(guest).author(call.author))

    async def _by_rule(self, call: calls.ByRule) -> Any:
        guest = self._guest(call.visit)
        async with guest.one_call:
            return await _of(guest).by_rule(call.author, call.claim)

    async def _refused(self, call: calls.Refused) -> None:
        await self._reception.refused(call.reverse_path, call.recipient, call.author, call.code)

    async def _failed(self, call: calls.Failed) -> None:
        await self._reception.failed(call.recipient)

    async def _finish(self, call: calls.Finish) -> calls.Finished:
        guest = self._guest(call.visit)
        async with guest.one_call:
            if guest.turn_ends is not None:
                raise BadFrame("a second end")
            ready = await _of(guest).finish(call.stored_bytes, call.stored_sha256, call.author)
            loop = asyncio.get_running_loop()
            guest.turn_ends = loop.call_later(TURN_SECONDS, lambda: self._begin(self._turn_over(guest)))
            return calls.Finished(_seen(guest, ready.inbox), ready.day_keys, ready.turn)

    async def _deposit(self, call: calls.Deposit) -> None:
        guest = self._guest(call.visit)
        async with guest.one_call:
            if guest.turn_ends is None:
                raise BadFrame("a deposit before its turn")
            if bool(guest.staged_bytes) == bool(call.sealed.whole):
                raise BadFrame("bytes twice, or none")
            await _of(guest).deposit(call.sealed)
        self._forget(call.visit)

    async def _abort(self, call: calls.Abort) -> None:
        if call.visit in self._guests:  # else its opening was refused, and its worker has not heard of it
            await self._end(call.visit)

    def _guest(self, number: int) -> _Guest:
        guest = self._guests.get(number)
        if guest is None:
            raise BadFrame("visit")
        return guest

    async def _turn_over(self, guest: _Guest) -> None:
        """Others wait for this mailbox. A deposit that still comes is refused."""
        async with guest.one_call:
            await _of(guest).abort()

    async def _end(self, number: int) -> None:
        guest = self._guests[number]
        async with guest.one_call:
            if guest.visit is not None:
                try:
                    await guest.visit.abort()
                except Exception as trouble:  # noqa: BLE001 - what stays unlinked goes after a day
                    self._log.error("door.not_undone", failure=trouble)
        if self._guests.get(number) is guest:  # else it went with an earlier call, and another has its number
            self._forget(number)

    def _forget(self, number: int) -> None:
        guest = self._guests.pop(number, None)
        if guest is not None:
            if guest.turn_ends is not None:
                guest.turn_ends.cancel()
            self._watch.mail_ended()


def _seen(guest: _Guest, inbox: Inbox) -> calls.Seen:
    """The inbox of now, as little of it as the worker does not know."""
    if guest.told is not None and replace(guest.told, seen_at=inbox.seen_at) == inbox:
        return calls.Seen(inbox.seen_at, None)
    guest.told = inbox
    return calls.Seen(inbox.seen_at, inbox)


def _of(guest: _Guest) -> Visit:
    if guest.visit is None:
        raise BadFrame("visit")
    return guest.visit
