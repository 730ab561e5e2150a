"""Blobs: up in pieces, down in ranges."""

from __future__ import annotations

from typing import Final

from client_sdk.wire import Call, Request, Response, b64, nothing, send_bytes, send_json
from keys.errors import Malformed

PIECE_BYTES: Final = 8 * 1024 * 1024


def create_blob(blob_id: bytes, expires_at: int) -> Call[None]:
    """`POST /v1/blobs`."""
    return send_json("POST", "/v1/blobs", {"blob_id": b64(blob_id), "expires_at": expires_at}, nothing)


def put_piece(blob_id: bytes, offset: int, piece: bytes) -> Call[None]:
    """`PUT /v1/blobs/{id}?offset=`: after an unknown outcome `BlobOffset` says what is stored."""
    return send_bytes("PUT", f"/v1/blobs/{b64(blob_id)}?offset={offset}", piece, nothing)


def stored_length(blob_id: bytes) -> Call[int]:
    """`HEAD /v1/blobs/{id}`: how many bytes the relay holds so far."""

    def parse(response: Response) -> int:
        length = response.headers.get("content-length", "")
        if not (length.isascii() and length.isdigit() and len(length) <= 12):
            raise Malformed("no length")
        return int(length)

    return Call(Request("HEAD", f"/v1/blobs/{b64(blob_id)}"), parse)


def finish_blob(blob_id: bytes, stored_bytes: int, sha256: bytes) -> Call[None]:
    """`POST /v1/blobs/{id}/finish`: the relay checks length and hash."""
    fields = {"stored_length": stored_bytes, "sha256": b64(sha256)}
    return send_json("POST", f"/v1/blobs/{b64(blob_id)}/finish", fields, nothing)


def blob_range(blob_id: bytes, start: int, stop: int) -> Call[bytes]:
    """`GET /v1/blobs/{id}` with a range: bytes `start` up to `stop`, exactly."""

    def parse(response: Response) -> bytes:
        if len(response.body) != stop - start:
            raise Malformed("another range than was asked for")
        return response.body

    headers = {"Range": f"bytes={start}-{stop - 1}"}
    request = Request("GET", f"/v1/blobs/{b64(blob_id)}", headers=headers, most_bytes=stop - start)
    return Call(request, parse, (206, 200))
