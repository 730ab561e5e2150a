"""`relay keeper fingerprint`, `ring-key`, `ring-restore`, `catch-up`, `accept-clock`: what a keeper's
operator does beside running it.

Owns the sentences. Runs as the keeper's system user; none of it asks a relay or its store.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from keys.encoding import to_base64url
from keys.errors import KeysError
from keys.names import Random, keeper_id
from keys.suite import SEED_BYTES, OpenKey
from relay.config import Settings
from relay.core.errors import KeeperAway
from relay.keeper.backup import Saved, open_backup, read_open_key
from relay.keeper.client import SocketKeeper
from relay.keeper.disk import PRIVATE_FILE, sync_folder, write_synced
from relay.keeper.folder import (
    FolderRefused,
    behind_path,
    build_keeper,
    held,
    read_key,
    refusals_path,
    share_key,
)
from relay.keeper.refusals import Refusals, read_lists
from relay.operator.stopped import Exit, Stopped
from relay.service.keyfiles import KeyMissing, read_keeper_public
from relay.service.places import Places


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore brought back. `behind`: revocations since the backup may be missing."""

    days: int
    refusals: int
    made_at: int
    behind: bool


def public_key(settings: Settings) -> bytes:
    """The local keeper's verification key, from its own folder or from what the relay was given. Raises
    Stopped.
    """
    try:
        return read_key(settings.keeper.folder).public
    except FolderRefused as refused:
        try:
            return read_keeper_public(Places(settings.relay.data_dir).secrets)
        except KeyMissing:
            raise Stopped(str(refused)) from None


def fingerprint(settings: Settings) -> tuple[str, str]:
    """What people compare, and what another relay's settings take. Raises Stopped."""
    public = public_key(settings)
    return to_base64url(keeper_id(public)), to_base64url(public)


def make_ring_key(path: Path, random: Random) -> str:
    """Write the private key of ring backups to a new file; returns the public one. Raises Stopped."""
    seed = random(SEED_BYTES)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(to_base64url(seed) + "\n")
            file.flush()
            os.fsync(descriptor)
    except FileExistsError:
        raise Stopped(f"{path} is there already; nothing was changed.") from None
    except OSError as failure:
        raise Stopped(f"{path} could not be written: {failure.strerror}") from None
    return to_base64url(OpenKey.from_seed(seed).public)


def restore(settings: Settings, file: Path, key: Path, refused: Path | None, random: Random) -> Restored:
    """Build the keeper's folder from a ring backup. Raises Stopped.

    The refusal list comes from the backup and from a list that is never behind: the one beside the backups
    where `file` lies among them, the mirror's, or the folder `refused`. With none of these the keeper opens
    nothing until `catch_up`.
    """
    saved, keeper = _opened(file, key), settings.keeper
    lists = _live_lists(settings, file, refused)
    try:
        build_keeper(keeper.folder, saved.key, saved.ring, random)
        if not lists:
            write_synced(behind_path(keeper.folder), b"")
            sync_folder(keeper.folder)
        places = Refusals([refusals_path(keeper.folder)])
        for day, entry in saved.refused:
            places.add(day, entry)
        for found in lists:
            _add(places, read_lists(found))
    except (OSError, FolderRefused) as failure:
        raise Stopped(f"The keeper was not restored: {failure}.") from None
    return Restored(len(saved.ring.seeds), len(places), saved.made_at, behind=not lists)


def catch_up(settings: Settings, refused: Path) -> int:
    """Bring a restored keeper's refusal list up from another list, and let it open again; returns how many
    locks it refuses. Raises Stopped.
    """
    keeper = settings.keeper
    try:
        with held(keeper.folder):
            share_key([keeper.folder])
            places = Refusals([refusals_path(keeper.folder)])
            _add(places, read_lists(refused))
            behind_path(keeper.folder).unlink(missing_ok=True)
            sync_folder(keeper.folder)
    except (OSError, FolderRefused) as failure:
        raise Stopped(f"Not caught up: {failure}.") from None
    return len(places)


def accept_clock(settings: Settings) -> Mapping[str, int]:
    """Tell a running keeper that the clock is right. Raises Stopped."""
    try:
        return asyncio.run(SocketKeeper(_here(settings), public_key(settings)).accept_clock())
    except KeeperAway as away:
        raise Stopped(f"The keeper does not answer: {away}.", Exit.NOT_REACHABLE) from None


def _here(settings: Settings) -> Path:
    """The keeper's socket on this machine. Raises Stopped."""
    socket = settings.keeper.socket
    if not isinstance(socket, Path):
        raise Stopped(f"[keeper] socket says that the keeper runs elsewhere, at {socket}: tell it there.")
    return socket


def _opened(file: Path, key: Path) -> Saved:
    try:
        offline = read_open_key(key)
    except (OSError, KeysError):
        raise Stopped(f"{key} is not the file that `relay keeper ring-key` wrote.") from None
    try:
        return open_backup(file.read_bytes(), offline)
    except OSError as failure:
        raise Stopped(f"{file}: {failure.strerror}.") from None
    except KeysError:
        raise Stopped(f"{file} is no ring backup, or was sealed to another key.") from None


def _live_lists(settings: Settings, file: Path, refused: Path | None) -> list[Path]:
    keeper = settings.keeper
    among = keeper.ring_backups is not None and file.absolute().parent == keeper.ring_backups.absolute()
    candidates = [
        refused,
        file.absolute().parent / "refused" if among else None,
        refusals_path(keeper.mirror) if keeper.mirror else None,
    ]
    if refused is not None and not refused.is_dir():
        raise Stopped(f"{refused} is no folder.")
    return [path for path in candidates if path is not None and path.is_dir()]


def _add(places: Refusals, lists: Mapping[int, set[bytes]]) -> None:
    for day, entries in lists.items():
        for entry in entries:
            places.add(day, entry)
