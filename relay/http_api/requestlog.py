"""Request log: one event a request, of its route's template, method, status and time in steps; sampled
when there are many.

A line for each request would cost as much as the request: past a bound in a second, the rest of that
second is counted and told as one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import Final

from relay.logs import Log

MOST_A_SECOND: Final = 20
STEPS_MILLISECONDS: Final = (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000)


class RequestLog:
    """Says requests to a log; `clock` gives monotonic seconds."""

    def __init__(self, log: Log, clock: Callable[[], float]) -> None:
        self.clock = clock
        self._log = log
        self._second = -1
        self._said = 0

    def say(self, route: str, method: str, status: int, started: float) -> None:
        """A request has been answered; its time is rounded up to a step."""
        now = self.clock()
        if int(now) != self._second:
            self._turn(int(now))
        self._said += 1
        if self._said > MOST_A_SECOND:
            return
        milliseconds = step((now - started) * 1000)
        self._log.info("http.request", route=route, method=method, status=status, milliseconds=milliseconds)

    def _turn(self, second: int) -> None:
        unsaid = self._said - MOST_A_SECOND
        if unsaid > 0:
            self._log.info("http.requests_unsaid", count=unsaid)
        self._second, self._said = second, 0


def step(milliseconds: float) -> int:
    """The smallest step that is not below; the largest for what takes longer still."""
    place = bisect_left(STEPS_MILLISECONDS, milliseconds)
    return STEPS_MILLISECONDS[min(place, len(STEPS_MILLISECONDS) - 1)]
