"""Reopening: a client who lost every way in is known again, by the coach's invitation and a spoken check.

Owns the box of such an invitation, the claim that the newcomer signs, and who was client at which act. The
coach's signature stands under an act only beside a spoken check of exactly these keys. Must never count a key
as the client's that no act, or no invitation, has made one. (docs/protocol.md, part 25.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from keys import acts, policy, spoken, statement
from keys.acts import Act, ActCore, ActKind
from keys.box import open_box, seal_box
from keys.content import ContentKind, content_id, parse_content
from keys.encoding import Reader, counted, exact, label, u8, u64
from keys.envelope import EnvelopeClass
from keys.errors import Malformed, Refused
from keys.invitation import ClientInvitation, InvitationKeys, read_client_invitation
from keys.names import ID_BYTES, fingerprint
from keys.suite import SIGNATURE_BYTES, H, verify

REOPENING: Final = 3
"""The kind of its invitation."""
STOP_SECONDS: Final = 48 * 3600
MOST_CLIENTS: Final = 16
SLACK_SECONDS: Final = 300


# --- the invitation ---


@dataclass(frozen=True, slots=True)
class ReopeningInvitation:
    """What a coach's invitation tells somebody who was client before: the agreement in force with the act of
    both, and the statements of all who were this engagement's client, by identity key, that of now last.
    """

    invitation: ClientInvitation
    clients: tuple[bytes, ...] = field(repr=False)

    def encode(self) -> bytes:
        """Return the plain bytes of the box."""
        start = bytes([1, REOPENING, 0, 0])
        return start + self.invitation.encode()[len(start) :] + _encode_statements(self.clients, least=1)

    @property
    def former(self) -> statement.Statement:
        """The statement of who is client until the act."""
        return statement.parse_statement(self.clients[-1])


def seal_reopening(
    keys: InvitationKeys, offered: ReopeningInvitation, expires_at: int, nonce: bytes
) -> bytes:
    """Seal it as `invitation.seal_invitation` does a client's."""
    return seal_box(keys.box_key, "invite", _aad(keys.invite_id, expires_at), offered.encode(), nonce)


def open_reopening(keys: InvitationKeys, box: bytes, expires_at: int) -> ReopeningInvitation:
    """Open one and verify that statements, policy and the act of both fit each other."""
    reader = Reader(open_box(keys.box_key, "invite", _aad(keys.invite_id, expires_at), box))
    reader.expect(bytes([1, REOPENING]), "version or kind")
    reader.reserved(2)
    found = ReopeningInvitation(read_client_invitation(reader), _read_statements(reader, least=1))
    reader.finish()
    _check(found)
    return found


def _check(found: ReopeningInvitation) -> None:
    offered = found.invitation
    coach = statement.parse_statement(offered.coach_statement)
    statement.verify_statement(coach)
    clients = [statement.parse_statement(raw) for raw in found.clients]
    for one in clients:
        statement.verify_statement(one)
    frame, act = policy.parse_policy(offered.policy), acts.parse_act(offered.act)
    signed = acts.verify_signatures(
        act, [coach.card.identity_public, *(one.card.identity_public for one in clients)]
    )
    agreement = offered.shown.get("agreement")
    fits = (
        frame.engagement_id == act.core.engagement_id == offered.engagement_id
        and frame.coach_fp == coach.fp
        and act.core.kind is ActKind.POLICY
        and act.core.subject == frame.hash
        and len(signed) == 2
        and coach.fp in signed
        and isinstance(agreement, str)
        and policy.agreement_hash(offered.agreement_salt, agreement) == frame.agreement_hash
    )
    if not fits:
        raise Malformed("the invitation's parts do not fit each other")


def _aad(invite_id: bytes, expires_at: int) -> bytes:
    return label("invite") + u8(REOPENING) + exact(invite_id, ID_BYTES, "invite id") + u64(expires_at)


# --- the claim ---


@dataclass(frozen=True, slots=True)
class Claim:
    """What the newcomer signs once both have heard the same digits: a content of kind 7 with its signature,
    and the act of kind 8 with the newcomer's signature alone.
    """

    content: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    act: bytes = field(repr=False)

    def encode(self) -> bytes:
        """Return the claim's bytes."""
        signature = exact(self.signature, SIGNATURE_BYTES, "signature")
        return b"\x01" + counted(self.content, 4) + signature + counted(self.act, 4)


def parse_claim(raw: bytes) -> Claim:
    """Parse a claim; its signatures are not verified here."""
    reader = Reader(raw)
    reader.expect(b"\x01", "version")
    claim = Claim(reader.counted(4), reader.take(SIGNATURE_BYTES), reader.counted(4))
    reader.finish()
    return claim


def reopening_subject(former_fp: bytes, new_fp: bytes, spoken_id: bytes) -> bytes:
    """Return the subject of the act that puts `new_fp` in the place of `former_fp`, after the spoken check
    whose content has that id.
    """
    parts = (exact(one, 32, "fp or content id") for one in (former_fp, new_fp, spoken_id))
    return H(label("reopen-mailbox"), *parts)


def check_claim(
    claim: Claim, *, engagement_id: bytes, coach_public: bytes, former_fp: bytes, new_public: bytes
) -> Act:
    """Verify a claim against the keys of this run and return its act, signed by the newcomer alone.

    `BadSignature`, `Malformed`, or `Refused` with reason "signer", "class" or "subject".
    """
    coach_fp, new_fp = fingerprint(coach_public), fingerprint(new_public)
    verify(new_public, claim.signature, label("content"), u8(EnvelopeClass.MESSAGE), claim.content)
    said = parse_content(claim.content)
    if said.kind is not ContentKind.SPOKEN:
        raise Refused("class")
    if said.sender_fp != new_fp or [one.fp for one in said.recipients] != [coach_fp]:
        raise Refused("signer")
    if spoken.parse_result(said.fixed) != spoken.SpokenResult(True, coach_fp, new_fp):
        raise Refused("signer")
    act = acts.parse_act(claim.act)
    if acts.verify_signatures(act, [new_public]) != {new_fp}:
        raise Refused("signer")
    subject = reopening_subject(former_fp, new_fp, content_id(EnvelopeClass.MESSAGE, claim.content))
    core = act.core
    if core.kind is not ActKind.REOPEN_MAILBOX or (core.engagement_id, core.subject) != (
        engagement_id,
        subject,
    ):
        raise Refused("subject")
    return act


# --- who is whom ---


def encode_clients(statements: Sequence[bytes]) -> bytes:
    """Return the bytes of the vault item `clients/…`: whoever else was this engagement's client."""
    return b"\x01" + _encode_statements(statements, least=0)


def parse_clients(plain: bytes) -> tuple[bytes, ...]:
    """Parse an item `clients/…`."""
    reader = Reader(plain)
    reader.expect(b"\x01", "version")
    found = _read_statements(reader, least=0)
    reader.finish()
    return found


@dataclass(slots=True)
class ClientLine:
    """Who is client, act by act. `known` maps the fp of everyone who may be one to their identity key."""

    coach_public: bytes
    known: Mapping[bytes, bytes]
    line: list[bytes] = field(default_factory=list)
    reopened: list[ActCore] = field(default_factory=list)
    ended: list[bytes] = field(default_factory=list)

    @classmethod
    def of(cls, coach_public: bytes, publics: Iterable[bytes]) -> ClientLine:
        """Begin before the first act."""
        return cls(coach_public, {fingerprint(public): public for public in publics})

    @property
    def now(self) -> bytes:
        """The fp of who is client after the acts taken so far."""
        return self.line[-1]

    def take(self, act: Act) -> None:
        """Verify the next act by the keys of its time. `BadSignature`, or `Refused` with reason "signer",
        "newcomer" (its key is not known), "subject" or "due".
        """
        if act.core.kind is ActKind.REOPEN_MAILBOX:
            self._take_newcomer(act)
        elif act.core.kind is ActKind.STOP_REOPENING:
            self._take_stop(act)
        else:
            if not self.line:
                self.line.append(self._other_signer(act))
            self._verify(act, self.now)

    def _take_newcomer(self, act: Act) -> None:
        newcomer = self._other_signer(act)
        if not self.line or newcomer in self.line or newcomer in self.ended:
            raise Refused("signer")
        self._verify(act, newcomer)
        self.line.append(newcomer)
        self.reopened.append(act.core)

    def _take_stop(self, act: Act) -> None:
        if not self.reopened or act.core.subject != self.reopened[-1].hash:
            raise Refused("subject")
        if act.core.issued_at > self.reopened[-1].issued_at + STOP_SECONDS:
            raise Refused("due")
        self._verify(act, self.line[-2])
        self.ended.append(self.line.pop())
        self.reopened.pop()

    def _other_signer(self, act: Act) -> bytes:
        others = set(act.signatures) - {fingerprint(self.coach_public)}
        if len(others) != 1:
            raise Refused("signer")
        (other,) = others
        if other not in self.known:
            raise Refused("newcomer")
        return other

    def _verify(self, act: Act, client_fp: bytes) -> None:
        acts.verify_act(act, coach_public=self.coach_public, client_public=self.known[client_fp])


def _encode_statements(statements: Sequence[bytes], *, least: int) -> bytes:
    if not least <= len(statements) <= MOST_CLIENTS:
        raise Malformed("an engagement had 1 to 16 clients")
    return u8(len(statements)) + b"".join(counted(one, 4) for one in statements)


def _read_statements(reader: Reader, *, least: int) -> tuple[bytes, ...]:
    count = reader.between(reader.u8(), least, MOST_CLIENTS, "number of statements")
    return tuple(reader.counted(4) for _ in range(count))
