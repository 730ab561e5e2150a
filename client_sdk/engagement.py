# ruff: noqa: ASYNC109 (the synchronous twin has no other way to bound a call)
"""Engagement: one coaching cycle of one coach and one client, as either of them uses it.

Owns the names by which programs use an engagement, and what has to be true before each is done: that both
have signed, that what is new was taken in. The work is in the modules it calls. Nothing here is stored before
it is sealed, and nothing is shown that did not pass every check. `client_sdk.sync_engagement.Engagement` is
the twin without `await`.

Longer than other modules: each name of an engagement stands here once, with what it means and raises.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, Literal

from client_sdk import protocol, rules
from client_sdk.agreements import AsyncAgreement
from client_sdk.answering import Answering
from client_sdk.attachment import Attachment
from client_sdk.attachments import OnProgress
from client_sdk.attending import Attending
from client_sdk.bounds import awaited, bounded
from client_sdk.calls import AsyncCalls
from client_sdk.changes import ProposedChange
from client_sdk.compose import Draft, check_draft
from client_sdk.copies import CopyTaken, copies_taken, note_copy
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
)
from client_sdk.exporting import Exported, Exporting
from client_sdk.finding import slug
from client_sdk.intake import Intake
from client_sdk.keep import AfterOpening, Keep, keep_until
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
    instant,
)
from client_sdk.notes import AsyncNotes
from client_sdk.once_opened import OnceOpened
from client_sdk.outbox import Outbox
from client_sdk.overview import Overview
from client_sdk.reading import Reading
from client_sdk.reopening import AsyncReopening
from client_sdk.report import AsyncReport
from client_sdk.sending import Sending
from client_sdk.shortening import Shortening
from client_sdk.showing import AsyncMessage, Showing
from client_sdk.spoken import AsyncSpokenCheck
from client_sdk.standing import Standing
from client_sdk.taken import Bad, Gone, Taken
from client_sdk.why import Why
from keys.mailin import Verdict
from keys.names import Role
from keys.vault import EngagementItem

log = logging.getLogger("client_sdk")

CLOCK_SECONDS: Final = 60
"""How far two clocks may be apart when one has just closed and the other reopens; the relay's decides."""


class AsyncEngagement:
    """One engagement of an open account. Get it from `AsyncAccount.engagement`."""

    def __init__(self, core: Core, outbox: Outbox, engagement_id: bytes) -> None:
        self._core = core
        self._standing = Standing(core, engagement_id)
        self._intake = Intake(core, self._standing)
        self._showing = Showing(core, self._standing, self._intake.mailbox_id)
        self._attending = Attending(core, self._intake, self._showing, self._standing)
        once_opened = OnceOpened(core, self._standing, self._intake.mailbox_id)
        self._reading = Reading(
            core, self._intake, self._showing, self._attending, once_opened, self._keep_up
        )
        self._overview = Overview(core, outbox, self._standing, self._attending)
        self._answering = Answering(core, self._standing, self._intake, self._attending, self._reading)
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
        return AsyncCalls(self._core, self._standing, self._intake, self._sending)

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
        keep: Keep | AfterOpening = None,
        on_progress: OnProgress | None = None,
        timeout: float | None = None,
    ) -> Sent:
        """Seal a message for both and store it; returns once the relay has it on disk.

        Where the relay goes away in the middle, the sealed message waits in the outbox and `Sent.waiting` is
        set: do not send it again. `keep` is how long it is kept; `AfterOpening(7)`: until the other person
        has opened it and seven days, at the longest as the agreement says (Refused `no-read-marks` unless
        both have signed those). Raises RetentionExceeded, EngagementClosed, AgreementMissing,
        RecipientKeyChanged, RecipientKeyStale, TooLarge, InboxFull, ServerUnavailable, NotTrusted.
        """
        check_draft(subject, text, [one.label for one in attach])
        days = keep.days if isinstance(keep, AfterOpening) else None
        until = None if isinstance(keep, AfterOpening) else keep_until(keep, self._core.now())
        return await self._sending.send(
            Draft(subject, text, days_after_opening=days),
            attach,
            keep_until=until,
            on_progress=on_progress,
            timeout=timeout,
        )

    # --- reading --------------------------------------------------------------------------------------------

    def messages(self, *, unread: bool = False, mark: bool = True) -> AsyncIterator[AsyncMessage]:
        """Yield messages, newest first, fetching pages as they are needed.

        With `unread` those of the other person that have not been read; when all have been taken they count
        as read. The relay is told which were shown, so that a writer can be told what went unread. With
        `mark` False neither is done. Raises KeeperUnavailable, NotTrusted, ServerUnavailable.
        """
        return self._reading.messages(unread=unread, mark=mark)

    async def mark_read(self, message: Message[Any, Any], *, timeout: float | None = None) -> None:
        """Count a message, and all before it, as read on this computer."""
        async with bounded(timeout):
            await self._attending.read_up_to(message.order)

    async def acknowledge(self, message: Message[Any, Any], *, timeout: float | None = None) -> None:
        """Tell the relay that a message was shown to a person. `messages` and `message` do so by themselves;
        a program that shows what `watch` yields does it here. Never fails for the relay.
        """
        async with bounded(timeout):
            await self._reading.acknowledge(message)

    async def message(self, message_id: str, *, timeout: float | None = None) -> AsyncMessage:
        """Return one message by its id, or by the first six signs or more of it. NotFound, Deleted."""
        async with bounded(timeout):
            return await self._reading.one(message_id)

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
            if not self._item.active:
                return await self._overview.invited()
            try:
                await self._keep_up()
            except NotFound:  # it has gone, and the relay knows it no more
                return self._overview.gone()
            return self._overview.present(await self._agreement.proposals())

    async def address(self, *, timeout: float | None = None) -> str:
        """Return the address at which my inbox here takes mail from my registered personal addresses."""
        async with bounded(timeout):
            facts = await self._core.session.call(protocol.people.account())
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
            seen = await self._reading.find(message_id)
            await self._mailing.judge(seen, Verdict.MINE if mine else Verdict.NOT_MINE)

    async def next_mail(
        self, *, ready: Callable[[], None] | None = None, timeout: float | None = None
    ) -> AsyncMessage:
        """Wait for the next mail that comes in here, or the relay's notice that one was refused.

        `ready` is called once it is known what was there before: what comes from then on is the next.
        NothingYet where `timeout` (seconds) is over first.
        """
        async with awaited(timeout):
            await self._keep_up()
            if ready is not None:
                ready()
            return await self._mailing.next(self._core.state.mailboxes.taken_order(self._intake.mailbox_id))

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
            seen = await self._reading.find(message_id)
            place = await self._standing.current()
            row = await self._intake.one(seen.row_order)
            self._shortening.check_recall(seen, row)
            await self._shortening.take_back(seen, row, place)

    async def shorten(self, message_id: str, keep: Keep, *, timeout: float | None = None) -> bool:
        """Bring the date of a message forward. Either of the two may; nobody can push it back alone.

        Returns whether that holds for both: where the agreement denies recall, one alone shortens their own
        copy alone.
        """
        async with bounded(timeout):
            now = self._core.now()
            until = keep_until(keep, now)
            seen = await self._reading.find(message_id)
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
            found = [await self._reading.find(one) for one in message_ids]
            wanted = {seen.content_id: seen for seen in found}
            await self._standing.refresh()
            ends_at = self._standing.terms.ends_at
            if until is None or until > ends_at:
                raise RetentionExceeded(instant(ends_at))
            return await self._agreement.propose_longer(list(wanted.values()), until)

    async def expire(self, message_id: str, *, timeout: float | None = None) -> None:
        """Delete my own copy of a message, now. The other person's stays until its date."""
        async with bounded(timeout):
            seen = await self._reading.find(message_id)
            expired = await self._core.session.call(
                protocol.envelopes.expire_own(self._intake.mailbox_id, (seen.envelope_id,))
            )
            self._core.state.mailboxes.leave(
                self._intake.mailbox_id, seen.envelope_id, seen.row_order, seen.expires_at
            )
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
            made = await exporting.write(Path(path), password, total, on_progress)
            await note_copy(self._core, self._standing)
            return made

    async def copies(self, *, timeout: float | None = None) -> list[CopyTaken]:
        """Return when I took copies, here or in the web inbox, newest first. Nobody else sees that."""
        async with bounded(timeout):
            if not self._item.active:
                raise AgreementMissing
            await self._keep_up()
            return await copies_taken(self._intake)

    async def why(self, subject: str = "engagement", *, timeout: float | None = None) -> Why:
        """Say why something goes when it does, who decided that, and who can change it.

        `subject` is a message's id, or `engagement`, `notes`, `invitation` or `account`. The answer rests on
        what was signed alone. NotFound, Deleted.
        """
        async with bounded(timeout):
            if not self._item.active:
                return self._answering.invited()
            await self._keep_up()
            return await self._answering.why(subject)

    # --- for the account ------------------------------------------------------------------------------------

    def since(self, order: int) -> AsyncIterator[tuple[int, AsyncMessage | Gone | Bad | None]]:
        """Yield what stands above an order, with its order; None for what is not for showing."""
        return self._reading.since(order)

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
