"""Policy: which agreement is in force in an engagement, what it allows, and in which state that leaves
the work.

Owns `Standing`, the facts of one engagement that every decision about its mailboxes needs, drawn from its
signed policies and acts. Must never let a date pass that both did not sign. (docs/protocol.md, part 12.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from keys.acts import ActKind, parse_act
from keys.names import Role
from keys.policy import Policy, parse_policy
from relay.core.errors import PolicyMissing, PolicyRefused
from relay.core.model import Engagement, State

_CHANGES_WORK: Final = frozenset({ActKind.CLOSE, ActKind.REOPEN})


@dataclass(frozen=True, slots=True)
class Place:
    """A mailbox's place in its engagement."""

    role: Role
    account_id: bytes


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an engagement stands. `places` is by mailbox id, `roles` by account id.

    `work_ends_at` is the first second at which no new message is taken: the policy's, or an earlier one
    by an act of kind 4 that no act of kind 5 has undone. The end of the hold is the policy's in either
    case: closing early makes nothing go sooner than its own date.
    """

    engagement_id: bytes
    stored_state: State
    places: Mapping[bytes, Place]
    roles: Mapping[bytes, Role]
    policy: Policy | None
    policy_tag: bytes
    work_ends_at: int
    expires_at: int

    def role_of(self, account_id: bytes) -> Role | None:
        """The side of the engagement that an account is on; None for a stranger."""
        return self.roles.get(account_id)

    def state_at(self, now: int) -> State:
        """The state at an instant: an active engagement is held from the end of the work on, and gone
        after the hold.
        """
        if self.stored_state not in (State.ACTIVE, State.HELD) or self.policy is None:
            return self.stored_state
        if now >= self.policy.hold_ends_at:
            return State.GONE
        return State.HELD if now >= self.work_ends_at else self.stored_state

    def latest(self, now: int) -> int:
        """The latest date that something made now may have. Raises PolicyMissing before both have signed."""
        if self.policy is None:
            raise PolicyMissing
        return self.policy.latest(now)


def standing_of(engagement: Engagement) -> Standing:
    """Draw the facts from what is stored, which was verified when it was stored."""
    roles = {member.account_id: member.role for member in engagement.members}
    places = {
        member.mailbox_id: Place(member.role, member.account_id) for member in engagement.members
    } | _notes_place(engagement)
    policy = parse_policy(engagement.policies[-1]) if engagement.policies else None
    return Standing(
        engagement_id=engagement.engagement_id,
        stored_state=engagement.state,
        places=places,
        roles=roles,
        policy=policy,
        policy_tag=policy.tag if policy else b"",
        work_ends_at=_work_ends_at(policy, engagement.acts) if policy else 0,
        expires_at=engagement.expires_at,
    )


def check_date(standing: Standing, expires_at: int, now: int) -> None:
    """Refuse a date that the policy in force does not allow now: PolicyRefused with `latest`."""
    if standing.policy is None:
        raise PolicyMissing
    if not standing.policy.allows(expires_at, now):
        raise PolicyRefused(latest=standing.policy.latest(now))


def refused_domains(engagements: Iterable[Engagement]) -> frozenset[str]:
    """The domains that the newest policies of these engagements name as an employer's."""
    newest = (parse_policy(engagement.policies[-1]) for engagement in engagements if engagement.policies)
    return frozenset(domain for policy in newest for domain in policy.refused_domains)


def _notes_place(engagement: Engagement) -> dict[bytes, Place]:
    coach = next((member for member in engagement.members if member.role is Role.COACH), None)
    if coach is None:
        return {}
    return {engagement.notes_mailbox_id: Place(Role.NOTES, coach.account_id)}


def _work_ends_at(policy: Policy, acts: Iterable[bytes]) -> int:
    closed_at = None
    for raw in acts:
        if raw[1] not in _CHANGES_WORK:  # the kind: the thousand recalls of a long work are not parsed for it
            continue
        core = parse_act(raw).core
        closed_at = min(core.date, closed_at or core.date) if core.kind is ActKind.CLOSE else None
    return policy.work_ends_at if closed_at is None else min(policy.work_ends_at, closed_at)
