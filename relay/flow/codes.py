"""Typed codes: where a link cannot be carried over, a nameplate and words lead to the same secret. Owns who
may have one, for what, and how often anybody may try.

The words are never here. A box is given out for a proof alone, and every other answer is the same, so that
neither codes can be counted nor boxes gathered to be guessed at. (docs/protocol.md, part 24.)
"""

from __future__ import annotations

from hmac import compare_digest
from typing import Final

from keys.codes import CODE_BOX_BYTES, proof_check
from keys.names import Random, Role
from relay.core.errors import Busy, CodeRefused, Conflict, Malformed, NotFound
from relay.core.model import Code
from relay.core.ports import Store
from relay.flow.company import Company
from relay.flow.hourly import take_both

MOST_CODES: Final = 50
"""Of one person."""
NAMEPLATES: Final = 10_000
DRAWS: Final = 40
"""Until one is free: of 10,000 with half of them taken, one in 10¹² times none is."""
TRIES: Final = 5
NETWORK_TRIES: Final = 20


class Codes:
    """Gives nameplates, keeps boxes, and gives them out for a proof."""

    def __init__(self, store: Store, random: Random, company: Company) -> None:
        self._store, self._random = store, random
        self._at_nameplate = company.hourly("code", TRIES)
        self._of_network = company.hourly("code-network", NETWORK_TRIES)

    async def assign(self, account_id: bytes, subject: bytes, now: int) -> Code:
        """The code of the caller's open invitation or offer. Raises NotFound, TooManyRequests, Busy."""
        expires_at = await self._end_of(account_id, subject, now)
        for _ in range(DRAWS):
            drawn = f"{int.from_bytes(self._random(8), 'big') % NAMEPLATES:04d}"
            try:
                code = Code(drawn, account_id, subject, expires_at)
                return await self._store.put_code(code, most=MOST_CODES, now=now)
            except Conflict:
                continue
        raise Busy

    async def seal(self, account_id: bytes, nameplate: str, check: bytes, box: bytes, now: int) -> None:
        """Lay down what the words open; words before these lead nowhere. Raises NotFound, Malformed."""
        if len(box) != CODE_BOX_BYTES:
            raise Malformed("code box")
        await self._store.seal_code(account_id, nameplate, check, box, now=now)

    async def open(self, nameplate: str, proof: bytes, network: bytes, now: int) -> bytes:
        """The box, for a proof. Raises CodeRefused, and TooManyRequests after too many wrong ones."""
        at = nameplate.encode("ascii")
        take_both(self._of_network, network, self._at_nameplate, at, now)
        code = await self._store.code(nameplate, now=now)
        check = code.check if code is not None and code.check else bytes(32)
        if code is None or not compare_digest(proof_check(proof), check):
            raise CodeRefused
        self._at_nameplate.give_back(at)
        self._of_network.give_back(network)
        return code.box

    async def _end_of(self, account_id: bytes, subject: bytes, now: int) -> int:
        offer = await self._store.offer(subject, now=now)
        if offer is not None and offer.account_id == account_id and not offer.taken_by:
            return offer.expires_at
        invitation = await self._store.invitation(subject, now=now)
        if invitation is None or invitation.state != "open" or invitation.expires_at <= now:
            raise NotFound
        engagement = await self._store.engagement(invitation.engagement_id, now=now)
        members = engagement.members if engagement is not None else ()
        if not any(one.account_id == account_id and one.role is Role.COACH for one in members):
            raise NotFound
        return invitation.expires_at
