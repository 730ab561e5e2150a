"""Keepers: day keys at hand while one is away, revocations that wait for it."""

from __future__ import annotations

import pytest

from keys.day_keys import open_day_key
from keys.envelope import parse_envelope
from keys.keeper_wire import Revoke, sign_revoke, verify_revoked
from keys.names import DAY_SECONDS, Role
from relay.core.errors import KeeperAway, Malformed, NotFound
from tests.flow.cast import KEEPER, KEEPER_ID
from tests.flow.house import House


def revocation(house: House, expires_at: int | None = None) -> bytes:
    """A signed revoke of an envelope's keeper lock."""
    envelope = parse_envelope(house.work.envelope(house.coach, Role.CLIENT, expires_at=expires_at))
    revoke = Revoke(
        KEEPER_ID,
        house.coach.access.public,
        house.now,
        house.coach.dice(16),
        envelope.header_hash,
        envelope.keeper_locks[0],
    )
    return sign_revoke(revoke, house.coach.access)


async def test_days_are_asked_for_once_and_stored(house: House) -> None:
    """Senders have their day keys from the store, also while the keeper is away."""
    today = house.now // DAY_SECONDS
    days = await house.flows.keepers.days(KEEPER_ID, today, 3, house.now)
    assert [open_day_key(raw, KEEPER_ID, KEEPER.public).day for raw in days] == [today, today + 1, today + 2]
    house.keeper.away = True
    assert await house.flows.keepers.days(KEEPER_ID, today, 3, house.now) == days
    with pytest.raises(KeeperAway):
        await house.flows.keepers.days(KEEPER_ID, today + 3, 1, house.now)


async def test_days_are_stored_ahead_and_asked_for_again_after_an_absence(house: House) -> None:
    """A keeper that is away is passed over, asked the next time, and then left in peace until tomorrow."""
    today = house.now // DAY_SECONDS
    house.keeper.away = True
    await house.flows.keepers.store_ahead(house.now, 600)
    house.keeper.away = False
    await house.flows.keepers.store_ahead(house.now, 600)
    asked = house.keeper.asked
    await house.flows.keepers.store_ahead(house.now, 600)
    house.keeper.away = True
    assert house.keeper.asked == asked
    assert len(await house.flows.keepers.days(KEEPER_ID, today + 599, 1, house.now)) == 1
    await house.flows.keepers.store_ahead(house.now + DAY_SECONDS, 600)
    assert house.keeper.asked == asked + 1


async def test_days_past_far_or_too_many_are_malformed(house: House) -> None:
    """A day that is over has no key, and nobody asks for more than ten years."""
    today = house.now // DAY_SECONDS
    for first, count in ((today - 1, 1), (today, 0), (today, 513), (today + 3660, 1), (2**40, 1)):
        with pytest.raises(Malformed):
            await house.flows.keepers.days(KEEPER_ID, first, count, house.now)
    with pytest.raises(NotFound):
        await house.flows.keepers.days(bytes(16), today, 1, house.now)


async def test_an_open_request_passes_to_its_keeper(house: House) -> None:
    """What passes is not looked into, but it must name the keeper it goes to."""
    request = KEEPER_ID + b"some sealed question"
    assert (await house.flows.keepers.open(KEEPER_ID, request)).startswith(b"sealed answer")
    with pytest.raises(Malformed):
        await house.flows.keepers.open(KEEPER_ID, b"x" * 40)
    with pytest.raises(NotFound):
        await house.flows.keepers.open(bytes(16), request)
    house.keeper.away = True
    with pytest.raises(KeeperAway):
        await house.flows.keepers.open(KEEPER_ID, request)


async def test_a_revocation_is_answered_or_waits(house: House) -> None:
    """While the keeper is away a revocation waits, once, and is handed over when the keeper is back."""
    request = revocation(house)
    told = await house.flows.keepers.revoke(KEEPER_ID, request, house.now)
    assert told is not None
    verify_revoked(told, request, KEEPER.public)
    house.keeper.away = True
    late = revocation(house)
    for _ in range(2):
        assert await house.flows.keepers.revoke(KEEPER_ID, late, house.now) is None
    assert await house.flows.keepers.drain() == 0
    house.keeper.away = False
    assert await house.flows.keepers.drain() == 1
    assert await house.flows.keepers.drain() == 0


async def test_a_revocation_that_is_not_signed_does_not_wait(house: House) -> None:
    """Nobody fills the queue with what no keeper would take; a day that is over, or that no keeper makes,
    needs no revocation.
    """
    request = revocation(house)
    with pytest.raises(Malformed):
        await house.flows.keepers.revoke(KEEPER_ID, request[:-1] + bytes([request[-1] ^ 1]), house.now)
    with pytest.raises(Malformed):
        await house.flows.keepers.revoke(KEEPER_ID, b"", house.now)
    house.keeper.away = True
    for days in (-3, 3_662):
        never = revocation(house, expires_at=house.now + days * DAY_SECONDS)
        with pytest.raises(Malformed):
            await house.flows.keepers.revoke(KEEPER_ID, never, house.now)
