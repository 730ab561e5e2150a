"""Receipts: what a second look found, and what the relay may therefore say. Owns the shapes that store and
flow pass, and the sums of a receipt; signs nothing.

A receipt never says more than the look that it comes from: what was still there counts as left, and a leaf
whose row or file is still there waits for a later receipt. (docs/protocol.md, part 16.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from keys.names import ZERO_HASH, day_of
from keys.receipts import Acceptance, Closing, Deletion, Leaf, leaves_root, mailbox_pseudonym
from relay.core.model import DAY_SECONDS

MOST_LEAVES = 4096
"""Of one receipt; what is more gets a further one, so that no answer and no transaction grows without end."""

_DATE_AT = 56
_FAR_AWAY = 2**52


class ReceiptKind(IntEnum):
    """What a receipt is, as stored."""

    ACCEPTANCE = 1
    DELETION = 2
    CLOSING = 3


@dataclass(frozen=True, slots=True)
class Tip:
    """The newest receipt of a mailbox: its number and hash; 0 and zeros before the first."""

    number: int = 0
    receipt_hash: bytes = ZERO_HASH


@dataclass(frozen=True, slots=True)
class Waiting:
    """A leaf that waits for its receipt, its row and files being gone. `position` is its place in the store;
    `promised_at` the date in the envelope's header, `due_at` the one that governed in the end.
    """

    position: int
    leaf: Leaf = field(repr=False)
    due_at: int
    promised_at: int


@dataclass(frozen=True, slots=True)
class Look:
    """What the store answered when it was asked again for every id of one mailbox.

    `gone` are the leaves that nothing remains of, `files` how many attachments went with them. `rows_left`
    are envelopes that are due and still there, `blobs_left` files. `left_dues` are (due, promised) of what is
    left. `end` is the position to look on from, where `more` leaves wait. `last_deletion` is the newest
    deletion receipt of the mailbox, empty before the first.
    """

    account_id: bytes
    mailbox_id: bytes
    expires_at: int
    tip: Tip
    gone: tuple[Waiting, ...]
    files: int
    rows_left: int
    blobs_left: int
    left_dues: tuple[tuple[int, int], ...]
    end: int
    more: bool
    last_deletion: str = field(repr=False)

    @property
    def left(self) -> int:
        """All that is left."""
        return self.rows_left + self.blobs_left


@dataclass(frozen=True, slots=True)
class NewReceipt:
    """A signed receipt as it is stored, if `tip` is still the newest of its mailbox.

    Of a deletion, `positions` are the leaves that it answers for; of an acceptance, `leaves` come with it.
    """

    account_id: bytes
    mailbox_id: bytes
    kind: ReceiptKind
    tip: Tip
    note: str = field(repr=False)
    receipt_hash: bytes
    day: int
    expires_at: int
    positions: tuple[int, ...] = ()
    leaves: tuple[Leaf, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Batched:
    """Where a receipt is in the log: index of its batch's entry, day, place in the batch and path from it."""

    index: int
    day: int
    position: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """A receipt as its owner is given it."""

    order: int
    note: str = field(repr=False)
    leaves: tuple[Leaf, ...] = field(repr=False)
    batch: Batched | None


@dataclass(frozen=True, slots=True)
class Unlogged:
    """A receipt that waits for the batch of its day."""

    order: int
    kind: ReceiptKind
    day: int
    receipt_hash: bytes


@dataclass(frozen=True, slots=True)
class Arrived:
    """An envelope that came on a day and is still there."""

    position: int
    envelope_id: bytes
    envelope_hash: bytes


@dataclass(frozen=True, slots=True)
class Lifetime:
    """What a certificate says of an engagement as a whole."""

    acts: int
    began_at: int
    work_ended_at: int
    hold_ended_at: int


def acceptance(
    receipt_id: bytes, mailbox_id: bytes, tip: Tip, leaves: Sequence[Leaf], day: int
) -> Acceptance:
    """The receipt of what a mailbox took on a day."""
    return Acceptance(
        receipt_id=receipt_id,
        mailbox=mailbox_pseudonym(mailbox_id),
        number=tip.number + 1,
        previous_hash=tip.receipt_hash,
        leaves_root=leaves_root(Acceptance, leaves),
        count=len(leaves),
        day=day,
    )


def deletion(
    receipt_id: bytes, look: Look, now: int, backup_tail_seconds: int, ring_tail_seconds: int
) -> Deletion:
    """The receipt of one look, after a sweep whose journal was truncated. Where the ring is backed up, its
    backups have a day's key for `ring_tail_seconds` after that day, and the keeper can be restored from them.
    """
    dues = [(one.due_at, one.promised_at) for one in look.gone] + list(look.left_dues)
    envelopes = len(look.gone)
    return Deletion(
        receipt_id=receipt_id,
        mailbox=mailbox_pseudonym(look.mailbox_id),
        number=look.tip.number + 1,
        previous_hash=look.tip.receipt_hash,
        leaves_root=leaves_root(Deletion, [one.leaf for one in look.gone]),
        done_at=now,
        due_first=min(due_at for due_at, _ in dues),
        due_last=max(due_at for due_at, _ in dues),
        asked=envelopes + look.files + look.left,
        removed=envelopes + look.files,
        left=look.left,
        envelopes=envelopes,
        files=look.files,
        rows_left=look.rows_left,
        blobs_left=look.blobs_left,
        journal="truncated",
        keys_until=keys_until(promised_at for _, promised_at in dues) + ring_tail_seconds,
        backups_until=now + backup_tail_seconds,
    )


def closing(
    receipt_id: bytes,
    mailbox_id: bytes,
    tip: Tip,
    life: Lifetime,
    now: int,
    *,
    deletions: Sequence[Deletion],
    notes: Sequence[Deletion],
) -> Closing:
    """The certificate of an engagement of which nothing is left. `deletions` are those of all its mailboxes,
    `notes` those of its notes mailbox among them; a file counts in each mailbox that had it, as a message's
    envelopes do.
    """
    removed = sum(one.removed for one in deletions)
    return Closing(
        receipt_id=receipt_id,
        mailbox=mailbox_pseudonym(mailbox_id),
        number=tip.number + 1,
        previous_hash=tip.receipt_hash,
        done_at=now,
        asked=removed,
        removed=removed,
        left=0,
        envelopes=sum(one.envelopes for one in deletions),
        files=sum(one.files for one in deletions),
        rows_left=0,
        blobs_left=0,
        journal="truncated",
        keys_until=max((one.keys_until for one in deletions), default=now),
        backups_until=max((one.backups_until for one in deletions), default=now),
        notes=sum(one.envelopes for one in notes),
        acts=life.acts,
        began_at=life.began_at,
        work_ended_at=life.work_ended_at,
        hold_ended_at=life.hold_ended_at,
        chain=tip.number,
    )


def keys_until(promised_at: Iterable[int]) -> int:
    """The first second at which the keeper holds no key to any of it: the end of the latest promised day."""
    return (day_of(max(promised_at)) + 1) * DAY_SECONDS


def promised_at(raw: bytes) -> int:
    """The date in an envelope's header (docs/protocol.md, part 5), which decides when its key goes. It was
    checked when the envelope came in; what is no date counts as one that is far away.
    """
    found = int.from_bytes(raw[_DATE_AT : _DATE_AT + 8], "big")
    return found if 0 < found < _FAR_AWAY else _FAR_AWAY
