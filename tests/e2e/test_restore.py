"""The restore drill: a real relay, people who write, a backup, what comes after it, and the backup back; the
steps of a restore into PostgreSQL, and what it refuses, are in tests/postgres/test_restoring.py.
"""

from __future__ import annotations

import asyncio
import shutil
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from client_sdk.attachment import Attachment
from client_sdk.engagement import AsyncEngagement
from tests.e2e.house import MAYA_PASSWORD, House, on, open_house
from tests.service.programs import DAY_SECONDS, Relay, eventually


@pytest.fixture
def elsewhere(database: str, request: pytest.FixtureRequest) -> str:
    """Where a backup goes: a file comes back in its own place, a server's rows into a further database."""
    return str(request.getfixturevalue("another")) if database else ""


def restore(house: House, made: Path, elsewhere: str) -> str:
    """Stop the relay, put the backup back, on a server into another database and with the vaults of the one
    that was; serve again. What the command said.
    """
    house.relay.stop()
    former = ("--former", house.database) if elsewhere else ()
    text = house.relay.config.read_text()
    house.relay.config.write_text(text.replace(on(house.database), on(elsewhere)))
    house.database = elsewhere
    told = house.relay.command("restore", str(made), *former).stdout
    house.relay.start()
    return told


def chains(house: House) -> dict[bytes, list[int]]:
    """The numbers of the receipts of each mailbox, ascending."""
    found: dict[bytes, list[int]] = {}
    for mailbox_id, number in house.stored.rows(
        "SELECT mailbox_id, number FROM receipts ORDER BY mailbox_id, number"
    ):
        found.setdefault(mailbox_id, []).append(number)
    return found


async def test_the_drill(tmp_path: Path, database: str, elsewhere: str) -> None:
    """Messages from before the backup are there again but for those that were recalled, brought forward, let
    go or due since; of these none is readable, and nothing in the database holds them. People go on writing.
    """
    async with open_house(tmp_path / "relay", work_days=20, hold_days=1, database=database) as house:
        for number in range(6):
            await house.to_maya.send(subject=f"stays {number}", text="kept words")
        recalled = await house.to_maya.send(subject="recalled", text="taken back")
        shortened = await house.to_maya.send(subject="shortened", text="brought forward")
        await house.to_anna.send(subject="due", text="lives a day", keep=timedelta(hours=20))
        made = house.sealed_backup()
        await house.to_maya.send(subject="later", text="not in the backup")
        await house.to_maya.recall(recalled.id)
        await house.to_maya.shorten(shortened.id, timedelta(hours=1))
        await house.next_days(2)
        before = chains(house)

        rehearsed = house.relay.command("restore", str(made), "--rehearse").stdout
        assert "12 restored, 6 deleted again as promised." in rehearsed
        assert "14 in the live database" in rehearsed
        assert house.relay.status()["envelopes"] == 14
        told = restore(house, made, elsewhere)
        assert "12 restored, 6 deleted again as promised." in told

        stays = [f"stays {number}" for number in range(5, -1, -1)]
        for side in (house.to_anna, house.to_maya):
            assert [message.subject async for message in side.messages()] == stays
        assert house.relay.status()["envelopes"] == 12
        await house.to_maya.send(subject="after", text="and on it goes")
        assert "after" in [message.subject async for message in house.to_anna.messages()]
        for mailbox_id, numbers in chains(house).items():
            assert numbers[-1] > max(before.get(mailbox_id, [0]))
            assert len(set(numbers)) == len(numbers)


async def test_a_stolen_backup(tmp_path: Path, database: str) -> None:
    """Backup, its key, the pepper and the person's own password open everything with the ring of that day,
    and nothing with what is left of the keeper after its tick.
    """
    async with open_house(tmp_path / "relay", database=database) as house:
        await house.to_maya.send(
            subject="one", text="words", attach=[Attachment.from_bytes(b"x" * 9_000, "f")]
        )
        await house.to_anna.send(subject="two", text="more words")
        stolen = house.backup("stolen.db")
        ring = tmp_path / "ring"
        shutil.copytree(house.folder / "keeper", ring, ignore=shutil.ignore_patterns("*.sock"))
        before = house.plunder(house.maya, MAYA_PASSWORD, stolen, ring)
        assert (before.envelopes_opened, before.files_opened) == (2, 1)
        await house.next_days(4)
        after = house.plunder(house.maya, MAYA_PASSWORD, stolen, house.folder / "keeper")
        assert (after.envelopes, after.envelopes_opened, after.files_opened) == (2, 0, 0)


async def test_a_backup_under_load(tmp_path: Path, database: str, elsewhere: str) -> None:
    """Made while both write, it has each message in both mailboxes or in neither, and all that was
    acknowledged before it began.
    """
    async with open_house(tmp_path / "relay", database=database) as house:
        sent: list[str] = []

        async def write(side: AsyncEngagement, name: str) -> None:
            for number in range(25):
                await side.send(subject=f"{name} {number}", text="x")
                sent.append(f"{name} {number}")

        await house.to_maya.send(subject="first", text="x")
        writing = [
            asyncio.create_task(write(house.to_maya, "a")),
            asyncio.create_task(write(house.to_anna, "m")),
        ]
        while len(sent) < 10:
            await asyncio.sleep(0.01)
        acknowledged = list(sent)
        made = await asyncio.to_thread(house.sealed_backup)
        await asyncio.gather(*writing)
        restore(house, made, elsewhere)
        maya = {message.subject async for message in house.to_anna.messages()}
        anna = {message.subject async for message in house.to_maya.messages()}
        assert maya == anna >= {"first", *acknowledged}


async def test_on_schedule_until_the_tail(tmp_path: Path, database: str) -> None:
    """`relay serve` makes a backup every so often, and takes each away after its tail."""
    relay = Relay.made(tmp_path / "relay")
    further = f"\n[backup]\nevery_hours = 24\ntail_days = 3\n{on(database)}"
    relay.config.write_text(relay.config.read_text() + further)
    relay.start()

    def made() -> list[Path]:
        return sorted((relay.folder / "backups").glob("*.qbk"))

    try:
        (first,) = eventually(made)
        for day in range(1, 5):
            relay.move_clock(day * (DAY_SECONDS + 60))
            eventually(lambda day=day: len(relay.events("backup.made")) == day + 1)
        assert eventually(lambda: first not in made())
        assert 3 <= len(made()) <= 4
        assert relay.status()["backups_past_tail"] == 0
        assert relay.status()["last_backup_at"] is not None
        assert relay.events("backup.failed") == []
    finally:
        relay.end(signal.SIGKILL)
