"""Terms: what both have signed, followed link by link from what was pinned.

Owns the reading of an engagement's policies and acts and of a person's chain of statements as the relay hands
them over. Pure. Must never believe a policy, an act or a key that the chain from the pin does not carry: a
relay can withhold, and that shows, but it cannot introduce. (docs/protocol.md, parts 4 and 12.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from client_sdk.errors import NotTrusted, RecipientKeyChanged
from keys.acts import ActCore, ActKind, check_order, parse_act, verify_act
from keys.errors import KeysError
from keys.policy import Policy, parse_policy, policy_hash
from keys.statement import Statement, parse_statement, verify_link


@dataclass(frozen=True, slots=True)
class Terms:
    """What is in force in an engagement: policies oldest first, all acts, and dates brought forward."""

    policies: tuple[Policy, ...]
    acts: tuple[ActCore, ...] = field(repr=False)
    shortened: Mapping[bytes, int] = field(default_factory=dict)
    closes_at: int | None = None

    @property
    def policy(self) -> Policy:
        """The newest policy: what is sent now is sent under it."""
        return self.policies[-1]

    @property
    def work_ends_at(self) -> int:
        """The first second at which nothing new is taken."""
        return min(self.policy.work_ends_at, self.closes_at or self.policy.work_ends_at)

    def by_hash(self, hash_of_policy: bytes) -> Policy | None:
        """Return the policy of that hash, if it is or was in force here."""
        return next((policy for policy in self.policies if policy.hash == hash_of_policy), None)

    def by_tag(self, tag: bytes) -> Policy | None:
        """Return the policy that an envelope's tag means, if it is or was in force here."""
        return next((policy for policy in self.policies if policy.tag == tag), None)

    def date_of(self, envelope_id: bytes, expires_at: int) -> int:
        """Return when an envelope goes: its own date, or an earlier one that an act gave it."""
        return min(expires_at, self.shortened.get(envelope_id, expires_at))


def read_terms(
    engagement_id: bytes,
    frames: Sequence[bytes],
    raw_acts: Sequence[bytes],
    *,
    pinned_act: bytes,
    coach_public: bytes,
    client_public: bytes,
) -> Terms:
    """Verify all acts of an engagement in order and return what they put in force.

    `pinned_act` is the first act, as this side signed it. `NotTrusted` for anything that does not follow.
    """
    try:
        cores = _read_cores(engagement_id, raw_acts, coach_public, client_public)
        if not cores or cores[0] != parse_act(pinned_act).core:
            raise NotTrusted("first-act")
        return _apply(cores, {policy_hash(frame): frame for frame in frames})
    except KeysError as cause:
        raise NotTrusted("acts") from cause


def _read_cores(
    engagement_id: bytes, raw_acts: Sequence[bytes], coach_public: bytes, client_public: bytes
) -> list[ActCore]:
    cores: list[ActCore] = []
    for raw in raw_acts:
        act = parse_act(raw)
        if act.core.engagement_id != engagement_id:
            raise NotTrusted("act-of-another")
        check_order(cores[-1] if cores else None, act.core)
        verify_act(act, coach_public=coach_public, client_public=client_public)
        cores.append(act.core)
    return cores


def _apply(cores: Sequence[ActCore], frames: Mapping[bytes, bytes]) -> Terms:
    policies: list[Policy] = []
    shortened: dict[bytes, int] = {}
    closes_at: int | None = None
    for core in cores:
        if core.kind is ActKind.POLICY:
            policies.append(_next_policy(policies, core, frames))
        elif core.kind is ActKind.SHORTEN:
            for envelope_id in core.envelope_ids:
                shortened[envelope_id] = min(core.date, shortened.get(envelope_id, core.date))
        elif core.kind is ActKind.CLOSE:
            closes_at = core.date
        elif core.kind is ActKind.REOPEN:
            closes_at = None
    return Terms(tuple(policies), tuple(cores), shortened, closes_at)


def _next_policy(policies: Sequence[Policy], core: ActCore, frames: Mapping[bytes, bytes]) -> Policy:
    if core.subject not in frames:
        raise NotTrusted("policy-withheld")
    policy = parse_policy(frames[core.subject])
    follows = policies[-1].hash if policies else bytes(32)
    numbered = policy.number == len(policies) + 1 and policy.previous_hash == follows
    if policy.engagement_id != core.engagement_id or not numbered:
        raise NotTrusted("policy-order")
    return policy


def follow(pinned: Statement, later: Sequence[bytes]) -> Statement:
    """Return the newest statement of a chain that goes on from a pinned one.

    `NotTrusted` where a link does not hold; `RecipientKeyChanged` where the identity key is a new one, though
    rightly signed by the old: a person has to be asked before anything is sealed to it.
    """
    newest = pinned
    for raw in later:
        newest = _link(newest, raw)
    if newest.fp != pinned.fp:
        raise RecipientKeyChanged(datetime.fromtimestamp(min(newest.card.issued_at, 253_402_300_799), UTC))
    return newest


def _link(previous: Statement, raw: bytes) -> Statement:
    try:
        statement = parse_statement(raw)
        verify_link(previous, statement)
    except KeysError as cause:
        raise NotTrusted("statement-chain") from cause
    card, before = statement.card, previous.card
    if card.origin_hash != before.origin_hash or card.keeper_set != before.keeper_set:
        raise NotTrusted("statement-place")
    return statement


def chain_to(pinned: Statement, from_first: Sequence[bytes]) -> dict[bytes, Statement]:
    """Return all statements of a person by hash, from the first to the pinned one and on.

    `NotTrusted` unless the links hold and the pinned one is among them.
    """
    try:
        first = parse_statement(from_first[0]) if from_first else pinned
    except KeysError as cause:
        raise NotTrusted("statement-chain") from cause
    if first.card.number != 1:
        raise NotTrusted("statement-chain")
    chain = {first.hash: first}
    for raw in from_first[1:]:
        first = _link(first, raw)
        chain[first.hash] = first
    if pinned.hash not in chain:
        raise NotTrusted("statement-fork")
    return chain
