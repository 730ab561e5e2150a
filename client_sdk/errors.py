"""Errors: one tree for everything that a call can refuse, with what to do next.

Owns the names that callers catch. Every error has `.code` (stable), `.hint` (one sentence: what to do now),
`.request_id` (what an operator can look up, if the relay gave one) and `.retryable` (the same call may
succeed later unchanged). The cause is chained. Must never carry text, names, addresses or keys of people.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar


class RelayError(Exception):
    """Anything that this SDK refuses or could not do."""

    code: ClassVar[str] = "error"
    sentence: ClassVar[str] = "Something went wrong here that was not foreseen."
    hint: str = "Run it again; if it stays, tell whoever runs the relay."
    retryable: bool = False

    def __init__(self, sentence: str = "", *, hint: str = "", request_id: str | None = None) -> None:
        super().__init__(sentence or self.sentence)
        self.hint = hint or self.hint
        self.request_id = request_id


class Locked(RelayError):
    """Nothing here is unlocked: a password, a keychain or a sheet is needed."""

    code = "locked"
    sentence = "This inbox is locked."
    hint = "Unlock it with its password, or run `mailbox unlock`."


class WrongPassword(RelayError):
    """The password, sheet or stored secret did not open this inbox."""

    code = "wrong-password"
    sentence = "That password did not open this inbox."
    hint = "Type it again; the recovery sheet opens the inbox as well."


class NotFound(RelayError):
    """Nothing by that name or number. `nearest` are names of this account that come close, for showing
    only.
    """

    code = "not-found"
    sentence = "There is nothing here by that name."
    hint = "Names and numbers are listed by `mailbox client list` and `mailbox read`."

    def __init__(
        self, sentence: str = "", *, nearest: tuple[str, ...] = (), request_id: str | None = None
    ) -> None:
        super().__init__(sentence, request_id=request_id)
        self.nearest = nearest


class Deleted(NotFound):
    """It was here and is gone, as agreed. `on` is the day it went and `reason` why (due, unread, shortened,
    own-copy, closed), where that is known.
    """

    code = "deleted"
    sentence = "This was deleted, as agreed."
    hint = "Nobody can bring it back."

    def __init__(self, on: date | None = None, reason: str = "") -> None:
        super().__init__()
        self.on = on
        self.reason = reason


class RetentionExceeded(RelayError):
    """The date asked for is later than the agreement allows. `latest` is the last one that it allows (aware,
    UTC).
    """

    code = "policy-refused"
    sentence = "The agreement does not allow keeping it that long."
    hint = "Choose an earlier date; a later one needs both signatures."

    def __init__(self, latest: datetime | None = None, *, request_id: str | None = None) -> None:
        super().__init__(request_id=request_id)
        self.latest = latest


class AgreementMissing(RelayError):
    """Nothing may be kept before both have signed."""

    code = "policy-missing"
    sentence = "Nothing is kept until both have signed."
    hint = "Wait until the invitation has been accepted, then send again."


class EngagementClosed(RelayError):
    """The work has ended; new messages are not taken."""

    code = "engagement-closed"
    sentence = "This work has ended; new messages are not taken."
    hint = "Reading goes on until the agreed date."


class EngagementOpen(RelayError):
    """The work goes on: there is nothing to reopen."""

    code = "engagement-open"
    sentence = "The work goes on; there is nothing to reopen."
    hint = "A later end of the work is a change of the agreement: propose it."


class ProposalOver(RelayError):
    """A proposal that can no longer be answered. `state` is overtaken, expired, declined or agreed."""

    code = "proposal-over"
    sentence = "This proposal is over."
    hint = "Propose it again on what is in force now."

    def __init__(self, state: str) -> None:
        super().__init__(_OVER.get(state, ""))
        self.state = state


_OVER = {
    "overtaken": "Something else was signed since; this proposal is overtaken.",
    "expired": "The date that this proposal names has passed.",
    "declined": "This proposal was declined.",
    "agreed": "This proposal is agreed already.",
}


class ReportNotReady(RelayError):
    """The report cannot be signed or released as it stands. `reason` says why: no-report, no-sponsor,
    not-signed, dropped, changed, stale, calls-not-agreed, nothing-released, only-coach, only-client.
    """

    code = "report-not-ready"
    sentence = "The report is not ready for that."
    hint = "`mailbox report WHO status` says how it stands."

    def __init__(self, reason: str) -> None:
        sentence, hint = _REPORT.get(reason, (self.sentence, ""))
        super().__init__(sentence, hint=hint)
        self.reason = reason


_REPORT = {
    "no-report": ("There is no report yet.", "`mailbox report WHO edit` begins one."),
    "no-sponsor": ("The agreement names no sponsor.", "Propose one: `mailbox agreement WHO propose`."),
    "not-signed": ("The coach has not signed this version.", "Nothing leaves before both have signed."),
    "dropped": ("The coach's signature was for an earlier version.", "The coach signs the new one first."),
    "changed": ("Another version was written meanwhile. Nothing was signed.", "Read that one first."),
    "stale": (
        "This version was written under another agreement or with other keys.",
        "Write it once more: `mailbox report WHO edit`.",
    ),
    "calls-not-agreed": (
        "The agreement does not let the sponsor be told of calls.",
        "Propose it: `mailbox agreement WHO propose --sponsor-calls`, or leave the calls out.",
    ),
    "nothing-released": ("Nothing has been released.", "`mailbox report WHO status` says how it stands."),
    "only-coach": ("Only the coach signs first and gives the link.", ""),
    "only-client": ("Only the client releases, and takes back.", ""),
}
"""Reasons with their sentence and hint."""


class DigitsRefused(RelayError):
    """A sponsor's link is known and these are not its digits."""

    code = "digits-refused"
    sentence = "Those digits do not open this page."
    hint = "Ask the coach who gave you the link. After five wrong tries it waits an hour."


class NothingHere(RelayError):
    """Nothing that a sponsor is to see: whatever the reason, it is this."""

    code = "nothing-here"
    sentence = "There is no report here at present."
    hint = "The link may be opened again at any time."


class ReopeningPending(RelayError):
    """This inbox is being reopened, and the coach has not signed yet."""

    code = "reopening-pending"
    sentence = "Your coach has not let you back in yet."
    hint = "Ring your coach: the spoken check comes next, `mailbox check`."


class MailboxReopened(RelayError):
    """The coach reopened this inbox for other keys. `until` is the end of the time to stop it (UTC)."""

    code = "mailbox-reopened"
    sentence = "Your coach reopened this inbox for a new set-up."
    hint = "If that was not you, stop it: `mailbox reopening stop`; and ring your coach."

    def __init__(self, until: datetime | None = None, *, request_id: str | None = None) -> None:
        super().__init__(request_id=request_id)
        self.until = until


class RecipientKeyChanged(RelayError):
    """The other person's identity key is not the pinned one. `since` is when the new one was issued (aware,
    UTC).
    """

    code = "key-changed"
    sentence = "The other person's key has changed."
    hint = "Ring them and ask before anything more is sent."

    def __init__(self, since: datetime | None = None, *, request_id: str | None = None) -> None:
        super().__init__(request_id=request_id)
        self.since = since


class RecipientKeyStale(RelayError):
    """No reading key of the other person is valid any more."""

    code = "key-stale"
    sentence = "The other person has not opened their inbox for too long to be written to."
    hint = "Ask them to unlock it once."


class WorkAddressRefused(RelayError):
    """An address that belongs to an employer."""

    code = "work-address-refused"
    sentence = "That looks like a work address. Mail there belongs to the employer."
    hint = "Use a personal address."


class TooLarge(RelayError):
    """Larger than is taken. `limit` is in bytes."""

    code = "too-large"
    sentence = "That is larger than this relay takes."
    hint = "Send less at once, or a smaller file."

    def __init__(self, limit: int | None = None, *, request_id: str | None = None) -> None:
        super().__init__(request_id=request_id)
        self.limit = limit


class InboxFull(RelayError):
    """The recipient's or one's own inbox holds all that it may."""

    code = "inbox-full"
    sentence = "This inbox is full."
    hint = "Deleting something or waiting for the next date makes room."
    retryable = True


class RateLimited(RelayError):
    """Too fast. `after` is how many seconds to wait."""

    code = "too-many-requests"
    sentence = "Too many tries; one moment."
    hint = "Wait as long as said, then try again."
    retryable = True

    def __init__(self, after: int = 0, *, request_id: str | None = None) -> None:
        super().__init__(request_id=request_id)
        self.after = after


class PartialDeletion(RelayError):
    """Some of it is gone, some is not confirmed yet. `done` and `left` count the places."""

    code = "partly-deleted"
    sentence = "Part of this is deleted; the rest is not confirmed yet."
    hint = "Run it again later; what is done stays done."
    retryable = True

    def __init__(self, done: int, left: int, *, request_id: str | None = None) -> None:
        super().__init__(request_id=request_id)
        self.done = done
        self.left = left


class ServerUnavailable(RelayError):
    """The relay could not be reached, or did not answer in time."""

    code = "unavailable"
    sentence = "The server isn't answering."
    hint = "Nothing is lost. Try again in a moment."
    retryable = True


class NothingYet(RelayError):
    """What was waited for has not come in the time that was given."""

    code = "nothing-yet"
    sentence = "Nothing has come yet."
    hint = "It may still come; run it again to go on waiting."
    retryable = True


class KeeperUnavailable(ServerUnavailable):
    """The keeper of the dates did not answer, or not validly: nothing can be opened this minute, nothing is
    lost.
    """

    code = "keeper-away"
    sentence = "Messages cannot be opened this minute. Nothing is lost."
    hint = "Try again in a few minutes."


class Incompatible(RelayError):
    """The relay speaks something that this SDK does not."""

    code = "incompatible"
    sentence = "This relay and this program do not understand each other."
    hint = "Update the older of the two."


class InvitationClosed(RelayError):
    """The link cannot be used: `reason` is used, expired, withdrawn, declined or unknown."""

    code = "invitation-closed"
    sentence = "This invitation cannot be used."
    hint = "Ask for a new one."

    def __init__(self, reason: str, *, request_id: str | None = None) -> None:
        super().__init__(f"This invitation is {_REASONS.get(reason, reason)}.", request_id=request_id)
        self.reason = reason


_REASONS = {
    "used": "already used",
    "expired": "too old",
    "withdrawn": "withdrawn",
    "declined": "declined",
    "unknown": "not known here; the link may be mistyped",
}


class NotTrusted(RelayError):
    """What the relay showed does not fit what was signed. `reason` is a local code; nothing is told to the
    relay.
    """

    code = "not-trusted"
    sentence = "What the server showed does not fit what was agreed; it was not used."
    hint = "Ask the other person on the telephone before going on."

    def __init__(self, reason: str) -> None:
        sentence, hint = _SAID.get(reason, (self.sentence, ""))
        super().__init__(f"{sentence} ({reason})", hint=hint)
        self.reason = reason


_SAID = {
    "spoken-check": (
        "Somebody between the two of you changed a number on its way.",
        "Write nothing more here. Ring the other person on a number that you already have.",
    ),
    "vault-rollback": (
        "The server shows your own records as they were before something that this computer has seen.",
        "If its operator says that it was restored: mailbox unlock --accept-older-vault. Else do not go on.",
    ),
}
"""Reasons whose sentence and hint are their own."""


class Conflict(RelayError):
    """Something else was stored first."""

    code = "conflict"
    sentence = "Something else was stored first."
    hint = "Run it again."
    retryable = True


class Refused(RelayError):
    """The relay refuses it by a rule that has no class of its own. `reason` is the relay's code."""

    code = "refused"
    sentence = "This is refused."
    hint = "The relay's documentation lists the code."

    def __init__(self, reason: str, *, hint: str = "", request_id: str | None = None) -> None:
        super().__init__(f"This is refused ({reason}).", hint=hint, request_id=request_id)
        self.reason = reason


class Misused(RelayError, ValueError):
    """An argument is not what the call takes: too long, empty, in the past."""

    code = "misused"
    sentence = "An argument is not what this call takes."
    hint = "See the documentation of the call."
