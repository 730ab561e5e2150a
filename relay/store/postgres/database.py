"""A connection to PostgreSQL as the statements of `relay.store` use one. Owns a transaction's faults.

A part of the store gets a connection and runs its statements one after another; behind it each of them waits
for the server without holding up the program (SQLAlchemy's greenlet). The driver is asked directly: what lies
between costs more than the statement. What begins, ends or undoes travels with the next that asks something.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

import asyncpg
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import await_only

from relay.store.deletion_files import Ledger
from relay.store.deletions import Ledgered
from relay.store.faults import REPEATED, Fault, Repeat, Violation
from relay.store.postgres.bodies import for_many
from relay.store.postgres.dialect import Bound, arranged, translate
from relay.store.postgres.partitions import period_of
from relay.store.postgres.patience import hang_up_later

Result = TypeVar("Result")

VIOLATED: Final = "23"
"""The class of integrity violations."""
CONTROL: Final = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT")
WATCHED: Final = {"TCP_KEEPIDLE": 15, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 30_000}
"""Options of a line (tcp(7)): seconds, how often, milliseconds."""
_DRIVERS: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""What the driver raises; the third where a connection ends in the middle of what it says."""
_STATEMENTS: Final = "relay statements"
"""Where a connection of the pool keeps what it has prepared."""


class NoPeriod(Repeat):
    """There is no table yet for rows of that date (`relay.store.postgres.partitions`)."""

    def __init__(self, table: str, date: int) -> None:
        super().__init__(table, date)
        self.table, self.date = table, date
        self.period = period_of(table, date).name


class Found:
    """What a statement found, as the driver of the file gives it."""

    def __init__(self, rows: Iterable[Any] = (), rowcount: int = -1) -> None:
        self.rowcount = rowcount
        self._rows = map(tuple, rows)

    def fetchone(self) -> Any:
        """The next row, or None."""
        return next(self._rows, None)

    def fetchall(self) -> list[Any]:
        """All that is left."""
        return list(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return self._rows


class PostgresDatabase(Ledgered):
    """One connection inside `run_sync`, for one transaction of one task. `random` gives the nonces of leaves;
    `told` is what the open transaction has to tell the ledger.
    """

    shared = True

    def __init__(
        self, connection: Connection, random: Callable[[int], bytes], ledger: Ledger | None = None
    ) -> None:
        self._driver: Any = connection.connection.driver_connection
        self._prepared: dict[str, Any] = connection.info.setdefault(_STATEMENTS, {})
        self._held_back: list[str] = []
        self._lost = False
        self.random, self.ledger = random, ledger
        self.told: list[bytes] = []

    @property
    def in_transaction(self) -> bool:
        """Whether BEGIN was said and neither COMMIT nor ROLLBACK since, nor in vain anything that begins or
        ends a part of it.
        """
        if self._lost:
            return False
        return not self._driver.is_closed() and (bool(self._held_back) or self._driver.is_in_transaction())

    def execute(self, statement: str, bound: Bound = ()) -> Found:
        """Run one statement. Raises Violation, Repeat, Fault."""
        if statement.startswith(CONTROL):
            if statement == "ROLLBACK":
                self._held_back.clear()  # nothing before it matters, and some of it may not be said any more
            self._held_back.append(statement)
            if statement in ("COMMIT", "ROLLBACK"):
                with _faults(self):
                    self._catch_up()
            return Found()
        words, wanted = translate(statement)
        with _faults(self):
            prepared = self._prepare(words)
            rows = await_only(prepared.fetch(*arranged(wanted, bound)))
            return Found(rows, _count(prepared.get_statusmsg()))

    def executemany(self, statement: str, many: Iterable[Bound]) -> Found:
        """Run one statement for each, all of them in one exchange; nothing is counted."""
        together, rows = for_many(statement), list(many)
        words, wanted = translate(statement)
        with _faults(self):
            if rows and together is not None:
                self._together(together, rows)
            elif rows:
                await_only(self._prepare(words).executemany([arranged(wanted, one) for one in rows]))
        return Found()

    def fetchmany(self, statement: str, many: Iterable[Bound]) -> list[Any]:
        """As `executemany`; the rows that all of them return."""
        together, rows = for_many(statement), list(many)
        words, wanted = translate(statement)
        with _faults(self):
            if rows and together is not None:
                found = self._together(together, rows)
            else:
                bound = [arranged(wanted, one) for one in rows]
                found = await_only(self._prepare(words).fetchmany(bound)) if bound else []
        return [tuple(row) for row in found]

    def ahead(self, statement: str) -> None:
        """Let a statement of ours without parameters travel with the next, which sees what it did; what it
        finds is not told.
        """
        self._held_back.append(statement)

    def forget_statements(self) -> None:
        """The tables are others by now."""
        self._prepared.clear()

    def hang_up_later(self) -> asyncio.TimerHandle:
        """Leave the server if it does not answer."""
        return hang_up_later(self._driver)

    def _together(self, words: str, rows: Sequence[Bound]) -> Any:
        return await_only(self._prepare(words).fetch(*map(list, zip(*rows, strict=True))))

    def _prepare(self, words: str) -> Any:
        self._catch_up()
        prepared = self._prepared.get(words)
        if prepared is None:
            prepared = self._prepared[words] = await_only(self._driver.prepare(words))
        return prepared

    def _catch_up(self) -> None:
        held_back, self._held_back = self._held_back, []
        if held_back:
            self._lost = True  # if it fails: it may end an earlier work, which to undo the next would undo
            await_only(self._driver.execute("; ".join(held_back)))
            self._lost = False


async def lend(engine: AsyncEngine, work: Callable[[Connection], Result]) -> Result:
    """Run `work` on a connection of the pool that is alive; one that it leaves in a transaction is closed."""
    while True:
        async with engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            if driver.is_closed():
                await connection.invalidate()
                continue
            try:
                return await connection.run_sync(work)
            finally:
                if driver.is_closed() or driver.is_in_transaction():
                    await connection.invalidate()


def watch(driver: Any) -> None:
    """Let the system notice within half a minute that the server's machine has vanished: a statement would
    wait for its answer for ever, and all that come after it. A server on this machine cannot vanish so.
    """
    line = driver._transport.get_extra_info("socket")  # noqa: SLF001 - the driver has no other way
    if line is None or line.family == socket.AF_UNIX:
        return
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in WATCHED.items():
        if hasattr(socket, name):  # not every system has all
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


class _faults:  # noqa: N801 - a context, used as a word
    """The driver's faults by the store's names."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    def __enter__(self) -> None:
        self._left = self._database.hang_up_later()

    def __exit__(self, kind: object, fault: BaseException | None, trace: object) -> None:
        self._left.cancel()
        if isinstance(fault, asyncpg.InvalidCachedStatementError):
            self._database.forget_statements()
            raise Repeat("a statement was prepared for other tables") from fault
        if isinstance(fault, _DRIVERS):
            raise _named(fault) from fault


def _named(fault: Exception) -> Fault:
    code = str(getattr(fault, "sqlstate", None))
    if code in REPEATED:
        return Repeat(code)
    if isinstance(fault, asyncpg.CheckViolationError) and not fault.constraint_name:
        return NoPeriod(str(fault.table_name), int(str(fault.detail).rpartition("(")[2].rstrip(").")))
    return (Violation if code.startswith(VIOLATED) else Fault)(f"{code}: {fault}")


def _count(status: str) -> int:
    """How many rows, by a command's tag: `UPDATE 3`."""
    last = status.rpartition(" ")[2]
    return int(last) if last.isdigit() else -1
