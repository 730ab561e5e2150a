"""Writes that wait at the same moment share a transaction. Owns the queue's bounds, what a transaction runs,
and that of several works one that fails is undone alone; both bodies' writers stand on it.

Giving up waiting changes nothing: what was submitted is done once, or refused once.
"""

from __future__ import annotations

import asyncio
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Final, TypeVar, cast

from relay.core.errors import Busy
from relay.store.deletions import Ledgered, forget, told
from relay.store.faults import Fault, Repeat, Violation, passes

Item = TypeVar("Item")
Result = TypeVar("Result")
Work = Callable[[sqlite3.Connection], Result]
Bulk = Callable[[sqlite3.Connection, Sequence[Item]], list[Result]]

MOST_WAITING: Final = 1024  # submissions; beyond it callers are told to come again
MOST_TOGETHER: Final = 256  # submissions in one transaction, so that the first need not wait for thousands
BYTES_TOGETHER: Final = 2 * 1024 * 1024  # no further submission joins a transaction that has so many


@dataclass(slots=True, eq=False)
class Submission:
    """One work; or with `bulk`, items that may share a call with those of other submissions."""

    answer: asyncio.Future[Any]
    work: Work[Any] | None = None
    bulk: Bulk[Any, Any] | None = None
    items: Sequence[Any] = ()
    size_bytes: int = 0
    alone: bool = False  # outside a transaction
    result: Any = None  # an exception is what the caller will see raised


class Submitting(ABC):
    """Takes submissions and gives their answers. Must be made in a running event loop, which gets them."""

    def __init__(self) -> None:
        """Nothing waits."""
        self.commits = 0
        self._loop = asyncio.get_running_loop()
        self._waiting = 0
        self._closed = False

    async def submit(self, work: Work[Result], size_bytes: int = 0) -> Result:
        """Run `work` in the next transaction and answer after its commit; raise what it raised. Raises
        Busy. `size_bytes` is how much it writes, where that is much.
        """
        waiting = Submission(self._loop.create_future(), work, size_bytes=size_bytes)
        return cast(Result, await self._wait_for(waiting))

    async def submit_items(
        self, bulk: Bulk[Item, Result], items: Sequence[Item], size_bytes: int = 0
    ) -> list[Result]:
        """As `submit`, but `bulk` gets the items of all submissions of the transaction in one call, and gives
        back one result for each. Where that call fails, each submission gets a call of its own.
        """
        waiting = Submission(self._loop.create_future(), bulk=bulk, items=items, size_bytes=size_bytes)
        return cast(list[Result], await self._wait_for(waiting))

    @abstractmethod
    def _put(self, submission: Submission) -> None:
        """Let it take part in the next transaction."""

    async def _wait_for(self, submission: Submission) -> Any:
        if self._closed or self._waiting >= MOST_WAITING:
            raise Busy("closed" if self._closed else "too many writes wait")
        self._waiting += 1
        self._put(submission)
        result = await submission.answer
        if isinstance(result, BaseException):
            raise result
        return result

    def _answer(self, batch: Iterable[Submission]) -> None:
        for submission in batch:
            self._waiting -= 1
            if not submission.answer.done():  # its caller may have given up
                submission.answer.set_result(submission.result)


def is_full(count: int, taken_bytes: int) -> bool:
    """Whether nobody else joins a transaction of so many submissions."""
    return count >= MOST_TOGETHER or taken_bytes >= BYTES_TOGETHER


def run_all(database: sqlite3.Connection, batch: Sequence[Submission]) -> None:
    """Run the works of a transaction in order, then its items; each has its result then. Raises what loses
    the transaction: Repeat, and the faults of the database.
    """
    for submission in batch:
        if submission.work is not None:
            submission.result = _run(database, submission.work)
    for bulk in dict.fromkeys(submission.bulk for submission in batch if submission.bulk):
        _run_together(database, bulk, [submission for submission in batch if submission.bulk is bulk])


def _run_together(
    database: sqlite3.Connection, bulk: Bulk[Any, Any], submissions: Sequence[Submission]
) -> None:
    items = [item for submission in submissions for item in submission.items]
    results = _run(database, partial(_call, bulk, items))
    if isinstance(results, BaseException):
        for submission in submissions:
            submission.result = _run(database, partial(_call, bulk, submission.items))
        return
    taken = iter(results)
    for submission in submissions:
        submission.result = list(islice(taken, len(submission.items)))


def _call(bulk: Bulk[Item, Result], items: Sequence[Item], database: sqlite3.Connection) -> list[Result]:
    return bulk(database, items)


def _run(database: sqlite3.Connection, work: Work[Any]) -> Any:
    """The result or the exception of one work, undone if it raised. Raises where the transaction is lost."""
    already_told = told(database)
    database.execute("SAVEPOINT work")
    try:
        result = work(database)
    except Exception as fault:  # noqa: BLE001 - it is raised where the work was submitted
        _check_goes_on(database, fault)
        database.execute("ROLLBACK TO work")
        forget(database, after=already_told)
        result = Busy(f"not stored: {fault}") if passes(fault) else fault
    database.execute("RELEASE work")
    return result


def _check_goes_on(database: sqlite3.Connection, fault: Exception) -> None:
    """Raise where the transaction cannot go on without this work, or has to be run again for it: what a
    snapshot did not show may be another relay's.
    """
    if isinstance(fault, Repeat):
        raise fault
    if isinstance(fault, Violation) and isinstance(database, Ledgered) and database.doubts:
        raise Repeat(str(fault)) from fault
    if not database.in_transaction:
        raise Fault("the transaction was rolled back") from fault
