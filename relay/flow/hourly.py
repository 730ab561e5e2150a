"""Hourly: how often something may be done within an hour of its first time. Owns the counts, in memory alone.

What the other relays on the same database counted is added, at most a second later (relay/flow/company.py).
Must never hold more than a bounded number of counts.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from relay.core.errors import TooManyRequests

HOUR_SECONDS: Final = 3_600
MOST_COUNTED: Final = 100_000


def _nobody(_: bytes, __: int, ___: int) -> None:
    """Where no other relay counts."""


class Hourly:
    """Counts acts of one kind, of an account or into an inbox. `tell` tells the others: whose, how many more,
    and when.
    """

    def __init__(self, most: int) -> None:
        """Nothing is counted yet."""
        self._most = most
        self._counts: OrderedDict[bytes, tuple[int, int]] = OrderedDict()
        self.tell: Callable[[bytes, int, int], None] = _nobody

    def take(self, whose: bytes, now: int) -> None:
        """Count one more. Raises TooManyRequests with `retry_after`."""
        first_at, count = self._hour(whose, now)
        if count >= self._most:
            raise TooManyRequests(retry_after=first_at + HOUR_SECONDS - now)
        self._put(whose, first_at, count + 1)
        self.tell(whose, 1, now)

    def give_back(self, whose: bytes) -> None:
        """One that was counted does not count."""
        first_at, count = self._counts.get(whose, (0, 0))
        if count > 0:
            self._counts[whose] = (first_at, count - 1)
            self.tell(whose, -1, first_at)

    def heard(self, whose: bytes, more: int, now: int) -> None:
        """Another relay has counted so many more, or fewer."""
        first_at, count = self._hour(whose, now)
        self._put(whose, first_at, max(0, count + more))

    def _hour(self, whose: bytes, now: int) -> tuple[int, int]:
        """When the hour began that counts now, and what was counted in it."""
        first_at, count = self._counts.get(whose, (now, 0))
        return (now, 0) if now - first_at >= HOUR_SECONDS else (first_at, count)

    def _put(self, whose: bytes, first_at: int, count: int) -> None:
        self._counts[whose] = (first_at, count)
        if len(self._counts) > MOST_COUNTED:
            self._counts.popitem(last=False)


def take_both(of_networks: Hourly, network: bytes, of_places: Hourly, place: bytes, now: int) -> None:
    """Count a try of a network at a place before it is looked at, or many at once would be one. The network
    first: one that has come to its end counts nowhere, or it could use up every place's tries for everybody.
    Raises TooManyRequests.
    """
    if network:
        of_networks.take(network, now)
    try:
        of_places.take(place, now)
    except TooManyRequests:
        of_networks.give_back(network)
        raise
