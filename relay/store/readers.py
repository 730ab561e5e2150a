"""Reading connections and their threads. Owns them; each read is one short snapshot, as an open reader makes
checkpoints busy.

Most reads go to a small pool. The frequent ones, pages of mailboxes, share: those that wait at the same
moment are one job of one thread. The driver gives up the interpreter's lock at each row, so a page that is
read while other threads run costs a hundred switches between them (docs/performance.md).
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final, NamedTuple, TypeVar, cast

from relay.core.errors import Busy
from relay.store.engine import connect_reader
from relay.store.pages import prepare

Result = TypeVar("Result")
Read = Callable[[sqlite3.Connection], Result]

THREADS: Final = 4
MOST_SHARED: Final = 16
"""Reads that share a job: an answer waits for as many others at most."""


class Readers:
    """Runs reads, at most `THREADS` at a time, and one job of shared ones."""

    def __init__(self, path: Path) -> None:
        """Open the connections; the file must exist."""
        self._idle: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        self._all = [connect_reader(path) for _ in range(THREADS)]
        for database in self._all:
            self._idle.put(database)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="store-reader")
        self._shared = SharedReader(path)

    async def run(self, work: Read[Result]) -> Result:
        """Run `work` on one snapshot."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._read, work)

    async def ask(self, work: Read[Result]) -> Result:
        """As `run`, for a work of one statement."""
        return await self.run(work)

    async def share(self, work: Read[Result]) -> Result:
        """Run a short, frequent `work` with those that wait beside it, on one snapshot."""
        return await self._shared.run(work)

    def _read(self, work: Read[Result]) -> Result:
        database = self._idle.get()
        try:
            with _snapshot(database):
                return work(database)
        finally:
            self._idle.put(database)

    async def close(self) -> None:
        """Let running reads end, then close."""
        await asyncio.to_thread(self._pool.shutdown)
        await self._shared.close()
        for database in self._all:
            database.close()


class _Waiting(NamedTuple):
    work: Read[Any]
    answer: asyncio.Future[Any]


class SharedReader:
    """One thread, one connection; what waits when a job begins is that job. For one event loop."""

    def __init__(self, path: Path) -> None:
        self._database = prepare(connect_reader(path))
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store-shared-reader")
        self._waiting: list[_Waiting] = []
        self._busy = self._closed = False

    async def run(self, work: Read[Result]) -> Result:
        """Take part in the next job; what a work raises reaches its own caller alone. Raises Busy once
        closed.
        """
        if self._closed:
            raise Busy("closed")
        loop = asyncio.get_running_loop()
        waiting = _Waiting(work, loop.create_future())
        self._waiting.append(waiting)
        if not self._busy:
            self._busy = True
            loop.call_soon(self._begin, loop)  # so that all who are about to ask take part
        return cast(Result, await waiting.answer)

    async def close(self) -> None:
        """Let the running job end, refuse what waits, then close."""
        self._closed = True
        _answer(self._waiting, [Busy("closed")] * len(self._waiting))
        self._waiting = []
        await asyncio.to_thread(self._thread.shutdown)
        self._database.close()

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        job, self._waiting = self._waiting[:MOST_SHARED], self._waiting[MOST_SHARED:]
        self._busy = bool(job)
        if job:
            self._thread.submit(self._do, loop, job)

    def _do(self, loop: asyncio.AbstractEventLoop, job: Sequence[_Waiting]) -> None:
        try:
            with _snapshot(self._database):
                results = [_result_of(waiting.work, self._database) for waiting in job]
        except sqlite3.Error as trouble:  # no snapshot: nobody has an answer
            results = [trouble] * len(job)
        with suppress(RuntimeError):  # the loop was closed: nobody waits any more
            loop.call_soon_threadsafe(self._finish, loop, job, results)

    def _finish(
        self, loop: asyncio.AbstractEventLoop, job: Sequence[_Waiting], results: Sequence[Any]
    ) -> None:
        _answer(job, results)
        loop.call_soon(self._begin, loop)  # after those who have their answers now


def _answer(job: Sequence[_Waiting], results: Sequence[Any]) -> None:
    for waiting, result in zip(job, results, strict=True):
        if waiting.answer.done():  # its caller has gone
            continue
        if isinstance(result, Exception):
            waiting.answer.set_exception(result)
        else:
            waiting.answer.set_result(result)


def _result_of(work: Read[Any], database: sqlite3.Connection) -> Any:
    try:
        return work(database)
    except Exception as trouble:  # noqa: BLE001 - it is raised where the work was asked for
        return trouble


@contextmanager
def _snapshot(database: sqlite3.Connection) -> Iterator[None]:
    database.execute("BEGIN")
    try:
        yield
    finally:
        database.execute("ROLLBACK")
