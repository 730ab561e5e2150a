"""A store with a ledger, and people in it; the key that seals its backups."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from relay.store.backup_file import Backup, write_backup
from relay.store.deletion_files import Ledger, Record, records_since
from relay.store.sqlite import SqliteStore
from tests.contract.people import NOW, People

KEY = bytes(range(32))
DAY = NOW // 86_400


@dataclass
class Time:
    """A clock that the test holds."""

    now: int = NOW


@dataclass
class Place:
    """Where one relay's database, ledger and backups are. Backups draw other ids each time."""

    folder: Path
    time: Time = field(default_factory=Time)
    drawn: int = 0

    @property
    def database(self) -> Path:
        """The store's file."""
        return self.folder / "relay.db"

    @property
    def ledger(self) -> Path:
        """The folder of the ledger."""
        return self.folder / "ledger"

    @property
    def backups(self) -> Path:
        """The folder of the backups."""
        return self.folder / "backups"

    def open_ledger(self) -> Ledger:
        """A ledger that goes by the clock of the test."""
        return Ledger(self.ledger, lambda: self.time.now)

    def records(self, day: int = DAY) -> list[Record]:
        """What the ledger holds."""
        return list(records_since(self.ledger, day))

    def backup(self) -> Backup:
        """A backup of the database as it is."""
        return write_backup(self.database, self.backups, KEY, self.time.now, self.random)

    def random(self, size: int) -> bytes:
        """Bytes that were not drawn before."""
        self.drawn += 1
        return self.drawn.to_bytes(size, "big")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A folder of one's own."""
    return Place(tmp_path)


@pytest.fixture
async def store(place: Place) -> AsyncIterator[SqliteStore]:
    """An open store with a ledger."""
    store = await SqliteStore.open(place.database, place.open_ledger())
    yield store
    await store.close()


@pytest.fixture
async def people(store: SqliteStore) -> People:
    """A coach and a client at work."""
    people = People(store)
    await people.settle()
    return people
