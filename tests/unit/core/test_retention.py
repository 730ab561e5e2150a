"""Retention: terms that end, each for its reason."""

from __future__ import annotations

import pytest

from keys.names import Role
from relay.core.errors import Malformed
from relay.core.model import DAY_SECONDS
from relay.core.retention import LONGEST_SECONDS, account_expires_at, check_date, day_start

NOW = 1_800_000_000


def test_accounts_outlive_their_mailboxes_by_thirty_days() -> None:
    """A client's account follows its last mailbox; a coach's lives 800 days at least."""
    ends = (NOW + 10 * DAY_SECONDS, NOW + 5 * DAY_SECONDS)
    assert account_expires_at(Role.CLIENT, ends, NOW) == NOW + 40 * DAY_SECONDS
    assert account_expires_at(Role.CLIENT, (), NOW) == NOW + 30 * DAY_SECONDS
    assert account_expires_at(Role.COACH, ends, NOW) == NOW + 800 * DAY_SECONDS
    late = NOW + 900 * DAY_SECONDS
    assert account_expires_at(Role.COACH, (late,), NOW) == late + 30 * DAY_SECONDS


@pytest.mark.parametrize("date", [NOW, NOW - 1, 0, -5, NOW + LONGEST_SECONDS + 1])
def test_dates_out_of_range_are_malformed(date: int) -> None:
    """A date lies ahead, and not beyond all use."""
    with pytest.raises(Malformed):
        check_date(date, NOW)


def test_dates_in_range_pass() -> None:
    """The next second and the last possible one are dates."""
    assert check_date(NOW + 1, NOW) == NOW + 1
    assert check_date(NOW + LONGEST_SECONDS, NOW) == NOW + LONGEST_SECONDS


def test_a_day_starts_at_midnight() -> None:
    """What is shown of an instant is its day."""
    assert day_start(NOW) % DAY_SECONDS == 0
    assert 0 <= NOW - day_start(NOW) < DAY_SECONDS
