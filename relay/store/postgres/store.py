"""The store in one database of PostgreSQL. Owns opening and closing; the parts own their statements."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

from sqlalchemy import Connection, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from relay.core.model import Swept
from relay.store.deletion_files import Ledger, LedgerDamaged
from relay.store.engine import SettingRefused
from relay.store.faults import Fault, NotUsable
from relay.store.ledgers import KNOWN, NOTED, named, note_others, place_of
from relay.store.parts import Parts
from relay.store.postgres.database import watch
from relay.store.postgres.migrate import bring_up, join, newest
from relay.store.postgres.partitions import Past
from relay.store.postgres.patience import ask
from relay.store.postgres.readers import PostgresReaders
from relay.store.postgres.server import LOOKED_FOR, RELAY, connected, driven, refuse_unfinished
from relay.store.postgres.writer import LANES, PostgresWriter

SETTINGS: Final = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
"""With any of them off the server answers before, or without, what it promises being on its disk."""
IDLE_MILLISECONDS: Final = 30_000
"""So long a transaction may ask nothing, as while the ledger is synced; then the server undoes it."""
CONNECTED: Final = {
    "application_name": RELAY,
    "synchronous_commit": "on",
    "idle_in_transaction_session_timeout": str(IDLE_MILLISECONDS),
    **LOOKED_FOR,
}
"""A relay that stands still must not keep its locks from the others."""
SERVER_AT: Final = "SELECT CAST(extract(epoch FROM clock_timestamp()) AS double precision)"
NOTE_LEDGER: Final = """
INSERT INTO notes (name, value) VALUES ($1, CAST(extract(epoch FROM clock_timestamp()) AS bigint))
ON CONFLICT (name) DO UPDATE SET value = excluded.value"""
NOTE_SECRETS: Final = "INSERT INTO notes (name, value) VALUES ('secrets', $1) ON CONFLICT DO NOTHING"
SECRETS: Final = "SELECT value FROM notes WHERE name = 'secrets'"
"""A mark of those with which the first relay opened the database."""
NOTED_ELSEWHERE: Final = "DELETE FROM notes WHERE name LIKE $1 AND name <> $2"
"""The same ledger on another machine, before it was moved."""
PEN: Final = 0x51_42_50_45
"""The advisory lock of the relay that writes receipts and the log: it ends with its connection."""
PEN_MILLISECONDS: Final = 120_000
"""A relay asks for the pen each second; one that has stood still for so long has it no more."""
MOST_CONNECTIONS: Final = 12
MOST_READS: Final = MOST_CONNECTIONS - LANES - 1
"""At once: beside the connections that write, and the one that holds the pen."""


class PostgresStore(Parts):
    """All ports of `relay.core.ports.Store` over one database."""

    shared = True

    _engine: AsyncEngine
    _pen: AsyncConnection | None
    _one_asks: asyncio.Lock
    _ledger: Ledger | None
    _past: Past
    _ledgers: Sequence[tuple[str, int]] = ()
    _asked = 0
    _closed = False

    @classmethod
    async def open(
        cls,
        url: str,
        ledger: Ledger | None = None,
        random: Callable[[int], bytes] = os.urandom,
        secrets: int | None = None,
    ) -> Self:
        """Open the database at `postgresql://…`, and bring it to the newest schema; others may have it open,
        with the same mark of their `secrets`. Without a ledger a backup of it must never be restored.
        `random` gives the nonces of leaves.

        Raises SettingRefused or NewerSchema where it must not be written, and where it cannot be reached.
        """
        await _prepare(url, None if ledger is None else _note_of(ledger.folder, random), secrets)
        engine = _engine(url)
        writer = PostgresWriter(engine, random, ledger)
        store = cls(writer, PostgresReaders(engine, MOST_READS))  # type: ignore[arg-type]
        store._engine, store._ledger, store._past = engine, ledger, Past(engine)
        store._pen, store._one_asks = None, asyncio.Lock()
        await store._note_ledgers()
        return store

    async def sweep(self, *, now: int, limit: int) -> Swept:
        """Periods that are over go first, so that nothing of them is taken row by row. Which ledgers there
        are is looked at as often: those of relays that came since.
        """
        await self._past.drop(now)
        await self._note_ledgers()
        return await super().sweep(now=now, limit=limit)

    def revision(self) -> int:
        """Another number each time: other relays write too, so what was read may be what was."""
        self._asked += 1
        return self._asked

    async def server_at(self) -> float:
        """The instant that the server's clock shows, in Unix seconds UTC. Raises Busy."""
        return await self._readers.run(lambda database: float(database.execute(SERVER_AT).fetchone()[0]))

    async def _note_ledgers(self) -> None:
        """Beside our own ledger, where they changed. One that cannot be written takes no record either."""
        if self._ledger is None:
            return
        notes = await self._readers.run(lambda database: database.execute(KNOWN).fetchall())
        if notes != self._ledgers:
            with suppress(OSError):
                await asyncio.to_thread(note_others, self._ledger.folder, notes)
                self._ledgers = notes

    async def has_pen(self) -> bool:
        """An advisory lock of a connection that does nothing else: the server frees it when that ends."""
        async with self._one_asks:
            try:
                if self._pen is None:
                    self._pen = await _taken_pen(self._engine)
                else:
                    await self._pen.run_sync(ask, "SELECT 1")
            except (Fault, SQLAlchemyError, OSError):
                await self._drop_pen()
        return self._pen is not None

    async def _drop_pen(self) -> None:
        pen, self._pen = self._pen, None
        if pen is not None:
            await _end(pen)

    async def close(self) -> None:
        """Finish what waits; a second close does nothing."""
        if not self._closed:
            self._closed = True
            await self._readers.close()
            await self._writer.close()
            if self._ledger is not None:
                self._ledger.close()
            await self._drop_pen()
            await self._engine.dispose()


def _engine(url: str) -> AsyncEngine:
    """Statements are told when a transaction begins and ends, so none begins by itself."""
    engine = create_async_engine(
        driven(url),
        isolation_level="AUTOCOMMIT",
        pool_size=MOST_CONNECTIONS,
        max_overflow=0,
        connect_args={"server_settings": dict(CONNECTED)},
    )
    known = newest()
    event.listen(engine.sync_engine, "connect", lambda driver, _: watch(driver.driver_connection))
    event.listen(engine.sync_engine, "connect", lambda driver, _: join(driver, known))
    return engine


async def _taken_pen(engine: AsyncEngine) -> AsyncConnection | None:
    connection = await engine.connect()
    try:
        if await connection.run_sync(_take_pen):
            return connection
    except BaseException:
        await _end(connection)
        raise
    await connection.close()
    return None


def _take_pen(connection: Connection) -> bool:
    taken = bool(ask(connection, f"SELECT pg_try_advisory_lock({PEN})").scalar())
    if taken:
        ask(connection, f"SET idle_session_timeout = {PEN_MILLISECONDS}")
    return taken


async def _end(connection: AsyncConnection) -> None:
    """Not back into the pool, where it would keep the lock."""
    await connection.invalidate()
    await connection.close()


def _note_of(folder: Path, random: Callable[[int], bytes]) -> tuple[str, str]:
    """The name of a ledger, and the database's note on it. Raises SettingRefused."""
    try:
        name = named(folder, random)
    except (LedgerDamaged, OSError) as fault:
        raise SettingRefused(f"the ledger has no name: {fault}") from None
    return name, NOTED.format(name, place_of(folder))


async def _prepare(url: str, note: tuple[str, str] | None, secrets: int | None) -> None:
    """On a connection of its own: the relay's stand only where the schema is theirs. The ledger is noted
    before anything is written with it.
    """
    try:
        async with connected(url) as connection:
            await connection.run_sync(_check)
            await connection.run_sync(bring_up)
            if secrets is not None:
                await _check_secrets(connection, secrets)
            if note is not None:
                name, text = note
                await connection.exec_driver_sql(NOTE_LEDGER, (text,))
                await connection.exec_driver_sql(NOTED_ELSEWHERE, (f"ledger {name} %", text))
    except NotUsable as failure:
        raise SettingRefused(f"The database cannot be used. {failure}") from None


async def _check_secrets(connection: AsyncConnection, secrets: int) -> None:
    """A relay with others would sign a second log, and open nobody's account. Raises SettingRefused."""
    await connection.exec_driver_sql(NOTE_SECRETS, (secrets,))
    if (await connection.exec_driver_sql(SECRETS)).scalar() != secrets:
        raise SettingRefused(
            "the database is of a relay with other secrets: all that share one have the same pepper, relay"
            " key and log key; copy secrets/ from a machine of theirs"
        )


def _check(connection: Connection) -> None:
    """What is promised rests on these. Raises SettingRefused."""
    refuse_unfinished(connection)
    for name, wanted in SETTINGS.items():
        found = connection.exec_driver_sql(f"SHOW {name}").scalar()
        if found != wanted:
            raise SettingRefused(f"PostgreSQL's {name} is {found}, not {wanted}")
