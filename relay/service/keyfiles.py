"""The relay's own keys: files of 32 bytes in one folder, each readable by its owner alone.

Owns their names. Must never be in a backup of the database, nor show in a repr: without the pepper a stolen
database tells no login name, and with the door's key anybody could seal mail in its name. The backup key
opens every backup, so a copy of it belongs to another place than they.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from keys.encoding import label
from keys.names import keeper_id
from keys.pins import KeeperPin, Pins
from keys.suite import SignKey, is_strict_public
from relay.keeper.disk import sync_folder
from relay.service.places import PRIVATE_FILE, PRIVATE_FOLDER

KEY_BYTES: Final = 32
MARK_BYTES: Final = 6
NAMES: Final = ("pepper", "relay", "log", "door", "notice")
BACKUP_NAME: Final = "backup"
KEEPER_NAME: Final = "keeper.pub"
"""The local keeper's verification key. No secret, but what it is compared with must not be changed either."""


class KeyMissing(Exception):
    """A key file is not there, not of 32 bytes, or open to others; the text says which."""


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """What was read from them."""

    pepper: bytes = field(repr=False)
    relay: SignKey
    log: SignKey
    door: SignKey
    notice: SignKey
    keeper_public: bytes

    @property
    def keeper_id(self) -> bytes:
        """The local keeper's id."""
        return keeper_id(self.keeper_public)

    @property
    def mark(self) -> int:
        """What says, without telling them, whether two relays have the same: a database is one's whose people
        pinned them.
        """
        public = self.relay.public + self.log.public
        return int.from_bytes(sha256(label("secrets") + self.pepper + public).digest()[:MARK_BYTES], "big")

    @property
    def pins(self) -> Pins:
        """What the operator's invitation gives a coach to pin."""
        keepers = (KeeperPin(self.keeper_id, self.keeper_public),)
        return Pins(self.relay.public, self.log.public, self.door.public, self.notice.public, keepers)


def create_key_files(folder: Path, keeper_public: bytes, random: Callable[[int], bytes]) -> None:
    """Draw the relay's keys into a folder that is not there yet."""
    folder.mkdir(mode=PRIVATE_FOLDER)
    for name in (*NAMES, BACKUP_NAME):
        _write(folder / name, random(KEY_BYTES))
    _write(folder / KEEPER_NAME, keeper_public)


def read_keeper_public(folder: Path) -> bytes:
    """The local keeper's verification key. Raises KeyMissing."""
    public = _read(folder / KEEPER_NAME)
    if not is_strict_public(public):
        raise KeyMissing(f"{folder / KEEPER_NAME} is not a keeper's key")
    return public


def read_key_files(folder: Path) -> KeyFiles:
    """All keys. Raises KeyMissing."""
    keeper_public = read_keeper_public(folder)
    pepper, *seeds = (_read(folder / name) for name in NAMES)
    relay, log, door, notice = map(SignKey.from_seed, seeds)
    return KeyFiles(pepper, relay, log, door, notice, keeper_public)


def read_backup_key(folder: Path) -> bytes:
    """The key that seals backups. Raises KeyMissing."""
    return _read(folder / BACKUP_NAME)


def make_backup_key(folder: Path, random: Callable[[int], bytes]) -> bool:
    """Draw the backup key where there is none, as in a folder that an older release made; True if it was
    drawn. Raises OSError.
    """
    if (folder / BACKUP_NAME).exists():
        return False
    _write(folder / BACKUP_NAME, random(KEY_BYTES))
    sync_folder(folder)
    return True


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_mode & 0o077:
            raise KeyMissing(f"{path} is open to others; chmod 600 {path}")
        content = path.read_bytes()
    except OSError as error:
        raise KeyMissing(f"{path}: {error.strerror}") from None
    if len(content) != KEY_BYTES:
        raise KeyMissing(f"{path} does not hold {KEY_BYTES} bytes")
    return content
