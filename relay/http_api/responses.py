"""Responses: the headers that every answer carries, and the one answer that is ready beforehand. Owns their
names and values; looks at nobody's data.
"""

from __future__ import annotations

from email.utils import formatdate
from functools import lru_cache
from typing import Final

from aiohttp import HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter

from relay.http_api.bodies import JSON_TYPE
from relay.http_api.context import Context

SERVER: Final = "quietbox"
HSTS: Final = "max-age=63072000"
STORED: Final = b'{"groups":[{"status":"stored"}]}'


class Stored(web.Response):
    """The answer to a deposit whose one group was stored.

    For a caller of HTTP/1.1 who stays connected it is bytes that are made once a second: a head made anew
    for each was a ninth of a deposit's time. It uses private parts of aiohttp's response; tests cover them.
    """

    def __init__(self, context: Context, now: int) -> None:
        super().__init__(body=STORED, status=201, content_type=JSON_TYPE)
        self._context, self._now = context, now

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Write all of it, or what is usual where the usual head would differ."""
        transport = request.transport
        stays = request.keep_alive and request.version == HttpVersion11
        if not stays or self.prepared or transport is None or transport.is_closing():
            return await super().prepare(request)
        transport.write(_stored(_is_secure(self._context), self._now))
        self._keep_alive = self._eof_sent = True
        return None


def finish_headers(response: web.StreamResponse, context: Context, now: int) -> None:
    """Add what every answer of the interface carries, where it has not said otherwise."""
    for name, text in _standard(_is_secure(context), now).items():
        response.headers.setdefault(name, text)


def _is_secure(context: Context) -> bool:
    return context.facts.origin.startswith("https:")


@lru_cache(maxsize=8)
def _standard(secure: bool, now: int) -> dict[str, str]:
    headers = {
        "Server": SERVER,
        "Quietbox-Time": str(now),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return headers | {"Strict-Transport-Security": HSTS} if secure else headers


@lru_cache(maxsize=8)
def _stored(secure: bool, now: int) -> bytes:
    fields = {
        "Content-Type": JSON_TYPE,
        "Content-Length": str(len(STORED)),
        "Date": formatdate(now, usegmt=True),
        **_standard(secure, now),
    }
    head = "".join(f"{name}: {text}\r\n" for name, text in fields.items())
    return f"HTTP/1.1 201 Created\r\n{head}\r\n".encode("ascii") + STORED
