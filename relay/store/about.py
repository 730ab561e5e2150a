"""About: the rows that this file holds of one person, as they lie.

Owns the choice of rows and columns, which follows the schema, so that no new column can be left out. Must
never give what is sealed: of bytes it tells the size and the first few, of other people nothing.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final

from relay.core.model import Cell, SealedCell, TableRows
from relay.store.base import Part

if TYPE_CHECKING:  # the schema is loaded when somebody asks: it takes 15 MB
    from sqlalchemy import Table

SHOWN_ROWS: Final = 12
BEGIN_BYTES: Final = 8
NOBODYS: Final = frozenset({"door_memory", "queued_revokes"})
"""Their rows lead to nobody: keyed hashes of mails for an hour, signed words on the way to a keeper."""

_MINE: Final = {
    "account_id": "account_id = ?1",
    "engagement_id": "engagement_id IN (SELECT engagement_id FROM members WHERE account_id = ?1)",
    "mailbox_id": "mailbox_id IN (SELECT mailbox_id FROM mailboxes WHERE account_id = ?1)",
    "blob_id": "blob_id IN (SELECT blob_id FROM blobs WHERE account_id = ?1)",
}


def tables_of_people() -> list[Table]:
    """Every table with rows that lead to somebody."""
    from relay.store.schema import WITHOUT_END, metadata

    return [one for one in metadata.sorted_tables if one.name not in WITHOUT_END | NOBODYS]


class SqlAbout(Part):
    """`relay.core.ports.About`."""

    async def rows_about(self, account_id: bytes, *, now: int) -> list[TableRows]:
        """What is stored of an account: of each table the newest rows, and how many there are."""
        return await self._read(
            lambda database: [_rows(database, table, account_id, now) for table in tables_of_people()]
        )


def _rows(database: sqlite3.Connection, table: Table, account_id: bytes, now: int) -> TableRows:
    asked = (account_id, now)
    sealed = [column.type.python_type is bytes for column in table.columns]
    names = tuple(column.name for column in table.columns)
    chosen = ", ".join(map(_chosen, names, sealed))
    # Every name comes from the schema, nothing from a request.
    where = f"FROM {table.name} WHERE {_MINE[_link(table)]} AND expires_at > ?2"
    (count,) = database.execute(f"SELECT count(*) {where}", asked).fetchone()
    newest = f"SELECT {chosen} {where} ORDER BY rowid DESC LIMIT {SHOWN_ROWS}"
    rows = tuple(_cells(row, sealed) for row in database.execute(newest, asked))
    return TableRows(table.name, count, names, rows)


def _link(table: Table) -> str:
    """The column by which a row is somebody's."""
    return next(name for name in _MINE if name in table.columns)


def _chosen(name: str, sealed: bool) -> str:
    return f"length({name}), substr({name}, 1, {BEGIN_BYTES})" if sealed else name


def _cells(row: tuple[int | str | bytes | None, ...], sealed: list[bool]) -> tuple[Cell, ...]:
    values = iter(row)
    return tuple(_cell(next(values), next(values) if one else None) for one in sealed)


def _cell(value: int | str | bytes | None, begins: int | str | bytes | None) -> Cell:
    if isinstance(begins, bytes) and isinstance(value, int):
        return SealedCell(value, begins)
    return value if isinstance(value, int | str) else None
