"""Typed codes and offers to new browsers in memory. Owns no dictionary of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from relay.core.errors import Conflict, Gone, NotFound, TooManyRequests
from relay.core.model import BrowserOffer, Code
from relay.store.memory.accounts import MemoryAccounts


class MemoryCodes(MemoryAccounts):
    """`relay.core.ports.Codes` and `relay.core.ports.BrowserOffers`."""

    async def put_code(self, code: Code, *, most: int, now: int) -> Code:
        """What is due has no nameplate any more, swept or not."""
        await self._living(code.account_id, now)
        codes = self._state.codes
        for known in [one for one in codes.values() if one.subject == code.subject and one.expires_at > now]:
            return known
        living = [one for one in codes.values() if one.expires_at > now]
        if sum(one.account_id == code.account_id for one in living) >= most:
            raise TooManyRequests
        if any(one.nameplate == code.nameplate for one in living):
            raise Conflict("nameplate-taken")
        self._state.drop_code(code.subject)
        codes[code.nameplate] = code
        return code

    async def seal_code(
        self, account_id: bytes, nameplate: str, check: bytes, box: bytes, *, now: int
    ) -> None:
        """Both together."""
        known = await self.code(nameplate, now=now)
        if known is None or known.account_id != account_id:
            raise NotFound
        self._state.codes[nameplate] = replace(known, check=check, box=box)

    async def code(self, nameplate: str, *, now: int) -> Code | None:
        """The one that has this nameplate."""
        known = self._state.codes.get(nameplate)
        return known if known is not None and known.expires_at > now else None

    async def put_offer(self, offer: BrowserOffer, *, now: int) -> None:
        """An account's earlier one goes with its code."""
        await self._living(offer.account_id, now)
        known = self._state.offers.get(offer.offer_id)
        if known is not None:
            if (known.account_id, known.check, known.expires_at) != (
                offer.account_id,
                offer.check,
                offer.expires_at,
            ):
                raise Conflict("offer-conflict")
            return
        self._state.drop_offers(offer.account_id)
        self._state.offers[offer.offer_id] = offer

    async def offer(self, offer_id: bytes, *, now: int) -> BrowserOffer | None:
        """By its id."""
        known = self._state.offers.get(offer_id)
        return known if known is not None and known.expires_at > now else None

    async def offer_of(self, account_id: bytes, *, now: int) -> BrowserOffer | None:
        """The account's one."""
        found = [one for one in self._state.offers.values() if one.account_id == account_id]
        return next((one for one in found if one.expires_at > now), None)

    async def take_offer(
        self,
        offer_id: bytes,
        method_id: bytes,
        sealed: bytes,
        *,
        now: int,
        replaced: Sequence[bytes] = (),
        known: Collection[bytes] | None = None,
    ) -> None:
        """Compared, used up and added together."""
        offer = await self.offer(offer_id, now=now)
        if offer is None:
            raise NotFound
        if offer.taken_by:
            if offer.taken_by != method_id:
                raise Gone("offer-used")
            return
        await self.put_method(offer.account_id, method_id, sealed, now=now, replaced=replaced, known=known)
        self._state.offers[offer_id] = replace(offer, taken_by=method_id, box=b"")
        self._state.drop_code(offer_id)

    async def drop_offer(self, account_id: bytes, *, now: int) -> None:
        """With its code."""
        self._state.drop_offers(account_id)
