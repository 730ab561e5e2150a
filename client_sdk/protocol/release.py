"""A sponsor's slot and what is let out into it (docs/protocol.md, part 23). Believes nothing: `keys.release`
does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from client_sdk.wire import Call, Fields, Request, Response, b64, get, nothing, send_bytes, send_json
from keys.encoding import Reader, counted
from keys.errors import Malformed
from keys.names import ID_BYTES
from keys.pins import MOST_KEEPERS
from keys.release import Served

MOST_SERVED_BYTES: Final = 512 * 1024
MOST_VIEW_BYTES: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """The slot that the relay says is open."""

    link_id: bytes
    mailbox_id: bytes


@dataclass(frozen=True, slots=True)
class HeldRelease:
    """What the relay says lives in a slot."""

    act_number: int
    not_before: int
    ends_at: int
    envelope: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """What a member is shown of the sponsor's slot."""

    slot: SlotFacts | None
    releases: tuple[HeldRelease, ...]


@dataclass(frozen=True, slots=True)
class ServedAnswer:
    """What link and digits led to, and the keepers that may be asked."""

    served: Served
    keeper_ids: tuple[bytes, ...]


def open_slot(engagement_id: bytes, link_id: bytes, reader_key: bytes, digits: str) -> Call[bytes]:
    """`PUT …/slot`: the sponsor's mailbox id."""
    fields = {"link_id": b64(link_id), "reader_key": b64(reader_key), "digits": digits}
    path = f"/v1/engagements/{b64(engagement_id)}/slot"
    return send_json("PUT", path, fields, lambda response: Fields.of(response).blob("mailbox_id", ID_BYTES))


def close_slot(engagement_id: bytes) -> Call[None]:
    """`DELETE …/slot`."""
    return Call(Request("DELETE", f"/v1/engagements/{b64(engagement_id)}/slot"), nothing)


def release(engagement_id: bytes, act: bytes, envelope: bytes) -> Call[None]:
    """`POST …/release`: a ticket and its envelope; the same again changes nothing."""
    body = counted(act, 4) + counted(envelope, 4)
    return send_bytes("POST", f"/v1/engagements/{b64(engagement_id)}/release", body, nothing)


def view(engagement_id: bytes) -> Call[ReleaseView]:
    """`GET …/release`."""

    def parse(response: Response) -> ReleaseView:
        fields = Fields.of(response)
        slot = fields.optional("slot")
        facts = SlotFacts(slot.blob("link_id", ID_BYTES), slot.blob("mailbox_id", ID_BYTES)) if slot else None
        return ReleaseView(facts, tuple(_held(one) for one in fields.objects("releases")))

    return get(f"/v1/engagements/{b64(engagement_id)}/release", parse, MOST_VIEW_BYTES)


def shown(link_id: bytes, digits: str) -> Call[ServedAnswer]:
    """`POST /v1/release`: what link and digits lead to."""
    fields = {"link_id": b64(link_id), "digits": digits}
    return send_json("POST", "/v1/release", fields, _served)


def ask_keeper(link_id: bytes, digits: str, keeper_id: bytes, request: bytes) -> Call[bytes]:
    """`POST /v1/release/keepers/{keeper_id}/open`: the sealed answer."""
    fields = {"link_id": b64(link_id), "digits": digits, "request": b64(request)}
    path = f"/v1/release/keepers/{b64(keeper_id)}/open"
    return send_json("POST", path, fields, lambda response: response.body)


def _held(fields: Fields) -> HeldRelease:
    numbers = (fields.whole("act_number"), fields.whole("not_before"), fields.whole("ends_at"))
    return HeldRelease(*numbers, fields.blob("envelope"))


def _served(response: Response) -> ServedAnswer:
    if len(response.body) > MOST_SERVED_BYTES:
        raise Malformed("more than a release")
    reader = Reader(response.body)
    coach, client, ticket = reader.take(32), reader.take(32), reader.counted(4)
    count = reader.between(reader.u8(), 1, MOST_KEEPERS, "keepers")
    keeper_ids = tuple(reader.take(ID_BYTES) for _ in range(count))
    envelope = reader.counted(4)
    reader.finish()
    return ServedAnswer(Served(coach, client, ticket, envelope), keeper_ids)
