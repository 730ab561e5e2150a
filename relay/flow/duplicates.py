"""Duplicates: by what a mail is known that comes a second time, because its 250 was lost (ruling 19).

Owns the hours' keys, in memory alone: without them what is stored tells nothing. Each relay on a database
writes under its own and looks under those of all.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from typing import Final

from keys.encoding import counted, label, u64
from keys.names import Random
from relay.core.model import DoorMemory
from relay.core.words import Kind, whole, word
from relay.flow.company import Company
from relay.flow.visit import Arrival

MEMORY_SECONDS: Final = 3600
MOST_KEYS: Final = 64
"""Of the other relays in an hour."""
MOST_HOURS: Final = 3


class Duplicates:
    """Makes the keyed memory of SMTP transactions."""

    def __init__(self, random: Random, company: Company) -> None:
        """Nothing is remembered yet."""
        self._random, self._company = random, company
        self._keys: dict[int, bytes] = {}
        self._of_others: dict[int, dict[bytes, None]] = {}  # in the order of their coming
        company.hear(Kind.HOUR_KEY, lambda fields: self._heard(whole(fields[0]), fields[1]))
        company.holds(self._words)

    def memory(self, arrival: Arrival, origin: str, mail_hash: bytes, now: int) -> DoorMemory:
        """The memory of one SMTP transaction, under this hour's key and the last one's, and those of the next
        that a relay whose clock is ahead has begun already.

        `origin` is the peer, or the author where it is proven: a provider tries again from another of its
        machines.
        """
        hour = now // MEMORY_SECONDS
        self._turn_to(hour)
        names = (origin, str(arrival.reverse_path), str(arrival.recipient))
        what = label("door-memory") + b"".join(counted(name.encode(), 2) for name in names) + mail_hash
        keys = [self._keys[hour], self._keys[hour - 1]]
        keys += [key for h in (hour, hour - 1, hour + 1) for key in self._of_others.get(h, ())]
        return DoorMemory(tuple(hmac.digest(key, what, "sha256") for key in keys), now + MEMORY_SECONDS)

    def _turn_to(self, hour: int) -> None:
        self._keys = {h: key for h, key in self._keys.items() if h >= hour - 1}
        self._of_others = {h: keys for h, keys in self._of_others.items() if h >= hour - 1}
        for needed in (hour - 1, hour):
            if needed not in self._keys:
                self._keys[needed] = self._random(32)
                self._company.tell(Kind.HOUR_KEY, u64(needed), self._keys[needed])

    def _heard(self, hour: int, key: bytes) -> None:
        keys = self._of_others.setdefault(hour, {})
        if key != self._keys.get(hour) and len(keys) < MOST_KEYS:
            keys[key] = None
        while len(self._of_others) > MOST_HOURS:
            del self._of_others[min(self._of_others)]

    def _words(self) -> Iterator[bytes]:
        """All that are known: a relay that took a mail and ended may have told nobody else."""
        known = [*self._keys.items(), *((h, key) for h, keys in self._of_others.items() for key in keys)]
        return (word(Kind.HOUR_KEY, u64(hour), key) for hour, key in known)
