"""What the file alone must keep: settings that are in force, bytes that are gone, rows that outlive a
crash.
"""

from __future__ import annotations

import asyncio
import sqlite3
import stat
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from relay.core.errors import Busy
from relay.core.model import DAY_SECONDS, Reason, Step
from relay.store import engine
from relay.store.engine import SETTINGS, SettingRefused, connect_reader, connect_writer
from relay.store.limits import PIECE_BYTES
from relay.store.schema import WITHOUT_END, metadata
from relay.store.second_look import MAILBOXES
from relay.store.sqlite import SqliteStore
from tests.contract.people import HOLD_ENDS, NOW, People, envelope, named

ROOT = Path(__file__).resolve().parents[2]
COACH, CLIENT = "work coach", "work client"


@pytest.fixture
async def settled(sqlite: SqliteStore) -> People:
    """A coach and a client at work, in the file."""
    people = People(sqlite)
    await people.settle()
    return people


async def asked(store: SqliteStore, pragma: str) -> object:
    """A setting of the writing connection, as SQLite says it."""
    row: tuple[object] = await store._writer.submit(lambda db: db.execute(f"PRAGMA {pragma}").fetchone())
    return row[0]


def found_in_files(path: Path, needle: bytes) -> dict[str, int]:
    """How often bytes stand in the database, the journal and its index."""
    files = [path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")]
    return {file.name: file.read_bytes().count(needle) for file in files if file.exists()}


def test_every_table_of_a_person_has_an_end() -> None:
    """Only tables that hold nothing of a person have no `expires_at`; no other may leave it empty (ruling
    16).
    """
    assert {"keeper_days", "notes", "log_entries", "log_hashes", "log_checkpoints"} == WITHOUT_END
    for table in metadata.sorted_tables:
        assert ("expires_at" not in table.columns) == (table.name in WITHOUT_END), table.name
        if table.name not in WITHOUT_END:
            assert not table.columns["expires_at"].nullable


async def test_the_file_has_no_other_tables_and_the_same_columns(sqlite: SqliteStore) -> None:
    """What SQLite holds is what the schema says, `expires_at NOT NULL` included."""

    def tables(database: sqlite3.Connection) -> dict[str, set[tuple[str, int]]]:
        names = [n for (n,) in database.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        return {n: {(c[1], c[3]) for c in database.execute(f"PRAGMA table_info({n})")} for n in names}

    found = await sqlite._read(tables)
    assert found.keys() == {table.name for table in metadata.sorted_tables} | {"alembic_version"}
    for name, columns in found.items():
        if name not in WITHOUT_END | {"alembic_version"}:
            assert ("expires_at", 1) in columns, name


async def test_the_writer_syncs_fully_and_overwrites(sqlite: SqliteStore) -> None:
    """On the connection that writes: journal in WAL, each commit synced (2 is FULL), what is removed is
    overwritten.
    """
    for name, value in SETTINGS.items():
        assert await asked(sqlite, name) == value
    assert await asked(sqlite, "journal_mode") == "wal"
    assert await asked(sqlite, "page_size") == 16_384
    assert SETTINGS["synchronous"] == 2
    assert SETTINGS["secure_delete"] == 1
    assert SETTINGS["wal_autocheckpoint"] == 0


async def test_readers_cannot_write(sqlite: SqliteStore, path: Path) -> None:
    """Every reading connection refuses to write, and none checkpoints by itself."""
    reader = connect_reader(path)
    with pytest.raises(sqlite3.OperationalError):
        reader.execute("DELETE FROM notes")
    assert reader.execute("PRAGMA wal_autocheckpoint").fetchone() == (0,)
    reader.close()


@pytest.mark.parametrize("setting", [("synchronous", 9), ("secure_delete", 7)])
def test_a_setting_that_does_not_hold_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: tuple[str, int]
) -> None:
    """A pragma is not believed but read back; where SQLite keeps another value the store does not open."""
    monkeypatch.setattr(engine, "SETTINGS", dict([setting]))
    with pytest.raises(SettingRefused):
        connect_writer(tmp_path / "store.sqlite3")


def test_a_library_too_old_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An SQLite without what the statements need is refused before a file is made."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(SettingRefused):
        connect_writer(tmp_path / "store.sqlite3")
    assert not list(tmp_path.iterdir())


async def test_only_one_process_holds_the_file(sqlite: SqliteStore, path: Path) -> None:
    """A second opening is Busy while the first is open; files are for their owner alone."""
    with pytest.raises(Busy):
        await SqliteStore.open(path)
    await sqlite.close()
    await sqlite.close()
    again = await SqliteStore.open(path)
    await again.close()


async def test_new_files_are_private(tmp_path: Path) -> None:
    """Database and lock are made with mode 0600."""
    store = await SqliteStore.open(tmp_path / "new.sqlite3")
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    await store.close()
    assert set(modes.values()) == {0o600}, modes


async def test_an_open_reader_makes_the_checkpoint_busy(
    settled: People, sqlite: SqliteStore, path: Path
) -> None:
    """While somebody reads an old snapshot the journal cannot be cut, and the store says so; later it can."""
    reader = connect_reader(path)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM mailbox_rows").fetchone()
    await settled.put(envelope(COACH, "m1"))
    assert not await sqlite.checkpoint()
    reader.execute("ROLLBACK")
    reader.close()
    assert await sqlite.checkpoint()
    assert path.with_name(path.name + "-wal").stat().st_size == 0


BLOBS_AS_THEY_ARE = """
SELECT state, stored_bytes, there, links, count(*) FROM (SELECT b.state, b.stored_bytes,
    (SELECT sum(length(chunk)) FROM blob_chunks c WHERE c.blob_id = b.blob_id) AS there,
    (SELECT count(*) FROM blob_links l WHERE l.blob_id = b.blob_id) AS links
    FROM blobs b) GROUP BY state, stored_bytes, there, links"""
CANARY = b"a canary that nobody sealed"


@pytest.mark.parametrize("is_overwriting", [False, True])
@pytest.mark.parametrize("size", [600, 9_000, 200_000])
async def test_bytes_of_what_expired_are_in_no_file(
    settled: People, sqlite: SqliteStore, path: Path, size: int, is_overwriting: bool
) -> None:
    """After sweep and truncating checkpoint 0 canaries are left; with `secure_delete` off the same search
    finds some.
    """
    await sqlite._writer.submit(
        lambda db: db.execute(f"PRAGMA secure_delete={int(is_overwriting)}").fetchone()
    )
    body = (CANARY * (size // len(CANARY) + 1))[:size]
    for number in range(40):
        mail = envelope(COACH, f"m{number}", expires_at=NOW + 1 + number % 2)
        object.__setattr__(mail, "raw", body)
        await settled.put(mail)
    keeps = envelope(COACH, "stays")
    await settled.put(keeps)
    assert await sqlite.checkpoint()
    assert found_in_files(path, CANARY)[path.name] >= 40
    assert await settled.sweep_all(NOW + 2) == 40
    assert await sqlite.checkpoint()
    left = sum(found_in_files(path, CANARY).values())
    assert left == 0 if is_overwriting else left > 0
    assert found_in_files(path, keeps.raw)[path.name] == 1


async def test_until_the_checkpoint_the_journal_holds_them(
    settled: People, sqlite: SqliteStore, path: Path
) -> None:
    """Sweeping alone is not enough: the journal still has the bytes, so a busy checkpoint must be told."""
    mail = envelope(COACH, "m1", expires_at=NOW + 1, size=5000)
    await settled.put(mail)
    await settled.sweep_all(NOW + 1)
    assert sum(found_in_files(path, mail.raw[:500]).values()) > 0
    assert await sqlite.checkpoint()
    assert sum(found_in_files(path, mail.raw[:500]).values()) == 0


@pytest.mark.parametrize("way", ["last link", "abort", "own copy", "shorten", "engagement"])
async def test_bytes_of_attachments_go_every_way(
    settled: People, sqlite: SqliteStore, path: Path, way: str
) -> None:
    """Whichever way a blob and its envelope end, no byte of them is in the files afterwards."""
    content = named("attachment", 3_000_000)
    ends_at = HOLD_ENDS if way == "engagement" else NOW + 100
    blob = await settled.upload("photo", content, expires_at=ends_at)
    mail = envelope(COACH, "m1", expires_at=ends_at, blob_ids=(blob.blob_id,), size=3000)
    if way != "abort":
        assert (await settled.put(mail)).status == "stored"
    assert await sqlite.checkpoint()
    assert found_in_files(path, content[-100:])[path.name] == 1
    if way == "abort":
        await sqlite.abort_blob(blob.blob_id, now=NOW)
    elif way == "own copy":
        await sqlite.expire_own(named(COACH), [named("m1")], now=NOW)
    elif way == "shorten":
        await sqlite.apply_act(named("work"), Step(2, b"act 2", shorten=[named("m1")], date=NOW), now=NOW)
    else:
        await settled.sweep_all(ends_at)
    assert await sqlite.checkpoint()
    for piece in (content[:100], content[1_500_000:1_500_100], content[-100:], mail.raw[-100:]):
        assert sum(found_in_files(path, piece).values()) == 0


async def test_one_bad_row_stops_nothing(settled: People, sqlite: SqliteStore) -> None:
    """A row that cannot go is passed over, run after run, while all else goes; once it can, it goes."""
    for number in range(6):
        await settled.put(envelope(COACH, f"m{number}", expires_at=NOW + 1))

    def spoil(database: sqlite3.Connection) -> None:
        for number in range(3):  # the first three of every batch of two
            database.execute(
                f"CREATE TRIGGER bad_{number} BEFORE UPDATE ON mailbox_rows"
                f" WHEN old.envelope_id = x'{named(f'm{number}').hex()}'"
                " BEGIN SELECT raise(ABORT, 'bad row'); END"
            )

    await sqlite._writer.submit(spoil)
    await settled.upload("photo", b"1")
    later = NOW + DAY_SECONDS
    for expected in (3, 0):
        assert await settled.sweep_all(later, limit=2) == expected
        counts = await sqlite.counts(now=later)
        assert (counts["envelopes"], counts["blobs"], counts["overdue"]) == (3, 0, 3)
    for number in range(3):
        await sqlite._writer.submit(
            lambda db, number=number: db.execute(f"DROP TRIGGER bad_{number}").rowcount
        )  # type: ignore[misc]
    assert await settled.sweep_all(later, limit=2) == 3
    assert {reason for _, reason in await settled.names(COACH, now=later)} == {Reason.DUE}


async def test_a_batch_takes_at_most_eight_mebibytes(settled: People, sqlite: SqliteStore) -> None:
    """Large blobs go chunk by chunk over several commits, so that deposits never wait for one of a
    gigabyte.
    """
    owner, blob_id = named("anna account"), named("film", 32)
    await settled.upload("film", b"")
    await sqlite._writer.submit(lambda db: db.execute("UPDATE blobs SET state='uploading'").rowcount)
    for at in range(3):
        await sqlite.append_blob(
            blob_id, owner, at * PIECE_BYTES, bytes(PIECE_BYTES), now=NOW, account_quota_bytes=1 << 30
        )
    stored = [3 * PIECE_BYTES]
    more = True
    while more:
        more = (await sqlite.sweep(now=NOW + DAY_SECONDS, limit=1000)).more
        stored.append(
            await sqlite._read(
                lambda db: db.execute("SELECT coalesce(sum(length(chunk)), 0) FROM blob_chunks").fetchone()[0]
            )
        )
    assert stored[-1] == 0
    assert max(before - after for before, after in pairwise(stored)) <= PIECE_BYTES


async def test_what_was_acknowledged_outlives_kill(path: Path) -> None:
    """A writer under load is killed with SIGKILL three times: every acknowledged envelope is there, none
    twice, and with each the blob that it brought; no blob is there by half or without its envelope.
    """
    acknowledged: set[bytes] = set()
    for run in range(3):
        program = [sys.executable, "-m", "tests.contract.depositor", str(path), str(run)]
        child = await asyncio.create_subprocess_exec(*program, stdout=subprocess.PIPE, cwd=ROOT)
        assert child.stdout is not None
        for _ in range(300):
            line = await child.stdout.readline()
            assert line, "the depositor ended by itself"
            acknowledged.add(bytes.fromhex(line.decode()))
        child.kill()
        rest = await child.stdout.read()
        acknowledged |= {bytes.fromhex(line) for line in rest.decode().split("\n")[:-1]}
        await child.wait()
    store = await SqliteStore.open(path)
    found: list[bytes] = []
    after, more = 0, True
    while more:
        page = await store.rows(named(COACH), after=after, before=None, limit=200, max_bytes=1 << 22, now=NOW)
        found += [row.envelope_id for row in page.rows]
        after, more = page.next, page.more
    health = await store._read(
        lambda db: (
            db.execute("PRAGMA integrity_check").fetchall(),
            db.execute("PRAGMA foreign_key_check").fetchall(),
            db.execute(BLOBS_AS_THEY_ARE).fetchall(),
        )
    )
    await store.close()
    assert len(acknowledged) >= 900
    assert acknowledged <= set(found)
    assert len(found) == len(set(found))
    assert health == ([("ok",)], [], [("linked", 9_000, 9_000, 1, len(found))])


async def test_looking_for_what_is_late_goes_by_date(sqlite: SqliteStore) -> None:
    """After each sweep it is asked which mailboxes have something due: that walks no row that is not due, and
    no mailbox (with ten million rows it took half a processor).
    """
    steps = await sqlite._writer.submit(
        lambda database: database.execute(f"EXPLAIN QUERY PLAN {MAILBOXES}", (0, NOW)).fetchall()
    )
    walked = [str(step[3]) for step in steps if "mailbox_rows" in str(step[3])]
    assert len(walked) == 1
    assert "(expires_at<?)" in walked[0]
