"""Invitation: what a link's secret gives, the box it opens, and the acceptance.

Owns links, derived keys, both kinds of box, the acceptance and the redemption's signature. The secret
stands in the link's fragment, which no server sees; keys are learned here and nowhere else. Must never
accept an acceptance that was not made for exactly this box. (docs/protocol.md, Invitation.)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from keys import acts, policy, statement
from keys.box import open_box, seal_box
from keys.encoding import (
    Reader,
    counted,
    dump_json,
    exact,
    from_base64url,
    label,
    load_json,
    to_base64url,
    u8,
    u64,
)
from keys.errors import Malformed
from keys.names import ID_BYTES, derive
from keys.pins import Pins, read_pins
from keys.suite import SIGNATURE_BYTES, H, SignKey, verify

SECRET_BYTES: Final = 32
CLIENT: Final = 1
COACH: Final = 2
_HTTPS: Final = r"https://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])"
_LOOPBACK: Final = r"http://(?:localhost|127\.[0-9.]+|\[::1\])"
ORIGIN: Final = rf"(?:{_HTTPS}|{_LOOPBACK})(?::[1-9][0-9]{{0,4}})?"
"""Pattern of an origin in a link."""

_LINK: Final = re.compile(
    rf"(?P<origin>{ORIGIN})"
    r"/i/#(?P<kind>[12])\.(?P<secret>[A-Za-z0-9_-]{43})\Z"
)


@dataclass(frozen=True, slots=True)
class InvitationKeys:
    """What an invitation's secret gives. The id is public; so is the public half of the redemption key."""

    invite_id: bytes
    box_key: bytes = field(repr=False)
    acceptance_key: bytes = field(repr=False)
    reply_key: bytes = field(repr=False)
    redemption: SignKey = field(repr=False)


def invitation_keys(secret: bytes) -> InvitationKeys:
    """Derive an invitation's id and keys from its 32 random bytes."""
    exact(secret, SECRET_BYTES, "invitation secret")
    invite_id = derive(secret, "invite-id", ID_BYTES)
    redemption = SignKey.from_seed(derive(secret, "invite-redeem"))
    return InvitationKeys(
        invite_id,
        derive(secret, "invite-box"),
        derive(secret, "invite-accept"),
        derive(secret, "invite-reply"),
        redemption,
    )


@dataclass(frozen=True, slots=True)
class Link:
    """A parsed invitation link; `kind` is CLIENT or COACH."""

    origin: str
    kind: int
    secret: bytes = field(repr=False)

    def text(self) -> str:
        """Return the link. It is a secret: never log it."""
        return f"{self.origin}/i/#{self.kind}.{to_base64url(exact(self.secret, SECRET_BYTES, 'secret'))}"


def parse_link(link: str) -> Link:
    """Parse an invitation link strictly; `Malformed` otherwise.

    The origin is in the one spelling that browsers give it; plain http is for loopback alone.
    """
    match = _LINK.match(link)
    if match is None:
        raise Malformed("not an invitation link")
    return Link(match["origin"], int(match["kind"]), from_base64url(match["secret"], SECRET_BYTES))


# --- the box ---


@dataclass(frozen=True, slots=True)
class ClientInvitation:
    """What a coach's invitation tells a client. Everything but `shown` is fixed form.

    `shown` has relay_name, coach_name, client_name, welcome and agreement; the agreement's text is checked
    against the policy when the box is opened.
    """

    engagement_id: bytes
    coach_mailbox_id: bytes
    pins: Pins
    agreement_salt: bytes
    blind: bytes
    coach_statement: bytes = field(repr=False)
    policy: bytes = field(repr=False)
    act: bytes = field(repr=False)
    shown: Mapping[str, Any] = field(repr=False)

    def encode(self) -> bytes:
        """Return the plain bytes of the box."""
        ids = exact(self.engagement_id, ID_BYTES, "engagement id") + exact(
            self.coach_mailbox_id, ID_BYTES, "id"
        )
        salts = exact(self.agreement_salt, 32, "agreement salt") + exact(self.blind, 32, "blind")
        signed = b"".join(counted(one, 4) for one in (self.coach_statement, self.policy, self.act))
        shown = counted(dump_json(dict(self.shown)), 4)
        return bytes([1, CLIENT, 0, 0]) + ids + self.pins.encode() + salts + signed + shown


@dataclass(frozen=True, slots=True)
class CoachInvitation:
    """What an operator's invitation tells a coach; `shown` has relay_name and coach_name."""

    pins: Pins
    shown: Mapping[str, Any] = field(repr=False)

    def encode(self) -> bytes:
        """Return the plain bytes of the box."""
        return bytes([1, COACH, 0, 0]) + self.pins.encode() + counted(dump_json(dict(self.shown)), 4)


def seal_invitation(
    keys: InvitationKeys, invitation: ClientInvitation | CoachInvitation, expires_at: int, nonce: bytes
) -> bytes:
    """Seal an invitation; `nonce` is 24 fresh random bytes. The box is void from `expires_at` on."""
    kind = CLIENT if isinstance(invitation, ClientInvitation) else COACH
    return seal_box(
        keys.box_key, "invite", _aad(kind, keys.invite_id, expires_at), invitation.encode(), nonce
    )


def open_client_invitation(keys: InvitationKeys, box: bytes, expires_at: int) -> ClientInvitation:
    """Open a client's invitation and verify what it holds: statement, policy and the coach's act fit each
    other.
    """
    reader = _open(keys, CLIENT, box, expires_at)
    invitation = read_client_invitation(reader)
    reader.finish()
    _check_client(invitation)
    return invitation


def read_client_invitation(reader: Reader) -> ClientInvitation:
    """Read what a client's invitation and one that reopens a mailbox both hold, behind their heads."""
    ids = (reader.take(ID_BYTES), reader.take(ID_BYTES))
    pins = read_pins(reader)
    salts = (reader.take(32), reader.take(32))
    signed = (reader.counted(4), reader.counted(4), reader.counted(4))
    return ClientInvitation(*ids, pins, *salts, *signed, load_json(reader.counted(4)))


def open_coach_invitation(keys: InvitationKeys, box: bytes, expires_at: int) -> CoachInvitation:
    """Open a coach's invitation."""
    reader = _open(keys, COACH, box, expires_at)
    invitation = CoachInvitation(read_pins(reader), load_json(reader.counted(4)))
    reader.finish()
    return invitation


# --- acceptance and redemption ---


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A client's answer: statement, the act of kind 1 with both signatures, and `shown`, which has name."""

    blind: bytes
    client_statement: bytes = field(repr=False)
    act: bytes = field(repr=False)
    shown: Mapping[str, Any] = field(repr=False)


def seal_acceptance(
    keys: InvitationKeys, acceptance: Acceptance, invitation_box: bytes, identity: SignKey, nonce: bytes
) -> bytes:
    """Sign and seal an acceptance of exactly this invitation box; `nonce` is 24 fresh random bytes."""
    signature = identity.sign(label("accept"), H(invitation_box))
    fields = signature + exact(acceptance.blind, 32, "blind")
    signed = counted(acceptance.client_statement, 4) + counted(acceptance.act, 4)
    plain = bytes([1, 0, 0, 0]) + fields + signed + counted(dump_json(dict(acceptance.shown)), 4)
    return seal_box(keys.acceptance_key, "accept", label("accept") + keys.invite_id, plain, nonce)


def open_acceptance(keys: InvitationKeys, box: bytes, invitation_box: bytes) -> Acceptance:
    """Open an acceptance and verify the client's signature over this invitation box, statement and act.

    The caller still compares the act's policy with the one it offered, and verifies its own signature in it
    by `acts.verify_act`.
    """
    plain = open_box(keys.acceptance_key, "accept", label("accept") + keys.invite_id, box)
    reader = Reader(plain)
    reader.expect(b"\x01", "version")
    reader.reserved(3)
    signature, blind = reader.take(SIGNATURE_BYTES), reader.take(32)
    acceptance = Acceptance(blind, reader.counted(4), reader.counted(4), load_json(reader.counted(4)))
    reader.finish()
    client = statement.parse_statement(acceptance.client_statement)
    statement.verify_statement(client)
    verify(client.card.identity_public, signature, label("accept"), H(invitation_box))
    acts.parse_act(acceptance.act)
    return acceptance


def sign_redemption(keys: InvitationKeys, request_body: bytes) -> bytes:
    """Return the signature that enrols: by the redemption key over the whole request body."""
    return keys.redemption.sign(label("redeem"), H(request_body))


def verify_redemption(redemption_public: bytes, signature: bytes, request_body: bytes) -> None:
    """Verify a redemption, as the relay does."""
    verify(redemption_public, signature, label("redeem"), H(request_body))


def _aad(kind: int, invite_id: bytes, expires_at: int) -> bytes:
    return label("invite") + u8(kind) + exact(invite_id, ID_BYTES, "invite id") + u64(expires_at)


def _open(keys: InvitationKeys, kind: int, box: bytes, expires_at: int) -> Reader:
    reader = Reader(open_box(keys.box_key, "invite", _aad(kind, keys.invite_id, expires_at), box))
    reader.expect(bytes([1, kind]), "version or kind")
    reader.reserved(2)
    return reader


def _check_client(invitation: ClientInvitation) -> None:
    """Check that statement, policy, act and agreement are of one coach and one engagement."""
    coach = statement.parse_statement(invitation.coach_statement)
    statement.verify_statement(coach)
    frame = policy.parse_policy(invitation.policy)
    act = acts.parse_act(invitation.act)
    acts.verify_signatures(act, [coach.card.identity_public])
    agreement = invitation.shown.get("agreement")
    fits = (
        frame.engagement_id == act.core.engagement_id == invitation.engagement_id
        and frame.coach_fp == coach.fp
        and act.core.kind is acts.ActKind.POLICY
        and act.core.subject == frame.hash
        and isinstance(agreement, str)
        and policy.agreement_hash(invitation.agreement_salt, agreement) == frame.agreement_hash
    )
    if not fits:
        raise Malformed("the invitation's parts do not fit each other")
