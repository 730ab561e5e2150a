"""The tick and the other writes of the ring, in an order that a crash may cut anywhere.

Owns the sequence of docs/architecture.md, *The keeper's tick*, over the keeper's folder and, where there is
one, its mirror. Two things must hold at every point: the ring opens with what is on disk, and once `load` has
returned, nothing on disk opens a ring that an earlier tick turned.

What each crash leaves: before the first `root-written` the old root and its ring in both folders, and a new
ring that nothing opens; from then on the new root and its ring in one folder, and perhaps the old ones in
both, which `load` takes away before anything else is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from keys.box import NONCE_BYTES
from keys.errors import KeysError
from relay.keeper import root as root_file
from relay.keeper.disk import MirrorAway, Step, go_on, mirroring, sync_folder, write_synced
from relay.keeper.ring import Ring, first_living_day, open_ring, seal_ring
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
"""The points of a tick. In the mirror each is named `mirror/` and the same."""


class RingLost(Exception):
    """The ring does not open with the root that is there. Nothing was changed; the text says which file."""


@dataclass(frozen=True, slots=True)
class Found:
    """A root and the ring that it opens, in one of the folders."""

    folder: Path
    root: Root = field(repr=False)
    ring: Ring


def root_path(folder: Path) -> Path:
    """The root file; the operator may make it a link to another volume."""
    return folder / "root"


def ring_path(folder: Path, number: int) -> Path:
    """The ring of a number."""
    return folder / f"ring.{number}"


def create(folder: Path, keeper_id: bytes, ring: Ring, random: Random) -> None:
    """Write a first ring and its root. The folder holds neither yet."""
    secret = random(ROOT_BYTES)
    box = seal_ring(ring, secret, keeper_id, random(NONCE_BYTES))
    write_synced(ring_path(folder, ring.number), box)
    sync_folder(folder)
    root_file.create_root_file(root_path(folder), ring.number, secret)
    sync_folder(folder)


def load(folders: Sequence[Path], keeper_id: bytes) -> tuple[Ring, list[Path]]:
    """Open the ring of the newest root, finish a tick that was cut, and bring the other folder in step with
    the better one; returns the ring, and the folders that had to be rebuilt.

    Raises RingLost, then nothing was changed; MirrorAway; OSError.
    """
    found, lost = _look(folders, keeper_id)
    if not found:
        raise lost[0]
    best = max(found, key=lambda one: (one.ring.number, len(one.ring.seeds), one.ring.seen_at))
    for other in found:
        _check_one_history(best, other)
    root_file.sync(root_path(best.folder))  # it may have been read from memory alone: nothing old may go yet
    _take_old_away(best.folder, best.root, go_on)
    rebuilt = []
    for number, folder in enumerate(folders):
        with mirroring(number):
            if folder != best.folder and not _in_step(folder, best, found):
                _rebuild(folder, best, keeper_id)
                rebuilt.append(folder)
    return best.ring, rebuilt


def add(
    folders: Sequence[Path],
    keeper_id: bytes,
    ring: Ring,
    seeds: Mapping[int, bytes],
    seen_at: int,
    random: Random,
    step: Step = go_on,
) -> Ring:
    """Write the ring again under its root, with further days and the highest time; on disk, in each folder,
    when this returns.
    """
    grown, root = ring.with_days(seeds, seen_at), _roots_of(folders, ring)[0]
    box = seal_ring(grown, root.secret, keeper_id, random(NONCE_BYTES))
    for number, (folder, say) in enumerate(_each(folders, step)):
        with mirroring(number):
            _write(folder, keeper_id, grown, box, root.secret, say)
    return grown


def tick(
    folders: Sequence[Path], keeper_id: bytes, ring: Ring, now: int, random: Random, step: Step = go_on
) -> Ring:
    """Destroy the days that are over at `now`: a new ring under a new root, then the old root is written
    over. Each of the three comes to all folders before the next begins.
    """
    old, turned, secret = _roots_of(folders, ring), ring.turned(now), random(ROOT_BYTES)
    box = seal_ring(turned, secret, keeper_id, random(NONCE_BYTES))
    fresh = [Root(turned.number, secret, root_file.other_slot(root)) for root in old]
    for number, (folder, say) in enumerate(_each(folders, step)):
        with mirroring(number):
            _write(folder, keeper_id, turned, box, secret, say)
    for number, (folder, say) in enumerate(_each(folders, step)):
        with mirroring(number):
            _write_root(folder, fresh[number], say)
    for number, (folder, say) in enumerate(_each(folders, step)):
        with mirroring(number):
            _take_old_away(folder, fresh[number], say)
    return turned


def _each(folders: Sequence[Path], step: Step) -> Iterator[tuple[Path, Step]]:
    yield folders[0], step
    for folder in folders[1:]:
        yield folder, lambda point: step(f"mirror/{point}")


def _look(folders: Sequence[Path], keeper_id: bytes) -> tuple[list[Found], list[RingLost]]:
    found, lost = [], []
    for number, folder in enumerate(folders):
        with mirroring(number):
            try:
                root = _newest(folder)
                found.append(Found(folder, root, _read(folder, root, keeper_id)))
            except RingLost as fault:
                lost.append(fault)
    return found, lost


def _check_one_history(best: Found, other: Found) -> None:
    """Of one keeper's two folders one is ahead of the other, and both agree on each day that lives. Two that
    were used apart do not, and to rebuild one would lose days.
    """
    living = first_living_day(best.ring.seen_at)
    mine, theirs = best.ring.seeds, other.ring.seeds
    if any(mine[day] != seed if day in mine else day >= living for day, seed in theirs.items()):
        raise RingLost(
            f"{best.folder} and {other.folder} hold different days: both were in use apart from each other. "
            "Move the one that is not to be used elsewhere"
        )


def _in_step(folder: Path, best: Found, found: Sequence[Found]) -> bool:
    """Whether a folder holds the same as the best; a tick that was cut in it is then finished."""
    same = [one for one in found if one.folder == folder and one.ring == best.ring]
    if not same or same[0].root.secret != best.root.secret:
        return False
    root_file.sync(root_path(folder))
    _take_old_away(folder, same[0].root, go_on)
    return True


def _rebuild(folder: Path, best: Found, keeper_id: bytes) -> None:
    """Make a folder hold what the best holds. It may be repeated: until it is done the best stays the better
    one.
    """
    box = ring_path(best.folder, best.ring.number).read_bytes()
    _write(folder, keeper_id, best.ring, box, best.root.secret, go_on)
    root_file.make_root_file(root_path(folder))
    sync_folder(folder)
    root = Root(best.root.number, best.root.secret, 0)
    root_file.write_root(root_path(folder), root.slot, root.number, root.secret)
    root_file.sync(root_path(folder))
    _take_old_away(folder, root, go_on)
    if _newest(folder) != root:
        raise RingLost(f"{root_path(folder)} does not hold what was written to it")


def _newest(folder: Path) -> Root:
    try:
        return root_file.roots(root_path(folder))[0]
    except (FileNotFoundError, IndexError, KeysError):
        raise RingLost(f"{root_path(folder)} holds no root") from None


def _roots_of(folders: Sequence[Path], ring: Ring) -> list[Root]:
    """The newest root of each folder, which must be the one of the ring in hand: another's would be written
    over.
    """
    roots: list[Root] = []
    for number, folder in enumerate(folders):
        with mirroring(number):
            root = _newest_there(folder, number)
            if root.number != ring.number or root.secret != (roots or [root])[0].secret:
                raise RingLost(f"{root_path(folder)} is of another ring than the one in memory")
            roots.append(root)
    return roots


def _newest_there(folder: Path, number: int) -> Root:
    try:
        return _newest(folder)
    except RingLost as lost:
        if number:
            raise MirrorAway(str(lost)) from None
        raise


def _read(folder: Path, root: Root, keeper_id: bytes) -> Ring:
    path = ring_path(folder, root.number)
    try:
        return open_ring(path.read_bytes(), root.secret, keeper_id, root.number)
    except (FileNotFoundError, KeysError):
        raise RingLost(f"{path} does not open with the root that is there") from None


def _write(folder: Path, keeper_id: bytes, ring: Ring, box: bytes, secret: bytes, step: Step) -> None:
    path = ring_path(folder, ring.number)
    fresh = path.with_name(path.name + ".new")
    write_synced(fresh, box)
    step("ring-written")
    if open_ring(fresh.read_bytes(), secret, keeper_id, ring.number) != ring:
        raise RingLost(f"{fresh} does not hold what was written to it")
    step("ring-checked")
    fresh.replace(path)
    step("ring-renamed")
    sync_folder(folder)
    step("folder-synced")


def _write_root(folder: Path, fresh: Root, step: Step) -> None:
    path = root_path(folder)
    root_file.write_root(path, fresh.slot, fresh.number, fresh.secret)
    step("root-written")
    root_file.sync(path)
    step("root-synced")
    if _newest(folder) != fresh:
        raise RingLost("the root file does not hold what was written to it")
    step("root-checked")


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
