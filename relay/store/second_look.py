"""The second look: whether what a mailbox's leaves tell of is gone, and where its chain of receipts stands.
Owns what the next receipt may say (docs/protocol.md, part 16). Must never change anything, nor take a leaf's
word for it.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from keys.receipts import Leaf
from relay.core.receipts import MOST_LEAVES, Look, Tip, Waiting, promised_at
from relay.store.limits import ACCOUNT_TAIL_SECONDS

BLOB_ID_BYTES: Final = 32
WAITING: Final = """
SELECT position, nonce, envelope_id, envelope_hash, due_at, promised_at, blob_ids, account_id, expires_at
FROM receipt_leaves WHERE number = 0 AND mailbox_id = ? AND position > ? AND position <= ?
ORDER BY position LIMIT ?"""
MAILBOXES: Final = """
SELECT DISTINCT mailbox_id FROM receipt_leaves WHERE number = 0 AND position <= ?1
UNION SELECT mailbox_id FROM (
    SELECT mailbox_id FROM mailbox_rows WHERE expires_at <= ?2 AND reason = 0
    ORDER BY expires_at LIMIT 10000) AS late"""
"""By date and without DISTINCT inside, which SQLite would serve by walking all rows of all mailboxes."""
STUCK: Final = """
SELECT expires_at, substr(raw, 1, 64) FROM mailbox_rows
WHERE mailbox_id = ? AND expires_at <= ? AND reason = 0 LIMIT ?"""
REMAINS: Final = "SELECT 1 FROM mailbox_rows WHERE mailbox_id = ? AND envelope_id = ? AND reason = 0"
BLOB_REMAINS: Final = """
SELECT 1 FROM blobs WHERE blob_id = ?1 AND expires_at <= ?2
UNION ALL SELECT 1 FROM blob_chunks WHERE blob_id = ?1 AND NOT EXISTS (
    SELECT 1 FROM blobs WHERE blob_id = ?1) LIMIT 1"""
TIP: Final = "SELECT number, hash FROM receipts WHERE mailbox_id = ? ORDER BY number DESC LIMIT 1"


def look(database: sqlite3.Connection, mailbox_id: bytes, after: int, up_to: int, now: int) -> Look | None:
    """What became of a page of a mailbox's waiting leaves; None where nothing waits and nothing is late."""
    found = database.execute(WAITING, (mailbox_id, after, up_to, MOST_LEAVES)).fetchall()
    # what no leaf tells of is counted once, on the first page
    stuck = [] if after else database.execute(STUCK, (mailbox_id, now, MOST_LEAVES)).fetchall()
    if not found and not stuck:
        return None
    gone: list[Waiting] = []
    files: set[bytes] = set()
    files_left: set[bytes] = set()
    left_dues = [(due_at, promised_at(head)) for due_at, head in stuck]
    rows_left = len(stuck)
    for position, nonce, envelope_id, envelope_hash, due_at, promised, joined, *_ in found:
        blob_ids = [joined[at : at + BLOB_ID_BYTES] for at in range(0, len(joined), BLOB_ID_BYTES)]
        row_left = database.execute(REMAINS, (mailbox_id, envelope_id)).fetchone() is not None
        left = {one for one in blob_ids if database.execute(BLOB_REMAINS, (one, now)).fetchone()}
        if row_left or left:
            rows_left += row_left
            files_left |= left
            left_dues.append((due_at, promised))
            continue
        gone.append(Waiting(position, Leaf(nonce, envelope_id, envelope_hash), due_at, promised))
        files |= {one for one in blob_ids if not _is_here(database, one)}
    account_id, expires_at = found[0][7:] if found else _owner(database, mailbox_id)
    return Look(
        account_id=account_id,
        mailbox_id=mailbox_id,
        expires_at=expires_at,
        tip=tip(database, mailbox_id),
        gone=tuple(gone),
        files=len(files),
        rows_left=rows_left,
        blobs_left=len(files_left),
        left_dues=tuple(left_dues),
        end=found[-1][0] if found else up_to,
        more=len(found) == MOST_LEAVES,
        last_deletion=_last_deletion(database, mailbox_id),
    )


def tip(database: sqlite3.Connection, mailbox_id: bytes) -> Tip:
    """Where a mailbox's chain of receipts stands."""
    row = database.execute(TIP, (mailbox_id,)).fetchone()
    return Tip(*row) if row else Tip()


def _is_here(database: sqlite3.Connection, blob_id: bytes) -> bool:
    """Whether a blob lives on, by other envelopes."""
    return database.execute("SELECT 1 FROM blobs WHERE blob_id=?", (blob_id,)).fetchone() is not None


def _owner(database: sqlite3.Connection, mailbox_id: bytes) -> tuple[bytes, int]:
    account_id, expires_at = database.execute(
        "SELECT account_id, expires_at FROM mailboxes WHERE mailbox_id=?", (mailbox_id,)
    ).fetchone()
    return account_id, expires_at + ACCOUNT_TAIL_SECONDS


def _last_deletion(database: sqlite3.Connection, mailbox_id: bytes) -> str:
    row = database.execute(
        "SELECT receipt FROM receipts WHERE mailbox_id=? AND kind=2 ORDER BY number DESC LIMIT 1",
        (mailbox_id,),
    ).fetchone()
    return str(row[0]) if row else ""
