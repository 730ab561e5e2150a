"""Terms: whatever is signed and in whatever order, no end is moved back by one alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.acts import ActKind
from keys.errors import Refused
from keys.names import DAY_SECONDS
from keys.terms import CHANGES_TERMS, InForce, Phase, after_act, in_force
from tests.vectors.cast import NOW, POLICY
from tests.vectors.make_terms import HOLD, WORK, History

INSTANTS = st.integers(NOW - DAY_SECONDS, HOLD + 400 * DAY_SECONDS)


def _terms(history: History) -> InForce:
    found = in_force(history.policies, history.acts)
    assert found is not None
    return found


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Draw a history of closings, reopenings and policies, with any dates."""
    history = History().agree(NOW, longest_keep_days=draw(st.sampled_from([0, 1, 90])))
    for _ in range(draw(st.integers(0, 8))):
        issued_at = draw(INSTANTS)
        match draw(st.sampled_from(["close", "reopen", "agree"])):
            case "close":
                dates = sorted([draw(INSTANTS), draw(INSTANTS)])
                history.close(issued_at, *dates)
            case "reopen":
                history.reopen(issued_at, draw(INSTANTS))
            case _:
                days = draw(st.integers(-30, 90))
                history.agree(
                    issued_at, work_ends_at=WORK + days * DAY_SECONDS, hold_days=draw(st.integers(0, 60))
                )
    return history


@settings(max_examples=200)
@given(history=histories(), instant=INSTANTS, expires_at=INSTANTS)
def test_no_end_passes_what_both_signed(history: History, instant: int, expires_at: int) -> None:
    """The hold never ends after the newest policy's, the work never after the hold, and nothing is let live
    longer than both.
    """
    terms = _terms(history)
    assert terms.work_ends_at <= terms.ends_at <= history.policies[-1].hold_ends_at
    assert terms.latest(instant) <= terms.ends_at
    assert terms.default_expires_at(instant) <= terms.ends_at
    assert terms.date_of(instant, expires_at) <= min(expires_at, terms.ends_at)
    if terms.allows(expires_at, instant):
        assert instant < expires_at <= terms.ends_at


@settings(max_examples=200)
@given(history=histories(), dates=st.tuples(INSTANTS, INSTANTS), made_at=INSTANTS, expires_at=INSTANTS)
def test_closing_brings_forward_alone(
    history: History, dates: tuple[int, int], made_at: int, expires_at: int
) -> None:
    """The one act of these that one may sign alone never moves an end, or the date of anything, back."""
    before = _terms(history)
    after = _terms(history.close(NOW, min(dates), max(dates)))
    assert after.work_ends_at <= before.work_ends_at
    assert after.ends_at <= before.ends_at
    assert after.date_of(made_at, expires_at) <= before.date_of(made_at, expires_at)


@settings(max_examples=100)
@given(history=histories(), date=INSTANTS, made_at=INSTANTS, expires_at=INSTANTS)
def test_reopening_brings_nothing_back(history: History, date: int, made_at: int, expires_at: int) -> None:
    """What a closing brought forward stays where it is; what is made afterwards has the policy's hold."""
    history.close(NOW, NOW + 1, NOW + 7 * DAY_SECONDS)
    closed = _terms(history)
    reopened = _terms(history.reopen(NOW + 2, date))
    made_before = min(made_at, NOW)
    assert reopened.date_of(made_before, expires_at) <= closed.date_of(made_before, expires_at)
    assert reopened.ends_at == history.policies[-1].hold_ends_at


@given(history=histories(), instant=INSTANTS)
def test_other_acts_change_no_terms(history: History, instant: int) -> None:
    """Leaving out every act of a kind that is not of these gives the same terms."""
    whole = _terms(history)
    ids = (bytes([1]) * 16,)
    history.act(ActKind.SHORTEN, instant, date=instant, envelope_ids=ids)
    history.act(ActKind.EXTEND, instant, date=instant, envelope_ids=ids)
    assert _terms(history) == whole
    kept = [act for act in history.acts if act.kind in CHANGES_TERMS]
    assert in_force(history.policies, kept) == whole


@given(history=histories())
def test_act_by_act_the_terms_are_the_same(history: History) -> None:
    """What one further act leaves is what all acts up to it put in force."""
    standing: InForce | None = None
    for number, act in enumerate(history.acts, 1):
        standing = after_act(history.policies, standing, act)
        assert standing == in_force(history.policies, history.acts[:number])


@pytest.mark.parametrize(
    ("instant", "phase"),
    [(WORK - 1, Phase.ACTIVE), (WORK, Phase.HELD), (HOLD - 1, Phase.HELD), (HOLD, Phase.GONE)],
)
def test_phases_turn_at_their_second(instant: int, phase: Phase) -> None:
    """Held from the first second after the work, gone from the first after the hold."""
    assert _terms(History().agree(NOW)).phase_at(instant) is phase


def test_terms_need_what_both_signed() -> None:
    """Nothing is in force before the first policy, and no policy that the relay withholds or exchanges."""
    assert in_force([], []) is None
    history = History().agree(NOW)
    for policies in ([], [replace(POLICY, hold_days=29)]):
        with pytest.raises(Refused, match="policy"):
            in_force(policies, history.acts)
    history.close(NOW, NOW + 1, HOLD)
    with pytest.raises(Refused, match="order"):
        in_force(history.policies, history.acts[1:])
