"""Brake: guessing gets slower, and nobody is locked out. Owns failure counts by name and by network, in
memory alone; those of other relays on the same database come a second later.

Each scope has some free tries, then a wait that doubles up to a bound; an hour without failures forgets
them. The wait of a name as a whole is bounded by seconds, so that somebody who keeps guessing cannot keep
its owner out; from one network it grows further. Must never hold more than a bounded number of scopes.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from keys.names import ID_BYTES
from relay.flow.company import Company

NAME: Final = "login"
FORGET_SECONDS: Final = 3600
MOST_SCOPES: Final = 100_000
NAME_SECONDS: Final = 4
NETWORK_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Pace:
    """How a kind of scope slows down: tries that are free, and the longest wait in seconds."""

    free: int
    most_seconds: int


class Brake:
    """Counts failures and says how long to wait. `free` failures for one name from one network cost
    nothing; four times as many do for the name as a whole, and for the network as a whole.
    """

    def __init__(self, free: int, company: Company, most_scopes: int = MOST_SCOPES) -> None:
        self._company = company
        self._tell = company.counter(NAME, self._told, self._told_of_success)
        self._most_scopes = most_scopes
        self._name = Pace(4 * free, NAME_SECONDS)
        self._network = Pace(4 * free, NETWORK_SECONDS)
        self._both = Pace(free, NETWORK_SECONDS)
        self._failures: OrderedDict[tuple[Pace, bytes], tuple[int, int]] = OrderedDict()

    def wait_seconds(self, account_id: bytes, network: bytes, now: int) -> int:
        """Seconds until another try is looked at; 0: now. An empty `network` is not counted."""
        return max(self._wait(scope, now) for scope in self._scopes(account_id, network))

    def failed(self, account_id: bytes, network: bytes, now: int) -> None:
        """Remember a failed try, here and at the other relays."""
        self._add(account_id, network, 1, now)
        self._tell(account_id + network, 1, now)

    def succeeded(self, account_id: bytes, network: bytes) -> None:
        """Forget the failures of this name from this network, and of the name as a whole."""
        self._forget(account_id, network)
        self._company.clear(NAME, account_id + network)

    def _told(self, whose: bytes, more: int, now: int) -> None:
        if more > 0:
            self._add(whose[:ID_BYTES], whose[ID_BYTES:], more, now)

    def _told_of_success(self, whose: bytes) -> None:
        self._forget(whose[:ID_BYTES], whose[ID_BYTES:])

    def _forget(self, account_id: bytes, network: bytes) -> None:
        self._failures.pop((self._both, account_id + network), None)
        self._failures.pop((self._name, account_id), None)

    def _add(self, account_id: bytes, network: bytes, more: int, now: int) -> None:
        for scope in self._scopes(account_id, network):
            count, last_at = self._failures.pop(scope, (0, now))
            known = 0 if now - last_at > FORGET_SECONDS else count
            self._failures[scope] = known + more, now
        while len(self._failures) > self._most_scopes:
            self._failures.popitem(last=False)

    def _wait(self, scope: tuple[Pace, bytes], now: int) -> int:
        count, last_at = self._failures.get(scope, (0, now))
        pace = scope[0]
        if count < pace.free or now - last_at > FORGET_SECONDS:
            return 0
        wait_seconds: int = min(pace.most_seconds, 1 << min(count - pace.free, 30))
        return max(0, last_at + wait_seconds - now)

    def _scopes(self, account_id: bytes, network: bytes) -> list[tuple[Pace, bytes]]:
        scopes = [(self._name, account_id), (self._both, account_id + network)]
        return [*scopes, (self._network, network)] if network else scopes
