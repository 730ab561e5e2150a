"""Senders: the personal addresses from which a person writes to their inbox. Owns the round trip that
proves one.

What is kept of an address is a keyed hash. Work addresses are refused before anything is sent to them,
with the same grammar that the door uses. (docs/protocol.md, part 13; docs/threat-model.md.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from keys.names import Random
from relay.core.addresses import Address, parse_typed, within
from relay.core.errors import NotFound, TooManyRequests, WorkAddressRefused
from relay.core.model import Sender
from relay.core.pepper import Pepper
from relay.core.policy import refused_domains
from relay.core.ports import MailOut, Store
from relay.core.retention import CODE_SECONDS, day_start
from relay.flow import mailed_codes
from relay.flow.company import Company

MOST_SENDERS: Final = 16


class Senders:
    """Registers and forgets addresses. `refused` are the operator's refused domains, with all below them."""

    def __init__(
        self,
        store: Store,
        pepper: Pepper,
        mail_out: MailOut,
        random: Random,
        company: Company,
        *,
        refused: Sequence[str],
    ) -> None:
        self._store = store
        self._pepper = pepper
        self._mail_out = mail_out
        self._random = random
        self._refused = tuple(refused)
        self._mails = company.hourly("sender-mail", mailed_codes.MAILS)
        self._tries = company.hourly("sender-code", mailed_codes.TRIES)

    async def add(self, account_id: bytes, address: str, now: int) -> None:
        """Send a code to an address. Raises Malformed, WorkAddressRefused, TooManyRequests, Busy."""
        parsed = parse_typed(address)
        await self._check_domain(account_id, parsed, now)
        account = await self._store.account(account_id, now=now)
        if account is None:
            raise NotFound
        tag = self._pepper.address_tag(str(parsed))
        known = await self._store.senders_of(account_id, now=now)
        earlier = next((sender for sender in known if sender.address_tag == tag), None)
        if earlier is None and len(known) >= MOST_SENDERS:
            raise TooManyRequests
        self._mails.take(account_id, now)
        code = mailed_codes.draw(self._random)
        if earlier is None or earlier.state == "waiting":
            await self._store.put_sender(self._waiting(account_id, tag, code, earlier, now), now=now)
        await mailed_codes.send(self._mail_out, str(parsed), code)

    async def confirm(self, account_id: bytes, code: str, now: int) -> None:
        """Confirm the address to which this code went. Raises CodeRefused, TooManyRequests."""
        self._tries.take(account_id, now)
        mailed_codes.check(code)
        account = await self._store.account(account_id, now=now)
        if account is None:
            raise NotFound
        sender = await self._store.confirm_sender(
            account_id, self._pepper.code_tag(account_id, code), now=now
        )
        await self._store.put_sender(replace(sender, expires_at=account.expires_at), now=now)

    async def all_of(self, account_id: bytes, now: int) -> list[Sender]:
        """What a person registered."""
        return await self._store.senders_of(account_id, now=now)

    async def remove(self, account_id: bytes, sender_id: bytes, now: int) -> None:
        """Forget an address. Raises NotFound."""
        await self._store.remove_sender(account_id, sender_id, now=now)

    async def _check_domain(self, account_id: bytes, address: Address, now: int) -> None:
        engagements = await self._store.engagements_of(account_id, now=now)
        if within(address.domain, (*self._refused, *refused_domains(engagements))):
            raise WorkAddressRefused

    def _waiting(self, account_id: bytes, tag: bytes, code: str, earlier: Sender | None, now: int) -> Sender:
        return Sender(
            sender_id=earlier.sender_id if earlier else self._random(16),
            account_id=account_id,
            address_tag=tag,
            state="waiting",
            code_tag=self._pepper.code_tag(account_id, code),
            code_expires_at=now + CODE_SECONDS,
            added_on=day_start(now),
            expires_at=now + CODE_SECONDS,
        )
