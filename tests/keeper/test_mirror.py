"""A keeper with a mirror: what a crash at any point of its writes leaves in two folders, and what it does
when one of them is away, damaged or of another history.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from keys.keeper_wire import Status
from keys.names import keeper_id
from relay.keeper import tick
from relay.keeper.disk import MirrorAway
from relay.keeper.folder import FolderRefused, create_keeper, held, read_key, share_key
from relay.keeper.ring import DAY_SECONDS, Ring
from relay.keeper.service import Keeper, KeeperRefusal
from relay.keeper.tick import ADD_POINTS, TICK_POINTS, RingLost
from tests.keeper.conftest import NOON, TODAY, HeldClock, House, Person
from tests.keeper.test_tick import Crash, counted_random, crash_at, opens

FIRST_WRITES = tuple(f"{where}{point}" for where in ("", "mirror/") for point in ADD_POINTS)
ALL_POINTS = (*TICK_POINTS, *(f"mirror/{point}" for point in TICK_POINTS))


class Pair:
    """A keeper's two folders with five days from yesterday on, as its disk functions see them."""

    def __init__(self, base: Path) -> None:
        self.main, self.mirror = base / "keeper", base / "mirror"
        self.folders = (self.main, self.mirror)
        self.random = counted_random()
        create_keeper(self.main, NOON - DAY_SECONDS, self.random)
        self.keeper_id = keeper_id(read_key(self.main).public)
        self.mirror.mkdir(mode=0o700)
        share_key(self.folders)
        seeds = {day: self.random(32) for day in range(TODAY - 1, TODAY + 4)}
        self.ring = tick.add(
            self.folders, self.keeper_id, self.load(), seeds, NOON - DAY_SECONDS, self.random
        )
        self.old_root = tick._newest(self.main).secret
        self.old_ring = tick.ring_path(self.main, 1).read_bytes()

    def load(self) -> Ring:
        return tick.load(self.folders, self.keeper_id)[0]

    def tick(self, point: str = "") -> Ring:
        return tick.tick(self.folders, self.keeper_id, self.load(), NOON, self.random, crash_at(point))

    def on_disk(self, *folders: Path) -> bytes:
        every = [path for folder in folders or self.folders for path in folder.rglob("*")]
        return b"".join(path.read_bytes() for path in every if path.is_file())

    def living(self) -> dict[int, bytes]:
        return {day: self.ring.seeds[day] for day in range(TODAY, TODAY + 4)}

    def in_step(self) -> bool:
        roots = [tick._newest(folder) for folder in self.folders]
        rings = [
            tick._read(folder, root, self.keeper_id) for folder, root in zip(self.folders, roots, strict=True)
        ]
        return roots[0].secret == roots[1].secret and rings[0] == rings[1]


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    """A keeper with a mirror."""
    return Pair(tmp_path)


def test_both_folders_hold_the_same(pair: Pair) -> None:
    """After each write, and each tick, either folder alone has all living days and nothing of the others."""
    assert pair.in_step()
    turned = pair.tick()
    assert pair.in_step()
    for folder in pair.folders:
        ring, rebuilt = tick.load([folder], pair.keeper_id)
        assert (ring, rebuilt) == (turned, [])
        assert ring.seeds == pair.living()


@pytest.mark.parametrize("point", ALL_POINTS)
def test_a_tick_cut_anywhere_opens_and_can_be_repeated(pair: Pair, point: str) -> None:
    """Whatever the point: no living day is lost, both folders are in step again, and the next tick does the
    whole work.
    """
    with pytest.raises(Crash, match=point):
        pair.tick(point)
    assert pair.living().items() <= pair.load().seeds.items()
    assert pair.in_step()
    assert pair.tick().seeds == pair.living()
    assert pair.in_step()


@pytest.mark.parametrize("point", ALL_POINTS)
def test_after_a_cut_tick_no_old_root_is_left(pair: Pair, point: str) -> None:
    """Loaded once, either the tick has not begun to destroy, or nothing in either folder opens the old ring:
    not the root by its bytes, nor any 32 bytes.
    """
    with pytest.raises(Crash):
        pair.tick(point)
    ring = pair.load()
    assert (ring.number == 1) == (point in FIRST_WRITES)
    left = pair.on_disk()
    assert (pair.old_root in left) == (ring.number == 1)
    assert opens(left, pair.old_ring, pair.keeper_id, 1) == (ring.number == 1)
    for folder in pair.folders:
        assert [path.name for path in folder.glob("ring.*")] == [f"ring.{ring.number}"]


@pytest.mark.parametrize("lost", [0, 1])
@pytest.mark.parametrize("point", ALL_POINTS)
def test_either_disk_may_be_lost_at_any_point(pair: Pair, point: str, lost: int) -> None:
    """A crash and the loss of one whole disk at once: the other has every living day, and the lost folder is
    built again from it.
    """
    with pytest.raises(Crash):
        pair.tick(point)
    shutil.rmtree(pair.folders[lost])
    with held(*pair.folders):
        share_key(pair.folders)
        ring, rebuilt = tick.load(pair.folders, pair.keeper_id)
    assert rebuilt == [pair.folders[lost]]
    assert pair.living().items() <= ring.seeds.items()
    assert pair.in_step()


@pytest.mark.parametrize("point", FIRST_WRITES)
def test_a_day_added_is_in_both_or_comes_to_both(pair: Pair, point: str) -> None:
    """A crash while a day is added loses none that was there; where one folder has it, both do after a
    start.
    """
    seeds = {TODAY + 9: pair.random(32)}
    with pytest.raises(Crash):
        tick.add(pair.folders, pair.keeper_id, pair.ring, seeds, NOON, pair.random, crash_at(point))
    after = pair.load()
    assert pair.ring.seeds.items() <= after.seeds.items()
    assert (TODAY + 9 in after.seeds) == (point not in {"ring-written", "ring-checked"})
    assert pair.in_step()


@pytest.mark.parametrize("cut", ["_write", "make_root_file", "write_root", "blank_slot"])
def test_a_rebuild_that_is_cut_is_begun_again(pair: Pair, monkeypatch: pytest.MonkeyPatch, cut: str) -> None:
    """A mirror that stayed behind is rebuilt; cut before any of its steps, the next start rebuilds it, and
    its old root is gone then.
    """
    stale = pair.mirror.with_name("stale")
    shutil.copytree(pair.mirror, stale)
    turned = pair.tick()
    shutil.rmtree(pair.mirror)
    stale.rename(pair.mirror)
    if cut == "blank_slot":  # the second slot is written over where something stands in it
        path = tick.root_path(pair.mirror)
        path.write_bytes(bytes(72) + path.read_bytes()[:72])

    def crash(*_: object) -> None:
        raise Crash(cut)

    with monkeypatch.context() as patch:
        patch.setattr(tick if cut == "_write" else tick.root_file, cut, crash)
        with pytest.raises(Crash):
            pair.load()
    assert tick.load(pair.folders, pair.keeper_id)[0] == turned
    assert pair.in_step()
    assert pair.old_root not in pair.on_disk()


def test_a_root_file_of_another_size_is_written_over(pair: Pair) -> None:
    """What may hold a root is never cut off unwritten."""
    path = tick.root_path(pair.mirror)
    path.write_bytes(path.read_bytes() + b"more")
    node = path.stat().st_ino
    pair.load()
    assert pair.in_step()
    assert (path.stat().st_ino, path.stat().st_size) == (node, 144)


def test_two_folders_that_were_used_apart_are_not_joined(pair: Pair) -> None:
    """Where each holds a living day that the other lacks, the keeper does not start and changes nothing."""
    for number, folder in enumerate(pair.folders):
        seeds = {TODAY + 9 + number: pair.random(32)}
        tick.add([folder], pair.keeper_id, pair.ring, seeds, NOON, pair.random)
    before = pair.on_disk()
    with pytest.raises(RingLost, match="apart from each other"):
        pair.load()
    assert pair.on_disk() == before


def test_the_folders_of_two_keepers_are_not_joined(pair: Pair, tmp_path: Path) -> None:
    """A mirror that is another keeper's is refused before anything is read from it."""
    other = tmp_path / "other"
    create_keeper(other, NOON, os.urandom)
    with pytest.raises(FolderRefused, match="two keepers"):
        share_key((pair.main, other))


def test_a_mirror_whose_disk_is_not_mounted_is_not_made_elsewhere(pair: Pair, tmp_path: Path) -> None:
    """The folder above the mirror must be there; the mirror itself may be made."""
    with pytest.raises(FolderRefused, match="mounted"), held(pair.main, tmp_path / "disk" / "mirror"):
        pass
    assert not (tmp_path / "disk").exists()


# --- the keeper itself --------------------------------------------------------------------------------------


class Mirrored(House):
    """A keeper with a mirror, opened again at will; what it told is kept."""

    def start(self, step: Callable[[str], None] = lambda _: None) -> Keeper:
        self.told: list[str] = []
        mirror = self.folder.with_name("mirror")
        with held(self.folder, mirror):
            self.keeper = Keeper(
                self.folder,
                read=self.clock.read,
                offset=lambda: self.clock.offset,
                random=os.urandom,
                step=step,
                mirror=mirror,
                tell=self.told.append,
            )
        return self.keeper

    @property
    def mirror(self) -> Path:
        return self.folder.with_name("mirror")

    def unplug(self) -> None:
        """The mirror's disk is gone."""
        self.mirror.rename(self.mirror.with_name("unplugged"))

    def plug_in(self) -> None:
        """It is back."""
        self.mirror.with_name("unplugged").rename(self.mirror)


@pytest.fixture
def mirrored(tmp_path: Path, clock: HeldClock) -> Mirrored:
    """A new keeper with a mirror."""
    folder = tmp_path / "keeper"
    return Mirrored(folder, clock, create_keeper(folder, int(clock.wall), os.urandom))


def test_a_new_mirror_is_filled_and_told(mirrored: Mirrored) -> None:
    """The first start with a mirror fills it and says so; the next one has nothing to say."""
    assert mirrored.told == ["keeper.mirror_rebuilt"]
    assert mirrored.keeper.status()["mirror"] == "in-step"
    mirrored.start()
    assert mirrored.told == []


def test_the_mirror_alone_is_a_whole_keeper(mirrored: Mirrored) -> None:
    """The keeper's own disk lost, a start from the mirror opens what was sealed and refuses what was
    revoked.
    """
    anna, maya = Person(mirrored), Person(mirrored)
    lock, revoked = (anna.lock_for(maya, NOON + 3 * DAY_SECONDS) for _ in range(2))
    anna.revoke(revoked)
    shutil.rmtree(mirrored.folder)
    mirrored.start()
    assert mirrored.told == ["keeper.folder_rebuilt"]
    assert maya.grant(lock).status is Status.HERE
    assert maya.grant(revoked).status is Status.GONE
    assert len(list((mirrored.folder / "refused").iterdir())) == 1


def test_without_its_mirror_it_opens_and_promises_nothing(mirrored: Mirrored) -> None:
    """While the mirror is away locks open and known days are given; a new day, a revoke and a tick are
    refused and said, and all go on when it is back, with nothing done by half.
    """
    anna, maya = Person(mirrored), Person(mirrored)
    lock = anna.lock_for(maya, NOON + DAY_SECONDS)
    known = mirrored.keeper.days(TODAY, 3)
    mirrored.unplug()
    revoke = anna.revoke_request(lock)
    for refused in (
        lambda: mirrored.keeper.days(TODAY + 7, 1),
        lambda: mirrored.keeper.revoke(revoke),
        mirrored.keeper.tick,
        mirrored.keeper.note_time,
    ):
        with pytest.raises(KeeperRefusal, match="mirror"):
            refused()
    assert mirrored.keeper.status()["mirror"] == "away"
    assert mirrored.told == ["keeper.mirror_rebuilt", "keeper.mirror_away"]
    assert mirrored.keeper.days(TODAY, 3) == known
    assert maya.grant(lock).status is Status.HERE
    mirrored.plug_in()
    mirrored.keeper.revoke(revoke)
    mirrored.keeper.days(TODAY + 7, 1)
    assert mirrored.keeper.status()["mirror"] == "in-step"
    assert maya.grant(lock).status is Status.GONE
    mirrored.clock.pass_seconds(2 * DAY_SECONDS)
    assert mirrored.keeper.tick()["destroyed"] == 2
    assert [path.name for path in mirrored.mirror.glob("ring.*")] == ["ring.2"]


def test_no_day_is_called_destroyed_that_the_mirror_may_hold(mirrored: Mirrored) -> None:
    """A tick that fails in the mirror alone is not answered, and its word is given out by no keeper whose
    ring still holds the day.
    """
    mirrored.keeper.days(TODAY, 3)

    def fail(reached: str) -> None:
        if reached == "mirror/ring-written":
            raise MirrorAway("no disk")

    mirrored.start(fail)
    mirrored.clock.pass_seconds(DAY_SECONDS)
    with pytest.raises(KeeperRefusal, match="mirror"):
        mirrored.keeper.tick()
    assert mirrored.keeper.days_gone(0) == []
    mirrored.start()
    assert mirrored.keeper.days_gone(0) == []
    assert mirrored.keeper.tick()["destroyed"] == 1
    assert len(mirrored.keeper.days_gone(0)) == 1


@pytest.mark.parametrize("point", ALL_POINTS)
def test_a_tick_that_fails_anywhere_is_repeated_by_the_same_keeper(mirrored: Mirrored, point: str) -> None:
    """An error of either disk at any point leaves a keeper that does the whole tick when asked again."""
    living = mirrored.keeper.days(TODAY, 10)[2:]
    failures = [point]

    def fail_once(reached: str) -> None:
        if failures == [reached]:
            failures.clear()
            raise MirrorAway("no disk") if reached.startswith("mirror/") else OSError("no space left")

    mirrored.start(fail_once)
    mirrored.clock.pass_seconds(2 * DAY_SECONDS)
    with pytest.raises((OSError, KeeperRefusal)):
        mirrored.keeper.tick()
    mirrored.keeper.tick()
    assert mirrored.keeper.days(TODAY + 2, 8) == living
    assert len(mirrored.keeper.days_gone(TODAY)) == 2
    mirrored.start()
    assert mirrored.told == []
    assert mirrored.keeper.days(TODAY + 2, 8) == living
