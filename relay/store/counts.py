"""Counts that stand beside the rows that they count, so that a hot path need not add them up. Owns whether
they agree, and how they are counted anew.

Each is changed by the transaction that changes what it counts, so nothing that is killed leaves one behind;
who writes to a database by other means may.
"""

from __future__ import annotations

import sqlite3
from typing import Final

HELD: Final = """
SELECT coalesce(sum(length(r.raw)), 0) FROM mailbox_rows r
WHERE r.mailbox_id = mailboxes.mailbox_id AND r.reason = 0"""
WRONG_BYTES: Final = f"SELECT count(*) FROM mailboxes WHERE expires_at > ?1 AND stored_bytes <> ({HELD})"  # noqa: S608 - a phrase of ours
WRONG_CURSORS: Final = """
SELECT count(*) FROM mailboxes m WHERE m.expires_at > ?1 AND m.cursor < (
    SELECT max(r.position) FROM mailbox_rows r WHERE r.mailbox_id = m.mailbox_id)"""
WRONG_FILES: Final = """
SELECT count(*) FROM blobs b WHERE b.expires_at > ?1 AND b.stored_bytes <>
    (SELECT coalesce(sum(length(c.chunk)), 0) FROM blob_chunks c WHERE c.blob_id = b.blob_id)
    + (SELECT coalesce(sum(o.stored_bytes), 0) FROM blob_objects o WHERE o.blob_id = b.blob_id)"""
COUNT_BYTES: Final = f"UPDATE mailboxes SET stored_bytes = ({HELD}) WHERE stored_bytes <> ({HELD})"  # noqa: S608 - a phrase of ours


def wrong_mailboxes(database: sqlite3.Connection, now: int) -> int:
    """How many living mailboxes say that their envelopes have other bytes than they have, or a position that
    one of them is beyond.
    """
    return sum(_one(database, statement, now) for statement in (WRONG_BYTES, WRONG_CURSORS))


def wrong_files(database: sqlite3.Connection, now: int) -> int:
    """How many living blobs have other bytes than they should: what is missing cannot be counted back."""
    return _one(database, WRONG_FILES, now)


def count_anew(database: sqlite3.Connection) -> None:
    """Let each mailbox say what its envelopes have. To be called where nobody else writes."""
    database.execute(COUNT_BYTES)


def _one(database: sqlite3.Connection, statement: str, now: int) -> int:
    return int(database.execute(statement, (now,)).fetchone()[0])
