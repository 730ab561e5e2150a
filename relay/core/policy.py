"""Policy: which agreement is in force in an engagement, what it allows, and in which state that leaves
the work.

Owns `Standing`, the facts of one engagement that every decision about its mailboxes needs, drawn from its
signed policies and acts. Must never let a date pass that both did not sign. (docs/protocol.md, part 12.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from keys.acts import OF_REOPENING, Act, ActKind, parse_act
from keys.names import TAG_BYTES, Role
from keys.policy import Policy, parse_policy, policy_hash
from keys.statement import parse_statement
from keys.terms import CHANGES_TERMS, InForce, Phase, in_force
from relay.core.errors import PolicyMissing, PolicyRefused
from relay.core.lifecycle import after
from relay.core.model import PARTIES, Engagement, State

_NAMES_CLIENT: Final = frozenset({ActKind.POLICY, ActKind.REOPEN_MAILBOX})
_CHANGES_EXTENSION: Final = frozenset({ActKind.SHORTEN, ActKind.EXTEND})


@dataclass(frozen=True, slots=True)
class Place:
    """A mailbox's place in its engagement."""

    role: Role
    account_id: bytes


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an engagement stands. `places` is by mailbox id, `roles` by account id.

    `terms` are what both have signed, None of a draft. `ends_at` is the first second at which nothing of
    the engagement is there: the end of the hold in force, which the stored `expires_at` follows, or the
    earlier of both. `extended` has, by side, the date of each envelope of class 5 that both have agreed to
    and that no later act has shortened; `newest_act` is the number of the last one that was looked at.
    `reopened` says that the client is one whose lost mailbox the coach reopened.
    """

    engagement_id: bytes
    stored_state: State
    places: Mapping[bytes, Place]
    roles: Mapping[bytes, Role]
    terms: InForce | None
    policy_tag: bytes
    ends_at: int
    expires_at: int
    known_tags: frozenset[bytes]
    extended: Mapping[tuple[Role, bytes], int]
    newest_act: int
    reopened: bool = False

    def role_of(self, account_id: bytes) -> Role | None:
        """The side of the engagement that an account is on; None for a stranger."""
        return self.roles.get(account_id)

    def state_at(self, now: int) -> State:
        """The state at an instant: an active engagement is held from the end of the work on, and gone
        after the hold.
        """
        if self.stored_state is not State.ACTIVE or self.terms is None:
            return self.stored_state
        if now >= self.ends_at:
            return after(State.ACTIVE, "end")
        held = self.terms.phase_at(now) is Phase.HELD
        return after(State.ACTIVE, "work ends") if held else State.ACTIVE

    def latest(self, now: int) -> int:
        """The latest date that something made now may have. Raises PolicyMissing before both have signed."""
        if self.terms is None:
            raise PolicyMissing
        return self.terms.latest(now)


def standing_of(engagement: Engagement) -> Standing:
    """Draw the facts from what is stored, which was verified when it was stored."""
    roles = {member.account_id: member.role for member in engagement.members}
    places = {
        member.mailbox_id: Place(member.role, member.account_id) for member in engagement.members
    } | _notes_place(engagement)
    terms = terms_of(engagement)
    ends_at = terms.ends_at if terms else engagement.expires_at
    return Standing(
        engagement_id=engagement.engagement_id,
        stored_state=engagement.state,
        places=places,
        roles=roles,
        terms=terms,
        policy_tag=terms.policy.tag if terms else b"",
        ends_at=min(ends_at, engagement.expires_at),
        expires_at=engagement.expires_at,
        known_tags=frozenset(policy_hash(frame)[:TAG_BYTES] for frame in engagement.policies),
        extended=_extended(engagement),
        newest_act=len(engagement.acts),
        reopened=_is_reopened(engagement),
    )


def check_date(standing: Standing, expires_at: int, now: int) -> None:
    """Refuse a date that the policy in force does not allow now: PolicyRefused with `latest`."""
    if standing.terms is None:
        raise PolicyMissing
    if not standing.terms.allows(expires_at, now):
        raise PolicyRefused(latest=standing.terms.latest(now))


def shortened_sides(act: Act, policy: Policy, roles: Mapping[bytes, Role]) -> tuple[Role, ...]:
    """Whose mailboxes an act of kind 2 brings forward: both sides', or, where the policy denies recall and
    one alone signed, the signer's. `roles` is by fingerprint.
    """
    if policy.author_may_recall or len(act.signatures) == len(PARTIES):
        return PARTIES
    return tuple(roles[fp] for fp in act.signatures if fp in roles)


def refused_domains(engagements: Iterable[Engagement]) -> frozenset[str]:
    """The domains that the newest policies of these engagements name as an employer's."""
    newest = (parse_policy(engagement.policies[-1]) for engagement in engagements if engagement.policies)
    return frozenset(domain for policy in newest for domain in policy.refused_domains)


def _notes_place(engagement: Engagement) -> dict[bytes, Place]:
    coach = next((member for member in engagement.members if member.role is Role.COACH), None)
    if coach is None:
        return {}
    return {engagement.notes_mailbox_id: Place(Role.NOTES, coach.account_id)}


def terms_of(engagement: Engagement) -> InForce | None:
    """What both have signed, as it stands; None of a draft. Only the acts that change it are parsed: a long
    work has thousands of others.
    """
    policies = [parse_policy(frame) for frame in engagement.policies]
    return in_force(policies, (parse_act(raw).core for raw in engagement.acts if raw[1] in CHANGES_TERMS))


def _extended(engagement: Engagement) -> dict[tuple[Role, bytes], int]:
    if not any(raw[1] == ActKind.EXTEND for raw in engagement.acts):
        return {}
    policies = {policy_hash(frame): parse_policy(frame) for frame in engagement.policies}
    roles = fingerprints(engagement)
    dates: dict[tuple[Role, bytes], int] = {}
    for raw in engagement.acts:
        if raw[1] not in _CHANGES_EXTENSION:
            continue
        act = parse_act(raw)
        if act.core.kind is ActKind.EXTEND:
            dates |= {(side, name): act.core.date for side in PARTIES for name in act.core.envelope_ids}
            continue
        for side in shortened_sides(act, policies[act.core.policy_hash], roles):
            for name in act.core.envelope_ids:
                if act.core.date < dates.get((side, name), 0):
                    del dates[side, name]
    return dates


def _is_reopened(engagement: Engagement) -> bool:
    """Whether an act of kind 8 put the client there and none of kind 9 has ended that."""
    kinds = [raw[1] for raw in engagement.acts if raw[1] in OF_REOPENING]
    return bool(kinds) and 2 * kinds.count(ActKind.REOPEN_MAILBOX) > len(kinds)


def fingerprints(engagement: Engagement) -> dict[bytes, Role]:
    """The parties by fingerprint: that of the beginning, and that of the newest key card; and who was client
    before, by the acts that they became it with.
    """
    found = {member.fp: member.role for member in engagement.members}
    found |= {parse_statement(one.statement).fp: one.role for one in engagement.members}
    joined = (parse_act(raw) for raw in engagement.acts if raw[1] in _NAMES_CLIENT)
    return {fp: Role.CLIENT for act in joined for fp in act.signatures} | found
