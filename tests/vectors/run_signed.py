"""Runs one vector of what is signed: statements, acts, policies, the comparison in words.

Owns what each operation means in terms of `keys`; README.md says the same for readers in another language.
"""

from __future__ import annotations

from keys import (
    acts,
    policy,
    spoken,
    statement,
)
from tests.vectors.operations import Outputs, operation


@operation("statement.verify_chain")
def _verify_chain(pinned: bytes, later: list[bytes]) -> Outputs:
    first = statement.parse_statement(pinned)
    statement.verify_statement(first)
    newest = statement.verify_chain(first, map(statement.parse_statement, later))
    return {"number": newest.card.number, "hash": newest.hash, "fp": newest.fp}


@operation("statement.choose_reading_key")
def _choose_reading_key(raw: bytes, now: int) -> Outputs:
    chosen = statement.choose_reading_key(statement.parse_statement(raw).card, now)
    return {"epoch": chosen.epoch, "key_id": chosen.key_id}


@operation("statement.blind")
def _blind(identity_seed: bytes, number: int) -> Outputs:
    return {"blind": statement.blind(identity_seed, number)}


@operation("acts.verify_act")
def _verify_act(raw: bytes, coach_public: bytes, client_public: bytes) -> Outputs:
    act = acts.parse_act(raw)
    acts.verify_act(act, coach_public=coach_public, client_public=client_public)
    return {
        "kind": int(act.core.kind),
        "number": act.core.number,
        "date": act.core.date,
        "second_date": act.core.second_date,
        "envelope_ids": act.core.envelope_ids,
        "hash": act.core.hash,
    }


@operation("acts.check_order")
def _check_order(chain: list[bytes]) -> Outputs:
    previous: acts.ActCore | None = None
    for core in (acts.parse_act(raw).core for raw in chain):
        acts.check_order(previous, core)
        previous = core
    return {}


@operation("policy.parse_policy")
def _parse_policy(frame: bytes, instant: int) -> Outputs:
    parsed = policy.parse_policy(frame)
    return {
        "hash": parsed.hash,
        "tag": parsed.tag,
        "hold_ends_at": parsed.hold_ends_at,
        "latest": parsed.latest(instant),
        "default_expires_at": parsed.default_expires_at(instant),
        "author_may_recall": parsed.author_may_recall,
        "read_marks": parsed.read_marks,
        "refused_domains": list(parsed.refused_domains),
        "sponsor_name": parsed.sponsor_name,
    }


@operation("policy.sponsor")
def _sponsor(frame: bytes) -> Outputs:
    parsed = policy.parse_policy(frame)
    if parsed.encode() != frame:
        raise AssertionError("written again it is another policy")
    return {
        "name": parsed.sponsor_name,
        "scope": parsed.sponsor_scope,
        "told_calls": parsed.sponsor_told_calls,
    }


@operation("policy.phones")
def _phones(frame: bytes) -> Outputs:
    parsed = policy.parse_policy(frame)
    if parsed.encode() != frame:
        raise AssertionError("written again it is another policy")
    marks = {"coach": parsed.coach_work_phones, "client": parsed.client_work_phones}
    return {"phones": list(parsed.personal_phones), **marks}


@operation("policy.allows")
def _allows(frame: bytes, expires_at: int, now: int) -> Outputs:
    return {"allowed": policy.parse_policy(frame).allows(expires_at, now)}


@operation("policy.agreement_hash")
def _agreement_hash(salt: bytes, text: str) -> Outputs:
    return {"hash": policy.agreement_hash(salt, text)}


@operation("spoken.commit")
def _commit(coach_public: bytes, client_public: bytes, coach_random: bytes) -> Outputs:
    return {"commitment": spoken.commit(coach_public, client_public, coach_random)}


@operation("spoken.digits")
def _digits(
    coach_public: bytes, client_public: bytes, coach_random: bytes, client_random: bytes, commitment: bytes
) -> Outputs:
    spoken.check_commitment(commitment, coach_public, client_public, coach_random)
    return {"digits": spoken.digits(coach_public, client_public, coach_random, client_random)}


@operation("spoken.parse_result")
def _parse_result(fixed: bytes) -> Outputs:
    result = spoken.parse_result(fixed)
    return {"agreed": result.agreed, "coach_fp": result.coach_fp, "client_fp": result.client_fp}
