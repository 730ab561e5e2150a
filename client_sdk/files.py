"""Files: names that are safe to write, and writing that never leaves half a file.

Owns the rule for names that somebody else chose and the way a download becomes a file: a private temporary
name, then the final one, only when all of it was checked. Must never overwrite, leave the folder, or follow
what a name pretends.
"""

from __future__ import annotations

import contextlib
import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from client_sdk.errors import Misused
from client_sdk.home import sync_folder

if TYPE_CHECKING:
    from keys.names import Random  # and nothing of cryptography's

MOST_NAME_BYTES: Final = 200
NO_NAME: Final = "file"
_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(10))}
)
_FORBIDDEN: Final = frozenset('/\\:*?"<>|')


def safe_name(name: str) -> str:
    """Return a name that is one plain entry of a folder on every system.

    Separators, signs that some systems forbid, control and direction signs are taken out, so that a name
    cannot show another ending than it has; no leading or trailing dots or spaces; at most 200 bytes with the
    ending kept.
    """
    normal = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    plain = "".join(
        sign for sign in normal if sign not in _FORBIDDEN and unicodedata.category(sign)[0] != "C"
    )
    plain = plain.strip(". \t") or NO_NAME
    if plain.partition(".")[0].strip().lower() in _RESERVED:
        plain = f"_{plain}"
    return _shortened(plain)


def _shortened(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending.encode()) > 20:
        stem, dot, ending = name, "", ""
    room = MOST_NAME_BYTES - len((dot + ending).encode())
    return stem.encode()[:room].decode("utf-8", "ignore") + dot + ending


def numbered_names(name: str) -> Iterator[str]:
    """Yield a name and then `name (2)`, `name (3)` … with the ending kept."""
    yield name
    stem, dot, ending = name.rpartition(".")
    if not stem:
        stem, dot, ending = name, "", ""
    for number in range(2, 10_000):
        yield f"{stem} ({number}){dot}{ending}"


class NewFile:
    """A file that is being written under a temporary name. `path` is set once it has its own."""

    def __init__(self, folder: Path, name: str, file: IO[bytes], temporary: Path) -> None:
        self._folder = folder
        self._name = name
        self._file = file
        self._temporary = temporary
        self.path: Path | None = None

    def write(self, piece: bytes | bytearray) -> None:
        """Add bytes."""
        self._file.write(piece)

    def finish(self) -> Path:
        """Everything was checked: bring it to disk and give it its name, or the next free one."""
        self._file.flush()
        os.fsync(self._file.fileno())
        for name in numbered_names(self._name):
            target = self._folder / name
            with contextlib.suppress(FileExistsError):
                os.link(self._temporary, target)
                self.path = target
                sync_folder(self._folder)
                return target
        raise Misused("There are too many files of that name.")


@contextmanager
def new_file(folder: Path | str, name: str, random: Random) -> Iterator[NewFile]:
    """Write a file into a folder under a safe form of `name`. Without `finish` nothing is left."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    temporary = place / f".{random(8).hex()}.part"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            yield NewFile(place, safe_name(name), file, temporary)
    finally:
        temporary.unlink(missing_ok=True)
