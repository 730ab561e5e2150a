"""Envelopes: deposits, pages of a mailbox, one's own copies, and the endless answer that wakes a reader."""

from __future__ import annotations

from typing import Final

from client_sdk import errors
from client_sdk.frames import Page, parse_rows
from client_sdk.wire import (
    ROWS_BYTES,
    Call,
    Fields,
    Request,
    Response,
    b64,
    from_code,
    get,
    nothing,
    send_bytes,
    send_json,
)
from keys.errors import Malformed

PAGE_ROWS: Final = 100


def deposit(groups: bytes) -> Call[tuple[errors.RelayError | None, ...]]:
    """`POST /v1/envelopes`: for each group None when it is stored (or was before), else why it was
    refused.
    """

    def parse(response: Response) -> tuple[errors.RelayError | None, ...]:
        return tuple(_outcome(one) for one in Fields.of(response).objects("groups"))

    call = send_bytes("POST", "/v1/envelopes", groups, parse)
    return Call(call.request, parse, (200, 201, 207))


def _outcome(fields: Fields) -> errors.RelayError | None:
    status = fields.text("status")
    if status in {"stored", "repeated"}:
        return None
    if status != "refused":
        raise Malformed("unknown status of a group")
    return from_code(fields.text("code"), {})


def rows_after(mailbox_id: bytes, after: int, limit: int = PAGE_ROWS) -> Call[Page]:
    """`GET /v1/mailboxes/{id}/envelopes?after=`: rows above an order, ascending."""
    return _rows(f"/v1/mailboxes/{b64(mailbox_id)}/envelopes?after={after}&limit={limit}", ascending=True)


def rows_before(mailbox_id: bytes, before: int, limit: int = PAGE_ROWS) -> Call[Page]:
    """`GET /v1/mailboxes/{id}/envelopes?before=`: rows below an order, descending."""
    return _rows(f"/v1/mailboxes/{b64(mailbox_id)}/envelopes?before={before}&limit={limit}", ascending=False)


def _rows(path: str, *, ascending: bool) -> Call[Page]:
    def parse(response: Response) -> Page:
        cursor, more = response.headers.get("quietbox-next", ""), response.headers.get("quietbox-more", "")
        if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 19) or more not in {"0", "1"}:
            raise Malformed("a page needs its cursor")
        return Page(parse_rows(response.body, ascending=ascending), int(cursor), more == "1")

    return get(path, parse, ROWS_BYTES)


def expire_own(mailbox_id: bytes, envelope_ids: tuple[bytes, ...]) -> Call[int]:
    """`POST /v1/mailboxes/{id}/expire`: my copies go now; returns how many were there."""

    def parse(response: Response) -> int:
        return Fields.of(response).whole("expired")

    fields = {"envelope_ids": [b64(one) for one in envelope_ids]}
    return send_json("POST", f"/v1/mailboxes/{b64(mailbox_id)}/expire", fields, parse)


def acknowledge(mailbox_id: bytes, envelope_ids: tuple[bytes, ...]) -> Call[None]:
    """`POST /v1/mailboxes/{id}/acknowledge`: these have been shown to a person."""
    fields = {"envelope_ids": [b64(one) for one in envelope_ids]}
    return send_json("POST", f"/v1/mailboxes/{b64(mailbox_id)}/acknowledge", fields, nothing)


def opened(mailbox_id: bytes, envelope_ids: tuple[bytes, ...]) -> Call[frozenset[bytes]]:
    """`POST /v1/mailboxes/{id}/opened`: of my own copies, those whose other copy was shown to a person."""

    def parse(response: Response) -> frozenset[bytes]:
        return frozenset(Fields.of(response).blobs("opened"))

    fields = {"envelope_ids": [b64(one) for one in envelope_ids]}
    return send_json("POST", f"/v1/mailboxes/{b64(mailbox_id)}/opened", fields, parse)


def wake() -> Request:
    """`GET /v1/wake`: an endless answer, see `client_sdk.wake`."""
    return Request("GET", "/v1/wake", headers={"Accept": "text/event-stream"})
