"""Telling: who is told by mail, and when. Owns what becomes pending as things arrive, what is dropped because
it was read, warnings of what goes unread, and the handing over of what is due.

All that is pending is in the store: a restart loses nothing. A notice is noted as sent after the smarthost
has taken it, one after the other, so that a crash in between sends that one again and no other. Must never
put anything of a person but their own words into a mail. (docs/protocol.md, part 18, Being told.)
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Final

from keys.errors import KeysError
from keys.names import Random
from relay.core.addresses import Address, within
from relay.core.errors import AddressRefused, Busy
from relay.core.model import DAY_SECONDS, Tell
from relay.core.pepper import Pepper
from relay.core.policy import refused_domains
from relay.core.ports import MailOut, Store
from relay.core.telling import (
    Channel,
    Pending,
    Words,
    delay_seconds,
    due_at,
    held_until,
    notice_text,
    retry_at,
    warned_until,
    windows,
    with_sent,
)
from relay.core.words import Kind
from relay.flow.company import Company

MOST_REMEMBERED: Final = 100_000
WARNED_DAY: Final = "warned_day"
CLAIM_SECONDS: Final = 120
"""For so long a notice is one relay's to send; then it is due again, as that relay must have been killed."""
DRAWN_BYTES: Final = 8
BOUNCES: Final = 20
"""Mails to the return address of one person's notices in an hour."""


class Telling:
    """Notices of one relay. `refused` are the operator's refused domains, with all below them; `mail_domain`
    follows the @ of the addresses to which notices are returned.
    """

    def __init__(
        self,
        store: Store,
        pepper: Pepper,
        mail_out: MailOut,
        random: Random,
        company: Company,
        *,
        refused: Sequence[str],
        mail_domain: str,
    ) -> None:
        self._store, self._pepper, self._mail_out, self._random = store, pepper, mail_out, random
        self._refused, self._mail_domain = tuple(refused), mail_domain
        self._bounces = company.hourly("bounces", BOUNCES)
        self._company = company
        company.hear(Kind.CHANNEL, lambda fields: self._forget(fields[0]))
        company.forgets(self._forget_all)
        self._known: OrderedDict[bytes, Channel | None] = OrderedDict()
        self._changes = 0

    # what arrives, and what is read

    async def tells(self, owners: Iterable[bytes], now: int) -> tuple[Tell, ...]:
        """What the deposit of something for these accounts has to mark, for those who are to be told. Where
        others write too, whoever is remembered as one who is not may want to be by now: the store looks.
        """
        tells = []
        for owner in owners:
            one = await self._channel(owner, now)
            if one is not None and one.state == "confirmed" and one.times.timing != "never":
                tells.append(Tell(owner, self.due_at(one, Pending.ARRIVED, now)))
            elif self._store.shared:
                tells.append(Tell(owner, now + delay_seconds(self._random(DRAWN_BYTES))))
        return tuple(tells)

    async def waiting(self, account_id: bytes, now: int) -> Channel | None:
        """The channel on which an arrival is pending, as it stands before its owner reads; for `was_read`."""
        if await self._channel(account_id, now) is None:
            return None
        channel = await self._store.channel(account_id, now=now)
        return channel if channel is not None and Pending.ARRIVED in channel.pending else None

    async def happened(self, account_id: bytes, now: int) -> None:
        """Something happened to the account: its owner is told, whatever else they want to be told of. No
        session drops that, as it may be another's.
        """
        channel = await self._store.channel(account_id, now=now)
        if channel is not None:
            at = self.due_at(channel, Pending.HAPPENED, now)
            await self._store.add_warning(channel.number, Pending.HAPPENED, at)

    async def was_read(self, waiting: Channel | None) -> None:
        """Its owner has been there: what was pending then is dropped, what has come since is not."""
        if waiting is not None:
            await self._store.drop_pending(waiting, Pending.ARRIVED)

    # what is due

    async def warn(self, now: int) -> None:
        """Once a day: something unread that goes in 30, 7 or 1 days makes a warning pending. Missed days are
        caught up.
        """
        today = now // DAY_SECONDS
        noted = await self._store.noted(WARNED_DAY)
        last_day = today - 1 if noted is None else noted
        if today <= last_day:
            return
        for window in windows(last_day, today):
            for account_id in await self._store.unread_going(window, now=now):
                channel = await self._store.channel(account_id, now=now)
                if channel is not None:
                    at = self.due_at(channel, window.what, now)
                    await self._store.add_warning(channel.number, window.what, at)
        await self._store.note(WARNED_DAY, today)

    async def send_next(self, now: int) -> bool:
        """Handle the notice that has been due the longest: sent, put off, or dropped. False if none is due.
        Raises what is neither the recipient's nor the smarthost's trouble, that notice put off.
        """
        channel = await self._store.claim_due(now + CLAIM_SECONDS, now=now)
        if channel is None:
            return False
        held = held_until(channel, now)
        if held > now:
            await self._store.put_off(channel.number, held, channel.attempts)
        else:
            await self._send(channel, now)
        return True

    def takes_bounces(self, recipient: Address, now: int) -> bool:
        """Whether this is the return address of a notice of ours, still good. Raises TooManyRequests."""
        number = self._returned(recipient, now)
        if number is not None:
            self._bounces.take(number, now)
        return number is not None

    async def failed(self, recipient: Address, now: int) -> None:
        """A report came to this return address: the channel is broken."""
        number = self._returned(recipient, now)
        if number is not None:
            await self._stop(number, "broken", now)

    # what the owner's own calls share

    async def deliver(self, channel: Channel, words: Words, text: str, now: int) -> None:
        """Hand one notice over. Raises AddressRefused, and the channel is broken; Busy."""
        local = self._pepper.notices.bounce_local(channel.number, now)
        try:
            await self._mail_out.send(
                words.address, words.subject, text, reverse_path=f"{local}@{self._mail_domain}"
            )
        except AddressRefused:
            await self._stop(channel.number, "broken", now)
            raise

    async def guard(self, channel: Channel, words: Words, now: int) -> bool:
        """Whether the address is an employer's by now; if so the channel is switched off."""
        if not await self.is_refused(channel.account_id, words.address, now):
            return False
        await self._stop(channel.number, "refused", now)
        return True

    async def is_refused(self, account_id: bytes, address: str, now: int) -> bool:
        """Whether the operator, or a policy of this person's, refuses the address's domain."""
        engagements = await self._store.engagements_of(account_id, now=now)
        domain = address.rpartition("@")[2]
        return within(domain, (*self._refused, *refused_domains(engagements)))

    def due_at(self, channel: Channel, about: Pending, now: int) -> int:
        """When a notice is due that is pending from now on; drawn anew each time."""
        return due_at(channel, about, now, delay_seconds(self._random(DRAWN_BYTES)))

    def forget(self, account_id: bytes) -> None:
        """A channel has changed: it is looked up again, here and at the other relays."""
        self._forget(account_id)
        self._company.tell(Kind.CHANNEL, account_id)

    def _forget(self, account_id: bytes) -> None:
        self._changes += 1
        self._known.pop(account_id, None)

    def _forget_all(self) -> None:
        self._changes += 1
        self._known.clear()

    async def _send(self, channel: Channel, now: int) -> None:
        warnings = channel.pending.warnings
        if warnings and not await self._store.has_unread_going(
            channel.account_id, warned_until(warnings, now), now=now
        ):
            return await self._store.drop_pending(channel, warnings)
        try:
            words = self._pepper.notices.open(channel.account_id, channel.sealed)
        except KeysError:  # sealed under another pepper: nobody can be told
            return await self._stop(channel.number, "broken", now)
        if not await self.guard(channel, words, now):
            await self._hand_over(channel, words, now)
        return None

    async def _hand_over(self, channel: Channel, words: Words, now: int) -> None:
        tried = channel.attempts + 1
        try:
            await self.deliver(channel, words, notice_text(channel.pending, words.phrase), now)
        except AddressRefused:
            return
        except Exception as trouble:
            await self._store.put_off(channel.number, retry_at(tried, now), tried)
            if not isinstance(trouble, Busy):
                raise
        else:
            sent = with_sent(channel.sent, now)
            at = self.due_at(channel, Pending.ARRIVED, now)
            await self._store.note_sent(channel, sent, at)
            self.forget(channel.account_id)

    def _returned(self, recipient: Address, now: int) -> bytes | None:
        ours = recipient.domain == self._mail_domain
        return self._pepper.notices.read_bounce(recipient.local, now) if ours else None

    async def _stop(self, number: bytes, state: str, now: int) -> None:
        account_id = await self._store.stop_channel(number, state, now=now)
        if account_id is not None:
            self.forget(account_id)

    async def _channel(self, account_id: bytes, now: int) -> Channel | None:
        """The settings of a channel, remembered: they change through this flow alone."""
        if account_id not in self._known:
            changes = self._changes
            found = await self._store.channel(account_id, now=now)
            if changes != self._changes:  # it may be as it was before
                return found
            self._known[account_id] = found
            if len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)
        channel = self._known[account_id]
        return channel if channel is not None and now < channel.expires_at else None
