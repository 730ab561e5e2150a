"""Synced writes for the keeper's few small files. Owns the order write, sync, rename, sync of the folder.

Must never return before what it wrote is on disk: each caller destroys or promises something right after.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

Step = Callable[[str], None]
"""Called with the name of the point just reached, so that a test can stop there as a crash would."""

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


class MirrorAway(OSError):
    """A second place, which must hold what is promised too, cannot be written or read; the text says why."""


@contextmanager
def mirroring(number: int) -> Iterator[None]:
    """Do something in the place of a number: trouble in any but the first is `MirrorAway`."""
    try:
        yield
    except MirrorAway:
        raise
    except OSError as trouble:
        if number:
            raise MirrorAway(str(trouble)) from trouble
        raise


def go_on(_point: str) -> None:
    """The step of a keeper that nobody tests: nothing happens."""


@contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    descriptor = os.open(path, flags | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def write_synced(path: Path, content: bytes) -> None:
    """Write a whole new file (an older one of that name is lost) and sync it; the folder is not synced
    yet.
    """
    with _opened(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as descriptor:
        _write_all(descriptor, content)
        os.fsync(descriptor)


def overwrite(path: Path, offset: int, content: bytes) -> None:
    """Write over bytes of a file that exists, in place, so that the old bytes' blocks are the ones
    written.
    """
    with _opened(path, os.O_WRONLY) as descriptor:
        os.lseek(descriptor, offset, os.SEEK_SET)
        _write_all(descriptor, content)


def append_synced(path: Path, content: bytes) -> None:
    """Add to the end of a file, made if need be, and sync it; a new file's folder is synced too."""
    fresh = not path.exists()
    with _opened(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND) as descriptor:
        _write_all(descriptor, content)
        os.fsync(descriptor)
    if fresh:
        sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Sync a file that was written before."""
    with _opened(path, os.O_RDONLY) as descriptor:
        os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Sync a folder, so that its renames and removals are on disk."""
    with _opened(folder, os.O_RDONLY | os.O_DIRECTORY) as descriptor:
        os.fsync(descriptor)


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
