"""Addressed: the mailbox that an inbound address stands for, with what sealing to it needs. Owns the way from
an address to reader, revoker, agreement and keepers' keys; judges no mail.

An address is a mailbox's own or one of a provider's rule into it. Trouble with keys is a temporary refusal:
nothing is ever sealed to fewer keepers than the reader requires.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from keys.day_keys import open_day_key
from keys.errors import KeysError
from keys.names import Role, day_of, keeper_set
from keys.statement import Statement, parse_statement
from keys.suite import SealKey
from keys.terms import InForce
from relay.core.addresses import Address
from relay.core.errors import Busy, EngagementClosed, KeeperAway, NotFound
from relay.core.model import Mailbox, Member, Rule, Sender, State
from relay.core.policy import standing_of
from relay.core.ports import Store
from relay.flow.keepers import Keepers
from relay.flow.lately import Lately
from relay.flow.visit import Inbox, Ruled

_OPPOSITE: Final = {Role.COACH: Role.CLIENT, Role.CLIENT: Role.COACH}
_RULED: Final = {"waiting": Ruled.WAITING, "active": Ruled.ACTIVE}


class NoSuchInbox(NotFound):
    """No mailbox has this address, or it is not one that the door writes to."""

    code, public = "no-such-inbox", "No such inbox here."


@dataclass(frozen=True, slots=True)
class Addressed:
    """The addressed mailbox with all that decisions about a mail to it need. `rule`: by its address;
    `other_access`: the other party's access key.
    """

    owner: Member
    terms: InForce
    inbox: Inbox
    other_access: bytes
    rule: Rule | None = None


class Inboxes:
    """Finds them. `refused` are the operator's refused domains; `keepers` id and verification key of each
    that readers may require.
    """

    def __init__(
        self,
        store: Store,
        days: Keepers,
        *,
        mail_domain: str,
        refused: Sequence[str],
        keepers: Sequence[tuple[bytes, bytes]],
    ) -> None:
        self._store, self._lately, self._days, self._mail_domain = store, Lately(store), days, mail_domain
        self._refused, self._keepers = tuple(refused), keepers

    async def by_address(self, recipient: Address, now: int) -> Addressed:
        """The mailbox of an inbound address as it stands now. Raises NoSuchInbox, EngagementClosed."""
        if recipient.domain != self._mail_domain:
            raise NoSuchInbox
        local = recipient.local
        return await self._lately.ask(lambda: self._by_local(local, now), now, "address", local)

    async def _by_local(self, local: str, now: int) -> Addressed:
        mailbox, rule = await self._store.mailbox_by_address(local, now=now), None
        if mailbox is None:
            rule = await self._store.rule_by_address(local, now=now)
            mailbox = await self._store.mailbox(rule.mailbox_id, now=now) if rule else None
        return await self._addressed(mailbox, rule, now)

    async def senders_of(self, owner: Member, now: int) -> Sequence[Sender]:
        """The personal addresses of a mailbox's owner, confirmed or not."""
        account_id = owner.account_id
        return await self._lately.ask(
            lambda: self._store.senders_of(account_id, now=now), now, "senders", account_id
        )

    async def by_id(self, mailbox_id: bytes, now: int) -> Addressed:
        """A mailbox as it stands now. Raises NoSuchInbox, EngagementClosed."""
        return await self._addressed(await self._store.mailbox(mailbox_id, now=now), None, now)

    async def day_keys(self, reader: Statement, expires_at: int, now: int) -> list[SealKey]:
        """The verified key, for the day of expiry, of each keeper that the reader requires. Raises Busy:
        never seal without one.
        """
        day, keepers = day_of(expires_at), reader.card.keeper_set
        return await self._lately.ask(lambda: self._day_keys(keepers, day, now), now, "day", keepers, day)

    async def _day_keys(self, keepers: bytes, day: int, now: int) -> list[SealKey]:
        keys = []
        for keeper_id, verification_key in self._required(keepers):
            try:
                (raw,) = await self._days.days(keeper_id, day, 1, now)
                keys.append(SealKey.from_bytes(open_day_key(raw, keeper_id, verification_key).public))
            except (KeysError, KeeperAway) as trouble:
                raise Busy("day key") from trouble
        return keys

    def _required(self, wanted: bytes) -> Sequence[tuple[bytes, bytes]]:
        """Those of the known keepers that make up a card's keeper set. Raises Busy where none do."""
        known = sorted(self._keepers)
        for count in range(1, len(known) + 1):
            for keepers in itertools.combinations(known, count):
                if keeper_set(keeper_id for keeper_id, _ in keepers) == wanted:
                    return keepers
        raise Busy("keeper set")

    async def _addressed(self, mailbox: Mailbox | None, rule: Rule | None, now: int) -> Addressed:
        if mailbox is None or mailbox.role not in _OPPOSITE:
            raise NoSuchInbox
        engagement = await self._store.engagement(mailbox.engagement_id, now=now)
        if engagement is None:
            raise NoSuchInbox
        standing = standing_of(engagement)
        if standing.terms is None or standing.state_at(now) is not State.ACTIVE:
            raise EngagementClosed
        sides = {member.role: member for member in engagement.members}
        owner, other = sides[mailbox.role], sides[_OPPOSITE[mailbox.role]]
        if owner.mailbox_id != mailbox.mailbox_id:  # of whoever was client before a reopening, or a stop
            raise NoSuchInbox
        reader, policy = parse_statement(owner.statement), standing.terms.policy
        other_access = parse_statement(other.statement).card.access_public
        inbox = Inbox(
            mailbox_id=mailbox.mailbox_id,
            reader=reader,
            revoker_access=other_access if policy.author_may_recall else reader.card.access_public,
            policy_hash=policy.hash,
            refused=(*self._refused, *policy.refused_domains),
            seen_at=now,
            ruled=_RULED[rule.state] if rule else Ruled.BY_HAND,
        )
        return Addressed(owner, standing.terms, inbox, other_access, rule)
