"""Notice channel: a person sets how they are told by mail. Owns the round trip that proves the address, and
what its owner is shown of it.

Work addresses are refused before anything is sent to them, and switched off when they turn out to be one
later. Address and words are opened for their owner and for a notice alone. (docs/protocol.md, parts 13
and 18.)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from keys.box import NONCE_BYTES
from keys.names import Random
from relay.core.addresses import parse_typed
from relay.core.errors import (
    AddressRefused,
    Malformed,
    NotAllowed,
    NotFound,
    TooManyRequests,
    WorkAddressRefused,
)
from relay.core.pepper import Pepper
from relay.core.ports import MailOut, Store
from relay.core.retention import CODE_SECONDS
from relay.core.telling import (
    MOST_ADDRESS_BYTES,
    NOTHING,
    NUMBER_BYTES,
    Channel,
    Pending,
    Times,
    Words,
    allowed_at,
    check_times,
    check_words,
    notice_text,
    with_sent,
)
from relay.flow import mailed_codes
from relay.flow.company import Company
from relay.flow.telling import Telling

UNSET: Final = Times("never", True, 8, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Shown:
    """A channel as its owner is shown it; `state` is `none` where there is no channel."""

    state: str
    words: Words
    times: Times


class NoticeChannel:
    """Sets, proves, tries and ends a person's channel."""

    def __init__(
        self,
        store: Store,
        pepper: Pepper,
        mail_out: MailOut,
        random: Random,
        telling: Telling,
        company: Company,
    ) -> None:
        self._store, self._pepper, self._mail_out = store, pepper, mail_out
        self._random, self._telling = random, telling
        self._mails = company.hourly("channel-mail", mailed_codes.MAILS)
        self._tries = company.hourly("channel-code", mailed_codes.TRIES)
        self._tests = company.hourly("channel-test", mailed_codes.MAILS)

    async def shown(self, account_id: bytes, now: int) -> Shown:
        """What is set. An address that has become an employer's is switched off here at the latest."""
        channel = await self._store.channel(account_id, now=now)
        if channel is None:
            return Shown("none", Words("", "", ""), UNSET)
        words = self._pepper.notices.open(account_id, channel.sealed)
        state = channel.state
        if state == "confirmed" and await self._telling.guard(channel, words, now):
            state = "refused"
        return Shown(state, words, channel.times)

    async def put(self, account_id: bytes, words: Words, times: Times, now: int) -> Shown:
        """Set all of it. A code goes to an address that is not the confirmed one, and nothing else goes
        anywhere until it comes back. Raises Malformed, WorkAddressRefused, AddressRefused, TooManyRequests,
        Busy.
        """
        check_times(times)
        check_words(words.subject, words.phrase)
        words = replace(words, address=str(parse_typed(words.address)))
        if len(words.address) > MOST_ADDRESS_BYTES:
            raise Malformed("address")
        if await self._telling.is_refused(account_id, words.address, now):
            raise WorkAddressRefused
        sealed = self._pepper.notices.seal(account_id, words, self._random(NONCE_BYTES))
        before = await self._store.channel(account_id, now=now)
        if before is not None and before.state == "confirmed" and self._address(before) == words.address:
            await self._change(before, sealed, times, now)
        else:
            await self._ask(account_id, words.address, sealed, times, now)
        return await self.shown(account_id, now)

    async def confirm(self, account_id: bytes, code: str, now: int) -> Shown:
        """Confirm the address to which this code went. Raises CodeRefused, TooManyRequests."""
        self._tries.take(account_id, now)
        mailed_codes.check(code)
        account = await self._store.account(account_id, now=now)
        if account is None:
            raise NotFound
        tag = self._code_tag(account_id, code)
        await self._store.confirm_channel(account_id, tag, account.expires_at, now=now)
        self._telling.forget(account_id)
        return await self.shown(account_id, now)

    async def test(self, account_id: bytes, now: int) -> Shown:
        """Send one notice now, quiet hours or not; it counts as any other. Raises NotAllowed where no address
        is confirmed, TooManyRequests, Busy.
        """
        shown = await self.shown(account_id, now)
        channel = await self._store.channel(account_id, now=now)
        if channel is None or shown.state != "confirmed":
            raise NotAllowed
        wait_seconds = allowed_at(channel, now) - now
        if wait_seconds:
            raise TooManyRequests(retry_after=wait_seconds)
        self._tests.take(account_id, now)
        try:
            await self._telling.deliver(channel, shown.words, notice_text(NOTHING, shown.words.phrase), now)
        except AddressRefused:
            return await self.shown(account_id, now)
        await self._store.remember_sent(channel.number, with_sent(channel.sent, now))
        self._telling.forget(account_id)
        return shown

    async def remove(self, account_id: bytes, now: int) -> None:
        """Be told no more; address and words are forgotten. Raises NotFound."""
        await self._store.end_channel(account_id, now=now)
        self._telling.forget(account_id)

    async def _change(self, before: Channel, sealed: bytes, times: Times, now: int) -> None:
        """Other words or hours for a confirmed address: what is pending is dated anew."""
        after = replace(before, sealed=sealed, times=times)
        due_at = self._telling.due_at(after, before.pending, now)
        await self._store.put_channel(replace(after, due_at=due_at), now=now)
        self._telling.forget(before.account_id)
        if times.timing == "never":
            await self._store.drop_pending(before, Pending.ARRIVED)

    async def _ask(self, account_id: bytes, address: str, sealed: bytes, times: Times, now: int) -> None:
        self._mails.take(account_id, now)
        code = mailed_codes.draw(self._random)
        ends_at = now + CODE_SECONDS
        channel = Channel(
            account_id=account_id,
            number=self._random(NUMBER_BYTES),
            sealed=sealed,
            state="waiting",
            times=times,
            code_tag=self._code_tag(account_id, code),
            code_expires_at=ends_at,
            expires_at=ends_at,
        )
        await self._store.put_channel(channel, now=now)
        self._telling.forget(account_id)
        await mailed_codes.send(self._mail_out, address, code)

    def _address(self, channel: Channel) -> str:
        return self._pepper.notices.open(channel.account_id, channel.sealed).address

    def _code_tag(self, account_id: bytes, code: str) -> bytes:
        """Apart from the codes of addresses that people write from."""
        return self._pepper.code_tag(account_id, f"notice {code}")
