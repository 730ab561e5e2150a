"""Receipts and the log (docs/protocol.md, parts 13 and 16). Verifies nothing: `client_sdk.loghead` and
`keys.receipt_check` do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from client_sdk.wire import Call, Fields, Response, b64, get, nothing, send_json
from keys.encoding import from_base64url, load_json, to_base64url
from keys.errors import Malformed
from keys.log import HASH_BYTES
from keys.names import ID_BYTES
from keys.notes import MOST_NOTE_BYTES
from keys.receipt_file import MOST_PATH, FiledReceipt, read_receipt

RECEIPTS_AT_ONCE: Final = 100
MOST_OWN_COPIES: Final = 10_000
MOST_RECEIPTS_BYTES: Final = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """Receipts in ascending order; `more` says that there are further ones after the last."""

    receipts: tuple[FiledReceipt, ...] = field(repr=False)
    more: bool


def receipts(after: int) -> Call[ReceiptPage]:
    """`GET /v1/receipts`: my own, above an order."""

    def parse(response: Response) -> ReceiptPage:
        fields = load_json(response.body)
        listed, more = fields.get("receipts"), fields.get("more")
        if not isinstance(listed, list) or len(listed) > RECEIPTS_AT_ONCE or not isinstance(more, bool):
            raise Malformed("not a page of receipts")
        return ReceiptPage(tuple(read_receipt(one) for one in listed), more)

    return get(f"/v1/receipts?after={after}&limit={RECEIPTS_AT_ONCE}", parse, MOST_RECEIPTS_BYTES)


def say_own_copies(engagement_id: bytes, statement: bytes) -> Call[None]:
    """`PUT /v1/engagements/{id}/own-copies`: my signed word on what this computer kept."""
    path = f"/v1/engagements/{to_base64url(engagement_id)}/own-copies"
    return send_json("PUT", path, {"statement": to_base64url(statement)}, nothing)


def own_copies() -> Call[list[tuple[bytes, bytes]]]:
    """`GET /v1/own-copies`: (engagement id, signed word) of what others said to me."""

    def parse(response: Response) -> list[tuple[bytes, bytes]]:
        listed = load_json(response.body).get("own_copies")
        if not isinstance(listed, list) or len(listed) > MOST_OWN_COPIES:
            raise Malformed("not a list of words on own copies")
        return [_own_copies(one) for one in listed]

    return get("/v1/own-copies", parse, MOST_RECEIPTS_BYTES)


def _own_copies(fields: object) -> tuple[bytes, bytes]:
    if not isinstance(fields, dict):
        raise Malformed("not an object")
    engagement_id, statement = fields.get("engagement_id"), fields.get("statement")
    if not isinstance(engagement_id, str) or not isinstance(statement, str):
        raise Malformed("not a word on own copies")
    return from_base64url(engagement_id, ID_BYTES), from_base64url(statement)


def newest_checkpoint() -> Call[str]:
    """`GET /v1/log/checkpoint`: a signed note."""
    return get("/v1/log/checkpoint", _note, MOST_NOTE_BYTES)


def checkpoint_named(checkpoint_hash: bytes) -> Call[str]:
    """`GET /v1/log/checkpoints/{hash}`: the note that a message named. NotFound where this log never signed
    it.
    """
    return get(f"/v1/log/checkpoints/{b64(checkpoint_hash)}", _note, MOST_NOTE_BYTES)


def consistency(first: int, second: int) -> Call[tuple[bytes, ...]]:
    """`GET /v1/log/consistency`: that the tree of `second` entries begins with that of `first`."""
    return get(f"/v1/log/consistency?first={first}&second={second}", _proof)


def inclusion(index: int, size: int) -> Call[tuple[bytes, ...]]:
    """`GET /v1/log/inclusion`: that the tree of `size` entries holds the one at `index`."""
    return get(f"/v1/log/inclusion?index={index}&size={size}", _proof)


def _note(response: Response) -> str:
    try:
        return response.body.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("a note is text") from None


def _proof(response: Response) -> tuple[bytes, ...]:
    proof = Fields.of(response).blobs("proof")
    if len(proof) > 2 * MOST_PATH or any(len(one) != HASH_BYTES for one in proof):
        raise Malformed("not a proof")
    return proof
