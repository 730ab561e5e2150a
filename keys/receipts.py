"""Receipts: what the relay signs of having taken things, of having removed them, and of a closed engagement.

Owns the lines of the three kinds and the leaves that they stand for. Must never write or take a line that
part 16 does not name, or a number in two ways: the text is what is signed, hashed and chained.
(docs/protocol.md, part 16.)
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from keys.encoding import MOST_INTEGER, exact, from_base64url, label, to_base64url
from keys.errors import Malformed
from keys.log import EntryType, leaf_hash, tree_root
from keys.names import ID_BYTES, ZERO_HASH
from keys.suite import H

FIRST_LINE: Final = "quietbox/receipt/v1"
DOES_NOT_PROVE: Final = (
    "copies that people saved or printed; the other computer; backups before backups-until"
)
JOURNAL_STATES: Final = ("truncated", "busy")

_NUMBER: Final = re.compile(r"(0|[1-9][0-9]{0,15})\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """That envelopes were taken on a day. `mailbox` is the mailbox's pseudonym, `previous_hash` that of its
    receipt before this one; `number` rises by 1 from 1.
    """

    receipt_id: bytes
    mailbox: bytes
    number: int
    previous_hash: bytes
    leaves_root: bytes
    count: int
    day: int

    def encode(self) -> str:
        """Return the text to sign; `Malformed` for a field that no receipt has."""
        return _write(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """That what was due in a mailbox is gone, as a second look found it.

    `rows_left` and `blobs_left` are 0 where that look found none; `journal` is one of `JOURNAL_STATES`.
    Instants are Unix seconds; `keys_until` and `backups_until` are the first second at which the keeper's
    keys and the last backup are gone.
    """

    receipt_id: bytes
    mailbox: bytes
    number: int
    previous_hash: bytes
    leaves_root: bytes
    done_at: int
    due_first: int
    due_last: int
    asked: int
    removed: int
    left: int
    envelopes: int
    files: int
    rows_left: int
    blobs_left: int
    journal: str
    keys_until: int
    backups_until: int

    def encode(self) -> str:
        """Return the text to sign; `Malformed` for a field that no receipt has."""
        return _write(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """The certificate of an engagement that has ended: what was held, what went and when, over all of it.

    `chain` is the number of receipts before it. The other fields are as in `Deletion`.
    """

    receipt_id: bytes
    mailbox: bytes
    number: int
    previous_hash: bytes
    done_at: int
    asked: int
    removed: int
    left: int
    envelopes: int
    files: int
    rows_left: int
    blobs_left: int
    journal: str
    keys_until: int
    backups_until: int
    notes: int
    acts: int
    began_at: int
    work_ended_at: int
    hold_ended_at: int
    chain: int

    def encode(self) -> str:
        """Return the text to sign; `Malformed` for a field that no receipt has."""
        return _write(self)


Receipt = Acceptance | Deletion | Closing


class _Line(NamedTuple):
    """Which field a line holds, and in which form."""

    field: str
    form: str


_HEAD: Final = {
    "receipt": _Line("receipt_id", "id"),
    "mailbox": _Line("mailbox", "id"),
    "number": _Line("number", "number"),
    "previous": _Line("previous_hash", "hash"),
}
_REMOVED: Final = {
    "done": _Line("done_at", "number"),
    "asked": _Line("asked", "number"),
    "removed": _Line("removed", "number"),
    "left": _Line("left", "number"),
    "envelopes": _Line("envelopes", "number"),
    "files": _Line("files", "number"),
    "rows": _Line("rows_left", "left"),
    "blobs": _Line("blobs_left", "left"),
    "journal": _Line("journal", "journal"),
    "keys-until": _Line("keys_until", "number"),
    "backups-until": _Line("backups_until", "number"),
}
_CERTIFIED: Final = {
    "notes": _Line("notes", "number"),
    "acts": _Line("acts", "number"),
    "began": _Line("began_at", "number"),
    "work-ended": _Line("work_ended_at", "number"),
    "hold-ended": _Line("hold_ended_at", "number"),
    "chain": _Line("chain", "number"),
}
_LEAVES: Final = {"leaves": _Line("leaves_root", "hash")}
_DUE: Final = {"due-first": _Line("due_first", "number"), "due-last": _Line("due_last", "number")}
_COUNT: Final = {"count": _Line("count", "number"), "day": _Line("day", "number")}

_LINES: Final[Mapping[type[Receipt], Mapping[str, _Line]]] = {
    Acceptance: _HEAD | _LEAVES | _COUNT,
    Deletion: _HEAD | _LEAVES | _REMOVED | _DUE,
    Closing: _HEAD | _REMOVED | _CERTIFIED,
}
_TYPES: Final[Mapping[str, type[Receipt]]] = {
    "acceptance": Acceptance,
    "deletion": Deletion,
    "closing": Closing,
}
_NAMES: Final = {kind: name for name, kind in _TYPES.items()}


def parse_receipt(text: str) -> Receipt:
    """Parse the text of an opened note strictly: the lines of its kind, ascending, and nothing else."""
    first, *lines = text.split("\n")
    pairs = [line.partition(": ") for line in lines[:-1]]
    values = {name: value for name, _, value in pairs}
    kind = _TYPES.get(values.get("type", ""))
    if first != FIRST_LINE or lines[-1:] != [""] or kind is None:
        raise Malformed("not a receipt")
    if [name for name, _, _ in pairs] != sorted([*_LINES[kind], *_constants(kind)]):
        raise Malformed("not the lines of this kind of receipt")
    fields = {line.field: _read(line.form, values[name]) for name, line in _LINES[kind].items()}
    receipt: Receipt = kind(**fields)  # type: ignore[arg-type]
    if receipt.encode() != text:
        raise Malformed("not a receipt as it is written")
    return receipt


def receipt_hash(note: str) -> bytes:
    """Return the hash of a whole note, by which the mailbox's next receipt and the log's batch name it."""
    return H(label("receipt-hash"), note.encode("utf-8"))


def mailbox_pseudonym(mailbox_id: bytes) -> bytes:
    """Return the 16 bytes under which receipts name a mailbox."""
    return H(label("receipt-mailbox"), exact(mailbox_id, ID_BYTES, "mailbox id"))[:ID_BYTES]


def entry_type(receipt: Receipt) -> EntryType:
    """The type of the log's entry that a receipt's batch makes."""
    return EntryType.ACCEPTANCES if isinstance(receipt, Acceptance) else EntryType.DELETIONS


# --- leaves ---


@dataclass(frozen=True, slots=True)
class Leaf:
    """An envelope that a receipt stands for; the 32-byte nonce keeps others from guessing it."""

    nonce: bytes
    envelope_id: bytes
    envelope_hash: bytes


def acceptance_leaf(leaf: Leaf) -> bytes:
    """Return the 32-byte entry of an envelope that was taken."""
    return _leaf("leaf-acc", leaf)


def deletion_leaf(leaf: Leaf) -> bytes:
    """Return the 32-byte entry of an envelope that is gone."""
    return _leaf("leaf-del", leaf)


def leaves_root(kind: type[Receipt], leaves: Sequence[Leaf]) -> bytes:
    """Return the root over exactly these leaves, in this order, for a receipt of this kind."""
    make = acceptance_leaf if kind is Acceptance else deletion_leaf
    return tree_root([leaf_hash(make(leaf)) for leaf in leaves])


def _leaf(name: str, leaf: Leaf) -> bytes:
    nonce, envelope_id = exact(leaf.nonce, 32, "nonce"), exact(leaf.envelope_id, ID_BYTES, "envelope id")
    return H(label(name), nonce, envelope_id, exact(leaf.envelope_hash, 32, "envelope hash"))


# --- lines ---


def _write(receipt: Receipt) -> str:
    kind = type(receipt)
    _check(receipt)
    values = {
        name: _form(line.form, getattr(receipt, line.field)) for name, line in _LINES[kind].items()
    } | _constants(kind)
    return "\n".join([FIRST_LINE, *(f"{name}: {values[name]}" for name in sorted(values)), ""])


def _constants(kind: type[Receipt]) -> dict[str, str]:
    """The lines that are the same in every receipt of a kind."""
    proves = {} if kind is Acceptance else {"does-not-prove": DOES_NOT_PROVE}
    return {"type": _NAMES[kind]} | proves


def _form(form: str, value: bytes | int | str) -> str:
    if isinstance(value, bytes):
        return to_base64url(exact(value, ID_BYTES if form == "id" else 32, form))
    if isinstance(value, str):
        return value
    if not 0 <= value <= MOST_INTEGER:
        raise Malformed("integer out of range")
    return str(value) if form == "number" else f"left {value}" if value else "ok"


def _read(form: str, text: str) -> bytes | int | str:
    if form == "id":
        return from_base64url(text, ID_BYTES)
    if form == "hash":
        return from_base64url(text, 32)
    if form == "journal":
        return text
    if form == "left":
        return 0 if text == "ok" else _number(text.removeprefix("left "))
    return _number(text)


def _number(text: str) -> int:
    if not _NUMBER.match(text):
        raise Malformed("not a number")
    return int(text)


def _check(receipt: Receipt) -> None:
    """Refuse what contradicts itself: the order of the chain, or sums that do not add up."""
    if receipt.number < 1 or (receipt.number == 1) != (receipt.previous_hash == ZERO_HASH):
        raise Malformed("only a first receipt has no previous one")
    if isinstance(receipt, Acceptance):
        if receipt.count < 1:
            raise Malformed("an acceptance is of something")
        return
    if receipt.journal not in JOURNAL_STATES or receipt.asked != receipt.removed + receipt.left:
        raise Malformed("a receipt's counts do not add up")
    if isinstance(receipt, Deletion):
        if receipt.removed != receipt.envelopes + receipt.files or receipt.due_first > receipt.due_last:
            raise Malformed("a receipt's counts do not add up")
    elif receipt.chain != receipt.number - 1:
        raise Malformed("a certificate counts the receipts before it")
