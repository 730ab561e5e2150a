"""The ledger: nothing is taken away that it does not tell, and what it tells can be read again."""

from __future__ import annotations

import asyncio
import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from relay.core.errors import Busy, NotFound
from relay.core.model import DAY_SECONDS, Reason, Step
from relay.store import deletion_files
from relay.store.deletion_files import (
    ACT,
    END,
    GONE,
    METHOD,
    STATEMENT,
    Ledger,
    LedgerDamaged,
    drop_files_before,
    frame,
    ledger_days,
    records_since,
)
from relay.store.deletions import record_method
from relay.store.engine import connect_reader, connect_writer
from relay.store.sqlite import SqliteStore
from tests.backup.conftest import DAY, Place
from tests.contract.people import NOW, People, envelope, named

COACH = "work coach"


def gone(place: Place) -> list[tuple[bytes, int]]:
    """Envelope ids and dates of the records of kind 1."""
    return [
        (record.body[:16], int.from_bytes(record.body[32:], "big"))
        for record in place.records()
        if record.kind == GONE
    ]


def fail_once(monkeypatch: pytest.MonkeyPatch, name: str, number: int) -> list[int]:
    """Let the next call of an `os` function fail; the list is empty once it has."""
    left, real = [number], getattr(os, name)

    def failing(*arguments: object) -> object:
        if left:
            raise OSError(left.pop(), "made to fail")
        return real(*arguments)

    monkeypatch.setattr(deletion_files.os, name, failing)
    return left


async def test_an_own_copy_that_is_let_go(place: Place, people: People) -> None:
    """It is told with its mailbox, and the second from which it is gone."""
    await people.put(envelope(COACH, "one"))
    await people.store.expire_own(named(COACH), [named("one")], now=NOW + 5)
    assert gone(place) == [(named("one"), NOW + 5)]
    (record,) = [record for record in place.records() if record.kind == GONE]
    assert record.body[16:32] == named(COACH)


async def test_a_date_brought_forward_and_what_is_swept(place: Place, people: People) -> None:
    """Both are told: the new date at once, and the end when it came."""
    await people.put(envelope(COACH, "one"), envelope(COACH, "two", expires_at=NOW + 50))
    step = Step(2, b"act 2", shorten=[named("one")], date=NOW + 100)
    await people.store.apply_act(named("work"), step, now=NOW + 10)
    assert (named("one"), NOW + 100) in gone(place)
    await people.sweep_all(NOW + 60)
    assert (named("two"), NOW + 60) in gone(place)


async def test_a_way_in_that_is_closed(place: Place, people: People, store: SqliteStore) -> None:
    """It is told by its id and its account's; one that is refused is not told."""
    account = named("anna account")
    await store.put_method(account, named("second"), b"sealed", now=NOW)
    with pytest.raises(NotFound):
        await store.remove_method(account, named("third"), now=NOW)
    await store.remove_method(account, named("second"), now=NOW)
    told = [record.body for record in place.records() if record.kind == METHOD]
    assert told == [named("second") + account]


async def test_what_is_undone_is_not_told(place: Place, people: People, store: SqliteStore) -> None:
    """A work that is refused after it took something away leaves no record; its neighbours' stay."""

    def refused(database: sqlite3.Connection) -> None:
        record_method(database, bytes(16), bytes(16))
        raise NotFound

    def kept(database: sqlite3.Connection) -> None:
        record_method(database, named("anna account"), named("kept"))

    works = [store._writer.submit(work) for work in (kept, refused, kept)]
    results = await asyncio.gather(*works, return_exceptions=True)
    assert isinstance(results[1], NotFound)
    told = {record.body[:16] for record in place.records() if record.kind == METHOD}
    assert told == {named("kept")}


async def test_each_end_of_an_engagement(place: Place, people: People) -> None:
    """Every end is told, so that the last counts."""
    ends = [int.from_bytes(record.body[16:], "big") for record in place.records() if record.kind == END]
    engagement = await people.store.engagement(named("work"), now=NOW)
    assert engagement is not None
    assert ends[-1] == engagement.expires_at


async def test_it_is_on_disk_before_the_commit(
    place: Place, people: People, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the records are synced the rows still stand for every other reader; one sync serves a commit."""
    await people.put(*(envelope(COACH, f"row {number}") for number in range(5)))
    seen, real = [], os.fsync

    def watching(descriptor: int) -> None:
        real(descriptor)
        rows = deletions_seen(place)
        seen.append((rows, len(gone(place))))

    monkeypatch.setattr(deletion_files.os, "fsync", watching)
    await store.expire_own(named(COACH), [named(f"row {number}") for number in range(5)], now=NOW)
    assert seen == [(5, 5)]
    assert deletions_seen(place) == 0


def deletions_seen(place: Place) -> int:
    """How many envelopes another connection sees now."""
    with closing(connect_reader(place.database)) as reader:
        (count,) = reader.execute("SELECT count(*) FROM mailbox_rows WHERE reason=0").fetchone()
    return int(count)


@pytest.mark.parametrize("call", ["write", "fsync", "open"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
async def test_nothing_goes_unrecorded(
    place: Place, people: People, store: SqliteStore, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    """A ledger that cannot be written lets nothing go: the caller is told to come again; then it works."""
    await people.put(envelope(COACH, "one"))
    assert store._ledger is not None
    store._ledger.close()  # so that it must be opened, too
    left = fail_once(monkeypatch, call, number)
    with pytest.raises(Busy):
        await store.expire_own(named(COACH), [named("one")], now=NOW)
    assert left == []
    assert await people.names(COACH) == [(named("one"), 0)]
    assert gone(place) == []
    await store.expire_own(named(COACH), [named("one")], now=NOW)
    assert await people.names(COACH) == [(named("one"), Reason.OWN_COPY)]
    assert gone(place) == [(named("one"), NOW)]


async def test_a_short_write_is_no_record(
    place: Place, people: People, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a record that the disk took before it was full is cut off again."""
    await people.put(envelope(COACH, "one"))
    real, calls = os.write, []

    def short(descriptor: int, content: memoryview) -> int:
        calls.append(len(content))
        if len(calls) == 1:
            return real(descriptor, content[:20])
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(deletion_files.os, "write", short)
    with pytest.raises(Busy):
        await store.expire_own(named(COACH), [named("one")], now=NOW)
    monkeypatch.setattr(deletion_files.os, "write", real)
    before = place.records()
    await store.expire_own(named(COACH), [named("one")], now=NOW)
    assert len(place.records()) == len(before) + 1


async def test_what_was_signed(place: Place, people: People, store: SqliteStore) -> None:
    """Acts with the policies that they put in force, and statements, are told whole."""
    step = Step(2, b"act 2", policy=b"policy 2", ends_at=NOW + 500 * DAY_SECONDS)
    await store.apply_act(named("work"), step, now=NOW)
    await store.apply_act(named("work"), step, now=NOW)
    await store.add_statement(named("anna account"), 2, b"statement 2", now=NOW)
    told = [record.body for record in place.records() if record.kind in {ACT, STATEMENT}]
    assert told == [
        named("work") + (2).to_bytes(8, "big") + b"\x00\x05act 2\x00\x08policy 2",
        named("anna account") + (2).to_bytes(8, "big") + b"\x00\x0bstatement 2",
    ]


def test_a_connection_without_a_ledger_tells_nothing(tmp_path: Path) -> None:
    """Migrations and tests need none."""
    database = connect_writer(tmp_path / "bare.db")
    record_method(database, bytes(16), bytes(16))
    assert database.told == []
    database.close()


@pytest.mark.parametrize("cut_bytes", [1, 4, 20, 38])
def test_a_record_that_is_cut_is_none(tmp_path: Path, cut_bytes: int) -> None:
    """A crash in the middle of the last record leaves those before it; what is written next is read."""
    ledger = Ledger(tmp_path, lambda: NOW)
    ledger.append([frame(METHOD, bytes(32)), frame(METHOD, b"x" * 32)])
    ledger.close()
    (path,) = tmp_path.glob("*.ledger")
    path.write_bytes(path.read_bytes()[:-cut_bytes])
    assert [record.body for record in records_since(tmp_path, DAY)] == [bytes(32)]
    after = Ledger(tmp_path, lambda: NOW)
    after.append([frame(METHOD, b"y" * 32)])
    after.close()
    assert [record.body for record in records_since(tmp_path, DAY)] == [bytes(32), b"y" * 32]


def test_a_tail_of_zeros_is_none(tmp_path: Path) -> None:
    """A file system may have grown a file whose bytes never came."""
    Ledger(tmp_path, lambda: NOW).append([frame(METHOD, bytes(32))])
    (path,) = tmp_path.glob("*.ledger")
    path.write_bytes(path.read_bytes() + bytes(100))
    assert len(list(records_since(tmp_path, DAY))) == 1


def test_damage_in_the_middle_is_told(tmp_path: Path) -> None:
    """A bad record before good ones is no crash: what it told would come back unseen."""
    ledger = Ledger(tmp_path, lambda: NOW)
    ledger.append([frame(METHOD, bytes(32)), frame(METHOD, b"x" * 32), frame(METHOD, b"y" * 32)])
    ledger.close()
    (path,) = tmp_path.glob("*.ledger")
    raw = bytearray(path.read_bytes())
    raw[50] ^= 1
    path.write_bytes(raw)
    with pytest.raises(LedgerDamaged):
        list(records_since(tmp_path, DAY))


def test_a_file_for_each_day_in_order(tmp_path: Path) -> None:
    """A new day begins a new file; a clock that goes back does not, or the order of writing were lost."""
    now = NOW
    ledger = Ledger(tmp_path, lambda: now)
    for day, mark in ((0, b"a"), (2, b"b"), (1, b"c")):
        now = NOW + day * DAY_SECONDS
        ledger.append([frame(METHOD, mark * 32)])
    ledger.close()
    assert ledger_days(tmp_path) == [DAY, DAY + 2]
    assert [record.body[:1] for record in records_since(tmp_path, DAY)] == [b"a", b"b", b"c"]
    assert [record.body[:1] for record in records_since(tmp_path, DAY + 1)] == [b"b", b"c"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.iterdir())


def test_files_that_no_backup_needs_go(tmp_path: Path) -> None:
    """What is older than the oldest backup goes, but the newest of it shows how far the ledger reaches."""
    for day in (0, 3, 5, 9):
        ledger = Ledger(tmp_path, lambda day=day: NOW + day * DAY_SECONDS)  # type: ignore[misc]
        ledger.append([frame(METHOD, bytes(32))])
        ledger.close()
    (tmp_path / "notes.txt").write_text("not ours")
    assert drop_files_before(tmp_path, DAY + 7) == 2
    assert ledger_days(tmp_path) == [DAY + 5, DAY + 9]
    assert drop_files_before(tmp_path, DAY - 1) == 0
    assert (tmp_path / "notes.txt").exists()
