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
from client_sdk.attachments import AsyncReceivedFile, OnProgress
from client_sdk.compose import Composed, Draft, Step, check_draft, choose_date, compose
from client_sdk.core import Core
from client_sdk.errors import (
    AgreementMissing,
    Deleted,
    EngagementClosed,
    Misused,
    NotFound,
    PartialDeletion,
    Refused,
    bounded,
)
from client_sdk.finding import slug
from client_sdk.intake import NEWEST, Bad, Gone, Intake, Result, Taken
from client_sdk.mail import AsyncMailMessage, head_of
from client_sdk.messages import EngagementSummary, Message, Person, Sent, instant
from client_sdk.outbox import Delivery, Outbox
from client_sdk.parties import Place
from client_sdk.settling import settle
from client_sdk.standing import Standing
from client_sdk.state import MINE, SHOWN, Seen
from client_sdk.wire import RelayConflict
from client_sdk.words import utc_day
from keys.acts import Act, ActCore, ActKind, sign_act
from keys.content import ContentKind, parse_door_facts
from keys.envelope import EnvelopeClass
from keys.names import DAY_SECONDS, Role, day_of, envelope_id
from keys.policy import parse_policy
from keys.vault import EngagementItem

log = logging.getLogger("client_sdk")

AsyncMessage = Message[AsyncReceivedFile, AsyncMailMessage]
Keep = timedelta | date | datetime | None
"""How long to keep: a length of time, the last day, an aware instant; None: as the agreement says."""

ID_SIGNS: Final = 32
LEAST_ID_SIGNS: Final = 6
ACT_TRIES: Final = 5


class AsyncEngagement:
    """One engagement of an open account. Get it from `AsyncAccount.engagement`."""

    def __init__(self, core: Core, outbox: Outbox, engagement_id: bytes) -> None:
        self._core = core
        self._outbox = outbox
        self._standing = Standing(core, engagement_id)
        self._intake = Intake(core, self._standing)

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
        async with bounded(timeout):
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

            composed = self._enqueue(place, draft, make)
            return self._sent(composed, await self._outbox.flush(self._standing.engagement_id, on_progress))

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

    async def messages(self, *, unread: bool = False) -> AsyncIterator[AsyncMessage]:
        """Yield messages, newest first, fetching pages as they are needed.

        With `unread` those of the other person that this computer has not read; when all have been taken they
        count as read. Raises KeeperUnavailable, NotTrusted, ServerUnavailable.
        """
        await self._standing.refresh()
        await self._intake.catch_up()
        read_order = self._core.state.read_order(self._intake.mailbox_id)
        newest = self._core.state.taken_order(self._intake.mailbox_id)
        async for page in self._intake.before(NEWEST):
            for result in page:
                if unread and result.order <= read_order:
                    break
                message = self._message(result, read_order)
                if message is not None and (message.unread or not unread):
                    yield message
            if unread and page[-1].order <= read_order:
                break
        if unread:
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
            message = self._message(result, self._read_order()) if result else None
            if message is None:
                raise Deleted(_gone_on(result))
            return message

    @property
    def _read_above(self) -> tuple[int, ...]:
        """Orders that another device has read singly."""
        return self._core.vault.read_orders(self._standing.engagement_id).above

    def _read_order(self) -> int:
        return self._core.state.read_order(self._intake.mailbox_id)

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

    def _message(self, result: Result, read_order: int) -> AsyncMessage | None:
        """Return what a person sees of a row; None for what is not for showing."""
        if not isinstance(result, Taken) or not result.flags & SHOWN:
            return None
        content = result.opened.content
        kept_until = self._standing.terms.date_of(result.envelope_id, content.expires_at)
        mine = bool(result.flags & MINE)
        marks = self._gap_mark(result) + ("old-key",) * result.old_key
        attachments = tuple(
            AsyncReceivedFile(
                content.file_name(one),
                content.file_type(one),
                one.plain_bytes,
                one,
                self._core.session,
                self._core.random,
            )
            for one in content.attachments
        )
        sender, subject, mail = self._sender(result), content.subject, None
        if content.kind is ContentKind.MAIL:
            facts = parse_door_facts(content.fixed)
            address, subject = head_of(facts)
            sender = Person("mail", address, checked=False)
            mail, attachments = AsyncMailMessage(attachments[0], facts.grade), ()
        return Message(
            id=message_id(result.opened.content_id),
            engagement_id=self.id,
            order=result.order,
            sender=sender,
            mine=mine,
            sent_at=instant(content.created_at),
            kept_until=instant(kept_until),
            subject=subject,
            text=content.text,
            attachments=attachments,
            mail=mail,
            unread=not mine and result.order > read_order and result.order not in self._read_above,
            marks=marks,
        )

    def _gap_mark(self, taken: Taken) -> tuple[str, ...]:
        """Say what is known of what is missing before: left before it was opened here, or nobody knows."""
        if taken.gap_after is None:
            return ()
        explained = self._core.state.explains_gap(self._intake.mailbox_id, taken.gap_after)
        return ("gone-before",) if explained else ("missing-before",)

    def _sender(self, taken: Taken) -> Person:
        if taken.opened.class_of_origin is EnvelopeClass.NOTICE:
            return Person("relay", "")
        item = self._item
        coach_wrote = bool(taken.flags & MINE) == (item.my_role is Role.COACH)
        name = item.my_name if taken.flags & MINE else item.their_name
        return Person("coach" if coach_wrote else "client", name)

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
        tally = self._core.state.tally(self._intake.mailbox_id, self._core.now(), self._read_above)
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
            if isinstance(row, Taken):
                self._check_recall(row)
            elif not self._core.state.sent_locks(seen.content_id):
                raise Deleted
            await self._shorten(place, self._copies(seen, row, place), self._core.now())
            await self._revoke(seen)

    def _check_recall(self, row: Taken) -> None:
        if not row.flags & MINE:
            raise Refused("not-mine", hint="You can delete your own copy, or shorten how long both keep it.")
        policy = self._standing.terms.by_hash(row.opened.content.policy_hash)
        if policy is None or not policy.author_may_recall:
            raise Refused("recall-denied", hint="The agreement keeps what has been sent.")

    async def _revoke(self, seen: Seen) -> None:
        """Tell the keepers to refuse the other person's copy, where this computer has its locks."""
        for locks in self._core.state.sent_locks(seen.content_id):
            if not await self._core.keepers.revoke(locks.locks):
                raise PartialDeletion(done=1, left=1)
        self._core.state.forget_sent(seen.content_id)

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
            await self._shorten(place, self._copies(seen, row, place), until)

    def _copies(self, seen: Seen, row: Result | None, place: Place) -> tuple[bytes, ...]:
        """Return the envelope ids of a message in both inboxes; mail taken in by the door is in one alone."""
        if isinstance(row, Taken) and row.opened.class_of_origin is not EnvelopeClass.MESSAGE:
            return (seen.envelope_id,)
        expires_at = row.opened.content.expires_at if isinstance(row, Taken) else seen.expires_at
        return tuple(
            sorted(
                envelope_id(EnvelopeClass.MESSAGE, seen.content_id, fp, expires_at)
                for fp in (place.me.fp, place.other.fp)
            )
        )

    async def _shorten(self, place: Place, envelope_ids: tuple[bytes, ...], until: int) -> None:
        """Sign and store an act of kind 2, again on the newer acts if the other person was first."""
        for attempt in range(1, ACT_TRIES + 1):
            await self._standing.refresh()
            if all(self._standing.terms.shortened.get(one, NEWEST) <= until for one in envelope_ids):
                return
            act = self._act(place, envelope_ids, until)
            try:
                await self._core.session.call(protocol.add_act(self._standing.engagement_id, act.encode()))
            except RelayConflict:
                if attempt == ACT_TRIES:
                    raise
            else:
                await self._standing.refresh()
                return

    def _act(self, place: Place, envelope_ids: tuple[bytes, ...], until: int) -> Act:
        terms = self._standing.terms
        last = terms.acts[-1]
        core = ActCore(
            kind=ActKind.SHORTEN,
            engagement_id=self._standing.engagement_id,
            policy_hash=terms.policy.hash,
            number=last.number + 1,
            previous_hash=last.hash,
            issued_at=self._core.now(),
            date=until,
            envelope_ids=envelope_ids,
        )
        return sign_act(core, place.me.identity)

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
            read_order = self._read_order()
            for result in page:
                shown = self._message(result, read_order)
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


def message_id(content_id: bytes) -> str:
    """Return how a message is called: the first 16 bytes of its content id (P14), in hexadecimal."""
    return content_id[:16].hex()


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
