# ruff: noqa: ASYNC109 (the synchronous twin has no other way to bound a call)
"""Engagement: one coaching cycle of one coach and one client, as either of them uses it.

Owns sending, reading, taking back and shortening. Nothing here is stored before it is sealed, and nothing is
shown that did not pass every check. `client_sdk.sync.Engagement` is the twin without `await`.

Longer than other modules: each name of an engagement stands here once; the work is in the modules it calls.
"""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

from client_sdk import protocol, rules
from client_sdk.agreements import AsyncAgreement
from client_sdk.attachment import Attachment
from client_sdk.attachments import OnProgress
from client_sdk.attending import Attending
from client_sdk.calls import AsyncCalls
from client_sdk.catalogue import catalogue
from client_sdk.changes import ProposedChange
from client_sdk.compose import Draft, check_draft
from client_sdk.core import Core
from client_sdk.ending import AsyncClosePlan, Ending
from client_sdk.errors import (
    AgreementMissing,
    Deleted,
    EngagementClosed,
    EngagementOpen,
    Misused,
    NotFound,
    RetentionExceeded,
    awaited,
    bounded,
)
from client_sdk.exporting import Exported, Exporting
from client_sdk.finding import slug
from client_sdk.intake import NEWEST, Bad, Gone, Intake, Result, Taken
from client_sdk.lengthening import Lengthening
from client_sdk.mailing import Mailing
from client_sdk.messages import (
    EngagementSummary,
    GoneMessage,
    Message,
    Reminder,
    Rule,
    Sender,
    Sent,
    Waiting,
    instant,
)
from client_sdk.notes import AsyncNotes
from client_sdk.outbox import Outbox
from client_sdk.reopening import AsyncReopening
from client_sdk.replying import reply_to
from client_sdk.report import AsyncReport
from client_sdk.sending import Sending
from client_sdk.shortening import Shortening
from client_sdk.showing import AsyncMessage, Showing, message_id
from client_sdk.spoken import AsyncSpokenCheck
from client_sdk.standing import Standing
from client_sdk.state import REPLACED, Seen
from client_sdk.vault import parse_invitation
from client_sdk.why import (
    Asker,
    Why,
    why_account,
    why_engagement,
    why_invitation,
    why_message,
    why_notes,
)
from keys.mailin import Verdict
from keys.names import DAY_SECONDS, Role
from keys.policy import parse_policy
from keys.vault import EngagementItem

log = logging.getLogger("client_sdk")

Keep = timedelta | date | datetime | None
"""How long to keep: a length of time, the last day, an aware instant; None: as the agreement says."""

CLOCK_SECONDS: Final = 60
"""How far two clocks may be apart when one has just closed and the other reopens; the relay's decides."""
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
        self._attending = Attending(core, self._intake, self._showing, engagement_id.hex())
        self._shortening = Shortening(core, self._standing)
        self._mailing = Mailing(core, self._standing, self._intake, self._showing)
        self._sending = Sending(core, outbox, self._standing)
        self._lengthening = Lengthening(core, self._standing, self._intake)
        self._spoken = AsyncSpokenCheck(core, self._standing, self._intake, self._sending)
        self._reopening = AsyncReopening(core, self._standing, self._intake)
        self._agreement = AsyncAgreement(
            core, self._standing, self._intake, self._sending, self._lengthening, self._shortening
        )

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
    def spoken_check(self) -> AsyncSpokenCheck:
        """Six digits to read to each other on a call: that these are the other person's keys."""
        return self._spoken

    @property
    def reopening(self) -> AsyncReopening:
        """Letting a client back who lost every way in, out of the coach's copies."""
        return self._reopening

    @property
    def agreement(self) -> AsyncAgreement:
        """What both have signed: its words and facts, its history, and how it is changed."""
        return self._agreement

    @property
    def notes(self) -> AsyncNotes:
        """My own notes about the work: a coach's, sealed to nobody else."""
        return AsyncNotes(self._core, self._standing)

    @property
    def calls(self) -> AsyncCalls:
        """The calls that either of us has noted for both."""
        return AsyncCalls(self._core, self._standing.engagement_id, self._intake, self._sending)

    @property
    def report(self) -> AsyncReport:
        """What both write for the sponsor, and what the client lets out of it."""
        return AsyncReport(self._core, self._standing, self._intake, self._sending)

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
        return await self._sending.send(
            Draft(subject, text),
            attach,
            keep_until=keep_until(keep, self._core.now()),
            on_progress=on_progress,
            timeout=timeout,
        )

    # --- reading --------------------------------------------------------------------------------------------

    async def messages(self, *, unread: bool = False, mark: bool = True) -> AsyncIterator[AsyncMessage]:
        """Yield messages, newest first, fetching pages as they are needed.

        With `unread` those of the other person that have not been read; when all have been taken they count
        as read. The relay is told which were shown, so that a writer can be told what went unread. With
        `mark` False neither is done. Raises KeeperUnavailable, NotTrusted, ServerUnavailable.
        """
        await self._keep_up()
        read = self._showing.read_marks()
        newest = self._core.state.taken_order(self._intake.mailbox_id)
        shown: list[bytes] = []
        try:
            async for page in self._intake.before(NEWEST):
                for result in _newest_first(page):
                    message = self._showing.message(result, read)
                    if message is not None and (message.unread or not unread):
                        shown.append(result.opened.content_id)
                        yield message
                if unread and page[-1].order <= read.all_read_to:
                    break
        finally:
            if mark:
                await self._attending.acknowledge(shown)
        if unread and mark:
            await self._attending.read_up_to(newest)

    async def mark_read(self, message: Message[Any, Any], *, timeout: float | None = None) -> None:
        """Count a message, and all before it, as read on this computer."""
        async with bounded(timeout):
            await self._attending.read_up_to(message.order)

    async def acknowledge(self, message: Message[Any, Any], *, timeout: float | None = None) -> None:
        """Tell the relay that a message was shown to a person. `messages` and `message` do so by themselves;
        a program that shows what `watch` yields does it here. Never fails for the relay.
        """
        async with bounded(timeout):
            low, high = _between(message.id)
            found = self._core.state.seen_between(self._intake.mailbox_id, low, high)
            await self._attending.acknowledge([one.content_id for one in found])

    async def message(self, message_id: str, *, timeout: float | None = None) -> AsyncMessage:
        """Return one message by its id, or by the first six signs or more of it. NotFound, Deleted."""
        async with bounded(timeout):
            seen = await self._find(message_id)
            result = await self._intake.one(seen.row_order)
            message = self._showing.message(result, self._showing.read_marks())
            if message is None:
                raise self._attending.absent(seen)
            await self._attending.acknowledge([seen.content_id])
            return message

    async def _find(self, wanted: str) -> Seen:
        """Find what was taken in by the beginning of its id."""
        await self._keep_up()
        low, high = _between(wanted)
        found = self._core.state.seen_between(self._intake.mailbox_id, low, high)
        if len(found) > 1:
            raise NotFound("That could be several messages.")
        if not found:
            raise self._attending.deleted(low, high)
        return found[0]

    async def _keep_up(self) -> None:
        """Follow what was signed, take in what is new, and do my own part of what both agreed on."""
        await self._standing.refresh()
        await self._intake.catch_up()
        await self._agreement.follow()
        await self._lengthening.settle()

    async def gone(self, *, new: bool = False, timeout: float | None = None) -> list[GoneMessage]:
        """Return what has left this inbox, oldest first; with `new` what was not returned so before."""
        async with bounded(timeout):
            await self._keep_up()
            return self._attending.gone(untold=new)

    async def reminders(self, *, timeout: float | None = None) -> list[Reminder]:
        """Return which unread messages go within 30, 7 or 1 days; each is given once for each of these."""
        async with bounded(timeout):
            if not self._item.active:
                return []
            try:
                await self._keep_up()
            except NotFound:  # it has gone
                return []
            return self._attending.reminders()

    async def summary(self, *, timeout: float | None = None) -> EngagementSummary:
        """Return how the engagement stands, after taking in what is new."""
        async with bounded(timeout):
            item = self._item
            if not item.active:
                policy = parse_policy(item.policy)
                invited = self._summary("invited", policy.work_ends_at, policy.hold_ends_at, [])
                return replace(invited, reply=await reply_to(self._core, item))
            try:
                await self._keep_up()
            except NotFound:  # it has gone, and the relay knows it no more
                policy = parse_policy(item.policy)
                return self._summary("gone", policy.work_ends_at, policy.hold_ends_at, [])
            terms = self._standing.terms
            proposals = await self._agreement.proposals()
            return self._summary(self._standing.state, terms.work_ends_at, terms.ends_at, proposals)

    def _summary(
        self, state: str, work_ends_at: int, ends_at: int, proposals: Sequence[ProposedChange]
    ) -> EngagementSummary:
        tally = self._attending.tally()
        queued = [one for one in self._outbox.waiting() if one.engagement_id == self._standing.engagement_id]
        waiting = (
            Waiting(one.id, one.kind, one.mine, one.proposed_at) for one in proposals if one.state == "open"
        )
        return EngagementSummary(
            engagement_id=self.id,
            handle=self.handle,
            name=self.name,
            state=state,
            here=tally.here,
            unread=tally.unread,
            waiting=len(queued),
            work_ends_at=instant(work_ends_at),
            hold_ends_at=instant(ends_at),
            next_deletion_at=instant(tally.next.at) if tally.next.at else None,
            files=tally.files,
            next_messages=tally.next.messages,
            next_files=tally.next.files,
            unread_goes_at=instant(tally.unread_goes_at) if tally.unread_goes_at else None,
            unread_going=tally.unread_going,
            proposals=tuple(waiting),
            notices=tally.notices,
        )

    async def address(self, *, timeout: float | None = None) -> str:
        """Return the address at which my inbox here takes mail from my registered personal addresses."""
        async with bounded(timeout):
            facts = await self._core.session.call(protocol.account())
            for mailbox in facts.mailboxes:
                if mailbox.mailbox_id == self._item.my_mailbox_id:
                    return mailbox.address
            raise AgreementMissing

    # --- mail that came in ----------------------------------------------------------------------------------

    async def confirm_mail(self, message_id: str, *, mine: bool = True, timeout: float | None = None) -> None:
        """Say of a mail with the mark `confirm` whether it was from you. One that was not goes from this
        inbox and is shown on none of your devices any more. Misused for any other message.
        """
        async with bounded(timeout):
            seen = await self._find(message_id)
            await self._mailing.judge(seen, Verdict.MINE if mine else Verdict.NOT_MINE)

    async def next_mail(self, *, timeout: float | None = None) -> AsyncMessage:
        """Wait for the next mail that comes in here, or the relay's notice that one was refused.

        NothingYet where `timeout` (seconds) is over first.
        """
        async with awaited(timeout):
            await self._keep_up()
            return await self._mailing.next(self._core.state.taken_order(self._intake.mailbox_id))

    async def add_rule(self, sender: Sender | None = None, *, timeout: float | None = None) -> Rule:
        """Ask for an address to which a provider may forward mail by itself into this inbox. It takes nothing
        but a provider's own confirmation before `AsyncAccount.test_rule` has gone through.

        `sender` is the confirmed personal address whose mail is forwarded (default: the only one). Misused
        where there is none, or several.
        """
        async with bounded(timeout):
            return await rules.add(self._core, self._standing.engagement_id, sender)

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
            await self._shortening.shorten(copies, self._core.now())
            await self._shortening.revoke(seen.content_id)

    async def shorten(self, message_id: str, keep: Keep, *, timeout: float | None = None) -> bool:
        """Bring the date of a message forward. Either of the two may; nobody can push it back alone.

        Returns whether that holds for both: where the agreement denies recall, one alone shortens their own
        copy alone.
        """
        async with bounded(timeout):
            now = self._core.now()
            until = keep_until(keep, now)
            seen = await self._find(message_id)
            place = await self._standing.current()
            row = await self._intake.one(seen.row_order)
            if not isinstance(row, Taken):
                raise self._attending.deleted(seen.content_id, seen.content_id)
            if until is None or not now < until < row.expires_at:
                raise Misused("A new date lies between now and the date that the message has.")
            await self._shortening.shorten(self._shortening.copies(seen, row, place), until)
            return self._shortening.reaches_both

    async def extend(
        self, message_ids: Sequence[str], keep: Keep, *, timeout: float | None = None
    ) -> ProposedChange:
        """Propose that messages are kept longer, with their files. Nothing changes until the other person
        agrees; then each side's software seals its own copies again.

        Raises RetentionExceeded past the end of the hold, Misused for a date that is not later, Refused for
        mail taken in at the door, ProposalOver where the other person was first.
        """
        async with bounded(timeout):
            until = keep_until(keep, self._core.now())
            found = [await self._find(one) for one in message_ids]
            wanted = {seen.content_id: seen for seen in found}
            await self._standing.refresh()
            ends_at = self._standing.terms.ends_at
            if until is None or until > ends_at:
                raise RetentionExceeded(instant(ends_at))
            return await self._agreement.propose_longer(list(wanted.values()), until)

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

    # --- the end --------------------------------------------------------------------------------------------

    async def plan_close(
        self,
        *,
        work_ends: date | None = None,
        hold: timedelta | None = None,
        timeout: float | None = None,
    ) -> AsyncClosePlan:
        """Plan to close: nothing changes before the plan's `confirm`.

        `work_ends` is the last day of work (default: at once), `hold` how long everything is held after it
        (default: as agreed). One alone leaves the other at least seven days for a copy, and brings the end of
        the hold forward only where the agreement allows recall. Raises EngagementClosed, RetentionExceeded
        for a later end than agreed, Misused, Refused.
        """
        async with bounded(timeout):
            return await Ending(self._core, self._standing, self._intake).plan(work_ends, hold)

    async def reopen(self, until: date, *, timeout: float | None = None) -> ProposedChange:
        """Propose that the work goes on until a day, or sign that the other person proposes the same day.

        Only while it is held. Raises EngagementOpen while it is active, RetentionExceeded for a day after the
        agreed end of the hold, Misused for one that has passed.
        """
        async with bounded(timeout):
            await self._keep_up()
            state = self._standing.terms.state_at(self._core.now() + CLOCK_SECONDS)
            if state != "held":
                raise EngagementOpen if state == "active" else EngagementClosed
            until_at = keep_until(until, self._core.now()) or 0
            latest = self._standing.terms.policy.hold_ends_at
            if until_at <= self._core.now():
                raise Misused("The day has passed.")
            if until_at > latest:
                raise RetentionExceeded(instant(latest))
            return await self._agreement.propose_reopening(until_at)

    async def export(
        self,
        path: Path | str,
        *,
        password: str | None = None,
        on_progress: OnProgress | None = None,
        timeout: float | None = None,
    ) -> Exported:
        """Write a copy of everything that I can open here into one file, a ZIP; with `password` it is locked.

        Nobody deletes that copy. The file gets its name once all of it is on disk, and is never written over
        another. Progress counts messages. `left` of what is returned says what could not go in. Raises
        Misused, AgreementMissing, ServerUnavailable, KeeperUnavailable; nothing is left then.
        """
        async with bounded(timeout):
            if not self._item.active:
                raise AgreementMissing
            await self._keep_up()
            exporting = Exporting(self._core, self, self._standing.terms.ends_at)
            total = self._attending.tally().here
            return await exporting.write(Path(path), password, total, on_progress)

    async def why(self, subject: str = "engagement", *, timeout: float | None = None) -> Why:
        """Say why something goes when it does, who decided that, and who can change it.

        `subject` is a message's id, or `engagement`, `notes`, `invitation` or `account`. The answer rests on
        what was signed alone. NotFound, Deleted.
        """
        async with bounded(timeout):
            if not self._item.active:
                kept = self._core.vault.entries.get(f"invitation/{self.id}")
                if kept is None:
                    raise NotFound("There is no such thing here.")
                return why_invitation(parse_invitation(kept.plain)[1], catalogue())
            await self._keep_up()
            whole = {"engagement": why_engagement, "notes": why_notes}.get(subject)
            return whole(self._asker) if whole else await self._why_other(subject)

    async def _why_other(self, subject: str) -> Why:
        terms, words = self._standing.terms, catalogue()
        if subject == "account":
            others = [parse_policy(one.policy).hold_ends_at for one in self._core.vault.engagements]
            return why_account(max(terms.ends_at, *others), self._item.my_role is Role.COACH, words)
        if subject == "invitation":
            raise NotFound("The invitation was accepted; it has gone.")
        seen = await self._find(subject)
        row = await self._intake.one(seen.row_order)
        if not isinstance(row, Taken):
            raise self._attending.deleted(seen.content_id, seen.content_id)
        policy = terms.by_hash(row.opened.content.policy_hash) or terms.policy
        return why_message(self._asker, seen, message_id(seen.content_id), policy)

    @property
    def _asker(self) -> Asker:
        item = self._item
        return Asker(self._standing.terms, item.my_role, item.my_name, item.their_name, catalogue())

    # --- for the account ------------------------------------------------------------------------------------

    async def since(self, order: int) -> AsyncIterator[tuple[int, AsyncMessage | Gone | Bad | None]]:
        """Yield what stands above an order, with its order; None for what is not for showing."""
        async for page in self._intake.after(order):
            read = self._showing.read_marks()
            for result in page:
                shown = self._showing.message(result, read)
                replaced = isinstance(result, Gone) and result.reason == REPLACED
                yield result.order, result if isinstance(result, Gone | Bad) and not replaced else shown

    async def refresh(self) -> None:
        """Follow what has been signed since, and do my own part of it."""
        if not self._item.active:
            return
        try:
            await self._standing.refresh()
            await self._agreement.follow()
            await self._lengthening.settle()
        except NotFound:
            log.info("an engagement has gone")

    @property
    def mailbox_id(self) -> bytes:
        """My mailbox here."""
        return self._intake.mailbox_id


def _newest_first(page: Sequence[Result]) -> list[Taken]:
    """Return what opened of a page, the newest written first: what was sealed again has a later row."""
    taken = [result for result in page if isinstance(result, Taken)]
    return sorted(taken, key=lambda one: one.opened.content.created_at, reverse=True)


def _between(wanted: str) -> tuple[bytes, bytes]:
    """Return the lowest and highest id that begin as typed."""
    typed = wanted.strip().lower()
    if not re.fullmatch(rf"[0-9a-f]{{{LEAST_ID_SIGNS},{ID_SIGNS}}}", typed):
        raise Misused("A message's number has 6 to 32 signs of 0-9 and a-f.")
    low, high = (bytes.fromhex(typed.ljust(ID_SIGNS, fill)) for fill in "0f")
    return low, high


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
