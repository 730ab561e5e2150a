"""One tree of refusals. Owns the codes that callers see; never holds content, addresses or names.

An error is a stable `code`, temporary or permanent, a dull public sentence, and private detail for the log.
`http_api` and `smtp_door` each have one table from code to status (docs/protocol.md, part 13).
"""

from __future__ import annotations


class RelayError(Exception):
    """A refusal. `temporary` says whether the same request may succeed later without a change."""

    code = "internal"
    public = "Something went wrong here."
    temporary = False

    def __init__(self, private: str = "", **facts: int | str) -> None:
        """`private` goes to the log only; `facts` (such as `latest`, `stored`, `retry_after`) are shown to
        the caller.
        """
        super().__init__(private or self.public)
        self.private = private
        self.facts = facts


class Malformed(RelayError):
    code, public = "malformed", "The request is not well formed."


class TooLarge(RelayError):
    code, public = "too-large", "That is larger than this relay takes."


class NotSignedIn(RelayError):
    code, public = "not-signed-in", "Sign in first."


class NotAllowed(RelayError):
    code, public = "not-allowed", "That is not yours to do."


class NotFound(RelayError):
    code, public = "not-found", "There is nothing here."


class InvitationUnknown(NotFound):
    code, public = "invitation-unknown", "This link is not known here."


class TooSlow(RelayError):
    code, public, temporary = "too-slow", "The request took too long to arrive.", True


class UnsupportedType(RelayError):
    code, public = "unsupported-type", "This kind of content is not taken here."


class LoginRefused(RelayError):
    code, public = "login-refused", "That did not open this inbox."


class TooManyRequests(RelayError):
    code, public, temporary = "too-many-requests", "One moment, then try again.", True


class Conflict(RelayError):
    """What is stored differs from what the request builds on. `code` is given by the place that found it."""

    code, public = "conflict", "Something else was stored first."

    def __init__(self, code: str, private: str = "", **facts: int | str) -> None:
        super().__init__(private, **facts)
        self.code = code


class PolicyMissing(RelayError):
    code, public = "policy-missing", "Nothing is kept until both have signed."


class PolicyRefused(RelayError):
    code, public = "policy-refused", "The agreement does not allow that date."


class EngagementClosed(RelayError):
    code, public = "engagement-closed", "This work has ended; new messages are not taken."


class ActRefused(RelayError):
    code, public = "act-refused", "That needs other signatures."


class Gone(RelayError):
    """An invitation that was there: `code` says used, expired, withdrawn or declined."""

    code, public = "gone", "This is no longer here."

    def __init__(self, code: str, private: str = "", **facts: int | str) -> None:
        super().__init__(private, **facts)
        self.code = code


class InboxFull(RelayError):
    code, public, temporary = "inbox-full", "This inbox is full.", True


class WorkAddressRefused(RelayError):
    code, public = (
        "work-address-refused",
        "That looks like a work address. Mail there belongs to the employer.",
    )


class AddressRefused(RelayError):
    code, public = "address-refused", "That address takes no mail."


class CodeRefused(RelayError):
    code, public = "code-refused", "That code does not fit, or is too old."


class DigitsRefused(RelayError):
    code, public = "digits-refused", "Those digits do not open this page."


class NothingHere(RelayError):
    """The one answer for whatever a sponsor is not to see, so that none can be told from another."""

    code, public = "nothing-here", "There is no report here at present."


class KeeperAway(RelayError):
    code, public, temporary = "keeper-away", "Messages cannot be opened this minute. Nothing is lost.", True


class Busy(RelayError):
    code, public, temporary = "busy", "The relay is busy. Try again.", True
