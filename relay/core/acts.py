"""Acts: which signed act an engagement takes next. Owns the rules of docs/protocol.md, part 12, that need
what is stored; `keys.acts` owns the bytes and the signatures. Must never apply an act whose signers its
kind does not name.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from keys.acts import (
    MOST_ACTS,
    OF_REOPENING,
    Act,
    ActCore,
    ActKind,
    check_order,
    parse_act,
    sole_signer,
    verify_act,
    verify_signatures,
)
from keys.errors import BadSignature, Refused
from keys.errors import Malformed as MalformedFormat
from keys.names import Role, fingerprint
from keys.policy import Policy, parse_policy, policy_hash
from keys.statement import parse_statement
from keys.terms import InForce
from relay.core.errors import ActRefused, Conflict, Malformed
from relay.core.lifecycle import allows
from relay.core.model import DAY_SECONDS, PARTIES, Engagement, Step
from relay.core.policy import Standing, fingerprints, shortened_sides, standing_of, terms_of
from relay.core.retention import LONGEST_SECONDS

EARLY_SECONDS: Final = 300
"""How far an act's `issued_at` may lie ahead of the relay's clock."""
NOTICE_SECONDS: Final = 7 * DAY_SECONDS
"""What is left to the other to take a copy, where one alone closes."""
UNDERWAY_SECONDS: Final = 3600
"""How long ago an act that closes may say that it was issued before its notice is too short."""
MOST_ALONE: Final = 4_000
"""Acts that one party may sign alone, so that neither can use up what the other needs to close."""
KEPT_FOR_CLOSING: Final = 100
"""More of them where it is closing: whoever has used up their share can still end it."""
MOST_ACT_BYTES: Final = 4 * 1024 * 1024
"""Of all acts of an engagement that one party signed alone: each view of it brings them all."""
PROPOSED: Final = frozenset({ActKind.EXTEND, ActKind.REOPEN})
"""What is proposed at the relay; a policy is proposed in a sealed content, with its text."""


def next_step(engagement: Engagement, raw: bytes, policy: bytes, now: int) -> Step | None:
    """Judge an act that comes alone, as `judged_step` does; ActRefused for a ticket, which comes with its
    envelope (`relay.core.release`).
    """
    if raw[1:2] == bytes([ActKind.RELEASE]):
        raise ActRefused("a ticket comes with its envelope")
    return judged_step(engagement, raw, policy, now)


def judged_step(engagement: Engagement, raw: bytes, policy: bytes, now: int) -> Step | None:
    """Judge an act; None where it is stored already, byte for byte.

    `policy` is the frame that an act of kind 1 puts in force, empty for the others. Raises Malformed,
    Conflict `act-out-of-order`, ActRefused.
    """
    act = next_act(engagement, raw, now)
    if act is None:
        return None
    if act.core.kind in OF_REOPENING:
        raise ActRefused("who is client changes by a reopening alone")
    coach_public, client_public = identities(engagement)
    try:
        verify_act(act, coach_public=coach_public, client_public=client_public)
    except (BadSignature, Refused) as fault:
        raise ActRefused(fault.code) from None
    _check_room(engagement, raw)
    return _step(engagement, act, raw, policy, now)


def next_act(engagement: Engagement, raw: bytes, now: int) -> Act | None:
    """Read an act that is the engagement's next; None where it is stored already. Its signatures are still to
    be judged. Raises Malformed, Conflict `act-out-of-order`, ActRefused.
    """
    act = _read(engagement, raw)
    if act.core.number <= len(engagement.acts) and engagement.acts[act.core.number - 1] == raw:
        return None
    _check_place(engagement, act.core, now)
    return act


def check_proposal(engagement: Engagement, raw: bytes, role: Role, now: int) -> int:
    """Judge an act that waits for the other's signature, and return its number: of a kind that is proposed
    here, signed by the party of this role alone, and such that it could be taken now. Raises Malformed,
    Conflict `act-out-of-order`, ActRefused.
    """
    act = _read(engagement, raw)
    if act.core.kind not in PROPOSED:
        raise ActRefused("not of a kind that is proposed here")
    _check_place(engagement, act.core, now)
    public = dict(zip(PARTIES, identities(engagement), strict=True))[role]
    _check_signers(act, public)
    _check_step(standing_of(engagement), act, now)
    return act.core.number


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


def _read(engagement: Engagement, raw: bytes) -> Act:
    try:
        act = parse_act(raw)
    except MalformedFormat as fault:
        raise Malformed(detail=str(fault)) from None
    if act.core.engagement_id != engagement.engagement_id:
        raise Malformed("another engagement's act")
    return act


def _check_signers(act: Act, public: bytes) -> None:
    try:
        verify_signatures(act, (public,))
    except BadSignature:
        raise ActRefused("not the signature of who brings it") from None


def _check_place(engagement: Engagement, core: ActCore, now: int) -> None:
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
    if core.issued_at > now + EARLY_SECONDS:
        raise ActRefused("issued in the future")


def _check_room(engagement: Engagement, raw: bytes) -> None:
    """One alone takes no more than their share of the acts. What both sign has the rest."""
    signer = sole_signer(raw)
    if not signer:
        return
    own = [len(one) for one in engagement.acts if sole_signer(one) == signer]
    most = MOST_ALONE + (KEPT_FOR_CLOSING if raw[1] == ActKind.CLOSE else 0)
    if len(own) >= most or sum(own) + len(raw) > MOST_ACT_BYTES:
        raise ActRefused("too many acts by one alone")


def _step(engagement: Engagement, act: Act, raw: bytes, policy: bytes, now: int) -> Step:
    core, standing = act.core, standing_of(engagement)
    current = _check_step(standing, act, now)
    if core.kind is ActKind.POLICY:
        _check_next_policy(current, core, policy, now)
    elif policy:
        raise Malformed("only an act of kind 1 brings a policy")
    ends_at = _ends_at(engagement, raw, policy)
    if core.kind is ActKind.SHORTEN:
        sides = shortened_sides(act, current, fingerprints(engagement))
        return Step(core.number, raw, core.envelope_ids, core.date, sides, ends_at=ends_at)
    withdrawn = core.subject if core.kind is ActKind.WITHDRAW else b""
    return Step(core.number, raw, policy=policy, ends_at=ends_at, withdrawn=withdrawn)


def _ends_at(engagement: Engagement, raw: bytes, policy: bytes) -> int:
    """When all ends once this act is taken."""
    policies = (*engagement.policies, policy) if policy else engagement.policies
    terms = terms_of(replace(engagement, acts=(*engagement.acts, raw), policies=policies))
    return terms.ends_at if terms else engagement.expires_at


def _check_step(standing: Standing, act: Act, now: int) -> Policy:
    """Refuse an act that the state, or a date, does not allow now; the policy in force."""
    core, state = act.core, standing.state_at(now)
    terms = standing.terms
    if not allows(state, core.kind) or terms is None:
        raise ActRefused(f"an act of kind {int(core.kind)} in {state}")
    if core.kind is ActKind.EXTEND and not now < core.date <= terms.ends_at:
        raise ActRefused("nothing outlives the end of the hold")
    if core.kind is ActKind.REOPEN and not now < core.date <= terms.policy.hold_ends_at:
        raise ActRefused("work goes on within the hold that both have signed")
    if core.kind is ActKind.CLOSE:
        _check_closing(terms, act, now)
    return terms.policy


def _check_closing(terms: InForce, act: Act, now: int) -> None:
    """Only forward. Who closes alone leaves the other seven days to take a copy, by the relay's clock too:
    what the act says of its own time is the word of one party.
    """
    core = act.core
    if not core.issued_at <= core.date <= terms.work_ends_at:
        raise ActRefused("closing only brings the end of work forward")
    if core.second_date > terms.ends_at:
        raise ActRefused("closing only brings the end of the hold forward")
    if len(act.signatures) == len(PARTIES) or core.second_date == terms.ends_at:
        return
    if not terms.policy.author_may_recall:
        raise ActRefused("one alone does not bring the end of the hold forward here")
    if core.second_date < max(core.issued_at, now - UNDERWAY_SECONDS) + NOTICE_SECONDS:
        raise ActRefused("less than seven days' notice")


def _check_next_policy(current: Policy, core: ActCore, frame: bytes, now: int) -> None:
    try:
        policy = parse_policy(frame)
    except MalformedFormat as fault:
        raise Malformed(detail=str(fault)) from None
    if policy_hash(frame) != core.subject or policy.engagement_id != current.engagement_id:
        raise Malformed("the act names another policy")
    follows = policy.number == current.number + 1 and policy.previous_hash == current.hash
    if not follows or policy.coach_fp != current.coach_fp:
        raise ActRefused("not the next policy of this engagement")
    if not now < policy.hold_ends_at <= now + LONGEST_SECONDS:
        raise ActRefused("dates out of range")
