"""The one writing connection. Owns its thread, its transactions and its checkpoints; knows no table.

Group commit: whoever waits when the thread comes round shares one transaction and one sync. Each submission
stands in a SAVEPOINT of its own, so that one that is refused undoes nothing else. Nobody is answered before
COMMIT has returned; what it took away is in the ledger before that (`relay.store.deletions`). Giving up
waiting changes nothing: what was submitted is done once, or refused once.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from queue import Empty, SimpleQueue
from typing import Any, Final, TypeVar, cast

from relay.core.errors import Busy, RelayError
from relay.store.deletions import forget, told, write_told

Item = TypeVar("Item")
Result = TypeVar("Result")
Work = Callable[[sqlite3.Connection], Result]
Bulk = Callable[[sqlite3.Connection, Sequence[Item]], list[Result]]

MOST_WAITING: Final = 1024  # submissions; beyond it callers are told to come again
MOST_TOGETHER: Final = 256  # submissions in one transaction, so that the first need not wait for thousands
BYTES_TOGETHER: Final = 2 * 1024 * 1024  # no further submission joins a transaction that has so many
PASSING: Final = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_NOMEM}
CHECKPOINT_COMMITS: Final = 8  # between passive checkpoints, so that one takes little longer than a commit
CHECKPOINT_BYTES: Final = 8 * 1024 * 1024  # as well, or large submissions make each of them long


@dataclass(slots=True, eq=False)
class _Submission:
    """One work; or with `bulk`, items that may share a call with those of other submissions."""

    answer: asyncio.Future[Any]
    work: Work[Any] | None = None
    bulk: Bulk[Any, Any] | None = None
    items: Sequence[Any] = ()
    size_bytes: int = 0
    alone: bool = False  # outside a transaction
    result: Any = None  # an exception is what the caller will see raised


class Writer:
    """Runs works on the writing connection, in the order of submission."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Own `database` from here on. Must be made in a running event loop, which gets the answers."""
        self.commits = 0
        self.revision = 0  # counts transactions with a work in them; what `submit_items` stores is none
        self._database = database
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[_Submission | None] = SimpleQueue()
        self._waiting = 0
        self._commits_since_checkpoint = self._bytes_since_checkpoint = 0
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()

    async def submit(self, work: Work[Result], size_bytes: int = 0) -> Result:
        """Run `work` in the next transaction and answer after its commit; raise what it raised. Raises
        Busy. `size_bytes` is how much it writes, where that is much.
        """
        waiting = _Submission(self._loop.create_future(), work, size_bytes=size_bytes)
        return cast(Result, await self._wait_for(waiting))

    async def submit_items(
        self, bulk: Bulk[Item, Result], items: Sequence[Item], size_bytes: int = 0
    ) -> list[Result]:
        """As `submit`, but `bulk` gets the items of all submissions of the transaction in one call, and gives
        back one result for each. Where that call fails, each submission gets a call of its own.
        """
        waiting = _Submission(self._loop.create_future(), bulk=bulk, items=items, size_bytes=size_bytes)
        return cast(list[Result], await self._wait_for(waiting))

    async def checkpoint(self) -> bool:
        """Move the journal into the file and cut it to nothing. False where a reader kept it from that."""
        return bool(await self._wait_for(_Submission(self._loop.create_future(), _truncate, alone=True)))

    async def close(self) -> None:
        """Finish what waits, then close the connection."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    async def _wait_for(self, submission: _Submission) -> Any:
        if self._closed or self._waiting >= MOST_WAITING:
            raise Busy("closed" if self._closed else "too many writes wait")
        self._waiting += 1
        self._queue.put(submission)
        result = await submission.answer
        if isinstance(result, BaseException):
            raise result
        return result

    def _serve(self) -> None:
        ends = False
        while not ends:
            batch, alone, ends = self._take()
            if batch:
                self._commit(batch)
                self._tell(batch)
                self._tidy_journal(sum(submission.size_bytes for submission in batch))
            if alone is not None:
                alone.result = _result_of(_truncate, self._database)
                self._tell([alone])
        self._database.close()

    def _tell(self, batch: list[_Submission]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._answer, batch)

    def _tidy_journal(self, written_bytes: int) -> None:
        """Now and then, after the answers are out, move committed pages into the file so that the journal
        starts over.
        """
        self._commits_since_checkpoint += 1
        self._bytes_since_checkpoint += written_bytes
        if (
            self._commits_since_checkpoint >= CHECKPOINT_COMMITS
            or self._bytes_since_checkpoint >= CHECKPOINT_BYTES
        ):
            self._commits_since_checkpoint = self._bytes_since_checkpoint = 0
            with contextlib.suppress(
                sqlite3.Error
            ):  # it changes no promise; a full disk shows at the next commit
                self._database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _take(self) -> tuple[list[_Submission], _Submission | None, bool]:
        """Wait for one submission, then take all that are there, up to the first that stands alone, to the
        end, or to what one transaction may have.
        """
        batch: list[_Submission] = []
        taken_bytes = 0
        following = self._queue.get()
        while following is not None and not following.alone:
            batch.append(following)
            taken_bytes += following.size_bytes
            try:
                if len(batch) == MOST_TOGETHER or taken_bytes >= BYTES_TOGETHER:
                    return batch, None, False
                following = self._queue.get_nowait()
            except Empty:
                return batch, None, False
        return batch, following, following is None

    def _commit(self, batch: list[_Submission]) -> None:
        database = self._database
        try:
            forget(database, after=0)
            database.execute("BEGIN IMMEDIATE")
            for submission in batch:
                if submission.work is not None:
                    submission.result = self._run(submission.work)
            for bulk in dict.fromkeys(submission.bulk for submission in batch if submission.bulk):
                self._run_together(bulk, [submission for submission in batch if submission.bulk is bulk])
            write_told(database)
            database.execute("COMMIT")
            self.commits += 1
        except (sqlite3.Error, OSError) as fault:
            if database.in_transaction:
                database.execute("ROLLBACK")
            for submission in batch:
                submission.result = Busy(f"not stored: {fault}")
        if any(submission.work is not None for submission in batch):
            # after the commit: what was read before it must not pass for what is there
            self.revision += 1

    def _run_together(self, bulk: Bulk[Any, Any], submissions: list[_Submission]) -> None:
        items = [item for submission in submissions for item in submission.items]
        results = self._run(partial(_call, bulk, items))
        if isinstance(results, BaseException):
            for submission in submissions:
                submission.result = self._run(partial(_call, bulk, submission.items))
            return
        taken = iter(results)
        for submission in submissions:
            submission.result = list(islice(taken, len(submission.items)))

    def _run(self, work: Work[Any]) -> Any:
        """The result or the exception of one work, undone if it raised. Raises sqlite3.Error when the
        transaction is lost.
        """
        database = self._database
        already_told = told(database)
        database.execute("SAVEPOINT work")
        result = _result_of(work, database)
        if isinstance(result, BaseException):
            if not database.in_transaction:
                raise sqlite3.OperationalError("the transaction was rolled back") from result
            database.execute("ROLLBACK TO work")
            forget(database, after=already_told)
        database.execute("RELEASE work")
        return result

    def _answer(self, batch: list[_Submission]) -> None:
        self._waiting -= len(batch)
        for submission in batch:
            if not submission.answer.done():  # its caller may have given up
                submission.answer.set_result(submission.result)


def _call(bulk: Bulk[Item, Result], items: Sequence[Item], database: sqlite3.Connection) -> list[Result]:
    return bulk(database, items)


def _result_of(work: Work[Any], database: sqlite3.Connection) -> Any:
    try:
        return work(database)
    except RelayError as refusal:
        return refusal
    except sqlite3.OperationalError as fault:
        code = getattr(fault, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # without its extension
        return Busy(f"not stored: {fault}") if code in PASSING else fault
    except Exception as fault:  # noqa: BLE001 - one caller's fault must not end the thread that serves all
        return fault


def _truncate(database: sqlite3.Connection) -> bool:
    busy, *_ = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
