"""All rows of one snapshot of PostgreSQL, for a backup. Owns how they are fetched: a bounded number at a
time, in the order in which they came where that order counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from relay.store.postgres.bodies import BODIES, WHOLE_ROWS
from relay.store.postgres.database import PostgresDatabase
from relay.store.postgres.server import UNFINISHED
from relay.store.rows import Value, listed, quoted

WHOLE: Final = {"mailbox_rows": WHOLE_ROWS}
"""The view in which the rows of a table are as the file has them, to be read or written."""
OURS: Final = f"""
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
AND c.relname NOT IN ('alembic_version', '{UNFINISHED}', '{UNFINISHED}_tables') ORDER BY c.relname"""  # noqa: S608 - names of ours
COLUMNS: Final = """
SELECT attname FROM pg_attribute WHERE attrelid = CAST(? AS text)::regclass
AND attnum > 0 AND NOT attisdropped AND attname <> 'rowid' ORDER BY attnum"""
BY_ROWID: Final = """
SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
WHERE i.indrelid = CAST(? AS text)::regclass AND a.attname = 'rowid'"""
FETCH_BYTES: Final = 1 << 20
FETCHED: Final = (1_024, 256, 64, 16, 4, 1)
FIRST_FETCHED: Final = 4


class PostgresRows:
    """`relay.store.rows.Rows` of a database, in a transaction of its own. Raises Fault."""

    def __init__(self, database: PostgresDatabase) -> None:
        """Begin it."""
        self._database = database
        database.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def schema(self) -> str:
        """The number of the newest migration."""
        return str(self._database.execute("SELECT version_num FROM alembic_version").fetchone()[0])

    def tables(self) -> list[str]:
        """Names, ascending as bytes are. Bodies are in their rows, as in a file."""
        return sorted(name for (name,) in self._database.execute(OURS) if name != BODIES)

    def columns(self, table: str) -> tuple[str, ...]:
        """A table's columns, without the `rowid` that the file does not name either."""
        found = self._database.execute(COLUMNS, (quoted(WHOLE.get(table, table)),))
        return tuple(name for (name,) in found)

    def of(self, table: str, columns: Sequence[str]) -> Iterator[Sequence[Value]]:
        """A table's rows: by their `rowid` where it has an index, else as they lie."""
        ordered = self._database.execute(BY_ROWID, (quoted(table),)).fetchone()
        order = " ORDER BY rowid" if ordered else ""
        cursor, source = quoted(f"rows of {table}"), quoted(WHOLE.get(table, table))
        self._database.execute(
            f"DECLARE {cursor} NO SCROLL CURSOR FOR SELECT {listed(columns)} FROM {source}{order}"  # noqa: S608 - quoted names
        )
        count = FIRST_FETCHED
        while rows := self._database.execute(f"FETCH {count} FROM {cursor}").fetchall():
            yield from rows
            each = sum(len(one) for row in rows for one in row if isinstance(one, bytes | str)) // len(rows)
            count = next(most for most in FETCHED if most * each <= FETCH_BYTES or most == 1)
        self._database.execute(f"CLOSE {cursor}")

    def release(self) -> None:
        """End the transaction."""
        self._database.execute("ROLLBACK")
