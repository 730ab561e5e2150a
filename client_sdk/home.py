"""Home: the folder of this computer's state, one folder in it for each account.

Owns where things stand and that nobody else can look: folders 0700, files 0600. What lies here is ids,
counters and sealed bytes; never text, names of people, keys in clear or passwords. `MAILBOX_HOME` names the
folder, else it is `quietbox` in the system's place for such things.
"""

from __future__ import annotations

import fcntl
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from client_sdk import errors

_ACCOUNT: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*@[a-z0-9\[][a-z0-9.:\[\]-]*\Z")


@dataclass(frozen=True, slots=True)
class FileCost:
    """What each guess at a sealed file's password costs: memory in KiB and passes of Argon2id."""

    memory_kib: int
    passes: int


FULL_COST: Final = FileCost(memory_kib=256 * 1024, passes=3)


class Home:
    """The folder of all accounts of one person on this computer."""

    def __init__(self, path: Path | str | None = None, *, file_cost: FileCost = FULL_COST) -> None:
        """`path` None: `MAILBOX_HOME` or the default. `file_cost` is what the sealed secret costs to
        guess.
        """
        self.path = Path(path) if path is not None else default_home()
        self.file_cost = file_cost

    def accounts(self) -> list[str]:
        """Return the accounts that this computer knows, as NAME@HOST."""
        if not self.path.is_dir():
            return []
        self._check()
        found = (entry.name for entry in self.path.iterdir() if (entry / "state.sqlite3").is_file())
        return sorted(name for name in found if _ACCOUNT.match(name))

    def folder(self, account: str) -> Path:
        """Return an account's folder, made private if it is new."""
        if not _ACCOUNT.match(account) or len(account) > 200:
            raise errors.Misused("An account is written NAME@HOST.")
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._check()
        folder = self.path / account
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def choose(self, account: str | None) -> str:
        """Return the account that is meant: the named one, or the only one."""
        known = self.accounts()
        if account is not None:
            return account
        if len(known) == 1:
            return known[0]
        if not known:
            raise errors.Locked(
                "There is no account on this computer yet.",
                hint="Begin with `mailbox setup LINK` or `mailbox accept LINK`.",
            )
        raise errors.Misused("There are several accounts here.", hint="Name one: " + ", ".join(known))

    def _check(self) -> None:
        """Refuse a folder that others can look into: it would show who writes to whom, and when."""
        if self.path.stat().st_mode & 0o077:
            raise errors.Misused(
                "The folder of local state is open to others.", hint=f"Close it: chmod 700 {self.path}"
            )


def default_home() -> Path:
    """Return the folder that `MAILBOX_HOME` names, or the default."""
    if named := os.environ.get("MAILBOX_HOME"):
        return Path(named)
    share = os.environ.get("XDG_DATA_HOME")
    return (Path(share) if share else Path.home() / ".local" / "share") / "quietbox"


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all, and on disk when this returns."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Bring a folder's entries to disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class FolderLock:
    """An advisory lock on a folder, held alone or shared among programs; it ends with the program."""

    def __init__(self, folder: Path) -> None:
        self._handle = os.open(folder, os.O_RDONLY)

    def take_alone(self) -> bool:
        """Try to hold it alone; says whether that worked."""
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def share(self) -> None:
        """Hold it together with others."""
        fcntl.flock(self._handle, fcntl.LOCK_SH)

    def release(self) -> None:
        """Let go."""
        os.close(self._handle)
