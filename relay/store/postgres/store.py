"""The store in one database of PostgreSQL. Owns opening and closing; the parts own their statements."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Final, Self

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from relay.core.errors import Busy
from relay.store.deletions import Ledger
from relay.store.engine import SettingRefused
from relay.store.parts import Parts
from relay.store.postgres.migrate import bring_up
from relay.store.postgres.readers import PostgresReaders
from relay.store.postgres.server import refuse_unfinished
from relay.store.postgres.writer import RELAY_NUMBER, PostgresWriter

ONE_RELAY: Final = 0x51_42_52_31
"""The advisory lock that a relay holds while it runs: what it remembers of engagements is its own, so there
is one at a time."""
SETTINGS: Final = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
"""With any of them off the server answers before, or without, what it promises being on its disk."""
TAKE_OVER: Final = f"""
INSERT INTO notes (name, value) VALUES ('{RELAY_NUMBER}', 1)
ON CONFLICT (name) DO UPDATE SET value = notes.value + 1 RETURNING value"""  # noqa: S608 - a name of ours
"""The lock ends with its connection, and another relay may come; whoever was before writes no more then."""
MOST_CONNECTIONS: Final = 10
MOST_READS: Final = MOST_CONNECTIONS - 2
"""At once: beside the connection that holds the database and the one that writes."""
STATEMENTS_KEPT: Final = 500


class PostgresStore(Parts):
    """All ports of `relay.core.ports.Store` over one database."""

    _engine: AsyncEngine
    _held: AsyncConnection
    _ledger: Ledger | None
    _asked = 0
    _closed = False

    @classmethod
    async def open(
        cls, url: str, ledger: Ledger | None = None, random: Callable[[int], bytes] = os.urandom
    ) -> Self:
        """Open the database at `postgresql://…`, bring it to the newest schema, hold it until `close`.
        Without a ledger a backup of it must never be restored. `random` gives the nonces of leaves.

        Raises Busy where another relay holds it, SettingRefused or NewerSchema where it must not be written,
        and where it cannot be reached.
        """
        async with AsyncExitStack() as undo:
            engine = _engine(url)
            undo.push_async_callback(engine.dispose)
            held, number = await _hold(engine, undo)
            undo.pop_all()
        writer = PostgresWriter(engine, random, ledger, number)
        store = cls(writer, PostgresReaders(engine, MOST_READS))  # type: ignore[arg-type]
        store._engine, store._held, store._ledger = engine, held, ledger
        return store

    def revision(self) -> int:
        """Another number each time: other relays write too, so what was read may be what was."""
        self._asked += 1
        return self._asked

    async def close(self) -> None:
        """Finish what waits; a second close does nothing."""
        if not self._closed:
            self._closed = True
            await self._readers.close()
            await self._writer.close()
            if self._ledger is not None:
                self._ledger.close()
            await self._held.close()
            await self._engine.dispose()


def _engine(url: str) -> AsyncEngine:
    """Statements are told when a transaction begins and ends, so none begins by itself."""
    return create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        isolation_level="AUTOCOMMIT",
        pool_size=MOST_CONNECTIONS,
        max_overflow=0,
        connect_args={
            "prepared_statement_cache_size": STATEMENTS_KEPT,
            "server_settings": {"application_name": "quietbox", "synchronous_commit": "on"},
        },
    )


async def _hold(engine: AsyncEngine, undo: AsyncExitStack) -> tuple[AsyncConnection, int]:
    """The connection that holds the database for this relay, and the relay's number."""
    try:
        held = await engine.connect()
        undo.push_async_callback(held.close)
        await held.run_sync(_check)
        await held.run_sync(bring_up)
        return held, (await held.exec_driver_sql(TAKE_OVER)).scalar_one()
    except (DBAPIError, OSError) as fault:
        raise SettingRefused(f"the database cannot be used: {fault}") from None


def _check(connection: Connection) -> None:
    """What is promised rests on these. Raises SettingRefused, Busy."""
    refuse_unfinished(connection)
    for name, wanted in SETTINGS.items():
        found = connection.exec_driver_sql(f"SHOW {name}").scalar()
        if found != wanted:
            raise SettingRefused(f"PostgreSQL's {name} is {found}, not {wanted}")
    if not connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({ONE_RELAY})").scalar():
        raise Busy("another relay holds the database")
