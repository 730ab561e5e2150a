"""Keepers over HTTP: day keys for senders, sealed questions and revocations passed through."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from relay.http_api.models.envelopes import DaysQuery
from relay.http_api.routes import Bytes, Call, binary, route

REQUEST_BYTES: Final = 2 * 1024 * 1024
REVOKE_BYTES: Final = 2048


@route("GET /v1/keepers/{keeper_id}/days", query=DaysQuery, answer=Bytes)
async def days(call: Call, _: None) -> web.Response:
    """Signed day keys, 1,300 bytes each"""
    query: DaysQuery = call.query
    found = await call.context.flows.keepers.days(call.id("keeper_id"), query.first, query.count, call.now)
    return binary(b"".join(found))


@route("POST /v1/keepers/{keeper_id}/open", body=Bytes, answer=Bytes, most_bytes=REQUEST_BYTES)
async def open_locks(call: Call, body: bytes) -> web.Response:
    """Ask a keeper for its shares"""
    return binary(await call.context.flows.keepers.open(call.id("keeper_id"), body))


@route("POST /v1/keepers/{keeper_id}/revoke", body=Bytes, answer=Bytes, most_bytes=REVOKE_BYTES)
async def revoke(call: Call, body: bytes) -> web.Response:
    """Revoke a lock; 202 while the request waits for its keeper"""
    told = await call.context.flows.keepers.revoke(call.id("keeper_id"), body, call.now)
    return web.Response(status=202) if told is None else binary(told)


ROUTES: Final = (days, open_locks, revoke)
