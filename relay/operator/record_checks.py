"""What `relay doctor` looks at in receipts and log: that they verify, that they belong together, and that
none is overdue. Owns these checks; mends nothing, and shows nothing of a person.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Final

from keys.errors import KeysError
from keys.log import parse_checkpoint
from keys.notes import open_note
from keys.receipts import parse_receipt, receipt_hash
from relay.core.errors import NotFound
from relay.core.log import joined, subtrees
from relay.core.model import DAY_SECONDS
from relay.operator.findings import FINE, WARNING, WRONG, Finding
from relay.service.keyfiles import KeyFiles
from relay.store.log import hashes_of, log_size

MOST_CHECKED: Final = 10_000
"""Receipts that one examination verifies, the newest: some seconds."""
LATE_SECONDS: Final = 600

LATE_LEAVES: Final = "SELECT count(*) FROM receipt_leaves WHERE number=0 AND due_at<=?"
LATE_CERTIFICATES: Final = "SELECT count(*) FROM engagements WHERE state='gone' AND expires_at<=?"
LATE_BATCHES: Final = "SELECT count(*) FROM receipts WHERE batch_index=-1 AND receipt<>'' AND day<?"
NEWEST: Final = """
SELECT mailbox_id, number, receipt, hash FROM receipts ORDER BY position DESC LIMIT ?"""


def examine_records(reader: sqlite3.Connection, keys: KeyFiles, authority: str) -> Iterator[Finding]:
    """All checks; `reader` shows one snapshot."""
    yield _receipts(reader, keys, authority)
    yield _waiting(reader)
    yield _log(reader, keys, f"{authority}/log")


def _receipts(reader: sqlite3.Connection, keys: KeyFiles, authority: str) -> Finding:
    """Each is signed, hashed as stored, and follows the one before it."""
    found = reader.execute(NEWEST, (MOST_CHECKED,)).fetchall()
    hashes = {(mailbox_id, number): digest for mailbox_id, number, _, digest in found}
    wrong = 0
    for mailbox_id, number, note, digest in found:
        before = hashes.get((mailbox_id, number - 1))
        wrong += bool(note) and not _is_good(note, digest, before, keys, authority)
    if wrong:
        told = f"{wrong} of {len(found)} do not verify"
        advice = "the database was changed by other means: restore a backup with the ledger"
        return Finding("records", "receipts", WRONG, told, advice)
    return Finding("records", "receipts", FINE, f"{len(found)} verify, each after the one before it")


def _is_good(note: str, digest: bytes, before: bytes | None, keys: KeyFiles, authority: str) -> bool:
    try:
        receipt = parse_receipt(open_note(note, authority, keys.relay.public))
    except KeysError:
        return False
    return receipt_hash(note) == digest and before in (None, receipt.previous_hash)


def _waiting(reader: sqlite3.Connection) -> Finding:
    """What went before the last sweeps has its receipt, its certificate and its place in the log."""
    row = reader.execute("SELECT value FROM notes WHERE name='last_sweep_at'").fetchone()
    if row is None:
        return Finding("records", "waiting", WARNING, "nothing was swept yet")
    swept_at = int(row[0])
    (leaves,) = reader.execute(LATE_LEAVES, (swept_at - LATE_SECONDS,)).fetchone()
    (certificates,) = reader.execute(LATE_CERTIFICATES, (swept_at - LATE_SECONDS,)).fetchone()
    (batches,) = reader.execute(LATE_BATCHES, (swept_at // DAY_SECONDS - 1,)).fetchone()
    told = f"{leaves} deletions without a receipt, {certificates} certificates, {batches} receipts not logged"
    if leaves or certificates or batches:
        return Finding("records", "waiting", WRONG, told, "the log says why: sweep.failed, log.trouble")
    return Finding("records", "waiting", FINE, told)


def _log(reader: sqlite3.Connection, keys: KeyFiles, name: str) -> Finding:
    """The newest checkpoint is ours, and its root is that of the entries."""
    row = reader.execute("SELECT size, note FROM log_checkpoints ORDER BY size DESC LIMIT 1").fetchone()
    if row is None:
        return Finding("records", "log", WARNING, "nothing is signed yet", "relay serve")
    size, note = row
    try:
        checkpoint = parse_checkpoint(open_note(note, name, keys.log.public))
        root = joined(hashes_of(reader, subtrees(0, size)))
    except (KeysError, NotFound):
        checkpoint, root = None, b""
    if checkpoint is None or (checkpoint.size, checkpoint.root) != (size, root):
        advice = (
            "readers will say that this relay shows two records: restore the newest backup with its ledger"
        )
        return Finding("records", "log", WRONG, "the newest checkpoint is not of these entries", advice)
    rest = log_size(reader) - size
    return Finding("records", "log", FINE, f"{size} entries are signed, {rest} wait for the next checkpoint")
