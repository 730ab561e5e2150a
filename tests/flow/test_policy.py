"""Engagements: who begins and invites, and the signed acts that change them, in order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from keys.acts import Act, ActKind, sign_act
from keys.names import DAY_SECONDS, Role
from relay.core.errors import ActRefused, Conflict, Gone, Malformed, NotAllowed, NotFound, PolicyRefused
from relay.core.model import Reason, State
from relay.core.retention import LONGEST_SECONDS
from relay.flow.policy import Offer, View
from tests.flow.cast import Person, Work
from tests.flow.house import House
from tests.flow.test_accept import deposit, rows


async def act(house: House, person: Person, signed: Act, policy: bytes = b"") -> None:
    """Post an act."""
    await house.flows.agreements.act(
        person.account_id, house.work.engagement_id, signed.encode(), policy, house.now
    )


async def view(house: House, person: Person) -> View:
    """The engagement as somebody sees it."""
    return await house.flows.agreements.one(person.account_id, house.work.engagement_id, house.now)


async def test_a_coach_begins_a_draft_with_two_mailboxes(empty: House) -> None:
    """A draft has the coach's and the notes mailbox, of derived ids; the same again changes nothing."""
    await empty.enrol_coach(empty.coach)
    for _ in range(2):
        begun = await empty.flows.agreements.create(
            empty.coach.account_id, empty.work.engagement_id, empty.now
        )
        assert begun.state is State.DRAFT
    mailboxes = await empty.flows.fetch.mailboxes(empty.coach.account_id, empty.now)
    assert {(box.role, box.mailbox_id) for box in mailboxes} == {
        (role, empty.work.mailbox(role)) for role in (Role.COACH, Role.NOTES)
    }
    assert len({box.address for box in mailboxes}) == 2
    assert all(len(box.address) == 16 and box.address.isalnum() for box in mailboxes)


async def test_only_coaches_begin(house: House) -> None:
    """A client has no engagements of their own to begin; an id of zeros is none."""
    with pytest.raises(NotAllowed):
        await house.flows.agreements.create(house.client.account_id, b"e" * 16, house.now)
    with pytest.raises(Malformed):
        await house.flows.agreements.create(house.coach.account_id, bytes(16), house.now)


async def test_another_coachs_engagement_id_is_a_conflict(house: House) -> None:
    """An engagement id belongs to whoever began it."""
    with pytest.raises(Conflict):
        await house.flows.agreements.create(house.stranger.account_id, house.work.engagement_id, house.now)


async def test_an_engagement_is_there_for_its_members_alone(house: House) -> None:
    """A stranger finds the same nothing as for an unknown id; the invitation is shown to the coach alone."""
    assert (await view(house, house.coach)).invitation is not None
    assert (await view(house, house.client)).invitation is None
    assert [one.engagement.engagement_id for one in await _all(house, house.client)] == [
        house.work.engagement_id
    ]
    assert await _all(house, house.stranger) == []
    with pytest.raises(NotFound):
        await view(house, house.stranger)
    with pytest.raises(NotFound):
        await house.flows.agreements.one(house.coach.account_id, bytes(16), house.now)


async def test_only_the_coach_invites_and_withdraws(house: House) -> None:
    """A client cannot invite into the engagement; a stranger finds nothing to withdraw."""
    offer = house.offer(house.work)
    with pytest.raises(NotAllowed):
        await house.flows.agreements.invite(
            house.client.account_id, house.work.engagement_id, offer, house.now
        )
    for person in (house.client, house.stranger):
        with pytest.raises(NotFound):
            await house.flows.agreements.withdraw(person.account_id, offer.invite_id, house.now)
    with pytest.raises(Gone):
        await house.flows.agreements.withdraw(house.coach.account_id, offer.invite_id, house.now)
    with pytest.raises(Conflict):
        await house.flows.agreements.invite(
            house.coach.account_id, house.work.engagement_id, offer, house.now
        )


async def test_a_new_invitation_replaces_the_unused_one(empty: House) -> None:
    """The earlier link then says that it was withdrawn."""
    await empty.enrol_coach(empty.coach)
    await empty.invite()
    again = replace(empty.offer(empty.work), invite_id=b"i" * 16)
    await empty.flows.agreements.invite(empty.coach.account_id, empty.work.engagement_id, again, empty.now)
    with pytest.raises(Gone):
        await empty.flows.enrol.invitation(empty.work.invitation.invite_id, empty.now)
    assert (await empty.flows.enrol.invitation(b"i" * 16, empty.now)).state == "open"


OFFERS: dict[str, tuple[dict[str, Any], type[Exception]]] = {
    "too long open": ({"expires_at": 2**40}, Malformed),
    "no key": ({"redemption_key": bytes(32)}, Malformed),
    "short id": ({"invite_id": b"x"}, Malformed),
    "empty box": ({"box": b""}, Malformed),
    "huge box": ({"box": bytes(65_537)}, Malformed),
    "no policy": ({"policy": b""}, Malformed),
    "no act": ({"act": b""}, Malformed),
}


@pytest.mark.parametrize(("change", "refusal"), OFFERS.values(), ids=OFFERS.keys())
async def test_a_bad_offer_is_refused(empty: House, change: dict[str, Any], refusal: type[Exception]) -> None:
    """What an invitation holds is checked before anybody is shown it."""
    await empty.enrol_coach(empty.coach)
    await empty.flows.agreements.create(empty.coach.account_id, empty.work.engagement_id, empty.now)
    with pytest.raises(refusal):
        await _invite(empty, replace(empty.offer(empty.work), **change))


async def test_an_offer_is_the_coachs_own_first_policy(empty: House) -> None:
    """Another engagement's, another coach's, a later or a bygone policy is not offered; neither is an
    unsigned one.
    """
    await empty.enrol_coach(empty.coach)
    await empty.flows.agreements.create(empty.coach.account_id, empty.work.engagement_id, empty.now)
    work, good = empty.work, empty.offer(empty.work)
    elsewhere = Work(empty.coach, empty.stranger)
    with pytest.raises(Malformed):
        await _invite(empty, replace(good, policy=elsewhere.policy.encode(), act=elsewhere.offered()))
    with pytest.raises(Malformed):
        await _invite(empty, replace(good, policy=replace(work.policy, hold_days=1).encode()))
    for policy in (
        replace(work.policy, coach_fp=bytes(32)),
        replace(work.policy, work_ends_at=DAY_SECONDS, hold_days=0),
    ):
        core = replace(work.first_core, policy_hash=policy.hash, subject=policy.hash)
        signed = sign_act(core, empty.coach.identity).encode()
        with pytest.raises(ActRefused):
            await _invite(empty, replace(good, policy=policy.encode(), act=signed))
    for signed in (
        sign_act(work.first_core, empty.stranger.identity),
        work.agreed(),
        sign_act(replace(work.first_core, issued_at=empty.now + 1000), empty.coach.identity),
    ):
        with pytest.raises(ActRefused):
            await _invite(empty, replace(good, act=signed.encode()))


async def test_a_shorten_brings_both_copies_forward(house: House) -> None:
    """Either party alone brings a date forward, in both mailboxes, and never back."""
    work = house.work
    envelope = work.envelope(house.coach, Role.CLIENT)
    await deposit(house, house.coach, [envelope])
    sooner = house.now + DAY_SECONDS
    named = [envelope[24:40]]
    shorten = work.act(ActKind.SHORTEN, work.first_core, house.client, date=sooner, envelope_ids=named)
    await act(house, house.client, shorten)
    later = work.act(
        ActKind.SHORTEN, shorten.core, house.coach, date=sooner + DAY_SECONDS, envelope_ids=named
    )
    await act(house, house.coach, later)
    house.now = sooner
    page = await house.flows.fetch.rows(
        house.client.account_id, work.mailbox(Role.CLIENT), after=0, before=None, limit=10, now=house.now
    )
    assert page.rows == ()


async def test_a_recall_takes_both_copies_at_once_and_leaves_tombstones(house: House) -> None:
    """A date that has passed when the act is issued takes the envelopes in the same transaction."""
    work = house.work
    envelope = work.envelope(house.coach, Role.CLIENT)
    await deposit(house, house.coach, [envelope])
    waiter = house.wake.join(house.client.account_id, [work.mailbox(Role.CLIENT), work.engagement_id])
    recall = work.act(
        ActKind.SHORTEN, work.first_core, house.coach, date=house.now, envelope_ids=[envelope[24:40]]
    )
    await act(house, house.coach, recall)
    page = await house.flows.fetch.rows(
        house.client.account_id, work.mailbox(Role.CLIENT), after=0, before=None, limit=10, now=house.now
    )
    assert [(row.raw, row.reason) for row in page.rows] == [(None, Reason.SHORTENED)]
    assert waiter.take() == ({work.mailbox(Role.CLIENT): page.next}, {work.engagement_id})


async def test_without_recall_one_alone_shortens_the_own_copy_only(empty: House) -> None:
    """Where the policy denies recall the other's copy keeps its date, whatever the act says of its own time,
    and until both sign.
    """
    empty.work = Work(empty.coach, empty.client, author_may_recall=False)
    await empty.settle()
    work = empty.work
    theirs, own = [work.envelope(empty.coach, role) for role in (Role.CLIENT, Role.COACH)]
    await deposit(empty, empty.coach, [theirs, own])
    named = [theirs[24:40], own[24:40]]
    previous = work.first_core
    for date, issued_at in ((empty.now + 900, empty.now), (empty.now, empty.now), (1, empty.now - 900)):
        recall = work.act(
            ActKind.SHORTEN, previous, empty.coach, date=date, envelope_ids=named, issued_at=issued_at
        )
        await act(empty, empty.coach, recall)
        previous = recall.core
    assert await rows(empty, empty.client, Role.CLIENT) == [theirs]
    assert await rows(empty, empty.coach, Role.COACH) == [None]
    both = work.act(ActKind.SHORTEN, previous, empty.coach, empty.client, date=1, envelope_ids=named)
    await act(empty, empty.client, both)
    assert await rows(empty, empty.client, Role.CLIENT) == [None]


async def test_acts_are_taken_in_order_and_once(house: House) -> None:
    """The same act again changes nothing; another of its number, or one that skips, is out of order."""
    work = house.work
    first = work.act(ActKind.SHORTEN, work.first_core, house.client, date=9, envelope_ids=[bytes(16)])
    rival = work.act(ActKind.SHORTEN, work.first_core, house.coach, date=8, envelope_ids=[bytes(16)])
    skips = work.act(ActKind.SHORTEN, rival.core, house.coach, date=8, envelope_ids=[bytes(16)])
    with pytest.raises(Conflict):
        await act(house, house.coach, skips)
    await act(house, house.client, first)
    await act(house, house.client, first)
    with pytest.raises(Conflict) as refused:
        await act(house, house.coach, rival)
    assert refused.value.code == "act-out-of-order"
    assert len((await view(house, house.coach)).engagement.acts) == 2


async def test_an_act_needs_the_signatures_of_its_kind(house: House) -> None:
    """Longer needs both, shorter either; a stranger's signature serves for nothing, and a stranger finds
    nothing.
    """
    work = house.work
    until, first = house.now + DAY_SECONDS, work.first_core
    ids = [bytes(16)]
    refused = [
        work.act(ActKind.EXTEND, first, house.client, date=until, envelope_ids=ids),
        work.act(ActKind.SHORTEN, first, house.stranger, date=until, envelope_ids=ids),
        work.act(ActKind.REOPEN, first, house.coach, date=until),
        work.act(ActKind.WITHDRAW, first, house.coach, subject=b"s" * 32),
    ]
    for signed in refused:
        with pytest.raises(ActRefused):
            await act(house, house.coach, signed)
    with pytest.raises(NotFound):
        await act(house, house.stranger, refused[1])
    reopen = work.act(ActKind.REOPEN_MAILBOX, first, house.coach, house.client, subject=b"s" * 32)
    with pytest.raises(ActRefused):
        await act(house, house.coach, reopen)
    extend = work.act(ActKind.EXTEND, first, house.client, house.coach, date=until, envelope_ids=ids)
    await act(house, house.client, extend)


async def test_a_new_policy_needs_both_and_governs_at_once(house: House) -> None:
    """A longer policy moves mailboxes and accounts on; the old tag then dates nothing new."""
    work = house.work
    longer = replace(
        work.policy,
        number=2,
        previous_hash=work.policy.hash,
        work_ends_at=work.policy.work_ends_at + 100 * DAY_SECONDS,
    )
    both = work.act(
        ActKind.POLICY, work.first_core, house.coach, house.client, subject=longer.hash, policy=longer
    )
    with pytest.raises(Malformed):
        await act(house, house.coach, both)
    alone = work.act(ActKind.POLICY, work.first_core, house.coach, subject=longer.hash, policy=longer)
    with pytest.raises(ActRefused):
        await act(house, house.coach, alone, longer.encode())
    await act(house, house.coach, both, longer.encode())
    await act(house, house.coach, both, longer.encode())
    with pytest.raises(PolicyRefused):
        await deposit(house, house.coach, [work.envelope(house.coach, Role.CLIENT)])
    late = work.envelope(house.coach, Role.CLIENT, policy=longer)
    assert (await deposit(house, house.coach, [late]))[0].status == "stored"
    account, mailboxes = await house.flows.fetch.account(house.client.account_id, house.now)
    assert mailboxes[0].expires_at == longer.hold_ends_at
    assert account.expires_at == longer.hold_ends_at + 30 * DAY_SECONDS


async def test_a_policy_that_does_not_follow_is_refused(house: House) -> None:
    """The next policy names the one before it, the same coach and the next number, and ends in time."""
    work = house.work
    good = replace(work.policy, number=2, previous_hash=work.policy.hash)
    for policy in (
        replace(good, number=3),
        replace(good, previous_hash=b"p" * 32),
        replace(good, coach_fp=house.client.fp),
        replace(good, work_ends_at=DAY_SECONDS, hold_days=0),
        replace(good, work_ends_at=house.now - house.now % DAY_SECONDS + LONGEST_SECONDS + DAY_SECONDS),
    ):
        signed = work.act(
            ActKind.POLICY, work.first_core, house.coach, house.client, subject=policy.hash, policy=policy
        )
        with pytest.raises(ActRefused):
            await act(house, house.coach, signed, policy.encode())


async def test_an_act_under_an_old_policy_or_from_the_future_is_refused(house: House) -> None:
    """An act is made under the policy in force, and its time lies not more than five minutes ahead."""
    work = house.work
    stray = replace(work.policy, hold_days=1)
    old = work.act(
        ActKind.SHORTEN, work.first_core, house.coach, date=9, envelope_ids=[bytes(16)], policy=stray
    )
    early = work.act(
        ActKind.SHORTEN,
        work.first_core,
        house.coach,
        date=9,
        envelope_ids=[bytes(16)],
        issued_at=house.now + 301,
    )
    for signed in (old, early):
        with pytest.raises(ActRefused):
            await act(house, house.coach, signed)


async def test_an_act_of_a_draft_or_of_another_engagement_is_refused(empty: House) -> None:
    """Before a client has joined nobody acts; an act names its engagement."""
    await empty.enrol_coach(empty.coach)
    await empty.invite()
    work = empty.work
    with pytest.raises(ActRefused):
        await act(empty, empty.coach, work.agreed(), b"")
    await empty.enrol_client()
    elsewhere = Work(empty.coach, empty.stranger)
    stray = elsewhere.close(elsewhere.first_core, empty.coach, date=empty.now)
    with pytest.raises(Malformed):
        await act(empty, empty.coach, stray)
    with pytest.raises(Malformed):
        await empty.flows.agreements.act(
            empty.coach.account_id, work.engagement_id, b"\x01\x09", b"", empty.now
        )


async def test_an_address_changes_for_its_owner_alone(house: House) -> None:
    """The new inbound address finds the mailbox, the old one no longer does."""
    mailbox_id = house.work.mailbox(Role.CLIENT)
    (before,) = await house.flows.fetch.mailboxes(house.client.account_id, house.now)
    fresh = await house.flows.agreements.change_address(house.client.account_id, mailbox_id, house.now)
    assert await house.store.mailbox_by_address(before.address, now=house.now) is None
    found = await house.store.mailbox_by_address(fresh, now=house.now)
    assert found is not None
    assert found.mailbox_id == mailbox_id
    for person in (house.coach, house.stranger):
        with pytest.raises(NotFound):
            await house.flows.agreements.change_address(person.account_id, mailbox_id, house.now)


async def test_a_waiter_learns_of_a_new_draft(house: House) -> None:
    """A coach who waits is told of an engagement that began after the waiting did."""
    waiter = house.wake.join(house.stranger.account_id, [])
    await house.flows.agreements.create(house.stranger.account_id, b"e" * 16, house.now)
    assert waiter.take() == ({}, {b"e" * 16})
    house.wake.leave(waiter)
    house.wake.engagement(b"e" * 16)
    assert waiter.take() == ({}, set())


async def _all(house: House, person: Person) -> list[View]:
    return await house.flows.agreements.all_of(person.account_id, house.now)


async def _invite(house: House, offer: Offer) -> None:
    await house.flows.agreements.invite(house.coach.account_id, house.work.engagement_id, offer, house.now)
