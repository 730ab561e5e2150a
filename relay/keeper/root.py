"""The root file: two slots of 72 bytes, one of which holds the 32 bytes that open the ring.

Owns the only bytes whose destruction destroys a day: number 8 ‖ root 32 ‖ H(L("root") ‖ number ‖ root) 32
(docs/protocol.md, part 11). A slot is written over in place and never moved, copied or put under another
name: a second copy would outlive the tick. The operator may make the file a link to another volume.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from hmac import compare_digest
from pathlib import Path
from typing import Final

from keys.encoding import exact, label, u64
from keys.suite import H
from relay.keeper.disk import overwrite, sync_file, write_synced

ROOT_BYTES: Final = 32
SLOT_BYTES: Final = 72
SLOTS: Final = 2


@dataclass(frozen=True, slots=True)
class Root:
    """A root, its number, and the slot that it stands in."""

    number: int
    secret: bytes = field(repr=False)
    slot: int


def create_root_file(path: Path, number: int, secret: bytes) -> None:
    """Write a new root file with one root; the caller has made sure that none is there."""
    write_synced(path, _pack(number, secret) + bytes(SLOT_BYTES))


def make_root_file(path: Path) -> None:
    """Make sure that there are two slots to be written to. What stands in a file of another size is written
    over first, since it may be a root.
    """
    if not path.exists():
        write_synced(path, bytes(SLOTS * SLOT_BYTES))
    elif (size_bytes := path.stat().st_size) != SLOTS * SLOT_BYTES:
        overwrite(path, 0, bytes(max(size_bytes, SLOTS * SLOT_BYTES)))
        sync_file(path)
        os.truncate(path, SLOTS * SLOT_BYTES)


def roots(path: Path) -> list[Root]:
    """The roots whose checksum is right, newest first; a torn slot is none."""
    content = exact(path.read_bytes(), SLOT_BYTES * SLOTS, "root file")
    found = (_unpack(content[slot * SLOT_BYTES : (slot + 1) * SLOT_BYTES], slot) for slot in range(SLOTS))
    return sorted(filter(None, found), key=lambda root: root.number, reverse=True)


def other_slot(root: Root) -> int:
    """The slot that `root` does not stand in."""
    return 1 - root.slot


def write_root(path: Path, slot: int, number: int, secret: bytes) -> None:
    """Write a root over a slot, in place; `sync` must follow."""
    overwrite(path, slot * SLOT_BYTES, _pack(number, secret))


def blank_slot(path: Path, slot: int) -> None:
    """Write zeros over a slot, in place; `sync` must follow."""
    overwrite(path, slot * SLOT_BYTES, bytes(SLOT_BYTES))


def slot_is_blank(path: Path, slot: int) -> bool:
    """Whether nothing is left in a slot, torn bytes included."""
    return path.read_bytes()[slot * SLOT_BYTES : (slot + 1) * SLOT_BYTES] == bytes(SLOT_BYTES)


def sync(path: Path) -> None:
    """Make what was written over a slot last."""
    sync_file(path)


def _pack(number: int, secret: bytes) -> bytes:
    exact(secret, ROOT_BYTES, "root")
    return u64(number) + secret + _checksum(number, secret)


def _unpack(slot_bytes: bytes, slot: int) -> Root | None:
    number, secret = int.from_bytes(slot_bytes[:8], "big"), slot_bytes[8:40]
    return Root(number, secret, slot) if compare_digest(slot_bytes[40:], _checksum(number, secret)) else None


def _checksum(number: int, secret: bytes) -> bytes:
    return H(label("root"), u64(number), secret)
