"""Receipt check: the verdict on each receipt of a file, with no trust in the relay.

Owns what is checked: signatures, each mailbox's chain, leaves, and the way through a batch and the log to a
signed checkpoint. Must never believe the file: what it says counts only where a signature, a hash or a proof
bears it out, and what cannot be checked is never called good. (docs/protocol.md, part 16.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from keys import log
from keys.copies_gone import CopiesGone, open_copies_gone, read_copies_gone
from keys.errors import KeysError
from keys.notes import open_note
from keys.receipt_file import Batch, FiledCopies, FiledReceipt, ReceiptKeys, parse_receipt_file
from keys.receipts import (
    Acceptance,
    Closing,
    Leaf,
    Receipt,
    entry_type,
    leaves_root,
    parse_receipt,
    receipt_hash,
)


class Verdict(StrEnum):
    """What a check of one part found. OPEN: there is nothing to check it against, yet or any more."""

    GOOD = "good"
    BAD = "bad"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class ReceiptVerdict:
    """What was found of one receipt, `receipt` being None unless signature and form are good.

    `chain` is OPEN where the file does not hold the mailbox's receipt before it, `leaves` for a certificate,
    which has none, `logged` while no batch, no proof or no checkpoint speaks for it.
    """

    order: int
    receipt: Receipt | None
    signature: Verdict
    chain: Verdict
    leaves: Verdict
    logged: Verdict

    @property
    def sound(self) -> bool:
        """Whether nothing of it is bad."""
        return Verdict.BAD not in (self.signature, self.chain, self.leaves, self.logged)


@dataclass(frozen=True, slots=True)
class CopiesVerdict:
    """What was found of somebody's word on their own copies; `gone` is None unless form and signature are
    good. It is theirs by that key alone: whose the key is, nothing in a file can show.
    """

    identity_public: bytes
    gone: CopiesGone | None


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """What was found of a file. `keys` are those that were believed; `pinned` says whether the reader had
    them, else they are the file's own and their fingerprints are to be shown.
    """

    keys: ReceiptKeys
    pinned: bool
    checkpoint: log.Checkpoint | None
    checkpoint_verdict: Verdict
    receipts: tuple[ReceiptVerdict, ...]
    own_copies: tuple[CopiesVerdict, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether nothing in it is bad."""
        receipts = self.checkpoint_verdict is not Verdict.BAD and all(one.sound for one in self.receipts)
        return receipts and all(one.gone is not None for one in self.own_copies)


def check_receipt_file(raw: bytes, pinned: ReceiptKeys | None = None) -> FileVerdict:
    """Check a file of receipts against the pinned keys, or else against its own. `Malformed` for what is no
    such file; everything else is in the verdict.
    """
    filed = parse_receipt_file(raw)
    keys = pinned or filed.keys
    checkpoint = _open_checkpoint(filed.checkpoint, keys)
    known = Verdict.OPEN if filed.checkpoint is None else Verdict.GOOD if checkpoint else Verdict.BAD
    newest: dict[bytes, tuple[int, bytes]] = {}
    verdicts = tuple(
        _check_one(one, keys, newest, checkpoint, filed.proofs)
        for one in sorted(filed.receipts, key=lambda one: one.order)
    )
    said = tuple(_check_copies(one) for one in filed.own_copies)
    return FileVerdict(keys, pinned is not None, checkpoint, known, verdicts, said)


def _check_copies(filed: FiledCopies) -> CopiesVerdict:
    try:
        gone, _ = read_copies_gone(filed.statement)
        open_copies_gone(filed.statement, gone.engagement_id, filed.identity_public)
    except KeysError:
        return CopiesVerdict(filed.identity_public, None)
    return CopiesVerdict(filed.identity_public, gone)


def _open_checkpoint(note: str | None, keys: ReceiptKeys) -> log.Checkpoint | None:
    name = f"{keys.host}/log"
    try:
        checkpoint = log.parse_checkpoint(open_note(note or "", name, keys.log_public))
    except KeysError:
        return None
    return checkpoint if checkpoint.origin == name else None


def _check_one(
    filed: FiledReceipt,
    keys: ReceiptKeys,
    newest: dict[bytes, tuple[int, bytes]],
    checkpoint: log.Checkpoint | None,
    proofs: Mapping[int, tuple[bytes, ...]],
) -> ReceiptVerdict:
    """Check one receipt; `newest` has number and hash of each mailbox's last one and takes this one's."""
    try:
        receipt = parse_receipt(open_note(filed.note, keys.host, keys.relay_public))
    except KeysError:
        return ReceiptVerdict(filed.order, None, Verdict.BAD, Verdict.OPEN, Verdict.OPEN, Verdict.OPEN)
    chain = _check_chain(receipt, newest.get(receipt.mailbox))
    newest[receipt.mailbox] = (receipt.number, receipt_hash(filed.note))
    leaves, logged = _check_leaves(receipt, filed.leaves), _check_logged(receipt, filed, checkpoint, proofs)
    return ReceiptVerdict(filed.order, receipt, Verdict.GOOD, chain, leaves, logged)


def _check_chain(receipt: Receipt, before: tuple[int, bytes] | None) -> Verdict:
    if before is None:
        return Verdict.GOOD if receipt.number == 1 else Verdict.OPEN
    follows = receipt.number == before[0] + 1 and receipt.previous_hash == before[1]
    return Verdict.GOOD if follows else Verdict.BAD


def _check_leaves(receipt: Receipt, leaves: Sequence[Leaf]) -> Verdict:
    if isinstance(receipt, Closing):
        return Verdict.BAD if leaves else Verdict.OPEN
    count = receipt.count if isinstance(receipt, Acceptance) else receipt.envelopes
    same = len(leaves) == count and leaves_root(type(receipt), leaves) == receipt.leaves_root
    return Verdict.GOOD if same else Verdict.BAD


def _check_logged(
    receipt: Receipt,
    filed: FiledReceipt,
    checkpoint: log.Checkpoint | None,
    proofs: Mapping[int, tuple[bytes, ...]],
) -> Verdict:
    batch = filed.batch
    if batch is None or checkpoint is None or batch.index not in proofs:
        return Verdict.OPEN
    leaf = log.leaf_hash(batch_entry_of(receipt, filed.note, batch))
    try:
        log.verify_inclusion(batch.index, checkpoint.size, leaf, proofs[batch.index], checkpoint.root)
    except KeysError:
        return Verdict.BAD
    return Verdict.GOOD


def batch_entry_of(receipt: Receipt, note: str, batch: Batch) -> bytes:
    """Return the entry that a receipt's place in its batch comes to, which the log has to hold at its
    index.
    """
    found = log.leaf_hash(receipt_hash(note))
    for level, step in enumerate(batch.path):
        right = batch.position >> level & 1
        found = log.node_hash(step, found) if right else log.node_hash(found, step)
    return log.batch_entry(entry_type(receipt), batch.day, found)
