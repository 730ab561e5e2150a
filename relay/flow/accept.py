"""Accept: envelopes come in. Owns the way of a deposit from bytes to commit to wake; success is said
after commit.

No signature is checked here and the store is asked nothing before the one write: the session says who
deposits, the standing of the engagement is at hand. (docs/protocol.md, part 13, Deposit.)
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from relay.core.admission import DOOR, admit, admit_notice, with_twin
from relay.core.errors import Busy, Conflict, InboxFull, NotFound, PolicyRefused, RelayError
from relay.core.model import DoorMemory, Group, Outcome, SealedEnvelope, WholeBlob
from relay.core.ports import Store, Wake
from relay.core.telling import TOLD_CLASSES
from relay.flow.standings import Standings
from relay.flow.telling import Telling

REFUSED: Final = "refused"
REPEATED: Final = "repeated"
CHANGED: Final = "changed"
"""By the store: another act governs the mailbox than the group was let in under."""
MOST_TRIES: Final = 4
NOTICE_ROOM_BYTES: Final = 1 << 17
_BY_CODE: Final = {error.code: error for error in (Busy, InboxFull, NotFound, PolicyRefused)} | {
    CHANGED: Busy
}


class Accept:
    """Takes groups of envelopes, each all or nothing.

    `quota_bytes` bounds what one mailbox holds; `unbound_keep_seconds` what no policy dates.
    """

    def __init__(
        self,
        store: Store,
        standings: Standings,
        wake: Wake,
        telling: Telling,
        *,
        quota_bytes: int,
        unbound_keep_seconds: int,
    ) -> None:
        self._store = store
        self._standings = standings
        self._wake = wake
        self._telling = telling
        self._quota_bytes = quota_bytes
        self._unbound_keep_seconds = unbound_keep_seconds
        self._finishing: set[asyncio.Task[None]] = set()

    async def deposit(
        self, account_id: bytes, groups: Sequence[Sequence[SealedEnvelope]], now: int
    ) -> list[Outcome]:
        """Store groups for a person; one outcome each, in order. A single group that is refused raises
        instead.
        """
        if len(groups) == 1:
            return [await self._deposit_one(lambda: self._admit(account_id, groups[0], now), now)]
        return await self._deposit_many(account_id, groups, now)

    async def from_door(
        self, envelope: SealedEnvelope, memory: DoorMemory, now: int, blobs: Sequence[WholeBlob] = ()
    ) -> Outcome:
        """Store one mail that the door sealed, with the duplicate memory of its transaction and the blobs
        that are not staged. Raises RelayError.
        """

        async def admitted() -> Group:
            found = await self._admit(DOOR, (envelope,), now)
            return Group(DOOR, (envelope,), memory, found.tells, tuple(blobs), found.acts)

        return await self._deposit_one(admitted, now)

    async def from_relay(self, envelope: SealedEnvelope, now: int) -> None:
        """Store a notice of the relay itself, with some room where the mailbox is full: it may be that which
        is told. Raises RelayError.
        """

        async def admitted() -> Group:
            standing = await self._standings.of_mailbox(envelope.mailbox_id, now)
            admit_notice(envelope, standing, now, unbound_keep_seconds=self._unbound_keep_seconds)
            owner = standing.places[envelope.mailbox_id].account_id
            tells = await self._telling.tells({owner}, now)
            return Group(DOOR, (envelope,), tells=tells, acts=(standing.newest_act,))

        await self._deposit_one(admitted, now, NOTICE_ROOM_BYTES)

    async def _deposit_one(
        self, admitted: Callable[[], Awaitable[Group]], now: int, room_bytes: int = 0
    ) -> Outcome:
        """Store a group, let in anew while acts come in between. Raises what refuses it."""
        for _ in range(MOST_TRIES):
            group = await admitted()
            (outcome,) = await self._store_groups([group], now, room_bytes)
            if outcome.code != CHANGED:
                break
            self._forget(group.envelopes)
        if outcome.status == REFUSED:
            raise refusal(outcome.code)
        return outcome

    async def _deposit_many(
        self, account_id: bytes, groups: Sequence[Sequence[SealedEnvelope]], now: int
    ) -> list[Outcome]:
        """Those that an act came in between of are stored one by one, as they would be alone."""
        outcomes = await self._try_many(account_id, groups, now)
        for number, outcome in enumerate(outcomes):
            if outcome.code == CHANGED:
                outcomes[number] = await self._again(account_id, groups[number], now)
        return outcomes

    async def _again(self, account_id: bytes, group: Sequence[SealedEnvelope], now: int) -> Outcome:
        self._forget(group)
        try:
            return await self._deposit_one(lambda: self._admit(account_id, group, now), now)
        except RelayError as fault:
            return Outcome(REFUSED, fault.code)

    def _forget(self, envelopes: Sequence[SealedEnvelope]) -> None:
        for envelope in envelopes:
            self._standings.forget_mailbox(envelope.mailbox_id)

    async def _try_many(
        self, account_id: bytes, groups: Sequence[Sequence[SealedEnvelope]], now: int
    ) -> list[Outcome]:
        outcomes: list[Outcome | None] = []
        admitted: list[Group] = []
        for group in groups:
            try:
                admitted.append(await self._admit(account_id, group, now))
            except RelayError as fault:
                outcomes.append(Outcome(REFUSED, fault.code))
            else:
                outcomes.append(None)
        stored = iter(await self._store_groups(admitted, now) if admitted else ())
        return [outcome or next(stored) for outcome in outcomes]

    async def _admit(self, account_id: bytes, group: Sequence[SealedEnvelope], now: int) -> Group:
        """A group as it is stored. What refuses it is looked at again where another relay may have changed
        that; what lets it in the store looks at.
        """
        try:
            return await self._judge(account_id, group, now)
        except RelayError:
            if not self._store.shared:
                raise
            self._forget(group)
            return await self._judge(account_id, group, now)

    async def _judge(self, account_id: bytes, group: Sequence[SealedEnvelope], now: int) -> Group:
        standing, acts, owners = None, list[int](), set[bytes]()
        for envelope in group:
            standing = self._standings.remembered(envelope.mailbox_id, now)
            if standing is None:
                standing = await self._standings.of_mailbox(envelope.mailbox_id, now)
            admit(envelope, standing, account_id, now, unbound_keep_seconds=self._unbound_keep_seconds)
            acts.append(standing.newest_act)
            owner = standing.places[envelope.mailbox_id].account_id
            if owner != account_id and envelope.envelope_class in TOLD_CLASSES:
                owners.add(owner)
        envelopes = with_twin(group, standing, account_id) if standing else ()
        tells = await self._telling.tells(owners, now)
        return Group(account_id, envelopes, tells=tells, acts=tuple(acts))

    async def _store_groups(self, groups: Sequence[Group], now: int, room_bytes: int = 0) -> list[Outcome]:
        try:
            quota_bytes = self._quota_bytes + room_bytes
            outcomes = await self._store.deposit(groups, now=now, quota_bytes=quota_bytes)
        except asyncio.CancelledError:
            self._finish(groups, now)
            raise
        self._tell(outcomes)
        repeated = [group for group, one in zip(groups, outcomes, strict=True) if one.status == REPEATED]
        await self._tell_again(repeated, now)
        return outcomes

    def _finish(self, groups: Sequence[Group], now: int) -> None:
        """The depositor has gone, perhaps after the commit: deposit the same again, which changes nothing
        then, so that readers are woken all the same.
        """
        task = asyncio.ensure_future(self._store_again(groups, now))
        self._finishing.add(task)
        task.add_done_callback(self._finishing.discard)

    async def _store_again(self, groups: Sequence[Group], now: int) -> None:
        try:
            await self._store.deposit(groups, now=now, quota_bytes=self._quota_bytes)
            await self._tell_again(groups, now)
        except RelayError:
            return  # nobody is left to be told

    async def _tell_again(self, groups: Sequence[Group], now: int) -> None:
        """Wake the readers of what is stored already: the first time may have ended after the commit and
        before they were woken.
        """
        for mailbox_id in {one.mailbox_id for group in groups for one in group.envelopes}:
            mailbox = await self._store.mailbox(mailbox_id, now=now)
            if mailbox is not None:
                self._wake.mailbox(mailbox_id, mailbox.cursor)

    def _tell(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            for mailbox_id, cursor in outcome.cursors:
                self._wake.mailbox(mailbox_id, cursor)


def refusal(code: str) -> RelayError:
    """The error of a group that the store refused. Acts that come without end: come again."""
    known = _BY_CODE.get(code)
    return known() if known else Conflict(code)
