"""Refused: mail that the relay refused at its door, as its notice tells it.

Owns the reading of a relay notice about refusals and what each reason means to a person. The notice is signed
by the relay alone, so it is the relay's word. (docs/protocol.md, part 18.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

MOST_ENTRIES: Final = 100
MOST_ADDRESS_SIGNS: Final = 100
MOST_REASON_SIGNS: Final = 64
LATEST_AT: Final = 253_402_300_799
"""The last second of the year 9999."""

REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "sender-unknown": (
        "that address is not registered by you",
        "If it is yours: mailbox sender add ADDRESS",
    ),
    "sender-unproven": (
        "nothing showed that it came from that address",
        "Send it from your provider's own page or program, not through another server.",
    ),
    "work-address-refused": (
        "it came from, or through, a work address",
        "Send it from a personal address; mail at work belongs to the employer.",
    ),
    "automatic": ("a machine had answered by itself", "Nothing needs doing, unless you had waited for it."),
    "list-mail": (
        "it is mail of a list, and nobody forwarded it by hand",
        "Forward what you need by hand, or by a rule: mailbox rule add ADDRESS",
    ),
    "too-large": ("it was too large", "Send the files by `mailbox send`, or from the inbox."),
    "inbox-full": ("this inbox was full", "Deleting something makes room; the other server tries again."),
    "rule-waiting": (
        "its rule is not active yet",
        "Finish it: mailbox rule test ADDRESS",
    ),
    "rule-bearer": (
        "it came to a rule's address, but not through the provider of that rule",
        "Nothing needs doing. If it goes on, take the rule away and make a new one.",
    ),
}
"""By code: what happened, and what its owner may do."""
UNKNOWN: Final = ("for a reason that this program does not know", "A newer version of it may say more.")


@dataclass(frozen=True, slots=True)
class RefusedMail:
    """A mail that was refused at the door. `address` is its author's, masked by the relay, and may be empty;
    `reason` is the relay's code, `at` the minute.
    """

    address: str = field(repr=False)
    reason: str
    at: datetime

    @property
    def sentence(self) -> str:
        """Why it was refused, for a person."""
        return REASONS.get(self.reason, UNKNOWN)[0]

    @property
    def hint(self) -> str:
        """What its owner may do."""
        return REASONS.get(self.reason, UNKNOWN)[1]


def read_refused(shown: Mapping[str, Any]) -> tuple[RefusedMail, ...]:
    """Return what a notice tells of refused mail; what is not written as agreed is left out, because display
    fields must not keep a notice from being shown.
    """
    entries = shown.get("refused")
    if shown.get("about") != "refused" or not isinstance(entries, list):
        return ()
    found = (_entry(one) for one in entries[:MOST_ENTRIES])
    return tuple(one for one in found if one is not None)


def _entry(fields: object) -> RefusedMail | None:
    if not isinstance(fields, dict):
        return None
    address, reason, at = fields.get("address"), fields.get("reason"), fields.get("at")
    if not isinstance(address, str) or not isinstance(reason, str):
        return None
    if not isinstance(at, int) or isinstance(at, bool) or not 0 <= at <= LATEST_AT:
        return None
    if len(address) > MOST_ADDRESS_SIGNS or len(reason) > MOST_REASON_SIGNS:
        return None
    return RefusedMail(address, reason, datetime.fromtimestamp(at, UTC))
