"""Keep: how long somebody wants a thing kept, as an instant.

Owns the ways in which a program may say it. Must never round to a later second than was meant, nor take an
instant whose time zone nobody named.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from client_sdk.errors import Misused
from keys.content import MOST_DAYS_AFTER_OPENING
from keys.names import DAY_SECONDS

Keep = timedelta | date | datetime | None
"""How long to keep: a length of time, the last day, an aware instant; None: as the agreement says."""


@dataclass(frozen=True, slots=True)
class AfterOpening:
    """Keep a message until the other person has opened it and so many whole `days` (1 to 365) have passed; at
    the longest as the agreement says. For new messages alone, and only where both have signed read marks: by
    its date the writer sees on which day it was opened. Misused for other numbers.
    """

    days: int

    def __post_init__(self) -> None:
        """Refuse what no message may carry."""
        if not 1 <= self.days <= MOST_DAYS_AFTER_OPENING:
            raise Misused(f"A message is kept 1 to {MOST_DAYS_AFTER_OPENING} days after it was opened.")


def keep_until(keep: Keep, now: int) -> int | None:
    """Return the first second at which something kept so is gone; None: as the agreement says."""
    if keep is None:
        return None
    if isinstance(keep, timedelta):
        return now + int(keep.total_seconds())
    if isinstance(keep, datetime):
        if keep.tzinfo is None:
            raise Misused("An instant needs its time zone.")
        return int(keep.timestamp())
    return (keep - date(1970, 1, 1)).days * DAY_SECONDS + DAY_SECONDS
