"""A backup file: all rows of one state, sealed; whatever was cut, changed or taken for another is refused."""

from __future__ import annotations

import errno
import io
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from keys.errors import KeysError, Malformed
from relay.store import backup_file
from relay.store.backup_file import (
    BackupHeld,
    Head,
    backups,
    count_rows,
    drop_before,
    held,
    opened,
    read_head,
)
from relay.store.dump import COMMIT_BYTES, PIECE_BYTES, dump, load, tables
from relay.store.engine import connect_reader, connect_writer
from relay.store.migrate import bring_up
from relay.store.rows import FileRows
from relay.store.sqlite import SqliteStore
from tests.backup.conftest import KEY, Place
from tests.contract.people import NOW, People, envelope, named

OLD_ROWS = Path(__file__).resolve().parents[1] / "migrations" / "0001.sql"
COACH = "work coach"


def rows_of(database: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    names = [
        name
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='table' ORDER BY name")
    ]
    return {name: database.execute(f"SELECT * FROM {name} ORDER BY rowid").fetchall() for name in names}


def restored(path: Path, target: Path, number: str = "") -> sqlite3.Connection:
    """A new database with the rows of a backup."""
    database = connect_writer(target)
    bring_up(database, number)
    database.execute("PRAGMA foreign_keys=0")
    with path.open("rb") as file:
        head = read_head(file)
        load(database, opened(file, head, KEY))
    return database


async def test_all_rows_come_back(place: Place, people: People) -> None:
    """Every value of every table, also blobs of many chunks, is as it was, in the same order."""
    await people.upload("file", bytes(range(256)) * 12_000)
    await people.put(envelope(COACH, "one", blob_ids=(named("file", 32),)), envelope(COACH, "two"))
    made = place.backup()
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert place.backups.stat().st_mode & 0o777 == 0o700
    with closing(connect_reader(place.database)) as live:
        before = rows_of(live)
    with closing(restored(made.path, place.folder / "new.db")) as database:
        assert rows_of(database) == before
    counted = count_rows(made.path, KEY)
    assert counted == {name: len(rows) for name, rows in before.items() if name != "alembic_version"}


async def test_nothing_of_a_row_stands_in_clear(place: Place, people: People) -> None:
    """The search finds the bytes in the database, and not in the backup."""
    mark = b"canary that no seal hides"
    await people.upload("file", mark * 100)
    assert mark in place.database.with_name("relay.db-wal").read_bytes() + place.database.read_bytes()
    raw = place.backup().path.read_bytes()
    assert mark not in raw
    assert named("anna account") not in raw
    assert b"mailbox_rows" not in raw


async def test_one_state_under_load(place: Place, people: People, store: SqliteStore) -> None:
    """What is written while a backup is read is in it wholly or not: a group is never torn."""
    for number in range(20):
        await people.put(envelope(COACH, f"a {number}", size=40_000))
    with closing(connect_reader(place.database)) as reader:
        reader.execute("BEGIN")
        pieces = dump(FileRows(reader))
        first = next(pieces)
        await people.put(envelope(COACH, "late"), envelope("work client", "late"))
        await store.checkpoint()
        whole = [first, *pieces]
    assert len(whole) > 2
    counted = {table.name: len(list(table.rows)) for table in tables(iter(whole))}
    assert counted["mailbox_rows"] == 20


async def test_memory_is_bounded(place: Place, people: People) -> None:
    """A large file goes out in pieces of one chunk at most, and comes in with commits in between."""
    for number in range(4):
        await people.upload(f"file {number}", bytes(2 * PIECE_BYTES) * 4)
    with closing(connect_reader(place.database)) as reader:
        assert max(map(len, dump(FileRows(reader)))) < (1 << 20) + 2 * PIECE_BYTES
    made = place.backup()
    commits: list[str] = []
    database = connect_writer(place.folder / "new.db")
    bring_up(database)
    database.execute("PRAGMA foreign_keys=0")
    database.set_trace_callback(lambda text: commits.append(text) if text == "COMMIT" else None)
    with made.path.open("rb") as file:
        load(database, opened(file, read_head(file), KEY))
    database.close()
    assert len(commits) >= 4 * 8 * PIECE_BYTES // COMMIT_BYTES


def test_a_wrong_key(place: Place, plain: Path) -> None:
    """Another key opens nothing."""
    with pytest.raises(KeysError):
        count_rows(plain, bytes(32))


@pytest.fixture
async def plain(place: Place, people: People) -> Path:
    """A backup of a coach and a client."""
    await people.upload("file", bytes(40_000))
    return place.backup().path


def test_cut_anywhere(plain: Path, tmp_path: Path) -> None:
    """A file that ends early is refused, wherever it was cut."""
    raw = plain.read_bytes()
    for length in {0, 3, 7, 31, 35, 40, 80, 100, 16_500, len(raw) - 17, len(raw) - 1}:
        (tmp_path / "cut").write_bytes(raw[:length])
        with pytest.raises(KeysError):
            count_rows(tmp_path / "cut", KEY)


def test_changed_anywhere(plain: Path, tmp_path: Path) -> None:
    """One bit anywhere, in the head too, and something that follows, are refused."""
    raw = plain.read_bytes()
    for at in {0, 4, 5, 8, 23, 30, 33, 36, 60, 92, 5_000, len(raw) - 1}:
        changed = bytearray(raw)
        changed[at] ^= 1
        (tmp_path / "changed").write_bytes(changed)
        with pytest.raises(KeysError):
            count_rows(tmp_path / "changed", KEY)
    (tmp_path / "longer").write_bytes(raw + b"x")
    with pytest.raises(KeysError):
        count_rows(tmp_path / "longer", KEY)


SPOILS: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda raw: raw[:-8],
    "counts wrongly": lambda raw: raw[:-1] + b"\x07",
    "goes on": lambda raw: raw + b"\x00",
    "cut early": lambda raw: raw[:40],
    "no columns": lambda raw: b"\x01t\x00\x00" + raw,
    "no row": lambda raw: b"\x01t\x00\x01\x01c\x02",
    "no kind": lambda raw: b"\x01t\x00\x01\x01c\x01\x09",
    "too large": lambda raw: b"\x01t\x00\x01\x01c\x01\x02\xff\xff\xff\xff",
    "no text": lambda raw: b"\x01t\x00\x01\x01c\x01\x03\x00\x00\x00\x01\xff",
    "empty": lambda raw: b"",
}


@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS)
async def test_rows_are_read_strictly(place: Place, people: People, spoil: Callable[[bytes], bytes]) -> None:
    """A dump that is cut, goes on, counts wrongly, or has values of no kind is refused."""
    with closing(connect_reader(place.database)) as reader:
        raw = b"".join(dump(FileRows(reader)))

    def read(pieces: Iterator[bytes]) -> None:
        for table in tables(pieces):
            list(table.rows)

    read(iter([raw]))
    with pytest.raises(Malformed):
        read(iter([spoil(raw)]))


def test_names_that_the_database_has_not(tmp_path: Path) -> None:
    """A table or a column by another name reaches no statement."""
    with closing(connect_writer(tmp_path / "new.db")) as database:
        bring_up(database)
        for name in ("nothing", 'notes"; DROP TABLE notes; --'):
            head = bytes([len(name)]) + name.encode() + b"\x00\x01\x04name"
            with pytest.raises(Malformed):
                load(database, iter([head + b"\x00" + b"\x00" + bytes(8)]))
            database.execute("ROLLBACK")
        assert database.execute("SELECT count(*) FROM notes").fetchone() == (0,)


def test_a_backup_of_an_older_release(place: Place) -> None:
    """It says its schema's number, and its rows go into that schema, which is then brought up."""
    with closing(connect_writer(place.database)) as database:
        database.execute("PRAGMA foreign_keys=0")
        database.executescript(OLD_ROWS.read_text())
    made = place.backup()
    assert made.head.schema == "0001"
    with closing(restored(made.path, place.folder / "new.db", "0001")) as database:
        count = database.execute("SELECT count(*) FROM mailbox_rows").fetchone()
        bring_up(database)
        assert database.execute("SELECT count(*) FROM mailbox_rows").fetchone() == count != (0,)
        assert database.execute("SELECT count(*) FROM receipts").fetchone() == (0,)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("call", ["fsync", "open"])
async def test_a_disk_that_fails(
    place: Place, people: People, monkeypatch: pytest.MonkeyPatch, number: int, call: str
) -> None:
    """No backup is there, none by half, the relay goes on, and the next one is made."""
    before = place.backup()
    real, calls = getattr(backup_file.os, call), []

    def failing(*arguments: object) -> object:
        calls.append(arguments)
        if call == "fsync" or str(arguments[0]).endswith(".part"):
            raise OSError(number, "made to fail")
        return real(*arguments)

    monkeypatch.setattr(backup_file.os, call, failing)
    with pytest.raises(OSError, match="made to fail"):
        place.backup()
    monkeypatch.undo()
    assert [one.path for one in backups(place.backups)] == [before.path]
    assert sorted(path.name for path in place.backups.iterdir()) == [before.path.name, "lock"]
    await people.put(envelope(COACH, "goes on"))
    place.time.now += 1
    assert len({one.path for one in (before, place.backup())}) == 2


async def test_what_does_not_read_as_written_is_no_backup(
    place: Place, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file gets its name after it was read again."""
    monkeypatch.setattr(backup_file, "dump", lambda reader: iter([b"\x00" + bytes(7) + b"\x01"]))
    with pytest.raises(OSError, match="does not read"):
        place.backup()
    assert backups(place.backups) == []


async def test_one_at_a_time_and_no_remains(place: Place, people: People) -> None:
    """A second one is told to wait; what a killed one left goes with the next."""
    place.backup()
    with held(place.backups), pytest.raises(BackupHeld):
        place.backup()
    left = place.backups / "2027-01-15T080000Z-00000000.qbk.part"
    left.write_bytes(b"half")
    place.time.now += 1
    place.backup()
    assert not left.exists()


async def test_those_past_their_tail_go(place: Place, people: People) -> None:
    """Only ours, by the instant in their head, and nothing that only looks like one."""
    for _ in range(4):
        place.backup()
        place.time.now += 86_400
    (place.backups / "letter.qbk").write_bytes(b"no backup")
    assert drop_before(place.backups, NOW + 2 * 86_400) == 2
    assert [one.head.created_at - NOW for one in backups(place.backups)] == [2 * 86_400, 3 * 86_400]
    assert (place.backups / "letter.qbk").exists()
    assert drop_before(place.folder / "nowhere", NOW) == 0


def test_the_head(place: Place) -> None:
    """What is packed is read, and everything else is refused."""
    head = Head(b"i" * 16, NOW, "0002")
    assert read_head(io.BytesIO(head.pack())) == head
    for raw in (b"", b"QBK1", head.pack()[:-1], b"x" + head.pack()[1:], b"QBK1\x02" + head.pack()[5:]):
        with pytest.raises(Malformed):
            read_head(io.BytesIO(raw))
