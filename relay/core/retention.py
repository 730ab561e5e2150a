"""Retention: how long each thing of a person stays that no policy dates. Owns those terms, each with its
reason; must never leave a row of a person without an end.

Envelopes, blobs and mailboxes are dated by the policy that both signed (`relay.core.policy`); the rest is
dated here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from keys.names import Role
from relay.core.errors import Malformed
from relay.core.model import DAY_SECONDS

INVITATION_SECONDS: Final = 14 * DAY_SECONDS
DRAFT_SECONDS: Final = 90 * DAY_SECONDS
"""A draft outlives some replaced invitations; without a signature it goes."""
ACCOUNT_SECONDS: Final = 30 * DAY_SECONDS
"""After the last mailbox, so that a last look and an export are possible."""
COACH_SECONDS: Final = 800 * DAY_SECONDS
"""After a coach's last unlock: as long as the fallback reading key of a card may be valid."""
CHALLENGE_SECONDS: Final = 120
CODE_SECONDS: Final = 3600
LONGEST_SECONDS: Final = (2 * 3650 + 800) * DAY_SECONDS
"""No date of anything lies further away: the longest work, the longest hold and an account's own time
after it.
"""


def account_expires_at(role: Role, mailbox_ends: Iterable[int], now: int) -> int:
    """When an account goes: 30 days after its last mailbox; a coach's not before 800 days from now."""
    last = max(mailbox_ends, default=now) + ACCOUNT_SECONDS
    return max(last, now + COACH_SECONDS) if role is Role.COACH else last


def check_date(expires_at: int, now: int, longest_seconds: int = LONGEST_SECONDS) -> int:
    """Return `expires_at` if it lies after `now` and at most `longest_seconds` away. Raises Malformed."""
    if not now < expires_at <= now + longest_seconds:
        raise Malformed("date out of range")
    return expires_at


def day_start(now: int) -> int:
    """The first second of the day of `now`: what is shown of the instant at which something was added."""
    return now - now % DAY_SECONDS
