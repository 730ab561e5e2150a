"""Access: constant shapes, one-time challenges, growing delays, sessions that end."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from keys.names import DAY_SECONDS
from relay.core.errors import LoginRefused, Malformed, NotAllowed, NotFound, NotSignedIn, TooManyRequests
from relay.flow.access import Answer, Opened
from relay.flow.brake import Brake
from tests.flow.cast import Person
from tests.flow.house import House, alone, method


async def test_the_right_secret_opens_and_gives_the_wrapped_key(house: House) -> None:
    """A session is the caller's, and the wrap is that of the way in that was used."""
    for way in house.client.ways:
        opened = await house.open(house.client, way)
        assert opened.wrap == way.wrap
        assert opened.expires_at == house.now + house.settings.session_seconds
        assert await house.flows.access.caller(opened.token, house.now) == house.client.account_id


async def test_an_unknown_name_gets_a_stable_answer_of_the_same_shape(house: House) -> None:
    """Nobody learns from a login's start whether a name is known: ids and salts stay, the challenge
    changes.
    """
    unknown = Person("nobody")
    one = await house.flows.access.start(unknown.name, house.now)
    two = await house.flows.access.start(unknown.name, house.now + 1000)
    known = await house.flows.access.start(house.client.name, house.now)
    assert (one.account_id, one.ways) == (two.account_id, two.ways)
    assert one.challenge != two.challenge
    assert [(way.kind, way.kdf) for way in known.ways] == [("password", 1), ("sheet", 1)]
    assert [(way.kind, way.kdf) for way in one.ways if way.kind == "sheet"] == [("sheet", 1)]
    assert all(way.salt == bytes(16) for way in one.ways if way.kind == "device")


async def test_a_wrong_answer_says_nothing_of_what_was_wrong(house: House) -> None:
    """Unknown account, unknown way in, wrong key and an old challenge are refused alike."""
    started = await house.flows.access.start(house.client.name, house.now)
    way, nonce = house.client.ways[0], bytes(32)
    signature = house.client.answer(way, started.account_id, started.challenge, nonce)
    good = Answer(started.account_id, way.method_id, started.challenge, nonce, signature)
    bad = [
        replace(good, account_id=bytes(16)),
        replace(good, method_id=bytes(16)),
        replace(good, method_id=house.client.ways[1].method_id),
        replace(good, nonce=b"n" * 32),
        replace(good, signature=bytes(64)),
        replace(good, challenge=bytes(32)),
    ]
    told = set()
    for number, answer in enumerate(bad):
        with pytest.raises(LoginRefused) as refused:
            await house.flows.access.open(answer, b"net%d" % number, house.now)
        told.add((refused.value.code, refused.value.public, tuple(refused.value.facts)))
    assert len(told) == 1


async def test_a_challenge_serves_once_and_two_minutes(house: House) -> None:
    """A recorded answer opens nothing, and neither does a late one."""
    started = await house.flows.access.start(house.client.name, house.now)
    way, nonce = house.client.ways[0], bytes(32)
    signature = house.client.answer(way, started.account_id, started.challenge, nonce)
    answer = Answer(started.account_id, way.method_id, started.challenge, nonce, signature)
    with pytest.raises(LoginRefused):
        await house.flows.access.open(answer, b"", house.now + 120)
    await house.flows.access.open(answer, b"", house.now + 119)
    with pytest.raises(LoginRefused):
        await house.flows.access.open(answer, b"", house.now + 119)


async def test_a_challenge_belongs_to_its_account(house: House) -> None:
    """A challenge that was given for one name does not serve for another."""
    started = await house.flows.access.start(house.stranger.name, house.now)
    way, nonce = house.client.ways[0], bytes(32)
    signature = house.client.answer(way, house.client.account_id, started.challenge, nonce)
    answer = Answer(house.client.account_id, way.method_id, started.challenge, nonce, signature)
    with pytest.raises(LoginRefused):
        await house.flows.access.open(answer, b"", house.now)


async def test_guessing_gets_slower_and_locks_nobody_out(house: House) -> None:
    """After five wrong tries a network waits longer and longer, up to a minute; the owner, elsewhere, is
    let in within seconds.
    """
    waits = []
    for _ in range(30):
        waits.append(await _guess(house, b"bad"))
        house.now += waits[-1]
    assert [wait for wait in waits if wait][:4] == [1, 2, 4, 8]
    assert max(waits) == 60
    house.now += 4
    assert isinstance(await house.open(house.client, network=b"home"), Opened)


async def test_many_networks_together_slow_a_name_by_seconds_at_most(house: House) -> None:
    """Guessing from everywhere delays the owner by four seconds at the most, and a device not at all."""
    device = house.client.way("device")
    await house.flows.ways.add(house.client.account_id, method(device), house.now)
    for number in range(100):
        if await _guess(house, b"bot%d" % number):
            house.now += 4
            assert await _guess(house, b"bot%d" % number) == 0
    with pytest.raises(TooManyRequests) as slow:
        await house.open(house.client, network=b"home")
    assert int(slow.value.facts["retry_after"]) <= 4
    await house.open(house.client, device, network=b"home")


async def test_waiting_tells_no_name(house: House) -> None:
    """Wrong answers for a device of somebody and of nobody are refused, and then made to wait, alike."""
    await house.flows.ways.add(house.client.account_id, method(house.client.way("device")), house.now)
    told = []
    for name in (house.client.name, await _nobody_with_a_device(house)):
        started = await house.flows.access.start(name, house.now)
        way = next(way for way in started.ways if way.kind == "device")
        answer = Answer(started.account_id, way.method_id, started.challenge, bytes(32), bytes(64))
        codes = []
        for _ in range(25):
            with pytest.raises((LoginRefused, TooManyRequests)) as refused:
                await house.flows.access.open(answer, b"", house.now)
            codes.append(refused.value.code)
        told.append(codes)
    assert told[0] == told[1]


async def _nobody_with_a_device(house: House) -> str:
    for number in range(100):
        name = f"nobody-{number}"
        started = await house.flows.access.start(name, house.now)
        if any(way.kind == "device" for way in started.ways):
            return name
    raise AssertionError("no invented device in a hundred names")


async def test_the_brake_forgets_and_is_bounded() -> None:
    """An hour without failures forgets them; the oldest go when there are too many to remember."""
    brake = Brake(1, alone(), most_scopes=4)
    brake.failed(b"a", b"net", 1000)
    assert brake.wait_seconds(b"a", b"net", 1000) == 1
    assert brake.wait_seconds(b"a", b"net", 1000 + 3601) == 0
    brake.failed(b"b", b"other", 1000)
    brake.failed(b"c", b"third", 1000)
    assert brake.wait_seconds(b"a", b"net", 1000) == 0


async def test_a_session_ends_when_it_is_closed_or_due(house: House) -> None:
    """A closed session and one past its end are the same as none."""
    opened = await house.open(house.client)
    with pytest.raises(NotSignedIn):
        await house.flows.access.caller(opened.token, opened.expires_at)
    assert house.flows.access.remembered(opened.token, opened.expires_at) is None
    await house.flows.access.close(opened.token)
    assert house.flows.access.remembered(opened.token, house.now) is None
    with pytest.raises(NotSignedIn):
        await house.flows.access.caller(opened.token, house.now)
    with pytest.raises(NotSignedIn):
        await house.flows.access.caller(bytes(32), house.now)


async def test_a_session_never_outlives_its_account(house: House) -> None:
    """A client's session ends with the account at the latest."""
    account, _ = await house.flows.fetch.account(house.client.account_id, house.now)
    house.now = account.expires_at - 60
    assert (await house.open(house.client)).expires_at == account.expires_at


async def test_a_coach_lives_on_at_each_unlock(house: House) -> None:
    """A coach's account goes 800 days after the last unlock; a client's is not moved."""
    before, _ = await house.flows.fetch.account(house.client.account_id, house.now)
    house.now += 10 * DAY_SECONDS
    await house.open(house.coach)
    await house.open(house.client)
    coach, _ = await house.flows.fetch.account(house.coach.account_id, house.now)
    assert coach.expires_at == house.now + 800 * DAY_SECONDS
    assert (await house.flows.fetch.account(house.client.account_id, house.now))[0] == before


async def test_ways_in_are_added_and_removed_but_never_the_last(house: House) -> None:
    """A device opens once added and no longer once removed; a password or a sheet always remains."""
    ways, account_id = house.flows.ways, house.client.account_id
    device = house.client.way("device")
    with pytest.raises(Malformed):
        await ways.add(account_id, replace(method(device), kind="key"), house.now)
    with pytest.raises(Malformed):
        await ways.add(account_id, replace(method(device), kdf=1), house.now)
    with pytest.raises(Malformed):
        await ways.add(account_id, replace(method(device), login_key=bytes(32)), house.now)
    with pytest.raises(Malformed):
        await ways.add(account_id, replace(method(device), salt=b"s" * 16), house.now)
    await ways.add(account_id, method(device), house.now)
    assert (await house.open(house.client, device)).wrap == device.wrap
    await ways.remove(account_id, device.method_id, house.now)
    with pytest.raises(LoginRefused):
        await house.open(house.client, device)
    with pytest.raises(NotFound):
        await ways.remove(account_id, device.method_id, house.now)
    await ways.remove(account_id, house.client.ways[1].method_id, house.now)
    await ways.add(account_id, method(house.client.way("passkey")), house.now)
    with pytest.raises(NotAllowed):
        await ways.remove(account_id, house.client.ways[0].method_id, house.now)


async def test_a_way_in_is_told_though_its_maker_hangs_up(house: House) -> None:
    """Whoever adds a way in and is gone at the next instant has added it, and its owner is told."""
    account_id, device = house.client.account_id, house.client.way("device")
    adding = asyncio.ensure_future(house.flows.ways.add(account_id, method(device), house.now))
    await asyncio.sleep(0)
    adding.cancel()
    while not await house.flows.happenings.since(account_id, 0, house.now):
        await asyncio.sleep(0)
    assert adding.cancelled()
    assert (await house.open(house.client, device)).wrap == device.wrap


async def test_a_new_password_takes_the_place_of_the_one_before(house: House) -> None:
    """In one step: the old one opens nothing any more, the sheet and a passkey go on. So with a sheet."""
    ways, account_id = house.flows.ways, house.client.account_id
    passkey = house.client.way("passkey")
    await ways.add(account_id, method(passkey), house.now)
    for at, kind in enumerate(("password", "sheet")):
        fresh = house.client.way(kind)
        for _ in range(2):
            await ways.add(account_id, method(fresh), house.now)
        assert (await house.open(house.client, fresh)).wrap == fresh.wrap
        with pytest.raises(LoginRefused):
            await house.open(house.client, house.client.ways[at])
    assert (await house.open(house.client, passkey)).wrap == passkey.wrap
    assert [way.kind for way in await ways.all(account_id, house.now)] == [
        "password",
        "sheet",
        "passkey",
    ]
    with pytest.raises(NotFound):
        await ways.all(house.stranger.dice(16), house.now)


async def test_who_has_left_is_as_nobody(house: House) -> None:
    """No way in opens, no session goes on, and the name is answered as one that nobody has; a coach stays."""
    access, opened = house.flows.access, await house.open(house.client)
    with pytest.raises(NotAllowed):
        await access.close_account(house.coach.account_id, house.now)
    await access.close_account(house.client.account_id, house.now)
    with pytest.raises(NotSignedIn):
        await access.caller(opened.token, house.now)
    started = await access.start(house.client.name, house.now)
    assert started.account_id != house.client.account_id
    assert [way.kind for way in started.ways[:2]] == ["password", "sheet"]
    with pytest.raises(LoginRefused):
        await house.open(house.client)
    assert await house.flows.vault.items(house.client.account_id, house.now) == []


async def test_ways_in_are_bounded(house: House) -> None:
    """An account has at most sixteen ways in."""
    for _ in range(14):
        await house.flows.ways.add(house.client.account_id, method(house.client.way("device")), house.now)
    with pytest.raises(Malformed):
        await house.flows.ways.add(house.client.account_id, method(house.client.way("device")), house.now)


@pytest.mark.parametrize("name", ["", "Ab-cd", "ab", "a" * 65, "-ab", "a--b", "äbc", "abc\n"])
async def test_an_odd_name_is_malformed(house: House, name: str) -> None:
    """A login name has one form; anything else is refused before it is looked up."""
    with pytest.raises(Malformed):
        await house.flows.access.start(name, house.now)


async def _guess(house: House, network: bytes) -> int:
    """Answer wrongly; returns the seconds to wait where the answer was not looked at."""
    started = await house.flows.access.start(house.client.name, house.now)
    way, nonce = house.client.ways[0], bytes(32)
    signature = house.stranger.answer(way, started.account_id, started.challenge, nonce)
    wrong = signature[:32] + house.client.dice(31) + b"\0"
    answer = Answer(started.account_id, way.method_id, started.challenge, nonce, wrong)
    try:
        await house.flows.access.open(answer, network, house.now)
    except TooManyRequests as slow:
        return int(slow.facts["retry_after"])
    except LoginRefused:
        return 0
    raise AssertionError("a wrong answer opened an inbox")
