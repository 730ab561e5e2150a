"""Receipt file: a person's receipts with what is needed to check them, away from the relay.

Owns the file's JSON, and a receipt as the relay's answer lists it. Must never say that anything in it is
true: `keys.receipt_check` does. (docs/protocol.md, part 16, File of receipts.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from keys.copies_gone import MOST_BYTES
from keys.encoding import MOST_INTEGER, dump_json, from_base64url, load_json, to_base64url
from keys.errors import Malformed
from keys.log import HASH_BYTES
from keys.names import ID_BYTES
from keys.receipts import Leaf
from keys.suite import is_strict_public

MOST_FILE_BYTES: Final = 64 * 1024 * 1024
MOST_RECEIPTS: Final = 100_000
MOST_LEAVES: Final = 100_000
MOST_OWN_COPIES: Final = 1_000
MOST_PATH: Final = 53
"""Hashes of a proof: no tree below 2⁵³ entries is deeper."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Where a receipt stands in the log: its entry's index, the batch's day, its place in that batch's tree
    and the path from there to the tree's root.
    """

    index: int
    day: int
    position: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class FiledReceipt:
    """A receipt as the relay's answer and the file list it. `note` is text and signature as they came."""

    order: int
    note: str = field(repr=False)
    leaves: tuple[Leaf, ...] = field(default=(), repr=False)
    batch: Batch | None = None


@dataclass(frozen=True, slots=True)
class FiledCopies:
    """What somebody says of their own copies, as it was signed, and the identity key that is said to have."""

    identity_public: bytes
    statement: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReceiptKeys:
    """Whose word a check takes: the origin's authority and the Ed25519 keys of its relay and its log."""

    host: str
    relay_public: bytes
    log_public: bytes


@dataclass(frozen=True, slots=True)
class ReceiptFile:
    """A file's fields. `checkpoint` is a signed note or None; `proofs` has an inclusion path for each entry
    of the log that the receipts name, in the checkpoint's tree. `own_copies` is people's own word beside it.
    """

    keys: ReceiptKeys
    receipts: tuple[FiledReceipt, ...]
    checkpoint: str | None = field(default=None, repr=False)
    proofs: Mapping[int, tuple[bytes, ...]] = field(default_factory=dict, repr=False)
    own_copies: tuple[FiledCopies, ...] = ()

    def encode(self) -> bytes:
        """Return the file's bytes."""
        keys = {
            "host": self.keys.host,
            "relay_key": to_base64url(self.keys.relay_public),
            "log_key": to_base64url(self.keys.log_public),
        }
        proofs = [{"index": index, "proof": _texts(path)} for index, path in sorted(self.proofs.items())]
        listed = {"receipts": [receipt_fields(one) for one in self.receipts]}
        fields = {"version": 1, **keys, **listed, "checkpoint": self.checkpoint, "proofs": proofs}
        said = [
            {"key": to_base64url(one.identity_public), "statement": to_base64url(one.statement)}
            for one in self.own_copies
        ]
        return dump_json(fields | ({"own_copies": said} if said else {}))


def parse_receipt_file(raw: bytes) -> ReceiptFile:
    """Read a file's fields; nothing in it is verified. `Malformed` for what is no such file."""
    if len(raw) > MOST_FILE_BYTES:
        raise Malformed("a file of receipts is at most 64 MiB")
    fields = load_json(raw)
    host, note = fields.get("host"), fields.get("checkpoint")
    if _number(fields, "version") != 1 or not isinstance(host, str) or not isinstance(note, str | None):
        raise Malformed("not a file of receipts")
    keys = ReceiptKeys(host, _bytes(fields, "relay_key", 32), _bytes(fields, "log_key", 32))
    if not is_strict_public(keys.relay_public) or not is_strict_public(keys.log_public):
        raise Malformed("not a canonical public key")
    receipts = tuple(read_receipt(one) for one in _list(fields, "receipts", MOST_RECEIPTS))
    proofs = _list(fields, "proofs", MOST_RECEIPTS)
    paths = {_number(one, "index"): _path(one, "proof") for one in map(_object, proofs)}
    if len({one.order for one in receipts}) != len(receipts) or len(paths) != len(proofs):
        raise Malformed("a receipt or a proof stands twice in the file")
    said = _list(fields, "own_copies", MOST_OWN_COPIES) if "own_copies" in fields else []
    return ReceiptFile(keys, receipts, note, paths, tuple(_copies(_object(one)) for one in said))


def receipt_fields(filed: FiledReceipt) -> dict[str, Any]:
    """Return a receipt as an element of the relay's answer and of the file."""
    leaves = [
        {
            "nonce": to_base64url(leaf.nonce),
            "envelope_id": to_base64url(leaf.envelope_id),
            "envelope_hash": to_base64url(leaf.envelope_hash),
        }
        for leaf in filed.leaves
    ]
    batch = filed.batch and {
        "index": filed.batch.index,
        "day": filed.batch.day,
        "position": filed.batch.position,
        "path": _texts(filed.batch.path),
    }
    return {"order": filed.order, "receipt": filed.note, "leaves": leaves, "batch": batch}


def read_receipt(fields: object) -> FiledReceipt:
    """Read a receipt from an element of the relay's answer or of the file; unknown names are ignored."""
    fields = _object(fields)
    note, batch = fields.get("receipt"), fields.get("batch")
    if not isinstance(note, str):
        raise Malformed("a receipt is text")
    leaves = tuple(_leaf(_object(one)) for one in _list(fields, "leaves", MOST_LEAVES))
    return FiledReceipt(
        _number(fields, "order"), note, leaves, None if batch is None else _batch(_object(batch))
    )


def _copies(fields: dict[str, Any]) -> FiledCopies:
    statement = fields.get("statement")
    if not isinstance(statement, str) or len(statement) > 2 * MOST_BYTES:
        raise Malformed("a statement of own copies is base64url")
    return FiledCopies(_bytes(fields, "key", 32), from_base64url(statement))


def _leaf(fields: dict[str, Any]) -> Leaf:
    names = (("nonce", 32), ("envelope_id", ID_BYTES), ("envelope_hash", 32))
    return Leaf(*(_bytes(fields, name, size_bytes) for name, size_bytes in names))


def _batch(fields: dict[str, Any]) -> Batch:
    index, day, position = (_number(fields, name) for name in ("index", "day", "position"))
    batch = Batch(index, day, position, _path(fields, "path"))
    if batch.position >> len(batch.path) or batch.day >> 32:
        raise Malformed("no place in a batch")
    return batch


def _path(fields: dict[str, Any], name: str) -> tuple[bytes, ...]:
    texts = _list(fields, name, MOST_PATH)
    return tuple(_bytes({name: text}, name, HASH_BYTES) for text in texts)


def _texts(path: Sequence[bytes]) -> list[str]:
    return [to_base64url(one) for one in path]


def _object(element: object) -> dict[str, Any]:
    if not isinstance(element, dict):
        raise Malformed("not an object")
    return element


def _list(fields: dict[str, Any], name: str, most: int) -> list[Any]:
    found = fields.get(name)
    if not isinstance(found, list) or len(found) > most:
        raise Malformed(f"{name} is a list of at most {most}")
    return found


def _number(fields: dict[str, Any], name: str) -> int:
    found = fields.get(name)
    if isinstance(found, float) and found.is_integer():
        found = int(found)  # as a browser reads 1.0
    if type(found) is not int or not 0 <= found <= MOST_INTEGER:
        raise Malformed(f"{name} is a number")
    return found


def _bytes(fields: dict[str, Any], name: str, size_bytes: int) -> bytes:
    found = fields.get(name)
    if not isinstance(found, str):
        raise Malformed(f"{name} is base64url")
    return from_base64url(found, size_bytes)
