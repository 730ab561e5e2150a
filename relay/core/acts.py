"""Acts: which signed act an engagement takes next. Owns the rules of docs/protocol.md, part 12, that need
what is stored; `keys.acts` owns the bytes and the signatures. Must never apply an act whose signers its
kind does not name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from keys.acts import (
    MOST_ACTS,
    Act,
    ActCore,
    ActKind,
    check_order,
    parse_act,
    verify_act,
    verify_signatures,
)
from keys.errors import BadSignature, Refused
from keys.errors import Malformed as MalformedFormat
from keys.names import Role, fingerprint
from keys.policy import Policy, parse_policy, policy_hash
from keys.statement import parse_statement
from relay.core.errors import ActRefused, Conflict, Malformed
from relay.core.model import Engagement, State
from relay.core.policy import standing_of
from relay.core.retention import LONGEST_SECONDS

EARLY_SECONDS: Final = 300
"""How far an act's `issued_at` may lie ahead of the relay's clock."""


@dataclass(frozen=True, slots=True)
class Step:
    """What taking an act changes: envelopes brought forward to a date, or a policy put in force."""

    number: int
    shorten: tuple[bytes, ...] = ()
    date: int = 0
    policy: bytes = b""
    ends_at: int = 0


def next_step(engagement: Engagement, raw: bytes, policy: bytes, now: int) -> Step | None:
    """Judge an act; None where it is stored already, byte for byte.

    `policy` is the frame that an act of kind 1 puts in force, empty for the others. Raises Malformed,
    Conflict `act-out-of-order`, ActRefused.
    """
    try:
        act = parse_act(raw)
    except MalformedFormat as fault:
        raise Malformed(detail=str(fault)) from None
    if act.core.engagement_id != engagement.engagement_id:
        raise Malformed("another engagement's act")
    if act.core.number <= len(engagement.acts) and engagement.acts[act.core.number - 1] == raw:
        return None
    _check_place(engagement, act.core)
    coach_public, client_public = identities(engagement)
    try:
        verify_act(act, coach_public=coach_public, client_public=client_public)
    except (BadSignature, Refused) as fault:
        raise ActRefused(fault.code) from None
    if act.core.issued_at > now + EARLY_SECONDS:
        raise ActRefused("issued in the future")
    return _step(engagement, act.core, policy, now)


def identities(engagement: Engagement) -> tuple[bytes, bytes]:
    """The identity keys of coach and client by their newest statements. ActRefused before a client has
    joined.
    """
    publics = {
        member.role: parse_statement(member.statement).card.identity_public for member in engagement.members
    }
    if Role.COACH not in publics or Role.CLIENT not in publics:
        raise ActRefused("nobody has joined yet")
    return publics[Role.COACH], publics[Role.CLIENT]


def check_offer(
    engagement_id: bytes, coach_public: bytes, policy: bytes, raw_act: bytes, now: int
) -> tuple[Policy, ActCore]:
    """Judge what a client's invitation offers: the engagement's first policy, by this coach, with a hold
    that has not passed, and the act that would put it in force, signed by the coach alone. Raises
    Malformed, ActRefused.
    """
    try:
        offered, act = parse_policy(policy), parse_act(raw_act)
    except MalformedFormat as fault:
        raise Malformed(detail=str(fault)) from None
    first = act.core.kind is ActKind.POLICY and act.core.number == 1 and offered.number == 1
    same = offered.engagement_id == act.core.engagement_id == engagement_id
    if not first or not same or act.core.subject != policy_hash(policy):
        raise Malformed("not the first act of this engagement and its policy")
    if offered.coach_fp != fingerprint(coach_public):
        raise ActRefused("another coach's policy")
    if not now < offered.hold_ends_at <= now + LONGEST_SECONDS or act.core.issued_at > now + EARLY_SECONDS:
        raise ActRefused("dates out of range")
    _check_signers(act, coach_public)
    return offered, act.core


def check_acceptance(offered: bytes, raw_act: bytes, coach_public: bytes, client_public: bytes) -> None:
    """Refuse an acceptance whose act is not the offered one with both signatures. Raises Malformed,
    ActRefused.
    """
    try:
        act = parse_act(raw_act)
    except MalformedFormat as fault:
        raise Malformed(detail=str(fault)) from None
    if act.core != parse_act(offered).core:
        raise ActRefused("not the offered act")
    try:
        verify_act(act, coach_public=coach_public, client_public=client_public)
    except (BadSignature, Refused) as fault:
        raise ActRefused(fault.code) from None


def _check_signers(act: Act, public: bytes) -> None:
    try:
        verify_signatures(act, (public,))
    except BadSignature:
        raise ActRefused("not the coach's signature") from None


def _check_place(engagement: Engagement, core: ActCore) -> None:
    if core.number > MOST_ACTS:
        raise ActRefused("too many acts")
    previous = parse_act(engagement.acts[-1]).core if engagement.acts else None
    try:
        check_order(previous, core)
    except Refused:
        raise Conflict("act-out-of-order", next=len(engagement.acts) + 1) from None
    in_force = policy_hash(engagement.policies[-1]) if engagement.policies else b""
    if core.kind is not ActKind.POLICY and core.policy_hash != in_force:
        raise ActRefused("not under the policy in force")


def _step(engagement: Engagement, core: ActCore, policy: bytes, now: int) -> Step:
    standing = standing_of(engagement)
    state = standing.state_at(now)
    if state not in (State.ACTIVE, State.HELD) or standing.policy is None:
        raise ActRefused(f"an act in {state}")
    if core.kind is ActKind.POLICY:
        return _new_policy(standing.policy, core, policy, now)
    if policy:
        raise Malformed("only an act of kind 1 brings a policy")
    if core.kind is ActKind.SHORTEN:
        if core.date <= max(core.issued_at, now) and not standing.policy.author_may_recall:
            raise ActRefused("the policy has no recall")
        return Step(core.number, core.envelope_ids, core.date)
    if core.kind is ActKind.CLOSE and (state is not State.ACTIVE or core.date > standing.work_ends_at):
        raise ActRefused("closing only brings the end of work forward")
    if core.kind is ActKind.REOPEN_MAILBOX:
        raise ActRefused("no lost mailbox is being reopened here")
    if core.kind is ActKind.REOPEN and state is not State.HELD:
        raise ActRefused("what is open cannot be reopened")
    return Step(core.number)


def _new_policy(current: Policy, core: ActCore, frame: bytes, now: int) -> Step:
    try:
        policy = parse_policy(frame)
    except MalformedFormat as fault:
        raise Malformed(detail=str(fault)) from None
    if policy_hash(frame) != core.subject or policy.engagement_id != current.engagement_id:
        raise Malformed("the act names another policy")
    follows = policy.number == current.number + 1 and policy.previous_hash == current.hash
    if not follows or policy.coach_fp != current.coach_fp or policy.hold_ends_at <= now:
        raise ActRefused("not the next policy of this engagement")
    return Step(core.number, policy=frame, ends_at=policy.hold_ends_at)
