"""Sync engagement: the twin of `AsyncEngagement` without `await`.

Adds nothing and decides nothing, as `client_sdk.sync` of which it is a part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

from client_sdk.loop import LoopThread
from client_sdk.sync_agreement import Agreement, ClosePlan
from client_sdk.sync_records import Calls, Notes, Reopening, SpokenCheck
from client_sdk.sync_report import Report

if TYPE_CHECKING:
    from datetime import date, timedelta
    from pathlib import Path

    from client_sdk.attachment import Attachment
    from client_sdk.attachments import OnProgress
    from client_sdk.changes import ProposedChange
    from client_sdk.copies import CopyTaken
    from client_sdk.engagement import AsyncEngagement
    from client_sdk.exporting import Exported
    from client_sdk.keep import AfterOpening, Keep
    from client_sdk.messages import (
        EngagementSummary,
        GoneMessage,
        Message,
        Reminder,
        Rule,
        Sender,
        Sent,
    )
    from client_sdk.sync_messages import SyncMessage
    from client_sdk.why import Why
from client_sdk.sync_messages import message_twin


class Engagement:
    """One engagement of an open account: `AsyncEngagement` without `await`."""

    def __init__(self, engagement: AsyncEngagement, thread: LoopThread) -> None:
        self._engagement = engagement
        self._thread = thread

    def __repr__(self) -> str:
        """Show the id alone."""
        return repr(self._engagement)

    @property
    def id(self) -> str:
        """Its id, 32 hexadecimal digits."""
        return self._engagement.id

    @property
    def name(self) -> str:
        """The other person's name."""
        return self._engagement.name

    @property
    def my_name(self) -> str:
        """My own name here."""
        return self._engagement.my_name

    @property
    def my_role(self) -> Literal["coach", "client"]:
        """Which side I am."""
        return self._engagement.my_role

    @property
    def handle(self) -> str:
        """The other person's name as it is typed: `maya-okafor`."""
        return self._engagement.handle

    @property
    def active(self) -> bool:
        """Whether both have signed."""
        return self._engagement.active

    @property
    def notes(self) -> Notes:
        """My own notes about the work: a coach's, sealed to nobody else."""
        return Notes(self._engagement.notes, self._thread)

    @property
    def calls(self) -> Calls:
        """The calls that either of us has noted for both."""
        return Calls(self._engagement.calls, self._thread)

    @property
    def spoken_check(self) -> SpokenCheck:
        """Six digits to read to each other on a call: that these are the other person's keys."""
        return SpokenCheck(self._engagement.spoken_check, self._thread)

    @property
    def reopening(self) -> Reopening:
        """Letting a client back who lost every way in, out of the coach's copies."""
        return Reopening(self._engagement.reopening, self._thread)

    @property
    def report(self) -> Report:
        """What both write for the sponsor, and what the client lets out of it."""
        return Report(self._engagement.report, self._thread)

    @property
    def agreement(self) -> Agreement:
        """What both have signed: its words and facts, its history, and how it is changed."""
        return Agreement(self._engagement.agreement, self._thread)

    def send(
        self,
        *,
        subject: str = "",
        text: str = "",
        attach: Sequence[Attachment] = (),
        keep: Keep | AfterOpening = None,
        on_progress: OnProgress | None = None,
        timeout: float | None = None,
    ) -> Sent:
        """Seal a message for both and store it; see `AsyncEngagement.send`."""
        return self._thread.run(
            self._engagement.send(
                subject=subject,
                text=text,
                attach=attach,
                keep=keep,
                on_progress=on_progress,
                timeout=timeout,
            )
        )

    def messages(self, *, unread: bool = False, mark: bool = True) -> Iterator[SyncMessage]:
        """Yield messages, newest first; see `AsyncEngagement.messages`."""
        for one in self._thread.each(self._engagement.messages(unread=unread, mark=mark)):
            yield message_twin(one, self._thread)

    def message(self, message_id: str, *, timeout: float | None = None) -> SyncMessage:
        """Return one message by its id, or by the first six signs or more of it."""
        return message_twin(
            self._thread.run(self._engagement.message(message_id, timeout=timeout)), self._thread
        )

    def mark_read(self, message: Message[Any, Any], *, timeout: float | None = None) -> None:
        """Count a message, and all before it, as read on this computer."""
        self._thread.run(self._engagement.mark_read(message, timeout=timeout))

    def acknowledge(self, message: Message[Any, Any], *, timeout: float | None = None) -> None:
        """Tell the relay that a message was shown to a person."""
        self._thread.run(self._engagement.acknowledge(message, timeout=timeout))

    def gone(self, *, new: bool = False, timeout: float | None = None) -> list[GoneMessage]:
        """Return what has left this inbox, oldest first; with `new` what was not returned so before."""
        return self._thread.run(self._engagement.gone(new=new, timeout=timeout))

    def reminders(self, *, timeout: float | None = None) -> list[Reminder]:
        """Return which unread messages go within 30, 7 or 1 days; each is given once for each of these."""
        return self._thread.run(self._engagement.reminders(timeout=timeout))

    def summary(self, *, timeout: float | None = None) -> EngagementSummary:
        """Return how the engagement stands, after taking in what is new."""
        return self._thread.run(self._engagement.summary(timeout=timeout))

    def address(self, *, timeout: float | None = None) -> str:
        """Return the address at which my inbox here takes mail from my registered personal addresses."""
        return self._thread.run(self._engagement.address(timeout=timeout))

    def confirm_mail(self, message_id: str, *, mine: bool = True, timeout: float | None = None) -> None:
        """Say of a mail with the mark `confirm` whether it was from you; see
        `AsyncEngagement.confirm_mail`.
        """
        self._thread.run(self._engagement.confirm_mail(message_id, mine=mine, timeout=timeout))

    def next_mail(
        self, *, ready: Callable[[], None] | None = None, timeout: float | None = None
    ) -> SyncMessage:
        """Wait for the next mail, or the notice of a refused one; see `AsyncEngagement.next_mail`. `ready` is
        called in another thread.
        """
        found = self._thread.run(self._engagement.next_mail(ready=ready, timeout=timeout))
        return message_twin(found, self._thread)

    def add_rule(self, sender: Sender | None = None, *, timeout: float | None = None) -> Rule:
        """Ask for an address to which a provider may forward; see `AsyncEngagement.add_rule`."""
        return self._thread.run(self._engagement.add_rule(sender, timeout=timeout))

    def recall(self, message_id: str, *, timeout: float | None = None) -> None:
        """Take back a message that I wrote; see `AsyncEngagement.recall`."""
        self._thread.run(self._engagement.recall(message_id, timeout=timeout))

    def shorten(self, message_id: str, keep: Keep, *, timeout: float | None = None) -> bool:
        """Bring the date of a message forward; see `AsyncEngagement.shorten`."""
        return self._thread.run(self._engagement.shorten(message_id, keep, timeout=timeout))

    def extend(
        self, message_ids: Sequence[str], keep: Keep, *, timeout: float | None = None
    ) -> ProposedChange:
        """Propose that messages are kept longer; see `AsyncEngagement.extend`."""
        return self._thread.run(self._engagement.extend(message_ids, keep, timeout=timeout))

    def plan_close(
        self,
        *,
        work_ends: date | None = None,
        hold: timedelta | None = None,
        timeout: float | None = None,
    ) -> ClosePlan:
        """Plan to close: nothing changes before the plan's `confirm`; see `AsyncEngagement.plan_close`."""
        plan = self._thread.run(self._engagement.plan_close(work_ends=work_ends, hold=hold, timeout=timeout))
        return ClosePlan(plan, self._thread)

    def reopen(self, until: date, *, timeout: float | None = None) -> ProposedChange:
        """Propose that the work goes on until a day; see `AsyncEngagement.reopen`."""
        return self._thread.run(self._engagement.reopen(until, timeout=timeout))

    def export(
        self,
        path: Path | str,
        *,
        password: str | None = None,
        on_progress: OnProgress | None = None,
        timeout: float | None = None,
    ) -> Exported:
        """Write a copy of everything that I can open here into one file; see `AsyncEngagement.export`."""
        made = self._engagement.export(path, password=password, on_progress=on_progress, timeout=timeout)
        return self._thread.run(made)

    def copies(self, *, timeout: float | None = None) -> list[CopyTaken]:
        """Return when I took copies, newest first."""
        return self._thread.run(self._engagement.copies(timeout=timeout))

    def why(self, subject: str = "engagement", *, timeout: float | None = None) -> Why:
        """Say why something goes when it does; see `AsyncEngagement.why`."""
        return self._thread.run(self._engagement.why(subject, timeout=timeout))

    def expire(self, message_id: str, *, timeout: float | None = None) -> None:
        """Delete my own copy of a message, now."""
        self._thread.run(self._engagement.expire(message_id, timeout=timeout))
