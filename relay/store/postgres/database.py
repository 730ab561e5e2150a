"""A connection to PostgreSQL as the statements of `relay.store` use one. Owns a transaction's faults.

A part of the store gets a connection and runs its statements one after another; behind it each of them waits
for the server without holding up the program (SQLAlchemy's greenlet). For one transaction of one task.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, CursorResult
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import IntegrityError as Refused

from relay.store.deletions import Ledger, Ledgered
from relay.store.faults import Fault, Repeat, Violation
from relay.store.postgres.dialect import Bound, arranged, translate

REPEATED: frozenset[str] = frozenset({"40001", "40P01"})
"""Serialisation failure and deadlock (PostgreSQL, Appendix A): run again, the transaction may succeed."""


class Found:
    """What a statement found, as the driver of the file gives it."""

    def __init__(self, result: CursorResult[Any] | None, rowcount: int) -> None:
        self.rowcount = rowcount
        self._rows = iter(
            [tuple(row) for row in result] if result is not None and result.returns_rows else []
        )

    def fetchone(self) -> Any:
        """The next row, or None."""
        return next(self._rows, None)

    def fetchall(self) -> list[Any]:
        """All that is left."""
        return list(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return self._rows


class PostgresDatabase(Ledgered):
    """One connection inside `run_sync`. `random` gives the nonces of leaves; `told` is what the open
    transaction has to tell the ledger.
    """

    def __init__(
        self, connection: Connection, random: Callable[[int], bytes], ledger: Ledger | None = None
    ) -> None:
        self._connection = connection
        self.random, self.ledger = random, ledger
        self.told: list[bytes] = []

    @property
    def in_transaction(self) -> bool:
        """Whether BEGIN was said and neither COMMIT nor ROLLBACK since."""
        return bool(self._connection.connection.driver_connection.is_in_transaction())  # type: ignore[union-attr]

    def execute(self, statement: str, bound: Bound = ()) -> Found:
        """Run one statement. Raises Violation, Repeat, Fault."""
        words, wanted = translate(statement)
        with _faults():
            result = self._connection.exec_driver_sql(words, arranged(wanted, bound))
            return Found(result, result.rowcount)

    def executemany(self, statement: str, many: Iterable[Bound]) -> Found:
        """Run one statement for each; all of them in one exchange where nothing is counted."""
        words, wanted = translate(statement)
        bound = [arranged(wanted, one) for one in many]
        if not bound:
            return Found(None, 0)
        with _faults():
            if words.lstrip().startswith("INSERT"):
                self._connection.exec_driver_sql(words, bound)
                return Found(None, len(bound))
            return Found(None, sum(self._connection.exec_driver_sql(words, one).rowcount for one in bound))


class _faults:  # noqa: N801 - a context, used as a word
    """The driver's faults by the store's names."""

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: object, fault: BaseException | None, trace: object) -> None:
        if isinstance(fault, DBAPIError):
            raise _named(fault) from fault


def _named(fault: DBAPIError) -> Fault:
    code = getattr(fault.orig, "sqlstate", None)
    if code in REPEATED:
        return Repeat(str(code))
    return (Violation if isinstance(fault, Refused) else Fault)(f"{code}: {fault.orig}")
