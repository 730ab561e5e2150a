"""A relay's folder with rows in every table of its file, for what copies all of them."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Connection, Integer, LargeBinary, Table

from relay.clock import SystemClock, write_offset
from relay.config import Settings, load
from relay.operator.init import Choice, initialise
from relay.service.opening import ledger_of
from relay.service.places import Places
from relay.store import schema
from relay.store.engine import connect_writer
from relay.store.log import append_entries
from relay.store.postgres import PostgresStore
from relay.store.postgres.database import PostgresDatabase
from relay.store.postgres.rows import PostgresRows
from relay.store.postgres.server import connected
from relay.store.sqlite import SqliteStore
from tests.contract.people import HOLD_ENDS, NOW, People, envelope, named

COACH = "work coach"
Rows = dict[str, list[tuple[object, ...]]]


@dataclass
class House:
    """A stopped relay with its rows in a file."""

    settings: Settings
    config: Path
    places: Places

    def with_store(self, work: Callable[[People], Awaitable[None]], url: str = "", number: int = 1) -> None:
        """Open the file, or the database, with the ledger of that relay, do something, and close it."""

        async def run() -> None:
            ledger = ledger_of(self.settings, number)
            store = await (
                PostgresStore.open(url, ledger) if url else SqliteStore.open(self.places.database, ledger)
            )
            try:
                await work(People(store))
            finally:
                await store.close()

        asyncio.run(run())

    def on(self, url: str | None) -> Settings:
        """The settings, with the rows in that database."""
        text = self.config.read_text().partition("\n[database]")[0]
        self.config.write_text(text + (f'\n[database]\nurl = "{url}"\n' if url else ""))
        self.settings = load(self.config)
        return self.settings

    def rows(self) -> Rows:
        """All rows of the file but its marks, in order."""
        with closing(sqlite3.connect(self.places.database)) as database:
            return {
                name: _ordered(
                    name,
                    database.execute(
                        f"SELECT * FROM {name} {_without_marks(name)} ORDER BY rowid"
                    ).fetchall(),
                )
                for name in schema.metadata.tables
            }


def house(folder: Path) -> House:
    """A coach, a client, messages, a file; the clock stands where they live."""
    config = initialise(folder, Choice.local(), NOW, lambda size: b"\x07" * size)
    config.write_text(config.read_text() + '\n[clock]\noffset_file = "offset"\n')
    write_offset(folder / "offset", NOW - SystemClock().now())
    made = House(load(config), config, Places(folder))

    async def begin(people: People) -> None:
        await people.settle()
        blob = await people.upload("file", bytes(range(256)) * 9_000)
        await people.put(envelope(COACH, "one", blob_ids=(blob.blob_id,)), envelope(COACH, "two"))

    made.with_store(begin)
    with closing(connect_writer(made.places.database)) as database:
        append_entries(database, [named("entry", 33)])
        for table in schema.metadata.sorted_tables:
            _fill(database, table)
    return made


async def rows_of(url: str) -> Rows:
    """All rows of a database, in the order in which they came where that counts."""

    def work(connection: Connection) -> Rows:
        rows = PostgresRows(PostgresDatabase(connection, os.urandom))
        return {name: _ordered(name, list(rows.of(name, rows.columns(name)))) for name in rows.tables()}

    async with connected(url) as connection:
        return await connection.run_sync(work)


def _ordered(name: str, rows: list[Any]) -> list[tuple[object, ...]]:
    """What no statement reads by its `rowid` lies anyhow."""
    return sorted(rows) if name in {"mailbox_rows", "blob_chunks"} else rows


def _without_marks(name: str) -> str:
    return "WHERE name NOT IN ('moving_at', 'moved_at')" if name == "notes" else ""


def _fill(database: sqlite3.Connection, table: Table) -> None:
    """Where a table is empty, one row that belongs to those that are there."""
    if database.execute(f"SELECT 1 FROM {table.name}").fetchone() is None:
        values = [_value(database, column) for column in table.columns]
        database.execute(f"INSERT INTO {table.name} VALUES ({', '.join('?' * len(values))})", values)


def _value(database: sqlite3.Connection, column: Any) -> object:
    for key in column.foreign_keys:
        parent = key.column
        return database.execute(f"SELECT {parent.name} FROM {parent.table.name} ORDER BY 1").fetchone()[0]
    if column.name in {"expires_at", "promised_at"}:
        return HOLD_ENDS
    if isinstance(column.type, LargeBinary):
        return named(f"{column}", 32)
    return 1 if isinstance(column.type, BigInteger | Integer) else f"text of {column}"
