"""What went is nowhere: not in the database, its journal or their free pages, nor to be read in a backup."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from relay.store.backup_file import opened, read_head
from relay.store.dump import load
from relay.store.engine import connect_writer
from relay.store.migrate import bring_up
from relay.store.replay import replay
from relay.store.sqlite import SqliteStore
from tests.backup.conftest import KEY, Place
from tests.contract.people import HOLD_ENDS, NOW, People, envelope, named

COACH, CLIENT = "work coach", "work client"
ENVELOPES = 40


def marks() -> list[bytes]:
    """Bytes that stand in the middle of each envelope, and in the file."""
    pieces = [envelope(COACH, f"row {number}", size=9_000).raw[4_000:4_032] for number in range(ENVELOPES)]
    return [*pieces, _file()[70_000:70_032]]


def _file() -> bytes:
    return hashlib.shake_128(b"a file").digest(200_000)


def found(place: Place, *beside: str) -> int:
    """How many of the marks stand in the raw files of the database."""
    names = ("relay.db", "relay.db-wal", "relay.db-shm", *beside)
    whole = b"".join(path.read_bytes() for name in names if (path := place.folder / name).exists())
    return sum(mark in whole for mark in marks())


async def fill(people: People) -> None:
    """Envelopes of more than one page, some short ones around them, and a file."""
    await people.upload("file", _file())
    for number in range(ENVELOPES):
        links = (named("file", 32),) if number == 0 else ()
        await people.put(envelope(COACH, f"row {number}", size=9_000, blob_ids=links))
        await people.put(envelope(CLIENT, f"short {number}", size=700))


async def test_nothing_of_what_was_swept(place: Place, people: People, store: SqliteStore) -> None:
    """All of it is found before, in database and journal; after the sweep and its checkpoint 0 bytes are."""
    await fill(people)
    assert found(place) == ENVELOPES + 1
    await people.sweep_all(HOLD_ENDS)
    assert await store.checkpoint()
    assert found(place) == 0


async def test_nothing_of_what_was_taken_one_by_one(place: Place, people: People, store: SqliteStore) -> None:
    """The same for copies that their owner let go, among others that stay."""
    await fill(people)
    await store.checkpoint()
    assert found(place) == ENVELOPES + 1
    await store.expire_own(named(COACH), [named(f"row {number}") for number in range(ENVELOPES)], now=NOW)
    await people.sweep_all(NOW + 1)
    assert await store.checkpoint()
    assert found(place) == 0


async def test_the_search_can_fail(place: Place, people: People, store: SqliteStore) -> None:
    """Taken away without overwriting, it is found: the pages of the file keep what a DELETE leaves."""
    await fill(people)
    await store.checkpoint()
    await store.close()
    with closing(connect_writer(place.database)) as database:
        database.execute("PRAGMA secure_delete=0").fetchall()
        database.execute("PRAGMA foreign_keys=0")
        database.execute("DELETE FROM mailbox_rows")
        database.execute("DELETE FROM blob_chunks")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    assert found(place) > 0


@pytest.mark.parametrize("name", ["backups", "ledger"])
async def test_neither_backup_nor_ledger_holds_a_byte_of_it(
    place: Place, people: People, store: SqliteStore, name: str
) -> None:
    """The sealed file has none of the bytes in clear, and the ledger only tells of ids and dates."""
    await fill(people)
    place.backup()
    await people.sweep_all(HOLD_ENDS)
    whole = b"".join(path.read_bytes() for path in (place.folder / name).iterdir() if path.is_file())
    assert len(whole) > 1_000
    assert [mark for mark in marks() if mark in whole] == []


async def test_a_restored_database_has_no_byte_of_it(
    place: Place, people: People, store: SqliteStore
) -> None:
    """What a restore takes away again is not in the pages of the new file either."""
    await fill(people)
    made = place.backup()
    await store.expire_own(named(COACH), [named(f"row {number}") for number in range(ENVELOPES)], now=NOW)
    new = place.folder / "new.db"
    with closing(connect_writer(new)) as database:
        bring_up(database)
        database.execute("PRAGMA foreign_keys=0")
        with made.path.open("rb") as file:
            load(database, opened(file, read_head(file), KEY))
    assert found_in(new) == ENVELOPES + 1
    with closing(connect_writer(new)) as database:
        replay(database, place.records())
    again = await SqliteStore.open(new)
    await People(again).sweep_all(NOW + 1)
    assert await again.checkpoint()
    await again.close()
    assert found_in(new) == 0
    with closing(sqlite3.connect(new)) as database:
        assert database.execute("SELECT count(*) FROM mailbox_rows WHERE reason=0").fetchone() == (ENVELOPES,)


def found_in(path: Path) -> int:
    """How many of the marks stand in one file."""
    whole = path.read_bytes()
    return sum(mark in whole for mark in marks())
