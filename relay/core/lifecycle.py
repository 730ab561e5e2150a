"""The states of an engagement, as a table. Owns which step leads where; an illegal step raises and changes
nothing.
"""

from __future__ import annotations

from relay.core.errors import Conflict
from relay.core.model import State

STEPS: dict[tuple[State, str], State] = {
    (State.DRAFT, "accept"): State.ACTIVE,
    (State.DRAFT, "withdraw"): State.WITHDRAWN,
    (State.ACTIVE, "close"): State.HELD,
    (State.HELD, "reopen"): State.ACTIVE,
    (State.HELD, "end"): State.GONE,
    (State.ACTIVE, "end"): State.GONE,
}


def after(state: State, step: str) -> State:
    """The state that `step` leads to. Raises Conflict `step-refused` for a step that the table does not
    have.
    """
    try:
        return STEPS[state, step]
    except KeyError:
        raise Conflict("step-refused", f"{step} in {state}") from None


def takes_messages(state: State) -> bool:
    """Whether new messages may be deposited: while active only."""
    return state is State.ACTIVE
