"""Offers: a browser that is open lends the account key, sealed, to one new browser. Owns how long, how often,
and that the offer is spent by the new browser's own way in and nothing before it.

The relay has a box and the hash of a proof. (docs/protocol.md, part 24.)
"""

from __future__ import annotations

from hmac import compare_digest
from typing import Final

from keys.codes import proof_check
from keys.offer import OFFER_BOX_BYTES, OFFER_SECONDS
from relay.core.errors import CodeRefused, Gone, Malformed
from relay.core.model import BrowserOffer, Method
from relay.core.ports import Store
from relay.flow.company import Company
from relay.flow.ways import Ways

OFFERS: Final = 20
"""Of one account within an hour."""


class Offers:
    """Keeps an account's offer, shows it and lets it be taken, to whoever has its proof."""

    def __init__(self, store: Store, ways: Ways, company: Company) -> None:
        self._store, self._ways = store, ways
        self._made = company.hourly("offer", OFFERS)

    async def put(self, offer: BrowserOffer, now: int) -> None:
        """Make an offer; the one before ends. Raises Malformed, Conflict, TooManyRequests."""
        if not now < offer.expires_at <= now + OFFER_SECONDS or len(offer.box) != OFFER_BOX_BYTES:
            raise Malformed("offer")
        self._made.take(offer.account_id, now)
        await self._store.put_offer(offer, now=now)

    async def standing(self, account_id: bytes, now: int) -> BrowserOffer | None:
        """The caller's offer, used or not, until its end."""
        return await self._store.offer_of(account_id, now=now)

    async def take_back(self, account_id: bytes, now: int) -> None:
        """Nobody takes it any more."""
        await self._store.drop_offer(account_id, now=now)

    async def look(self, offer_id: bytes, proof: bytes, now: int) -> BrowserOffer:
        """The offer with its box; looking has no effect. Raises CodeRefused, Gone `offer-used`."""
        offer = await self._proven(offer_id, proof, now)
        if offer.taken_by:
            raise Gone("offer-used")
        return offer

    async def take(self, offer_id: bytes, proof: bytes, method: Method, now: int) -> None:
        """Add the new browser's way in, which uses the offer up. By the same way in again: no change. Raises
        CodeRefused, Gone `offer-used`, Malformed.
        """
        offer = await self._proven(offer_id, proof, now)
        if offer.taken_by:
            if offer.taken_by != method.method_id:
                raise Gone("offer-used")
            return
        await self._ways.add(offer.account_id, method, now, offer_id=offer_id)

    async def _proven(self, offer_id: bytes, proof: bytes, now: int) -> BrowserOffer:
        offer = await self._store.offer(offer_id, now=now)
        if offer is None or not compare_digest(proof_check(proof), offer.check):
            raise CodeRefused
        return offer
