"""Archive: the file of a copy: a ZIP with its checksums, as it is or locked by a password.

Owns how such a file is written, checked and unlocked. Must never hold an entry in memory, leave half a file
under a name that somebody chose, or write over one that is there. (ZIP: PKWARE's APPNOTE.TXT 6.3; the lock:
docs/protocol.md, part 26.)
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from client_sdk.errors import Misused, WrongPassword
from client_sdk.home import sync_folder
from keys.archive import ARCHIVE_CONTEXT, LOCK_BYTES, MAGIC, archive_head, archive_key, parse_archive_head
from keys.errors import KeysError, Malformed, NotOpened
from keys.stream import (
    CHUNK_BYTES,
    HEAD_BYTES,
    SEALED_CHUNK_BYTES,
    ChunkOpener,
    Opener,
    Sealer,
    plain_length,
)
from keys.stream import SALT_BYTES as STREAM_SALT_BYTES
from keys.unlock import SALT_BYTES

CHECKSUMS: Final = "checksums.txt"
MOST_ENTRIES: Final = 1_000_000
MOST_CHECKSUMS_BYTES: Final = 256 * 1024 * 1024
PIECE_BYTES: Final = 1024 * 1024

Random = Callable[[int], bytes]


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
        lock = _Lock(file, password, random) if password is not None else None
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


# --- the lock -----------------------------------------------------------------------------------------------


def _key(password: str, salt: bytes) -> bytes:
    try:
        return archive_key(password, salt)
    except Malformed as cause:
        raise Misused("A password has 12 to 1,024 signs.") from cause


class _Lock:
    """Seals what is written to it. It cannot be sought in, and says so by having no such methods."""

    def __init__(self, file: IO[bytes], password: str, random: Random) -> None:
        salt = random(SALT_BYTES)
        self._file = file
        self._sealer = Sealer(_key(password, salt), ARCHIVE_CONTEXT, random(STREAM_SALT_BYTES))
        file.write(archive_head(salt) + self._sealer.head)

    def write(self, piece: bytes) -> int:
        """Take the next bytes."""
        self._file.write(self._sealer.update(piece))
        return len(piece)

    def flush(self) -> None:
        """Bring what is whole to the file."""
        self._file.flush()

    def finish(self) -> None:
        """Nothing may follow."""
        self._file.write(self._sealer.finish())


class _Unlocked(io.RawIOBase):
    """Reads a locked archive at any place, chunk by chunk: nothing of it is written anywhere."""

    def __init__(self, file: IO[bytes], password: str) -> None:
        """`WrongPassword` where it does not fit, `Misused` for a file that is cut."""
        self._file = file
        self._length = _plain_length(file)
        file.seek(0)
        key = _key(password, parse_archive_head(file.read(LOCK_BYTES)))
        try:
            self._opener = ChunkOpener(key, ARCHIVE_CONTEXT, file.read(HEAD_BYTES))
        except NotOpened as cause:
            raise WrongPassword("That password does not open this copy.") from cause
        self._at = 0
        self._chunk = (-1, b"")

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """At any place."""
        return True

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._length}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # the buffers that are used
        """Read on, to the end of a chunk at most. `Misused` where a chunk was changed."""
        if self._at >= self._length:
            return 0
        index, within = divmod(self._at, CHUNK_BYTES)
        piece = self._open(index)[within : within + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _open(self, index: int) -> bytes:
        if self._chunk[0] != index:
            self._file.seek(LOCK_BYTES + HEAD_BYTES + index * SEALED_CHUNK_BYTES)
            try:
                sealed = self._file.read(SEALED_CHUNK_BYTES)
                self._chunk = (index, self._opener.open_chunk(index, sealed))
            except NotOpened as cause:
                raise _Changed from cause
        return self._chunk[1]


class _Changed(Misused):
    """A locked archive that was changed, or cut."""

    def __init__(self) -> None:
        super().__init__("This copy was changed, or a part of it is missing.", hint="Make another one.")


def _plain_length(file: IO[bytes]) -> int:
    size_bytes = file.seek(0, os.SEEK_END)
    try:
        return plain_length(size_bytes - LOCK_BYTES)
    except KeysError as cause:
        raise _Changed from cause


def is_locked(path: Path) -> bool:
    """Whether a password opens this file. `Misused` for one that cannot be read."""
    with _readable(path) as file:
        return file.read(len(MAGIC)) == MAGIC


def unlock_archive(path: Path, target: Path, password: str, random: Random) -> None:
    """Write a locked archive's ZIP under another name. Misused, WrongPassword; nothing is left then."""
    with _readable(path) as file, _new_file(target, random) as out:
        head = file.read(LOCK_BYTES)
        if not head.startswith(MAGIC):
            raise Misused("This copy is not locked.", hint="Any program for ZIP files opens it.")
        if len(head) < LOCK_BYTES:
            raise _Changed
        key = _key(password, parse_archive_head(head))
        try:
            opener = Opener(key, ARCHIVE_CONTEXT, file.read(HEAD_BYTES))
        except NotOpened as cause:
            raise WrongPassword("That password does not open this copy.") from cause
        try:
            while piece := file.read(PIECE_BYTES):
                out.write(opener.update(piece))
            out.write(opener.finish())
        except NotOpened as cause:
            raise _Changed from cause


@contextmanager
def _readable(path: Path) -> Iterator[IO[bytes]]:
    try:
        file = path.open("rb")
    except OSError as cause:
        raise Misused("That file cannot be read.") from cause
    with file:
        yield file


# --- checking -----------------------------------------------------------------------------------------------


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
    with _readable(path) as file:
        source: IO[bytes] = file
        if file.read(len(MAGIC)) == MAGIC:
            source = io.BufferedReader(_Unlocked(file, password()), CHUNK_BYTES)
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
