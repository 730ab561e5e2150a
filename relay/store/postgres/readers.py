"""Reads from PostgreSQL, each in one snapshot of its own. Owns how many run and wait, and that one is run
again that was in another's way: a read tells what it finds and changes nothing.

A read ends as it would have ended, whether its caller still waits or not: a statement that is given up in the
middle costs its connection, and whoever asks and hangs up could so take one after the other away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Final, TypeVar, cast

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from relay.core.errors import Busy
from relay.store.faults import Fault, Repeat
from relay.store.postgres.database import PostgresDatabase, lend

Result = TypeVar("Result")

MOST_WAITING: Final = 1024
MOST_TRIES: Final = 3


class PostgresReaders:
    """Runs at most `most` reads at once, on connections of the pool; the writer's stays free."""

    def __init__(self, engine: AsyncEngine, most: int) -> None:
        self._engine = engine
        self._room = asyncio.Semaphore(most)
        self._under_way: set[asyncio.Task[Any]] = set()

    async def run(self, work: Callable[[Any], Result]) -> Result:
        """Run `work` on one snapshot. Raises Busy where the server is away, or too many wait."""
        return await self._let(partial(_read, work=work))

    async def ask(self, work: Callable[[Any], Result]) -> Result:
        """As `run`, for one statement: it is its own snapshot, and needs one exchange in place of three."""
        return await self._let(lambda connection: work(PostgresDatabase(connection, _none)))

    async def _let(self, read: Callable[[Connection], Result]) -> Result:
        if len(self._under_way) >= MOST_WAITING:
            raise Busy("too many reads wait")
        task = asyncio.create_task(self._run(read))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return cast(Result, await asyncio.shield(task))

    async def share(self, work: Callable[[Any], Result]) -> Result:
        """As `run`: reads do not stand in each other's way here."""
        return await self.run(work)

    async def close(self) -> None:
        """Let what is under way end. The engine is its owner's."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _run(self, read: Callable[[Connection], Result]) -> Result:
        try:
            async with self._room:
                for _ in range(MOST_TRIES - 1):
                    with suppress(Repeat):
                        return await lend(self._engine, read)
                return await lend(self._engine, read)
        except (Fault, SQLAlchemyError, OSError) as fault:
            raise Busy(f"not read: {fault}") from fault


def _read(connection: Connection, work: Callable[[Any], Result]) -> Result:
    database = PostgresDatabase(connection, _none)
    database.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    try:
        return work(database)
    finally:
        if database.in_transaction:
            database.execute("ROLLBACK")


def _none(_: int) -> bytes:
    raise AssertionError("a read needs no chance")
