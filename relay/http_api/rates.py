"""Rates: how many requests a minute one session, or one network without a session, may make. In memory
alone; what the other relays on the same database counted is added a second later.
"""

from __future__ import annotations

from collections.abc import Callable

from keys.suite import H
from relay.core.errors import Busy, TooManyRequests
from relay.flow.company import Company

WINDOW_SECONDS = 60
MOST_COUNTED = 200_000


class Rates:
    """Counts by fixed windows of a minute; `clock` gives monotonic seconds.

    The others are told of who has made a sixteenth of what they may: most never do.
    """

    def __init__(self, most_per_minute: int, clock: Callable[[], float], company: Company) -> None:
        self._most = most_per_minute
        self._told_from = max(1, most_per_minute // 16)
        self._clock = clock
        self._counts: dict[bytes, int] = {}
        self._of_others: dict[bytes, int] = {}
        self._ends_at = 0.0
        self._tell = company.counter("requests", self._heard)

    def take(self, who: bytes) -> None:
        """Count a request; an empty `who` is not counted. Raises TooManyRequests with `retry_after`, or
        Busy.
        """
        if not who:
            return
        now = self._turned()
        count = self._counts.get(who, 0) + 1
        if count + (self._of_others.get(_mark(who), 0) if self._of_others else 0) > self._most:
            raise TooManyRequests(retry_after=max(1, int(self._ends_at - now)))
        if count == 1 and len(self._counts) >= MOST_COUNTED:
            raise Busy
        self._counts[who] = count
        if count >= self._told_from:
            self._tell(_mark(who), count if count == self._told_from else 1, 0)

    def _heard(self, mark: bytes, more: int, _: int) -> None:
        self._turned()
        if more > 0 and (mark in self._of_others or len(self._of_others) < MOST_COUNTED):
            self._of_others[mark] = self._of_others.get(mark, 0) + more

    def _turned(self) -> float:
        """The instant, in a window that has not ended."""
        now = self._clock()
        if now >= self._ends_at:
            self._counts, self._of_others, self._ends_at = {}, {}, now + WINDOW_SECONDS
        return now


def _mark(who: bytes) -> bytes:
    """No token leaves this process."""
    return H(who)[:16]
