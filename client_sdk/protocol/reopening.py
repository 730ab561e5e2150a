"""A client's lost mailbox, opened again by its coach."""

from __future__ import annotations

from dataclasses import dataclass, field

from client_sdk.wire import Call, Fields, Request, Response, b64, get, nothing, send_json


@dataclass(frozen=True, slots=True)
class ReopeningFacts:
    """A reopening as the relay shows it; what is not there is empty. Of it only signatures are believed."""

    state: str
    you: str
    invite_id: bytes
    opened_at: int
    expires_at: int
    statement: bytes = field(repr=False)
    acceptance: bytes = field(repr=False)
    claim: bytes = field(repr=False)
    next_number: int
    previous_hash: bytes
    policy_hash: bytes


def open_reopening(
    engagement_id: bytes, invite_id: bytes, redemption_key: bytes, box: bytes, expires_at: int
) -> Call[None]:
    """`POST /v1/engagements/{id}/reopening`: ends one that was not taken."""
    fields = {
        "invite_id": b64(invite_id),
        "redemption_key": b64(redemption_key),
        "box": b64(box),
        "expires_at": expires_at,
    }
    return send_json("POST", f"/v1/engagements/{b64(engagement_id)}/reopening", fields, nothing)


def reopening(engagement_id: bytes) -> Call[ReopeningFacts | None]:
    """`GET /v1/engagements/{id}/reopening`: to coach, client, newcomer and former client."""

    def parse(response: Response) -> ReopeningFacts | None:
        fields = Fields.of(response).optional("reopening")
        return _reopening(fields) if fields else None

    return get(f"/v1/engagements/{b64(engagement_id)}/reopening", parse)


def _reopening(fields: Fields) -> ReopeningFacts:
    after = fields.object("next")
    return ReopeningFacts(
        fields.text("state"),
        fields.text("you"),
        fields.blob("invite_id", 16),
        fields.whole("opened_at"),
        fields.whole("expires_at"),
        fields.blob("statement"),
        fields.blob("acceptance"),
        fields.blob("claim"),
        after.whole("number"),
        after.blob("previous", 32),
        after.blob("policy", 32),
    )


def drop_reopening(engagement_id: bytes) -> Call[None]:
    """`DELETE /v1/engagements/{id}/reopening`: before it was taken."""
    return Call(Request("DELETE", f"/v1/engagements/{b64(engagement_id)}/reopening"), nothing)


def put_claim(engagement_id: bytes, claim: bytes) -> Call[None]:
    """`PUT /v1/engagements/{id}/reopening/claim`: the newcomer's word, and act."""
    path = f"/v1/engagements/{b64(engagement_id)}/reopening/claim"
    return send_json("PUT", path, {"claim": b64(claim)}, nothing)
