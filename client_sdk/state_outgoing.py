"""State of outgoing: the messages that wait to be deposited, and what a recall of those that went needs.

Owns the tables `outbox` and `sent` of `state`, which makes one change of several calls. What waits has no
date by which it is forgotten: a message that was not sent in time is reported, then goes.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Queued:
    """A sealed message that waits to be deposited, byte for byte."""

    content_id: bytes
    engagement_id: bytes
    sealed: bytes = field(repr=False)
    details: bytes = field(repr=False)
    previous_id: bytes
    expires_at: int


@dataclass(frozen=True, slots=True)
class SentLocks:
    """What a recall needs to make the keepers refuse an envelope that was sent from here."""

    envelope_id: bytes
    content_id: bytes
    locks: bytes = field(repr=False)


class StateOfOutgoing:
    """What is remembered of what one account sends."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self._base = base

    def enqueue(self, queued: Queued) -> None:
        """Put a sealed message at the end of the outbox."""
        place = self._base.execute("SELECT coalesce(max(place), 0) + 1 FROM outbox").fetchone()[0]
        self._base.execute(
            "INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                queued.content_id,
                queued.engagement_id,
                queued.sealed,
                queued.details,
                queued.previous_id,
                queued.expires_at,
                place,
            ),
        )

    def queued(self) -> list[Queued]:
        """Return what waits, first in first."""
        rows = self._base.execute(
            "SELECT content_id, engagement_id, sealed, details, previous_id, expires_at "
            "FROM outbox ORDER BY place"
        )
        return [
            Queued(bytes(row[0]), bytes(row[1]), bytes(row[2]), bytes(row[3]), bytes(row[4]), row[5])
            for row in rows
        ]

    def is_queued(self, content_id: bytes) -> bool:
        """Whether a message still waits."""
        found = self._base.execute("SELECT 1 FROM outbox WHERE content_id = ?", (content_id,))
        return found.fetchone() is not None

    def dequeue(self, content_id: bytes) -> None:
        """Take a message out of the outbox: it is acknowledged, or refused for good."""
        self._base.execute("DELETE FROM outbox WHERE content_id = ?", (content_id,))

    def remember_sent(self, locks: SentLocks, engagement_id: bytes, expires_at: int) -> None:
        """Keep what a recall needs."""
        self._base.execute(
            "INSERT OR REPLACE INTO sent VALUES (?, ?, ?, ?, ?)",
            (locks.envelope_id, locks.content_id, engagement_id, locks.locks, expires_at),
        )

    def sent_locks(self, content_id: bytes) -> list[SentLocks]:
        """Return what is kept of a content's envelopes."""
        rows = self._base.execute(
            "SELECT envelope_id, content_id, locks FROM sent WHERE content_id = ? ORDER BY envelope_id",
            (content_id,),
        )
        return [SentLocks(bytes(row[0]), bytes(row[1]), bytes(row[2])) for row in rows]

    def forget_sent(self, envelope_id: bytes) -> None:
        """A recall is confirmed: nothing more is needed for this envelope."""
        self._base.execute("DELETE FROM sent WHERE envelope_id = ?", (envelope_id,))

    def content_of(self, envelope_id: bytes) -> bytes:
        """Return the content of an envelope that was sent from here; nothing for any other."""
        row = self._base.execute(
            "SELECT content_id FROM sent WHERE envelope_id = ?", (envelope_id,)
        ).fetchone()
        return bytes(row[0]) if row else b""
