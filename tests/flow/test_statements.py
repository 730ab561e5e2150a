"""Key cards: a chain, link by link, shown to the parties."""

from __future__ import annotations

import pytest

from keys.names import Role
from relay.core.errors import Conflict, Malformed, NotFound
from tests.flow.house import House


async def test_the_next_card_follows_and_is_shown_to_the_other_party(house: House) -> None:
    """A stored card is what the other party is given from then on, and who waits is told."""
    first = house.client.statement()
    second = house.client.statement(2, first)
    waiter = house.wake.join(house.coach.account_id, [house.work.engagement_id])
    for _ in range(2):
        await house.flows.statements.add(house.client.account_id, second, house.now)
    assert waiter.take()[1] == {house.work.engagement_id}
    for after, chain in ((0, [first, second]), (1, [second]), (2, [])):
        assert (
            await house.flows.statements.chain(
                house.coach.account_id, house.work.engagement_id, Role.CLIENT, after, house.now
            )
            == chain
        )
    view = await house.flows.agreements.one(house.coach.account_id, house.work.engagement_id, house.now)
    assert second in [member.statement for member in view.engagement.members]


async def test_a_card_that_does_not_follow_is_a_conflict(house: House) -> None:
    """Another card of a stored number, a skipped one, and one that is not signed by the same identity."""
    first = house.client.statement()
    second = house.client.statement(2, first)
    rival = house.client.statement(2, first, now=house.now + 1)
    unsigned = second[:-64] + bytes(64)
    await house.flows.statements.add(house.client.account_id, second, house.now)
    skips = house.client.statement(4, rival)
    for raw in (rival, skips, unsigned, house.client.statement(now=house.now + 5)):
        with pytest.raises(Conflict) as refused:
            await house.flows.statements.add(house.client.account_id, raw, house.now)
        assert refused.value.code == "statement-conflict"


async def test_another_accounts_or_a_broken_card_is_malformed(house: House) -> None:
    """A card is one's own, and whole."""
    for raw in (house.coach.statement(), b"", house.client.statement()[:-1]):
        with pytest.raises(Malformed):
            await house.flows.statements.add(house.client.account_id, raw, house.now)


async def test_chains_are_for_members(house: House) -> None:
    """A stranger, an unknown engagement and a role that nobody has are all not found."""
    asks = [
        (house.stranger, house.work.engagement_id, Role.CLIENT),
        (house.coach, bytes(16), Role.CLIENT),
        (house.coach, house.work.engagement_id, Role.NOTES),
        (house.coach, house.work.engagement_id, 9),
    ]
    for person, engagement_id, role in asks:
        with pytest.raises(NotFound):
            await house.flows.statements.chain(person.account_id, engagement_id, role, 0, house.now)
