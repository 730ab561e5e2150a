# ruff: noqa: ASYNC109 (the synchronous twin has no other way to bound a call)
"""Account: a coach's or a client's own account on one relay, open.

Owns making, accepting, opening and closing, the list of engagements, invitations and the watch over all
mailboxes. `client_sdk.sync.Account` is the twin without `await`; a test holds both to the same names and
arguments.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path
from types import TracebackType
from typing import Final

from client_sdk import opening, protocol
from client_sdk.agreement import (
    DEFAULT_HOLD_DAYS,
    DEFAULT_WORK_DAYS,
    Offer,
    check_offer,
    normal_domains,
)
from client_sdk.attachments import AsyncReceivedFile
from client_sdk.core import Core
from client_sdk.engagement import AsyncEngagement, AsyncMessage, slug
from client_sdk.enrol import authority
from client_sdk.errors import Misused, NotFound, RelayError, ServerUnavailable, bounded
from client_sdk.home import Home
from client_sdk.intake import Bad, Gone
from client_sdk.joining import invite
from client_sdk.mail import AsyncMailMessage
from client_sdk.messages import Event, Invitation, RecoverySheet, Sender, instant
from client_sdk.opening import Connect, Means, Password, asked_once, connect_plainly
from client_sdk.outbox import Delivery, Outbox
from client_sdk.settling import settle
from client_sdk.state import WriterHead
from client_sdk.vault import Change, Changes, Vault
from client_sdk.wake import EngagementWake, MailboxWake, Wake, WakeReader, encode_cursor, parse_cursor
from client_sdk.words import utc_day
from keys.errors import Malformed
from keys.vault import EngagementItem, WriterMark, encode_writers

log = logging.getLogger("client_sdk")

AsyncEvent = Event[AsyncReceivedFile, AsyncMailMessage]
DEFAULT_HOLD: Final = timedelta(days=DEFAULT_HOLD_DAYS)


class AsyncAccount:
    """An open account. Make it with `setup` (coach), `accept` (client) or `open`; close it, or use `async
    with`.
    """

    def __init__(self, core: Core, sheet: RecoverySheet | None = None) -> None:
        """Not for callers: see `setup`, `accept` and `open`."""
        self._core = core
        self._outbox = Outbox(core)
        self._engagements: dict[bytes, AsyncEngagement] = {}
        self._closed = False
        self.recovery_sheet = sheet
        self.delivered: tuple[Delivery, ...] = ()

    def __repr__(self) -> str:
        """Show the relay's host alone: a login name names a person."""
        return f"<account at {authority(self._core.session.origin)}>"

    # --- making and opening ---------------------------------------------------------------------------------

    @classmethod
    async def setup(
        cls,
        link: str,
        *,
        home: Home | Path | str | None = None,
        password: Password = None,
        name: str | None = None,
        keychain: bool = False,
        connect: Connect = connect_plainly,
        timeout: float | None = None,
    ) -> AsyncAccount:
        """Make a coach's account from the operator's link.

        `name` is the login name (else one is drawn); `password` a text or something to ask; with `keychain`
        this computer's secret goes into the system's keychain, else into a file sealed by the password. Print
        `recovery_sheet` now: it is kept nowhere. Raises InvitationClosed, NotTrusted, Misused,
        ServerUnavailable.
        """
        means = _means(home, password, keychain, connect)
        async with bounded(timeout):
            made = await opening.setup(link, means, name)
            return await cls._begin(made.core, made.sheet)

    @classmethod
    async def accept(
        cls,
        link: str,
        *,
        name: str,
        home: Home | Path | str | None = None,
        password: Password = None,
        login: str | None = None,
        keychain: bool = False,
        connect: Connect = connect_plainly,
        timeout: float | None = None,
    ) -> AsyncAccount:
        """Accept a coach's invitation: sign the agreement as `name` and make the account.

        As `setup`; `login` is the login name. Read the agreement first, by `read_agreement`.
        """
        means = _means(home, password, keychain, connect)
        async with bounded(timeout):
            made = await opening.accept_invitation(link, means, name, login)
            return await cls._begin(made.core, made.sheet)

    @classmethod
    async def open(
        cls,
        account: str | None = None,
        *,
        home: Home | Path | str | None = None,
        password: Password = None,
        sheet: str | None = None,
        keychain: bool = False,
        connect: Connect = connect_plainly,
        timeout: float | None = None,
    ) -> AsyncAccount:
        """Open an account (NAME@HOST; None: the only one of this computer) and send what waits in its outbox.

        On a computer that does not know it, `password` or `sheet` opens it and this computer gets a way in of
        its own. What became of waiting messages is in `delivered`. Raises Locked, WrongPassword, NotTrusted,
        ServerUnavailable.
        """
        means = _means(home, password, keychain, connect)
        async with bounded(timeout):
            return await cls._begin(await opening.unlock_account(account, means, sheet), None)

    @classmethod
    async def _begin(cls, core: Core, sheet: RecoverySheet | None) -> AsyncAccount:
        account = cls(core, sheet)
        account._outbox.open()
        account.delivered = tuple(await account._outbox.flush())
        return account

    async def __aenter__(self) -> AsyncAccount:
        """Use until the end of a block."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        await self.close()

    async def close(self) -> None:
        """Keep what other devices need, end the session, close everything. May be called again."""
        if self._closed:
            return
        self._closed = True
        try:
            async with bounded(CLOSING_SECONDS):
                await self._keep_writers()
                await self._core.session.sign_out()
        except RelayError as cause:
            log.info("closed without the relay: %s", cause.code)
        finally:
            await self._core.session.close()
            self._outbox.close()
            self._core.state.close()

    async def lock(self, *, timeout: float | None = None) -> None:
        """Take this computer's way in away, here and at the relay, and close: only password or sheet open
        it again.
        """
        async with bounded(timeout):
            method_id = self._core.state.fact("method-id")
            await asyncio.to_thread(self._core.secret_place.forget)
            with contextlib.suppress(NotFound):
                await self._core.session.call(protocol.remove_method(method_id))
        await self.close()

    # --- facts ----------------------------------------------------------------------------------------------

    @property
    def login(self) -> str:
        """NAME@HOST, as it is typed to open the account."""
        return f"{self._core.session.name}@{authority(self._core.session.origin)}"

    @property
    def origin(self) -> str:
        """The relay's address."""
        return self._core.session.origin

    @property
    def my_name(self) -> str:
        """What I am called here."""
        profile = self._core.vault.profile
        return profile.my_name if profile else ""

    @property
    def cursor(self) -> str:
        """Up to where this computer has taken in its mailboxes; give it to `watch`."""
        orders = ((one.my_mailbox_id, self._core.state.taken_order(one.my_mailbox_id)) for one in self._items)
        return encode_cursor((mailbox_id, order) for mailbox_id, order in orders if order)

    @property
    def _items(self) -> tuple[EngagementItem, ...]:
        return self._core.vault.engagements

    # --- engagements ----------------------------------------------------------------------------------------

    def engagements(self) -> list[AsyncEngagement]:
        """Return all engagements of the account, invited ones too."""
        return [self._engagement(item.engagement_id) for item in self._items]

    def engagement(self, who: str | None = None) -> AsyncEngagement:
        """Return an engagement by the other person's name, a part of it, its handle or its id.

        None means the only one. NotFound lists the nearest names in `nearest`.
        """
        items = _fitting(self._items, who)
        if len(items) == 1:
            return self._engagement(items[0].engagement_id)
        names = {slug(item.their_name): item.their_name for item in items or self._items}
        if items or who is None:
            raise NotFound(
                "Say with whom: there are several." if items else "There is nobody here yet.",
                nearest=tuple(names.values()),
            )
        near = get_close_matches(slug(who), names, n=3, cutoff=0.5)
        raise NotFound("There is nobody here by that name.", nearest=tuple(names[one] for one in near))

    def _engagement(self, engagement_id: bytes) -> AsyncEngagement:
        if engagement_id not in self._engagements:
            self._engagements[engagement_id] = AsyncEngagement(self._core, self._outbox, engagement_id)
        return self._engagements[engagement_id]

    async def settle(self, *, timeout: float | None = None) -> list[AsyncEngagement]:
        """Take in accepted invitations; returns the engagements that have just become active."""
        async with bounded(timeout):
            waiting = [item.engagement_id for item in self._items if not item.active]
            return [self._engagement(one) for one in waiting if await settle(self._core, one)]

    async def refresh(self, *, timeout: float | None = None) -> None:
        """Read the vault again: another device may have changed it."""
        async with bounded(timeout):
            await self._core.records.load()

    async def send_waiting(self, *, timeout: float | None = None) -> list[Delivery]:
        """Send what waits in the outbox; returns what was settled, one way or the other."""
        async with bounded(timeout):
            return await self._outbox.flush()

    # --- inviting -------------------------------------------------------------------------------------------

    async def invite(
        self,
        name: str,
        *,
        welcome: str = "",
        work_ends: date | None = None,
        hold: timedelta = DEFAULT_HOLD,
        longest_keep: timedelta | None = None,
        recall: bool = True,
        refuse: tuple[str, ...] = (),
        agreement: str | None = None,
        timeout: float | None = None,
    ) -> Invitation:
        """Invite a client: a new engagement, or a new link where that name was invited and has not accepted.

        `work_ends` is the last day of work (default: half a year on), `hold` how long everything is held
        after it, `longest_keep` the most that a message may ask for, `recall` whether an author may take
        back, `refuse` work mail domains, `agreement` a text of your own in place of the packaged one.
        """
        async with bounded(timeout):
            now = self._core.now()
            profile = self._core.vault.profile
            offer = Offer(
                coach_name=profile.my_name if profile else "Coach",
                client_name=name.strip(),
                relay_name=profile.relay_name if profile else "Quietbox",
                host=authority(self._core.session.origin),
                last_day=work_ends or utc_day(now) + timedelta(days=DEFAULT_WORK_DAYS),
                hold_days=hold.days,
                longest_keep_days=longest_keep.days if longest_keep else 0,
                author_may_recall=recall,
                refused_domains=normal_domains(refuse),
                welcome=welcome,
                template=agreement,
            )
            check_offer(offer, utc_day(now))
            return await self._invite(offer, now)

    async def _invite(self, offer: Offer, now: int) -> Invitation:
        core = self._core
        open_ones = [one for one in self._items if not one.active and one.their_name == offer.client_name]
        engagement_id = open_ones[0].engagement_id if open_ones else core.random(16)
        invited = invite(
            core.me(),
            core.vault.pins,
            core.session.origin,
            offer,
            engagement_id=engagement_id,
            now=now,
            random=core.random,
        )
        await core.session.call(protocol.create_engagement(engagement_id))
        await core.records.change(lambda vault: invited.changes)
        await core.session.call(
            protocol.put_invitation(
                engagement_id,
                invite_id=invited.keys.invite_id,
                redemption_key=invited.keys.redemption.public,
                box=invited.box,
                expires_at=invited.expires_at,
                policy=invited.item.policy,
                act=invited.item.act,
            )
        )
        log.info("invited box_bytes=%d", len(invited.box))
        return Invitation(invited.link.text(), engagement_id.hex(), instant(invited.expires_at))

    # --- personal addresses ---------------------------------------------------------------------------------

    async def add_sender(self, address: str, *, timeout: float | None = None) -> None:
        """Register a personal mail address: a code is sent to it. WorkAddressRefused for an employer's."""
        async with bounded(timeout):
            if not address.isascii() or not 3 <= len(address.strip()) <= 254 or "@" not in address:
                raise Misused("That is not a mail address.")
            await self._core.session.call(protocol.add_sender(address.strip()))

    async def confirm_sender(self, code: str, *, timeout: float | None = None) -> None:
        """Confirm a personal address by the code that came to it. NotFound where no waiting address has
        that code.
        """
        async with bounded(timeout):
            digits = "".join(sign for sign in code if sign.isdigit())
            await self._core.session.call(protocol.confirm_sender(digits))

    async def senders(self, *, timeout: float | None = None) -> list[Sender]:
        """Return my registered addresses, without the addresses: the relay does not keep them."""
        async with bounded(timeout):
            found = await self._core.session.call(protocol.senders())
            return [Sender(one.sender_id.hex(), one.state, instant(one.added_on)) for one in found]

    async def remove_sender(self, sender: Sender, *, timeout: float | None = None) -> None:
        """Forget a personal address."""
        async with bounded(timeout):
            await self._core.session.call(protocol.remove_sender(bytes.fromhex(sender.id)))

    # --- watching -------------------------------------------------------------------------------------------

    async def watch(self, since: str | None = None) -> AsyncIterator[AsyncEvent]:
        """Yield what happens, each event once, from `since` on (default: `cursor`); never ends by itself.

        Reconnects with growing pauses, and goes on where it was. Raises what no waiting mends: NotTrusted,
        WrongPassword, Locked, Misused for a `since` that is no cursor.
        """
        orders = self._orders(self.cursor if since is None else since)
        attempt = 0
        while True:
            try:
                async for event in self._watch_once(orders):
                    attempt = 0
                    yield event
            except ServerUnavailable as cause:
                log.info("watch interrupted: %s", cause.code)
            attempt += 1
            await asyncio.sleep(self._core.session.pause(min(attempt, 8)))

    def _orders(self, since: str) -> dict[bytes, int]:
        try:
            return parse_cursor(since)
        except Malformed as cause:
            raise Misused("That is not a cursor.") from cause

    async def _watch_once(self, orders: dict[bytes, int]) -> AsyncIterator[AsyncEvent]:
        """Watch over one connection: first what came before it, then what wakes."""
        reader, begun = WakeReader(), False
        async for line in self._core.session.lines(protocol.wake()):
            wake = reader.feed(line)
            if not begun:
                begun = True
                async for event in self._everything_since(orders):
                    yield event
            elif wake is not None:
                async for event in self._after_wake(wake, orders):
                    yield event

    async def _everything_since(self, orders: dict[bytes, int]) -> AsyncIterator[AsyncEvent]:
        for engagement in self.engagements():
            async for event in self._joined(engagement, orders):
                yield event
            async for event in self._since(engagement, orders):
                yield event

    async def _after_wake(self, wake: Wake, orders: dict[bytes, int]) -> AsyncIterator[AsyncEvent]:
        for engagement in self.engagements():
            if isinstance(wake, EngagementWake) and engagement.id == wake.engagement_id.hex():
                async for event in self._joined(engagement, orders):
                    yield event
                await engagement.refresh()
            if isinstance(wake, MailboxWake) and engagement.mailbox_id == wake.mailbox_id:
                async for event in self._since(engagement, orders):
                    yield event

    async def _joined(
        self, engagement: AsyncEngagement, orders: Mapping[bytes, int]
    ) -> AsyncIterator[AsyncEvent]:
        if not engagement.active and await settle(self._core, bytes.fromhex(engagement.id)):
            yield Event("joined", engagement.id, encode_cursor(orders.items()))

    async def _since(
        self, engagement: AsyncEngagement, orders: dict[bytes, int]
    ) -> AsyncIterator[AsyncEvent]:
        if not engagement.active:
            return
        async for order, result in engagement.since(orders.get(engagement.mailbox_id, 0)):
            orders[engagement.mailbox_id] = order
            event = _event(engagement, result, encode_cursor(orders.items()))
            if event is not None:
                yield event

    # --- closing --------------------------------------------------------------------------------------------

    async def _keep_writers(self) -> None:
        """Write down in the vault how far each writer has come, for this account's other devices."""
        heads = {
            item.engagement_id: self._core.state.writer_heads(item.engagement_id) for item in self._items
        }
        await self._core.records.change(lambda vault: _writer_changes(vault, heads))


CLOSING_SECONDS: Final = 10.0


def _means(home: Home | Path | str | None, password: Password, keychain: bool, connect: Connect) -> Means:
    place = home if isinstance(home, Home) else Home(home)
    return Means(place, asked_once(password), keychain, connect)


def _fitting(items: tuple[EngagementItem, ...], who: str | None) -> list[EngagementItem]:
    """Return who may be meant, the better kind of fit first: exact, then a word of the name, then a
    beginning.
    """
    if who is None:
        return list(items)
    wanted = slug(who)
    for fits in (
        lambda item: wanted == slug(item.their_name) or who.lower() == item.engagement_id.hex(),
        lambda item: wanted in slug(item.their_name).split("-"),
        lambda item: slug(item.their_name).startswith(wanted),
        lambda item: len(wanted) >= 6 and item.engagement_id.hex().startswith(wanted),
    ):
        found = [item for item in items if fits(item)]
        if found:
            return found
    return []


def _event(
    engagement: AsyncEngagement, result: AsyncMessage | Gone | Bad | None, cursor: str
) -> AsyncEvent | None:
    if result is None:
        return None
    if isinstance(result, Gone):
        return Event("gone", engagement.id, cursor, reason=result.reason)
    if isinstance(result, Bad):
        return Event("unreadable", engagement.id, cursor, reason=result.code)
    return Event("message", engagement.id, cursor, result)


def _writer_changes(vault: Vault, heads: Mapping[bytes, list[WriterHead]]) -> Changes:
    """Return the changed items of writers; none where the vault knows as much or more."""
    changes: dict[str, Change] = {}
    for engagement_id, known in heads.items():
        marks = {(mark.fp, mark.writer): mark for mark in vault.writers(engagement_id)}
        newer = {
            (head.fp, head.writer): WriterMark(head.fp, head.writer, head.count, head.content_id)
            for head in known
            if (head.fp, head.writer) not in marks or marks[head.fp, head.writer].count < head.count
        }
        item = vault.entries.get(f"engagement/{engagement_id.hex()}")
        if newer and item is not None:
            plain = encode_writers(tuple((marks | newer).values()))
            changes[f"writers/{engagement_id.hex()}"] = Change(plain, item.expires_at)
    return changes
