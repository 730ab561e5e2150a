"""The refusal list: which locks the keeper no longer opens, by the day that their seed dies.

Owns one append-only file a day, 32 bytes an entry: H(L("revoked") ‖ H(header) ‖ lock record). An entry is on
disk before `add` returns, since the revoke is answered right after. The list must never outlive its day nor
go before it.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Final

from relay.keeper.disk import append_synced, sync_folder

ENTRY_BYTES: Final = 32
MOST_ENTRIES: Final = 1_000_000
"""About 100 MB of memory; only the reader or the revoker named in a lock can add one."""


class RefusalsFull(Exception):
    """The list holds as much as it may; the revoke must be repeated later."""


class Refusals:
    """The list, held in memory and on disk alike."""

    def __init__(self, folder: Path) -> None:
        """Read the lists of all days. An entry cut by a crash was never answered: it is cut off."""
        self._folder = folder
        self._by_day = {int(path.name): _read(path) for path in folder.iterdir() if path.name.isdecimal()}

    def __len__(self) -> int:
        """How many locks are refused, of all days."""
        return sum(map(len, self._by_day.values()))

    def holds(self, day: int, entry: bytes) -> bool:
        """Whether a lock of a day is refused."""
        return entry in self._by_day.get(day, ())

    def add(self, day: int, entry: bytes) -> None:
        """Refuse a lock from now on; on disk when this returns. Repeated: no change. Raises RefusalsFull."""
        if self.holds(day, entry):
            return
        if len(self) >= MOST_ENTRIES:
            raise RefusalsFull
        append_synced(self._folder / str(day), entry)
        self._by_day.setdefault(day, set()).add(entry)

    def keep_only(self, days: Collection[int]) -> None:
        """Drop the lists of all other days: what they refuse no key opens any more."""
        gone = [day for day in self._by_day if day not in days]
        for day in gone:
            del self._by_day[day]
            (self._folder / str(day)).unlink(missing_ok=True)
        if gone:
            sync_folder(self._folder)


def _read(path: Path) -> set[bytes]:
    content = path.read_bytes()
    whole = len(content) - len(content) % ENTRY_BYTES
    if whole < len(content):
        with path.open("r+b") as file:
            file.truncate(whole)
    return {content[at : at + ENTRY_BYTES] for at in range(0, whole, ENTRY_BYTES)}
