"""Report dates: the window that a coach signs, and what a client chooses within it.

Owns that arithmetic. Pure. Must never let a client's dates begin before the coach's or end after them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from client_sdk.errors import Misused, RetentionExceeded
from client_sdk.messages import instant
from keys.names import DAY_SECONDS
from keys.release_terms import ReleaseTerms

AHEAD_SECONDS: Final = 31 * DAY_SECONDS
MORNING_HOUR: Final = 9


def window(
    begins: date | datetime | None, until: date | datetime | None, *, latest: int, now: int
) -> tuple[int, int]:
    """Return the dates that a coach signs, not-before (0: at once) and end. `latest`: the end of the hold."""
    not_before = 0 if begins is None else _at(begins)
    ends_at = latest if until is None else _at(until, end=True)
    if ends_at > latest:
        raise RetentionExceeded(instant(latest))
    if ends_at <= now or not_before >= ends_at:
        raise Misused("A release begins before it ends, and ends in the future.")
    return not_before, ends_at


def within(
    signed: ReleaseTerms, begins: datetime | None, until: date | datetime | None, *, latest: int, now: int
) -> ReleaseTerms:
    """Return the terms that a client signs: the coach's, with dates within them. `begins` None: at once, or
    as soon as the coach allows; `until` None: as long as the coach allows.
    """
    not_before = max(_at(begins) if begins is not None else 0, signed.not_before)
    if not_before <= now:
        not_before = signed.not_before  # that has come, or is at once
    ends_at = min(signed.ends_at, latest) if until is None else _at(until, end=True)
    if ends_at > signed.ends_at:
        raise Misused(f"The coach signed until {instant(signed.ends_at):%Y-%m-%d %H:%M} UTC.")
    if ends_at <= max(now, not_before) or not_before > now + AHEAD_SECONDS:
        raise Misused("A release begins within 31 days, before it ends, and ends in the future.")
    return replace(signed, not_before=not_before, ends_at=ends_at)


def tomorrow_morning(now: datetime) -> datetime:
    """Return nine o'clock of the next day in the local time zone, by its offset on that day."""
    day = now.astimezone().date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, MORNING_HOUR).astimezone()


def _at(wanted: date | datetime, *, end: bool = False) -> int:
    """Return an instant: of a day its first second, or, as an end, the first second after it, in UTC."""
    if isinstance(wanted, datetime):
        if wanted.tzinfo is None:
            raise Misused("An instant needs its time zone.")
        return int(wanted.timestamp())
    day = datetime(wanted.year, wanted.month, wanted.day, tzinfo=UTC)
    return int((day + timedelta(days=1) if end else day).timestamp())
