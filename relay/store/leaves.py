"""Leaves: what is kept of an envelope that goes, until its receipt is written. Owns the statement that writes
one, and where their ends lie.

A leaf is written in the transaction that takes its envelope away, so none can be lost. It holds a hash and
random ids, and nothing that was in the envelope.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Sequence
from typing import Final

from relay.core.receipts import promised_at
from relay.store.deletions import Ledgered, record_gone
from relay.store.limits import ACCOUNT_TAIL_SECONDS

NONCE_BYTES: Final = 32

LEAVE: Final = """
INSERT INTO receipt_leaves (account_id, mailbox_id, number, nonce, envelope_id, envelope_hash, due_at,
    promised_at, blob_ids, expires_at)
SELECT m.account_id, r.mailbox_id, 0, CAST(?6 AS BLOB), r.envelope_id, sha256(r.raw),
    min(r.expires_at, m.expires_at), promised_at(substr(r.raw, 1, 64)), ?3, max(m.expires_at, ?4) + ?5
FROM mailbox_rows r JOIN mailboxes m ON m.mailbox_id = r.mailbox_id
WHERE r.mailbox_id = ?1 AND r.envelope_id = ?2 AND r.reason = 0"""


def teach(database: sqlite3.Connection) -> None:
    """Give a file's connection what the statements of leaves need: hashes, and the date of a header."""
    database.create_function("sha256", 1, sha256, deterministic=True)
    database.create_function("promised_at", 1, promised_at, deterministic=True)


def leave(
    database: sqlite3.Connection, mailbox_id: bytes, envelope_id: bytes, blob_ids: Sequence[bytes], now: int
) -> None:
    """Write the leaf of an envelope that this transaction takes away, and tell the ledger; nothing for a
    tombstone. To be called while the envelope is still there.
    """
    bound = (mailbox_id, envelope_id, b"".join(blob_ids), now, ACCOUNT_TAIL_SECONDS, _nonce(database))
    if database.execute(LEAVE, bound).rowcount:
        record_gone(database, mailbox_id, [envelope_id], now)


def _nonce(database: sqlite3.Connection) -> bytes:
    return database.random(NONCE_BYTES) if isinstance(database, Ledgered) else os.urandom(NONCE_BYTES)


def move_ends(database: sqlite3.Connection, mailbox_id: bytes, ends_at: int) -> None:
    """Let the receipts of a mailbox and their leaves end at that instant: 30 days after the mailbox."""
    database.execute("UPDATE receipts SET expires_at=? WHERE mailbox_id=?", (ends_at, mailbox_id))
    database.execute(
        "UPDATE receipt_leaves SET expires_at=?1 WHERE mailbox_id=?2"
        " AND number IN (SELECT number FROM receipts WHERE mailbox_id=?2 UNION SELECT 0)",
        (ends_at, mailbox_id),
    )


def sha256(raw: bytes) -> bytes:
    """H of docs/protocol.md, over a row's bytes."""
    return hashlib.sha256(raw).digest()
