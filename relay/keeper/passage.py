"""How far the keeper believes the clock: two days of gain in all, then not without the operator's word.

Owns the second wall against a bad clock; the relay has a watch of its own (`relay.clock`). It must never turn
time back: the highest instant seen is the floor of every later one (docs/architecture.md, *Time*).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from relay.clock import Reading, divergence_seconds

GAIN_LIMIT_SECONDS: Final = 2 * 86_400


def gain_seconds(seen_at: int, start: Reading, reading: Reading, offset_at_start: int) -> int:
    """What the clock has gained in all: over the last stored time until the start, and over the monotonic
    clock since.

    A driven clock's offset is the operator's word and no gain. What it was when `seen_at` was stored is not
    known, so the smaller of the two readings counts.
    """
    across = int(start.wall) + min(0, offset_at_start) - seen_at
    return max(0, across) + max(0, int(divergence_seconds(start, reading)))


class Passage:
    """The keeper's time. `read` gives the machine's clocks, `offset` what the operator adds to them."""

    def __init__(self, seen_at: int, read: Callable[[], Reading], offset: Callable[[], int]) -> None:
        """Begin to count gains at the highest instant that was stored."""
        self._read, self._offset = read, offset
        self._seen_at = seen_at
        self._begin(seen_at)

    def clock_at(self) -> int:
        """What the clock shows now, believed or not."""
        return int(self._read().wall) + self._offset()

    def now(self) -> int:
        """The instant by which to refuse: what the clock shows, but never before the highest instant seen."""
        at = max(self._seen_at, self.clock_at())
        if self.believed():
            self._seen_at = at
        return at

    def believed(self) -> bool:
        """Whether a tick may act on the clock, and the highest instant seen follow it."""
        gain = gain_seconds(self._start_seen_at, self._start, self._read(), self._offset_at_start)
        return gain <= GAIN_LIMIT_SECONDS

    def seen_at(self) -> int:
        """The highest instant that was believed, to be stored."""
        self.now()
        return self._seen_at

    def accept(self) -> None:
        """Take the clock for right, on the operator's word; gains are counted from here on."""
        self._begin(self.clock_at())
        self.now()

    def _begin(self, seen_at: int) -> None:
        self._start_seen_at = seen_at
        self._start = self._read()
        self._offset_at_start = self._offset()
