"""The states of an engagement, as a table. Owns which step leads where; an illegal step raises and changes
nothing.

Stored are `draft`, `active` and `withdrawn`, and `gone` while certificates are still to be written. That an
active engagement is held, or gone, follows from the signed dates and the clock
(`relay.core.policy.Standing.state_at`), by the same table: so no run of any task has to come first, and no
missed one leaves a door open.
"""

from __future__ import annotations

from typing import Final

from keys.acts import ActKind
from keys.envelope import EnvelopeClass
from relay.core.errors import Conflict
from relay.core.model import State

STEPS: Final[dict[tuple[State, str], State]] = {
    (State.DRAFT, "accept"): State.ACTIVE,  # both have signed the first policy
    (State.DRAFT, "withdraw"): State.WITHDRAWN,
    (State.ACTIVE, "agree"): State.ACTIVE,  # the next policy, whose dates decide from then on
    (State.HELD, "agree"): State.ACTIVE,
    (State.ACTIVE, "close"): State.HELD,  # from the date on that the act names
    (State.HELD, "reopen"): State.ACTIVE,
    (State.ACTIVE, "work ends"): State.HELD,
    (State.ACTIVE, "end"): State.GONE,
    (State.HELD, "end"): State.GONE,
    **{
        (state, step): state
        for state in (State.ACTIVE, State.HELD)
        for step in ("shorten", "extend", "release", "take back", "reopen mailbox", "stop reopening")
    },
}
"""Where each step leads; what is not here cannot be done. (docs/protocol.md, part 12.)"""

STEP_OF: Final = {
    ActKind.POLICY: "agree",
    ActKind.SHORTEN: "shorten",
    ActKind.EXTEND: "extend",
    ActKind.CLOSE: "close",
    ActKind.REOPEN: "reopen",
    ActKind.RELEASE: "release",
    ActKind.WITHDRAW: "take back",
    ActKind.REOPEN_MAILBOX: "reopen mailbox",
    ActKind.STOP_REOPENING: "stop reopening",
}
"""The step that an act takes."""

TAKES: Final = {
    State.ACTIVE: frozenset(
        {
            EnvelopeClass.MESSAGE,
            EnvelopeClass.DOOR,
            EnvelopeClass.NOTICE,
            EnvelopeClass.RESEALED,
            EnvelopeClass.OWN,
        }
    ),
    State.HELD: frozenset({EnvelopeClass.RESEALED, EnvelopeClass.OWN}),
}
"""The classes of envelopes that may come in; none in the other states."""


def after(state: State, step: str) -> State:
    """The state that `step` leads to. Raises Conflict `step-refused` for a step that the table does not
    have.
    """
    try:
        return STEPS[state, step]
    except KeyError:
        raise Conflict("step-refused", f"{step} in {state}") from None


def allows(state: State, kind: ActKind) -> bool:
    """Whether an act of this kind may be taken."""
    return (state, STEP_OF.get(kind, "")) in STEPS


def takes(state: State, envelope_class: int) -> bool:
    """Whether a new envelope of this class may be deposited."""
    return envelope_class in TAKES.get(state, ())
