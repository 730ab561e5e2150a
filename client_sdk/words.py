"""Words: instants, days, sizes and durations as people say them, and as they type them.

Owns the wording shared by agreement and terminal. Pure. English only, as the templates are. Must never show a
date that is later than the instant: what is gone at midnight is kept until the day before.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

from client_sdk.errors import Misused

DAY_SECONDS: Final = 86_400
_DURATION: Final = re.compile(r"(\d{1,6})\s*(d|h|m|s)\Z")
_UNITS: Final = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def day_of_end(end_at: int) -> date:
    """Return the last day of something that is over at `end_at`: midnight belongs to the day before."""
    return date(1970, 1, 1) + timedelta(days=min((end_at - 1) // DAY_SECONDS, 2_932_896))


def in_words(day: date, today: date | None = None) -> str:
    """Return `Sunday 14 March` within a year of `today`, else `Sunday 14 March 2027`."""
    near = today is not None and abs((day - today).days) < 330
    return f"{day:%A} {day.day} {day:%B}" + ("" if near else f" {day.year}")


def instant_in_words(instant: datetime, now: datetime) -> str:
    """Return an instant as a day, with the hour where it is within a week of now and no midnight."""
    if abs((instant - now).total_seconds()) >= 7 * DAY_SECONDS or instant.timestamp() % DAY_SECONDS == 0:
        return in_words(day_of_end(int(instant.timestamp())), now.date())
    clock = f"{instant:%H:%M:%S}" if abs((instant - now).total_seconds()) < 3600 else f"{instant:%H:%M}"
    return f"{in_words(instant.date(), now.date())}, {clock} UTC"


def plural(number: int, noun: str) -> str:
    """Return `1 day`, `2 days`."""
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"


def size_in_words(size_bytes: int) -> str:
    """Return a size to two figures."""
    if size_bytes < 1000:
        return plural(size_bytes, "byte")
    size = float(size_bytes)
    for unit in ("kB", "MB"):
        size /= 1000
        if size < 999.5:
            return f"{size:.1f} {unit}" if size < 10 else f"{size:.0f} {unit}"
    return f"{size / 1000:.1f} GB"


def parse_duration(typed: str) -> timedelta:
    """Read `30d`, `12h`, `2m` (minutes) or `90s`; `Misused` otherwise."""
    match = _DURATION.match(typed.strip().lower())
    if not match or int(match[1]) == 0:
        raise Misused("That is not a length of time.", hint="Write 30d, 12h, 2m (minutes) or 90s.")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def parse_day(typed: str) -> date:
    """Read a date written as 2027-02-28; `Misused` otherwise."""
    try:
        return date.fromisoformat(typed.strip())
    except ValueError as cause:
        raise Misused("That is not a date.", hint="Write it as 2027-02-28.") from cause


def utc_day(unix_seconds: int) -> date:
    """Return the day of an instant."""
    return datetime.fromtimestamp(unix_seconds, UTC).date()
