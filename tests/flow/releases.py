"""A report between the coach and the client of a house: its signatures, envelopes and tickets. Owns what
their software would make; a test changes one thing of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from keys.acts import ActCore, ActKind, parse_act, sign_act
from keys.content import Content, ContentKind, Recipient
from keys.envelope import EnvelopeClass
from keys.locks import link_access_key, link_id
from keys.names import DAY_SECONDS
from keys.policy import Policy
from keys.release import link_reader_fp, release_content, slot_of, sponsor_mailbox, ticket_subject
from keys.release_terms import ReleaseTerms
from keys.report import Report
from keys.sealing import Addressing, LinkTarget, Part, ReaderTarget, seal_envelope, sign_content
from keys.suite import SealKey
from tests.flow.cast import Person, Work, day_key, seal_key
from tests.flow.house import House

DIGITS = "204857"
WRONG = "204858"
LINK = b"L" * 32
OTHER_LINK = b"O" * 32


@dataclass
class Made:
    """A ticket and its envelope."""

    act: bytes
    envelope: bytes

    @property
    def body(self) -> bytes:
        """As they are posted."""
        return b"".join(len(one).to_bytes(4, "big") + one for one in (self.act, self.envelope))


class Reports:
    """Makes what both software would make in one engagement."""

    def __init__(self, house: House, work: Work | None = None, link: bytes = LINK) -> None:
        """For the house's own work, unless another is given."""
        self.house = house
        self.work = work or house.work
        self.link = link

    @property
    def reader_key(self) -> bytes:
        """The access key of the link."""
        return link_access_key(self.link).public

    @property
    def link_id(self) -> bytes:
        """The link's public id."""
        return link_id(self.link)

    @property
    def mailbox(self) -> bytes:
        """The sponsor's mailbox."""
        return sponsor_mailbox(self.work.engagement_id, link_reader_fp(self.link))

    async def open_slot(self, digits: str = DIGITS) -> bytes:
        """The coach opens the slot."""
        house = self.house
        return await house.flows.releases.open_slot(
            self.work.coach.account_id,
            self.work.engagement_id,
            self.link_id,
            self.reader_key,
            digits,
            house.now,
        )

    def report(self) -> bytes:
        """A short report."""
        begins_at = self.work.now - self.work.now % DAY_SECONDS
        return Report(
            engagement_id=self.work.engagement_id,
            coach_fp=self.work.coach.fp,
            client_fp=self.work.client.fp,
            period_begins_at=begins_at,
            period_ends_at=begins_at + DAY_SECONDS,
            coach_name="Anna Harrow",
            client_name="Maya Okafor",
            sponsor_name="Northwind Ltd",
            client_words="I say no earlier now.",
        ).encode()

    def part(self, who: Person, not_before: int, ends_at: int, policy: Policy | None = None) -> Part:
        """One half."""
        terms = ReleaseTerms(1, link_reader_fp(self.link), not_before, ends_at, self.report())
        dice = self.work.dice
        stamp = Content(
            kind=ContentKind.MESSAGE,
            nonce=dice(16),
            thread_id=dice(16),
            writer=0,
            count=1,
            previous_id=bytes(32),
            created_at=self.house.now,
            expires_at=ends_at,
            policy_hash=(policy or self.work.policy).hash,
            sender_fp=who.fp,
            checkpoint_hash=bytes(32),
            vault_counter=1,
            sender_statement_hash=bytes(32),
            recipients=(Recipient(who.fp, bytes(32)),),
        )
        return sign_content(release_content(stamp, terms).encode(), EnvelopeClass.RELEASE, who.identity)

    def envelope(
        self,
        not_before: int = 0,
        ends_at: int | None = None,
        *,
        keys: Sequence[SealKey] | None = None,
        **changes: Any,
    ) -> bytes:
        """A sealed release; `changes` are of its addressing."""
        ends_at = ends_at or self.house.now + 10 * DAY_SECONDS
        to = Addressing(
            envelope_class=EnvelopeClass.RELEASE,
            mailbox_id=self.mailbox,
            policy_tag=self.work.policy.tag,
            expires_at=ends_at,
            recipient_fp=link_reader_fp(self.link),
            target=LinkTarget(self.link),
            reader_access=self.reader_key,
            revoker_access=self.work.client.access.public,
            not_before=not_before,
        )
        parts = [self.part(one, not_before, ends_at) for one in (self.work.coach, self.work.client)]
        return seal_envelope(
            replace(to, **changes), parts, [day_key()] if keys is None else keys, self.work.dice
        )

    async def core(self, kind: ActKind, **fields: Any) -> ActCore:
        """The next act of the engagement."""
        engagement = await self.house.store.engagement(self.work.engagement_id, now=self.house.now)
        assert engagement is not None
        last = parse_act(engagement.acts[-1]).core
        core = ActCore(
            kind=kind,
            engagement_id=self.work.engagement_id,
            policy_hash=self.work.policy.hash,
            number=last.number + 1,
            previous_hash=last.hash,
            issued_at=self.house.now,
        )
        return replace(core, **fields)

    async def made(
        self,
        *signers: Person,
        not_before: int = 0,
        ends_at: int | None = None,
        envelope: bytes | None = None,
        **fields: Any,
    ) -> Made:
        """A ticket and its envelope, rightly made but for what is given."""
        ends_at = ends_at or self.house.now + 10 * DAY_SECONDS
        raw = self.envelope(not_before, ends_at) if envelope is None else envelope
        rest = {"date": not_before, "second_date": ends_at, "subject": ticket_subject(raw)} | fields
        core = await self.core(rest.pop("kind", ActKind.RELEASE), **rest)
        act = None
        for signer in signers or (self.work.client,):
            act = sign_act(core, signer.identity, act)
        assert act is not None
        return Made(act.encode(), raw)

    async def release(self, **fields: Any) -> Made:
        """Let one out."""
        made = await self.made(**fields)
        assert await self.post(made)
        return made

    async def post(self, made: Made, who: Person | None = None) -> bool:
        """Post it."""
        house = self.house
        return await house.flows.releases.release(
            (who or self.work.client).account_id, self.work.engagement_id, made.act, made.envelope, house.now
        )

    async def withdrawal(self) -> bytes:
        """The act that takes everything back."""
        core = await self.core(ActKind.WITHDRAW, subject=slot_of(self.mailbox))
        return sign_act(core, self.work.client.identity).encode()

    async def withdraw(self) -> None:
        """Take everything back."""
        house, raw = self.house, await self.withdrawal()
        await house.flows.agreements.act(
            self.work.client.account_id, self.work.engagement_id, raw, b"", house.now
        )

    async def seen(self, digits: str = DIGITS) -> bytes:
        """The envelope that a sponsor is served."""
        house = self.house
        return (await house.flows.releases.shown(self.link_id, digits, b"", house.now)).envelope

    def as_message(self) -> bytes:
        """The same, with a reader's lock in the place of the link's."""
        reader = self.work.client.reading.public
        return self.envelope(target=ReaderTarget(seal_key(reader), 1))
