"""Release: a report goes out to a sponsor, by the client's ticket and no other way. Owns who opens a slot,
who releases, what is served to whoever has link and digits, and that whatever is not served looks alike.

The digits keep a link that was mislaid from being read. What is not to be seen yet, was declined, withdrawn,
never released or has ended is one answer after the same work; nobody is told which, nor that anybody looked.
(docs/protocol.md, part 23.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Final

from keys.names import ID_BYTES, ZERO_ID, Role, day_of, fingerprint
from keys.release import sponsor_mailbox
from keys.statement import parse_statement
from keys.suite import is_strict_public
from relay.core.acts import identities
from relay.core.errors import (
    DigitsRefused,
    Malformed,
    NotAllowed,
    NothingHere,
)
from relay.core.model import Release, Slot, Step
from relay.core.pepper import TAG_BYTES, Pepper
from relay.core.policy import standing_of
from relay.core.ports import Store, Wake
from relay.core.release import check_sponsor, key_ids_of, read_envelope, release_step
from relay.flow.company import Company
from relay.flow.hourly import Hourly, take_both
from relay.flow.keepers import Keepers
from relay.flow.membership import joined
from relay.flow.standings import Standings
from relay.flow.whole import to_the_end

TRIES: Final = 5
"""Wrong digits for a link within an hour; then even the right ones wait."""
TRIES_OF_NETWORK: Final = 40
"""Wrong digits from one network within an hour, whatever the links."""
SLOTS: Final = 12
"""That may be opened in an engagement within an hour."""
MOST_SLOTS: Final = 100
"""Sponsors' mailboxes of an engagement, open and closed."""
_NO_TAG: Final = bytes(TAG_BYTES)
_ANY: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class Shown:
    """What a sponsor is given: the two identity keys, the ticket, and the sealed release."""

    coach_public: bytes
    client_public: bytes
    ticket: bytes = field(repr=False)
    envelope: bytes = field(repr=False)
    keeper_ids: tuple[bytes, ...]


class Releases:
    """Slots, tickets and what a sponsor is served."""

    def __init__(
        self,
        store: Store,
        standings: Standings,
        keepers: Keepers,
        wake: Wake,
        pepper: Pepper,
        company: Company,
    ) -> None:
        self._store = store
        self._standings = standings
        self._keepers = keepers
        self._wake = wake
        self._pepper = pepper
        self._tries = company.hourly("digits", TRIES)
        self._of_networks = company.hourly("digits-network", TRIES_OF_NETWORK)
        self._of_nobody = Hourly(_ANY)
        self._slots = company.hourly("slot", SLOTS)

    async def open_slot(
        self,
        account_id: bytes,
        engagement_id: bytes,
        link_id: bytes,
        reader_key: bytes,
        digits: str,
        now: int,
    ) -> bytes:
        """Open the slot of a link in the place of an earlier one; the sponsor's mailbox id. Raises NotFound,
        NotAllowed for anybody but the coach, Malformed, ActRefused, Conflict, TooManyRequests.
        """
        engagement, role = await joined(self._store, account_id, engagement_id, now)
        if role is not Role.COACH:
            raise NotAllowed("the coach gives the link")
        check_sponsor(standing_of(engagement), now)
        if not is_strict_public(reader_key):
            raise Malformed("reader key")
        mailbox_id = sponsor_mailbox(engagement_id, fingerprint(reader_key))
        tag = self._pepper.digits_tag(link_id, digits)
        slot = Slot(engagement_id, mailbox_id, link_id, reader_key, tag, now, engagement.expires_at)
        self._slots.take(engagement_id, now)
        client = next(one for one in engagement.members if one.role is Role.CLIENT)
        await self._store.put_slot(slot, client.account_id, most=MOST_SLOTS, now=now)
        self._changed(engagement_id)
        return mailbox_id

    async def close_slot(self, account_id: bytes, engagement_id: bytes, now: int) -> None:
        """Either of both closes it; what was released goes. Raises NotFound."""
        await joined(self._store, account_id, engagement_id, now)
        await self._store.close_slot(engagement_id, now=now)
        self._changed(engagement_id)

    async def release(
        self, account_id: bytes, engagement_id: bytes, raw_act: bytes, raw_envelope: bytes, now: int
    ) -> bool:
        """Take a ticket and its envelope together; False where they are stored already. Raises NotFound,
        NotAllowed for anybody but the client, Malformed, TooLarge, Conflict `act-out-of-order`, ActRefused,
        KeeperAway, InboxFull.
        """
        engagement, role = await joined(self._store, account_id, engagement_id, now)
        if role is not Role.CLIENT:
            raise NotAllowed("the client releases")
        envelope = read_envelope(raw_envelope)
        client = next(one for one in engagement.members if one.role is Role.CLIENT)
        step = release_step(
            engagement,
            await self._store.slot(engagement_id, now=now),
            raw_act,
            envelope,
            keepers=key_ids_of(await self._keepers.of_day(day_of(envelope.header.expires_at), now)),
            keeper_set_hash=parse_statement(client.statement).card.keeper_set,
            now=now,
        )
        if step is None:
            return False
        await to_the_end(self._apply(engagement_id, step, now))
        return True

    async def _apply(self, engagement_id: bytes, step: Step, now: int) -> None:
        try:
            with self._standings.changing(engagement_id):
                await self._store.apply_act(engagement_id, step, now=now)
        finally:  # an answer that is lost may be of a commit
            self._changed(engagement_id)

    async def view(
        self, account_id: bytes, engagement_id: bytes, now: int
    ) -> tuple[Slot | None, Sequence[Release]]:
        """What a member sees: the slot that is open, and what lives in it. Raises NotFound."""
        await joined(self._store, account_id, engagement_id, now)
        slot = await self._store.slot(engagement_id, now=now)
        return slot, await self._store.releases(slot.mailbox_id, now=now) if slot else []

    async def shown(self, link_id: bytes, digits: str, network: bytes, now: int) -> Shown:
        """What link and digits lead to. Raises NothingHere, DigitsRefused, TooManyRequests."""
        slot, release = await self._reader(link_id, digits, network, now)
        engagement = await self._store.engagement(slot.engagement_id, now=now)
        if engagement is None or release.act_number > len(engagement.acts):
            raise NothingHere
        coach_public, client_public = identities(engagement)
        ticket = engagement.acts[release.act_number - 1]
        return Shown(coach_public, client_public, ticket, release.envelope, self._keepers.ids)

    async def ask_keeper(
        self, link_id: bytes, digits: str, keeper_id: bytes, request: bytes, network: bytes, now: int
    ) -> bytes:
        """Pass the question of a link's reader on to a keeper, where a release is served. Raises as `shown`,
        NotFound for a keeper that is not known, Malformed for a question that is not this link's, KeeperAway.
        """
        slot, _ = await self._reader(link_id, digits, network, now)
        if request[: ID_BYTES + 32] != keeper_id + slot.reader_key:
            raise Malformed("not this link's question")
        return await self._keepers.open(keeper_id, request)

    async def leave(self, account_id: bytes, now: int) -> None:
        """A client goes for good: whoever could withdraw is no more, so what was released goes too."""
        for engagement in await self._store.engagements_of(account_id, now=now):
            is_client = any(
                one.account_id == account_id and one.role is Role.CLIENT for one in engagement.members
            )
            if is_client and await self._store.slot(engagement.engagement_id, now=now):
                await self._store.close_slot(engagement.engagement_id, now=now)
                self._changed(engagement.engagement_id)

    async def _reader(self, link_id: bytes, digits: str, network: bytes, now: int) -> tuple[Slot, Release]:
        """The same work whatever there is: one hash, two look-ups, one count."""
        slot = await self._store.slot_of_link(link_id, now=now)
        counted = self._tries if slot else self._of_nobody
        whose = link_id if slot else ZERO_ID
        take_both(self._of_networks, network, counted, whose, now)
        tag = self._pepper.digits_tag(link_id, digits)
        right = compare_digest(tag, slot.digits_tag if slot else _NO_TAG)
        release = await self._store.release_now(slot.mailbox_id if slot else ZERO_ID, now=now)
        if slot is not None and not right:
            raise DigitsRefused
        counted.give_back(whose)
        if network:
            self._of_networks.give_back(network)
        if slot is None or release is None:
            raise NothingHere
        return slot, release

    def _changed(self, engagement_id: bytes) -> None:
        self._standings.forget(engagement_id)
        self._wake.engagement(engagement_id)
