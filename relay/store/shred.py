"""Taking away: envelopes, links and blobs. Owns the statements after which bytes are gone from their pages
(`secure_delete`). Each envelope leaves a leaf, for the receipt.

From the journal they are gone after the next truncating checkpoint; in backups they die with the keeper's
day.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from relay.core.model import DAY_SECONDS, Reason
from relay.store.leaves import leave
from relay.store.limits import PIECE_BYTES
from relay.store.segments import drop_with
from relay.store.shared import lock_blob

LEAVE_TOMBSTONE: Final = """
UPDATE mailbox_rows SET position=?, received_day=?, expires_at=?, shortened=0, reason=?, raw=NULL,
    twin_id=NULL
WHERE mailbox_id=? AND envelope_id=?"""
REMOVE_ROW: Final = "DELETE FROM mailbox_rows WHERE mailbox_id=? AND envelope_id=?"
REMOVE_LAST_CHUNK: Final = """
DELETE FROM blob_chunks WHERE blob_id=?1 AND start=(SELECT max(start) FROM blob_chunks WHERE blob_id=?1)
RETURNING length(chunk)"""
NAMED_STILL: Final = """
(EXISTS (SELECT 1 FROM blob_objects o WHERE o.blob_id = blobs.blob_id)
    OR EXISTS (SELECT 1 FROM blob_links l WHERE l.blob_id = blobs.blob_id))"""
"""Of a blob that is due: whether objects of it are there, or envelopes that were passed over, whose leaves
are to name it."""
REMOVE_BLOB: Final = f"DELETE FROM blobs WHERE blob_id=? AND NOT {NAMED_STILL}"  # noqa: S608 - a phrase of ours


def expire_envelope(
    database: sqlite3.Connection, mailbox_id: bytes, envelope_id: bytes, reason: Reason, now: int
) -> tuple[int, list[bytes]]:
    """Leave a tombstone at a new position; give back that position and the blobs that lost their last link.

    The envelope must be there. The tombstone stays until the end of the mailbox, and keeps whether it was
    acknowledged: the author's copy may go after it.
    """
    lonely = _part_from(database, mailbox_id, envelope_id, now)
    position, ends_at = database.execute(
        "UPDATE mailboxes SET cursor=cursor+1, stored_bytes=stored_bytes-(SELECT length(raw)"
        " FROM mailbox_rows WHERE mailbox_id=?1 AND envelope_id=?2) WHERE mailbox_id=?1"
        " RETURNING cursor, expires_at",
        (mailbox_id, envelope_id),
    ).fetchone()
    database.execute(
        LEAVE_TOMBSTONE,
        (position, now // DAY_SECONDS, ends_at, int(reason), mailbox_id, envelope_id),
    )
    return int(position), lonely


def remove_row(database: sqlite3.Connection, mailbox_id: bytes, envelope_id: bytes, now: int) -> None:
    """Take an envelope or a tombstone away with nothing left; the sum of its mailbox ends with it."""
    _part_from(database, mailbox_id, envelope_id, now)
    database.execute(REMOVE_ROW, (mailbox_id, envelope_id))


def _part_from(database: sqlite3.Connection, mailbox_id: bytes, envelope_id: bytes, now: int) -> list[bytes]:
    """Take an envelope's links and its row of the index away, and leave its leaf. Blobs without another link
    are due from now on; give them back.
    """
    drop_with(database, mailbox_id, envelope_id)
    deleted = database.execute(
        "DELETE FROM blob_links WHERE mailbox_id=? AND envelope_id=? RETURNING blob_id",
        (mailbox_id, envelope_id),
    ).fetchall()
    linked = sorted(blob_id for (blob_id,) in deleted)
    leave(database, mailbox_id, envelope_id, linked, now)
    lonely = []
    for blob_id in linked:
        lock_blob(database, blob_id)
        if database.execute("SELECT 1 FROM blob_links WHERE blob_id=?", (blob_id,)).fetchone() is None:
            database.execute("UPDATE blobs SET expires_at=min(expires_at, ?) WHERE blob_id=?", (now, blob_id))
            lonely.append(blob_id)
    return lonely


def shred_due(database: sqlite3.Connection, blob_id: bytes, now: int) -> bool:
    """Take at most 8 MiB of a due blob away, and at last its row; True while chunks of it remain."""
    if (
        database.execute("SELECT 1 FROM blobs WHERE blob_id=? AND expires_at<=?", (blob_id, now)).fetchone()
        is None
    ):
        return False
    taken = 0
    while taken < PIECE_BYTES and (size := shred_chunk(database, blob_id)):
        taken += size
    if taken >= PIECE_BYTES:
        return True
    database.execute(REMOVE_BLOB, (blob_id,))
    return False


def shred_chunk(database: sqlite3.Connection, blob_id: bytes) -> int:
    """Take the last chunk of a blob away; its size, or 0 where none was left."""
    row = database.execute(REMOVE_LAST_CHUNK, (blob_id,)).fetchone()
    return int(row[0]) if row else 0
