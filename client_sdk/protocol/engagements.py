"""Engagements: who takes part, their chains, invitations, acts and proposals. Of what comes only signatures
are believed, elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from client_sdk.wire import VAULT_BYTES, Call, Fields, Request, Response, b64, get, nothing, send_json


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """A party as the relay lists it. `statement` is its newest; it is believed only along a verified
    chain.
    """

    role: int
    mailbox_id: bytes
    account_id: bytes
    statement: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class InvitationState:
    """The invitation of an engagement. `acceptance` is empty until the client has finished, `reply` where
    nobody has said anything without joining.
    """

    invite_id: bytes
    state: str
    expires_at: int
    acceptance: bytes = field(repr=False)
    reply: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class EngagementFacts:
    """An engagement as the relay lists it; policies, acts and proposals are believed only by their
    signatures. `notes` is how many private notes the coach keeps, by the relay's word.
    """

    engagement_id: bytes
    state: str
    members: tuple[MemberFacts, ...]
    policies: tuple[bytes, ...] = field(repr=False)
    acts: tuple[bytes, ...] = field(repr=False)
    invitation: InvitationState | None
    proposals: tuple[bytes, ...] = field(default=(), repr=False)
    notes: int = 0


def create_engagement(engagement_id: bytes) -> Call[None]:
    """`POST /v1/engagements`: a draft with the coach's and the notes mailbox."""
    return send_json("POST", "/v1/engagements", {"engagement_id": b64(engagement_id)}, nothing)


def engagement(engagement_id: bytes) -> Call[EngagementFacts]:
    """`GET /v1/engagements/{id}`."""

    def parse(response: Response) -> EngagementFacts:
        return _engagement(Fields.of(response))

    return get(f"/v1/engagements/{b64(engagement_id)}", parse, VAULT_BYTES)


def _engagement(fields: Fields) -> EngagementFacts:
    invitation = fields.optional("invitation")
    return EngagementFacts(
        fields.blob("engagement_id", 16),
        fields.text("state"),
        tuple(_member(one) for one in fields.objects("members")),
        fields.blobs("policies"),
        fields.blobs("acts"),
        _invitation_state(invitation) if invitation else None,
        fields.blobs("proposals"),
        fields.object("notes").whole("count"),
    )


def _member(fields: Fields) -> MemberFacts:
    return MemberFacts(
        fields.whole("role"),
        fields.blob("mailbox_id", 16),
        fields.blob("account_id", 16),
        fields.blob("statement"),
    )


def _invitation_state(fields: Fields) -> InvitationState:
    acceptance = fields.blob("acceptance") if fields.has("acceptance") else b""
    reply = fields.blob("reply") if fields.has("reply") else b""
    return InvitationState(
        fields.blob("invite_id", 16), fields.text("state"), fields.whole("expires_at"), acceptance, reply
    )


def statements(engagement_id: bytes, role: int, after: int) -> Call[tuple[bytes, ...]]:
    """`GET /v1/engagements/{id}/statements`: a party's chain after a number."""

    def parse(response: Response) -> tuple[bytes, ...]:
        return Fields.of(response).blobs("statements")

    return get(
        f"/v1/engagements/{b64(engagement_id)}/statements?role={role}&after={after}", parse, VAULT_BYTES
    )


def put_invitation(
    engagement_id: bytes,
    *,
    invite_id: bytes,
    redemption_key: bytes,
    box: bytes,
    expires_at: int,
    policy: bytes,
    act: bytes,
) -> Call[None]:
    """`POST /v1/engagements/{id}/invitation`: replaces an unused one."""
    fields = {
        "invite_id": b64(invite_id),
        "redemption_key": b64(redemption_key),
        "box": b64(box),
        "expires_at": expires_at,
        "policy": b64(policy),
        "act": b64(act),
    }
    return send_json("POST", f"/v1/engagements/{b64(engagement_id)}/invitation", fields, nothing)


def withdraw_invitation(invite_id: bytes) -> Call[None]:
    """`DELETE /v1/invitations/{invite_id}`."""
    return Call(Request("DELETE", f"/v1/invitations/{b64(invite_id)}"), nothing)


def add_act(engagement_id: bytes, act: bytes, policy: bytes = b"") -> Call[None]:
    """`POST /v1/engagements/{id}/acts`: with the policy's frame for an act of kind 1 alone."""
    fields = {"act": b64(act)} | ({"policy": b64(policy)} if policy else {})
    return send_json("POST", f"/v1/engagements/{b64(engagement_id)}/acts", fields, nothing)


def put_proposal(engagement_id: bytes, act: bytes) -> Call[None]:
    """`PUT /v1/engagements/{id}/proposal`: an act of kind 3 or 5 waits for the other's signature."""
    return send_json("PUT", f"/v1/engagements/{b64(engagement_id)}/proposal", {"act": b64(act)}, nothing)


def drop_proposal(engagement_id: bytes) -> Call[None]:
    """`DELETE /v1/engagements/{id}/proposal`: withdraws one's own, or declines the other's."""
    return Call(Request("DELETE", f"/v1/engagements/{b64(engagement_id)}/proposal"), nothing)
