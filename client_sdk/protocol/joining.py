"""Invitations, *Finish*, and the answer of somebody who does not join."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from client_sdk.protocol.people import Method, StoredItem
from client_sdk.wire import JSON, Call, Fields, Request, Response, b64, get, nothing
from keys.encoding import dump_json


@dataclass(frozen=True, slots=True)
class InvitationBox:
    """An invitation as it waits: 1 for a client, 2 for a coach."""

    kind: int
    box: bytes = field(repr=False)
    expires_at: int


def fetch_invitation(invite_id: bytes) -> Call[InvitationBox]:
    """`GET /v1/invitations/{invite_id}`: has no effect, however often."""

    def parse(response: Response) -> InvitationBox:
        fields = Fields.of(response)
        return InvitationBox(fields.whole("kind"), fields.blob("box"), fields.whole("expires_at"))

    return get(f"/v1/invitations/{b64(invite_id)}", parse)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """All that one *Finish* sends; acceptance and act only from a client."""

    account_id: bytes
    name: str
    methods: tuple[Method, ...]
    statement: bytes = field(repr=False)
    vault: tuple[StoredItem, ...]
    acceptance: bytes = field(default=b"", repr=False)
    act: bytes = field(default=b"", repr=False)

    def body(self) -> bytes:
        """Return the request's bytes, which are signed and, when repeated, the same."""
        fields: dict[str, Any] = {
            "account_id": b64(self.account_id),
            "name": self.name,
            "methods": [method.to_json() for method in self.methods],
            "statement": b64(self.statement),
            "vault": [item.to_json() for item in self.vault],
        }
        if self.acceptance:
            fields |= {"acceptance": b64(self.acceptance), "act": b64(self.act)}
        return dump_json(fields)


def redeem(invite_id: bytes, body: bytes, signature: bytes) -> Call[None]:
    """`POST /v1/invitations/{invite_id}/redeem`: enrolment in one transaction; the same bytes may be sent
    again.
    """
    path = f"/v1/invitations/{b64(invite_id)}/redeem"
    return Call(Request("POST", path, body, JSON, {"Quietbox-Redeem": b64(signature)}), nothing)


def put_reply(invite_id: bytes, body: bytes, signature: bytes) -> Call[None]:
    """`PUT /v1/invitations/{invite_id}/reply`: the same bytes may be sent again."""
    path = f"/v1/invitations/{b64(invite_id)}/reply"
    return Call(Request("PUT", path, body, JSON, {"Quietbox-Redeem": b64(signature)}), nothing)
