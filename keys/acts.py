"""Acts: what relay and readers must enforce, in clear, numbered and signed.

Owns the act's bytes, who must sign which kind and the order of acts. Must never let JSON or a relay's word
stand in for a field here. (docs/protocol.md, Policy and acts.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from keys.encoding import Reader, ascending, exact, label, u16, u64
from keys.errors import BadSignature, Malformed, Refused
from keys.names import ID_BYTES, ZERO_HASH, fingerprint
from keys.suite import SIGNATURE_BYTES, H, SignKey, verify

MOST_ENVELOPE_IDS: Final = 1024
MOST_ACTS: Final = 10_000
_SIGNER_BYTES: Final = 32 + SIGNATURE_BYTES
_FIXED_BYTES: Final = 4 + ID_BYTES + 32 + 8 + 32 + 8 + 8 + 8 + 32


class ActKind(IntEnum):
    """What an act does."""

    POLICY = 1
    SHORTEN = 2
    EXTEND = 3
    CLOSE = 4
    REOPEN = 5
    RELEASE = 6
    WITHDRAW = 7
    REOPEN_MAILBOX = 8
    STOP_REOPENING = 9


OF_REOPENING: Final = frozenset({ActKind.REOPEN_MAILBOX, ActKind.STOP_REOPENING})
"""The acts that change who is client."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """Which fields a kind uses (all others are zero) and who signs it. With `any_date` zero is a date too."""

    ids: bool = False
    date: bool = False
    any_date: bool = False
    second_date: bool = False
    subject: bool = False
    coach: bool = False
    client: bool = False


_RULES: Final = {
    ActKind.POLICY: _Rule(subject=True, coach=True, client=True),
    ActKind.SHORTEN: _Rule(ids=True, date=True),
    ActKind.EXTEND: _Rule(ids=True, date=True, coach=True, client=True),
    ActKind.CLOSE: _Rule(date=True, second_date=True),
    ActKind.REOPEN: _Rule(date=True, coach=True, client=True),
    ActKind.RELEASE: _Rule(any_date=True, second_date=True, subject=True, client=True),
    ActKind.WITHDRAW: _Rule(subject=True, client=True),
    ActKind.REOPEN_MAILBOX: _Rule(subject=True, coach=True, client=True),
    ActKind.STOP_REOPENING: _Rule(subject=True, client=True),
}


@dataclass(frozen=True, slots=True)
class ActCore:
    """What is signed. `number` rises by 1 from 1; unused fields are zero; dates are instants, Unix
    seconds. In kind 4 `date` is the end of the work and `second_date` that of the hold, in kind 5 `date` is
    the new end of the work. In kind 6 `date` is not-before, 0 at once, and `second_date` the end.
    """

    kind: ActKind
    engagement_id: bytes
    policy_hash: bytes
    number: int
    previous_hash: bytes
    issued_at: int
    date: int = 0
    second_date: int = 0
    subject: bytes = ZERO_HASH
    envelope_ids: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        """Return the core's bytes; `Malformed` for a field that the kind forbids or lacks."""
        _check(self)
        start = bytes([1, self.kind]) + u16(len(self.envelope_ids))
        place = exact(self.engagement_id, ID_BYTES, "engagement id") + exact(
            self.policy_hash, 32, "policy hash"
        )
        chain = u64(self.number) + exact(self.previous_hash, 32, "previous hash") + u64(self.issued_at)
        dates = u64(self.date) + u64(self.second_date)
        ids = b"".join(exact(one, ID_BYTES, "envelope id") for one in self.envelope_ids)
        return start + place + chain + dates + exact(self.subject, 32, "subject") + ids

    @property
    def hash(self) -> bytes:
        """The hash by which the next act names this one; signatures are not in it."""
        return H(label("act-hash"), self.encode())


@dataclass(frozen=True, slots=True)
class Act:
    """A core and its 1 or 2 signatures, by fingerprint of the signer."""

    core: ActCore
    signatures: Mapping[bytes, bytes] = field(repr=False)

    def encode(self) -> bytes:
        """Return the act's bytes, signers ascending by fp."""
        if not 1 <= len(self.signatures) <= 2:
            raise Malformed("an act has 1 or 2 signers")
        return self.core.encode() + b"".join(
            exact(fp, 32, "fp") + exact(signature, SIGNATURE_BYTES, "signature")
            for fp, signature in sorted(self.signatures.items())
        )


def sign_act(core: ActCore, signer: SignKey, others: Act | None = None) -> Act:
    """Sign a core; with `others`, an act of the same core, return the act with both signatures."""
    if others is not None and others.core != core:
        raise Malformed("both must sign the same act")
    given = {} if others is None else dict(others.signatures)
    return Act(core, given | {fingerprint(signer.public): signer.sign(label("act"), core.encode())})


def parse_act(raw: bytes) -> Act:
    """Parse an act strictly. Its signatures are not verified here."""
    reader = Reader(raw)
    core = _read_core(reader)
    count, left = divmod(reader.remaining, _SIGNER_BYTES)
    if left or not 1 <= count <= 2:
        raise Malformed("an act has 1 or 2 signers")
    signers = [(reader.take(32), reader.take(SIGNATURE_BYTES)) for _ in range(count)]
    ascending([fp for fp, _ in signers], "signers")
    return Act(core, dict(signers))


def sole_signer(raw: bytes) -> bytes:
    """Return the fp of who alone signed a parsed act's bytes; empty where both did. Looks at lengths alone,
    as it is asked of thousands.
    """
    core_bytes = _FIXED_BYTES + ID_BYTES * int.from_bytes(raw[2:4], "big")
    return raw[core_bytes : core_bytes + 32] if len(raw) == core_bytes + _SIGNER_BYTES else b""


def verify_signatures(act: Act, publics: Iterable[bytes]) -> frozenset[bytes]:
    """Verify every signature of an act against the given identity keys; returns the fps that signed.

    `BadSignature` for a signer who is not among them or a signature that fails. Says nothing about who must
    sign.
    """
    known = {fingerprint(public): public for public in publics}
    signed = act.core.encode()
    for fp, signature in act.signatures.items():
        if fp not in known:
            raise BadSignature
        verify(known[fp], signature, label("act"), signed)
    return frozenset(act.signatures)


def verify_act(act: Act, *, coach_public: bytes, client_public: bytes) -> None:
    """Verify that an act is signed by exactly those whom its kind demands.

    Kinds 1, 3, 5, 8 need both, 6, 7 and 9 the client alone, 2 and 4 either or both. For kind 8
    `client_public` is the new identity key, for kind 9 the former. Raises `BadSignature` or
    `Refused("signer")`.
    """
    signed = verify_signatures(act, (coach_public, client_public))
    coach, client = fingerprint(coach_public), fingerprint(client_public)
    rule = _RULES[act.core.kind]
    demanded = {fp for fp, needed in ((coach, rule.coach), (client, rule.client)) if needed}
    if demanded and signed != demanded:
        raise Refused("signer")


def check_order(previous: ActCore | None, act: ActCore) -> None:
    """Check that `act` is the next of its engagement after `previous` (None: the first); else
    `Refused("order")`.
    """
    number = 1 if previous is None else previous.number + 1
    previous_hash = ZERO_HASH if previous is None else previous.hash
    if act.number != number or act.previous_hash != previous_hash:
        raise Refused("order")
    if previous is not None and act.engagement_id != previous.engagement_id:
        raise Refused("order")


def _read_core(reader: Reader) -> ActCore:
    reader.expect(b"\x01", "version")
    try:
        kind = ActKind(reader.u8())
    except ValueError:
        raise Malformed("unknown act") from None
    count = reader.between(reader.u16(), 0, MOST_ENVELOPE_IDS, "number of envelopes")
    engagement_id, policy_hash = reader.take(ID_BYTES), reader.take(32)
    number, previous_hash, issued_at = reader.u64(), reader.take(32), reader.u64()
    date, second_date, subject = reader.u64(), reader.u64(), reader.take(32)
    ids = tuple(reader.take(ID_BYTES) for _ in range(count))
    chain = (engagement_id, policy_hash, number, previous_hash, issued_at)
    core = ActCore(kind, *chain, date, second_date, subject, ids)
    _check(core)
    return core


def _check(core: ActCore) -> None:
    rule = _RULES[core.kind]
    dated = bool(core.date) if rule.any_date else rule.date
    used = (bool(core.envelope_ids), bool(core.date), bool(core.second_date), core.subject != ZERO_HASH)
    if used != (rule.ids, dated, rule.second_date, rule.subject):
        raise Malformed("the act's fields are not those of its kind")
    if core.kind is ActKind.CLOSE and core.second_date < core.date:
        raise Malformed("a hold does not end before the work")
    if core.kind is ActKind.RELEASE and core.second_date <= core.date:
        raise Malformed("a release begins before it ends")
    if len(core.envelope_ids) > MOST_ENVELOPE_IDS:
        raise Malformed("an act names at most 1,024 envelopes")
    if core.number < 1 or (core.number == 1) != (core.previous_hash == ZERO_HASH):
        raise Malformed("only a first act has no previous one")
    if core.kind is ActKind.POLICY and core.subject != core.policy_hash:
        raise Malformed("an act that puts a policy in force names it twice")
