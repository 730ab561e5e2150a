"""The one writing connection. Owns its thread, its transactions and its checkpoints; knows no table.

Group commit: whoever waits when the thread comes round shares one transaction and one sync
(`relay.store.batches`). Nobody is answered before COMMIT has returned; what it took away is in the ledger
before that (`relay.store.deletions`).
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from queue import Empty, SimpleQueue
from typing import Final, TypeVar

from relay.core.errors import Busy
from relay.store.batches import Submission, Submitting, Work, is_full, run_all
from relay.store.deletions import forget, write_told
from relay.store.faults import FAULTS

Result = TypeVar("Result")

CHECKPOINT_COMMITS: Final = 8  # between passive checkpoints, so that one takes little longer than a commit
CHECKPOINT_BYTES: Final = 8 * 1024 * 1024  # as well, or large submissions make each of them long


class Writer(Submitting):
    """Runs works on the writing connection, in the order of submission."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Own `database` from here on."""
        super().__init__()
        self.revision = 0  # counts transactions with a work in them; what `submit_items` stores is none
        self._database = database
        self._queue: SimpleQueue[Submission | None] = SimpleQueue()
        self._commits_since_checkpoint = self._bytes_since_checkpoint = 0
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)
        self._begin()

    async def submit_locking(self, work: Work[Result]) -> Result:
        """As `submit`: here nobody else writes."""
        return await self.submit(work)

    async def checkpoint(self) -> bool:
        """Move the journal into the file and cut it to nothing. False where a reader kept it from that."""
        return bool(await self._wait_for(Submission(self._loop.create_future(), alone=True)))

    async def close(self) -> None:
        """Finish what waits, then close the connection."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _begin(self) -> None:
        self._thread.start()

    def _put(self, submission: Submission) -> None:
        self._queue.put(submission)

    def _serve(self) -> None:
        while self._serve_once():
            pass
        self._database.close()

    def _serve_once(self) -> bool:
        """What waits, in one transaction; False when nothing comes any more."""
        batch, alone, ends = self._take()
        if batch:
            self._commit(batch)
            self._tell(batch)
            self._tidy_journal(sum(submission.size_bytes for submission in batch))
        if alone is not None:
            alone.result = _truncate(self._database)
            self._tell([alone])
        return not ends

    def _tell(self, batch: list[Submission]) -> None:
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

    def _take(self) -> tuple[list[Submission], Submission | None, bool]:
        """Wait for one submission, then take all that are there, up to the first that stands alone, to the
        end, or to what one transaction may have.
        """
        batch: list[Submission] = []
        taken_bytes = 0
        following = self._queue.get()
        while following is not None and not following.alone:
            batch.append(following)
            taken_bytes += following.size_bytes
            try:
                if is_full(len(batch), taken_bytes):
                    return batch, None, False
                following = self._queue.get_nowait()
            except Empty:
                return batch, None, False
        return batch, following, following is None

    def _commit(self, batch: list[Submission]) -> None:
        database = self._database
        try:
            forget(database, after=0)
            database.execute("BEGIN IMMEDIATE")
            run_all(database, batch)
            write_told(database)
            database.execute("COMMIT")
            self.commits += 1
        except (*FAULTS, OSError) as fault:
            if database.in_transaction:
                database.execute("ROLLBACK")
            for submission in batch:
                submission.result = Busy(f"not stored: {fault}")
        if any(submission.work is not None for submission in batch):
            # after the commit: what was read before it must not pass for what is there
            self.revision += 1


def _truncate(database: sqlite3.Connection) -> bool | Busy:
    try:
        busy, *_ = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error as fault:
        return Busy(f"not truncated: {fault}")
    return not busy
