"""Tallying: how a mailbox stands, counted from what was seen of it.

Owns counts, the next to go, and when a person is reminded of what is unread. Pure. Must never count what is
not a message for people.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from client_sdk.state_mailboxes import MINE, SHOWN, Seen
from keys.content import ContentKind
from keys.names import DAY_SECONDS

REMINDED_DAYS: Final = (30, 7, 1)
"""How many days before it goes a person is reminded of what is unread."""


@dataclass(frozen=True, slots=True)
class Next:
    """What goes together next: an instant (0: nothing goes) and how much goes then."""

    at: int
    messages: int
    files: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How a mailbox stands: messages and files that are here, those not yet read, and the next to go; of
    the unread ones the first to go within 30 days (0: none) and how many go with it, and how many are
    notices of the relay.
    """

    here: int
    files: int
    unread: int
    next: Next
    unread_goes_at: int
    unread_going: int
    notices: int


@dataclass(frozen=True, slots=True)
class ReadMarks:
    """What has been read: up to an order, and singly above it; `again` was marked unread after that."""

    order: int
    above: Collection[int]
    again: Collection[int]

    @property
    def all_read_to(self) -> int:
        """The order below which nothing is unread."""
        return min((self.order, *(one - 1 for one in self.again)))

    def unread(self, order: int, *, was_read: bool = False) -> bool:
        """Whether a row has not been read. `was_read`: of a later copy, that the one before it was."""
        return order in self.again or not (was_read or order <= self.order or order in self.above)


def tally(seen: Sequence[Seen], now: int, is_unread: Callable[[Seen], bool]) -> Tally:
    """Count a mailbox's messages for people."""
    here = [one for one in seen if one.flags & SHOWN and one.expires_at > now]
    unread = [one for one in here if is_unread(one)]
    soon = [one.expires_at for one in unread if one.expires_at <= now + REMINDED_DAYS[0] * DAY_SECONDS]
    first = min(soon, default=0)
    return Tally(
        here=len(here),
        files=sum(one.files for one in here),
        unread=len(unread),
        next=_next(here),
        unread_goes_at=first,
        unread_going=soon.count(first),
        notices=sum(one.kind == ContentKind.NOTICE for one in unread),
    )


def _next(here: Sequence[Seen]) -> Next:
    at = min((one.expires_at for one in here), default=0)
    going = [one for one in here if one.expires_at == at]
    return Next(at, len(going), sum(one.files for one in going))


def unread_by(marks: ReadMarks) -> Callable[[Seen], bool]:
    """Return whether a content counts as unread, given what was read."""

    def is_unread(one: Seen) -> bool:
        return not one.flags & MINE and marks.unread(one.row_order, was_read=one.is_read)

    return is_unread


def to_remind(unread: Sequence[Seen], now: int) -> list[tuple[Seen, int]]:
    """Return what a person is to be reminded of now, each with the number of days that it is reminded for.

    A message is reminded of once for each number of days, and only for those that it had when it was written.
    """
    found = []
    for one in unread:
        days = min((days for days in REMINDED_DAYS if one.expires_at <= now + days * DAY_SECONDS), default=0)
        had_them = one.created_at <= one.expires_at - days * DAY_SECONDS
        if days and had_them and now < one.expires_at and not 0 < one.reminded <= days:
            found.append((one, days))
    return found
