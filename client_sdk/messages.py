"""Messages: what a call gives back, as frozen values.

Owns the names and shapes that programs see. Instants are aware datetimes in UTC. A repr shows ids, dates and
sizes, never text, names or keys: values end up in logs and tracebacks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final, Generic, Literal, TypeVar

from client_sdk.refused import RefusedMail

LATEST_INSTANT: Final = 253_402_300_799
"""The last second of the year 9999: a later instant is shown as this one."""

FileT_co = TypeVar("FileT_co", covariant=True)
MailT_co = TypeVar("MailT_co", covariant=True)


def instant(unix_seconds: int) -> datetime:
    """Return Unix seconds as an aware UTC datetime."""
    return datetime.fromtimestamp(min(unix_seconds, LATEST_INSTANT), UTC)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an upload or download is, in bytes; of a copy, in messages."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote something. `checked` is False where nobody vouches for the name: mail that came in by
    SMTP.
    """

    role: Literal["coach", "client", "mail", "relay"]
    name: str = field(repr=False)
    checked: bool = True


@dataclass(frozen=True, slots=True)
class Message(Generic[FileT_co, MailT_co]):
    """A message that passed every check.

    `kept_until` is the first instant at which it is gone, for both. `marks` may hold `missing-before`
    (something that this writer sent before it did not arrive), `gone-before` (as much as is missing has left,
    by the relay's word, before it was opened here), `old-key` (sealed to a key that had been replaced),
    `given-back` (by the coach, with the same date, after this inbox was lost)
    and `no-log-head` (its writer has named a head of the relay's log before, and here none).
    `opened`, of one's own: whether the other has opened it, by the relay's word; None where the agreement
    has no read marks, where it was not asked, and of what others wrote.
    `days_after_opening`: its writer has asked that it goes so many days after the other person has opened it,
    and the agreement lets that be done; `kept_until` is so when it has been.
    `mail` is set where it is mail that came in by SMTP; its text and files are in there. Its marks may be
    `confirm` (its server alone vouches for the sender: say by `confirm_mail` whether it was you) and
    `copied-to-work` (a refused work domain got a copy). `refused` is what a notice of the relay tells of mail
    that it did not take.
    """

    id: str
    engagement_id: str
    order: int
    sender: Person
    mine: bool
    sent_at: datetime
    kept_until: datetime
    subject: str = field(repr=False)
    text: str = field(repr=False)
    attachments: tuple[FileT_co, ...] = field(default=(), repr=False)
    mail: MailT_co | None = field(default=None, repr=False)
    unread: bool = False
    marks: tuple[str, ...] = ()
    refused: tuple[RefusedMail, ...] = ()
    opened: bool | None = None
    days_after_opening: int | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that is stored at the relay; with `waiting` it is sealed in the outbox and goes out later.

    `reason` is the code of what it waits for: `unavailable`, `inbox-full`, `too-many-requests` …
    """

    id: str
    engagement_id: str
    kept_until: datetime
    waiting: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation for a client. The link is a secret: whoever has it can accept."""

    link: str = field(repr=False)
    engagement_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an invitation proposes: who invites whom, and the agreement that accepting signs. `box_hash` tells
    it from any other under the same link.
    """

    coach_name: str = field(repr=False)
    client_name: str = field(repr=False)
    relay_name: str
    welcome: str = field(repr=False)
    agreement: str = field(repr=False)
    expires_at: datetime
    box_hash: bytes = field(default=b"", repr=False)
    reopens: bool = False  # it lets a client back who lost every way in; nothing is signed anew


@dataclass(frozen=True, slots=True)
class RecoverySheet:
    """The six groups that open the account when everything else is lost. Shown once, kept nowhere."""

    login: str
    groups: str = field(repr=False)

    @property
    def text(self) -> str:
        """The sheet as it is printed."""
        return (
            "Recovery sheet\n\n"
            f"  Inbox:   {self.login}\n"
            f"  Numbers: {self.groups}\n\n"
            "Whoever has this sheet can open the inbox. Keep it on paper, in a drawer.\n"
        )


@dataclass(frozen=True, slots=True)
class Event(Generic[FileT_co, MailT_co]):
    """Something that happened, in the order in which it did.

    `message`: a new message. `gone`: one left, `reason` says why (due, unread: due and never read by the
    other person, shortened, own-copy, closed), `at` on which day. `unreadable`: one came that may not be
    shown, `reason` is the local code. `joined`: an invitation was accepted. `replied`: somebody has said
    something to one without joining, `reason` is what (change, no, work-device). `reminder`: `count` unread
    messages go within 30, 7 or 1 days, the first `at`.
    """

    kind: Literal["message", "gone", "unreadable", "joined", "replied", "reminder"]
    engagement_id: str
    cursor: str
    message: Message[FileT_co, MailT_co] | None = None
    reason: str = ""
    count: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class GoneMessage:
    """A message that is gone. `id` is empty where it was never opened here, `on` None where the relay has not
    said; `reason` is due, unread, shortened, own-copy or closed.
    """

    id: str
    engagement_id: str
    reason: str
    on: date | None


@dataclass(frozen=True, slots=True)
class Reminder:
    """Unread messages that go soon: `count` of them within `days`, the first at `going_at`."""

    engagement_id: str
    days: int
    count: int
    going_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposal that waits for a signature, since `since`: mine for the other person's, or theirs for
    mine.
    """

    id: str
    kind: str
    mine: bool
    since: datetime


ReplyName = Literal["change", "no", "work-device"]


@dataclass(frozen=True, slots=True)
class InvitationReply:
    """What somebody has said who was invited and has not joined: `change` with a text, `no`, or `work-device`
    (send a new link to my own). The last two have ended the invitation. Whoever has the link can say it.
    """

    kind: ReplyName
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class EngagementSummary:
    """An engagement at a glance.

    `state` is invited, active, held, gone or withdrawn; `here`, `files` and `unread` count what is here,
    `waiting` messages in the outbox. `hold_ends_at` is when everything is gone. Next to go:
    `next_deletion_at` with `next_messages` and `next_files`; of the unread, `unread_going` at
    `unread_goes_at`, where that is within 30 days. `notices` of the unread are the relay's, of mail that it
    refused. `proposals` wait for a signature. `reply` is what was said to an invitation that waits.
    """

    engagement_id: str
    handle: str = field(repr=False)
    name: str = field(repr=False)
    state: str
    here: int
    unread: int
    waiting: int
    work_ends_at: datetime
    hold_ends_at: datetime
    next_deletion_at: datetime | None
    files: int = 0
    next_messages: int = 0
    next_files: int = 0
    unread_goes_at: datetime | None = None
    unread_going: int = 0
    proposals: tuple[Waiting, ...] = ()
    notices: int = 0
    reply: InvitationReply | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """A personal address of mine from which mail is taken. The relay keeps a keyed hash, so there is no
    address.
    """

    id: str
    state: str
    added_on: datetime


@dataclass(frozen=True, slots=True)
class Rule:
    """A provider's automatic forwarding into one of my inboxes. `address` is what the provider forwards to.

    `state` is waiting (until the provider has forwarded its test) or active; `ends_at` is when the rule ends,
    for one that waits within a day.
    """

    id: str
    engagement_id: str
    sender_id: str
    address: str = field(repr=False)
    state: str
    ends_at: datetime
