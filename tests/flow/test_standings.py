"""What is remembered of engagements: bounded, forgotten on change, never staler than a change of ours."""

from __future__ import annotations

import asyncio

import pytest

from keys.names import Role
from relay.core.errors import NotFound
from relay.core.model import Engagement
from relay.flow.standings import Standings
from tests.flow.house import House


async def test_a_standing_is_loaded_once_and_found_by_each_mailbox(house: House) -> None:
    """After one look-up all three mailboxes of an engagement are at hand."""
    standings = Standings(house.store)
    client, notes = house.work.mailbox(Role.CLIENT), house.work.mailbox(Role.NOTES)
    assert standings.remembered(client, house.now) is None
    found = await standings.of_mailbox(client, house.now)
    assert standings.remembered(notes, house.now) is found
    assert standings.remembered(notes, found.expires_at) is None
    standings.forget(house.work.engagement_id)
    assert standings.remembered(client, house.now) is None
    with pytest.raises(NotFound):
        await standings.of_mailbox(bytes(16), house.now)


async def test_a_load_that_a_change_overtook_is_not_remembered(house: House) -> None:
    """A look-up that began before a change gives its answer, and is forgotten."""
    loading, go_on = asyncio.Event(), asyncio.Event()

    class Slow:
        shared = False

        async def engagement_of_mailbox(self, mailbox_id: bytes, *, now: int) -> Engagement | None:
            found = await house.store.engagement_of_mailbox(mailbox_id, now=now)
            loading.set()
            await go_on.wait()
            return found

    standings = Standings(Slow())  # type: ignore[arg-type]
    mailbox_id = house.work.mailbox(Role.CLIENT)
    task = asyncio.ensure_future(standings.of_mailbox(mailbox_id, house.now))
    await loading.wait()
    standings.forget(house.work.engagement_id)
    go_on.set()
    assert (await task).engagement_id == house.work.engagement_id
    assert standings.remembered(mailbox_id, house.now) is None


async def test_nothing_is_remembered_while_an_act_is_taken(house: House) -> None:
    """From before its commit until its answer the store is asked: the answer comes later than the commit."""
    standings, mailbox_id = Standings(house.store), house.work.mailbox(Role.CLIENT)
    await standings.of_mailbox(mailbox_id, house.now)
    with standings.changing(house.work.engagement_id):
        assert standings.remembered(mailbox_id, house.now) is None
        await standings.of_mailbox(mailbox_id, house.now)
        assert standings.remembered(mailbox_id, house.now) is None
    await standings.of_mailbox(mailbox_id, house.now)
    assert standings.remembered(mailbox_id, house.now) is not None


async def test_among_others_a_memory_serves_a_second_to_read(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where other relays write too a standing serves readers for its second, and never an owner who writes;
    a deposit may have it, as the store looks again.
    """
    monkeypatch.setattr(house.store, "shared", True)
    standings, mailbox_id = Standings(house.store), house.work.mailbox(Role.CLIENT)
    found = await standings.of_mailbox(mailbox_id, house.now)
    assert await standings.of_mailbox(mailbox_id, house.now) is found
    assert await standings.of_mailbox(mailbox_id, house.now, writes=True) is not found
    again = await standings.of_mailbox(mailbox_id, house.now)
    assert standings.remembered(mailbox_id, house.now + 1) is again
    assert await standings.of_mailbox(mailbox_id, house.now + 1) is not again


async def test_the_oldest_are_forgotten_when_there_are_too_many(house: House) -> None:
    """Memory is bounded by a number of engagements."""
    standings = Standings(house.store, most=1)
    mailbox_id = house.work.mailbox(Role.CLIENT)
    await standings.of_mailbox(mailbox_id, house.now)
    await house.flows.agreements.create(house.stranger.account_id, b"e" * 16, house.now)
    (other, *_) = await house.flows.fetch.mailboxes(house.stranger.account_id, house.now)
    await standings.of_mailbox(other.mailbox_id, house.now)
    assert standings.remembered(mailbox_id, house.now) is None
