"""Bodies: reading what a caller sends, within bounds of size and time. Owns strictness of types and JSON.

A body has exactly the demanded content type, no content encoding, a limit before it is read and while it
is read, and a deadline for each piece and for all of it: aiohttp itself has none.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from aiohttp import StreamReader, web
from aiohttp.web_protocol import RequestPayloadError

from keys.encoding import load_json
from keys.errors import Malformed as MalformedFormat
from relay.core.errors import Malformed, TooLarge, TooSlow, UnsupportedType

JSON_TYPE: Final = "application/json"
BINARY_TYPE: Final = "application/octet-stream"
PIECE_SECONDS: Final = 15
"""So long may a body stand still."""


async def read_body(request: web.Request, content_type: str, most_bytes: int, total_seconds: int) -> bytes:
    """All of a request's body. Raises UnsupportedType, TooLarge, TooSlow, Malformed."""
    headers = request.headers
    if headers.get("Content-Type") != content_type or "Content-Encoding" in headers:
        raise UnsupportedType
    length = request.content_length
    if length is not None and length > most_bytes:
        raise TooLarge
    content = request.content
    if content.is_eof() and content.exception() is None:  # it came with the head: no deadline to set
        body = content.read_nowait(-1)
    else:
        body = await _read_slowly(content, most_bytes, total_seconds)
    if len(body) > most_bytes:
        raise TooLarge
    return body


async def _read_slowly(content: StreamReader, most_bytes: int, total_seconds: int) -> bytes:
    pieces = bytearray()
    try:
        async with asyncio.timeout(total_seconds):
            while not content.at_eof():
                async with asyncio.timeout(PIECE_SECONDS):
                    pieces += await content.readany()
                if len(pieces) > most_bytes:
                    raise TooLarge
    except TimeoutError:
        raise TooSlow from None
    except (RequestPayloadError, web.PayloadAccessError):
        raise Malformed("body") from None
    return bytes(pieces)


def strict_json(body: bytes) -> dict[str, Any]:
    """One object in strict UTF-8, no duplicate names, no NaN, at most 32 levels. Raises Malformed."""
    try:
        return load_json(body)
    except MalformedFormat as fault:
        raise Malformed(str(fault)) from None
