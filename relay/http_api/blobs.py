"""Blobs over HTTP: uploads in pieces, downloads by ranges. Memory is bounded by a piece, whatever the
size.
"""

from __future__ import annotations

import re
from typing import Final

from aiohttp import web

from relay.core.errors import Malformed
from relay.core.model import Blob
from relay.flow.blobs import BLOB_ID_BYTES, MOST_PIECE_BYTES
from relay.http_api.bodies import BINARY_TYPE
from relay.http_api.models.envelopes import BlobAsked, FinishAsked, OffsetQuery, StoredAnswer
from relay.http_api.responses import finish_headers
from relay.http_api.routes import Bytes, Call, answer, done, route

_RANGE: Final = re.compile(r"bytes=(\d{1,15})-(\d{0,15})", re.ASCII)


@route("POST /v1/blobs", body=BlobAsked, status=201)
async def create_blob(call: Call, asked: BlobAsked) -> web.Response:
    """Begin an attachment"""
    await call.context.flows.blobs.create(call.account_id, asked.blob_id, asked.expires_at, call.now)
    return web.Response(status=201)


@route(
    "PUT /v1/blobs/{blob_id}",
    body=Bytes,
    query=OffsetQuery,
    answer=StoredAnswer,
    most_bytes=MOST_PIECE_BYTES,
)
async def append_blob(call: Call, body: bytes) -> web.Response:
    """Add a piece where the stored bytes end"""
    stored = await call.context.flows.blobs.append(
        call.account_id, call.id("blob_id", BLOB_ID_BYTES), call.query.offset, body, call.now
    )
    return answer(StoredAnswer(stored=stored))


@route("POST /v1/blobs/{blob_id}/finish", body=FinishAsked, status=204)
async def finish_blob(call: Call, asked: FinishAsked) -> web.Response:
    """Say that it is whole; length and hash are checked"""
    await call.context.flows.blobs.finish(
        call.account_id, call.id("blob_id", BLOB_ID_BYTES), asked.stored_length, asked.sha256, call.now
    )
    return done()


@route("HEAD /v1/blobs/{blob_id}")
async def look_at_blob(call: Call, _: None) -> web.StreamResponse:
    """The stored length so far"""
    blob = await _readable(call)
    response = web.StreamResponse()
    response.content_type = BINARY_TYPE
    response.content_length = blob.stored_bytes
    return response


@route("GET /v1/blobs/{blob_id}", answer=Bytes)
async def read_blob(call: Call, _: None) -> web.StreamResponse:
    """The stored bytes, whole or one range"""
    blob = await _readable(call)
    start, stop = 0, blob.stored_bytes
    wanted = call.request.headers.get("Range")
    response = web.StreamResponse()
    if wanted is not None:
        start, stop = _range(wanted, blob.stored_bytes)
        response.set_status(206)
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{blob.stored_bytes}"
    response.content_type = BINARY_TYPE
    response.content_length = stop - start
    response.headers["Accept-Ranges"] = "bytes"
    finish_headers(response, call.context, call.now)
    await response.prepare(call.request)
    async for piece in call.context.flows.blobs.read(blob, start, stop):
        await response.write(piece)
    await response.write_eof()
    return response


async def _readable(call: Call) -> Blob:
    return await call.context.flows.blobs.readable(
        call.account_id, call.id("blob_id", BLOB_ID_BYTES), call.now
    )


def _range(header: str, size_bytes: int) -> tuple[int, int]:
    """First byte and the one after the last of `bytes=a-b` or `bytes=a-` (RFC 9110, 14.1.2). Raises
    Malformed.
    """
    matched = _RANGE.fullmatch(header)
    if matched is None:
        raise Malformed("range")
    start = int(matched[1])
    stop = min(int(matched[2]) + 1, size_bytes) if matched[2] else size_bytes
    if start >= stop:
        raise Malformed("range")
    return start, stop


ROUTES: Final = (create_blob, append_blob, finish_blob, look_at_blob, read_blob)
