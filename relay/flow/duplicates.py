"""Duplicates: by what a mail is known that comes a second time, because its 250 was lost (ruling 19).

Owns the hours' keys, in this process's memory alone: without them what is stored tells nothing.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Final

from keys.encoding import counted, label
from relay.core.model import DoorMemory
from relay.flow.visit import Arrival

MEMORY_SECONDS: Final = 3600


class Duplicates:
    """Makes the keyed memory of SMTP transactions."""

    def __init__(self, random: Callable[[int], bytes]) -> None:
        """Nothing is remembered yet."""
        self._random = random
        self._keys: dict[int, bytes] = {}

    def memory(self, arrival: Arrival, origin: str, mail_hash: bytes, now: int) -> DoorMemory:
        """The memory of one SMTP transaction, under this hour's key and the last one's.

        `origin` is the peer, or the author where it is proven: a provider tries again from another of its
        machines.
        """
        hour = now // MEMORY_SECONDS
        self._keys = {h: key for h, key in self._keys.items() if h >= hour - 1}
        for needed in (hour - 1, hour):
            self._keys.setdefault(needed, self._random(32))
        names = (origin, str(arrival.reverse_path), str(arrival.recipient))
        what = label("door-memory") + b"".join(counted(name.encode(), 2) for name in names) + mail_hash
        tags = tuple(hmac.digest(self._keys[h], what, "sha256") for h in (hour, hour - 1))
        return DoorMemory(tags, now + MEMORY_SECONDS)
