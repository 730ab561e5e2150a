"""Responses: the headers that every answer carries. Owns their names and values; looks at nobody's data."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from relay.http_api.context import Context

SERVER: Final = "quietbox"
HSTS: Final = "max-age=63072000"


def finish_headers(response: web.StreamResponse, context: Context, now: int) -> None:
    """Add what every answer of the interface carries."""
    headers = response.headers
    headers["Server"] = SERVER
    headers["Quietbox-Time"] = str(now)
    headers["Cache-Control"] = "no-store"
    headers["X-Content-Type-Options"] = "nosniff"
    if context.facts.origin.startswith("https:"):
        headers["Strict-Transport-Security"] = HSTS
