"""Tabs: a reload goes on with what neither half opens alone; a lock, silence and leaving end it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from relay.core.errors import NotFound, NotSignedIn
from relay.flow.access import Opened
from relay.flow.tabs import LEFT_SECONDS, Tab, Tabs
from tests.flow.house import House, alone

TAB = Tab(b"t" * 32, b"h" * 32, b"b" * 234, 300, b"l" * 136)


async def opened(house: House, tab: Tab = TAB) -> Opened:
    """A session whose page has left its half."""
    session = await house.open(house.client)
    house.flows.access.keep_tab(session.token, tab, house.now)
    return session


async def test_a_reload_gets_the_half_back_as_often_as_it_asks(house: House) -> None:
    """While the session is open; another token, or that of another tab, gets nothing."""
    await opened(house)
    for _ in range(3):
        assert await house.flows.access.resume(TAB.token, house.now) == TAB
    with pytest.raises(NotSignedIn):
        await house.flows.access.resume(b"u" * 32, house.now)


async def test_a_lock_forgets_the_half(house: House) -> None:
    """What a thief finds in a tab's storage opens nothing after the lock."""
    session = await opened(house)
    await house.flows.access.close(session.token)
    with pytest.raises(NotSignedIn):
        await house.flows.access.resume(TAB.token, house.now)


async def test_a_locked_page_that_is_left_ends_its_session_at_once(house: House) -> None:
    """The page itself can be stopped before it ends it; a stranger's token ends nothing."""
    session = await opened(house)
    await house.flows.access.lock_tab(b"u" * 32)
    assert await house.flows.access.resume(TAB.token, house.now) == TAB
    await house.flows.access.lock_tab(TAB.token)
    with pytest.raises(NotSignedIn):
        await house.flows.access.resume(TAB.token, house.now)
    with pytest.raises(NotSignedIn):
        await house.flows.access.caller(session.token, house.now)
    assert await house.flows.access.sessions(session.token, house.client.account_id, house.now) == []


async def test_a_session_that_is_over_gives_no_half(house: House) -> None:
    """Not in the second in which it ends, however often it was heard of."""
    session = await opened(house, replace(TAB, idle_seconds=86_400))
    await house.flows.access.resume(TAB.token, session.expires_at - 1)
    with pytest.raises(NotSignedIn):
        await house.flows.access.resume(TAB.token, session.expires_at)


async def test_silence_forgets_the_half(house: House) -> None:
    """Each request counts as a sign; after `idle_seconds` without one there is nothing to go on with."""
    session = await opened(house)
    house.now += 299
    assert await house.flows.access.caller(session.token, house.now) == house.client.account_id
    house.now += 299
    assert await house.flows.access.resume(TAB.token, house.now) == TAB
    house.now += 300
    with pytest.raises(NotSignedIn):
        await house.flows.access.resume(TAB.token, house.now)
    await house.flows.access.caller(session.token, house.now)
    with pytest.raises(NotSignedIn):
        await house.flows.access.resume(TAB.token, house.now)


async def test_a_page_that_was_left_has_a_minute_to_come_back(house: House) -> None:
    """A reload does; a closed tab does not, and its session ends when anybody looks at what is open."""
    await opened(house)
    house.flows.access.leave(TAB.token, house.now)
    house.now += LEFT_SECONDS - 1
    assert await house.flows.access.resume(TAB.token, house.now) == TAB
    house.flows.access.leave(TAB.token, house.now)
    house.flows.access.leave(b"u" * 32, house.now)
    house.now += LEFT_SECONDS
    with pytest.raises(NotSignedIn):
        await house.flows.access.resume(TAB.token, house.now)
    other = await house.open(house.client)
    (listed,) = await house.flows.access.sessions(other.token, house.client.account_id, house.now)
    assert listed.current


async def test_a_second_page_of_the_same_session_keeps_it(house: House) -> None:
    """A tab that was doubled shares its half: closing one of the two ends nothing."""
    session = await opened(house)
    house.flows.access.leave(TAB.token, house.now)
    house.flows.access.remembered(session.token, house.now + 5)
    house.now += LEFT_SECONDS + 5
    assert await house.flows.access.resume(TAB.token, house.now) == TAB


async def test_what_is_open_is_told_to_its_owner_alone(house: House) -> None:
    """Each with its sealed label and its last sign; one may be ended, a stranger's may not."""
    first, second = await opened(house), await house.open(house.client)
    access, account_id = house.flows.access, house.client.account_id
    found = await access.sessions(second.token, account_id, house.now)
    assert [(one.current, one.label, one.seen_at) for one in sorted(found, key=lambda one: one.current)] == [
        (False, TAB.label, house.now),
        (True, b"", 0),
    ]
    (ended,) = [one.session_id for one in found if not one.current]
    with pytest.raises(NotFound):
        await access.end_session(house.stranger.account_id, ended, house.now)
    await access.end_session(account_id, ended, house.now)
    with pytest.raises(NotSignedIn):
        await access.caller(first.token, house.now)
    with pytest.raises(NotSignedIn):
        await access.resume(TAB.token, house.now)
    with pytest.raises(NotFound):
        await access.end_session(account_id, ended, house.now)
    assert await access.caller(second.token, house.now) == account_id


def test_who_never_hears_of_a_new_half_goes_on_with_the_old_one() -> None:
    """A page that is loaded again and again, each time before the answer to its new half has come, comes with
    the same token each time.
    """
    tabs = Tabs(alone(), most_tabs=2)
    tabs.put(b"s", replace(TAB, token=b"0" * 32), 0)
    for number in range(1, 5):
        assert tabs.find(b"0" * 32, number) is not None
        tabs.put(b"s", replace(TAB, token=b"%d" % number * 32), number)
    assert tabs.find(b"2" * 32, 5) is None
    assert tabs.find(b"4" * 32, 5) is not None


def test_halves_are_bounded_and_one_a_session() -> None:
    """The oldest goes when there are too many; a session's next half takes the place of the one before, which
    is good for a minute more, for a page that is loaded anew in between; of two before, the older is gone.
    """
    tabs = Tabs(alone(), most_tabs=2)
    for number in range(3):
        tabs.put(b"s%d" % number, replace(TAB, token=b"%d" % number * 32), 0)
    assert [tabs.find(b"%d" % number * 32, 0) is None for number in range(3)] == [True, False, False]
    tabs.put(b"s1", replace(TAB, token=b"x" * 32), 0)
    former = tabs.find(b"1" * 32, LEFT_SECONDS - 1)
    assert former is not None
    assert former[1].token == b"1" * 32
    assert tabs.find(b"1" * 32, LEFT_SECONDS) is None
    assert tabs.find(b"x" * 32, 0) is not None
    assert tabs.find(b"2" * 32, 0) is not None
    tabs.put(b"s1", replace(TAB, token=b"y" * 32), 1)
    assert tabs.find(b"1" * 32, 1) is None
    assert tabs.find(b"x" * 32, 1) is not None
    tabs.forget(b"s1")
    assert tabs.find(b"x" * 32, 1) is tabs.find(b"y" * 32, 1) is None


def test_a_half_is_not_shown() -> None:
    """No log and no trace holds a half, a token or a box."""
    assert "hhhh" not in repr(TAB)
    assert "tttt" not in repr(TAB)
