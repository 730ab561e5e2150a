"""The log in the file: entries, the hashes of whole subtrees, and checkpoints. Owns that entries are only
ever appended, and that one size has one checkpoint.

What is appended stands in the transaction of what it tells. Nothing is computed anew from the entries: a
proof reads some forty hashes, however long the log is. (docs/protocol.md, part 16.)
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final

from keys.log import leaf_hash, node_hash
from relay.core.errors import Conflict, NotFound
from relay.core.log import Node, SignedCheckpoint
from relay.store.base import Part
from relay.store.deletions import record_entry

CHECKPOINT: Final = "SELECT size, note, hash FROM log_checkpoints"
INSERT_HASH: Final = "INSERT INTO log_hashes (level, number, hash) VALUES (?, ?, ?)"
DAY_GONE: Final = "day_gone_{}"
"""The note of the last day of a keeper whose destruction is in the log."""


def log_size(database: sqlite3.Connection) -> int:
    """How many entries there are."""
    return int(database.execute("SELECT coalesce(max(position) + 1, 0) FROM log_entries").fetchone()[0])


def append_entries(database: sqlite3.Connection, entries: Iterable[bytes]) -> int:
    """Append in order, with the hashes of the subtrees that become whole; the index of the first."""
    first = log_size(database)
    for index, entry in enumerate(entries, first):
        database.execute("INSERT INTO log_entries (position, entry) VALUES (?, ?)", (index, entry))
        _grow(database, index, leaf_hash(entry))
        record_entry(database, index, entry)
    return first


def _grow(database: sqlite3.Connection, index: int, node: bytes) -> None:
    level = 0
    database.execute(INSERT_HASH, (level, index, node))
    while index & 1:
        (left,) = database.execute(
            "SELECT hash FROM log_hashes WHERE level=? AND number=?", (level, index - 1)
        ).fetchone()
        level, index, node = level + 1, index >> 1, node_hash(left, node)
        database.execute(INSERT_HASH, (level, index, node))


class SqlLog(Part):
    """`relay.core.ports.LogStore`."""

    async def log_size(self) -> int:
        """Entries, whether a checkpoint covers them or not."""
        return await self._read(log_size)

    async def tree_hashes(self, nodes: Sequence[Node]) -> list[bytes]:
        """By the primary key, in one snapshot."""
        return await self._read(partial(hashes_of, nodes=nodes))

    async def log_entries(self, first: int, count: int) -> list[bytes]:
        """By the primary key."""
        bound = (first, first + count)
        found = await self._read(
            lambda database: database.execute(
                "SELECT entry FROM log_entries WHERE position>=? AND position<? ORDER BY position", bound
            ).fetchall()
        )
        return [entry for (entry,) in found]

    async def newest_checkpoint(self) -> SignedCheckpoint | None:
        """The one of the largest size."""
        return await self._checkpoint(f"{CHECKPOINT} ORDER BY size DESC LIMIT 1")

    async def checkpoint_of(self, checkpoint_hash: bytes) -> SignedCheckpoint | None:
        """The one that a content names."""
        return await self._checkpoint(f"{CHECKPOINT} WHERE hash=? LIMIT 1", checkpoint_hash)

    async def put_checkpoint(self, checkpoint: SignedCheckpoint) -> None:
        """Kept for ever."""
        await self._write(partial(_put_checkpoint, checkpoint=checkpoint))

    async def put_days_gone(self, keeper_id: bytes, entries: Sequence[tuple[int, bytes]]) -> None:
        """Days above the last that is logged, each once."""
        await self._write(partial(_put_days_gone, name=DAY_GONE.format(keeper_id.hex()), entries=entries))

    async def last_day_gone(self, keeper_id: bytes) -> int | None:
        """The newest day that is logged as destroyed."""
        name = DAY_GONE.format(keeper_id.hex())
        row = await self._read(
            lambda database: database.execute("SELECT value FROM notes WHERE name=?", (name,)).fetchone()
        )
        return int(row[0]) if row else None

    async def _checkpoint(self, statement: str, *bound: bytes) -> SignedCheckpoint | None:
        row = await self._read(lambda database: database.execute(statement, bound).fetchone())
        return SignedCheckpoint(*row) if row else None


def hashes_of(database: sqlite3.Connection, nodes: Sequence[Node]) -> list[bytes]:
    """The hashes of whole subtrees. Raises NotFound for one that is not whole."""
    statement = "SELECT hash FROM log_hashes WHERE level=? AND number=?"
    found = [database.execute(statement, node).fetchone() for node in nodes]
    if None in found:
        raise NotFound
    return [one for (one,) in found]


def _put_checkpoint(database: sqlite3.Connection, checkpoint: SignedCheckpoint) -> None:
    known = database.execute(f"{CHECKPOINT} WHERE size=?", (checkpoint.size,)).fetchone()
    if known is not None and SignedCheckpoint(*known) != checkpoint:
        raise Conflict("checkpoint-conflict")
    if known is None:
        database.execute(
            "INSERT INTO log_checkpoints (size, note, hash) VALUES (?, ?, ?)",
            (checkpoint.size, checkpoint.note, checkpoint.checkpoint_hash),
        )


def _put_days_gone(database: sqlite3.Connection, name: str, entries: Sequence[tuple[int, bytes]]) -> None:
    row = database.execute("SELECT value FROM notes WHERE name=?", (name,)).fetchone()
    fresh = [(day, entry) for day, entry in sorted(entries) if row is None or day > row[0]]
    if fresh:
        append_entries(database, [entry for _, entry in fresh])
        database.execute(
            "INSERT INTO notes (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value=excluded.value",
            (name, fresh[-1][0]),
        )
