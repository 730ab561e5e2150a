"""Log: the relay's append-only record, as everyone who checks it computes it (RFC 6962).

Owns the hashing of Merkle trees, their proofs, the checkpoint's text and the 33 bytes of an entry. Must never
accept a proof that holds a hash more or less than its two sizes demand. (docs/protocol.md, part 16; RFC 6962,
2.1; RFC 9162, 2.1.3 and 2.1.4; C2SP tlog-checkpoint.)
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from keys.encoding import MOST_INTEGER, exact, label, u32
from keys.errors import Malformed, Refused
from keys.names import Random
from keys.suite import H

HASH_BYTES: Final = 32
ENTRY_BYTES: Final = 33
EMPTY_ROOT: Final = H(b"")
"""The root of a tree without entries."""

_DECIMAL: Final = re.compile(r"(0|[1-9][0-9]{0,15})\Z")
_ORIGIN: Final = re.compile(r"[!-*,-~]+\Z")


# --- hashing ---


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry as it stands in a tree."""
    return H(b"\x00", entry)


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over its two subtrees."""
    return H(b"\x01", left, right)


def tree_root(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the root of the tree over these leaf hashes; of none it is the hash of nothing."""
    level = list(leaf_hashes)
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        odd = level[len(level) // 2 * 2 :]
        level = [node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)] + odd
    return level[0]


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """Return the subtrees, first and end of each, whose roots are the path of entry `index` in a tree of
    `size`, from the leaf up. `Malformed` outside the tree.
    """
    _within(size, 1, MOST_INTEGER)
    _within(index, 0, size - 1)
    low, high, ranges = 0, size, []
    while high - low > 1:
        middle = low + _split(high - low)
        left = index < middle
        ranges.append((middle, high) if left else (low, middle))
        low, high = (low, middle) if left else (middle, high)
    return ranges[::-1]


def consistency_ranges(first: int, second: int) -> list[tuple[int, int]]:
    """Return the subtrees whose roots prove that a tree of `first` entries is the beginning of one of
    `second` (RFC 6962, 2.1.2). `Malformed` unless first ≤ second.
    """
    _within(second, 0, MOST_INTEGER)
    _within(first, 0, second)
    if first in (0, second):
        return []
    low, high, whole, ranges = 0, second, True, []
    while high != first:
        middle = low + _split(high - low)
        left = first <= middle
        ranges.append((middle, high) if left else (low, middle))
        low, high, whole = (low, middle, whole) if left else (middle, high, False)
    return ([] if whole else [(low, high)]) + ranges[::-1]


def inclusion_path(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Return the hashes that prove entry `index` of these, from the leaf up (RFC 6962, 2.1.1)."""
    return [tree_root(leaf_hashes[low:high]) for low, high in inclusion_ranges(index, len(leaf_hashes))]


def consistency_path(leaf_hashes: Sequence[bytes], first: int) -> list[bytes]:
    """Return the hashes that prove that these begin with the tree of their `first` entries."""
    return [tree_root(leaf_hashes[low:high]) for low, high in consistency_ranges(first, len(leaf_hashes))]


def padded(entries: Sequence[bytes], random: Random) -> list[bytes]:
    """Return a batch's entries followed by random ones of 32 bytes up to the next power of two, so that the
    log tells no count. `Malformed` for no entry.
    """
    if not entries:
        raise Malformed("a batch has entries")
    whole = 1 << (len(entries) - 1).bit_length()
    return [*entries, *(random(HASH_BYTES) for _ in range(whole - len(entries)))]


# --- checking proofs ---


def verify_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> None:
    """Verify that the leaf hash `leaf` is entry `index` of the tree of `size` with this root.

    `Malformed` for sizes and hashes that no tree has, `Refused("inclusion")` where the proof fails.
    """
    _hashes((leaf, root, *path))
    ranges = inclusion_ranges(index, size)
    if len(path) != len(ranges):
        raise Refused("inclusion")
    known = {(index, index + 1): leaf} | dict(zip(ranges, path, strict=True))
    if _root_of(0, size, known) != root:
        raise Refused("inclusion")


def verify_consistency(
    first: int, second: int, path: Sequence[bytes], first_root: bytes, second_root: bytes
) -> None:
    """Verify that the tree of `second` entries begins with the tree of `first`.

    `Malformed` for sizes and hashes that no tree has, `Refused("consistency")` where the proof fails. Equal
    sizes need equal roots and no path; before the first entry there is one root alone.
    """
    _hashes((first_root, second_root, *path))
    ranges = consistency_ranges(first, second)
    if len(path) != len(ranges):
        raise Refused("consistency")
    if not ranges:
        expected = second_root if first else EMPTY_ROOT
        if first_root != expected or (not second and second_root != EMPTY_ROOT):
            raise Refused("consistency")
        return
    known = dict(zip(ranges, path, strict=True))
    if (
        ranges[0][1] != first
    ):  # the first tree is a subtree of the second, and its root is no part of the path
        known[(0, first)] = first_root
    if _root_of(0, first, known) != first_root or _root_of(0, second, known) != second_root:
        raise Refused("consistency")


def _root_of(low: int, high: int, known: Mapping[tuple[int, int], bytes]) -> bytes:
    """Compute a subtree's root from the known ones under it, which a proof's ranges leave no gap in."""
    if (low, high) in known:
        return known[(low, high)]
    middle = low + _split(high - low)
    return node_hash(_root_of(low, middle, known), _root_of(middle, high, known))


def _split(size: int) -> int:
    """The largest power of two below a size."""
    return 1 << ((size - 1).bit_length() - 1)


def _within(number: int, low: int, high: int) -> None:
    if not low <= number <= high:
        raise Malformed("outside the tree")


def _hashes(hashes: Iterable[bytes]) -> None:
    for one in hashes:
        exact(one, HASH_BYTES, "hash")


# --- checkpoints ---


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: its origin, how many entries it has and their root."""

    origin: str
    size: int
    root: bytes

    def encode(self) -> str:
        """Return the text that the log signs; `Malformed` for what a checkpoint cannot say."""
        if not _ORIGIN.match(self.origin):
            raise Malformed("not a log's origin")
        _within(self.size, 0, MOST_INTEGER)
        root = base64.b64encode(exact(self.root, HASH_BYTES, "root")).decode("ascii")
        if not self.size and self.root != EMPTY_ROOT:
            raise Malformed("not the root of an empty tree")
        return f"{self.origin}\n{self.size}\n{root}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Parse the text of an opened note strictly; extension lines are `Malformed`."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not _DECIMAL.match(lines[1]):
        raise Malformed("not a checkpoint")
    try:
        root = base64.b64decode(lines[2], validate=True)
    except (ValueError, binascii.Error):
        raise Malformed("not a checkpoint") from None
    checkpoint = Checkpoint(lines[0], int(lines[1]), root)
    if checkpoint.encode() != text:
        raise Malformed("not a checkpoint")
    return checkpoint


def checkpoint_hash(text: str) -> bytes:
    """Return the hash by which a content names a checkpoint, of its text without the signature."""
    return H(label("checkpoint"), text.encode("utf-8"))


# --- entries ---


class EntryType(IntEnum):
    """What an entry records."""

    STATEMENT = 1
    DAY_MADE = 2
    DAY_GONE = 3
    ACCEPTANCES = 4
    DELETIONS = 5
    WEB_MANIFEST = 6
    DOOR_KEY = 7


def statement_entry(blind: bytes, statement_hash: bytes) -> bytes:
    """Return the entry of a statement; only who knows the 32-byte blind finds it."""
    hashed = exact(blind, 32, "blind") + exact(statement_hash, 32, "statement hash")
    return _entry(EntryType.STATEMENT, "leaf-stmt", hashed)


def day_entry(day_key: bytes) -> bytes:
    """Return the entry of a keeper's signed day key of 1,300 bytes."""
    return _entry(EntryType.DAY_MADE, "leaf-day", exact(day_key, 1_300, "signed day key"))


def day_gone_entry(day_gone: bytes) -> bytes:
    """Return the entry of a keeper's signed word of 152 bytes that a day is destroyed."""
    return _entry(EntryType.DAY_GONE, "leaf-day-gone", exact(day_gone, 152, "day destroyed"))


def batch_entry(entry_type: EntryType, day: int, root: bytes) -> bytes:
    """Return the entry of a day's acceptance receipts, or of its deletion receipts and certificates; `root`
    is that of the padded tree over their hashes. `Malformed` for another type.
    """
    if entry_type not in (EntryType.ACCEPTANCES, EntryType.DELETIONS):
        raise Malformed("not a batch of receipts")
    return _entry(entry_type, "leaf-batch", bytes([entry_type]) + u32(day) + exact(root, HASH_BYTES, "root"))


def web_entry(manifest: str) -> bytes:
    """Return the entry of a web manifest, by its text."""
    return _entry(EntryType.WEB_MANIFEST, "leaf-web", H(manifest.encode("utf-8")))


def _entry(entry_type: EntryType, name: str, hashed: bytes) -> bytes:
    return bytes([entry_type]) + H(label(name), hashed)
