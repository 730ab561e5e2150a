"""One consistent state of a database as tables of rows, for whoever copies all of it. Owns how the file gives
them; PostgreSQL's way is in `relay.store.postgres.rows`.

Knows no table by name: what a file of an older release holds is given as that release had it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Final, Protocol

Value = None | int | bytes | str

TABLES: Final = (
    "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    " AND name <> 'alembic_version' ORDER BY name"
)


class Rows(Protocol):
    """All rows of one state. Calls come one after the other, and a table's rows are taken before the next."""

    def schema(self) -> str:
        """The number of the newest migration."""

    def tables(self) -> Sequence[str]:
        """Names, ascending."""

    def columns(self, table: str) -> tuple[str, ...]:
        """A table's columns."""

    def of(self, table: str, columns: Sequence[str]) -> Iterator[Sequence[Value]]:
        """A table's rows in the order in which they came; a bounded number of them is in memory."""

    def release(self) -> None:
        """The state is not needed any more."""


class FileRows:
    """`Rows` of a file, from a reading connection on which a transaction has begun. Raises sqlite3.Error."""

    def __init__(self, reader: sqlite3.Connection) -> None:
        self._reader = reader

    def schema(self) -> str:
        """The number of the newest migration."""
        return schema_number(self._reader)

    def tables(self) -> list[str]:
        """Names, ascending."""
        return [name for (name,) in self._reader.execute(TABLES)]

    def columns(self, table: str) -> tuple[str, ...]:
        """A table's columns."""
        return columns_of(self._reader, table)

    def of(self, table: str, columns: Sequence[str]) -> Iterator[Sequence[Value]]:
        """A table's rows, by their `rowid`."""
        yield from self._reader.execute(f"SELECT {listed(columns)} FROM {quoted(table)} ORDER BY rowid")  # noqa: S608 - quoted names

    def release(self) -> None:
        """Let the journal be brought in again."""
        self._reader.execute("ROLLBACK")


def schema_number(database: sqlite3.Connection) -> str:
    """The number of the newest migration that this file has had. Raises sqlite3.Error."""
    (number,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(number)


def columns_of(database: sqlite3.Connection, table: str) -> tuple[str, ...]:
    """The columns of a table of a file; none where there is no such table."""
    found = database.execute("SELECT name FROM pragma_table_info(?) ORDER BY cid", (table,))
    return tuple(name for (name,) in found)


def listed(names: Sequence[str]) -> str:
    """Names for a statement."""
    return ", ".join(map(quoted, names))


def quoted(name: str) -> str:
    """A name for a statement, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'
