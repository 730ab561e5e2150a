"""Fills an empty database with the rows of a file, and compares what is there in the end. Owns the order of
tables, the batches, how far it has come, and the sums.

A batch and the note of how far it goes are one transaction: killed anywhere, filling goes on from there. A
table's sum is the sum of its rows' SHA-256, so both sides may be read as they lie.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from relay.store import schema
from relay.store.dump import written
from relay.store.faults import NotUsable
from relay.store.moved import MARKS
from relay.store.postgres import server
from relay.store.postgres.migrate import bring_up
from relay.store.postgres.partitions import LIES_BY_DATE, making
from relay.store.postgres.rows import OURS, WHOLE
from relay.store.postgres.server import UNFINISHED, Unfinished, driver_of
from relay.store.rows import Value, columns_of, listed, quoted

BATCH_BYTES: Final = 4 << 20
BATCH_ROWS: Final = 10_000
ROW_BYTES: Final = 64  # what a row counts beside its values
SUM_BYTES: Final = 32
READ_ROWS: Final = 64
"""At a time, of the server's, where they are compared: the largest has a mebibyte."""
THINGS: Final = """
SELECT count(*) FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace
AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')"""
REACHED: Final = f"""
INSERT INTO {UNFINISHED}_tables (name, reached, count, sum) VALUES ($1, $2, $3, $4)
ON CONFLICT (name) DO UPDATE SET reached = excluded.reached, count = excluded.count, sum = excluded.sum"""  # noqa: S608 - a name of ours
COUNTERS: Final = """
SELECT c.relname, a.attname, pg_get_serial_sequence(quote_ident(c.relname), a.attname)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
AND pg_get_serial_sequence(quote_ident(c.relname), a.attname) IS NOT NULL"""
DIFFERS: Final = (
    "What is there is not what was in the file ({}). The file is as it was: give the command again with a"
    " new database."
)
WITHOUT: Final = {"notes": f" AND name NOT IN {MARKS!r}"}
"""What a file says of itself is not copied."""

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Copied:
    """How far a table has come: the last `rowid` of the file, how many rows, and their sum."""

    reached: int = -1 << 63
    count: int = 0
    sum: int = 0


async def refuse_full(connection: AsyncConnection, mark: Unfinished | None, relay: bytes) -> None:
    """Raises NotUsable for a database that is neither empty nor half filled for this relay."""
    if mark is not None:
        if mark.relay != relay:
            raise NotUsable("Another relay's rows are being written into this database: take another one.")
    elif not await is_empty(connection):
        raise NotUsable("This database is not empty: take a new one (createdb).")


async def is_empty(connection: AsyncConnection) -> bool:
    """Whether nothing is in the database's schema, extensions left out."""
    return not (await connection.exec_driver_sql(THINGS)).scalar()


async def begin(connection: AsyncConnection, mark: Unfinished) -> None:
    """Set the mark and make the tables; those that an earlier try filled are empty then."""
    await server.begin(connection, mark)
    await connection.run_sync(bring_up)
    driver = driver_of(connection)
    names = [name for (name,) in await driver.fetch(OURS)]
    await driver.execute(f"TRUNCATE {listed(names)}")


async def fill(connection: AsyncConnection, source: sqlite3.Connection, tell: Tell) -> int:
    """Copy all tables from where an earlier try has come to, compare, and set the counters; the number of
    rows. Nobody writes to the file meanwhile. Raises NotUsable, sqlite3.Error, and the driver's faults.
    """
    driver = driver_of(connection)
    await connection.run_sync(bring_up)
    done: dict[str, Copied] = {}
    for table in schema.metadata.sorted_tables:
        done[table.name] = await _copy(driver, source, table.name, tell)
    for name, copied in done.items():
        await _compare(driver, name, columns_of(source, name), copied)
    await _set_counters(driver)
    await driver.execute("ANALYZE")
    return sum(copied.count for copied in done.values())


async def _copy(driver: Any, source: sqlite3.Connection, name: str, tell: Tell) -> Copied:
    columns, where = columns_of(source, name), WITHOUT.get(name, "")
    (total,) = source.execute(f"SELECT count(*) FROM {quoted(name)} WHERE true{where}").fetchone()  # noqa: S608 - a name of the schema
    done = await _reached(driver, name)
    rows = source.execute(
        f"SELECT rowid, {listed(columns)} FROM {quoted(name)} WHERE rowid>?{where} ORDER BY rowid",  # noqa: S608 - names of the schema
        (done.reached,),
    )
    tell(name, done.count, total)
    for batch in _batches(rows):
        done = _with(done, batch)
        async with driver.transaction():
            await _make_room(driver, name, columns, batch)
            await driver.copy_records_to_table(
                WHOLE.get(name, name), columns=columns, records=[row[1:] for row in batch]
            )
            await driver.execute(REACHED, name, done.reached, done.count, done.sum.to_bytes(SUM_BYTES, "big"))
        tell(name, done.count, total)
    if done.count != total:
        raise NotUsable(DIFFERS.format(f"{name} has {total} rows in the file, {done.count} were copied"))
    return done


async def _make_room(driver: Any, name: str, columns: Sequence[str], batch: list[tuple[Any, ...]]) -> None:
    """What lies by its date needs the table of its period."""
    table = LIES_BY_DATE.get(name)
    if table is not None:
        date = 1 + columns.index("expires_at")
        for statement in making(table, {row[date] for row in batch}):
            await driver.execute(statement)


async def _reached(driver: Any, name: str) -> Copied:
    row = await driver.fetchrow(f"SELECT reached, count, sum FROM {UNFINISHED}_tables WHERE name=$1", name)  # noqa: S608 - a name of ours
    return Copied(row[0], row[1], int.from_bytes(row[2], "big")) if row else Copied()


async def _compare(driver: Any, name: str, columns: Sequence[str], copied: Copied) -> None:
    """Read the table and hold count and sum against what was copied. Raises NotUsable."""
    count = total = 0
    query = f"SELECT {listed(columns)} FROM {quoted(WHOLE.get(name, name))}"  # noqa: S608 - names of the schema
    async with driver.transaction():
        async for row in driver.cursor(query, prefetch=READ_ROWS):
            count, total = count + 1, total + _sum_of(row)
    if (count, total % (1 << 8 * SUM_BYTES)) != (copied.count, copied.sum):
        found = f"of {name} {copied.count} rows copied, {count} there, and not all the same"
        raise NotUsable(DIFFERS.format(found))


async def _set_counters(driver: Any) -> None:
    """What draws numbers goes on after the largest that was copied."""
    for table, column, sequence in await driver.fetch(COUNTERS):
        newest = await driver.fetchval(f"SELECT max({quoted(column)}) FROM {quoted(table)}")  # noqa: S608 - names of the catalogue
        if newest is not None:
            await driver.execute("SELECT setval($1::text::regclass, $2)", sequence, newest)


def _batches(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    batch: list[tuple[Any, ...]] = []
    size_bytes = 0
    for row in rows:
        batch.append(row)
        size_bytes += ROW_BYTES + sum(len(value) for value in row if isinstance(value, bytes | str))
        if size_bytes >= BATCH_BYTES or len(batch) >= BATCH_ROWS:
            yield batch
            batch, size_bytes = [], 0
    if batch:
        yield batch


def _with(done: Copied, batch: list[tuple[Any, ...]]) -> Copied:
    total = (done.sum + sum(_sum_of(row[1:]) for row in batch)) % (1 << 8 * SUM_BYTES)
    return Copied(batch[-1][0], done.count + len(batch), total)


def _sum_of(row: Sequence[Value]) -> int:
    return int.from_bytes(sha256(written(row)).digest(), "big")
