"""The keeper's folder: its signing key, its lock, its refusal list; made once, then held by one keeper at a
time.

Owns names and permissions: the folder 0700, each file 0600. Must never be opened by the relay: what the relay
needs of a keeper is its public key, which `create_keeper` gives back for the relay's own secrets (ruling 30
of the design).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keys.errors import KeysError
from keys.names import keeper_id
from keys.suite import SEED_BYTES, SignKey
from relay.keeper import tick
from relay.keeper.disk import PRIVATE_FILE, PRIVATE_FOLDER, sync_folder, write_synced
from relay.keeper.tick import Random


class FolderRefused(Exception):
    """The folder is no keeper's, is open to others, or another keeper holds it; the text says which."""


def create_keeper(folder: Path, now: int, random: Random) -> bytes:
    """Make a keeper with an empty ring in a folder that is new or empty; returns its 32-byte verification
    key.
    """
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    folder.chmod(PRIVATE_FOLDER)
    if any(folder.iterdir()):
        raise FolderRefused(f"{folder} is not empty")
    key = SignKey.from_seed(random(SEED_BYTES))
    refusals_path(folder).mkdir(mode=PRIVATE_FOLDER)
    write_synced(key_path(folder), key.seed)
    tick.create(folder, keeper_id(key.public), now, random)
    sync_folder(folder.parent)
    return key.public


def key_path(folder: Path) -> Path:
    """The seed of the signing key, 32 bytes."""
    return folder / "key"


def refusals_path(folder: Path) -> Path:
    """The folder of the refusal list."""
    return folder / "refused"


def read_key(folder: Path) -> SignKey:
    """The signing key. Raises FolderRefused where there is none."""
    try:
        return SignKey.from_seed(key_path(folder).read_bytes())
    except (OSError, KeysError):
        raise FolderRefused(f"{folder} holds no keeper; `relay init` makes one") from None


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the folder alone while the context lasts; its permissions are checked first. Raises
    FolderRefused.
    """
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
