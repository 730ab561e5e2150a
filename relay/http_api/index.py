"""The sealed index over HTTP: segments of a mailbox, read, written and let go by its owner. Owns their layout
(docs/protocol.md, part 19).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Final

from aiohttp import web

from relay.core.errors import Malformed
from relay.core.model import IndexSegment
from relay.flow.index import MOST_AT_ONCE, MOST_BOX_BYTES
from relay.http_api.models.envelopes import IndexQuery
from relay.http_api.routes import Bytes, Call, binary, done, route

_COUNT: Final = struct.Struct(">H")
_WRITTEN: Final = struct.Struct(">IQQQI")  # day, number, version, expires_at, length of the box
_READ: Final = struct.Struct(">IQQI")
BODY_BYTES: Final = _COUNT.size + MOST_AT_ONCE * (_WRITTEN.size + MOST_BOX_BYTES)


@route("GET /v1/mailboxes/{mailbox_id}/index", query=IndexQuery, answer=Bytes)
async def segments(call: Call, _: None) -> web.Response:
    """The segments of a mailbox's sealed index, by day and number"""
    query: IndexQuery = call.query
    found, more = await call.context.flows.index.segments(
        call.account_id, call.id("mailbox_id"), (query.after_day, query.after_number), call.now
    )
    response = binary(encode_segments(found))
    response.headers["Quietbox-More"] = "1" if more else "0"
    return response


@route("PUT /v1/mailboxes/{mailbox_id}/index", body=Bytes, status=204, most_bytes=BODY_BYTES)
async def put_segments(call: Call, body: bytes) -> web.Response:
    """Write segments under their next versions, all or nothing"""
    await call.context.flows.index.put(call.account_id, call.id("mailbox_id"), parse_segments(body), call.now)
    return done()


@route("DELETE /v1/mailboxes/{mailbox_id}/index", status=204)
async def drop_index(call: Call, _: None) -> web.Response:
    """Let all segments of a mailbox go"""
    await call.context.flows.index.drop(call.account_id, call.id("mailbox_id"), call.now)
    return done()


def encode_segments(found: Iterable[IndexSegment]) -> bytes:
    """Each day 4 ‖ number 8 ‖ version 8 ‖ bytes₄ box."""
    return b"".join(_READ.pack(one.day, one.number, one.version, len(one.box)) + one.box for one in found)


def parse_segments(body: bytes) -> list[IndexSegment]:
    """Count 2 ‖ count × (day 4 ‖ number 8 ‖ version 8 ‖ expires_at 8 ‖ bytes₄ box). Raises Malformed."""
    try:
        (count,) = _COUNT.unpack_from(body)
        at, found = _COUNT.size, []
        for _ in range(min(count, MOST_AT_ONCE + 1)):
            day, number, version, expires_at, size_bytes = _WRITTEN.unpack_from(body, at)
            start = at + _WRITTEN.size
            at = start + size_bytes
            found.append(IndexSegment(day, number, version, expires_at, body[start:at]))
    except struct.error:
        raise Malformed("segments are too short") from None
    if at != len(body) or len(found) != count:
        raise Malformed("segments are not as long as said")
    return found


ROUTES: Final = (segments, put_segments, drop_index)
