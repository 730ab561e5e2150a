"""The restore drill: a real relay, people who write, a backup, what comes after it, and the backup back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from tests.e2e.house import House, open_house


def backup(house: House) -> Path:
    """A backup made by command, while the relay serves."""
    return Path(house.relay.command("backup", "create").stdout.strip())


def restore(house: House, made: Path, *, code: int = 0) -> str:
    """Stop the relay, put the backup back, serve again; what the command said."""
    house.relay.stop()
    told = house.relay.command("restore", str(made), code=code).stdout
    house.relay.start()
    return told


def chains(house: House) -> dict[bytes, list[int]]:
    """The numbers of the receipts of each mailbox, ascending."""
    found: dict[bytes, list[int]] = {}
    with closing(sqlite3.connect(house.folder / "relay.db")) as database:
        for mailbox_id, number in database.execute(
            "SELECT mailbox_id, number FROM receipts ORDER BY mailbox_id, number"
        ):
            found.setdefault(mailbox_id, []).append(number)
    return found


async def test_the_drill(tmp_path: Path) -> None:
    """Messages from before the backup are there again but for those that were recalled, brought forward, let
    go or due since; of these none is readable, and nothing in the database holds them. People go on writing.
    """
    async with open_house(tmp_path / "relay", work_days=20, hold_days=1) as house:
        for number in range(6):
            await house.to_maya.send(subject=f"stays {number}", text="kept words")
        recalled = await house.to_maya.send(subject="recalled", text="taken back")
        shortened = await house.to_maya.send(subject="shortened", text="brought forward")
        await house.to_anna.send(subject="due", text="lives a day", keep=timedelta(hours=20))
        made = backup(house)
        await house.to_maya.send(subject="later", text="not in the backup")
        await house.to_maya.recall(recalled.id)
        await house.to_maya.shorten(shortened.id, timedelta(hours=1))
        await house.next_days(2)
        before = chains(house)

        rehearsed = house.relay.command("restore", str(made), "--rehearse").stdout
        assert "12 restored, 6 deleted again as promised." in rehearsed
        assert "14 in the live database" in rehearsed
        assert house.relay.status()["envelopes"] == 14
        told = restore(house, made)
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
