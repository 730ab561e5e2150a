"""Responses: the headers that every answer carries. Owns their names and values; looks at nobody's data."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from aiohttp import web

from relay.http_api.context import Context

SERVER: Final = "quietbox"
HSTS: Final = "max-age=63072000"


def finish_headers(response: web.StreamResponse, context: Context, now: int) -> None:
    """Add what every answer of the interface carries."""
    response.headers.update(_standard(context.facts.origin.startswith("https:"), now))


@lru_cache(maxsize=8)
def _standard(secure: bool, now: int) -> dict[str, str]:
    headers = {
        "Server": SERVER,
        "Quietbox-Time": str(now),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return headers | {"Strict-Transport-Security": HSTS} if secure else headers
