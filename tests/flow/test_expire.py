"""Expiry: own copies at once, what is due in paced batches, and nothing read from its second on."""

from __future__ import annotations

import pytest

from keys.names import DAY_SECONDS, Role
from relay.core.errors import Malformed, NotFound
from relay.core.model import Page, Reason
from tests.flow.cast import Person
from tests.flow.house import House
from tests.flow.test_accept import deposit


async def page(house: House, person: Person, role: Role, **kind: int | None) -> Page:
    """A page of somebody's mailbox."""
    asked: dict[str, int | None] = {"after": 0, "before": None, "limit": 50} | kind
    return await house.flows.fetch.rows(
        person.account_id,
        house.work.mailbox(role),
        after=asked["after"] or 0,
        before=asked["before"],
        limit=asked["limit"] or 0,
        now=house.now,
    )


async def test_nothing_is_read_from_its_second_on(house: House) -> None:
    """An envelope is there in the second before its date and gone in its second, swept or not."""
    until = house.now + DAY_SECONDS
    await deposit(house, house.coach, [house.work.envelope(house.coach, Role.CLIENT, expires_at=until)])
    house.now = until - 1
    assert len((await page(house, house.client, Role.CLIENT)).rows) == 1
    house.now = until
    assert (await page(house, house.client, Role.CLIENT)).rows == ()


async def test_a_sweep_takes_all_that_is_due_in_batches_with_pauses(house: House) -> None:
    """Each batch is bounded, the pause comes between batches, tombstones stand where envelopes were."""
    until = house.now + DAY_SECONDS
    raws = [house.work.envelope(house.coach, Role.CLIENT, expires_at=until) for _ in range(45)]
    for start in range(0, 45, 15):
        await deposit(house, house.coach, raws[start : start + 15])
    stays = house.work.envelope(house.coach, Role.CLIENT, expires_at=until + 1)
    await deposit(house, house.coach, [stays])
    house.now = until
    pauses = 0

    async def pause() -> None:
        nonlocal pauses
        pauses += 1

    swept = await house.flows.expire.sweep(house.now, pause)
    assert swept.envelopes == 45
    assert swept.batches >= 3
    assert pauses >= swept.batches - 1
    assert await house.store.noted("last_sweep_at") == house.now
    rows = (await page(house, house.client, Role.CLIENT)).rows
    assert [row.raw for row in rows if row.raw] == [stays]
    assert {row.reason for row in rows if not row.raw} == {Reason.DUE}


async def test_an_owner_takes_own_copies_away_and_nobody_elses(house: House) -> None:
    """The other party's copy stays; whoever does not own the mailbox finds nothing."""
    mine = house.work.envelope(house.client, Role.CLIENT)
    theirs = house.work.envelope(house.client, Role.COACH)
    await deposit(house, house.client, [mine, theirs])
    expire, mailbox_id = house.flows.expire, house.work.mailbox(Role.CLIENT)
    waiter = house.wake.join(house.client.account_id, [mailbox_id])
    for person in (house.coach, house.stranger):
        with pytest.raises(NotFound):
            await expire.own_copies(person.account_id, mailbox_id, [mine[24:40]], house.now)
    assert await expire.own_copies(house.client.account_id, mailbox_id, [mine[24:40]], house.now) == 1
    assert await expire.own_copies(house.client.account_id, mailbox_id, [mine[24:40]], house.now) == 0
    assert mailbox_id in waiter.take()[0]
    assert [row.reason for row in (await page(house, house.client, Role.CLIENT)).rows] == [Reason.OWN_COPY]
    assert [row.raw for row in (await page(house, house.coach, Role.COACH)).rows] == [theirs]
    with pytest.raises(Malformed):
        await expire.own_copies(house.client.account_id, mailbox_id, [bytes(16)] * 1025, house.now)


async def test_pages_go_both_ways(house: House) -> None:
    """After a cursor ascending, before one descending, to the end of the mailbox."""
    raws = [house.work.envelope(house.coach, Role.CLIENT) for _ in range(5)]
    await deposit(house, house.coach, raws)
    first = await page(house, house.client, Role.CLIENT, limit=2)
    rest = await page(house, house.client, Role.CLIENT, after=first.next, limit=10)
    assert [row.raw for row in (*first.rows, *rest.rows)] == raws
    assert (first.more, rest.more) == (True, False)
    back = await page(house, house.client, Role.CLIENT, before=rest.next, limit=10)
    assert [row.raw for row in back.rows] == raws[-2::-1]


async def test_odd_pages_are_malformed(house: House) -> None:
    """A page has 1 to 200 rows, one direction, and a cursor that the store can hold."""
    for odd in ({"limit": 0}, {"limit": 201}, {"after": -1}, {"after": 2**63}, {"after": 3, "before": 9}):
        with pytest.raises(Malformed):
            await page(house, house.client, Role.CLIENT, **odd)


async def test_a_mailbox_is_read_by_its_owner_alone(house: House) -> None:
    """To everybody else, the other party included, it is not there, as one that never was."""
    for person, role in (
        (house.coach, Role.CLIENT),
        (house.client, Role.COACH),
        (house.client, Role.NOTES),
        (house.stranger, Role.CLIENT),
    ):
        with pytest.raises(NotFound):
            await page(house, person, role)
    with pytest.raises(NotFound):
        await house.flows.fetch.rows(
            house.client.account_id, bytes(16), after=0, before=None, limit=9, now=house.now
        )


async def test_after_the_hold_nothing_is_left(house: House) -> None:
    """When the hold is over the engagement and its mailboxes are not found by anybody."""
    await deposit(house, house.coach, [house.work.envelope(house.coach, Role.CLIENT)])
    house.now = house.work.policy.hold_ends_at
    with pytest.raises(NotFound):
        await page(house, house.client, Role.CLIENT)
    assert await house.flows.agreements.all_of(house.client.account_id, house.now) == []
