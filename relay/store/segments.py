"""When segments of a sealed index go. Owns the statements that keep one from outliving what it quotes: it
goes in the transaction that takes an envelope of its place away, and its date comes forward with an act's
(docs/protocol.md, part 19).
"""

from __future__ import annotations

import sqlite3

from relay.store.limits import INDEX_RUN

PLACE = f"""
(day, number) = (SELECT (promised_at(substr(raw, 1, 64)) - 1) / 86400, position / {INDEX_RUN}
    FROM mailbox_rows WHERE mailbox_id = ?1 AND envelope_id = ?2 AND reason = 0)"""  # noqa: S608 - a number of ours
DROP_WITH = f"DELETE FROM index_segments WHERE mailbox_id = ?1 AND {PLACE}"  # noqa: S608 - a number of ours
FORWARD_WITH = f"""
UPDATE index_segments SET expires_at = ?3 WHERE mailbox_id = ?1 AND expires_at > ?3 AND {PLACE}"""  # noqa: S608


def drop_with(database: sqlite3.Connection, mailbox_id: bytes, envelope_id: bytes) -> None:
    """Take the segment away that holds an envelope's row. To be called while the envelope is still there."""
    database.execute(DROP_WITH, (mailbox_id, envelope_id))


def bring_forward_with(
    database: sqlite3.Connection, mailbox_id: bytes, envelope_id: bytes, date: int
) -> None:
    """The segment that holds an envelope's row goes no later than the envelope."""
    database.execute(FORWARD_WITH, (mailbox_id, envelope_id, date))


def end_segments_at(database: sqlite3.Connection, mailbox_id: bytes, ends_at: int) -> None:
    """Nothing outlives its mailbox."""
    database.execute(
        "UPDATE index_segments SET expires_at=?1 WHERE mailbox_id=?2 AND expires_at>?1", (ends_at, mailbox_id)
    )
