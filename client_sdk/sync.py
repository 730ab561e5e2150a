"""Sync: the twins without `await`, with the same names, arguments and results.

Owns one event loop in a thread of its own for each open account; every call is handed to it and waited for.
Adds nothing and decides nothing. Must never let the loop outlive its account. A test compares every signature
with its asynchronous twin.

Longer than other modules, because every public name stands here a second time, typed.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from client_sdk.account import AsyncAccount
from client_sdk.loop import LoopThread, run_once
from client_sdk.sync_agreement import Agreement, ClosePlan
from client_sdk.sync_records import Calls, Notes, Reopening, SpokenCheck
from client_sdk.sync_report import Report

if TYPE_CHECKING:
    from datetime import date, datetime, timedelta
    from pathlib import Path
    from types import TracebackType

    from client_sdk.attachment import Attachment
    from client_sdk.attachments import AsyncReceivedFile, OnProgress
    from client_sdk.changes import ProposedChange
    from client_sdk.engagement import AsyncEngagement, Keep
    from client_sdk.exporting import Exported
    from client_sdk.home import Home
    from client_sdk.mail import AsyncMailMessage, Mail
    from client_sdk.messages import (
        EngagementSummary,
        Event,
        GoneMessage,
        Invitation,
        Message,
        Proposal,
        RecoverySheet,
        Reminder,
        ReplyName,
        Rule,
        Sender,
        Sent,
    )
    from client_sdk.notices import NoticeChannel
    from client_sdk.opening import Connect, Password
    from client_sdk.outbox import Delivery
    from client_sdk.pinning import KeeperView
    from client_sdk.receipts import Receipt
    from client_sdk.showing import AsyncMessage
    from client_sdk.watching import AsyncEvent
    from client_sdk.why import Why
    from keys.receipt_check import FileVerdict

# --- files and mail of a message ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file of a message, not yet fetched."""

    name: str = field(repr=False)
    media_type: str = field(repr=False)
    size_bytes: int
    _file: AsyncReceivedFile = field(repr=False)
    _thread: LoopThread = field(repr=False)

    def save_to(
        self, folder: Path | str, *, on_progress: OnProgress | None = None, timeout: float | None = None
    ) -> Path:
        """Fetch the file into a folder under a safe name, never over another; returns where it is."""
        return self._thread.run(self._file.save_to(folder, on_progress=on_progress, timeout=timeout))

    def read(self, *, on_progress: OnProgress | None = None, timeout: float | None = None) -> bytes:
        """Fetch the file into memory. `TooLarge` above 64 MiB."""
        return self._thread.run(self._file.read(on_progress=on_progress, timeout=timeout))


@dataclass(frozen=True, slots=True)
class MailMessage:
    """A mail that came in by SMTP, not yet fetched; see `AsyncMailMessage`."""

    raw: ReceivedFile
    grade: int
    checks: str = field(repr=False)
    _mail: AsyncMailMessage = field(repr=False)
    _thread: LoopThread = field(repr=False)

    def open(self, *, timeout: float | None = None) -> Mail:
        """Fetch and open the mail. `TooLarge` above 64 MiB: save `raw` instead."""
        return self._thread.run(self._mail.open(timeout=timeout))


if TYPE_CHECKING:
    SyncMessage = Message[ReceivedFile, MailMessage]
    SyncEvent = Event[ReceivedFile, MailMessage]


def _file(one: AsyncReceivedFile, thread: LoopThread) -> ReceivedFile:
    return ReceivedFile(one.name, one.media_type, one.size_bytes, one, thread)


def _mail(one: AsyncMailMessage, thread: LoopThread) -> MailMessage:
    return MailMessage(_file(one.raw, thread), one.grade, one.checks, one, thread)


def _message(one: AsyncMessage, thread: LoopThread) -> SyncMessage:
    mail = one.mail and _mail(one.mail, thread)
    files = tuple(_file(file, thread) for file in one.attachments)
    twin: Any = replace(one, attachments=(), mail=None)  # the same message, but for how its files are fetched
    message: SyncMessage = replace(twin, attachments=files, mail=mail)
    return message


def _event(one: AsyncEvent, thread: LoopThread) -> SyncEvent:
    from client_sdk.messages import Event

    message = _message(one.message, thread) if one.message else None
    return Event(one.kind, one.engagement_id, one.cursor, message, one.reason, one.count, one.at)


# --- engagement ---------------------------------------------------------------------------------------------


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
        keep: Keep = None,
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
            yield _message(one, self._thread)

    def message(self, message_id: str, *, timeout: float | None = None) -> SyncMessage:
        """Return one message by its id, or by the first six signs or more of it."""
        return _message(self._thread.run(self._engagement.message(message_id, timeout=timeout)), self._thread)

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

    def next_mail(self, *, timeout: float | None = None) -> SyncMessage:
        """Wait for the next mail, or the notice of a refused one; see `AsyncEngagement.next_mail`."""
        return _message(self._thread.run(self._engagement.next_mail(timeout=timeout)), self._thread)

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

    def why(self, subject: str = "engagement", *, timeout: float | None = None) -> Why:
        """Say why something goes when it does; see `AsyncEngagement.why`."""
        return self._thread.run(self._engagement.why(subject, timeout=timeout))

    def expire(self, message_id: str, *, timeout: float | None = None) -> None:
        """Delete my own copy of a message, now."""
        self._thread.run(self._engagement.expire(message_id, timeout=timeout))


# --- account ------------------------------------------------------------------------------------------------


class Account:
    """An open account: `AsyncAccount` without `await`. Close it, or use `with`."""

    def __init__(self, account: AsyncAccount, thread: LoopThread) -> None:
        """Not for callers: see `setup`, `accept` and `open`."""
        self._account = account
        self._thread = thread

    def __repr__(self) -> str:
        """Show the relay's host alone."""
        return repr(self._account)

    @classmethod
    def setup(
        cls,
        link: str,
        *,
        home: Home | Path | str | None = None,
        password: Password = None,
        name: str | None = None,
        keepers: Sequence[str] = (),
        keychain: bool = False,
        connect: Connect | None = None,
        timeout: float | None = None,
    ) -> Account:
        """Make a coach's account from the operator's link; see `AsyncAccount.setup`."""
        return cls._begin(
            AsyncAccount.setup(
                link,
                home=home,
                password=password,
                name=name,
                keepers=keepers,
                keychain=keychain,
                connect=connect,
                timeout=timeout,
            )
        )

    @classmethod
    def look(cls, link: str, *, connect: Connect | None = None, timeout: float | None = None) -> Proposal:
        """Look at a coach's invitation; see `AsyncAccount.look`."""
        return run_once(AsyncAccount.look(link, connect=connect, timeout=timeout))

    @classmethod
    def link_of(
        cls, code: str, relay: str, *, connect: Connect | None = None, timeout: float | None = None
    ) -> str:
        """Return the link that a typed code stands for; see `AsyncAccount.link_of`."""
        return run_once(AsyncAccount.link_of(code, relay, connect=connect, timeout=timeout))

    @classmethod
    def reply(
        cls,
        link: str,
        kind: ReplyName,
        text: str = "",
        *,
        connect: Connect | None = None,
        timeout: float | None = None,
    ) -> None:
        """Say something to an invitation without joining; see `AsyncAccount.reply`."""
        run_once(AsyncAccount.reply(link, kind, text, connect=connect, timeout=timeout))

    @classmethod
    def accept(  # noqa: PLR0913 (each choice of a person has a name)
        cls,
        link: str,
        *,
        name: str,
        home: Home | Path | str | None = None,
        password: Password = None,
        login: str | None = None,
        seen: Proposal | None = None,
        keychain: bool = False,
        connect: Connect | None = None,
        timeout: float | None = None,
    ) -> Account:
        """Accept a coach's invitation; see `AsyncAccount.accept`."""
        return cls._begin(
            AsyncAccount.accept(
                link,
                name=name,
                home=home,
                password=password,
                login=login,
                seen=seen,
                keychain=keychain,
                connect=connect,
                timeout=timeout,
            )
        )

    @classmethod
    def open(
        cls,
        account: str | None = None,
        *,
        home: Home | Path | str | None = None,
        password: Password = None,
        sheet: str | None = None,
        keychain: bool = False,
        accept_older_vault: bool = False,
        connect: Connect | None = None,
        timeout: float | None = None,
    ) -> Account:
        """Open an account and send what waits in its outbox; see `AsyncAccount.open`."""
        return cls._begin(
            AsyncAccount.open(
                account,
                home=home,
                password=password,
                sheet=sheet,
                keychain=keychain,
                accept_older_vault=accept_older_vault,
                connect=connect,
                timeout=timeout,
            )
        )

    @classmethod
    def _begin(cls, opening: Coroutine[Any, Any, AsyncAccount]) -> Account:
        thread = LoopThread()
        try:
            return cls(thread.run(opening), thread)
        except BaseException:
            thread.stop()
            raise

    def __enter__(self) -> Account:
        """Use until the end of a block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Keep what other devices need, end the session, close everything. May be called again."""
        if self._thread.alive:
            self._thread.run(self._account.close())
            self._thread.stop()

    def lock(self, *, timeout: float | None = None) -> None:
        """Take this computer's way in away, here and at the relay, and close."""
        self._thread.run(self._account.lock(timeout=timeout))
        self.close()

    @property
    def recovery_sheet(self) -> RecoverySheet | None:
        """The sheet of an account that was just made."""
        return self._account.recovery_sheet

    @property
    def delivered(self) -> tuple[Delivery, ...]:
        """What became of the messages that had waited."""
        return self._account.delivered

    @property
    def login(self) -> str:
        """NAME@HOST, as it is typed to open the account."""
        return self._account.login

    @property
    def origin(self) -> str:
        """The relay's address."""
        return self._account.origin

    @property
    def my_name(self) -> str:
        """What I am called here."""
        return self._account.my_name

    @property
    def cursor(self) -> str:
        """Up to where this computer has taken in its mailboxes; give it to `watch`."""

        async def read() -> str:
            return self._account.cursor

        return self._thread.run(read())

    def keepers(self) -> list[KeeperView]:
        """Return who holds the keys of the days; see `AsyncAccount.keepers`."""
        return self._thread.run(self._account.keepers())

    def engagements(self) -> list[Engagement]:
        """Return all engagements of the account, invited ones too."""
        return [self._twin(one) for one in self._account.engagements()]

    def engagement(self, who: str | None = None) -> Engagement:
        """Return an engagement by the other person's name, a part of it, its handle or its id."""
        return self._twin(self._account.engagement(who))

    def _twin(self, engagement: AsyncEngagement) -> Engagement:
        return Engagement(engagement, self._thread)

    def settle(self, *, timeout: float | None = None) -> list[Engagement]:
        """Take in accepted invitations; returns the engagements that have just become active."""
        return [self._twin(one) for one in self._thread.run(self._account.settle(timeout=timeout))]

    def refresh(self, *, timeout: float | None = None) -> None:
        """Read the vault again: another device may have changed it."""
        self._thread.run(self._account.refresh(timeout=timeout))

    def send_waiting(self, *, timeout: float | None = None) -> list[Delivery]:
        """Send what waits in the outbox; returns what was settled, one way or the other."""
        return self._thread.run(self._account.send_waiting(timeout=timeout))

    def invite(  # noqa: PLR0913 (each fact of an agreement has a name)
        self,
        name: str,
        *,
        welcome: str = "",
        work_ends: date | None = None,
        hold: timedelta | None = None,
        longest_keep: timedelta | None = None,
        recall: bool | None = None,
        refuse: tuple[str, ...] = (),
        sponsor: str | None = None,
        sponsor_sees: str | None = None,
        places: tuple[str, ...] | None = None,
        phones: tuple[str, ...] | None = None,
        read_marks: bool | None = None,
        agreement: str | None = None,
        language: str = "en",
        timeout: float | None = None,
    ) -> Invitation:
        """Invite a client; see `AsyncAccount.invite`."""
        return self._thread.run(
            self._account.invite(
                name,
                welcome=welcome,
                work_ends=work_ends,
                hold=hold,
                longest_keep=longest_keep,
                recall=recall,
                refuse=refuse,
                sponsor=sponsor,
                sponsor_sees=sponsor_sees,
                places=places,
                phones=phones,
                read_marks=read_marks,
                agreement=agreement,
                language=language,
                timeout=timeout,
            )
        )

    def invitation_code(self, who: str | None = None, *, timeout: float | None = None) -> str:
        """Return a code for an open invitation; see `AsyncAccount.invitation_code`."""
        return self._thread.run(self._account.invitation_code(who, timeout=timeout))

    def receipts(self, who: str | None = None, *, timeout: float | None = None) -> list[Receipt]:
        """Return what the relay has signed of taking and removing things; see `AsyncAccount.receipts`."""
        return self._thread.run(self._account.receipts(who, timeout=timeout))

    def receipt_file(self, who: str | None = None, *, timeout: float | None = None) -> bytes:
        """Return the receipts as a file that can be checked anywhere."""
        return self._thread.run(self._account.receipt_file(who, timeout=timeout))

    def check_receipts(self, file: bytes) -> FileVerdict:
        """Check a file of receipts against the keys pinned here."""
        return self._account.check_receipts(file)

    @property
    def log_forked(self) -> bool:
        """Whether this relay has shown two people different records; see `AsyncAccount.log_forked`."""

        async def forked() -> bool:
            return self._account.log_forked

        return self._thread.run(forked())

    def notice(self, *, timeout: float | None = None) -> NoticeChannel:
        """Return how I am told by mail that something waits, and whether that works."""
        return self._thread.run(self._account.notice(timeout=timeout))

    def set_notice(
        self,
        address: str | None = None,
        *,
        phrase: str | None = None,
        subject: str | None = None,
        when: str | None = None,
        hour: int | None = None,
        quiet: tuple[int, int] | None = None,
        warnings: bool | None = None,
        timeout: float | None = None,
    ) -> NoticeChannel:
        """Set how I am told; what is None stays as it is, and hours are by this computer's clock."""
        return self._thread.run(
            self._account.set_notice(
                address,
                phrase=phrase,
                subject=subject,
                when=when,
                hour=hour,
                quiet=quiet,
                warnings=warnings,
                timeout=timeout,
            )
        )

    def confirm_notice(self, code: str, *, timeout: float | None = None) -> NoticeChannel:
        """Confirm the address of notices by the code that came to it."""
        return self._thread.run(self._account.confirm_notice(code, timeout=timeout))

    def test_notice(self, *, timeout: float | None = None) -> NoticeChannel:
        """Have one notice sent now; it counts as any other."""
        return self._thread.run(self._account.test_notice(timeout=timeout))

    def stop_notices(self, *, timeout: float | None = None) -> None:
        """Be told no more: the relay forgets address and words."""
        self._thread.run(self._account.stop_notices(timeout=timeout))

    def add_sender(self, address: str, *, timeout: float | None = None) -> None:
        """Register a personal mail address: a code is sent to it."""
        self._thread.run(self._account.add_sender(address, timeout=timeout))

    def confirm_sender(self, code: str, *, timeout: float | None = None) -> None:
        """Confirm a personal address by the code that came to it."""
        self._thread.run(self._account.confirm_sender(code, timeout=timeout))

    def senders(self, *, timeout: float | None = None) -> list[Sender]:
        """Return my registered addresses, without the addresses."""
        return self._thread.run(self._account.senders(timeout=timeout))

    def remove_sender(self, sender: Sender, *, timeout: float | None = None) -> None:
        """Forget a personal address."""
        self._thread.run(self._account.remove_sender(sender, timeout=timeout))

    def rules(self, *, timeout: float | None = None) -> list[Rule]:
        """Return the rules by which a provider forwards mail into my inboxes."""
        return self._thread.run(self._account.rules(timeout=timeout))

    def test_rule(self, rule: Rule, address: str, *, timeout: float | None = None) -> datetime:
        """Have the relay mail a line through the provider; see `AsyncAccount.test_rule`."""
        return self._thread.run(self._account.test_rule(rule, address, timeout=timeout))

    def active_rule(self, rule: Rule, *, timeout: float | None = None) -> Rule:
        """Wait until a rule is active; see `AsyncAccount.active_rule`."""
        return self._thread.run(self._account.active_rule(rule, timeout=timeout))

    def remove_rule(self, rule: Rule, *, timeout: float | None = None) -> None:
        """End a rule: its address takes nothing from then on."""
        self._thread.run(self._account.remove_rule(rule, timeout=timeout))

    def watch(self, since: str | None = None) -> Iterator[SyncEvent]:
        """Yield what happens, each event once; see `AsyncAccount.watch`."""
        for one in self._thread.each(self._account.watch(since)):
            yield _event(one, self._thread)
