"""Archive: the file of a copy: a ZIP with its checksums, as it is or locked by a password.

Owns how such a file is written and unlocked; `archive_lock` has the lock, `archive_check` what a check finds.
Must never hold an entry in memory, leave half a file under a name that somebody chose, or write over one that
is there. (ZIP: PKWARE's APPNOTE.TXT 6.3; the lock: docs/protocol.md, part 26.)
"""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from client_sdk.archive_lock import Changed, Lock, lock_key, readable_file
from client_sdk.errors import Misused, WrongPassword
from client_sdk.home import sync_folder
from keys.archive import ARCHIVE_CONTEXT, LOCK_BYTES, MAGIC, parse_archive_head
from keys.errors import NotOpened
from keys.names import Random
from keys.stream import HEAD_BYTES, Opener

CHECKSUMS: Final = "checksums.txt"
PIECE_BYTES: Final = 1024 * 1024


class ArchiveWriter:
    """Adds entries to an archive that is being made."""

    def __init__(self, bundle: zipfile.ZipFile, made_at: datetime) -> None:
        """Not for callers: see `new_archive`."""
        self._bundle = bundle
        self._made_at = made_at.timetuple()[:6]
        self._lines: list[str] = []

    def add(self, name: str, source: IO[bytes], *, packed: bool = False) -> None:
        """Add what a file holds from its beginning on. `packed`: worth compressing."""
        source.seek(0, os.SEEK_END)
        size_bytes = source.tell()
        source.seek(0)
        entry = zipfile.ZipInfo(name, self._made_at)
        entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        entry.external_attr = 0o600 << 16
        entry.file_size = size_bytes
        digest = hashlib.sha256()
        with self._bundle.open(entry, "w", force_zip64=size_bytes >= zipfile.ZIP64_LIMIT) as out:
            while piece := source.read(PIECE_BYTES):
                digest.update(piece)
                out.write(piece)
        self._lines.append(f"{digest.hexdigest()}  {name}\n")

    def add_text(self, name: str, text: str) -> None:
        """Add a text in UTF-8."""
        self.add(name, io.BytesIO(text.encode("utf-8", "replace")), packed=True)

    def finish(self) -> None:
        """Add the checksums of all that was added."""
        self._bundle.writestr(
            zipfile.ZipInfo(CHECKSUMS, self._made_at), "".join(self._lines), zipfile.ZIP_DEFLATED
        )


@contextmanager
def new_archive(
    path: Path, password: str | None, random: Random, made_at: datetime
) -> Iterator[ArchiveWriter]:
    """Make an archive, which gets its name once all of it is on disk. `Misused` where that name is taken, or
    for what is no password; whatever fails, nothing is left.
    """
    with _new_file(path, random) as file:
        lock = Lock(file, password, random) if password is not None else None
        out: Any = lock or file  # a lock can be written to and no more, which is all that is done
        with zipfile.ZipFile(out, "w") as bundle:
            writer = ArchiveWriter(bundle, made_at)
            yield writer
            writer.finish()
        if lock:
            lock.finish()


@contextmanager
def _new_file(path: Path, random: Random) -> Iterator[IO[bytes]]:
    if path.exists():
        raise Misused("There is a file of that name.", hint="Name another one, or move that one away.")
    fresh = path.with_name(f".{path.name[:64]}.{random(8).hex()}.part")
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as cause:
        raise Misused("A file cannot be written there.", hint="Is the folder there, and yours?") from cause
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _name(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)


def _name(fresh: Path, path: Path) -> None:
    """Give a file its name, never another file's; sticks have no links to do that in one step."""
    try:
        os.link(fresh, path)
    except FileExistsError:
        raise Misused("There is a file of that name by now.") from None
    except OSError:
        if path.exists():
            raise Misused("There is a file of that name by now.") from None
        fresh.rename(path)
    sync_folder(path.parent)


def unlock_archive(path: Path, target: Path, password: str, random: Random) -> None:
    """Write a locked archive's ZIP under another name. Misused, WrongPassword; nothing is left then."""
    with readable_file(path) as file, _new_file(target, random) as out:
        head = file.read(LOCK_BYTES)
        if not head.startswith(MAGIC):
            raise Misused("This copy is not locked.", hint="Any program for ZIP files opens it.")
        if len(head) < LOCK_BYTES:
            raise Changed
        key = lock_key(password, parse_archive_head(head))
        try:
            opener = Opener(key, ARCHIVE_CONTEXT, file.read(HEAD_BYTES))
        except NotOpened as cause:
            raise WrongPassword("That password does not open this copy.") from cause
        try:
            while piece := file.read(PIECE_BYTES):
                out.write(opener.update(piece))
            out.write(opener.finish())
        except NotOpened as cause:
            raise Changed from cause
