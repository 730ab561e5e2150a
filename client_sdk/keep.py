"""Keep: how long somebody wants a thing kept, as an instant.

Owns the three ways in which a program may say it. Must never round to a later second than was meant, nor
take an instant whose time zone nobody named.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from client_sdk.errors import Misused
from keys.names import DAY_SECONDS

Keep = timedelta | date | datetime | None
"""How long to keep: a length of time, the last day, an aware instant; None: as the agreement says."""


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
