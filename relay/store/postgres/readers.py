"""Reads from PostgreSQL, each in one snapshot of its own. Owns nothing but that."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from relay.store.postgres.database import PostgresDatabase

Result = TypeVar("Result")


class PostgresReaders:
    """Runs reads on connections of the pool."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def run(self, work: Callable[[Any], Result]) -> Result:
        """Run `work` on one snapshot."""
        async with self._engine.connect() as connection:
            return await connection.run_sync(partial(_read, work=work))

    async def share(self, work: Callable[[Any], Result]) -> Result:
        """As `run`: reads do not stand in each other's way here."""
        return await self.run(work)

    async def close(self) -> None:
        """The engine is its owner's."""


def _read(connection: Connection, work: Callable[[Any], Result]) -> Result:
    database = PostgresDatabase(connection, _none)
    database.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    try:
        return work(database)
    finally:
        database.execute("ROLLBACK")


def _none(_: int) -> bytes:
    raise AssertionError("a read needs no chance")
