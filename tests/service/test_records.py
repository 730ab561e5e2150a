"""What `relay doctor` says of receipts and log: fine where they verify, wrong for each way in which they do
not.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from relay.operator.findings import FINE, WRONG
from relay.operator.record_checks import LATE_SECONDS, examine_records
from relay.service.keyfiles import KeyFiles
from relay.store.sqlite import SqliteStore
from tests.flow.cast import KEEPER, KEEPER_ID
from tests.flow.house import LOG_KEY, RELAY_KEY, House
from tests.flow.test_log import TODAY
from tests.flow.test_receipts import AUTHORITY, next_day, send, sweep

KEYS = KeyFiles(b"p" * 32, RELAY_KEY, LOG_KEY, RELAY_KEY, RELAY_KEY, KEEPER.public)


@dataclass
class Looked:
    """A relay's database, after a sweep, a day and a checkpoint."""

    database: sqlite3.Connection

    def states(self) -> dict[str, str]:
        """What each check found."""
        return {one.check: one.state for one in examine_records(self.database, KEYS, AUTHORITY)}


@pytest.fixture
async def looked(tmp_path: Path) -> Iterator[Looked]:
    """Three receipts in one chain, one of them not logged yet."""
    path = tmp_path / "store.sqlite3"
    store = await SqliteStore.open(path)
    house = House(store)
    await house.settle()
    await house.flows.keepers.days(KEEPER_ID, TODAY, 3, house.now)
    for _ in range(2):
        await send(house, 1, until=house.now + 5)
        await sweep(house, house.now + 5)
    await next_day(house)
    await send(house, 1, until=house.now + 5)
    await sweep(house, house.now + 5)
    await store.close()
    database = sqlite3.connect(path, isolation_level=None)
    yield Looked(database)
    database.close()


def test_good_records_are_fine(looked: Looked) -> None:
    """Signatures, chains, places and the newest root."""
    assert looked.states() == {"receipts": FINE, "waiting": FINE, "log": FINE}


@pytest.mark.parametrize(
    ("check", "change"),
    [
        ("receipts", "UPDATE receipts SET receipt=replace(receipt, 'left: 0', 'left: 1') WHERE number=2"),
        ("receipts", "UPDATE receipts SET hash=zeroblob(32) WHERE number=1"),
        ("receipts", "UPDATE receipts SET receipt='x' WHERE number=3"),
        ("waiting", "UPDATE receipt_leaves SET number=0 WHERE number=1"),
        ("waiting", "UPDATE engagements SET state='gone', expires_at=5"),
        ("waiting", "UPDATE receipts SET batch_index=-1, day=day-9 WHERE number=1"),
        ("log", "UPDATE log_hashes SET hash=zeroblob(32) WHERE level>0"),
        ("log", "DELETE FROM log_hashes WHERE level>0"),
        ("log", "UPDATE log_checkpoints SET note='x' || note"),
        ("log", "UPDATE log_checkpoints SET size=size+1 WHERE size=(SELECT max(size) FROM log_checkpoints)"),
    ],
)
def test_each_fault_is_found(looked: Looked, check: str, change: str) -> None:
    """A text, a hash, a place or a time that is not right, and nothing else is blamed."""
    if check == "waiting":
        looked.database.execute(
            "UPDATE notes SET value=value+? WHERE name='last_sweep_at'", (LATE_SECONDS + 99_999,)
        )
    assert looked.database.execute(change).rowcount > 0
    wrong = [name for name, state in looked.states().items() if state == WRONG]
    assert wrong == [check]
