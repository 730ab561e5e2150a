"""Terms: what both have signed, followed link by link from what was pinned.

Owns the reading of an engagement's policies and acts and of a person's chain of statements as the relay hands
them over. Pure. Must never believe a policy, an act or a key that the chain from the pin does not carry: a
relay can withhold, and that shows, but it cannot introduce. (docs/protocol.md, parts 4 and 12.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from client_sdk.errors import NotTrusted, RecipientKeyChanged
from keys.acts import Act, ActCore, ActKind, check_order, parse_act
from keys.errors import KeysError
from keys.names import DAY_SECONDS, Role, fingerprint
from keys.policy import Policy, parse_policy, policy_hash
from keys.reopening import ClientLine
from keys.statement import Statement, parse_statement, verify_link
from keys.terms import InForce, after_act

COPY_SECONDS: Final = 7 * DAY_SECONDS
"""How long the other person has to take a copy when one alone closes."""


@dataclass(frozen=True, slots=True)
class Signed:
    """An act in force and who of the two signed it."""

    core: ActCore
    by: frozenset[Role]

    @property
    def number(self) -> int:
        """Its place among the acts of the engagement."""
        return self.core.number


@dataclass(frozen=True, slots=True)
class Terms:
    """What is in force in an engagement: policies oldest first, and all acts. `line` are the fps of who was
    client, one after the other, that of now last; `reopened` the act by which the last one became it.
    """

    policies: tuple[Policy, ...]
    acts: tuple[Signed, ...] = field(repr=False)
    in_force: InForce
    line: tuple[bytes, ...] = field(default=(), repr=False)
    reopened: Signed | None = None
    _shortened: Mapping[bytes, tuple[Signed, ...]] = field(default_factory=dict, repr=False)
    _extended: Mapping[bytes, tuple[Signed, ...]] = field(default_factory=dict, repr=False)

    @property
    def policy(self) -> Policy:
        """The newest policy: what is sent now is sent under it."""
        return self.policies[-1]

    @property
    def last(self) -> ActCore:
        """The newest act, which the next one names."""
        return self.acts[-1].core

    @property
    def work_ends_at(self) -> int:
        """The first second at which nothing new is taken."""
        return self.in_force.work_ends_at

    @property
    def ends_at(self) -> int:
        """The first second at which everything is gone."""
        return self.in_force.ends_at

    def state_at(self, instant: int) -> str:
        """Return active, held or gone."""
        return str(self.in_force.phase_at(instant))

    def by_hash(self, hash_of_policy: bytes) -> Policy | None:
        """Return the policy of that hash, if it is or was in force here."""
        return next((policy for policy in self.policies if policy.hash == hash_of_policy), None)

    def by_tag(self, tag: bytes) -> Policy | None:
        """Return the policy that an envelope's tag means, if it is or was in force here."""
        return next((policy for policy in self.policies if policy.tag == tag), None)

    def shortening(self, envelope_id: bytes, since_act: int = 0) -> Signed | None:
        """Return the act after `since_act` that brought an envelope's date forward the most."""
        acts = [act for act in self._shortened.get(envelope_id, ()) if act.number > since_act]
        return min(acts, key=lambda act: act.core.date, default=None)

    def extension(self, envelope_id: bytes) -> Signed | None:
        """Return the newest act by which a re-sealed envelope of this id may be here."""
        return max(self._extended.get(envelope_id, ()), key=lambda act: act.number, default=None)

    @property
    def extensions(self) -> tuple[Signed, ...]:
        """All acts by which things are kept longer, oldest first."""
        return tuple(act for act in self.acts if act.core.kind is ActKind.EXTEND)

    def date_of(
        self, envelope_ids: Sequence[bytes], expires_at: int, made_at: int | None = None, since_act: int = 0
    ) -> int:
        """Return when an envelope goes: its own date, or an earlier one that an act gave it.

        `envelope_ids` are its own id and, for a re-sealed one, those that it had before; of these only acts
        after `since_act`, which lengthened it, count. `made_at` is when it was made, where that is known.
        """
        found = (self.shortening(one, 0 if at == 0 else since_act) for at, one in enumerate(envelope_ids))
        shortened = min((act.core.date for act in found if act), default=expires_at)
        known = self.in_force.date_of(made_at, expires_at) if made_at is not None else self.ends_at
        return min(expires_at, shortened, known)


def read_terms(
    engagement_id: bytes,
    frames: Sequence[bytes],
    raw_acts: Sequence[bytes],
    *,
    pinned_act: bytes,
    coach_public: bytes,
    client_public: bytes,
    my_role: Role = Role.COACH,
    clients: Sequence[bytes] = (),
) -> Terms:
    """Verify all acts of an engagement in order and return what they put in force for `my_role`'s mailbox.

    `clients` are the identity keys of who else was client. `pinned_act` is an act that put a policy in
    force, as it was verified before: it stands at its number.
    `NotTrusted` for anything that does not follow.
    """
    try:
        line = ClientLine.of(coach_public, (client_public, *clients))
        signed = _read_acts(engagement_id, raw_acts, coach_public, line)
        pinned = parse_act(pinned_act).core
        if len(signed) < pinned.number or signed[pinned.number - 1].core != pinned:
            raise NotTrusted("pinned-act")
        terms = _apply(signed, {policy_hash(frame): frame for frame in frames}, coach_public, my_role)
        reopened = signed[line.reopened[-1].number - 1] if line.reopened else None
        return replace(terms, line=tuple(line.line), reopened=reopened)
    except KeysError as cause:
        raise NotTrusted("acts") from cause


def _read_acts(
    engagement_id: bytes, raw_acts: Sequence[bytes], coach_public: bytes, line: ClientLine
) -> list[Signed]:
    signed: list[Signed] = []
    for raw in raw_acts:
        act = parse_act(raw)
        if act.core.engagement_id != engagement_id:
            raise NotTrusted("act-of-another")
        check_order(signed[-1].core if signed else None, act.core)
        line.take(act)
        signed.append(Signed(act.core, signers_of(act, coach_public)))
    return signed


def signers_of(act: Act, coach_public: bytes) -> frozenset[Role]:
    """Return who signed an act whose signatures were verified."""
    coach = fingerprint(coach_public)
    return frozenset(Role.COACH if fp == coach else Role.CLIENT for fp in act.signatures)


def _apply(
    signed: Sequence[Signed], frames: Mapping[bytes, bytes], coach_public: bytes, my_role: Role
) -> Terms:
    policies: list[Policy] = []
    shortened: dict[bytes, list[Signed]] = {}
    extended: dict[bytes, list[Signed]] = {}
    standing: InForce | None = None
    for act in signed:
        if act.core.kind is ActKind.POLICY:
            policies.append(_next_policy(policies, act.core, frames, coach_public))
        elif standing is None or act.core.policy_hash != policies[-1].hash:
            raise NotTrusted("act-policy")
        else:
            check_act(act, standing)
            if act.core.kind is ActKind.SHORTEN and _binds(act, standing.policy, my_role):
                _index(shortened, act)
            elif act.core.kind is ActKind.EXTEND:
                _index(extended, act)
        standing = after_act(policies, standing, act.core)
    if standing is None:
        raise NotTrusted("pinned-act")
    return Terms(
        tuple(policies),
        tuple(signed),
        standing,
        (),
        None,
        {one: tuple(acts) for one, acts in shortened.items()},
        {one: tuple(acts) for one, acts in extended.items()},
    )


def _index(acts: dict[bytes, list[Signed]], act: Signed) -> None:
    for envelope_id in act.core.envelope_ids:
        acts.setdefault(envelope_id, []).append(act)


def _binds(act: Signed, policy: Policy, my_role: Role) -> bool:
    """Whether a shortening reaches my mailbox: without recall, one alone moves their own copies alone."""
    return policy.author_may_recall or my_role in act.by


def check_act(act: Signed, standing: InForce) -> None:
    """Refuse an act whose dates no relay may take under what was in force before it.

    A relay that took one for one of the two would let that one alone do what needs both.
    """
    core, policy, alone = act.core, standing.policy, len(act.by) == 1
    fits = True
    if core.kind is ActKind.CLOSE:
        fits = core.issued_at <= core.date <= standing.work_ends_at
        fits &= core.date <= core.second_date <= standing.ends_at
        whole = core.second_date == standing.ends_at
        late = core.second_date >= core.issued_at + COPY_SECONDS and policy.author_may_recall
        fits &= not alone or whole or late
    elif core.kind is ActKind.EXTEND:
        fits = core.date <= standing.ends_at
    elif core.kind is ActKind.REOPEN:
        fits = core.date <= policy.hold_ends_at
    if not fits:
        raise NotTrusted("act-dates")


def _next_policy(
    policies: Sequence[Policy], core: ActCore, frames: Mapping[bytes, bytes], coach_public: bytes
) -> Policy:
    if core.subject not in frames:
        raise NotTrusted("policy-withheld")
    policy = parse_policy(frames[core.subject])
    check_follows(policies[-1] if policies else None, policy, core.engagement_id, coach_public)
    return policy


def check_follows(before: Policy | None, policy: Policy, engagement_id: bytes, coach_public: bytes) -> None:
    """Refuse a policy that is not the next of its engagement, or names another coach."""
    follows = before.hash if before else bytes(32)
    numbered = policy.number == (before.number + 1 if before else 1) and policy.previous_hash == follows
    if policy.engagement_id != engagement_id or not numbered:
        raise NotTrusted("policy-order")
    if policy.coach_fp != fingerprint(coach_public):
        raise NotTrusted("policy-coach")


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
