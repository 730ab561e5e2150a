"""The refusal list: which locks the keeper no longer opens, by the day that their seed dies.

Owns one append-only file a day in each place that must hold the list, 32 bytes an entry: H(L("revoked") ‖
H(header) ‖ lock record). An entry is on disk in all of them before `add` returns, since the revoke is
answered right after. The list must never outlive its day nor go before it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from relay.keeper.disk import append_synced, mirroring, sync_folder

ENTRY_BYTES: Final = 32
MOST_ENTRIES: Final = 1_000_000
"""About 100 MB of memory; only the reader or the revoker named in a lock can add one."""


class RefusalsFull(Exception):
    """The list holds as much as it may; the revoke must be repeated later."""


class Refusals:
    """The list, held in memory and in each of its places alike."""

    def __init__(self, places: Sequence[Path]) -> None:
        """Read the lists of all days in all places, and give each place what it lacks. An entry cut by a
        crash was never answered: it is cut off.
        """
        self._places = places
        held = [read_lists(place, number) for number, place in enumerate(places)]
        self._by_day: dict[int, set[bytes]] = {}
        for lists in held:
            for day, entries in lists.items():
                self._by_day.setdefault(day, set()).update(entries)
        for number, lists in enumerate(held):
            for day, entries in self._by_day.items():
                self._append(number, day, sorted(entries - lists.get(day, set())))

    def __len__(self) -> int:
        """How many locks are refused, of all days."""
        return sum(map(len, self._by_day.values()))

    def entries(self) -> list[tuple[int, bytes]]:
        """All of it, by day and entry ascending."""
        return [(day, entry) for day in sorted(self._by_day) for entry in sorted(self._by_day[day])]

    def holds(self, day: int, entry: bytes) -> bool:
        """Whether a lock of a day is refused."""
        return entry in self._by_day.get(day, ())

    def add(self, day: int, entry: bytes) -> None:
        """Refuse a lock from now on; on disk when this returns. Repeated: no change. Raises RefusalsFull."""
        if self.holds(day, entry):
            return
        if len(self) >= MOST_ENTRIES:
            raise RefusalsFull
        for number in range(len(self._places)):
            self._append(number, day, [entry])
        self._by_day.setdefault(day, set()).add(entry)

    def keep_only(self, days: Collection[int]) -> None:
        """Drop the lists of all other days: what they refuse no key opens any more."""
        gone = [day for day in self._by_day if day not in days]
        for day in gone:
            del self._by_day[day]
        for number, place in enumerate(self._places):
            with mirroring(number):
                for day in gone:
                    (place / str(day)).unlink(missing_ok=True)
                if gone:
                    sync_folder(place)

    def _append(self, number: int, day: int, entries: Sequence[bytes]) -> None:
        with mirroring(number):
            if entries:
                append_synced(self._places[number] / str(day), b"".join(entries))


def read_lists(place: Path, number: int = 0) -> dict[int, set[bytes]]:
    """The lists of all days in a place. Raises OSError; MirrorAway for a place other than the first."""
    with mirroring(number):
        return {int(path.name): _read(path) for path in place.iterdir() if path.name.isdecimal()}


def _read(path: Path) -> set[bytes]:
    content = path.read_bytes()
    whole = len(content) - len(content) % ENTRY_BYTES
    if whole < len(content):
        with path.open("r+b") as file:
            file.truncate(whole)
    return {content[at : at + ENTRY_BYTES] for at in range(0, whole, ENTRY_BYTES)}
