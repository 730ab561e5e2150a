"""All rows of the database as bytes, and bytes as rows again (docs/protocol.md, part 17). Owns the layout of
tables, rows and values; holds a piece of it at a time, never a table.

Knows no table by name, and not from which kind of database rows come. Must never write rows anywhere by
itself: sealing what comes from here is the caller's.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from keys.encoding import counted, counted_text, u8, u16, u64, utf8
from keys.errors import Malformed
from relay.store.rows import Rows, Value, columns_of, listed, quoted

PIECE_BYTES: Final = 256 * 1024
COMMIT_BYTES: Final = 8 << 20
ROW_BYTES: Final = 64  # what a row counts beside its values
MOST_VALUE_BYTES: Final = 64 << 20
MOST_COLUMNS: Final = 256

_ROW: Final = b"\x01"
_END: Final = b"\x00"
_NULL: Final = b"\x00"
_INTEGER: Final = b"\x01"
_BYTES: Final = b"\x02"
_TEXT: Final = b"\x03"


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a dump. Its rows come as they are read, and must be taken before the next table."""

    name: str
    columns: tuple[str, ...]
    rows: Iterator[tuple[Value, ...]]


def dump(rows: Rows) -> Iterator[bytes]:
    """Every row, in pieces of about 256 KiB. Raises what `rows` raises."""
    waiting: list[bytes] = []
    size_bytes = 0
    for part in _parts(rows):
        waiting.append(part)
        size_bytes += len(part)
        if size_bytes >= PIECE_BYTES:
            yield b"".join(waiting)
            waiting.clear()
            size_bytes = 0
    yield b"".join(waiting)


def tables(pieces: Iterator[bytes | bytearray]) -> Iterator[Table]:
    """The tables of a dump, one after the other. Raises Malformed, at the end too where it is cut, counts
    other rows than it has, or goes on.
    """
    source = _Source(pieces)
    while name := source.text():
        count = int.from_bytes(source.take(2), "big")
        if not 1 <= count <= MOST_COLUMNS:
            raise Malformed("number of columns")
        yield Table(name, tuple(source.text() for _ in range(count)), source.rows(count))
    if int.from_bytes(source.take(8), "big") != source.rows_read:
        raise Malformed("number of rows")
    source.finish()


def load(database: sqlite3.Connection, pieces: Iterator[bytes | bytearray]) -> int:
    """Insert a dump into empty tables of the same shape; the number of rows. Commits now and then: what was
    begun and not ended must be thrown away. Raises Malformed, sqlite3.Error.
    """
    count = held_bytes = 0
    database.execute("BEGIN IMMEDIATE")
    for table in tables(pieces):
        statement = _insert(database, table)
        for row in table.rows:
            database.execute(statement, row)
            count += 1
            held_bytes += ROW_BYTES + sum(len(value) for value in row if isinstance(value, bytes | str))
            if held_bytes >= COMMIT_BYTES:
                held_bytes = 0
                _commit(database)
                database.execute("BEGIN IMMEDIATE")
    _commit(database)
    return count


def _commit(database: sqlite3.Connection) -> None:
    """Keep the journal as short as what was loaded since the last time."""
    database.execute("COMMIT")
    database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


def _parts(rows: Rows) -> Iterator[bytes]:
    count = 0
    for name in rows.tables():
        columns = rows.columns(name)
        yield counted_text(name, 1) + u16(len(columns)) + b"".join(counted_text(one, 1) for one in columns)
        for row in rows.of(name, columns):
            count += 1
            yield _ROW + written(row)
        yield _END
    yield u8(0) + u64(count)


def _insert(database: sqlite3.Connection, table: Table) -> str:
    """The names come from the file, so they are compared with the database's own."""
    if set(table.columns) != set(columns_of(database, table.name)) or not table.columns:
        raise Malformed(f"this database has no table {table.name[:40]!r} with these columns")
    places = ", ".join("?" * len(table.columns))
    return f"INSERT INTO {quoted(table.name)} ({listed(table.columns)}) VALUES ({places})"  # noqa: S608 - compared above


def written(row: Sequence[Value]) -> bytes:
    """The values of a row as bytes. Raises TypeError."""
    return b"".join(map(_written, row))


def _written(value: object) -> bytes:
    match value:
        case None:
            return _NULL
        case int():
            return _INTEGER + value.to_bytes(8, "big", signed=True)
        case bytes():
            return _BYTES + counted(value, 4)
        case str():
            return _TEXT + counted_text(value, 4)
    raise TypeError("a column holds what no table of ours has")


class _Source:
    """Reads a dump piece by piece."""

    def __init__(self, pieces: Iterator[bytes | bytearray]) -> None:
        self.rows_read = 0
        self._pieces = pieces
        self._held = b""
        self._at = 0

    def take(self, size_bytes: int) -> bytes:
        """The next bytes; Malformed where the dump is cut."""
        if self._at + size_bytes > len(self._held):
            self._fetch(size_bytes)
        taken = self._held[self._at : self._at + size_bytes]
        self._at += size_bytes
        return taken

    def text(self) -> str:
        """A text of at most 255 bytes."""
        return utf8(self.take(self.take(1)[0]))

    def rows(self, columns: int) -> Iterator[tuple[Value, ...]]:
        """The rows of the table that has just begun."""
        while (mark := self.take(1)) == _ROW:
            self.rows_read += 1
            yield tuple(self._value() for _ in range(columns))
        if mark != _END:
            raise Malformed("neither a row nor the end of a table")

    def finish(self) -> None:
        """Malformed if anything follows."""
        if self._at < len(self._held) or any(self._pieces):
            raise Malformed("something follows the dump")

    def _value(self) -> Value:
        match self.take(1):
            case b"\x00":
                return None
            case b"\x01":
                return int.from_bytes(self.take(8), "big", signed=True)
            case b"\x02":
                return self._sized()
            case b"\x03":
                return utf8(self._sized())
        raise Malformed("no such kind of value")

    def _sized(self) -> bytes:
        size_bytes = int.from_bytes(self.take(4), "big")
        if size_bytes > MOST_VALUE_BYTES:
            raise Malformed("value too large")
        return self.take(size_bytes)

    def _fetch(self, size_bytes: int) -> None:
        held = [self._held[self._at :]]
        missing = size_bytes - len(held[0])
        while missing > 0:
            piece = next(self._pieces, None)
            if piece is None:
                raise Malformed("the dump is cut")
            held.append(bytes(piece))
            missing -= len(piece)
        self._held, self._at = b"".join(held), 0
