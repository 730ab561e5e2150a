"""Ring backups: sealed to an offline key, gone after their tail, and restored without opening what was taken
back.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from keys.encoding import from_base64url
from keys.errors import KeysError
from keys.keeper_wire import Status
from keys.suite import OpenKey, SealKey
from relay.keeper.backup import TAIL_DAYS, Backups, Saved, open_backup, seal_backup
from relay.keeper.folder import create_keeper, read_key
from relay.keeper.ring import DAY_SECONDS, Ring
from relay.keeper.service import Keeper, KeeperRefusal
from tests.keeper.conftest import NOON, TODAY, HeldClock, House, Person
from tests.service.prepared import run
from tests.service.programs import Relay

OFFLINE = OpenKey.from_seed(bytes(range(32)))


@dataclass
class Saving(House):
    """A keeper that makes backups; what it told is kept."""

    def start(self, step: Callable[[str], None] = lambda _: None) -> Keeper:
        self.told: list[str] = []
        self.backups = Backups(self.folder.with_name("ring"), SealKey.from_bytes(OFFLINE.public))
        self.keeper = Keeper(
            self.folder,
            read=self.clock.read,
            offset=lambda: self.clock.offset,
            random=os.urandom,
            step=step,
            backups=self.backups,
            tell=self.told.append,
        )
        return self.keeper

    def files(self) -> list[str]:
        return sorted(path.name for path in self.backups.folder.glob("*.ring"))

    def saved(self, day: int) -> Saved:
        return open_backup((self.backups.folder / f"{day}.ring").read_bytes(), OFFLINE)


@pytest.fixture
def saving(tmp_path: Path, clock: HeldClock) -> Saving:
    """A new keeper with ring backups."""
    folder = tmp_path / "keeper"
    return Saving(folder, clock, create_keeper(folder, int(clock.wall), os.urandom))


def test_a_backup_after_each_tick_and_each_hour(saving: Saving) -> None:
    """The tick saves the ring as it leaves it; the hourly note adds the days made since."""
    saving.keeper.days(TODAY, 3)
    saving.keeper.tick()
    assert sorted(saving.saved(TODAY).ring.seeds) == [TODAY, TODAY + 1, TODAY + 2]
    saving.keeper.days(TODAY + 3, 1)
    saving.keeper.note_time()
    assert saving.files() == [f"{TODAY}.ring"]
    saved = saving.saved(TODAY)
    assert sorted(saved.ring.seeds) == [TODAY, TODAY + 1, TODAY + 2, TODAY + 3]
    assert saved.key.public == saving.public
    assert saving.keeper.status()["ring_backup"] == "on"


def test_the_tail(saving: Saving) -> None:
    """A day's seed is in no backup from the fifteenth tick after its own on, and each tick removes one."""
    saving.keeper.days(TODAY, 60)
    saving.keeper.tick()
    for passed in range(1, 40):
        saving.clock.pass_seconds(DAY_SECONDS)
        saving.keeper.tick()
        files = saving.files()
        assert len(files) == min(passed, TAIL_DAYS) + 1
        oldest = saving.saved(min(int(name.removesuffix(".ring")) for name in files))
        assert min(oldest.ring.seeds) == max(TODAY, TODAY + passed - TAIL_DAYS)


def test_what_a_crash_left_of_a_backup_has_an_end(saving: Saving, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backup that was written and has not got its name holds the ring as any other: the next one removes
    it, though it comes on another day.
    """
    saved = Saved(NOON, read_key(saving.folder), Ring(1, NOON, {TODAY: bytes(32)}), [])
    with monkeypatch.context() as crash:
        crash.setattr(Path, "replace", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            saving.backups.write(saved)
    left = saving.backups.folder / f"{TODAY}.new"
    assert TODAY in open_backup(left.read_bytes(), OFFLINE).ring.seeds
    saving.clock.pass_seconds(DAY_SECONDS)
    saving.keeper.tick()
    assert not left.exists()
    assert saving.files() == [f"{TODAY + 1}.ring"]


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_no_backup_has_a_day_that_is_over(saving: Saving) -> None:
    """Before the tick of a new day nothing is saved under that day's name: what is over would last a day
    longer than people are told.
    """
    saving.keeper.days(TODAY, 3)
    saving.keeper.tick()
    saving.clock.pass_seconds(DAY_SECONDS)
    saving.keeper.note_time()
    assert saving.files() == [f"{TODAY}.ring"]
    saving.keeper.tick()
    saving.keeper.note_time()
    assert sorted(saving.saved(TODAY + 1).ring.seeds) == [TODAY + 1, TODAY + 2]


def test_only_the_offline_key_opens_a_backup(saving: Saving) -> None:
    """Neither what the keeper's own folder holds nor another key; and each changed bit is refused."""
    saving.keeper.days(TODAY, 3)
    saving.keeper.tick()
    raw = (saving.backups.folder / f"{TODAY}.ring").read_bytes()
    held = b"".join(path.read_bytes() for path in saving.folder.rglob("*") if path.is_file())
    for seed in {held[at : at + 32] for at in range(0, len(held) - 31, 8)} | {bytes(32)}:
        with pytest.raises(KeysError):
            open_backup(raw, OpenKey.from_seed(seed))
    for at in range(0, len(raw), 31):
        with pytest.raises(KeysError):
            open_backup(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :], OFFLINE)
    for bad in (raw[:-1], raw + b"\0", raw[:1_200], b""):
        with pytest.raises(KeysError):
            open_backup(bad, OFFLINE)


def test_the_head_and_the_inside_are_of_one_ring(saving: Saving) -> None:
    """A backup that says another number outside than inside is none, even where it was sealed so."""
    key = read_key(saving.folder)
    saved = Saved(NOON, key, Ring(7, NOON, {TODAY: bytes(32)}), [(TODAY, bytes(32))])
    to = SealKey.from_bytes(OFFLINE.public)
    assert open_backup(seal_backup(saved, to), OFFLINE) == saved


def test_a_backup_that_fails_stops_no_tick(saving: Saving) -> None:
    """Days end on their day; the failure is told, shown, and made good within the hour."""
    saving.keeper.days(TODAY, 3)
    room = saving.backups.folder / f"{TODAY + 1}.new"
    room.mkdir()
    saving.clock.pass_seconds(DAY_SECONDS)
    assert saving.keeper.tick()["destroyed"] == 1
    assert saving.told == ["keeper.backup_failed"]
    assert saving.keeper.status()["ring_backup"] == "failed"
    room.rmdir()
    saving.keeper.note_time()
    assert saving.keeper.status()["ring_backup"] == "on"


def test_a_revoke_is_beside_the_backups_before_it_is_answered(saving: Saving) -> None:
    """The list there is never behind; where it cannot be written the revoke is not answered."""
    anna, maya = Person(saving), Person(saving)
    lock, other = (anna.lock_for(maya, NOON + DAY_SECONDS) for _ in range(2))
    anna.revoke(lock)
    assert (saving.backups.refusals / str(TODAY + 1)).stat().st_size == 32
    away = saving.backups.refusals.with_name("away")
    saving.backups.refusals.rename(away)
    with pytest.raises(KeeperRefusal, match="mirror"):
        anna.revoke(other)
    away.rename(saving.backups.refusals)
    anna.revoke(other)
    saving.clock.pass_seconds(2 * DAY_SECONDS)
    saving.keeper.tick()
    assert list(saving.backups.refusals.iterdir()) == []


# --- by command ---------------------------------------------------------------------------------------------


@dataclass
class Lost:
    """A keeper made by `relay init`, with backups, a lock that opens and one that was taken back after the
    last backup; its folder is gone.
    """

    relay: Relay
    house: Saving
    maya: Person
    kept: object
    taken_back: object
    private: Path

    def command(self, *words: str, code: int = 0) -> str:
        return self.relay.command("keeper", *words, code=code).stderr

    def backup(self) -> str:
        return str(self.house.backups.folder / self.house.files()[-1])

    def statuses(self) -> tuple[Status, Status]:
        """What the restored keeper says of both locks."""
        self.house.start()
        self.house.clock.pass_seconds(1)
        return self.maya.grant(self.kept).status, self.maya.grant(self.taken_back).status  # type: ignore[arg-type]


@pytest.fixture
def lost(tmp_path: Path, clock: HeldClock) -> Lost:
    """A keeper that has to be restored."""
    relay = Relay.made(tmp_path / "house")
    private = tmp_path / "offline"
    public = relay.command("keeper", "ring-key", str(private), config=False).stdout
    (relay.folder / "ring.pub").write_text(public)
    text = relay.config.read_text().replace(
        "[keeper]\n", '[keeper]\nring_backups = "ring"\nring_backup_key = "ring.pub"\n'
    )
    relay.config.write_text(text)
    house = Saving.__new__(Saving)
    house.folder, house.clock = relay.folder / "keeper", clock
    house.public = read_key(house.folder).public
    offline = OpenKey.from_seed(_seed(private))
    clock.wall = float(house.start()._ring.seen_at)  # when `relay init` made it
    house.start()
    house.backups._to = SealKey.from_bytes(offline.public)
    anna, maya = Person(house), Person(house)
    locks = [anna.lock_for(maya, int(clock.wall) + 3 * DAY_SECONDS) for _ in range(2)]
    house.keeper.tick()
    anna.revoke(locks[1])
    shutil.rmtree(house.folder)
    return Lost(relay, house, maya, *locks, private)


def _seed(path: Path) -> bytes:
    return from_base64url(path.read_text().strip(), 32)


def test_restored_from_its_own_place_nothing_taken_back_opens(lost: Lost) -> None:
    """The list beside the backups is never behind: the keeper opens at once, what may be opened."""
    said = lost.command("ring-restore", lost.backup(), "--key", str(lost.private))
    assert "1 days, 1 locks refused" in said
    assert lost.statuses() == (Status.HERE, Status.GONE)


def test_restored_from_a_copy_it_opens_nothing_until_it_is_caught_up(lost: Lost, tmp_path: Path) -> None:
    """A backup from elsewhere does not tell what was taken back since: the keeper answers nothing, says so,
    and goes on ticking; with a list that is not behind it opens.
    """
    copy = tmp_path / "copy.ring"
    shutil.copy(lost.backup(), copy)
    beside = lost.house.backups.refusals
    elsewhere = tmp_path / "list"
    shutil.move(beside, elsewhere)
    said = lost.command("ring-restore", str(copy), "--key", str(lost.private), code=3)
    assert "opens nothing yet" in said
    lost.house.start()
    raw, _, _ = lost.maya.request(lost.kept)  # type: ignore[arg-type]
    for asked in (
        lambda: lost.house.keeper.open(raw),
        lambda: lost.house.keeper.days(TODAY, 1),
        lambda: lost.house.keeper.days_gone(0),
    ):
        with pytest.raises(KeeperRefusal, match="behind"):
            asked()
    assert lost.house.keeper.status()["refusal_list"] == "behind"
    assert lost.house.keeper.tick()
    assert "1 locks are refused" in lost.command("catch-up", str(elsewhere))
    assert lost.statuses() == (Status.HERE, Status.GONE)


def test_a_list_can_be_named(lost: Lost, tmp_path: Path) -> None:
    """`--refused` brings the list of a mirror, or of a folder whose ring was lost."""
    copy, elsewhere = tmp_path / "copy.ring", tmp_path / "list"
    shutil.copy(lost.backup(), copy)
    shutil.move(lost.house.backups.refusals, elsewhere)
    lost.command("ring-restore", str(copy), "--key", str(lost.private), "--refused", str(elsewhere))
    assert lost.statuses() == (Status.HERE, Status.GONE)


def test_what_cannot_be_restored_is_said(lost: Lost, tmp_path: Path) -> None:
    """No backup, another key, no key, and a folder in use: a sentence each, and nothing is written."""
    other = tmp_path / "other"
    lost.command("ring-key", str(other), code=2)  # it takes no --config
    run("relay", ["keeper", "ring-key", str(other)], timeout=60).check_returncode()
    backup, key = lost.backup(), str(lost.private)
    for file, private, said in (
        (str(lost.private), key, "no ring backup"),
        (backup, str(other), "another key"),
        (backup, backup, "is not the file"),
        (str(tmp_path / "none"), key, "No such file"),
    ):
        assert said in lost.command("ring-restore", file, "--key", private, code=1)
    assert not lost.house.folder.exists()
    lost.command("ring-restore", backup, "--key", key)
    assert "is not empty" in lost.command("ring-restore", backup, "--key", key, code=1)
    assert "no folder" in lost.command("ring-restore", backup, "--key", key, "--refused", key, code=1)


def test_a_private_key_is_never_written_over(tmp_path: Path) -> None:
    """The file is new, and for its owner alone."""
    path = tmp_path / "offline"
    command = ["keeper", "ring-key", str(path)]
    assert run("relay", command, timeout=60).returncode == 0
    assert path.stat().st_mode & 0o777 == 0o600
    before = path.read_bytes()
    assert run("relay", command, timeout=60).returncode == 1
    assert path.read_bytes() == before
