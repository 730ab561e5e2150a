"""Closing and reopening: what either may do alone, and what needs both."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keys.acts import Act, ActKind
from keys.names import DAY_SECONDS, Role
from relay.core.errors import ActRefused, EngagementClosed, NotFound
from relay.core.model import Reason, State
from tests.flow.cast import Person, Work
from tests.flow.house import House
from tests.flow.test_accept import deposit, rows
from tests.flow.test_policy import act, view

WEEK = 7 * DAY_SECONDS


async def refused(house: House, *acts: Act) -> None:
    """None of these acts is taken, and none changes anything."""
    before = await view(house, house.coach)
    for signed in acts:
        with pytest.raises(ActRefused):
            await act(house, house.coach, signed)
    assert await view(house, house.coach) == before


async def test_either_closes_within_what_both_have_signed(house: House) -> None:
    """The end of work only comes forward, and not before the act; the end of the hold neither."""
    work, now = house.work, house.now
    works, holds, first = work.policy.work_ends_at, work.policy.hold_ends_at, work.first_core
    await refused(
        house,
        work.close(first, house.coach, date=works + 1),
        work.close(first, house.coach, date=now - 1),
        work.close(first, house.coach, date=now, second_date=holds + 1),
    )
    close = work.close(first, house.client, date=now + 60)
    await act(house, house.client, close)
    seen = await view(house, house.coach)
    assert (seen.state, seen.ends_at) == (State.ACTIVE, holds)
    house.now += 60
    assert (await view(house, house.coach)).state is State.HELD
    await refused(house, work.close(close.core, house.client, date=house.now))


async def test_who_closes_alone_leaves_seven_days(house: House) -> None:
    """By the act's own word and by the relay's clock; both together may end it at once."""
    work, now, first = house.work, house.now, house.work.first_core
    backdated = work.act(
        ActKind.CLOSE, first, house.coach, date=now - WEEK, second_date=now, issued_at=now - WEEK
    )
    await refused(house, work.close(first, house.coach, date=now, second_date=now + WEEK - 1), backdated)
    close = work.close(first, house.coach, date=now, second_date=now + WEEK)
    await act(house, house.coach, close)
    assert (await view(house, house.client)).ends_at == now + WEEK
    house.now = now + WEEK
    with pytest.raises(NotFound):
        await view(house, house.client)


async def test_neither_uses_up_the_acts_of_the_other(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """One alone takes a share of the acts, by number and by bytes; the other goes on, who is out of them can
    still close, and what both sign is not counted.
    """
    monkeypatch.setattr("relay.core.acts.MOST_ALONE", 2)
    monkeypatch.setattr("relay.core.acts.KEPT_FOR_CLOSING", 1)
    work, last = house.work, house.work.first_core

    def shorten(*signers: Person) -> Act:
        return work.act(
            ActKind.SHORTEN, last, *signers, date=house.now + DAY_SECONDS, envelope_ids=[bytes(16)]
        )

    for _ in range(2):
        await act(house, house.coach, signed := shorten(house.coach))
        last = signed.core
    await refused(house, shorten(house.coach))
    for signers in ((house.client,), (house.coach, house.client)):
        await act(house, house.client, signed := shorten(*signers))
        last = signed.core
    await act(house, house.coach, signed := work.close(last, house.coach, date=house.now + 2 * DAY_SECONDS))
    last = signed.core
    await refused(house, work.close(last, house.coach, date=house.now + DAY_SECONDS))
    monkeypatch.setattr("relay.core.acts.MOST_ACT_BYTES", 2 * len(shorten(house.client).encode()) - 1)
    await refused(house, shorten(house.client))


async def test_both_may_end_it_at_once(house: House) -> None:
    """With both signatures nothing has to be held."""
    await deposit(house, house.coach, [house.work.envelope(house.coach, Role.CLIENT)])
    close = house.work.close(
        house.work.first_core, house.coach, house.client, date=house.now, second_date=house.now
    )
    await act(house, house.coach, close)
    for look in (view(house, house.client), rows(house, house.client, Role.CLIENT)):
        with pytest.raises(NotFound):
            await look


async def test_without_recall_one_alone_brings_nothing_forward(empty: House) -> None:
    """Where the policy denies recall, closing alone ends the work and leaves the hold."""
    empty.work = Work(empty.coach, empty.client, author_may_recall=False)
    await empty.settle()
    work, soon = empty.work, empty.now + 30 * DAY_SECONDS
    await refused(empty, work.close(work.first_core, empty.coach, date=empty.now, second_date=soon))
    close = work.close(work.first_core, empty.coach, empty.client, date=empty.now, second_date=soon)
    await act(empty, empty.coach, close)
    assert (await view(empty, empty.client)).ends_at == soon


async def test_reopening_needs_both_and_gives_back_the_work_not_the_dates(house: House) -> None:
    """Only while held, up to the end of the hold that both have signed; what the closing brought forward
    goes on the day to which it was brought.
    """
    work, now = house.work, house.now
    works, holds, soon = work.policy.work_ends_at, work.policy.hold_ends_at, now + 20 * DAY_SECONDS
    early = work.act(ActKind.REOPEN, work.first_core, house.coach, house.client, date=works)
    await refused(house, early)
    kept = work.envelope(house.coach, Role.CLIENT)
    await deposit(house, house.coach, [kept])
    close = work.close(work.first_core, house.client, date=now, second_date=soon)
    await act(house, house.client, close)
    pair = (house.coach, house.client)
    await refused(
        house,
        work.act(ActKind.REOPEN, close.core, house.coach, date=works),
        work.act(ActKind.REOPEN, close.core, *pair, date=holds + 1),
        work.act(ActKind.REOPEN, close.core, *pair, date=now),
    )
    reopen = work.act(ActKind.REOPEN, close.core, *pair, date=holds)
    await act(house, house.coach, reopen)
    seen = await view(house, house.client)
    assert (seen.state, seen.ends_at, seen.engagement.expires_at) == (State.ACTIVE, holds, holds)
    fresh = work.envelope(house.coach, Role.CLIENT)
    house.now = works  # the work goes on past its first end
    await deposit(house, house.coach, [fresh])
    assert await rows(house, house.client, Role.CLIENT) == [fresh]
    page = await house.flows.fetch.rows(
        house.client.account_id, work.mailbox(Role.CLIENT), after=0, before=None, limit=9, now=soon - 1
    )
    assert [row.raw for row in page.rows] == [kept, fresh]
    await house.flows.expire.sweep(house.now, _at_once)
    page = await house.flows.fetch.rows(
        house.client.account_id, work.mailbox(Role.CLIENT), after=0, before=None, limit=9, now=house.now
    )
    assert [row.reason for row in page.rows] == [None, Reason.CLOSED]
    again = work.act(
        ActKind.CLOSE,
        reopen.core,
        house.client,
        date=house.now,
        second_date=house.now + WEEK,
        issued_at=house.now,
    )
    await act(house, house.client, again)
    with pytest.raises(EngagementClosed):
        await deposit(house, house.coach, [work.envelope(house.coach, Role.CLIENT)])


async def test_a_new_policy_ends_what_a_closing_began(house: House) -> None:
    """It opens what is held, and its hold governs; a shorter one brings all forward to its end."""
    work, now = house.work, house.now
    close = work.close(work.first_core, house.client, date=now, second_date=now + WEEK)
    await act(house, house.client, close)
    shorter = replace(
        work.policy, number=2, previous_hash=work.policy.hash, hold_days=work.policy.hold_days - 60
    )
    raw = work.envelope(house.coach, Role.CLIENT, policy=shorter)
    agree = work.act(
        ActKind.POLICY, close.core, house.coach, house.client, subject=shorter.hash, policy=shorter
    )
    await act(house, house.client, agree, shorter.encode())
    seen = await view(house, house.client)
    assert (seen.state, seen.ends_at) == (State.ACTIVE, shorter.hold_ends_at)
    await deposit(house, house.coach, [raw])
    assert await rows(house, house.client, Role.CLIENT) == [raw]
    shortest = replace(shorter, number=3, previous_hash=shorter.hash, hold_days=0)
    agree = work.act(
        ActKind.POLICY, agree.core, house.coach, house.client, subject=shortest.hash, policy=shortest
    )
    await act(house, house.client, agree, shortest.encode())
    house.now = shortest.hold_ends_at - 1
    assert await rows(house, house.client, Role.CLIENT) == [raw]
    house.now += 1
    with pytest.raises(NotFound):
        await rows(house, house.client, Role.CLIENT)


async def _at_once() -> None:
    return None
