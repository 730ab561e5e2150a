"""Archive check: whether a copy is as it was written.

Owns the comparison with the checksums, which find what was damaged; who made the file they do not prove.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from client_sdk.archive import CHECKSUMS, PIECE_BYTES
from client_sdk.archive_lock import Unlocked, readable_file
from client_sdk.errors import Misused
from keys.archive import MAGIC
from keys.stream import CHUNK_BYTES

MOST_ENTRIES: Final = 1_000_000
MOST_CHECKSUMS_BYTES: Final = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ArchiveVerdict:
    """What a check found: how many entries there are beside the checksums, and the names of those that are
    missing, changed, there twice, or in no checksum.
    """

    entries: int
    wrong: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether everything is as it was written."""
        return not self.wrong


def check_archive(path: Path, password: Callable[[], str]) -> ArchiveVerdict:
    """Read all of an archive and compare it with its checksums. `password` is asked where it is locked.

    Misused for what is no such file, WrongPassword. The checksums find what has been damaged; who made the
    file they do not prove.
    """
    with readable_file(path) as file:
        source: IO[bytes] = file
        if file.read(len(MAGIC)) == MAGIC:
            source = io.BufferedReader(Unlocked(file, password()), CHUNK_BYTES)
        try:
            with zipfile.ZipFile(source) as bundle:
                return _check(bundle)
        except (zipfile.BadZipFile, zipfile.LargeZipFile, KeyError, UnicodeDecodeError, ValueError) as cause:
            if isinstance(cause, Misused):
                raise
            raise Misused("That is no copy of an inbox.", hint="Is it whole?") from cause


def _check(bundle: zipfile.ZipFile) -> ArchiveVerdict:
    entries = [one for one in bundle.infolist() if one.filename != CHECKSUMS]
    if len(entries) > MOST_ENTRIES:
        raise Misused("There is more in that file than a copy holds.")
    promised = _promised(bundle)
    names = [one.filename for one in entries]
    wrong = [name for name in promised if name not in set(names)]
    seen: set[str] = set()
    for one in entries:
        if one.filename in seen or promised.get(one.filename) != _digest(bundle, one):
            wrong.append(one.filename)
        seen.add(one.filename)
    return ArchiveVerdict(len(entries), tuple(wrong))


def _promised(bundle: zipfile.ZipFile) -> dict[str, str]:
    """Return the checksums by name. Misused for a line that is none."""
    if bundle.getinfo(CHECKSUMS).file_size > MOST_CHECKSUMS_BYTES:
        raise Misused("There is more in that file than a copy holds.")
    promised: dict[str, str] = {}
    with bundle.open(CHECKSUMS) as file:
        for line in io.TextIOWrapper(file, "utf-8", newline="\n"):
            digest, gap, name = line.rstrip("\n").partition("  ")
            if not gap or len(digest) != 64 or name in promised:
                raise Misused("That is no copy of an inbox.", hint="Is it whole?")
            promised[name] = digest
    return promised


def _digest(bundle: zipfile.ZipFile, entry: zipfile.ZipInfo) -> str:
    """Return the SHA-256 of an entry; nothing where it cannot be read."""
    digest = hashlib.sha256()
    with contextlib.suppress(zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError):
        with bundle.open(entry) as file:
            while piece := file.read(PIECE_BYTES):
                digest.update(piece)
        return digest.hexdigest()
    return ""
