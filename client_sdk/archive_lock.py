"""Archive lock: a copy under a password, sealed as it is written and opened at any place (docs/protocol.md,
part 26).

Owns the lock's stream in both directions. Must never write anything of an opened copy.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from client_sdk.errors import Misused, WrongPassword
from keys.archive import ARCHIVE_CONTEXT, LOCK_BYTES, MAGIC, archive_head, archive_key, parse_archive_head
from keys.errors import KeysError, Malformed, NotOpened
from keys.names import Random
from keys.stream import CHUNK_BYTES, HEAD_BYTES, SEALED_CHUNK_BYTES, ChunkOpener, Sealer, plain_length
from keys.stream import SALT_BYTES as STREAM_SALT_BYTES
from keys.unlock import SALT_BYTES


def lock_key(password: str, salt: bytes) -> bytes:
    """Return the stream's key. Misused for a password of another length."""
    try:
        return archive_key(password, salt)
    except Malformed as cause:
        raise Misused("A password has 12 to 1,024 signs.") from cause


class Lock:
    """Seals what is written to it. It cannot be sought in, and says so by having no such methods."""

    def __init__(self, file: IO[bytes], password: str, random: Random) -> None:
        salt = random(SALT_BYTES)
        self._file = file
        self._sealer = Sealer(lock_key(password, salt), ARCHIVE_CONTEXT, random(STREAM_SALT_BYTES))
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


class Unlocked(io.RawIOBase):
    """Reads a locked archive at any place, chunk by chunk: nothing of it is written anywhere."""

    def __init__(self, file: IO[bytes], password: str) -> None:
        """`WrongPassword` where it does not fit, `Misused` for a file that is cut."""
        self._file = file
        self._length = _plain_length(file)
        file.seek(0)
        key = lock_key(password, parse_archive_head(file.read(LOCK_BYTES)))
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
                raise Changed from cause
        return self._chunk[1]


class Changed(Misused):
    """A locked archive that was changed, or cut."""

    def __init__(self) -> None:
        super().__init__("This copy was changed, or a part of it is missing.", hint="Make another one.")


def _plain_length(file: IO[bytes]) -> int:
    size_bytes = file.seek(0, os.SEEK_END)
    try:
        return plain_length(size_bytes - LOCK_BYTES)
    except KeysError as cause:
        raise Changed from cause


def is_locked(path: Path) -> bool:
    """Whether a password opens this file. `Misused` for one that cannot be read."""
    with readable_file(path) as file:
        return file.read(len(MAGIC)) == MAGIC


@contextmanager
def readable_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that is there. Misused where it cannot be read."""
    try:
        file = path.open("rb")
    except OSError as cause:
        raise Misused("That file cannot be read.") from cause
    with file:
        yield file
