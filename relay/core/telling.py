"""Being told by mail: what a notice says, and when one may go. Owns the channel as it is stored, the words
that a person may choose, quiet hours, ceilings and the days of warnings; sends nothing.

A notice must never carry what people wrote, a name, a count, a number or a link. Every instant is an
argument, and so is the delay that keeps a notice from telling when something came. (docs/protocol.md,
part 18, Being told.)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntFlag
from typing import Final

from relay.core.errors import Malformed
from relay.core.model import DAY_SECONDS

HOUR_SECONDS: Final = 3600
NUMBER_BYTES: Final = 8
LEAST_DELAY_SECONDS: Final = 120
MOST_DELAY_SECONDS: Final = 1200
MOST_IN_AN_HOUR: Final = 2
MOST_IN_A_DAY: Final = 6
FIRST_RETRY_SECONDS: Final = 60
LONGEST_RETRY_SECONDS: Final = 4 * HOUR_SECONDS
MOST_WORDS_CHARACTERS: Final = 60
MOST_ADDRESS_BYTES: Final = 254  # RFC 5321, 4.5.3.1.3: a path of 256 with its brackets
MOST_OFFSET_MINUTES: Final = 14 * 60
TOLD_CLASSES: Final = frozenset({1, 2, 3})
"""Classes of envelopes that a person is told of. A release (4) is the client's own doing and goes to a
sponsor, who is told nothing; a later copy (5) and one's own records (6) are no news.
"""

LINK: Final = re.compile(r"://|@|www\.|[^\W_]\.[^\W\d_]{2,}", re.IGNORECASE)
"""What mail software would make a link."""
_INSTANT_BYTES: Final = 8


class Pending(IntFlag):
    """What a notice that waits is about."""

    ARRIVED = 1
    IN_A_MONTH = 2
    IN_A_WEEK = 4
    IN_A_DAY = 8
    HAPPENED = 16  # to the account itself (part 25)

    @property
    def warnings(self) -> Pending:
        """Those that tell of something unread that goes."""
        return self & ~(Pending.ARRIVED | Pending.HAPPENED)


NOTHING: Final = Pending(0)
WARNED_DAYS: Final = {Pending.IN_A_MONTH: 30, Pending.IN_A_WEEK: 7, Pending.IN_A_DAY: 1}

_ARRIVED: Final = "Something is waiting for you in the usual place.\n"
_GOES: Final = "Something that you have not opened will be deleted {}.\n"
_SPANS: Final = {
    Pending.IN_A_DAY: "in a day or two",
    Pending.IN_A_WEEK: "in about a week",
    Pending.IN_A_MONTH: "in about a month",
}
_END: Final = "This note has no link on purpose. Go there as you always do.\n"
TEST_TEXT: Final = "This is how a note to you looks.\n"


@dataclass(frozen=True, slots=True)
class Words:
    """What rests sealed: where notices go, the subject line, and the phrase by which they are recognised."""

    address: str = field(repr=False)
    subject: str = field(repr=False)
    phrase: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Times:
    """When a person wants to be told: `timing` is at-once, daily or never. Hours are whole, by a clock that
    is `offset_minutes` ahead of UTC; equal quiet hours are none.
    """

    timing: str
    warnings: bool
    hour: int
    quiet_from: int
    quiet_until: int
    offset_minutes: int


@dataclass(frozen=True, slots=True)
class Channel:
    """A person's way of being told, as stored. `number` names it in bounce addresses."""

    account_id: bytes
    number: bytes
    sealed: bytes = field(repr=False)
    state: str  # waiting, confirmed, broken, refused
    times: Times
    code_tag: bytes
    code_expires_at: int
    expires_at: int
    pending: Pending = NOTHING
    arrivals: int = 0  # how often something came; a notice that was read meanwhile is known by it
    due_at: int = 0  # of what is pending
    attempts: int = 0  # that the smarthost refused for now
    sent: bytes = b""  # the instants of the last notices, at most a day old


@dataclass(frozen=True, slots=True)
class Window:
    """Things unread that go after one instant and up to another are warned of."""

    what: Pending
    after: int
    until: int


def check_words(subject: str, phrase: str) -> None:
    """Refuse a subject line or phrase that could break a header, or that mail software would make a link.
    Raises Malformed.
    """
    for words in (subject, phrase):
        if not 1 <= len(words) <= MOST_WORDS_CHARACTERS or not words.isprintable() or words != words.strip():
            raise Malformed("words")
        if LINK.search(words):
            raise Malformed("a link in words")


def check_times(times: Times) -> None:
    """Refuse hours that no clock shows. Raises Malformed."""
    hours = (times.hour, times.quiet_from, times.quiet_until)
    if times.timing not in {"at-once", "daily", "never"} or not all(0 <= hour <= 23 for hour in hours):
        raise Malformed("times")
    if abs(times.offset_minutes) > MOST_OFFSET_MINUTES:
        raise Malformed("offset")


def delay_seconds(drawn: bytes) -> int:
    """The delay of a notice from 8 random bytes: 2 to 20 minutes."""
    span = MOST_DELAY_SECONDS - LEAST_DELAY_SECONDS + 1
    return LEAST_DELAY_SECONDS + int.from_bytes(drawn, "big") % span


def due_at(channel: Channel, about: Pending, now: int, delay: int) -> int:
    """When a notice may go that is pending from now on: after the delay, or at the chosen hour where it is
    daily or a warning alone; within the ceilings, outside quiet hours.
    """
    times = channel.times
    at_hour = Pending.HAPPENED not in about and (times.timing == "daily" or Pending.ARRIVED not in about)
    start = _next_hour(times, times.hour, now) if at_hour else now
    at = max(start + delay, _ceiling(channel.sent))
    return at if not _is_quiet(times, at) else _next_hour(times, times.quiet_until, at) + delay


def held_until(channel: Channel, now: int) -> int:
    """The first instant from `now` on at which a notice that is due may go: hours and ceilings may have
    changed since it was dated, or the relay have been away.
    """
    at = allowed_at(channel, now)
    return _next_hour(channel.times, channel.times.quiet_until, at) if _is_quiet(channel.times, at) else at


def allowed_at(channel: Channel, now: int) -> int:
    """The first instant from `now` on at which the ceilings allow one more; hours apart."""
    return max(now, _ceiling(channel.sent))


def retry_at(attempts: int, now: int) -> int:
    """When to try again after so many refusals for now: a minute later, and twice as long each time."""
    return now + min(FIRST_RETRY_SECONDS << min(attempts - 1, 20), LONGEST_RETRY_SECONDS)


def with_sent(sent: bytes, now: int) -> bytes:
    """The instants to remember once a notice has gone: what no ceiling needs is forgotten."""
    kept = [at for at in _instants(sent) if now - DAY_SECONDS < at <= now]
    return b"".join(at.to_bytes(_INSTANT_BYTES, "big") for at in [*kept, now][-MOST_IN_A_DAY:])


def windows(last_day: int, today: int) -> Sequence[Window]:
    """What is to be warned of on a day, counted from 1970, when it was last done on `last_day`: whatever
    has come within 30, 7 or 1 days of its end since.
    """
    return [
        Window(what, (last_day + 1 + days) * DAY_SECONDS, (today + 1 + days) * DAY_SECONDS)
        for what, days in WARNED_DAYS.items()
    ]


def warned_until(pending: Pending, now: int) -> int:
    """The latest end of what these warnings are about."""
    days = max(days for what, days in WARNED_DAYS.items() if what in pending)
    return now + (days + 1) * DAY_SECONDS


def notice_text(pending: Pending, phrase: str) -> str:
    """A notice, with the phrase last. Of several warnings the soonest counts."""
    soonest = next((span for what, span in _SPANS.items() if what in pending), None)
    said = _ARRIVED if pending & (Pending.ARRIVED | Pending.HAPPENED) else ""
    said += _GOES.format(soonest) if soonest else ""
    return f"{said or TEST_TEXT}{_END}\n{phrase}\n"


def _instants(sent: bytes) -> list[int]:
    return [
        int.from_bytes(sent[start : start + _INSTANT_BYTES], "big")
        for start in range(0, len(sent), _INSTANT_BYTES)
    ]


def _ceiling(sent: bytes) -> int:
    """The first instant at which one more is within both ceilings."""
    instants = _instants(sent)
    in_hour, in_day = instants[-MOST_IN_AN_HOUR:], instants[-MOST_IN_A_DAY:]
    return max(
        in_hour[0] + HOUR_SECONDS if len(in_hour) == MOST_IN_AN_HOUR else 0,
        in_day[0] + DAY_SECONDS if len(in_day) == MOST_IN_A_DAY else 0,
    )


def _is_quiet(times: Times, at: int) -> bool:
    hour = (at + times.offset_minutes * 60) % DAY_SECONDS // HOUR_SECONDS
    if times.quiet_from <= times.quiet_until:
        return times.quiet_from <= hour < times.quiet_until
    return hour >= times.quiet_from or hour < times.quiet_until


def _next_hour(times: Times, hour: int, after: int) -> int:
    """The next instant after `after` at which the person's clock begins that hour."""
    local = after + times.offset_minutes * 60
    begins = local - local % DAY_SECONDS + hour * HOUR_SECONDS
    return begins + (DAY_SECONDS if begins <= local else 0) - times.offset_minutes * 60
