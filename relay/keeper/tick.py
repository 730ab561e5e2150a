"""The tick and the other writes of the ring, in an order that a crash may cut anywhere.

Owns the sequence of docs/architecture.md, *The keeper's tick*. Two things must hold at every point: the ring
opens with what is on disk, and once a root is written over, nothing on disk opens the ring that it sealed.

What each crash leaves: before `root-written` the old root and its ring, and a new ring that nothing opens;
from then on the new root and its ring, and perhaps the old ones, which `load` takes away before anything else
is done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from keys.box import NONCE_BYTES
from keys.errors import KeysError
from relay.keeper import root as root_file
from relay.keeper.disk import Step, go_on, sync_folder, write_synced
from relay.keeper.ring import Ring, open_ring, seal_ring
from relay.keeper.root import ROOT_BYTES, Root

Random = Callable[[int], bytes]

ADD_POINTS: Final = ("ring-written", "ring-checked", "ring-renamed", "folder-synced")
"""The points of a write that keeps the root: days added, or the highest time seen moved."""

TICK_POINTS: Final = (
    *ADD_POINTS,
    "root-written",
    "root-synced",
    "root-checked",
    "old-root-overwritten",
    "old-root-synced",
    "old-ring-removed",
    "folder-synced-again",
)
"""The points of a tick."""


class RingLost(Exception):
    """The ring does not open with the root that is there. Nothing was changed; the text says which file."""


def root_path(folder: Path) -> Path:
    """The root file; the operator may make it a link to another volume."""
    return folder / "root"


def ring_path(folder: Path, number: int) -> Path:
    """The ring of a number."""
    return folder / f"ring.{number}"


def create(folder: Path, keeper_id: bytes, now: int, random: Random) -> None:
    """Write the first ring, which holds no day, and its root. The folder holds neither yet."""
    secret = random(ROOT_BYTES)
    write_synced(ring_path(folder, 1), seal_ring(Ring(1, now), secret, keeper_id, random(NONCE_BYTES)))
    sync_folder(folder)
    root_file.create_root_file(root_path(folder), 1, secret)
    sync_folder(folder)


def load(folder: Path, keeper_id: bytes) -> Ring:
    """Open the ring of the newest root and finish a tick that was cut. Raises RingLost; then nothing was
    changed.
    """
    root = _newest(folder)
    ring = _read(folder, root, keeper_id)
    root_file.sync(
        root_path(folder)
    )  # the root may have been read from memory alone: nothing old may go before
    _take_old_away(folder, root, go_on)
    return ring


def add(
    folder: Path,
    keeper_id: bytes,
    ring: Ring,
    seeds: Mapping[int, bytes],
    seen_at: int,
    random: Random,
    step: Step = go_on,
) -> Ring:
    """Write the ring again under its root, with further days and the highest time; on disk when this
    returns.
    """
    grown = ring.with_days(seeds, seen_at)
    _write(folder, keeper_id, grown, _root_of(folder, ring).secret, random, step)
    return grown


def tick(folder: Path, keeper_id: bytes, ring: Ring, now: int, random: Random, step: Step = go_on) -> Ring:
    """Destroy the days that are over at `now`: a new ring under a new root, then the old root is written
    over.
    """
    old, path = _root_of(folder, ring), root_path(folder)
    turned, secret = ring.turned(now), random(ROOT_BYTES)
    _write(folder, keeper_id, turned, secret, random, step)
    fresh = Root(turned.number, secret, root_file.other_slot(old))
    root_file.write_root(path, fresh.slot, fresh.number, fresh.secret)
    step("root-written")
    root_file.sync(path)
    step("root-synced")
    if _newest(folder) != fresh:
        raise RingLost("the root file does not hold what was written to it")
    step("root-checked")
    _take_old_away(folder, fresh, step)
    return turned


def _newest(folder: Path) -> Root:
    try:
        return root_file.roots(root_path(folder))[0]
    except (OSError, IndexError, KeysError):
        raise RingLost(f"{root_path(folder)} holds no root") from None


def _root_of(folder: Path, ring: Ring) -> Root:
    """The newest root, which must be the one of the ring in hand: another's would be written over."""
    root = _newest(folder)
    if root.number != ring.number:
        raise RingLost(f"{root_path(folder)} is of another ring than the one in memory")
    return root


def _read(folder: Path, root: Root, keeper_id: bytes) -> Ring:
    path = ring_path(folder, root.number)
    try:
        return open_ring(path.read_bytes(), root.secret, keeper_id, root.number)
    except (OSError, KeysError):
        raise RingLost(f"{path} does not open with the root that is there") from None


def _write(folder: Path, keeper_id: bytes, ring: Ring, secret: bytes, random: Random, step: Step) -> None:
    path = ring_path(folder, ring.number)
    fresh = path.with_name(path.name + ".new")
    write_synced(fresh, seal_ring(ring, secret, keeper_id, random(NONCE_BYTES)))
    step("ring-written")
    if open_ring(fresh.read_bytes(), secret, keeper_id, ring.number) != ring:
        raise RingLost(f"{fresh} does not hold what was written to it")
    step("ring-checked")
    fresh.replace(path)
    step("ring-renamed")
    sync_folder(folder)
    step("folder-synced")


def _take_old_away(folder: Path, root: Root, step: Step) -> None:
    """Write over the slot that `root` does not stand in, and remove every ring but its own. May be
    repeated.
    """
    path, slot = root_path(folder), root_file.other_slot(root)
    if not root_file.slot_is_blank(path, slot):
        root_file.blank_slot(path, slot)
    step("old-root-overwritten")
    root_file.sync(path)
    step("old-root-synced")
    for other in folder.glob("ring.*"):
        if other != ring_path(folder, root.number):
            other.unlink()
    step("old-ring-removed")
    sync_folder(folder)
    step("folder-synced-again")
