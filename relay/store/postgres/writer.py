"""Writes to PostgreSQL: submissions that wait at the same moment share one transaction and one commit.

Owns the queue and the order of BEGIN, ledger and COMMIT. A relay has one writing transaction at a time; those
of several relays are serialisable, and one that was in another's way is run again as a whole. A submission is
answered after its commit.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar, cast

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from relay.core.errors import Busy, RelayError
from relay.store.deletions import Ledger, forget, told, write_told
from relay.store.faults import Fault, Repeat
from relay.store.postgres.database import PostgresDatabase
from relay.store.writer import BYTES_TOGETHER, MOST_TOGETHER, MOST_WAITING

Item = TypeVar("Item")
Result = TypeVar("Result")
Work = Callable[[Any], Result]

RELAY_NUMBER: Final = "relay_number"
NEWEST_RELAY: Final = f"SELECT value FROM notes WHERE name = '{RELAY_NUMBER}' FOR SHARE"  # noqa: S608 - a name of ours
"""Held until the commit: another relay takes over after it and reads what it wrote, or before it began."""
MOST_TRIES: Final = 10


@dataclass(slots=True, eq=False)
class _Submission:
    answer: asyncio.Future[Any]
    work: Work[Any] | None = None
    bulk: Any = None
    items: Sequence[Any] = ()
    size_bytes: int = 0
    result: Any = None


class PostgresWriter:
    """Runs works in the order of submission."""

    def __init__(
        self, engine: AsyncEngine, random: Callable[[int], bytes], ledger: Ledger | None, number: int
    ) -> None:
        """`number` is this relay's; once another has a higher one nothing is written any more."""
        self.commits = 0
        self._number = number
        self._engine, self._random, self._ledger = engine, random, ledger
        self._waiting: list[_Submission] = []
        self._something = asyncio.Event()
        self._closed = False
        self._task = asyncio.get_running_loop().create_task(self._serve(), name="store-writer")

    async def submit(self, work: Work[Result], size_bytes: int = 0) -> Result:
        """As `relay.store.writer.Writer.submit`."""
        waiting = _Submission(asyncio.get_running_loop().create_future(), work, size_bytes=size_bytes)
        return cast(Result, await self._wait_for(waiting))

    async def submit_items(self, bulk: Any, items: Sequence[Item], size_bytes: int = 0) -> list[Any]:
        """As `relay.store.writer.Writer.submit_items`."""
        waiting = _Submission(
            asyncio.get_running_loop().create_future(), bulk=bulk, items=items, size_bytes=size_bytes
        )
        return cast(list[Any], await self._wait_for(waiting))

    async def checkpoint(self) -> bool:
        """The server keeps its own journal; what it still holds dies with the keeper's day."""
        return True

    async def close(self) -> None:
        """Finish what waits."""
        self._closed = True
        self._something.set()
        await self._task

    async def _wait_for(self, submission: _Submission) -> Any:
        if self._closed or len(self._waiting) >= MOST_WAITING:
            raise Busy("closed" if self._closed else "too many writes wait")
        self._waiting.append(submission)
        self._something.set()
        result = await asyncio.shield(submission.answer)
        if isinstance(result, BaseException):
            raise result
        return result

    async def _serve(self) -> None:
        while not self._closed or self._waiting:
            if not self._waiting:
                self._something.clear()
                await self._something.wait()
                continue
            batch = self._take()
            await self._store(batch)
            for submission in batch:
                if not submission.answer.done():
                    submission.answer.set_result(submission.result)

    def _take(self) -> list[_Submission]:
        taken_bytes = count = 0
        for submission in self._waiting[:MOST_TOGETHER]:
            count += 1
            taken_bytes += submission.size_bytes
            if taken_bytes >= BYTES_TOGETHER:
                break
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        return batch

    async def _store(self, batch: list[_Submission]) -> None:
        try:
            for _ in range(MOST_TRIES):
                with contextlib.suppress(Repeat):
                    async with self._engine.connect() as connection:
                        await connection.run_sync(partial(self._commit, batch=batch))
                    return
            raise Busy("others write to the same rows")
        except Exception as fault:  # noqa: BLE001 - one that fails must not end the task that serves all
            for submission in batch:
                submission.result = fault if isinstance(fault, RelayError) else Busy(f"not stored: {fault}")

    def _commit(self, connection: Connection, batch: list[_Submission]) -> None:
        database = PostgresDatabase(connection, self._random, self._ledger)
        database.execute("BEGIN ISOLATION LEVEL SERIALIZABLE")
        try:
            if database.execute(NEWEST_RELAY).fetchone() != (self._number,):
                raise Busy("another relay has taken the database over: restart this one")
            for submission in batch:
                if submission.work is not None:
                    submission.result = _run(database, submission.work)
            for bulk in dict.fromkeys(one.bulk for one in batch if one.bulk):
                _run_together(database, bulk, [one for one in batch if one.bulk is bulk])
            write_told(database)
            database.execute("COMMIT")
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise
        self.commits += 1


def _run_together(database: PostgresDatabase, bulk: Any, submissions: list[_Submission]) -> None:
    items = [item for submission in submissions for item in submission.items]
    results = _run(database, partial(_call, bulk, items))
    if isinstance(results, BaseException):
        for submission in submissions:
            submission.result = _run(database, partial(_call, bulk, submission.items))
        return
    taken = iter(results)
    for submission in submissions:
        submission.result = [next(taken) for _ in submission.items]


def _call(bulk: Any, items: Sequence[Any], database: PostgresDatabase) -> Any:
    return bulk(database, items)


def _run(database: PostgresDatabase, work: Work[Any]) -> Any:
    """The result or the exception of one work, undone if it raised. Raises Repeat."""
    already_told = told(database)
    database.execute("SAVEPOINT work")
    try:
        result = work(database)
    except Repeat:
        raise
    except Exception as fault:  # noqa: BLE001 - it is raised where the work was submitted
        database.execute("ROLLBACK TO work")
        forget(database, after=already_told)
        result = Busy(f"not stored: {fault}") if type(fault) is Fault else fault
    database.execute("RELEASE work")
    return result
