"""Runs one vector of reopening a mailbox, in terms of `keys`. README.md says the same for readers in another
language.
"""

from __future__ import annotations

from keys import acts, invitation, reopening
from tests.vectors.operations import Outputs, operation


@operation("reopening.open_invitation")
def _open_invitation(secret: bytes, sealed_box: bytes, expires_at: int) -> Outputs:
    found = reopening.open_reopening(invitation.invitation_keys(secret), sealed_box, expires_at)
    offered = found.invitation
    return {
        "engagement_id": offered.engagement_id,
        "policy": offered.policy,
        "act": offered.act,
        "former_fp": found.former.fp,
        "clients": list(found.clients),
        "shown": dict(offered.shown),
    }


@operation("reopening.check_claim")
def _check_claim(
    raw: bytes, engagement_id: bytes, coach_public: bytes, former_fp: bytes, new_public: bytes
) -> Outputs:
    claim = reopening.parse_claim(raw)
    if claim.encode() != raw:
        raise AssertionError("written again it is another claim")
    act = reopening.check_claim(
        claim,
        engagement_id=engagement_id,
        coach_public=coach_public,
        former_fp=former_fp,
        new_public=new_public,
    )
    return {"number": act.core.number, "subject": act.core.subject}


@operation("reopening.follow_clients")
def _follow_clients(coach_public: bytes, publics: list[bytes], chain: list[bytes]) -> Outputs:
    line = reopening.ClientLine.of(coach_public, publics)
    for raw in chain:
        line.take(acts.parse_act(raw))
    return {"line": line.line, "ended": line.ended, "reopened": [core.number for core in line.reopened]}


@operation("reopening.parse_clients")
def _parse_clients(plain: bytes) -> Outputs:
    found = reopening.parse_clients(plain)
    if reopening.encode_clients(found) != plain:
        raise AssertionError("written again it is another item")
    return {"statements": list(found)}
