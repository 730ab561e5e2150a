"""Reopening a lost mailbox: which steps may be taken when. Owns the judgement of a claim and of the acts of
kinds 8 and 9 as the relay can make it; that coach and newcomer have heard the same digits is theirs to know.

Must never let one act of one of the two put a newcomer in the client's place, nor take back the 48 hours in
which the former key may stop it. (docs/protocol.md, part 25.)
"""

from __future__ import annotations

from typing import Final

from keys.acts import OF_REOPENING, Act, ActCore, ActKind, parse_act, verify_act, verify_signatures
from keys.errors import BadSignature, Refused
from keys.errors import Malformed as MalformedFormat
from keys.names import Role
from keys.reopening import STOP_SECONDS, parse_claim
from keys.statement import parse_statement
from relay.core.acts import next_act
from relay.core.errors import ActRefused, Conflict, Malformed
from relay.core.lifecycle import allows
from relay.core.model import Engagement, Member, Reopening, Step, Swap
from relay.core.policy import standing_of

REOPENING_SECONDS: Final = 14 * 86_400
"""How long one that was not taken may stand open."""
MOST_CLAIM_BYTES: Final = 16 * 1024


def is_of_reopening(raw: bytes) -> bool:
    """Whether an act's bytes are of one of the two kinds that are judged here."""
    return raw[1:2] in {bytes([kind]) for kind in OF_REOPENING}


def check_open(engagement: Engagement, now: int) -> None:
    """Refuse a reopening of what nobody has signed, or has ended. ActRefused."""
    if not allows(standing_of(engagement).state_at(now), ActKind.REOPEN_MAILBOX):
        raise ActRefused("not active or held")


def check_claim(engagement: Engagement, reopening: Reopening, raw: bytes, now: int) -> None:
    """Judge what a newcomer claims: an act of kind 8, the next of this engagement, by the newcomer alone.
    Raises Malformed, Conflict, ActRefused.
    """
    if reopening.state not in ("joined", "claimed"):
        raise Conflict("reopening-conflict")
    if len(raw) > MOST_CLAIM_BYTES:
        raise Malformed("claim")
    try:
        claim = parse_claim(raw)
    except MalformedFormat as fault:
        raise Malformed(detail=str(fault)) from None
    act = next_act(engagement, claim.act, now)
    if act is None or act.core.kind is not ActKind.REOPEN_MAILBOX:
        raise ActRefused("not the act of a reopening")
    check_open(engagement, now)
    try:
        verify_signatures(act, (_public(reopening.statement),))
    except BadSignature:
        raise ActRefused("not the newcomer's signature") from None


def next_step(engagement: Engagement, reopening: Reopening | None, raw: bytes, now: int) -> Step | None:
    """Judge an act of kind 8 or 9; None where it is stored. Raises Malformed, Conflict, ActRefused."""
    act = next_act(engagement, raw, now)
    if act is None:
        return None
    check_open(engagement, now)
    if reopening is None:
        raise ActRefused("nothing was reopened")
    swap = _taken(engagement, reopening, act, now)
    return Step(act.core.number, raw, swap=swap)


def _taken(engagement: Engagement, reopening: Reopening, act: Act, now: int) -> Swap:
    coach = _public(member_of(engagement, Role.COACH).statement)
    if act.core.kind is ActKind.REOPEN_MAILBOX:
        if reopening.state != "claimed" or act.core != parse_act(parse_claim(reopening.claim).act).core:
            raise ActRefused("not the act that was claimed")
        _verify(act, coach, _public(reopening.statement))
        return Swap("take", now + STOP_SECONDS, reopening.account_id)
    if reopening.state != "taken":
        raise ActRefused("the time to stop it is over")
    if act.core.subject != _reopened(engagement).hash:
        raise ActRefused("not the act that reopened it")
    _verify(act, coach, _public(reopening.former_statement))
    return Swap("stop", now, reopening.account_id)


def member_of(engagement: Engagement, role: Role) -> Member:
    """The party of that role. ActRefused before there is one."""
    for member in engagement.members:
        if member.role is role:
            return member
    raise ActRefused("nobody has joined yet")


def _reopened(engagement: Engagement) -> ActCore:
    return next(parse_act(raw).core for raw in reversed(engagement.acts) if raw[1] == ActKind.REOPEN_MAILBOX)


def _verify(act: Act, coach_public: bytes, client_public: bytes) -> None:
    try:
        verify_act(act, coach_public=coach_public, client_public=client_public)
    except (BadSignature, Refused) as fault:
        raise ActRefused(fault.code) from None


def _public(statement: bytes) -> bytes:
    return parse_statement(statement).card.identity_public
