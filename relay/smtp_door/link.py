"""A door worker's end of its socket to the relay: what is decided there, asked over the socket.

Owns the worker's calls under way. `FarReception` and `FarPlaces` stand for those who decide and who count
connections; the mail itself never comes here, only what `relay.smtp_door.calls` lists.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from relay.core.addresses import Address
from relay.core.rules import Claim
from relay.core.sender_checks import Grade
from relay.flow.visit import Arrival, Inbox, Ready, Sealed
from relay.smtp_door import calls
from relay.smtp_door.calls import Order, Place
from relay.smtp_door.frames import Frames


class LinkLost(OSError):
    """The relay is gone, or has closed this worker's socket."""


class Link:
    """Asks and is told. `obey` is given each order; `run` reads until the relay's end."""

    def __init__(self, frames: Frames, obey: Callable[[Order], None]) -> None:
        self._frames, self._obey = frames, obey
        self._numbers = itertools.count(1)
        self._waiting: dict[int, tuple[Any, asyncio.Future[Any]]] = {}
        self._lost = False

    async def run(self) -> None:
        """Read answers and orders until the socket's end. Raises BadFrame."""
        self._frames.hear(self._take)
        try:
            await self._frames.gone
        finally:
            self._lost = True
            for _, answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(LinkLost())

    async def ask(self, call: Any) -> Any:
        """The answer to a call. Raises Refusal, LinkLost."""
        number = next(self._numbers)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = (call, answer)
        try:
            self._send(number, call)
            await self._frames.sent()
            return await answer
        finally:
            del self._waiting[number]

    def tell(self, call: Any) -> None:
        """Make a call that wants no answer (`calls.UNANSWERED`)."""
        if not self._lost:
            self._send(0, call)

    def _send(self, number: int, call: Any) -> None:
        if self._lost:
            raise LinkLost
        self._frames.send(calls.asking(number, call))

    def _take(self, kind: int, number: int, body: bytes) -> None:
        if not number:
            return self._obey(calls.parse_order(kind))
        call, answer = self._waiting.get(number, (None, None))
        if call is None or answer is None or answer.done():
            return None  # who asked has been cancelled
        try:
            answer.set_result(calls.parse_answer(kind, body, call))
        except calls.Refusal as refusal:
            answer.set_exception(refusal)
        return None


class FarPlaces:
    """The door's places, which the relay counts for all workers together."""

    def __init__(self, link: Link) -> None:
        """Every place is asked for over the link."""
        self._link = link

    async def enter(self, peer: str, *, crowding: bool = False) -> Place:
        """As `Places.enter`. Whoever is told to end meanwhile gives back a place that they got, and no other:
        it would be another connection's.
        """
        asking = asyncio.ensure_future(self._link.ask(calls.Enter(peer, crowding)))
        try:
            found: Place = await asyncio.shield(asking)
        except asyncio.CancelledError:
            asking.add_done_callback(partial(self._give_back, peer))
            raise
        return found

    def _give_back(self, peer: str, asked: asyncio.Future[Place]) -> None:
        if not asked.cancelled() and asked.exception() is None and asked.result() is Place.HERE:
            self.leave(peer)

    def leave(self, peer: str) -> None:
        """As `Places.leave`."""
        self._link.tell(calls.Leave(peer))


class FarReception:
    """`relay.flow.visit.Reception`, asked over the link."""

    def __init__(self, link: Link) -> None:
        """Nothing is asked yet."""
        self._link, self._visits = link, itertools.count(1)

    async def recipient(self, reverse_path: Address | None, recipient: Address) -> None:
        """As `Reception.recipient`."""
        await self._link.ask(calls.Ask(reverse_path, recipient))

    async def refused(
        self, reverse_path: Address | None, recipient: Address, author: Address | None, code: str
    ) -> None:
        """As `Reception.refused`."""
        with suppress(calls.Refusal):
            await self._link.ask(calls.Refused(reverse_path, recipient, author, code))

    async def failed(self, recipient: Address) -> None:
        """As `Reception.failed`."""
        await self._link.ask(calls.Failed(recipient))

    async def open(self, arrival: Arrival) -> FarVisit:
        """As `Reception.open`."""
        visit = next(self._visits)
        try:
            opened = await self._link.ask(calls.Open(visit, arrival))
        except asyncio.CancelledError:
            self._link.tell(calls.Abort(visit))
            raise
        return FarVisit(self._link, visit, opened)


class FarVisit:
    """`relay.flow.visit.Visit`, asked over the link."""

    def __init__(self, link: Link, visit: int, opened: calls.Opened) -> None:
        self._link, self._visit, self._over = link, visit, False
        self.blob_id, self.inbox = opened.blob_id, opened.inbox
        self.received_at, self.expires_at = opened.received_at, opened.expires_at
        self._known = opened.inbox

    async def stage(self, at_bytes: int, sealed: bytes) -> None:
        """As `Visit.stage`, in frames that are not too large."""
        for start in range(0, len(sealed), calls.MOST_PIECE_BYTES):
            piece = sealed[start : start + calls.MOST_PIECE_BYTES]
            await self._link.ask(calls.Stage(self._visit, at_bytes + start, piece))

    async def look_again(self) -> Inbox:
        """As `Visit.look_again`."""
        return self._see(await self._link.ask(calls.LookAgain(self._visit)))

    async def author(self, author: Address) -> Inbox:
        """As `Visit.author`."""
        return self._see(await self._link.ask(calls.Author(self._visit, author)))

    async def by_rule(self, author: Address | None, claim: Claim) -> Grade | None:
        """As `Visit.by_rule`."""
        grade: Grade | None = await self._link.ask(calls.ByRule(self._visit, author, claim))
        return grade

    async def finish(self, stored_bytes: int, stored_sha256: bytes, author: Address | None = None) -> Ready:
        """As `Visit.finish`."""
        asked = calls.Finish(self._visit, stored_bytes, stored_sha256, author)
        found: calls.Finished = await self._link.ask(asked)
        return Ready(self._see(found.seen), found.day_keys, found.turn)

    async def deposit(self, sealed: Sealed) -> None:
        """As `Visit.deposit`."""
        await self._link.ask(calls.Deposit(self._visit, sealed))
        self._over = True

    async def abort(self) -> None:
        """As `Visit.abort`."""
        if not self._over:
            self._over = True
            await self._link.ask(calls.Abort(self._visit))

    def _see(self, seen: calls.Seen) -> Inbox:
        self._known = seen.inbox or replace(self._known, seen_at=seen.seen_at)
        return self._known
