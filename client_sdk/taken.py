"""Taken: what became of a row of a mailbox: it opened and may be shown, it has left, or it may not be shown.

Owns these three answers and the words for why something left. Decides none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from client_sdk.frames import Reason
from keys.sealing import Opened


@dataclass(frozen=True, slots=True)
class Taken:
    """A row that opened and passed every check. `gap_after` is the row after which something of its writer is
    missing; None where nothing is. `expires_at` is when it goes by all acts; `given_back` that the coach gave
    it back into an inbox that was reopened.
    """

    order: int
    envelope_id: bytes
    opened: Opened
    flags: int
    gap_after: int | None
    old_key: bool
    expires_at: int
    given_back: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """A row whose envelope has left, on day number `gone_day`; 0 where the relay has not said."""

    order: int
    envelope_id: bytes
    reason: str
    gone_day: int = 0


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that may not be shown."""

    order: int
    code: str


Result = Taken | Gone | Bad


REASONS: Final = {
    Reason.DUE: "due",
    Reason.SHORTENED: "shortened",
    Reason.OWN_COPY: "own-copy",
    Reason.CLOSED: "closed",
    Reason.UNREAD: "unread",
}
