"""Mail that comes in: personal addresses, and the rules of providers that forward."""

from __future__ import annotations

from dataclasses import dataclass, field

from client_sdk.wire import Call, Fields, Request, Response, b64, get, nothing, send_json


@dataclass(frozen=True, slots=True)
class SenderFacts:
    """A personal address that I registered; the relay keeps a keyed hash alone. `added_on` is a day's first
    second.
    """

    sender_id: bytes
    state: str
    added_on: int


def add_sender(address: str) -> Call[None]:
    """`POST /v1/senders`: a code goes to the address."""
    return send_json("POST", "/v1/senders", {"address": address}, nothing, repeatable=False)


def confirm_sender(code: str) -> Call[None]:
    """`POST /v1/senders/confirm`: five tries an hour."""
    return send_json("POST", "/v1/senders/confirm", {"code": code}, nothing, repeatable=False)


def senders() -> Call[tuple[SenderFacts, ...]]:
    """`GET /v1/senders`."""

    def parse(response: Response) -> tuple[SenderFacts, ...]:
        return tuple(
            SenderFacts(one.blob("sender_id", 16), one.text("state"), one.whole("added_on"))
            for one in Fields.of(response).objects("senders")
        )

    return get("/v1/senders", parse)


def remove_sender(sender_id: bytes) -> Call[None]:
    """`DELETE /v1/senders/{sender_id}`."""
    return Call(Request("DELETE", f"/v1/senders/{b64(sender_id)}"), nothing)


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """A rule for mail that a provider forwards. `state` is waiting or active."""

    rule_id: bytes
    mailbox_id: bytes
    sender_id: bytes
    address: str = field(repr=False)
    state: str
    expires_at: int


def add_rule(mailbox_id: bytes, sender_id: bytes) -> Call[tuple[bytes, str, int]]:
    """`POST /v1/mailboxes/{id}/rules`: its id, its inbound address, and until when it waits."""

    def parse(response: Response) -> tuple[bytes, str, int]:
        fields = Fields.of(response)
        return fields.blob("rule_id", 16), fields.text("address"), fields.whole("expires_at")

    path = f"/v1/mailboxes/{b64(mailbox_id)}/rules"
    return send_json("POST", path, {"sender_id": b64(sender_id)}, parse, repeatable=False)


def challenge_rule(rule_id: bytes, address: str) -> Call[int]:
    """`POST /v1/rules/{rule_id}/challenge`: a line is mailed to the address; until when it is good."""

    def parse(response: Response) -> int:
        return Fields.of(response).whole("expires_at")

    path = f"/v1/rules/{b64(rule_id)}/challenge"
    return send_json("POST", path, {"address": address}, parse, repeatable=False)


def rules() -> Call[tuple[RuleFacts, ...]]:
    """`GET /v1/rules`."""

    def parse(response: Response) -> tuple[RuleFacts, ...]:
        return tuple(_rule(one) for one in Fields.of(response).objects("rules"))

    return get("/v1/rules", parse)


def _rule(fields: Fields) -> RuleFacts:
    return RuleFacts(
        fields.blob("rule_id", 16),
        fields.blob("mailbox_id", 16),
        fields.blob("sender_id", 16),
        fields.text("address"),
        fields.text("state"),
        fields.whole("expires_at"),
    )


def remove_rule(rule_id: bytes) -> Call[None]:
    """`DELETE /v1/rules/{rule_id}`: its address takes nothing from then on."""
    return Call(Request("DELETE", f"/v1/rules/{b64(rule_id)}"), nothing)
