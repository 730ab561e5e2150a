"""Reopening a lost mailbox: who may take which step, and that one who was let in wrongly can be stopped."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Any

import pytest

from keys.acts import ActCore, ActKind, sign_act
from keys.content import Content, ContentKind, Recipient, content_id
from keys.encoding import label, u8
from keys.envelope import EnvelopeClass
from keys.invitation import InvitationKeys, invitation_keys, sign_redemption
from keys.names import DAY_SECONDS, Role
from keys.reopening import STOP_SECONDS, Claim, reopening_subject
from keys.spoken import SpokenResult
from keys.suite import H
from relay.core.errors import (
    ActRefused,
    Conflict,
    EngagementClosed,
    Gone,
    Malformed,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooManyRequests,
)
from relay.core.telling import Pending
from relay.flow.access import REMEMBERED_SECONDS
from relay.flow.addressed import Inboxes, NoSuchInbox
from relay.flow.reopening import OPENINGS, Reopens
from relay.flow.whole import _UNDER_WAY
from tests.flow.cast import Person
from tests.flow.house import House, method
from tests.flow.test_accept import deposit


@dataclass
class Again:
    """Maya, who has lost everything, and the coach's invitation to come back."""

    house: House
    person: Person
    keys: InvitationKeys

    @classmethod
    async def opened(cls, house: House, label_: str = "maya-again") -> Again:
        """The coach opens a reopening."""
        again = cls(house, Person(label_), invitation_keys(H(label_.encode())))
        await again.open()
        return again

    async def open(self, by: Person | None = None) -> None:
        """Post the invitation."""
        house = self.house
        offer = Reopens(
            self.keys.invite_id,
            self.keys.redemption.public,
            house.work.invitation_box,
            house.now + 10 * DAY_SECONDS,
        )
        person = by or house.coach
        await house.flows.reopenings.open(person.account_id, house.work.engagement_id, offer, house.now)

    async def join(self, act: bytes = b"") -> None:
        """The newcomer enrols."""
        raw = b"a newcomer's finish " + self.person.name.encode()
        finish = self.house.finish(
            self.person, raw, sign_redemption(self.keys, raw), self.house.work.acceptance(), act
        )
        await self.house.flows.enrol.finish(self.keys.invite_id, finish, self.house.now)

    def core(self, said: bytes, previous: ActCore | None = None) -> ActCore:
        """The act of kind 8."""
        work = self.house.work
        subject = reopening_subject(work.client.fp, self.person.fp, content_id(EnvelopeClass.MESSAGE, said))
        previous = previous or work.first_core
        return work.act(
            ActKind.REOPEN_MAILBOX, previous, self.person, subject=subject, issued_at=self.house.now
        ).core

    def said(self) -> bytes:
        """The newcomer's word on the spoken check."""
        work, coach = self.house.work, self.house.coach
        return Content(
            kind=ContentKind.SPOKEN,
            nonce=b"n" * 16,
            thread_id=b"t" * 16,
            writer=1,
            count=1,
            previous_id=bytes(32),
            created_at=self.house.now,
            expires_at=work.policy.hold_ends_at,
            policy_hash=work.policy.hash,
            sender_fp=self.person.fp,
            checkpoint_hash=bytes(32),
            vault_counter=1,
            sender_statement_hash=bytes(32),
            recipients=(Recipient(coach.fp, bytes(32)),),
            fixed=SpokenResult(True, coach.fp, self.person.fp).encode(),
        ).encode()

    def claim(self, by: Person | None = None) -> bytes:
        """What the newcomer claims."""
        said = self.said()
        signature = self.person.identity.sign(label("content"), u8(EnvelopeClass.MESSAGE), said)
        act = sign_act(self.core(said), (by or self.person).identity)
        return Claim(said, signature, act.encode()).encode()

    async def put_claim(self, raw: bytes, by: Person | None = None) -> None:
        """Put it."""
        person, house = by or self.person, self.house
        await house.flows.reopenings.claim(person.account_id, house.work.engagement_id, raw, house.now)

    async def act(self, by: Person, *signers: Person, core: ActCore | None = None) -> None:
        """Post an act of a reopening, by default that of the claim."""
        core, house = core or self.core(self.said()), self.house
        act = None
        for signer in signers:
            act = sign_act(core, signer.identity, act)
        assert act is not None
        await house.flows.reopenings.act(by.account_id, house.work.engagement_id, act.encode(), house.now)

    async def take(self) -> None:
        """All steps."""
        await self.join()
        await self.put_claim(self.claim())
        await self.act(self.house.coach, self.person, self.house.coach)

    async def seen_by(self, person: Person) -> tuple[str, str]:
        """State, and who that person is in it."""
        view = await self.house.flows.reopenings.view(
            person.account_id, self.house.work.engagement_id, self.house.now
        )
        return (view.reopening.state, view.you) if view else ("", "")


async def test_each_step_is_shown_to_its_people_alone(house: House) -> None:
    """Coach, client and newcomer see how far it is; to a stranger it is not there; only the coach opens."""
    again = Again(house, Person("maya-again"), invitation_keys(b"s" * 32))
    for person, fault in ((house.client, NotAllowed), (house.stranger, NotFound)):
        with pytest.raises(fault):
            await again.open(by=person)
    await again.open()
    assert await again.seen_by(house.coach) == ("open", "coach")
    assert await again.seen_by(house.client) == ("open", "client")
    for person in (house.stranger, again.person):
        with pytest.raises(NotFound):
            await again.seen_by(person)
    await again.join()
    assert await again.seen_by(again.person) == ("joined", "newcomer")
    with pytest.raises(NotFound):  # the engagement itself is not the newcomer's yet
        await house.flows.agreements.one(again.person.account_id, house.work.engagement_id, house.now)
    with pytest.raises(NotFound):
        await house.flows.reopenings.drop(again.person.account_id, house.work.engagement_id, house.now)


async def test_a_newcomer_brings_no_act_and_no_known_key(house: House) -> None:
    """The acceptance carries the act in force, the request none; who was client before is no newcomer."""
    again = await Again.opened(house)
    with pytest.raises(Malformed):
        await again.join(house.work.agreed().encode())
    known = replace(again, person=replace_keys(again.person, house.client))
    with pytest.raises(Malformed):
        await known.join()


def replace_keys(person: Person, other: Person) -> Person:
    """Somebody with another's identity key."""
    person.identity = other.identity
    return person


async def test_with_both_signatures_the_newcomer_is_the_client(house: House) -> None:
    """Not with the claim, nor with one signature: with the act that both have signed; the same act again
    changes nothing. What the coach seals anew comes in then, and the former mailbox takes no more.
    """
    again, work = await Again.opened(house), house.work
    await again.join()
    with pytest.raises(ActRefused):
        await again.act(house.coach, again.person, house.coach)  # nothing is claimed
    await again.put_claim(again.claim())
    for signers in ((house.coach,), (again.person,), (house.client, house.coach)):
        with pytest.raises(ActRefused):
            await again.act(house.coach, *signers)
    await again.act(house.coach, again.person, house.coach)
    await again.act(house.coach, again.person, house.coach)
    assert await again.seen_by(again.person) == ("taken", "client")
    assert await again.seen_by(house.client) == ("taken", "former")
    former = work.envelope(house.coach, Role.CLIENT)
    with pytest.raises(NotFound):
        await deposit(house, house.coach, [former])
    given = bytearray(former)
    given[6], given[8:24] = EnvelopeClass.RESEALED, again.person.mailbox(work.engagement_id, Role.CLIENT)
    with pytest.raises(NotAllowed):
        await deposit(house, again.person, [bytes(given)])  # by the coach alone
    (stored,) = await deposit(house, house.coach, [bytes(given)])
    assert stored.status == "stored"


async def test_nothing_is_given_back_before(house: House) -> None:
    """A coach seals nothing anew into a mailbox that was not reopened."""
    given = bytearray(house.work.envelope(house.coach, Role.CLIENT))
    given[6] = EnvelopeClass.RESEALED
    with pytest.raises(NotAllowed):
        await deposit(house, house.coach, [bytes(given)])


async def test_a_claim_is_the_newcomers_own(house: House) -> None:
    """By the newcomer's account and key, for the next act, of kind 8; and nothing else."""
    again = await Again.opened(house)
    with pytest.raises(NotFound):
        await again.put_claim(again.claim())
    await again.join()
    with pytest.raises(NotFound):
        await again.put_claim(again.claim(), by=house.client)
    with pytest.raises(ActRefused):
        await again.put_claim(again.claim(by=house.client))
    for raw in (b"", b"\1", again.claim() + b"\0", again.claim()[:-1], b"\2" + again.claim()[1:]):
        with pytest.raises(Malformed):
            await again.put_claim(raw)


async def test_the_former_key_stops_it_for_48_hours(house: House) -> None:
    """And no other: then the former is the client again, and what was sealed to the newcomer is gone."""
    again, work = await Again.opened(house), house.work
    await again.take()
    given = bytearray(work.envelope(house.coach, Role.CLIENT))
    new_mailbox = again.person.mailbox(work.engagement_id, Role.CLIENT)
    given[6], given[8:24] = EnvelopeClass.RESEALED, new_mailbox
    await deposit(house, house.coach, [bytes(given)])
    taken = again.core(again.said())
    stop = work.act(ActKind.STOP_REOPENING, taken, house.client, subject=taken.hash).core
    house.now += STOP_SECONDS - 1
    for signers in ((again.person,), (house.coach,), (house.client, house.coach)):
        with pytest.raises(ActRefused):
            await again.act(house.client, *signers, core=stop)
    with pytest.raises(ActRefused):
        await again.act(house.client, house.client, core=replace(stop, subject=b"s" * 32))
    await again.act(house.client, house.client, core=stop)
    view = await house.flows.agreements.one(house.client.account_id, work.engagement_id, house.now)
    assert view.engagement.members[1].account_id == house.client.account_id
    page = await house.store.rows(
        new_mailbox, after=0, before=None, limit=9, max_bytes=1 << 20, now=house.now
    )
    assert [row for row in page.rows if row.raw] == []
    (outcome,) = await deposit(house, house.coach, [work.envelope(house.coach, Role.CLIENT)])
    assert outcome.status == "stored"


async def test_after_48_hours_it_stands(house: House) -> None:
    """A stop that comes a second late changes nothing, whatever time it says of itself."""
    again, work = await Again.opened(house), house.work
    await again.take()
    taken = again.core(again.said())
    stop = work.act(ActKind.STOP_REOPENING, taken, house.client, subject=taken.hash).core
    house.now += STOP_SECONDS
    with pytest.raises((ActRefused, NotFound)):
        await again.act(house.client, house.client, core=stop)


async def test_mail_from_outside_goes_to_who_is_client(house: House) -> None:
    """The former mailbox takes none, or it would lie sealed to the newcomer where they never look; after a
    stop the newcomer's takes none.
    """
    again, work = await Again.opened(house), house.work
    inboxes = Inboxes(house.store, house.flows.keepers, mail_domain="in.example", refused=(), keepers=())
    former = house.client.mailbox(work.engagement_id, Role.CLIENT)
    new = again.person.mailbox(work.engagement_id, Role.CLIENT)
    await again.take()
    with pytest.raises(NoSuchInbox):
        await inboxes.by_id(former, house.now)
    assert (await inboxes.by_id(new, house.now)).owner.account_id == again.person.account_id
    core = again.core(again.said())
    stop = work.act(ActKind.STOP_REOPENING, core, house.client, subject=core.hash).core
    await again.act(house.client, house.client, core=stop)
    with pytest.raises(NoSuchInbox):
        await inboxes.by_id(new, house.now)
    assert (await inboxes.by_id(former, house.now)).owner.account_id == house.client.account_id


async def test_a_stop_whose_connection_breaks_counts_at_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever was stopped has no rights from the commit on, though nobody waited for it to be made."""
    again, work = await Again.opened(house), house.work
    await again.take()
    new = again.person.mailbox(work.engagement_id, Role.CLIENT)
    await house.flows.fetch.owned(again.person.account_id, new, house.now)
    core = again.core(again.said())
    stop = work.act(ActKind.STOP_REOPENING, core, house.client, subject=core.hash).core
    begun, goes_on, real = asyncio.Event(), asyncio.Event(), house.store.apply_act

    async def slow(*arguments: Any, **named: Any) -> Any:
        begun.set()
        await goes_on.wait()
        return await real(*arguments, **named)

    monkeypatch.setattr(house.store, "apply_act", slow)
    stopping = asyncio.create_task(again.act(house.client, house.client, core=stop))
    await begun.wait()
    stopping.cancel()
    await asyncio.gather(stopping, return_exceptions=True)
    goes_on.set()
    while _UNDER_WAY:
        await asyncio.sleep(0)
    with pytest.raises(NotFound):
        await house.flows.fetch.owned(again.person.account_id, new, house.now)
    former = house.client.mailbox(work.engagement_id, Role.CLIENT)
    await house.flows.fetch.owned(house.client.account_id, former, house.now)


async def test_opening_again_and_again_tells_no_more(house: House) -> None:
    """The same again is told once, and new ones a few times an hour: no coach drowns what else happened."""
    again = await Again.opened(house)
    for _ in range(5):
        await again.open()
    assert len(await house.flows.happenings.since(house.client.account_id, 0, house.now)) == 1
    for number in range(OPENINGS - 1):
        await Again.opened(house, f"number {number}")
    with pytest.raises(TooManyRequests):
        await Again.opened(house, "one more")
    told = await house.flows.happenings.since(house.client.account_id, 0, house.now)
    assert len(told) == OPENINGS
    house.now += 3600
    await Again.opened(house, "later")


async def test_who_was_stopped_is_signed_out(house: House) -> None:
    """A page of theirs that was open, and that the relay has at hand, asks for nothing more a minute later,
    and so adds no way in; the same where a reopening ends before it was taken.
    """
    work, access = house.work, house.flows.access
    for label_, taken in (("maya-again", False), ("maya-once-more", True)):
        again = await Again.opened(house, label_)
        if taken:
            await again.take()
            core = again.core(again.said())
            stop = work.act(ActKind.STOP_REOPENING, core, house.client, subject=core.hash).core
        else:
            await again.join()
        token = (await house.open(again.person)).token
        assert await access.caller(token, house.now) == again.person.account_id
        if taken:
            await again.act(house.client, house.client, core=stop)
        else:
            await house.flows.reopenings.drop(house.coach.account_id, work.engagement_id, house.now)
        house.now += REMEMBERED_SECONDS
        assert access.remembered(token, house.now) is None
        with pytest.raises(NotSignedIn):
            await access.caller(token, house.now)


async def test_either_side_ends_it_before(house: House) -> None:
    """The link opens nothing then; who had joined is gone."""
    for person in (house.coach, house.client):
        again = await Again.opened(house, f"again-{person.label}")
        await again.join()
        await house.flows.reopenings.drop(person.account_id, house.work.engagement_id, house.now)
        assert await again.seen_by(house.coach) == ("", "")
        assert await house.store.account(again.person.account_id, now=house.now) is None
    unused = await Again.opened(house, "unused")
    await house.flows.reopenings.drop(house.coach.account_id, house.work.engagement_id, house.now)
    with pytest.raises(Gone):
        await unused.join()


async def test_the_spoken_check_is_with_the_newcomer(house: House) -> None:
    """While one has joined, the client's side of a run is theirs, in a held engagement too."""
    again, work = await Again.opened(house), house.work
    check = house.flows.spoken
    await check.run(house.client.account_id, work.engagement_id, house.now)
    await again.join()
    commitment = b"c" * 32
    await check.step(house.coach.account_id, work.engagement_id, commitment, None, house.now)
    with pytest.raises(NotFound):
        await check.step(house.client.account_id, work.engagement_id, commitment, b"2" * 32, house.now)
    run = await check.step(again.person.account_id, work.engagement_id, commitment, b"2" * 32, house.now)
    assert run.client_random == b"2" * 32
    await house.flows.reopenings.drop(house.coach.account_id, work.engagement_id, house.now)
    house.now = work.policy.work_ends_at
    with pytest.raises(EngagementClosed):
        await check.run(house.client.account_id, work.engagement_id, house.now)
    held = await Again.opened(house, "held")
    await held.join()
    await check.run(held.person.account_id, work.engagement_id, house.now)


async def test_who_was_client_is_told(house: House) -> None:
    """In the account's record and by mail, when it is opened and when it is taken, whatever else they want
    to be told of.
    """
    again = await Again.opened(house)
    await again.take()
    found = await house.flows.happenings.since(house.client.account_id, 0, house.now)
    assert [one.kind for one in found] == [5, 6]
    with pytest.raises(Conflict):
        await (await Again.opened(house, "third")).open()


async def test_a_new_way_in_is_told(house: House) -> None:
    """A new password, a used sheet: written down with the session that did it, and pending as a notice."""
    account_id = house.client.account_id
    opened = await house.open(house.client, house.client.ways[1])
    ways, mine = house.flows.ways, house.flows.access.session_id(opened.token)
    await ways.add(account_id, method(house.client.way("password")), house.now, session_id=mine)
    await ways.add(account_id, method(house.client.way("sheet")), house.now)
    await ways.add(account_id, method(house.client.way("device")), house.now)
    found = await house.flows.happenings.since(account_id, 0, house.now)
    assert [(one.kind, one.session_id == mine) for one in found] == [
        (3, True),
        (2, True),
        (4, False),
        (1, False),
    ]
    assert found[0].method_id == house.client.ways[1].method_id
    later = await house.flows.happenings.since(account_id, found[2].number, house.now)
    assert later == found[3:]
    assert Pending.HAPPENED not in Pending.HAPPENED.warnings
