"""Days destroyed: the keeper's signed words that a day's key is no more, kept for 62 days.

Owns one file of 152 bytes a day. A word is on disk before its day is destroyed, since afterwards nobody could
make it; it must never be given out while the day's seed is in the ring.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from pathlib import Path
from typing import Final

from keys.day_gone import KEPT_DAYS, MOST_DAYS_GONE, open_day_gone
from keys.errors import KeysError
from relay.keeper.disk import mirroring, sync_folder, write_synced

DAY_SECONDS: Final = 86_400


class DaysGone:
    """The words, held in memory and in each of the folders alike."""

    def __init__(self, folders: Sequence[Path], keeper_id: bytes, public: bytes) -> None:
        """Read what each folder holds, and bring all in step. A word that was cut by a crash is none; it is
        written again by the tick that was cut too.
        """
        self._folders, self._keeper_id, self._public = folders, keeper_id, public
        self._words: dict[int, bytes] = {}
        self._destroyed_at: dict[int, int] = {}
        held = [self._read(number) for number in range(len(folders))]
        for words in reversed(held):  # where two differ, the keeper's own folder counts
            for raw in words.values():
                self._hold(raw)
        for number, words in enumerate(held):
            self._write(number, {day: raw for day, raw in self._words.items() if words.get(day) != raw})

    def write(self, words: Sequence[bytes]) -> None:
        """Keep words of days that are about to be destroyed; on disk, in each folder, when this returns."""
        fresh = {self._hold(raw): raw for raw in words}
        for number in range(len(self._folders)):
            self._write(number, fresh)

    def since(self, first: int, living: Container[int]) -> list[bytes]:
        """Up to 62 words of days from `first` on, ascending, without those of days that live."""
        days = [day for day in sorted(self._words) if day >= first and day not in living]
        return [self._words[day] for day in days[:MOST_DAYS_GONE]]

    def drop_old(self, now: int) -> None:
        """Forget the words that are older than 62 days."""
        kept_from = now - KEPT_DAYS * DAY_SECONDS
        old = [day for day, destroyed_at in self._destroyed_at.items() if destroyed_at < kept_from]
        for day in old:
            del self._words[day], self._destroyed_at[day]
        for number, folder in enumerate(self._folders):
            with mirroring(number):
                for day in old:
                    (folder / str(day)).unlink(missing_ok=True)

    def _hold(self, raw: bytes) -> int:
        gone = open_day_gone(raw, self._keeper_id, self._public)
        self._words[gone.day], self._destroyed_at[gone.day] = raw, gone.destroyed_at
        return gone.day

    def _read(self, number: int) -> dict[int, bytes]:
        with mirroring(number):
            named = [path for path in self._folders[number].iterdir() if path.name.isdecimal()]
            return {int(path.name): raw for path in named if self._is_word(raw := path.read_bytes())}

    def _is_word(self, raw: bytes) -> bool:
        try:
            open_day_gone(raw, self._keeper_id, self._public)
        except KeysError:
            return False
        return True

    def _write(self, number: int, words: dict[int, bytes]) -> None:
        with mirroring(number):
            for day, raw in words.items():
                write_synced(self._folders[number] / str(day), raw)
            if words:
                sync_folder(self._folders[number])
