"""State of writers: the last count and content known of each writer of an engagement, and which is my own.

Owns the tables `writer` and `own` of `state`, which makes one change of several calls. A count only grows,
but for my own last step where the relay has refused it: a count that is forgotten is a count used twice.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WriterHead:
    """The last count and content id known of one writer in one engagement, and the row that held it (0:
    none).
    """

    fp: bytes
    writer: int
    count: int
    content_id: bytes
    row_order: int = 0


class StateOfWriters:
    """What is remembered of the writers of one account's engagements."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self._base = base

    def writer_head(self, engagement_id: bytes, fp: bytes, writer: int) -> WriterHead | None:
        """Return the last count and content id known of a writer."""
        row = self._base.execute(
            "SELECT count, content_id, row_order FROM writer "
            "WHERE engagement_id = ? AND fp = ? AND writer = ?",
            (engagement_id, fp, writer),
        ).fetchone()
        return WriterHead(fp, writer, row[0], bytes(row[1]), row[2]) if row else None

    def writer_heads(self, engagement_id: bytes) -> list[WriterHead]:
        """Return the heads of all writers of an engagement, ascending."""
        rows = self._base.execute(
            "SELECT fp, writer, count, content_id, row_order FROM writer WHERE engagement_id = ? "
            "ORDER BY fp, writer",
            (engagement_id,),
        )
        return [WriterHead(bytes(row[0]), row[1], row[2], bytes(row[3]), row[4]) for row in rows]

    def note_headed(self, engagement_id: bytes, fp: bytes, writer: int, count: int) -> None:
        """A writer has named a head of the log in their content of that count; the first such counts."""
        self._base.execute(
            "UPDATE writer SET headed = ?1 WHERE engagement_id = ?2 AND fp = ?3 AND writer = ?4 "
            "AND (headed = 0 OR headed > ?1)",
            (count, engagement_id, fp, writer),
        )

    def was_headed(self, engagement_id: bytes, fp: bytes, writer: int, count: int) -> bool:
        """Whether a writer had named a head of the log before their content of that count."""
        row = self._base.execute(
            "SELECT headed FROM writer WHERE engagement_id = ? AND fp = ? AND writer = ?",
            (engagement_id, fp, writer),
        ).fetchone()
        return row is not None and 0 < row[0] < count

    def move_writer(self, engagement_id: bytes, head: WriterHead, expires_at: int) -> None:
        """A writer has come further; never moves back."""
        self._base.execute(
            "INSERT INTO writer VALUES (?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO UPDATE SET "
            "count = excluded.count, content_id = excluded.content_id, row_order = excluded.row_order, "
            "expires_at = excluded.expires_at WHERE excluded.count > count",
            (engagement_id, head.fp, head.writer, head.count, head.content_id, head.row_order, expires_at),
        )

    def step_back(self, engagement_id: bytes, head: WriterHead, previous_id: bytes) -> None:
        """Undo the last step of my own writer, whose content the relay has refused for good."""
        self._base.execute(
            "UPDATE writer SET count = count - 1, content_id = ? "
            "WHERE engagement_id = ? AND fp = ? AND writer = ? AND count = ? AND content_id = ?",
            (previous_id, engagement_id, head.fp, head.writer, head.count, head.content_id),
        )

    def own_writer(self, engagement_id: bytes) -> int | None:
        """Return my own writer number here, None before the first message."""
        row = self._base.execute(
            "SELECT writer FROM own WHERE engagement_id = ?", (engagement_id,)
        ).fetchone()
        return int(row[0]) if row else None

    def set_own_writer(self, engagement_id: bytes, writer: int, expires_at: int) -> None:
        """Begin as a writer."""
        self._base.execute("INSERT INTO own VALUES (?, ?, ?)", (engagement_id, writer, expires_at))
