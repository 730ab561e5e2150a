"""The keeper's folder, and its mirror: signing key, lock, refusal list; made once, then held by one keeper at
a time.

Owns names and permissions: a folder 0700, each file 0600. Must never be opened by the relay: what the relay
needs of a keeper is its public key, which `create_keeper` gives back for the relay's own secrets (ruling 30
of the design).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from keys.errors import KeysError
from keys.names import keeper_id
from keys.suite import SEED_BYTES, SignKey
from relay.keeper import tick
from relay.keeper.disk import PRIVATE_FILE, PRIVATE_FOLDER, mirroring, sync_folder, write_synced
from relay.keeper.ring import Ring
from relay.keeper.tick import Random


class FolderRefused(Exception):
    """The folder is no keeper's, is open to others, or another keeper holds it; the text says which."""


def create_keeper(folder: Path, now: int, random: Random) -> bytes:
    """Make a keeper with an empty ring in a folder that is new or empty; returns its 32-byte verification
    key.
    """
    key = SignKey.from_seed(random(SEED_BYTES))
    build_keeper(folder, key, Ring(1, now), random)
    return key.public


def build_keeper(folder: Path, key: SignKey, ring: Ring, random: Random) -> None:
    """Make a keeper with this key and ring in a folder that is new or empty. Raises FolderRefused."""
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    folder.chmod(PRIVATE_FOLDER)
    if any(folder.iterdir()):
        raise FolderRefused(f"{folder} is not empty")
    _make_rooms(folder)
    write_synced(key_path(folder), key.seed)
    tick.create(folder, keeper_id(key.public), ring, random)
    sync_folder(folder.parent)


def key_path(folder: Path) -> Path:
    """The seed of the signing key, 32 bytes."""
    return folder / "key"


def refusals_path(folder: Path) -> Path:
    """The folder of the refusal list."""
    return folder / "refused"


def gone_path(folder: Path) -> Path:
    """The folder of the words on days destroyed."""
    return folder / "gone"


def behind_path(folder: Path) -> Path:
    """The mark of a restored keeper whose refusal list may lack what was revoked since its backup."""
    return folder / "behind"


def read_key(folder: Path) -> SignKey:
    """The signing key. Raises FolderRefused where there is none."""
    try:
        return SignKey.from_seed(key_path(folder).read_bytes())
    except (OSError, KeysError):
        raise FolderRefused(f"{folder} holds no keeper; `relay init` makes one") from None


def share_key(folders: Sequence[Path]) -> SignKey:
    """The signing key, given to the folder that has none yet. Raises FolderRefused where two differ."""
    having = [folder for folder in folders if key_path(folder).exists()]
    key = read_key((having or folders)[0])
    for number, folder in enumerate(folders):
        with mirroring(number):
            _make_rooms(folder)
            if folder not in having:
                write_synced(key_path(folder), key.seed)
                sync_folder(folder)
            elif read_key(folder).seed != key.seed:
                raise FolderRefused(f"{folders[0]} and {folder} are of two keepers")
    return key


@contextmanager
def held(*folders: Path) -> Iterator[None]:
    """Hold the folders alone while the context lasts; permissions are checked first. Of a keeper's two
    folders one that is not there is made, to be rebuilt. Raises FolderRefused.
    """
    for folder in folders:
        if not folder.exists():
            _make_again(folder, folders)
    with ExitStack() as locks:
        for folder in folders:
            locks.enter_context(_held(folder))
        yield


def _make_again(folder: Path, folders: Sequence[Path]) -> None:
    if not any(key_path(other).exists() for other in folders):
        raise FolderRefused(f"{folder} holds no keeper; `relay init` makes one")
    if not folder.parent.is_dir():
        raise FolderRefused(f"{folder.parent} is not there; is its disk mounted?")
    folder.mkdir(mode=PRIVATE_FOLDER)
    sync_folder(folder.parent)


def _make_rooms(folder: Path) -> None:
    for room in (refusals_path(folder), gone_path(folder)):
        room.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    if folder.stat().st_mode & 0o077:
        raise FolderRefused(f"{folder} is open to others; chmod 700 {folder}")
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise FolderRefused(f"another keeper holds {folder}") from None
    finally:
        os.close(descriptor)
