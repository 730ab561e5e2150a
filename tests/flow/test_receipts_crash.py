"""kill -9 and a failing disk at each commit from the sweep to the checkpoint, and a checker that opens what
is left: no leaf is lost, no receipt is numbered twice, every chain is whole, and no checkpoint was ever
served that is not kept.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from keys.log import checkpoint_hash, parse_checkpoint, verify_consistency
from keys.names import Role
from keys.notes import open_note
from relay.core.errors import Busy
from relay.store.deletions import LedgeredConnection
from relay.store.sqlite import SqliteStore
from tests.flow.cast import KEEPER_ID, Person
from tests.flow.house import LOG_KEY, House
from tests.flow.test_accept import deposit
from tests.flow.test_log import NAME, TODAY
from tests.flow.test_receipts import next_day, no_pause, saved, send, shown, sweep
from tests.receipts import independent


@dataclass
class Disk:
    """Sees every commit of the writing connection: makes an image before and after each, or fails at one."""

    path: Path
    images: Path
    fails_at: int = 0
    commits: int = 0
    watching: bool = False

    def execute(self, database: sqlite3.Connection, statement: str, *bound: Any) -> sqlite3.Cursor:
        """As the driver, but for a COMMIT."""
        if not self.watching or statement != "COMMIT":
            return sqlite3.Connection.execute(database, statement, *bound)
        self.commits += 1
        if self.commits == self.fails_at:
            raise sqlite3.OperationalError("disk I/O error")
        if not self.fails_at:
            self._image("before")
        done = sqlite3.Connection.execute(database, statement, *bound)
        if not self.fails_at:
            self._image("after")
        return done

    def _image(self, when: str) -> None:
        """The files as a kill at this instant leaves them."""
        folder = self.images / f"{self.commits:03d}-{when}"
        folder.mkdir(parents=True)
        for end in ("", "-wal"):
            file = self.path.with_name(self.path.name + end)
            if file.exists():
                shutil.copy(file, folder / ("store.sqlite3" + end))


@dataclass
class Told:
    """What people were shown, and after how many commits."""

    checkpoints: list[tuple[int, str]] = field(default_factory=list)
    receipts: dict[tuple[bytes, int], tuple[int, str]] = field(default_factory=dict)


@dataclass
class Story:
    """A few days of one engagement to its end, step by step; each step may be repeated."""

    house: House
    disk: Disk
    told: Told = field(default_factory=Told)
    went: set[bytes] = field(default_factory=set)
    own: bytes = b""
    starts_at: int = 0

    async def prepare(self) -> None:
        """What is there before the story."""
        house = self.house
        self.starts_at = house.now
        await house.flows.keepers.days(KEEPER_ID, TODAY, 3, house.now)
        await next_day(house, 0)
        due, end = house.now + 50, house.work.policy.hold_ends_at
        went = await send(house, 3, until=due) + await send(house, 1, until=due, role=Role.COACH)
        went += await send(house, 2, until=end) + await send(house, 1, until=end, role=Role.COACH)
        note = house.work.envelope(house.coach, Role.NOTES, expires_at=end)
        await deposit(house, house.coach, [note])
        self.went = {raw[24:40] for raw in (*went, note)}
        self.own = went[4][24:40]

    def steps(self) -> list[Callable[[], Awaitable[object]]]:
        """What happens, in order."""
        house, client = self.house, self.house.client
        mailbox_id, end = house.work.mailbox(Role.CLIENT), house.work.policy.hold_ends_at
        own = house.flows.expire.own_copies
        at = self.starts_at
        return [
            lambda: sweep(house, at + 50),
            lambda: own(client.account_id, mailbox_id, [self.own], house.now),
            lambda: sweep(house, at + 70),
            *self._day_at(at + 86_400),
            lambda: sweep(house, end),
            *self._day_at(end + 86_400),
        ]

    def _day_at(self, at: int) -> list[Callable[[], Awaitable[object]]]:
        house = self.house

        async def accepts() -> None:
            house.now = at
            await house.flows.acceptances.catch_up(at, no_pause)

        return [accepts, lambda: house.flows.log.batch(at), house.flows.log.sign]

    async def take(self, step: Callable[[], Awaitable[object]]) -> None:
        """One step, again where the disk failed; then look at what people are shown."""
        try:
            await step()
        except Busy:
            await step()
        await self.look()

    async def look(self) -> None:
        """What is shown now."""
        newest = await self.house.store.newest_checkpoint()
        if newest is not None:
            self.told.checkpoints.append((self.disk.commits, await self.house.flows.log.checkpoint()))
        for person in (self.house.client, self.house.coach):
            for one in await shown(self.house, person):
                self.told.receipts.setdefault((person.account_id, one.order), (self.disk.commits, one.note))


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    """The disk under every store that is opened from here on."""
    found = Disk(tmp_path / "store.sqlite3", tmp_path / "images")

    def execute(database: sqlite3.Connection, *given: Any) -> sqlite3.Cursor:
        return found.execute(database, *given)

    monkeypatch.setattr(LedgeredConnection, "execute", execute, raising=False)
    return found


async def opened(path: Path, seed: str) -> House:
    """A house over a file that is there."""
    return House(await SqliteStore.open(path), seed=seed)


async def begun(disk: Disk) -> Story:
    """The story up to its first step."""
    house = await opened(disk.path, "first run")
    await house.settle()
    story = Story(house, disk)
    await story.prepare()
    await story.look()
    disk.watching = True
    return story


async def check(house: House, story: Story, commits: int, what: str) -> None:
    """The end of every run: all that went is receipted once, and what was told before stands."""
    deleted: list[bytes] = []
    accepted: list[bytes] = []
    for person in (house.client, house.coach):
        held = await saved(house, person)
        before: dict[str, bytes] = {}
        numbers: dict[str, list[int]] = {}
        for item in held["receipts"]:
            found = independent.check_one(item, held, before)
            assert independent.check_logged(item, found, held), what
            numbers.setdefault(found["mailbox"], []).append(int(found["number"]))
            ids = [independent.raw(leaf["envelope_id"]) for leaf in item["leaves"]]
            deleted += ids if found["type"] == "deletion" else []
            accepted += ids if found["type"] == "acceptance" else []
        for counted in numbers.values():
            assert counted == list(range(1, len(counted) + 1)), what
        await _still_told(house, person, story, commits, what)
    assert sorted(deleted) == sorted(story.went), what
    assert accepted, what
    assert len(accepted) == len(set(accepted)), what
    await _checkpoints_kept(house, story, commits, what)


async def _still_told(house: House, person: Person, story: Story, commits: int, what: str) -> None:
    notes = {one.order: one.note for one in await shown(house, person)}
    for (account_id, order), (at, note) in story.told.receipts.items():
        if account_id == person.account_id and at < commits:
            assert notes[order] == note, what


async def _checkpoints_kept(house: House, story: Story, commits: int, what: str) -> None:
    newest = parse_checkpoint(open_note(await house.flows.log.checkpoint(), NAME, LOG_KEY.public))
    for at, note in story.told.checkpoints:
        if at >= commits:
            continue
        text = open_note(note, NAME, LOG_KEY.public)
        assert await house.flows.log.checkpoint_of(checkpoint_hash(text)) == note, what
        old = parse_checkpoint(text)
        path = await house.flows.log.consistency(old.size, newest.size)
        verify_consistency(old.size, newest.size, path, old.root, newest.root)


async def finish(house: House, story: Story) -> None:
    """What a relay does after its restart: it sweeps, then the days go on to their end."""
    _, _, *rest = Story(house, story.disk, starts_at=story.starts_at).steps()
    for step in rest:
        await step()


async def test_a_kill_at_any_commit_loses_and_doubles_nothing(disk: Disk) -> None:
    """Whatever the instant, the files that are left lead to the same receipts."""
    story = await begun(disk)
    for step in story.steps():
        await story.take(step)
    disk.watching = False
    await check(story.house, story, 1 << 30, "without a kill")
    await story.house.store.close()
    images = sorted(disk.images.iterdir())
    assert len(images) > 30
    for image in images:
        house = await opened(image / "store.sqlite3", image.name)
        try:
            commits = int(image.name[:3]) + image.name.endswith("after")
            await finish(house, story)
            await check(house, story, commits, image.name)
        finally:
            await house.store.close()


async def test_a_disk_that_fails_at_any_commit_loses_and_doubles_nothing(tmp_path: Path, disk: Disk) -> None:
    """A commit that fails changes nothing; the step is done again, and the end is the same."""
    number, fails = 0, True
    while fails:
        number += 1
        folder = tmp_path / f"run-{number}"
        folder.mkdir()
        disk.path, disk.fails_at, disk.commits, disk.watching = folder / "store.sqlite3", number, 0, False
        story = await begun(disk)
        for step in story.steps():
            await story.take(step)
        fails = disk.commits >= number
        await check(story.house, story, 1 << 30, f"failed at {number}")
        await story.house.store.close()
    assert number > 15
