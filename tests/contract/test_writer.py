"""What the one writing connection promises: shared commits, answers after them, nothing undone or done
twice.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from relay.core.errors import Busy, NotFound
from relay.core.model import Outcome
from relay.store.batches import BYTES_TOGETHER, MOST_WAITING
from relay.store.engine import connect_writer
from relay.store.sqlite import SqliteStore
from relay.store.writer import CHECKPOINT_BYTES, Writer
from tests.contract.people import NOW, QUOTA, People, envelope, group, named

COACH = "work coach"


class Gate:
    """A work that keeps the writing thread busy until it is opened."""

    def __init__(self) -> None:
        self.entered, self.opened = threading.Event(), threading.Event()

    def __call__(self, _database: sqlite3.Connection) -> None:
        self.entered.set()
        assert self.opened.wait(30)


class Recording:
    """A connection that writes down the statements that returned, and can hold or fail one."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self.returned: list[str] = []
        self.hold: dict[str, Gate] = {}
        self.fail: dict[str, sqlite3.Error] = {}

    def execute(self, statement: str, *bound: Any) -> sqlite3.Cursor:
        """As the connection's own."""
        if statement in self.fail:
            raise self.fail.pop(statement)
        if statement in self.hold:
            self.hold.pop(statement)(self._database)
        cursor = self._database.execute(statement, *bound)
        self.returned.append(statement)
        return cursor

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)


@pytest.fixture
async def settled(sqlite: SqliteStore) -> People:
    """A coach and a client at work, in the file."""
    people = People(sqlite)
    await people.settle()
    return people


@pytest.fixture
async def recording(tmp_path: Path) -> AsyncIterator[tuple[Writer, Recording]]:
    """A writer over a connection that records, with one table."""
    database = connect_writer(tmp_path / "plain.sqlite3")
    database.execute("CREATE TABLE word (word TEXT PRIMARY KEY)")
    recorder = Recording(database)
    writer = Writer(recorder)  # type: ignore[arg-type]
    yield writer, recorder
    await writer.close()


def insert(word: str) -> Any:
    """A work that stores a word."""
    return lambda database: database.execute("INSERT INTO word VALUES (?)", (word,)).rowcount


def words(recorder: Recording) -> list[str]:
    """What is stored."""
    return [word for (word,) in recorder._database.execute("SELECT word FROM word ORDER BY word")]


async def held(writer: Writer) -> tuple[Gate, asyncio.Task[None]]:
    """The writer, busy."""
    gate = Gate()
    task = asyncio.create_task(writer.submit(gate))
    await asyncio.to_thread(gate.entered.wait, 30)
    return gate, task


async def test_those_who_wait_together_share_one_commit(settled: People, sqlite: SqliteStore) -> None:
    """A hundred deposits that wait at the same moment are one transaction and one sync."""
    gate, holding = await held(sqlite._writer)
    before = sqlite._writer.commits
    deposits = [asyncio.create_task(settled.put(envelope(COACH, f"m{n}", size=50))) for n in range(100)]
    await asyncio.sleep(0)
    gate.opened.set()
    outcomes = await asyncio.gather(*deposits)
    await holding
    assert {outcome.status for outcome in outcomes} == {"stored"}
    assert sqlite._writer.commits - before == 2  # the gate's own, then one for all


async def test_free_running_deposits_share_commits(settled: People, sqlite: SqliteStore) -> None:
    """Without anybody holding the writer, 500 concurrent deposits take far fewer than 500 commits."""
    before = sqlite._writer.commits
    await asyncio.gather(*(settled.put(envelope(COACH, f"m{n}", size=50)) for n in range(500)))
    assert sqlite._writer.commits - before <= 100


async def test_a_refusal_undoes_nothing_of_its_neighbours(settled: People, sqlite: SqliteStore) -> None:
    """Conflict, full mailbox and unknown mailbox in the same transaction: all others are stored."""
    await settled.put(envelope(COACH, "known"))
    gate, holding = await held(sqlite._writer)
    waiting = [
        asyncio.create_task(settled.put(mail))
        for mail in (
            envelope(COACH, "m1"),
            envelope(COACH, "known", salt="other"),
            envelope("nowhere", "m2"),
            envelope(COACH, "known"),
            envelope(COACH, "m3"),
        )
    ]
    refused = asyncio.create_task(sqlite.remove_method(named("anna account"), named("absent"), now=NOW))
    await asyncio.sleep(0)
    gate.opened.set()
    outcomes = await asyncio.gather(*waiting)
    assert [o.code or o.status for o in outcomes] == [
        "stored",
        "envelope-conflict",
        "not-found",
        "repeated",
        "stored",
    ]
    with pytest.raises(NotFound):
        await refused
    await holding
    assert len(await settled.names(COACH)) == 3


async def test_no_answer_before_commit_returned(recording: tuple[Writer, Recording]) -> None:
    """While COMMIT has not come back nobody is answered; it comes back before the answer goes out."""
    writer, recorder = recording
    recorder.hold["COMMIT"] = gate = Gate()
    waiting = asyncio.create_task(writer.submit(insert("a")))
    await asyncio.to_thread(gate.entered.wait, 30)
    for _ in range(20):
        await asyncio.sleep(0)
    assert not waiting.done()
    gate.opened.set()
    assert await waiting == 1
    assert recorder.returned[-1] == "COMMIT"


@pytest.mark.parametrize("fails", ["COMMIT", "BEGIN IMMEDIATE"])
async def test_a_failed_commit_is_said_to_everybody_in_it(
    recording: tuple[Writer, Recording], fails: str
) -> None:
    """All get Busy, nothing is stored, and the next transaction is a new chance."""
    writer, recorder = recording
    recorder.fail[fails] = sqlite3.OperationalError("disk I/O error")
    answers = await asyncio.gather(*(writer.submit(insert(word)) for word in "abc"), return_exceptions=True)
    assert [type(answer) for answer in answers] == [Busy] * 3
    assert words(recorder) == []
    assert await writer.submit(insert("a")) == 1
    assert words(recorder) == ["a"]


async def test_a_full_disk_is_busy_and_passes(settled: People, sqlite: SqliteStore) -> None:
    """When the file cannot grow the depositor gets Busy, not 201; with room again the same deposit is
    stored.
    """
    mail = envelope(COACH, "large", size=400_000)
    pages = await sqlite._writer.submit(lambda db: db.execute("PRAGMA page_count").fetchone()[0])
    await sqlite._writer.submit(lambda db: db.execute(f"PRAGMA max_page_count={pages}").fetchone())
    with pytest.raises(Busy):
        await settled.put(mail)
    assert await settled.names(COACH) == []
    await sqlite._writer.submit(lambda db: db.execute("PRAGMA max_page_count=1000000").fetchone())
    assert (await settled.put(mail)).status == "stored"


async def test_giving_up_waiting_neither_undoes_nor_doubles(settled: People, sqlite: SqliteStore) -> None:
    """A cancelled deposit is stored once; the same again is a repeat; its neighbour never notices."""
    gate, holding = await held(sqlite._writer)
    gone = asyncio.create_task(settled.put(envelope(COACH, "m1")))
    stays = asyncio.create_task(settled.put(envelope(COACH, "m2")))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    gate.opened.set()
    assert (await stays).status == "stored"
    await holding
    assert gone.cancelled()
    assert await settled.names(COACH) == [(named("m1"), 0), (named("m2"), 0)]
    assert await settled.put(envelope(COACH, "m1")) == Outcome("repeated")


async def test_one_more_than_may_wait_is_busy(recording: tuple[Writer, Recording]) -> None:
    """The queue is bounded: beyond it callers are told to come again, and those within it are served."""
    writer, _ = recording
    gate, holding = await held(writer)
    waiting = [asyncio.create_task(writer.submit(insert(str(n)))) for n in range(MOST_WAITING - 1)]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await writer.submit(insert("one more"))
    gate.opened.set()
    assert sum(await asyncio.gather(*waiting)) == MOST_WAITING - 1
    await holding
    assert await writer.submit(insert("later")) == 1


async def test_large_submissions_do_not_share_a_commit(recording: tuple[Writer, Recording]) -> None:
    """A transaction takes nobody in once it has a lot to write, so the first need not wait for megabytes."""
    writer, recorder = recording
    gate, holding = await held(writer)
    sizes = {"a": BYTES_TOGETHER, "b": BYTES_TOGETHER - 1, "c": 1, "d": 1}
    waiting = [asyncio.create_task(writer.submit(insert(word), size)) for word, size in sizes.items()]
    await asyncio.sleep(0)
    gate.opened.set()
    await asyncio.gather(holding, *waiting)
    assert recorder.returned.count("COMMIT") == 4  # the gate's; a; b and c; d


async def test_the_journal_is_moved_once_much_was_written(recording: tuple[Writer, Recording]) -> None:
    """Two large commits do not wait for six more before their pages go into the file."""
    writer, recorder = recording
    moved = "PRAGMA wal_checkpoint(PASSIVE)"
    await writer.submit(insert("a"), CHECKPOINT_BYTES - 1)
    await writer.submit(insert("b"))
    assert moved not in recorder.returned
    await writer.submit(insert("c"), 1)
    await writer.submit(insert("d"))  # after whose commit the one before has been tidied
    assert recorder.returned.count(moved) == 1


async def test_one_faulty_submission_does_not_fail_those_it_was_called_with(
    recording: tuple[Writer, Recording],
) -> None:
    """Items share a call; where that raises, each submission gets one of its own and its own answer."""
    writer, recorder = recording

    def store_all(database: sqlite3.Connection, items: Sequence[str]) -> list[int]:
        return [database.execute("INSERT INTO word VALUES (?)", (item,)).rowcount for item in items]

    gate, holding = await held(writer)
    waiting = [
        asyncio.create_task(writer.submit_items(store_all, items)) for items in (["a", "b"], ["b"], ["c"])
    ]
    await asyncio.sleep(0)
    gate.opened.set()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    await holding
    assert answers[0] == [1, 1]
    assert isinstance(answers[1], sqlite3.IntegrityError)
    assert answers[2] == [1]
    assert words(recorder) == ["a", "b", "c"]


async def test_a_fault_in_one_work_leaves_the_thread_alive(recording: tuple[Writer, Recording]) -> None:
    """Whatever a work raises is its caller's, half of it is undone, and the next is served."""
    writer, recorder = recording

    def half(database: sqlite3.Connection) -> None:
        database.execute("INSERT INTO word VALUES ('half')")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await writer.submit(half)
    assert await writer.submit(insert("whole")) == 1
    assert words(recorder) == ["whole"]


async def test_closing_finishes_what_waits(recording: tuple[Writer, Recording], tmp_path: Path) -> None:
    """What was submitted before the end is on disk; afterwards everybody gets Busy."""
    writer, _ = recording
    gate, holding = await held(writer)
    waiting = asyncio.create_task(writer.submit(insert("last")))
    await asyncio.sleep(0)
    closing = asyncio.create_task(writer.close())
    await asyncio.sleep(0)
    gate.opened.set()
    await asyncio.gather(waiting, holding, closing)
    with pytest.raises(Busy):
        await writer.submit(insert("too late"))
    with sqlite3.connect(tmp_path / "plain.sqlite3") as database:
        assert database.execute("SELECT word FROM word").fetchall() == [("last",)]
    database.close()


async def test_no_groups_need_no_commit(settled: People, sqlite: SqliteStore) -> None:
    """An empty request is answered without the writer."""
    before = sqlite._writer.commits
    assert await sqlite.deposit([], now=NOW, quota_bytes=QUOTA) == []
    assert sqlite._writer.commits == before
    assert (await sqlite.deposit([group()], now=NOW, quota_bytes=QUOTA)) == [Outcome("repeated")]
