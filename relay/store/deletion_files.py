"""The files of the ledger of deletions: one a day, only ever written at the end, outside the database and its
backups (docs/protocol.md, part 17). Owns a record's bytes, when records reach the disk, where a file that a
crash cut ends, and which files may go.

Must never be in a backup, nor be written by two programs at once. What is told, and when, is
`relay.store.deletions`.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

GONE: Final = 1
METHOD: Final = 2
END: Final = 3
ENTRY: Final = 4
RECEIPT: Final = 5
ACT: Final = 6
STATEMENT: Final = 7
CHANNEL: Final = 8
RULE: Final = 9
SENDER: Final = 10
INSTANT: Final = 11
ANEW: Final = 12
BODY_BYTES: Final = {
    GONE: 40,
    METHOD: 32,
    END: 24,
    ENTRY: 41,
    RECEIPT: 56,
    CHANNEL: 24,
    RULE: 32,
    SENDER: 32,
    INSTANT: 8,
    ANEW: 72,
}
SIGNED_BYTES: Final = {ACT: range(28, 1 << 16), STATEMENT: range(26, 1 << 16)}
"""Bodies of no fixed length."""

HEAD_BYTES: Final = 3
CHECK_BYTES: Final = 4
DAY_SECONDS: Final = 86_400

_FOLDER_MODE: Final = 0o700
_FILE_MODE: Final = 0o600
_NAME: Final = re.compile(r"\d{4}-\d{2}-\d{2}\.ledger")
_EPOCH: Final = date(1970, 1, 1).toordinal()


class LedgerDamaged(Exception):
    """A file of the ledger cannot be read in its middle; the text says which."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its kind, and its body, of that kind's length."""

    kind: int
    body: bytes


class Ledger:
    """The ledger in one folder. `now` gives Unix seconds: a record goes into the file of that day, never into
    one before the newest, so that the order of names and positions is the order of writing.
    """

    def __init__(self, folder: Path, now: Callable[[], int]) -> None:
        """Make the folder if it is not there. Raises OSError."""
        self._folder = folder
        self._now = now
        self._descriptor = -1
        self._day = -1
        self._sound_bytes = 0
        self._turn = threading.Lock()
        folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self._folder

    def append(self, records: Sequence[bytes]) -> None:
        """Write and sync, from whichever thread. After an OSError none of these is a record, and the next
        call tries anew.
        """
        with self._turn:
            self._append(b"".join(records))

    def _append(self, records: bytes) -> None:
        try:
            self._turn_to(self._now() // DAY_SECONDS)
            _write_whole(self._descriptor, records)
            os.fsync(self._descriptor)
        except OSError:
            self._take_back()
            raise
        self._sound_bytes += len(records)

    def close(self) -> None:
        """Close the file; a later `append` opens it again."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = self._day = -1

    def _turn_to(self, today: int) -> None:
        day = max([today, *ledger_days(self._folder)]) if self._day != today else today
        if self._descriptor >= 0 and day == self._day:
            return
        self.close()
        self._descriptor = open_day(self._folder, day)
        self._day = day
        self._sound_bytes = _sound_length(_path(self._folder, day).read_bytes())
        os.ftruncate(self._descriptor, self._sound_bytes)

    def _take_back(self) -> None:
        """Cut what may have been written by half, now or when the file is opened again."""
        with suppress(OSError):
            if self._descriptor >= 0:
                os.ftruncate(self._descriptor, self._sound_bytes)
        self.close()


class Withheld(Ledger):
    """Holds records back until it is known that what they tell of will be: a restore that is given up, and a
    rehearsal, must leave no trace in the ledger.
    """

    def __init__(self) -> None:
        """Nothing is held."""
        self._held: list[bytes] = []

    def append(self, records: Sequence[bytes]) -> None:
        """Keep them."""
        self._held += records

    def close(self) -> None:
        """There is no file."""

    def release(self, ledger: Ledger) -> None:
        """Write all that is held. Raises OSError."""
        if self._held:
            ledger.append(self._held)
            self._held.clear()


def records_since(folder: Path, day: int) -> Iterator[Record]:
    """All records of that day's file and of later ones, in the order of writing. Raises LedgerDamaged,
    OSError.
    """
    for file_day in ledger_days(folder):
        if file_day >= day:
            yield from _records(_path(folder, file_day))


def ledger_days(folder: Path) -> list[int]:
    """The days that have a file, ascending. Raises OSError."""
    names = [path.name for path in folder.iterdir() if _NAME.fullmatch(path.name)]
    return sorted(date.fromisoformat(name[:10]).toordinal() - _EPOCH for name in names)


def open_day(folder: Path, day: int) -> int:
    """Open the file of a day for appending, made if need be, and synced into its folder; its descriptor.
    Raises OSError.
    """
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    descriptor = os.open(_path(folder, day), flags, _FILE_MODE)
    parent = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(parent)
    except OSError:
        os.close(descriptor)
        raise
    finally:
        os.close(parent)
    return descriptor


def drop_files_before(folder: Path, day: int) -> int:
    """Unlink the files that no backup of that day or later needs; how many went. The newest file that is not
    after that day stays: it shows how far the ledger reaches back. Raises OSError.
    """
    *older, _ = [file_day for file_day in ledger_days(folder) if file_day <= day] or [day]
    for file_day in older:
        _path(folder, file_day).unlink()
    return len(older)


def frame(kind: int, body: bytes) -> bytes:
    """A record as it is written."""
    head = bytes([kind]) + len(body).to_bytes(2, "big") + body
    return head + sha256(head).digest()[:CHECK_BYTES]


def fits(kind: int, length: int) -> bool:
    """Whether bodies of this kind have this length."""
    return BODY_BYTES.get(kind) == length or length in SIGNED_BYTES.get(kind, ())


def _records(path: Path) -> Iterator[Record]:
    """A bad record at the end is one that a crash cut; before others it is damage."""
    raw = path.read_bytes()
    sound_bytes, at = _sound_length(raw), 0
    while at < sound_bytes:
        record = _record_at(raw, at)
        if record is None:
            raise LedgerDamaged(f"{path} is damaged at byte {at}")
        yield record
        at += HEAD_BYTES + len(record.body) + CHECK_BYTES


def _sound_length(raw: bytes) -> int:
    """Where the last record ends."""
    at = end = 0
    while at < len(raw):
        record = _record_at(raw, at)
        at += 1 if record is None else HEAD_BYTES + len(record.body) + CHECK_BYTES
        end = end if record is None else at
    return end


def _record_at(raw: bytes, at: int) -> Record | None:
    length = int.from_bytes(raw[at + 1 : at + HEAD_BYTES], "big")
    end = at + HEAD_BYTES + length
    if not fits(raw[at], length) or end + CHECK_BYTES > len(raw):
        return None
    if raw[at : end + CHECK_BYTES] != frame(raw[at], raw[at + HEAD_BYTES : end]):
        return None
    return Record(raw[at], raw[at + HEAD_BYTES : end])


def _path(folder: Path, day: int) -> Path:
    return folder / f"{datetime.fromtimestamp(day * DAY_SECONDS, UTC):%Y-%m-%d}.ledger"


def _write_whole(descriptor: int, content: bytes) -> None:
    """All of it; a short write is followed by another, that succeeds or says why not."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
