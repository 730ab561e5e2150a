"""Who plays: each side of each pair. Owns what they do, and tells the model what they saw.

A player does one thing after another; all players play at the same time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import ClassVar, Final, TypeVar

from keys.acts import ActCore, parse_act
from keys.names import DAY_SECONDS, Role, day_of
from relay.core import admission
from relay.core.errors import Conflict, KeeperAway, Malformed, NotFound, RelayError
from relay.core.model import Page, Row
from relay.operator.simulation.faults import Lost
from relay.operator.simulation.model import Known, Letter
from relay.operator.simulation.people import Pair
from relay.operator.simulation.relays import Relay
from relay.operator.simulation.world import World

Result = TypeVar("Result")

TRIES: Final = 3
LOCKED: Final = 0.4
"""Of so many messages the keeper is asked: sealing a lock is the slowest that people do here."""
PAGES_ROWS: Final = (3, 7, 30, 100)
RECENT: Final = 30
PAUSES: Final = ((0.7, 5.0), (0.25, 600.0), (0.04, 6 * 3600.0), (0.01, 2.0 * DAY_SECONDS))
"""Shares, and the longest pause: bursts, and now and then half a day of nothing."""
SHARES: Final = [share for share, _ in PAUSES]
LONGEST: Final = [most_seconds for _, most_seconds in PAUSES]
KEEPS: Final = (60, 3600, DAY_SECONDS, 3 * DAY_SECONDS, 30 * DAY_SECONDS)


class Player:
    """Plays a number of steps."""

    weights: ClassVar[dict[str, int]]

    def __init__(self, world: World) -> None:
        self._world, self._machine = world, world.machine

    async def play(self, steps: int) -> None:
        """One step after another, with pauses. Raises Broken."""
        names, weights = list(self.weights), list(self.weights.values())
        for _ in range(steps):
            await self._pause()
            (name,) = self._machine.chance.choices(names, weights)
            self._world.tell(f"{self}: {name}")
            with suppress(Lost, RelayError):  # what must hold is judged where it was asked for
                await getattr(self, name)()

    async def _pause(self) -> None:
        (most_seconds,) = self._machine.chance.choices(LONGEST, SHARES)
        await self._machine.pause(most_seconds)


class Party(Player):
    """A coach or a client, with one mailbox."""

    weights: ClassVar[dict[str, int]] = {
        "send": 40, "read": 15, "follow": 20, "let_go": 5, "recall": 5, "fetch_file": 8, "ask_keeper": 10,
        "revoke": 3,
    }  # fmt: skip

    def __init__(self, world: World, pair: Pair, role: Role) -> None:
        super().__init__(world)
        self.pair, self.role = pair, role
        self.mailbox_id = pair.mailbox(role)
        self._account_id = pair.sides[role].account_id
        self._cursor = 0

    def __str__(self) -> str:
        return self.pair.sides[self.role].label

    async def send(self) -> None:
        """A message into both mailboxes, perhaps with a file; the same bytes again while no answer comes."""
        world, machine, now = self._world, self._machine, self._machine.true_at()
        keep_seconds = machine.chance.choice(KEEPS)
        expires_at = min(now + keep_seconds, self.pair.policy.hold_ends_at)
        if expires_at <= now:
            return
        blob_id = await self._upload(expires_at) if machine.happens(0.2) else b""
        day_key = await world.day_key(day_of(expires_at)) if machine.happens(LOCKED) else None
        sealed = self.pair.message(expires_at, day_key)
        number = world.model.next_message()
        letters = [
            Letter(self.pair, role, number, raw[24:40], raw, expires_at, blob_id, day_key is not None)
            for role, raw in sealed.items()
        ]
        world.model.add(letters)
        group = [admission.read(letter.raw, (blob_id,) if blob_id else ()) for letter in letters]
        for _ in range(TRIES):
            asked, asked_at = world.asked(), machine.seconds()
            try:
                await world.ask(
                    lambda relay: relay.flows.accept.deposit(self._account_id, [group], relay.now())
                )
            except Lost:
                _at_least(letters, "stored", Known.MAYBE)
            except RelayError:
                if not world.span(asked).steady:
                    _at_least(letters, "stored", Known.MAYBE)  # it may come again once the clock is right
                return
            else:
                _at_least(letters, "stored", Known.YES)
                for letter in letters:
                    letter.asked_at = asked_at
                return

    async def read(self) -> None:
        """The whole mailbox, page by page from its beginning."""
        world = self._world
        asked, known = world.asked(), world.model.surely_in(self.mailbox_id)
        found, after, more = list[Letter](), 0, True
        while more:
            page_found, after, more = await self._page(after)
            found += page_found
        world.model.check_listing(self.mailbox_id, found, known, world.span(asked))

    async def follow(self) -> None:
        """What is new since the last time; whoever was let go waits again first."""
        self._world.wait(self.pair, self.role, again=False)
        more = True
        while more:
            found, self._cursor, more = await self._page(self._cursor)
            self._world.model.follow(self.mailbox_id, found)

    async def let_go(self) -> None:
        """An own copy goes."""
        letter = self._any(self.mailbox_id)
        if letter is None:
            return
        there = _surely([letter])
        _at_least([letter], "gone", Known.MAYBE)
        which = [letter.envelope_id]
        await self._world.ask(
            lambda relay: relay.flows.expire.own_copies(self._account_id, self.mailbox_id, which, relay.now())
        )
        _at_least(there, "gone", Known.YES)

    async def recall(self) -> None:
        """One of my messages goes from both mailboxes, by a signed act."""
        letter = self._any(self.mailbox_id)
        if letter is None:
            return
        both = self._twins(letter)
        world, now = self._world, self._machine.true_at()
        previous = await self._newest_act()
        act = self.pair.recall(previous, self.role, tuple(one.envelope_id for one in both), now).encode()
        there = _surely(both)
        _at_least(both, "gone", Known.MAYBE)
        await world.ask(
            lambda relay: relay.flows.agreements.act(
                self._account_id, self.pair.engagement_id, act, b"", relay.now()
            )
        )
        _at_least(there, "gone", Known.YES)

    async def fetch_file(self) -> None:
        """The attachment of a letter of mine."""
        with_files = [one for one in self._world.model.of(self.mailbox_id) if one.blob_id]
        if not with_files:
            return
        letter = self._machine.chance.choice(with_files)
        asked, before = self._world.asked(), replace(letter)
        try:
            content = await self._world.ask(lambda relay: self._file(relay, letter.blob_id))
        except NotFound:
            content = None
        if before.stored is Known.YES and all(one.gone is Known.NO for one in self._twins(letter)):
            self._world.model.check_file(letter, content, before, self._world.span(asked))

    async def ask_keeper(self) -> None:
        """Have the lock of a letter of mine opened."""
        letter = self._locked(self.mailbox_id)
        if letter is None:
            return
        world, revoked_before = self._world, letter.revoked
        asked = world.asked()
        request, read = self.pair.ask(self.role, letter.raw, self._machine.true_at())
        with suppress(KeeperAway, Malformed):
            answer = await world.ask(lambda relay: relay.flows.keepers.open(self.pair.keeper_id, request))
            status = read(answer, world.keeper_public)
            world.model.check_asked(letter, status, revoked_before, world.span(asked))

    async def revoke(self) -> None:
        """Have the other's lock refused from now on."""
        other = Role.CLIENT if self.role is Role.COACH else Role.COACH
        letter = self._locked(self.pair.mailbox(other))
        if letter is None:
            return
        world, now = self._world, self._machine.true_at()
        request = self.pair.revoke(other, letter.raw, now)
        _at_least([letter], "revoked", Known.MAYBE)
        answer = await world.ask(
            lambda relay: relay.flows.keepers.revoke(self.pair.keeper_id, request, relay.now())
        )
        if answer is not None:
            _at_least([letter], "revoked", Known.YES)

    async def _upload(self, expires_at: int) -> bytes:
        owner, blob_id = self._account_id, self._machine.bytes(32)
        content = blob_id * 4
        digest = hashlib.sha256(content).digest()
        await self._call(lambda relay: relay.flows.blobs.create(owner, blob_id, expires_at, relay.now()))
        with suppress(Conflict):  # it was stored, and the answer lost
            await self._call(lambda relay: relay.flows.blobs.append(owner, blob_id, 0, content, relay.now()))
        await self._call(
            lambda relay: relay.flows.blobs.finish(owner, blob_id, len(content), digest, relay.now())
        )
        return blob_id

    async def _file(self, relay: Relay, blob_id: bytes) -> bytes:
        blobs = relay.flows.blobs
        blob = await blobs.readable(self._account_id, blob_id, relay.now())
        return b"".join([piece async for piece in blobs.read(blob, 0, blob.stored_bytes)])

    async def _page(self, after: int) -> tuple[list[Letter], int, bool]:
        world, most_rows = self._world, self._machine.chance.choice(PAGES_ROWS)

        async def ask() -> tuple[list[Letter], int, bool]:
            asked, gone = world.asked(), world.model.surely_gone(self.mailbox_id)
            page: Page[tuple[Row, ...]] = await world.ask(
                lambda relay: relay.flows.fetch.rows(
                    self._account_id,
                    self.mailbox_id,
                    after=after,
                    before=None,
                    limit=most_rows,
                    now=relay.now(),
                )
            )
            found = world.model.check_page(self.mailbox_id, page.rows, after, gone, world.span(asked))
            return found, page.next, page.more

        return await self._until_answered(ask)

    async def _newest_act(self) -> ActCore:
        view = await self._call(
            lambda relay: relay.flows.agreements.one(self._account_id, self.pair.engagement_id, relay.now())
        )
        return parse_act(view.engagement.acts[-1]).core

    def _any(self, mailbox_id: bytes) -> Letter | None:
        return self._one_of(self._world.model.of(mailbox_id))

    def _locked(self, mailbox_id: bytes) -> Letter | None:
        return self._one_of(self._world.model.locked(mailbox_id))

    def _one_of(self, sent: list[Letter]) -> Letter | None:
        return self._machine.chance.choice(sent[-RECENT:]) if sent else None

    def _twins(self, letter: Letter) -> list[Letter]:
        """The same message in both mailboxes."""
        return self._world.model.of_message(letter.message)

    async def _call(self, work: Callable[[Relay], Awaitable[Result]]) -> Result:
        return await self._until_answered(lambda: self._world.ask(work))

    async def _until_answered(self, ask: Callable[[], Awaitable[Result]]) -> Result:
        for _ in range(TRIES):
            with suppress(Lost):
                return await ask()
        raise Lost


def _at_least(letters: list[Letter], what: str, known: Known) -> None:
    """What is known can only become more certain."""
    for letter in letters:
        if known.value > getattr(letter, what).value:
            setattr(letter, what, known)


def _surely(letters: list[Letter]) -> list[Letter]:
    """Those that are there for sure: what is taken away before it came may still come."""
    return [letter for letter in letters if letter.stored is Known.YES]
