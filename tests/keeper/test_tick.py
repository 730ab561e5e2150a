"""What a crash at any point of the keeper's writes leaves, and what a tick destroys."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from keys.errors import KeysError
from keys.names import keeper_id
from relay.keeper import tick
from relay.keeper.folder import create_keeper, read_key
from relay.keeper.ring import DAY_SECONDS, Ring, open_ring
from relay.keeper.tick import ADD_POINTS, TICK_POINTS, RingLost

TODAY = 20_000
NOON = TODAY * DAY_SECONDS + DAY_SECONDS // 2


class Crash(Exception):
    """The machine stops here."""


def counted_random() -> Callable[[int], bytes]:
    """Bytes that never repeat, so that each secret can be looked for on disk."""
    counter = itertools.count(1)
    return lambda size_bytes: next(counter).to_bytes(2, "big") * (size_bytes // 2)


def crash_at(point: str) -> Callable[[str], None]:
    """A step that stops at `point`."""

    def step(reached: str) -> None:
        if reached == point:
            raise Crash(reached)

    return step


class Keeper:
    """A keeper's folder with five days from yesterday on, as its disk functions see it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.random = counted_random()
        create_keeper(folder, NOON - DAY_SECONDS, self.random)
        self.keeper_id = keeper_id(read_key(folder).public)
        seeds = {day: self.random(32) for day in range(TODAY - 1, TODAY + 4)}
        self.ring = tick.add([folder], self.keeper_id, self.load(), seeds, NOON - DAY_SECONDS, self.random)

    def load(self) -> Ring:
        return tick.load([self.folder], self.keeper_id)[0]

    def tick(self, point: str = "") -> Ring:
        return tick.tick([self.folder], self.keeper_id, self.load(), NOON, self.random, crash_at(point))

    def root(self) -> bytes:
        newest = tick._newest(self.folder)
        return newest.secret

    def on_disk(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    """A keeper with five days."""
    return Keeper(tmp_path / "keeper")


def test_a_tick_drops_the_days_that_are_over_and_no_other(keeper: Keeper) -> None:
    """After a tick the ring holds today and all days ahead, under the next number, with the instant seen."""
    ring = keeper.tick()
    assert sorted(ring.seeds) == list(range(TODAY, TODAY + 4))
    assert (ring.number, ring.seen_at) == (2, NOON)
    assert keeper.load() == ring


def test_a_day_lives_until_its_last_second_is_over(keeper: Keeper) -> None:
    """At the last second of a day its seed stays; at midnight it goes."""
    assert keeper.ring.days_over(TODAY * DAY_SECONDS - 1) == []
    assert keeper.ring.days_over(TODAY * DAY_SECONDS) == [TODAY - 1]


@pytest.mark.parametrize("point", TICK_POINTS)
def test_a_tick_cut_anywhere_leaves_a_ring_that_opens_and_can_be_repeated(keeper: Keeper, point: str) -> None:
    """Whatever the point of the crash: no living day is lost, and the next tick does the whole work."""
    with pytest.raises(Crash, match=point):
        keeper.tick(point)
    living = {day: keeper.ring.seeds[day] for day in range(TODAY, TODAY + 4)}
    after = keeper.load()
    assert living.items() <= after.seeds.items()
    assert keeper.tick().seeds == living
    assert keeper.load().seeds == living


@pytest.mark.parametrize("point", TICK_POINTS)
def test_after_a_cut_tick_is_loaded_only_one_root_and_one_ring_are_left(keeper: Keeper, point: str) -> None:
    """A start finishes what was cut: one ring, and no root but the one that opens it."""
    old_root = keeper.root()
    with pytest.raises(Crash):
        keeper.tick(point)
    ring = keeper.load()
    assert [path.name for path in keeper.folder.glob("ring.*")] == [f"ring.{ring.number}"]
    assert (old_root in keeper.on_disk()) == (ring.number == 1)


@pytest.mark.parametrize("point", TICK_POINTS[TICK_POINTS.index("old-root-overwritten") :])
def test_once_the_old_root_is_written_over_its_bytes_are_nowhere(keeper: Keeper, point: str) -> None:
    """From that point on no file holds the old root, even if nothing more is ever done."""
    old_root = keeper.root()
    assert old_root in keeper.on_disk()
    with pytest.raises(Crash):
        keeper.tick(point)
    assert old_root not in keeper.on_disk()


def test_the_root_is_written_over_in_place(keeper: Keeper) -> None:
    """The file of the root stays the same file, so that no block with an old root is set free."""
    path = tick.root_path(keeper.folder)
    before = path.stat()
    keeper.tick()
    assert (path.stat().st_ino, path.stat().st_size) == (before.st_ino, before.st_size)


def test_a_destroyed_day_cannot_be_opened_with_what_remains(keeper: Keeper, tmp_path: Path) -> None:
    """Every copy of every earlier ring in hand, no 32 bytes that remain open one of them."""
    copies = [(1, tick.ring_path(keeper.folder, 1).read_bytes())]
    number, box = copies[0]
    assert opens(keeper.on_disk(), box, keeper.keeper_id, number)  # the search finds a root that is there
    for day in range(3):
        ring = tick.tick(
            [keeper.folder], keeper.keeper_id, keeper.load(), NOON + day * DAY_SECONDS, keeper.random
        )
        left = keeper.on_disk()
        assert not any(opens(left, box, keeper.keeper_id, number) for number, box in copies)
        copies.append((ring.number, tick.ring_path(keeper.folder, ring.number).read_bytes()))


def opens(haystack: bytes, box: bytes, keeper: bytes, number: int) -> bool:
    """Whether any 32 bytes of `haystack` open a ring."""
    for at in range(len(haystack) - 31):
        try:
            open_ring(box, haystack[at : at + 32], keeper, number)
        except KeysError:
            continue
        return True
    return False


@pytest.mark.parametrize("point", ADD_POINTS)
def test_a_day_added_is_there_or_not_and_the_ring_opens(keeper: Keeper, point: str) -> None:
    """A crash while a day is added loses no day that was there, and the day can be added again."""
    seeds = {TODAY + 9: keeper.random(32)}
    with pytest.raises(Crash):
        tick.add([keeper.folder], keeper.keeper_id, keeper.ring, seeds, NOON, keeper.random, crash_at(point))
    after = keeper.load()
    assert keeper.ring.seeds.items() <= after.seeds.items()
    assert (TODAY + 9 in after.seeds) == (point in {"ring-renamed", "folder-synced"})
    again = tick.add([keeper.folder], keeper.keeper_id, after, seeds, NOON, keeper.random)
    assert keeper.load() == again
    assert again.seeds[TODAY + 9] == seeds[TODAY + 9]


@pytest.mark.parametrize("kept_bytes", [0, 1, 39, 71])
def test_a_torn_root_slot_counts_as_none(keeper: Keeper, kept_bytes: int) -> None:
    """A new root of which only a part reached the disk leaves the old root in force."""
    path = tick.root_path(keeper.folder)
    before = path.read_bytes()
    with pytest.raises(Crash):
        keeper.tick("root-written")
    written = path.read_bytes()
    path.write_bytes(before[:72] + written[72 : 72 + kept_bytes] + before[72 + kept_bytes :])
    assert keeper.load().number == 1
    assert path.read_bytes()[72:] == bytes(72)


def test_a_ring_that_does_not_open_changes_nothing(keeper: Keeper) -> None:
    """A damaged ring stops the start; root and ring stay as they were, for the operator to restore."""
    path = tick.ring_path(keeper.folder, 1)
    path.write_bytes(path.read_bytes()[:-1])
    before = keeper.on_disk()
    with pytest.raises(RingLost, match=r"ring\.1"):
        keeper.load()
    assert keeper.on_disk() == before


def test_a_folder_without_a_root_is_said(keeper: Keeper) -> None:
    """A root that is missing or torn in both slots stops the start with a sentence that names it."""
    tick.root_path(keeper.folder).write_bytes(bytes(144))
    with pytest.raises(RingLost, match="holds no root"):
        keeper.load()
    tick.root_path(keeper.folder).unlink()
    with pytest.raises(RingLost, match="holds no root"):
        keeper.load()


def test_a_ring_of_another_keeper_does_not_open(keeper: Keeper, tmp_path: Path) -> None:
    """A ring moved to a keeper of another name opens nothing."""
    other = tmp_path / "other"
    shutil.copytree(keeper.folder, other)
    with pytest.raises(RingLost):
        tick.load([other], bytes(16))


def test_the_highest_instant_never_goes_back(keeper: Keeper) -> None:
    """A tick by a clock that went back keeps the instant that was seen and drops what was over by it."""
    keeper.tick()
    ring = tick.tick([keeper.folder], keeper.keeper_id, keeper.load(), NOON - 99 * DAY_SECONDS, keeper.random)
    assert ring.seen_at == NOON
