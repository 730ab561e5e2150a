"""Bodies: reading what a caller sends, within bounds of size and time. Owns strictness of types and JSON.

A body has exactly the demanded content type, no content encoding, a limit before it is read and while it
is read, and a deadline for each piece and for all of it: aiohttp itself has none.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from aiohttp import StreamReader, web
from aiohttp.web_protocol import RequestPayloadError

from keys.encoding import load_json
from keys.errors import Malformed as MalformedFormat
from relay.core.errors import Busy, Malformed, TooLarge, TooSlow, UnsupportedType

JSON_TYPE: Final = "application/json"
BINARY_TYPE: Final = "application/octet-stream"
PIECE_SECONDS: Final = 15
"""So long may a body stand still."""
MOST_BODIES_BYTES: Final = 256 * 1024 * 1024
"""Bodies over 64 KiB that are in memory at a time, whoever sends them."""
MOST_PARTS: Final = 65_536
"""Of a JSON body: four million bytes of empty lists would hold up everybody for a second and more."""


class Room:
    """Memory for large bodies, all together: what does not fit waits outside, at the caller's. One account
    has a quarter of it at most, and so have all who come without a session.
    """

    def __init__(self, most_bytes: int = MOST_BODIES_BYTES) -> None:
        self._free_bytes, self._most_of_one = most_bytes, most_bytes // 4
        self._held: Counter[bytes] = Counter()

    @contextmanager
    def for_body(self, whose: bytes, announced_bytes: int | None, most_bytes: int) -> Iterator[None]:
        """Hold room while a body is read and dealt with; one of unknown length may take all it is
        allowed. `whose` is the account, or empty. Raises Busy, or TooLarge.
        """
        size_bytes = most_bytes if announced_bytes is None else announced_bytes
        if size_bytes > most_bytes:
            raise TooLarge
        if size_bytes > min(self._free_bytes, self._most_of_one - self._held[whose]):
            raise Busy
        self._take(whose, size_bytes)
        try:
            yield
        finally:
            self._take(whose, -size_bytes)

    def _take(self, whose: bytes, size_bytes: int) -> None:
        self._free_bytes -= size_bytes
        self._held[whose] += size_bytes
        if not self._held[whose]:
            del self._held[whose]


async def read_body(request: web.Request, content_type: str, most_bytes: int, total_seconds: int) -> bytes:
    """All of a request's body. Raises UnsupportedType, TooLarge, TooSlow, Malformed."""
    headers = request.headers
    if headers.get("Content-Type") != content_type or "Content-Encoding" in headers:
        raise UnsupportedType
    if arrived(request):
        body = request.content.read_nowait(-1)
    else:
        if (request.content_length or 0) > most_bytes:
            raise TooLarge
        body = await _read_slowly(request.content, most_bytes, total_seconds)
    if len(body) > most_bytes:
        raise TooLarge
    return body


def arrived(request: web.Request) -> bool:
    """Whether the whole body came with the head: then there is nothing to wait for, and no room to hold."""
    return request.content.is_eof() and request.content.exception() is None


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
    """One object in strict UTF-8, no duplicate names, no NaN, at most 32 levels, of no more parts than the
    largest vault has. Raises Malformed.
    """
    if sum(map(body.count, b"[{,")) > MOST_PARTS:
        raise Malformed("too many parts")
    try:
        return load_json(body)
    except MalformedFormat as fault:
        raise Malformed(detail=str(fault)) from None
