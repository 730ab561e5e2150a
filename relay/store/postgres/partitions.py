"""Periods: bodies and chunks of blobs lie in one table for each thirty days of their dates, and a period that
is over goes as a whole, with its files. Owns when such a table is made and dropped, and by which locks.

A table is made when the first row for it comes: nobody knows which dates policies will use, and each table
that exists costs every list a little. Nobody who reads or writes waits while one is made or dropped: it is
attached and detached under a lock that only the like take.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from relay.core.errors import Busy
from relay.core.model import DAY_SECONDS
from relay.store.faults import REPEATED, Fault, Repeat
from relay.store.postgres.bodies import BODIES
from relay.store.postgres.patience import ask

PERIOD_SECONDS: Final = 30 * DAY_SECONDS
LIES_BY_DATE: Final = {"mailbox_rows": BODIES, "blob_chunks": "blob_chunks"}
"""Of a table of `relay.store.schema`, where what is large in its rows lies."""
PARTITIONED: Final = tuple(LIES_BY_DATE.values())
MAKING_LOCK: Final = 0x51_42_50_4D
DROPPING_LOCK: Final = 0x51_42_50_44
CLOCKS_APART_SECONDS: Final = 60
"""How far relays' clocks may differ (`relay.service.time_watch.check_server`)."""
LONGEST_WAIT: Final = "2s"
"""For whoever still reads a period that is over: a dump may read for hours."""
AGAIN_SECONDS: Final = 3600
IN_THE_WAY: Final = REPEATED | {"55P03"}
"""Also a lock that was not had in time: what was to go goes another time."""

FIND: Final = """
SELECT c.relname, i.inhrelid IS NOT NULL, coalesce(i.inhdetachpending, false)
FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
AND c.relname ~ '^(envelope_bodies|blob_chunks)_[0-9]+$' ORDER BY c.relname"""
LIVES_ON: Final = """
SELECT EXISTS (SELECT 1 FROM blobs
    WHERE promised_at >= {begins_at} AND promised_at < {ends_at} AND expires_at > {now})"""
"""A blob may live past its own date: an envelope that was sealed anew under a later one links it."""


@dataclass(frozen=True, slots=True)
class Period:
    """The table of one period: `number` counts from 1970."""

    table: str
    number: int
    attached: bool = True
    half_detached: bool = False

    @property
    def name(self) -> str:
        """The table's own."""
        return f"{self.table}_{self.number}"

    @property
    def begins_at(self) -> int:
        """The earliest date in it. Midnight ends a day (`day` of docs/protocol.md, part 1)."""
        return self.number * PERIOD_SECONDS + 1

    @property
    def ends_at(self) -> int:
        """The earliest date after it."""
        return self.begins_at + PERIOD_SECONDS

    def is_over(self, now: int) -> bool:
        """Whether all dates in it are due, at each relay: their clocks may be a minute apart, and one that is
        behind still gives what is not due there.
        """
        return self.ends_at - 1 + CLOCKS_APART_SECONDS <= now


def period_of(table: str, expires_at: int) -> Period:
    """The one in which that date lies."""
    return Period(table, (expires_at - 1) // PERIOD_SECONDS)


def making(table: str, dates: Iterable[int]) -> Iterator[str]:
    """Statements that make what is missing for rows of these dates; each is whole by itself."""
    for number in sorted({period_of(table, date).number for date in dates}):
        period = Period(table, number)
        yield f"""DO $$ BEGIN
            PERFORM pg_advisory_xact_lock({MAKING_LOCK});
            IF to_regclass('{period.name}') IS NULL THEN
                CREATE TABLE {period.name} (LIKE {table} INCLUDING ALL);
                ALTER TABLE {table} ATTACH PARTITION {period.name}
                FOR VALUES FROM ({period.begins_at}) TO ({period.ends_at});
            END IF; END $$"""


async def make(engine: AsyncEngine, table: str, date: int) -> None:
    """Make the table for rows of that date, in a transaction of its own. Raises Repeat."""
    async with engine.connect() as connection:
        for statement in making(table, (date,)):
            try:
                await connection.run_sync(ask, statement)
            except DBAPIError as fault:
                if _code(fault) in REPEATED:
                    raise Repeat(table) from fault
                raise


class Past:
    """Drops what is over; one relay at a time."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Nothing was looked at yet."""
        self._engine = engine
        self._next_at = 0

    async def drop(self, now: int) -> None:
        """Drop each period that is over and in which nothing lives; look at most once an hour where one
        stays, and else not before the next is over. What is being read is left for the next look. Raises
        Busy where the server is away.
        """
        if now < self._next_at:
            return
        try:
            stays = await self._drop(now)
        except (Fault, SQLAlchemyError, OSError) as fault:
            if _code(fault) not in IN_THE_WAY:
                raise Busy(f"not dropped: {fault}") from fault
            stays = True
        self._next_at = now + AGAIN_SECONDS if stays else _next_end(now)

    async def _drop(self, now: int) -> bool:
        """Whether something that is over stays. A connection on which anything fails ends, and with it the
        lock that it may have: one of the pool would keep it from all relays.
        """
        async with self._engine.connect() as connection:
            try:
                return await connection.run_sync(_drop_all, now)
            except BaseException:
                await connection.invalidate()
                raise


def _code(fault: Exception) -> str | None:
    """What the server says of it (PostgreSQL, Appendix A), if it says anything."""
    return getattr(getattr(fault, "orig", None), "sqlstate", None)


def _next_end(now: int) -> int:
    """When the next period will be over."""
    return period_of("", now + 1 - CLOCKS_APART_SECONDS).ends_at - 1 + CLOCKS_APART_SECONDS


def _drop_all(connection: Connection, now: int) -> bool:
    """True where something that is over stays."""
    if not ask(connection, f"SELECT pg_try_advisory_lock({DROPPING_LOCK})").scalar():
        return True
    ask(connection, f"SET lock_timeout = '{LONGEST_WAIT}'")
    over = [period for period in found_periods(ask(connection, FIND)) if period.is_over(now)]
    stays = [period for period in over if not _drop(connection, period, now)]
    ask(connection, "RESET lock_timeout")
    ask(connection, f"SELECT pg_advisory_unlock({DROPPING_LOCK})")
    return bool(stays)


def found_periods(rows: Iterable[Any]) -> list[Period]:
    """What `FIND` found."""
    return [Period(*_split(name), attached, half) for name, attached, half in rows]


def _split(name: str) -> tuple[str, int]:
    table, _, number = name.rpartition("_")
    return table, int(number)


def _drop(connection: Connection, period: Period, now: int) -> bool:
    """Detach first: to drop what is attached takes a lock for which all would have to wait."""
    lives_on = LIVES_ON.format(begins_at=period.begins_at, ends_at=period.ends_at, now=now)
    if period.table == "blob_chunks" and ask(connection, lives_on).scalar():
        return False
    try:
        if period.attached:
            how = "FINALIZE" if period.half_detached else "CONCURRENTLY"
            ask(connection, f"ALTER TABLE {period.table} DETACH PARTITION {period.name} {how}")
        ask(connection, f"DROP TABLE {period.name}")
    except DBAPIError as fault:
        if _code(fault) not in IN_THE_WAY:
            raise
        return False
    return True
