# ruff: noqa: ASYNC109 (the synchronous twin has no other way to bound a call)
"""Engagement: one coaching cycle of one coach and one client, as either of them uses it.

Owns sending, reading, taking back and shortening. Nothing here is stored before it is sealed, and nothing is
shown that did not pass every check. `client_sdk.sync.Engagement` is the twin without `await`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from client_sdk import protocol
from client_sdk.attachment import Attachment
from client_sdk.attachments import OnProgress
from client_sdk.compose import Composed, Draft, Step, check_draft, choose_date, compose
from client_sdk.core import Core
from client_sdk.errors import (
    AgreementMissing,
    Deleted,
    EngagementClosed,
    Misused,
    NotFound,
    ServerUnavailable,
    bounded,
)
from client_sdk.finding import slug
from client_sdk.intake import NEWEST, Bad, Gone, Intake, Result, Taken
from client_sdk.messages import EngagementSummary, Message, Sent, instant
from client_sdk.outbox import Delivery, Outbox
from client_sdk.parties import Place
from client_sdk.settling import settle
from client_sdk.shortening import Shortening
from client_sdk.showing import AsyncMessage, Showing, message_id
from client_sdk.standing import Standing
from client_sdk.state import Seen
from client_sdk.words import utc_day
from keys.names import DAY_SECONDS, Role, day_of
from keys.policy import parse_policy
from keys.vault import EngagementItem

log = logging.getLogger("client_sdk")

Keep = timedelta | date | datetime | None
"""How long to keep: a length of time, the last day, an aware instant; None: as the agreement says."""

ID_SIGNS: Final = 32
LEAST_ID_SIGNS: Final = 6


class AsyncEngagement:
    """One engagement of an open account. Get it from `AsyncAccount.engagement`."""

    def __init__(self, core: Core, outbox: Outbox, engagement_id: bytes) -> None:
        self._core = core
        self._outbox = outbox
        self._standing = Standing(core, engagement_id)
        self._intake = Intake(core, self._standing)
        self._showing = Showing(core, self._standing, self._intake.mailbox_id)
        self._shortening = Shortening(core, self._standing)

    def __repr__(self) -> str:
        """Show the id alone."""
        return f"<engagement {self.id}>"

    @property
    def id(self) -> str:
        """Its id, 32 hexadecimal digits."""
        return self._standing.engagement_id.hex()

    @property
    def name(self) -> str:
        """The other person's name."""
        return self._item.their_name

    @property
    def my_name(self) -> str:
        """My own name here."""
        return self._item.my_name

    @property
    def my_role(self) -> Literal["coach", "client"]:
        """Which side I am."""
        return "coach" if self._item.my_role is Role.COACH else "client"

    @property
    def handle(self) -> str:
        """The other person's name as it is typed: `maya-okafor`."""
        return slug(self.name)

    @property
    def active(self) -> bool:
        """Whether both have signed."""
        return self._item.active

    @property
    def agreement(self) -> str:
        """The agreement's text; empty where this account never kept it."""
        kept = self._core.vault.agreement(self._standing.engagement_id)
        return kept.text if kept else ""

    @property
    def _item(self) -> EngagementItem:
        return self._standing.item

    # --- sending --------------------------------------------------------------------------------------------

    async def send(
        self,
        *,
        subject: str = "",
        text: str = "",
        attach: Sequence[Attachment] = (),
        keep: Keep = None,
        on_progress: OnProgress | None = None,
        timeout: float | None = None,
    ) -> Sent:
        """Seal a message for both and store it; returns once the relay has it on disk.

        Where the relay goes away in the middle, the sealed message waits in the outbox and `Sent.waiting` is
        set: do not send it again. Raises RetentionExceeded, EngagementClosed, AgreementMissing,
        RecipientKeyChanged, RecipientKeyStale, TooLarge, InboxFull, ServerUnavailable, NotTrusted.
        """
        check_draft(subject, text, [one.label for one in attach])
        composed, settled = None, list[Delivery]()
        try:
            async with bounded(timeout):
                composed = await self._seal(subject, text, attach, keep)
                settled = await self._outbox.flush(self._standing.engagement_id, on_progress)
        except ServerUnavailable:
            if (
                composed is None
            ):  # else it waits, sealed, and whoever is told to try again would send it twice
                raise
        return self._sent(composed, settled)

    async def _seal(self, subject: str, text: str, attach: Sequence[Attachment], keep: Keep) -> Composed:
        """Seal a message into the outbox."""
        place = await self._ready()
        now = self._core.now()
        expires_at = choose_date(self._standing.terms.policy, keep_until(keep, now), now)
        day_keys = await self._core.keepers.day_keys(day_of(expires_at))
        await self._outbox.flush(self._standing.engagement_id)
        records = await self._outbox.seal_files(attach, expires_at)
        draft = Draft(subject, text, tuple(one.label for one in attach), records)

        def make(step: Step) -> Composed:
            return compose(
                place,
                self._standing.terms,
                draft,
                step,
                expires_at=expires_at,
                now=now,
                day_keys=day_keys,
                random=self._core.random,
            )

        return self._enqueue(place, draft, make)

    async def _ready(self) -> Place:
        """Make sure that something may be sent: both have signed and the work goes on."""
        if not self._item.active:
            await settle(self._core, self._standing.engagement_id)
        await self._standing.refresh()
        if self._standing.state not in {"active", "draft"} or (
            self._core.now() >= self._standing.terms.work_ends_at
        ):
            raise EngagementClosed
        return self._standing.place

    def _enqueue(self, place: Place, draft: Draft, make: Callable[[Step], Composed]) -> Composed:
        try:
            return self._outbox.enqueue(
                self._standing.engagement_id, place.me.fp, draft.records, self._standing.kept_until(), make
            )
        except BaseException:
            self._outbox.drop_files([record.blob_id for record in draft.records])
            raise

    def _sent(self, composed: Composed, settled: Sequence[Delivery]) -> Sent:
        mine = next((one for one in settled if one.content_id == composed.content_id), None)
        if mine is not None and mine.refusal is not None:
            raise mine.refusal
        reason = "" if mine else self._outbox.waits_for.get(self._standing.engagement_id, "unavailable")
        kept_until = instant(composed.expires_at)
        return Sent(message_id(composed.content_id), self.id, kept_until, waiting=mine is None, reason=reason)

    # --- reading --------------------------------------------------------------------------------------------

    async def messages(self, *, unread: bool = False, mark: bool = True) -> AsyncIterator[AsyncMessage]:
        """Yield messages, newest first, fetching pages as they are needed.

        With `unread` those of the other person that have not been read; when all have been taken they count
        as read, unless `mark` is False. Raises KeeperUnavailable, NotTrusted, ServerUnavailable.
        """
        await self._standing.refresh()
        await self._intake.catch_up()
        read = self._showing.read_marks()
        newest = self._core.state.taken_order(self._intake.mailbox_id)
        async for page in self._intake.before(NEWEST):
            for result in page:
                if unread and result.order <= read.order:
                    break
                message = self._showing.message(result, read)
                if message is not None and (message.unread or not unread):
                    yield message
            if unread and page[-1].order <= read.order:
                break
        if unread and mark:
            self._core.state.move_read(self._intake.mailbox_id, newest)

    async def mark_read(self, message: Message[Any, Any], *, timeout: float | None = None) -> None:
        """Count a message, and all before it, as read on this computer."""
        async with bounded(timeout):
            self._core.state.move_read(self._intake.mailbox_id, message.order)

    async def message(self, message_id: str, *, timeout: float | None = None) -> AsyncMessage:
        """Return one message by its id, or by the first six signs or more of it. NotFound, Deleted."""
        async with bounded(timeout):
            seen = await self._find(message_id)
            result = await self._intake.one(seen.row_order)
            message = self._showing.message(result, self._showing.read_marks())
            if message is None:
                raise Deleted(_gone_on(result))
            return message

    async def _find(self, wanted: str) -> Seen:
        """Find what was taken in by the beginning of its id."""
        await self._standing.refresh()
        await self._intake.catch_up()
        typed = wanted.strip().lower()
        if not re.fullmatch(rf"[0-9a-f]{{{LEAST_ID_SIGNS},{ID_SIGNS}}}", typed):
            raise Misused("A message's number has 6 to 32 signs of 0-9 and a-f.")
        low, high = (bytes.fromhex(typed.ljust(ID_SIGNS, fill)) for fill in "0f")
        found = self._core.state.seen_between(self._intake.mailbox_id, low, high)
        if len(found) != 1:
            raise NotFound(
                "There is no such message here." if not found else "That could be several messages."
            )
        return found[0]

    async def summary(self, *, timeout: float | None = None) -> EngagementSummary:
        """Return how the engagement stands, after taking in what is new."""
        async with bounded(timeout):
            item = self._item
            if not item.active:
                policy = parse_policy(item.policy)
                return self._summary("invited", policy.work_ends_at, policy.hold_ends_at)
            await self._standing.refresh()
            await self._intake.catch_up()
            terms = self._standing.terms
            return self._summary(self._standing.state, terms.work_ends_at, terms.policy.hold_ends_at)

    def _summary(self, state: str, work_ends_at: int, hold_ends_at: int) -> EngagementSummary:
        tally = self._core.state.tally(
            self._intake.mailbox_id, self._core.now(), self._showing.read_marks().above
        )
        queued = [one for one in self._outbox.waiting() if one.engagement_id == self._standing.engagement_id]
        return EngagementSummary(
            engagement_id=self.id,
            handle=self.handle,
            name=self.name,
            state=state,
            here=tally.here,
            unread=tally.unread,
            waiting=len(queued),
            work_ends_at=instant(work_ends_at),
            hold_ends_at=instant(hold_ends_at),
            next_deletion_at=instant(tally.next_expires_at) if tally.next_expires_at else None,
        )

    async def address(self, *, timeout: float | None = None) -> str:
        """Return the address at which my inbox here takes mail from my registered personal addresses."""
        async with bounded(timeout):
            facts = await self._core.session.call(protocol.account())
            for mailbox in facts.mailboxes:
                if mailbox.mailbox_id == self._item.my_mailbox_id:
                    return mailbox.address
            raise AgreementMissing

    # --- taking back ----------------------------------------------------------------------------------------

    async def recall(self, message_id: str, *, timeout: float | None = None) -> None:
        """Take back a message that I wrote: gone for both, now, and its keepers told to refuse it.

        May be repeated. PartialDeletion where the relay has deleted it but a keeper has not confirmed;
        Refused where it is not mine or the agreement denies it.
        """
        async with bounded(timeout):
            seen = await self._find(message_id)
            place = await self._standing.current()
            row = await self._intake.one(seen.row_order)
            self._shortening.check_recall(seen, row)
            copies = self._shortening.copies(seen, row, place)
            await self._shortening.shorten(place, copies, self._core.now())
            await self._shortening.revoke(seen.content_id)

    async def shorten(self, message_id: str, keep: Keep, *, timeout: float | None = None) -> None:
        """Bring the date of a message forward, for both. Either of the two may; nobody can push it back
        alone.
        """
        async with bounded(timeout):
            now = self._core.now()
            until = keep_until(keep, now)
            seen = await self._find(message_id)
            place = await self._standing.current()
            row = await self._intake.one(seen.row_order)
            if not isinstance(row, Taken):
                raise Deleted
            if until is None or not now < until < row.opened.content.expires_at:
                raise Misused("A new date lies between now and the date that the message has.")
            await self._shortening.shorten(place, self._shortening.copies(seen, row, place), until)

    async def expire(self, message_id: str, *, timeout: float | None = None) -> None:
        """Delete my own copy of a message, now. The other person's stays until its date."""
        async with bounded(timeout):
            seen = await self._find(message_id)
            expired = await self._core.session.call(
                protocol.expire_own(self._intake.mailbox_id, (seen.envelope_id,))
            )
            self._core.state.leave(self._intake.mailbox_id, seen.envelope_id, seen.row_order, seen.expires_at)
            if not expired:
                raise Deleted

    # --- for the account ------------------------------------------------------------------------------------

    async def since(self, order: int) -> AsyncIterator[tuple[int, AsyncMessage | Gone | Bad | None]]:
        """Yield what stands above an order, with its order; None for what is not for showing."""
        async for page in self._intake.after(order):
            read = self._showing.read_marks()
            for result in page:
                shown = self._showing.message(result, read)
                yield result.order, result if isinstance(result, Gone | Bad) else shown

    async def refresh(self) -> None:
        """Follow what has been signed since."""
        if self._item.active:
            await self._standing.refresh()

    @property
    def mailbox_id(self) -> bytes:
        """My mailbox here."""
        return self._intake.mailbox_id


def _gone_on(result: Result | None) -> date | None:
    if isinstance(result, Gone) and result.gone_day:
        return utc_day(result.gone_day * DAY_SECONDS)
    return None


def keep_until(keep: Keep, now: int) -> int | None:
    """Return the first second at which something kept so is gone; None: as the agreement says."""
    if keep is None:
        return None
    if isinstance(keep, timedelta):
        return now + int(keep.total_seconds())
    if isinstance(keep, datetime):
        if keep.tzinfo is None:
            raise Misused("An instant needs its time zone.")
        return int(keep.timestamp())
    return (keep - date(1970, 1, 1)).days * DAY_SECONDS + DAY_SECONDS
