"""The sealed index in the file: boxes by mailbox, day and run of positions. Owns how they are
read and written; opens none. When they go: `relay.store.segments`. (docs/protocol.md, part 19.)
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import partial

from relay.core.errors import Conflict, InboxFull, NotFound
from relay.core.model import IndexSegment
from relay.store.base import Part
from relay.store.limits import MOST_INDEX_BYTES, MOST_SEGMENTS

PAGE = """
SELECT s.day, s.number, s.version, s.expires_at, s.box FROM index_segments s
JOIN mailboxes m ON m.mailbox_id = s.mailbox_id AND m.expires_at > ?4
WHERE s.mailbox_id = ?1 AND (s.day, s.number) > (?2, ?3) AND s.expires_at > ?4 ORDER BY s.day, s.number"""
STORED = """
SELECT version, box FROM index_segments WHERE mailbox_id = ? AND day = ? AND number = ? AND expires_at > ?"""
PUT = """
INSERT INTO index_segments (mailbox_id, day, number, version, expires_at, box) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (mailbox_id, day, number)
DO UPDATE SET version = excluded.version, expires_at = excluded.expires_at, box = excluded.box"""
HELD = "SELECT count(*), coalesce(sum(length(box)), 0) FROM index_segments WHERE mailbox_id = ?"


class SqlIndex(Part):
    """`relay.core.ports.Indexes`."""

    async def segments(
        self, mailbox_id: bytes, *, after: tuple[int, int], max_bytes: int, now: int
    ) -> tuple[list[IndexSegment], bool]:
        """A page of what is not due; at least one, however large, where there is one."""
        bound = (mailbox_id, *after, now)
        return await self._read(lambda database: _page(database.execute(PAGE, bound), max_bytes))

    async def put_segments(self, mailbox_id: bytes, segments: Sequence[IndexSegment], *, now: int) -> None:
        """Compare and write one by one, all undone at the first conflict."""
        size_bytes = sum(len(segment.box) for segment in segments)
        await self._writer.submit(
            partial(_put, mailbox_id=mailbox_id, segments=segments, now=now), size_bytes
        )

    async def drop_index(self, mailbox_id: bytes, *, now: int) -> None:
        """All segments of a mailbox."""
        await self._write(partial(_drop, mailbox_id=mailbox_id, now=now))


def _page(found: sqlite3.Cursor, max_bytes: int) -> tuple[list[IndexSegment], bool]:
    segments: list[IndexSegment] = []
    used = 0
    for row in found:
        segment = IndexSegment(*row)
        used += len(segment.box)
        if segments and used > max_bytes:
            return segments, True
        segments.append(segment)
    return segments, False


def _put(database: sqlite3.Connection, mailbox_id: bytes, segments: Sequence[IndexSegment], now: int) -> None:
    ends_at = _end_of(database, mailbox_id, now)
    for one in segments:
        stored = database.execute(STORED, (mailbox_id, one.day, one.number, now)).fetchone()
        if stored == (one.version, one.box):
            continue
        if one.version != (stored[0] if stored else 0) + 1:
            raise Conflict("index-conflict")
        kept_until = min(one.expires_at, ends_at)
        database.execute(PUT, (mailbox_id, one.day, one.number, one.version, kept_until, one.box))
    count, held_bytes = database.execute(HELD, (mailbox_id,)).fetchone()
    if count > MOST_SEGMENTS or held_bytes > MOST_INDEX_BYTES:
        raise InboxFull


def _drop(database: sqlite3.Connection, mailbox_id: bytes, now: int) -> None:
    _end_of(database, mailbox_id, now)
    database.execute("DELETE FROM index_segments WHERE mailbox_id=?", (mailbox_id,))


def _end_of(database: sqlite3.Connection, mailbox_id: bytes, now: int) -> int:
    """The end of a living mailbox. Raises NotFound."""
    row = database.execute(
        "SELECT expires_at FROM mailboxes WHERE mailbox_id=? AND expires_at>?", (mailbox_id, now)
    ).fetchone()
    if row is None:
        raise NotFound
    return int(row[0])
