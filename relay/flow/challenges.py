"""Challenges: what a login has to answer. Owns how one is drawn, and that its answer is taken once, at
whichever relay (docs/protocol.md, part 9).

A challenge needs no memory until it is answered: nonce 12 ‖ expiry 4 ‖ MAC 16. Must never say of a challenge
why it is not taken.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from hmac import compare_digest
from typing import Final

from keys.encoding import u32
from keys.names import Random
from relay.core.errors import Busy
from relay.core.pepper import Pepper
from relay.core.retention import CHALLENGE_SECONDS
from relay.core.words import Kind
from relay.flow.company import Company

CHALLENGE_BYTES: Final = 32
MOST_CHALLENGES_USED: Final = 100_000
_MAC_BYTES: Final = 16
_NONCE_BYTES: Final = 12


class Challenges:
    """Those of this relay and of the others beside it. `random` gives that many random bytes."""

    def __init__(self, pepper: Pepper, random: Random, company: Company) -> None:
        self._random = random
        self._company = company
        self._key = random(32) if company.is_alone else pepper.challenge_key
        self._used: OrderedDict[bytes, int] = OrderedDict()
        company.hear(Kind.CHALLENGE, lambda fields: self._was_used(fields[0]))

    def draw(self, account_id: bytes, now: int) -> bytes:
        """A fresh one for this account, real or invented."""
        start = self._random(_NONCE_BYTES) + u32(now + CHALLENGE_SECONDS)
        return start + self._mac(account_id, start)

    def take(self, account_id: bytes, challenge: bytes, now: int) -> bool:
        """Use one up; False where it is not this account's, or over, or was answered. Raises Busy."""
        start, mac = challenge[:-_MAC_BYTES], challenge[-_MAC_BYTES:]
        if len(challenge) != CHALLENGE_BYTES or not compare_digest(mac, self._mac(account_id, start)):
            return False
        expires_at = int.from_bytes(start[_NONCE_BYTES:], "big")
        while self._used and next(iter(self._used.values())) <= now - CHALLENGE_SECONDS:
            self._used.popitem(last=False)
        if now >= expires_at or challenge in self._used:
            return False
        if expires_at - CHALLENGE_SECONDS < self._company.whole_since:
            raise Busy("another relay may have taken its answer unheard")  # no wrong password: ask anew
        if len(self._used) >= MOST_CHALLENGES_USED:
            raise Busy
        self._used[challenge] = expires_at
        self._company.tell(Kind.CHALLENGE, challenge)
        return True

    def _was_used(self, challenge: bytes) -> None:
        """Another relay took its answer."""
        if len(self._used) < MOST_CHALLENGES_USED:
            self._used[challenge] = int.from_bytes(challenge[_NONCE_BYTES:-_MAC_BYTES], "big")

    def _mac(self, account_id: bytes, start: bytes) -> bytes:
        return hashlib.blake2b(account_id + start, digest_size=_MAC_BYTES, key=self._key).digest()
