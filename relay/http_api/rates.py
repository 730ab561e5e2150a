"""Rates: how many requests a minute one session, or one network without a session, may make. In memory
alone.
"""

from __future__ import annotations

from collections.abc import Callable

from relay.core.errors import Busy, TooManyRequests

WINDOW_SECONDS = 60
MOST_COUNTED = 200_000


class Rates:
    """Counts by fixed windows of a minute; `clock` gives monotonic seconds."""

    def __init__(self, most_per_minute: int, clock: Callable[[], float]) -> None:
        self._most = most_per_minute
        self._clock = clock
        self._counts: dict[bytes, int] = {}
        self._ends_at = 0.0

    def take(self, who: bytes) -> None:
        """Count a request; an empty `who` is not counted. Raises TooManyRequests with `retry_after`, or
        Busy.
        """
        if not who:
            return
        now = self._clock()
        if now >= self._ends_at:
            self._counts, self._ends_at = {}, now + WINDOW_SECONDS
        count = self._counts.get(who, 0) + 1
        if count > self._most:
            raise TooManyRequests(retry_after=max(1, int(self._ends_at - now)))
        if count == 1 and len(self._counts) >= MOST_COUNTED:
            raise Busy
        self._counts[who] = count
