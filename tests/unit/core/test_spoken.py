"""The spoken check's steps: in this order alone, each value once."""

from __future__ import annotations

import pytest

from keys.names import Role
from relay.core.errors import Conflict, Malformed
from relay.core.model import SpokenRun
from relay.core.spoken import RUN_SECONDS, answer, begin

NOW = 1_800_000_000
ENGAGEMENT, COMMITMENT, R1, R2 = b"e" * 16, b"c" * 32, b"1" * 32, b"2" * 32


def begun() -> SpokenRun:
    """A run that the coach has begun."""
    return begin(ENGAGEMENT, Role.COACH, COMMITMENT, NOW)


def test_three_steps() -> None:
    """Commitment, the client's number, the coach's; the same again changes nothing."""
    run = begun()
    assert run == SpokenRun(ENGAGEMENT, COMMITMENT, b"", b"", NOW + RUN_SECONDS)
    run = answer(run, Role.CLIENT, COMMITMENT, R2)
    assert (run.client_random, run.coach_random) == (R2, b"")
    assert answer(run, Role.CLIENT, COMMITMENT, R2) == run
    run = answer(run, Role.COACH, COMMITMENT, R1)
    assert (run.client_random, run.coach_random) == (R2, R1)
    assert answer(run, Role.COACH, COMMITMENT, R1) == run
    assert answer(run, Role.CLIENT, COMMITMENT, R2) == run


def test_no_other_order() -> None:
    """The client begins none; nobody answers without a run, in another one, or a second time otherwise; the
    coach's number is not taken before the client's: a value that is shown first could be answered by choice.
    """
    answered = answer(begun(), Role.CLIENT, COMMITMENT, R2)
    whole = answer(answered, Role.COACH, COMMITMENT, R1)
    with pytest.raises(Conflict):
        begin(ENGAGEMENT, Role.CLIENT, COMMITMENT, NOW)
    for run, role, commitment, number in (
        (None, Role.CLIENT, COMMITMENT, R2),
        (begun(), Role.CLIENT, b"d" * 32, R2),
        (begun(), Role.COACH, COMMITMENT, R1),
        (answered, Role.CLIENT, COMMITMENT, R1),
        (whole, Role.CLIENT, COMMITMENT, R1),
        (whole, Role.COACH, COMMITMENT, R2),
    ):
        with pytest.raises(Conflict) as refused:
            answer(run, role, commitment, number)
        assert refused.value.code == "check-out-of-order"


@pytest.mark.parametrize("size", [0, 31, 33])
def test_sizes(size: int) -> None:
    """Every value has 32 bytes."""
    with pytest.raises(Malformed):
        begin(ENGAGEMENT, Role.COACH, bytes(size), NOW)
    with pytest.raises(Malformed):
        answer(begun(), Role.CLIENT, bytes(size), R2)
    with pytest.raises(Malformed):
        answer(begun(), Role.CLIENT, COMMITMENT, bytes(size))
