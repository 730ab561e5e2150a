"""Writes to PostgreSQL: submissions that wait at the same moment share one transaction and one commit.

Owns the lanes, and the order of BEGIN, ledger and COMMIT in each. A lane has one transaction at a time. What
locks the rows that it decides by (`relay.store.shared`) runs READ COMMITTED, so that relays hold each other
up at the same mailbox alone: deposits in one lane, the sweep in another. All else is SERIALIZABLE and needs
no thought for others; what was in another's way is run again as a whole.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import await_only

from relay.core.errors import Busy, RelayError
from relay.store.batches import Bulk, Submission, Submitting, Work, is_full, run_all
from relay.store.deletion_files import Ledger
from relay.store.deletions import stamp, write_told
from relay.store.faults import Repeat
from relay.store.postgres.database import NoPeriod, PostgresDatabase, lend
from relay.store.postgres.partitions import make

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_TRIES: Final = 12
DOUBTED_TRIES: Final = 6
"""As often a violation is taken for what another relay stored meanwhile."""
HURRIED_TRIES: Final = 3
"""After so many a transaction keeps others away from mailboxes: it must come to its end too."""
KEEP_AWAY: Final = "LOCK TABLE mailboxes IN EXCLUSIVE MODE"
"""Nobody may read to write either. It takes no snapshot: what comes after sees all that was committed."""
SERIALIZABLE: Final = "BEGIN ISOLATION LEVEL SERIALIZABLE"
LOCKING: Final = "BEGIN ISOLATION LEVEL READ COMMITTED"
LANES: Final = 3


class Lane(Submitting):
    """Runs works in the order of submission, one transaction after the other."""

    def __init__(
        self, engine: AsyncEngine, random: Callable[[int], bytes], ledger: Ledger | None, begin: str
    ) -> None:
        super().__init__()
        self._engine, self._random, self._ledger, self._begin = engine, random, ledger, begin
        self._queue: deque[Submission] = deque()
        self._something = asyncio.Event()
        self._task = self._loop.create_task(self._serve(), name="store-writer")

    async def close(self) -> None:
        """Finish what waits."""
        self._closed = True
        self._something.set()
        await self._task

    def _put(self, submission: Submission) -> None:
        self._queue.append(submission)
        self._something.set()

    async def _serve(self) -> None:
        while not self._closed or self._queue:
            if not self._queue:
                self._something.clear()
                await self._something.wait()
                continue
            batch = self._take()
            await self._store(batch)
            self._answer(batch)

    def _take(self) -> list[Submission]:
        batch: list[Submission] = []
        taken_bytes = 0
        while self._queue and not is_full(len(batch), taken_bytes):
            batch.append(self._queue.popleft())
            taken_bytes += batch[-1].size_bytes
        return batch

    async def _store(self, batch: list[Submission]) -> None:
        try:
            number, made = 0, set[str]()
            while number < MOST_TRIES:
                try:
                    if await self._try(batch, number, made):
                        self.commits += 1
                        return
                except Repeat:
                    number += 1
            raise Busy("others write to the same rows")
        except Exception as fault:  # noqa: BLE001 - one that fails must not end the task that serves all
            for submission in batch:
                submission.result = fault if isinstance(fault, RelayError) else Busy(f"not stored: {fault}")

    async def _try(self, batch: list[Submission], number: int, made: set[str]) -> bool:
        """Run them; False where a table had to be made first, each once. Raises Repeat, Busy, Fault."""
        try:
            await lend(self._engine, partial(self._commit, batch=batch, number=number))
        except NoPeriod as missing:
            if missing.period in made:
                raise Busy("its period is on its way out") from None
            await make(self._engine, missing.table, missing.date)
            made.add(missing.period)
            return False
        return True

    def _commit(self, connection: Connection, batch: list[Submission], number: int) -> None:
        database = PostgresDatabase(connection, self._random, self._ledger)
        database.execute(self._begin)
        database.alone = self._begin == SERIALIZABLE
        database.doubts = database.alone and number < DOUBTED_TRIES
        try:
            if database.alone and number >= HURRIED_TRIES:
                database.execute(KEEP_AWAY)
            run_all(database, batch)  # type: ignore[arg-type]
            stamp(database)
            if database.told:
                await_only(asyncio.to_thread(write_told, database))
            database.execute("COMMIT")
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise


class PostgresWriter:
    """The lanes of one relay."""

    def __init__(self, engine: AsyncEngine, random: Callable[[int], bytes], ledger: Ledger | None) -> None:
        self._deposits, self._sweeps = (Lane(engine, random, ledger, LOCKING) for _ in range(2))
        self._works = Lane(engine, random, ledger, SERIALIZABLE)
        self._lanes = (self._deposits, self._sweeps, self._works)

    @property
    def commits(self) -> int:
        """Of all lanes."""
        return sum(lane.commits for lane in self._lanes)

    async def submit(self, work: Work[Result], size_bytes: int = 0) -> Result:
        """As `relay.store.batches.Submitting.submit`."""
        return await self._works.submit(work, size_bytes)

    async def submit_locking(self, work: Work[Result]) -> Result:
        """As `submit`, for a work that locks what it decides by."""
        return await self._sweeps.submit(work)

    async def submit_items(
        self, bulk: Bulk[Item, Result], items: Sequence[Item], size_bytes: int = 0
    ) -> list[Result]:
        """As `relay.store.batches.Submitting.submit_items`; `bulk` locks what it decides by."""
        return await self._deposits.submit_items(bulk, items, size_bytes)

    async def checkpoint(self) -> bool:
        """The server keeps its own journal; what it still holds dies with the keeper's day."""
        return True

    async def close(self) -> None:
        """Finish what waits."""
        await asyncio.gather(*(lane.close() for lane in self._lanes))
