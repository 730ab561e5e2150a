"""Notary: signs what the relay says of itself. Owns the relay's key, the number and the hash of each receipt
as it is stored, and that one is written at a time.

A receipt is signed for one place in its mailbox's chain; the store takes it there or not at all.
(docs/protocol.md, part 16.)
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from keys.names import Random
from keys.notes import open_note, sign_note
from keys.receipts import Acceptance, Deletion, Leaf, Receipt, parse_receipt, receipt_hash
from keys.suite import SignKey
from relay.core.receipts import NewReceipt, ReceiptKind, Tip

ID_BYTES = 16


class Notary:
    """Signs under the authority of the relay's origin. `lock` is held while a mailbox's next receipt is drawn
    up and stored.
    """

    def __init__(self, key: SignKey, random: Random, *, authority: str) -> None:
        self._key = key
        self._random = random
        self._authority = authority
        self.lock = asyncio.Lock()

    def new_id(self) -> bytes:
        """The id of a receipt."""
        return self._random(ID_BYTES)

    def new_leaf(self, envelope_id: bytes, envelope_hash: bytes) -> Leaf:
        """A leaf with a nonce of its own."""
        return Leaf(self._random(32), envelope_id, envelope_hash)

    def sign(
        self,
        receipt: Receipt,
        tip: Tip,
        *,
        account_id: bytes,
        mailbox_id: bytes,
        day: int,
        expires_at: int,
        positions: Sequence[int] = (),
        leaves: Sequence[Leaf] = (),
    ) -> NewReceipt:
        """A receipt as the store takes it."""
        note = sign_note(receipt.encode(), self._authority, self._key)
        return NewReceipt(
            account_id=account_id,
            mailbox_id=mailbox_id,
            kind=_kind(receipt),
            tip=tip,
            note=note,
            receipt_hash=receipt_hash(note),
            day=day,
            expires_at=expires_at,
            positions=tuple(positions),
            leaves=tuple(leaves),
        )

    def read_deletions(self, notes: Sequence[str]) -> list[Deletion]:
        """What was signed here. Raises KeysError for a note that was not."""
        found = [parse_receipt(open_note(note, self._authority, self._key.public)) for note in notes]
        return [receipt for receipt in found if isinstance(receipt, Deletion)]


def _kind(receipt: Receipt) -> ReceiptKind:
    if isinstance(receipt, Acceptance):
        return ReceiptKind.ACCEPTANCE
    return ReceiptKind.DELETION if isinstance(receipt, Deletion) else ReceiptKind.CLOSING
