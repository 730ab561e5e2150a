"""A backup as one sealed file, and the folder of backups (docs/protocol.md, part 17). Owns the head, the
sealing, the names, and that a file has its name only when it is whole, on disk and has been read again.

Must never write a row in clear, nor hold more than a piece of it; a key is an argument and shows nowhere.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from keys.encoding import counted_text, label, u8, u64, utf8
from keys.errors import KeysError, Malformed
from keys.stream import HEAD_BYTES, SALT_BYTES, SEALED_CHUNK_BYTES, Opener, Sealer
from keys.suite import hkdf
from relay.store.dump import dump, tables
from relay.store.engine import connect_reader
from relay.store.moved import refuse_marked
from relay.store.rows import FileRows, Rows

MAGIC: Final = b"QBK1"
VERSION: Final = 1
ID_BYTES: Final = 16
KEY_BYTES: Final = 32
SUFFIX: Final = ".qbk"
PART: Final = ".part"
DAY_SECONDS: Final = 86_400
READ_BYTES: Final = 16 * SEALED_CHUNK_BYTES

_FIXED_BYTES: Final = len(MAGIC) + 4 + ID_BYTES + 8
_FOLDER_MODE: Final = 0o700
_FILE_MODE: Final = 0o600

Random = Callable[[int], bytes]


class BackupHeld(Exception):
    """Another program is making or removing backups in this folder."""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the sealed part, in clear and bound to it. `schema` is the number of the newest
    migration.
    """

    backup_id: bytes
    created_at: int
    schema: str

    def pack(self) -> bytes:
        """The bytes."""
        fixed = MAGIC + u8(VERSION) + bytes(3) + self.backup_id + u64(self.created_at)
        return fixed + counted_text(self.schema, 1)


@dataclass(frozen=True, slots=True)
class Backup:
    """A file of the folder and its head."""

    path: Path
    head: Head
    size_bytes: int


def read_head(file: BinaryIO) -> Head:
    """The head of a backup; the file stands at the sealed part then. Raises Malformed for what is none."""
    fixed = file.read(_FIXED_BYTES)
    if len(fixed) != _FIXED_BYTES or fixed[:8] != MAGIC + u8(VERSION) + bytes(3):
        raise Malformed("not a backup")
    backup_id, created_at = fixed[8 : 8 + ID_BYTES], int.from_bytes(fixed[-8:], "big")
    length = file.read(1)
    schema = utf8(file.read(length[0])) if length else ""
    head = Head(backup_id, created_at, schema)
    if not length or len(schema.encode()) != length[0] or created_at >= 1 << 53:
        raise Malformed("not a backup")
    return head


def opened(file: BinaryIO, head: Head, key: bytes) -> Iterator[bytes | bytearray]:
    """What is sealed in the file, from where `read_head` left it. That it is all of it is known at the end.
    Raises NotOpened for a wrong key, and where anything was changed or cut.
    """
    opener = Opener(_stream_key(key, head), _context(head), file.read(HEAD_BYTES))
    while piece := file.read(READ_BYTES):
        yield opener.update(piece)
    yield opener.finish()


def count_rows(path: Path, key: bytes) -> dict[str, int]:
    """Open all of a backup; its rows by table. Raises NotOpened, Malformed, OSError."""
    with path.open("rb") as file:
        head = read_head(file)
        return {table.name: sum(1 for _ in table.rows) for table in tables(opened(file, head, key))}


def write_backup(database: Path, folder: Path, key: bytes, now: int, random: Random) -> Backup:
    """Seal a file's rows as `seal` does. Raises sqlite3.Error and SettingRefused besides."""
    with closing(connect_reader(database)) as reader:
        reader.execute("BEGIN")
        refuse_marked(reader)
        return seal(FileRows(reader), folder, key, now, random)


def seal(rows: Rows, folder: Path, key: bytes, now: int, random: Random) -> Backup:
    """Seal one consistent state into a new file of the folder, made if need be; others may go on writing to
    the database. Raises BackupHeld, OSError, and what `rows` raises; nothing remains then.
    """
    folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    with held(folder):
        head = Head(random(ID_BYTES), now, rows.schema())
        path = folder / _name(head)
        part = path.with_name(path.name + PART)
        try:
            _write(part, head, key, random(SALT_BYTES), dump(rows))
            rows.release()
            _check(part, key)
            part.rename(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        _sync(folder)
    return Backup(path, head, path.stat().st_size)


def backups(folder: Path) -> list[Backup]:
    """The backups in a folder, oldest first; what only looks like one is passed over. Raises OSError."""
    paths = folder.glob(f"*{SUFFIX}") if folder.is_dir() else ()
    return sorted(filter(None, map(_backup, paths)), key=lambda backup: backup.head.created_at)


def drop_before(folder: Path, instant: int) -> int:
    """Remove the backups made before then, and what an interrupted one left; how many went. Raises
    BackupHeld, OSError.
    """
    old = [backup for backup in backups(folder) if backup.head.created_at < instant]
    if not old and not any(folder.glob(f"*{PART}")):
        return 0
    with held(folder):
        for backup in old:
            backup.path.unlink(missing_ok=True)
        _sync(folder)
    return len(old)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the folder alone, without what an interrupted backup left in it. Raises BackupHeld."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _FILE_MODE)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupHeld(f"another command makes or removes backups in {folder}") from None
        for left in folder.glob(f"*{SUFFIX}{PART}"):
            left.unlink()
        yield
    finally:
        os.close(descriptor)


def _backup(path: Path) -> Backup | None:
    try:
        with path.open("rb") as file:
            return Backup(path, read_head(file), path.stat().st_size)
    except KeysError:
        return None


def _write(part: Path, head: Head, key: bytes, salt: bytes, pieces: Iterator[bytes]) -> None:
    sealer = Sealer(_stream_key(key, head), _context(head), salt)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(head.pack() + sealer.head)
        for piece in pieces:
            file.write(sealer.update(piece))
        file.write(sealer.finish())
        file.flush()
        os.fsync(descriptor)


def _check(part: Path, key: bytes) -> None:
    """A backup that was not read again is not called one."""
    try:
        count_rows(part, key)
    except KeysError as fault:
        raise OSError(f"{part.name} does not read as it was written: {fault}") from None


def _stream_key(key: bytes, head: Head) -> bytes:
    return hkdf(key, label("backup") + head.backup_id.hex().encode("ascii") + b"\x00")


def _context(head: Head) -> bytes:
    return label("backup") + head.pack()


def _name(head: Head) -> str:
    made = datetime.fromtimestamp(head.created_at, UTC)
    return f"{made:%Y-%m-%dT%H%M%SZ}-{head.backup_id[:4].hex()}{SUFFIX}"


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
