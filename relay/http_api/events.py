"""Events: waiting readers are told to look (server-sent events). Owns the stream and its heartbeat;
carries ids and cursors of the caller's own mailboxes and engagements alone.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, Final

from aiohttp import web

from keys.encoding import to_base64url
from relay.core.errors import NotSignedIn
from relay.http_api.context import Waiter
from relay.http_api.responses import finish_headers
from relay.http_api.routes import Bytes, Call, route

HEARTBEAT_SECONDS: Final = 15
AMONG_OTHERS_SECONDS: Final = 900
"""How long a reader waits at one of several relays: what another that was cut off from the rest could tell
nobody before it ended is seen then at the latest.
"""
WAITING: Final = web.AppKey("waiting", set[Any])
"""The tasks of readers who wait, so that a relay that stops need not wait for them."""

_HEARTBEAT: Final = b":\n\n"


@route("GET /v1/wake", answer=Bytes)
async def wake(call: Call, _: None) -> web.StreamResponse:
    """Server-sent events: `wake` with a mailbox and its cursor, `engagement` with an engagement that
    changed, `account` where something happened to the account
    """
    mailboxes = await call.context.flows.fetch.mailboxes(call.account_id, call.now)
    ids = {one.mailbox_id for one in mailboxes} | {one.engagement_id for one in mailboxes}
    response = web.StreamResponse()
    response.content_type = "text/event-stream"
    response.headers["X-Accel-Buffering"] = "no"  # a proxy that gathers would keep a reader waiting
    finish_headers(response, call.context, call.now)
    waiter = call.context.waits.join(call.account_id, ids)
    task = asyncio.current_task()
    if task is not None:
        call.request.app[WAITING].add(task)
        task.add_done_callback(call.request.app[WAITING].discard)
    try:
        await response.prepare(call.request)
        await response.write(_HEARTBEAT)
        await _tell(call, waiter, response)
    finally:
        call.context.waits.leave(waiter)
    return response


async def end_waiting(app: web.Application) -> None:
    """Let all readers go; they come back to whoever listens next."""
    waiting: set[Any] = app[WAITING]
    for task in tuple(waiting):
        task.cancel()


async def _tell(call: Call, waiter: Waiter, response: web.StreamResponse) -> None:
    """Write what changes until the session ends, the reader goes, or has to come back and look."""
    context = call.context
    looks_again_at = call.now + AMONG_OTHERS_SECONDS
    while True:
        events = _HEARTBEAT
        if await waiter.wait(HEARTBEAT_SECONDS):
            events = _encode(*waiter.take()) + (_event("account", {}) if waiter.take_account() else b"")
        looks_again = not context.flows.company.is_alone and context.now() >= looks_again_at
        if waiter.is_over or looks_again or not await _signed_in(call):
            return
        await response.write(events)
        context.flows.access.remembered(call.token, context.now())  # somebody is at the other end


async def _signed_in(call: Call) -> bool:
    try:
        await call.context.flows.access.caller(call.token, call.context.now())
    except NotSignedIn:
        return False
    return True


def _encode(mailboxes: dict[bytes, int], engagements: set[bytes]) -> bytes:
    events = [
        _event("wake", {"mailbox_id": to_base64url(mailbox_id), "cursor": cursor})
        for mailbox_id, cursor in mailboxes.items()
    ]
    events += [_event("engagement", {"engagement_id": to_base64url(one)}) for one in engagements]
    return b"".join(events)


def _event(name: str, fields: dict[str, str | int]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(fields)}\n\n".encode("ascii")


ROUTES: Final = (wake,)
