"""How far the keeper believes its clock, and what the operator's word changes."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.keeper_wire import Status
from relay.keeper.folder import create_keeper
from relay.keeper.ring import DAY_SECONDS, first_living_day
from relay.keeper.service import KeeperRefusal
from relay.keeper.tick import TICK_POINTS
from tests.keeper.conftest import NOON, TODAY, HeldClock, House, Person

YEAR = 365 * DAY_SECONDS


@pytest.fixture(autouse=True)
def _days(house: House) -> None:
    """The keeper holds ten days and has started with them."""
    house.keeper.days(TODAY, 10)
    house.start()


def test_a_jump_of_the_clock_destroys_nothing(house: House) -> None:
    """A clock that jumps a year ahead while the keeper runs is not ticked by, however often it is asked."""
    house.clock.wall += YEAR
    for _ in range(3):
        with pytest.raises(KeeperRefusal, match="clock"):
            house.keeper.tick()
    assert (house.keeper.status()["clock"], house.keeper.status()["days"]) == ("stopped", 10)
    house.clock.wall -= YEAR
    assert house.keeper.tick()["destroyed"] == 0


def test_a_jump_across_a_restart_destroys_nothing(house: House) -> None:
    """The same while the keeper was down: it measures from the highest instant that it stored."""
    house.clock.wall += YEAR
    house.start()
    with pytest.raises(KeeperRefusal, match="clock"):
        house.keeper.tick()
    assert house.keeper.status()["days"] == 10


def test_many_small_jumps_count_together(house: House) -> None:
    """Gains add up: three jumps of twenty hours are more than two days."""
    for _ in range(2):
        house.clock.wall += 20 * 3_600
        house.keeper.tick()
    house.clock.wall += 20 * 3_600
    with pytest.raises(KeeperRefusal, match="clock"):
        house.keeper.tick()


def test_time_that_passes_is_no_gain(house: House) -> None:
    """A keeper that runs for a year ticks each day, whatever it has gained."""
    for _ in range(365):
        house.clock.pass_seconds(DAY_SECONDS)
        house.keeper.tick()
    assert house.keeper.status()["days"] == 0


def test_the_operators_word_lets_the_clock_pass(house: House) -> None:
    """With the operator's word the tick is done; gains are counted anew from there."""
    house.clock.wall += 5 * DAY_SECONDS
    assert house.keeper.tick(operators_word=True)["destroyed"] == 5
    house.clock.wall += 3 * DAY_SECONDS
    with pytest.raises(KeeperRefusal, match="clock"):
        house.keeper.tick()


def test_a_driven_clock_is_the_operators_word(house: House) -> None:
    """The offset of a driven clock moves the keeper's time by any span, while it runs and across restarts."""
    house.clock.offset += 3 * DAY_SECONDS
    assert house.keeper.tick()["destroyed"] == 3
    house.clock.offset += 4 * DAY_SECONDS
    house.start()
    assert house.keeper.tick()["destroyed"] == 4


def test_time_never_goes_back(anna: Person, maya: Person, house: House) -> None:
    """What was gone stays gone when the clock is put back, also across a restart."""
    lock = anna.lock_for(maya, NOON + 3_600)
    house.clock.pass_seconds(3_600)
    assert maya.grant(lock).status is Status.GONE
    house.keeper.note_time()
    house.clock.wall -= 2 * 3_600
    assert maya.grant(lock).status is Status.GONE
    house.start()
    assert maya.grant(lock).status is Status.GONE


def test_a_jump_is_refused_by_and_forgotten_when_the_clock_is_right_again(
    anna: Person, maya: Person, house: House
) -> None:
    """While the clock is a year ahead what would be due is refused; put right, it opens again."""
    lock = anna.lock_for(maya, NOON + DAY_SECONDS)
    house.clock.wall += YEAR
    assert maya.grant(lock).status is Status.GONE
    house.clock.wall -= YEAR
    assert maya.grant(lock).status is Status.HERE


def test_a_new_keeper_takes_any_clock(house: House, anna: Person) -> None:
    """A keeper that holds no day has nothing to lose: it may first be started long after it was made."""
    house.keeper.tick(operators_word=True)
    house.clock.offset += 11 * DAY_SECONDS
    house.keeper.tick()
    house.clock.offset = 0
    house.clock.wall += 400 * DAY_SECONDS
    house.start()
    assert house.keeper.tick()["destroyed"] == 0
    assert house.keeper.days(TODAY + 400, 1)


@pytest.mark.parametrize("point", TICK_POINTS)
def test_a_tick_that_fails_can_be_repeated_by_the_same_keeper(house: House, point: str) -> None:
    """An error of the disk anywhere in a tick leaves a keeper that goes on and does the tick when asked
    again.
    """
    failures = [point]

    def fail_once(reached: str) -> None:
        if failures == [reached]:
            failures.clear()
            raise OSError("no space left")

    house.start(fail_once)
    living = house.keeper.days(TODAY + 2, 8)
    house.clock.pass_seconds(2 * DAY_SECONDS)
    if failures:
        with pytest.raises(OSError, match="no space left"):
            house.keeper.tick()
    house.keeper.tick()
    assert house.keeper.status()["days"] == 8
    house.start()
    assert [raw[:-64] for raw in house.keeper.days(TODAY + 2, 8)] == [raw[:-64] for raw in living]


STEPS = st.lists(
    st.tuples(
        st.integers(0, 2 * DAY_SECONDS),
        st.one_of(st.integers(-400 * DAY_SECONDS, 400 * DAY_SECONDS), st.integers(-3_600, 3_600)),
        st.booleans(),
    ),
    max_size=12,
)


def _seeds(house: House) -> set[int]:
    return set(house.keeper._ring.seeds)


@given(steps=STEPS)
@settings(max_examples=60, deadline=None)
def test_no_jump_while_running_destroys_early_or_serves_late(steps: list[tuple[int, int, bool]]) -> None:
    """Whatever the clock does while the keeper runs: each tick leaves every day that is not over in truth,
    and what is due in truth is refused.
    """
    with TemporaryDirectory() as base:
        clock = HeldClock()
        house = House(Path(base) / "k", clock, create_keeper(Path(base) / "k", NOON, os.urandom))
        house.keeper.days(TODAY, 40)
        house.start()
        anna, maya = Person(house), Person(house)
        lock, true_at = anna.lock_for(maya, NOON + 5 * DAY_SECONDS), float(NOON)
        for passed, jump, undone in steps:
            clock.pass_seconds(passed)
            true_at += passed
            clock.wall += jump
            with suppress(KeeperRefusal):
                house.keeper.tick()
            assert set(range(first_living_day(int(true_at)), TODAY + 40)) <= _seeds(house)
            if true_at >= NOON + 5 * DAY_SECONDS:
                assert maya.grant(lock).status is not Status.HERE
            if undone:
                clock.wall = true_at


@given(steps=STEPS)
@settings(max_examples=60, deadline=None)
def test_no_jump_across_restarts_destroys_early_or_serves_late(steps: list[tuple[int, int, bool]]) -> None:
    """Whatever the clock shows at each start, in the past or more than two days ahead (less than that is no
    jump but an absence): no day goes before its time; and what becomes due is refused though the clock stands
    in the past.
    """
    with TemporaryDirectory() as base:
        clock = HeldClock()
        house = House(Path(base) / "k", clock, create_keeper(Path(base) / "k", NOON, os.urandom))
        house.keeper.days(TODAY, 40)
        house.keeper.note_time()
        anna, maya = Person(house), Person(house)
        lock, true_at = anna.lock_for(maya, NOON + 5 * DAY_SECONDS), float(NOON)
        for passed, jump, big in steps:
            clock.wall = true_at + (abs(jump) + 2 * DAY_SECONDS + 1 if big else -abs(jump))
            house.start()
            clock.pass_seconds(passed)
            true_at += passed
            with suppress(KeeperRefusal):
                house.keeper.tick()
            house.keeper.note_time()
            assert set(range(first_living_day(int(true_at)), TODAY + 40)) <= _seeds(house)
            if true_at >= NOON + 5 * DAY_SECONDS:
                assert maya.grant(lock).status is not Status.HERE


def test_a_jump_put_right_is_forgotten_by_the_next_tick(house: House) -> None:
    """A clock that gained forty hours, was asked, noted, and put right: the ticks of the true days that
    follow destroy nothing before its time.
    """
    house.clock.wall += 40 * 3_600
    house.keeper.days(TODAY + 2, 1)
    house.keeper.note_time()
    house.clock.wall -= 40 * 3_600
    house.clock.pass_seconds(DAY_SECONDS)
    assert house.keeper.tick()["destroyed"] == 1
    house.start()
    house.clock.pass_seconds(DAY_SECONDS)
    assert house.keeper.tick()["destroyed"] == 1


def test_it_ticks_by_itself_only_on_a_steady_clock(house: House) -> None:
    """Due once a day, not while the two clocks disagree by over a minute, and again when they agree."""
    house.keeper.tick()
    assert not house.keeper.tick_is_due()
    house.clock.pass_seconds(DAY_SECONDS)
    assert house.keeper.tick_is_due()
    for jump in (61, -61, 400 * DAY_SECONDS, -400 * DAY_SECONDS):
        house.clock.wall += jump
        assert not house.keeper.tick_is_due()
        house.clock.wall -= jump
    assert house.keeper.tick_is_due()
