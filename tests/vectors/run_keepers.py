"""Runs one vector of the keeper's wire.

Owns what each operation means in terms of `keys`; README.md says the same for readers in another language.
"""

from __future__ import annotations

from keys import (
    day_keys,
    keeper_wire,
    suite,
)
from tests.vectors.operations import Outputs, operation


@operation("keeper_wire.day")
def _day(seed: bytes, access_public: bytes) -> Outputs:
    return {
        "public": day_keys.day_open_key(seed).public,
        "day_share": day_keys.day_share(seed, access_public),
    }


@operation("keeper_wire.open_day_key")
def _open_day_key(raw: bytes, keeper_id: bytes, keeper_public: bytes) -> Outputs:
    found = day_keys.open_day_key(raw, keeper_id, keeper_public)
    return {"day": found.day, "public": found.public}


@operation("keeper_wire.parse_open_request")
def _parse_open_request(raw: bytes, keeper_id: bytes) -> Outputs:
    request = keeper_wire.parse_open_request(raw, keeper_id)
    return {
        "access_public": request.access_public,
        "asked_at": request.asked_at,
        "header_hashes": [ask.header_hash for ask in request.items],
        "days": list(request.days),
    }


@operation("keeper_wire.open_answer")
def _open_answer(
    raw: bytes, request: bytes, keeper_id: bytes, keeper_public: bytes, reply_seed: bytes
) -> Outputs:
    parsed = keeper_wire.parse_open_request(request, keeper_id)
    reply_key = suite.OpenKey.from_seed(reply_seed)
    answer = keeper_wire.open_answer(raw, parsed, request, keeper_public, reply_key)
    return {
        "grants": [
            {
                "status": int(one.status),
                "share": one.share,
                "revoker_hash": one.revoker_hash,
                "not_before": one.not_before,
                "expires_at": one.expires_at,
            }
            for one in answer.grants
        ],
        "days": [{"status": int(one.status), "share": one.share} for one in answer.days],
    }


@operation("keeper_wire.parse_revoke")
def _parse_revoke(raw: bytes, keeper_id: bytes) -> Outputs:
    found = keeper_wire.parse_revoke(raw, keeper_id)
    return {
        "access_public": found.access_public,
        "header_hash": found.header_hash,
        "refusal_hash": keeper_wire.refusal_hash(found.header_hash, found.lock.record),
    }


@operation("keeper_wire.verify_revoked")
def _verify_revoked(answer: bytes, request: bytes, keeper_public: bytes) -> Outputs:
    keeper_wire.verify_revoked(answer, request, keeper_public)
    return {}
