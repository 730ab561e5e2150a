"""Terms: what an engagement's policies and acts put in force: the end of the work, the end of the hold and
the state at an instant.

Owns the one reading of docs/protocol.md, part 12, that relay, SDK and inbox share. Must never move an end
further away than both signed. Signatures, order and the rules for taking an act are its callers' to check
before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from keys.acts import ActCore, ActKind
from keys.errors import Refused
from keys.policy import LATE_SECONDS, Policy

CHANGES_TERMS: Final = frozenset({ActKind.POLICY, ActKind.CLOSE, ActKind.REOPEN})
"""The kinds that `in_force` looks at: a caller may leave out all others unparsed."""


class Phase(StrEnum):
    """How far a signed engagement is at an instant."""

    ACTIVE = "active"
    HELD = "held"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class InForce:
    """What both have signed, as it stands. `work_ends_at` is the first second at which nothing new is taken,
    `ends_at` the first at which everything is gone; `cuts` holds the end of the hold that each act of kind 1
    or 4 left, with the act's instant, in order.
    """

    policy: Policy
    work_ends_at: int
    ends_at: int
    cuts: tuple[tuple[int, int], ...] = field(default=(), repr=False)

    def phase_at(self, instant: int) -> Phase:
        """Return the state at an instant: gone from the end of the hold, held from the end of the work."""
        if instant >= self.ends_at:
            return Phase.GONE
        return Phase.HELD if instant >= self.work_ends_at else Phase.ACTIVE

    def latest(self, instant: int) -> int:
        """Return the latest `expires_at` of something made at `instant`."""
        return min(self.policy.latest(instant), self.ends_at)

    def default_expires_at(self, instant: int) -> int:
        """Return the `expires_at` of something made at `instant` whose author chose none."""
        return min(self.policy.default_expires_at(instant), self.ends_at)

    def allows(self, expires_at: int, now: int) -> bool:
        """Whether a relay may take something until `expires_at`: 300 seconds of slack, never past the
        hold.
        """
        return now < expires_at <= min(self.policy.latest(now) + LATE_SECONDS, self.ends_at)

    def date_of(self, made_at: int, expires_at: int) -> int:
        """Return when something goes that was made at `made_at` until `expires_at`: what was there when an
        end was brought forward went with it, and a reopening did not bring it back.
        """
        return min([expires_at, self.ends_at, *(end for act_at, end in self.cuts if made_at <= act_at)])


def in_force(policies: Sequence[Policy], acts: Iterable[ActCore]) -> InForce | None:
    """Return what an engagement's acts, in order of number, put in force; None before an act of kind 1.

    `policies` are those that the acts name, in any order. `Refused("policy")` where one is missing, and
    `Refused("order")` for closing or reopening what nobody has signed.
    """
    standing: InForce | None = None
    for act in acts:
        standing = after_act(policies, standing, act)
    return standing


def after_act(policies: Sequence[Policy], before: InForce | None, act: ActCore) -> InForce | None:
    """Return what one further act leaves in force, for whoever judges each act by what stood before it: to
    read all of them anew for each takes minutes where there are thousands. Raises as `in_force`.
    """
    if act.kind is ActKind.POLICY:
        return _agreed(policies, act, before)
    if act.kind not in CHANGES_TERMS:
        return before
    if before is None:
        raise Refused("order")
    return _closed(before, act) if act.kind is ActKind.CLOSE else _reopened(before, act)


def _agreed(policies: Sequence[Policy], act: ActCore, before: InForce | None) -> InForce:
    policy = next((policy for policy in reversed(policies) if policy.hash == act.subject), None)
    if policy is None:
        raise Refused("policy")
    cuts = before.cuts if before else ()
    return InForce(
        policy, policy.work_ends_at, policy.hold_ends_at, (*cuts, (act.issued_at, policy.hold_ends_at))
    )


def _closed(before: InForce, act: ActCore) -> InForce:
    """An end is only ever brought forward by closing."""
    work_ends_at, ends_at = min(before.work_ends_at, act.date), min(before.ends_at, act.second_date)
    return InForce(before.policy, work_ends_at, ends_at, (*before.cuts, (act.issued_at, ends_at)))


def _reopened(before: InForce, act: ActCore) -> InForce:
    """The policy's end of the hold is in force again, and bounds the new end of the work."""
    hold_ends_at = before.policy.hold_ends_at
    return InForce(before.policy, min(act.date, hold_ends_at), hold_ends_at, before.cuts)
