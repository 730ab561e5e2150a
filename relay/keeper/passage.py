"""How far the keeper believes the clock: two days of gain in all, then not without the operator's word.

Owns the second wall against a bad clock; the relay has a watch of its own (`relay.clock`). It must never turn
time back, and never let a jump of the clock destroy a day: to refuse, the later of the two clocks counts; to
destroy, the earlier (docs/architecture.md, *Time*).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from relay.clock import DIVERGENCE_LIMIT_SECONDS, Reading, divergence_seconds

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
        self._seen_at = self._vouched_at = seen_at
        self._begin(seen_at)

    def clock_at(self) -> int:
        """What the clock shows now, believed or not."""
        return int(self._read().wall) + self._offset()

    def now(self) -> int:
        """The instant by which to refuse: what the clock shows, but never before the highest instant seen,
        nor before what must have passed since the last stored one.
        """
        passed = self._read().monotonic - self._start.monotonic
        at = max(self._seen_at, self._start_seen_at + int(passed), self.clock_at())
        if self.believed():
            at = self._seen_at = max(at, self._expected_at())
        return at

    def act_at(self) -> int:
        """The instant by which to destroy: what has gone by on both clocks since the start. Ask `believed`
        first.
        """
        return min(self.clock_at(), self._expected_at())

    def believed(self) -> bool:
        """Whether a tick may act on the clock, and the highest instant seen follow it."""
        gain = gain_seconds(self._start_seen_at, self._start, self._read(), self._offset_at_start)
        return gain <= GAIN_LIMIT_SECONDS

    def steady(self) -> bool:
        """Whether both clocks have gone alike since the start, by a minute. Only then does a keeper tick by
        itself.
        """
        return abs(divergence_seconds(self._start, self._read())) <= DIVERGENCE_LIMIT_SECONDS

    def vouched_at(self) -> int:
        """The highest instant by which one might have acted: what is stored, so that a jump that was put
        right is not remembered.
        """
        if self.believed():
            self._vouched_at = max(self._vouched_at, self.act_at())
        return self._vouched_at

    def accept(self) -> None:
        """Take the clock for right, on the operator's word; gains are counted from here on."""
        self._begin(self.clock_at())
        self.now()

    def _begin(self, seen_at: int) -> None:
        self._start_seen_at = seen_at
        self._start = self._read()
        self._offset_at_start = self._offset()

    def _expected_at(self) -> int:
        """What the clock would show, had it gone on from the start as the monotonic one did."""
        reading = self._read()
        return int(reading.wall - divergence_seconds(self._start, reading)) + self._offset()
