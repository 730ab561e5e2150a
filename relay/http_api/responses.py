"""Responses: the headers that every answer carries, and the answers that are written straight. Owns the names
and values of headers; looks at nobody's data.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from aiohttp import HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter

from relay.http_api.context import Context

SERVER: Final = "quietbox"
HSTS: Final = "max-age=63072000"


class Ready(web.Response):
    """An answer whose head and body are written as they are, together: a deposit's, a page of rows.

    For a caller of HTTP/1.1 who stays connected and has taken the answers before: the usual way waits until
    they are taken. Most of its head is made once a second. The usual way, a ninth of a deposit's time, builds
    each head anew and copies the body once more. It uses private parts of aiohttp's response; tests cover
    them.
    """

    def __init__(
        self,
        context: Context,
        now: int,
        content_type: str,
        whole: bytes,
        *,
        status: int = 200,
        told: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """`whole` is the body; `told` are headers of this answer's own, plain ASCII."""
        super().__init__(status=status)
        self._context, self._now, self._whole, self._told = context, now, whole, told
        self._type = content_type

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Write all of it, or what is usual where the usual head would differ."""
        transport = request.transport
        stays = request.keep_alive and request.version == HttpVersion11
        if not stays or self.prepared or transport is None or not _takes(transport):
            self.body = self._whole
            self.headers.update({"Content-Type": self._type, **self._told})
            finish_headers(self, self._context, self._now)
            return await super().prepare(request)
        transport.writelines((self._head(), self._whole))
        self._keep_alive = self._eof_sent = True
        return None

    def _head(self) -> bytes:
        start = _start(_is_secure(self._context), self._now, self.status, self._type)
        own = "".join([f"{name}: {text}\r\n" for name, text in self._told.items()])
        return start + f"Content-Length: {len(self._whole)}\r\n{own}\r\n".encode("ascii")


def _takes(transport: asyncio.Transport) -> bool:
    """Whether the peer is there, and nothing that was written before waits for it."""
    return not transport.is_closing() and not transport.get_write_buffer_size()


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
def _start(secure: bool, now: int, status: int, content_type: str) -> bytes:
    """The status line and the fields that all answers of one kind within a second share."""
    fields = {
        "Content-Type": content_type,
        "Date": formatdate(now, usegmt=True),
        **_standard(secure, now),
    }
    head = "".join(f"{name}: {text}\r\n" for name, text in fields.items())
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{head}".encode("ascii")
