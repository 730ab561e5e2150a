"""The application: routes bound to their handlers, every answer finished alike, and what is said in the
log.

Owns the last resort: whatever a handler raises becomes one of the problems of the table, with nothing of
the exception in it. Must never log an address, an id, a header or a body.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from functools import cache
from typing import Final

from aiohttp import hdrs, web
from aiohttp.http import HttpRequestParser
from aiohttp.http_parser import HttpRequestParserPy

from relay.core.errors import NotFound, RelayError
from relay.http_api import (
    about,
    blobs,
    codes,
    engagements,
    envelopes,
    events,
    index,
    keepers,
    log,
    opening,
    people,
    receipts,
    release,
    reopening,
    rules,
    shown,
    spoken,
    telling,
)
from relay.http_api.bodies import JSON_TYPE, Room
from relay.http_api.context import Context
from relay.http_api.pages import Page, Pages
from relay.http_api.problems import CONTENT_TYPE, describe, describe_status
from relay.http_api.rates import Rates
from relay.http_api.requestlog import RequestLog
from relay.http_api.responses import SERVER, Ready, finish_headers
from relay.http_api.routes import Call, Desk, Route, route, run

ROUTES: Final = (
    *about.ROUTES,
    *engagements.ROUTES,
    *people.ROUTES,
    *opening.ROUTES,
    *spoken.ROUTES,
    *reopening.ROUTES,
    *codes.ROUTES,
    *rules.ROUTES,
    *envelopes.ROUTES,
    *shown.ROUTES,
    *index.ROUTES,
    *blobs.ROUTES,
    *telling.ROUTES,
    *keepers.ROUTES,
    *release.ROUTES,
    *receipts.ROUTES,
    *log.ROUTES,
    *events.ROUTES,
)
VERSION: Final = "1"
PAGE_ROUTE: Final = "/{page}"
ANSWERED_ALWAYS: Final = frozenset({"/healthz", "/v1/relay", "/v1/relay/mark/{mark_id}", "/v1/openapi.json"})
"""Whatever the clock shows: they say how it is with the relay, and nothing of a person."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def create_app(context: Context) -> web.Application:
    """Build the application. `relay.http_api.listener.listen` serves it with limits on connections."""
    if HttpRequestParser is HttpRequestParserPy:
        raise RuntimeError("aiohttp runs without its C parser, whose strictness we rely on")
    loop = asyncio.get_running_loop()
    desk = Desk(context, Rates(context.limits.requests_per_minute, loop.time, context.flows.company), Room())
    log = RequestLog(context.log, loop.time)
    app = web.Application(client_max_size=0)
    for bound in (*ROUTES, _openapi_route(ROUTES, context)):
        serve = _served(bound, desk, log)
        app.router.add_route(bound.method, bound.path, serve, expect_handler=_expect)
    pages = Pages(context.static_root, secure=context.facts.origin.startswith("https:"))
    app.router.add_route(hdrs.METH_ANY, "/{page:.*}", _paged(pages, context, log), expect_handler=_expect)
    app[events.WAITING] = set()
    app.on_shutdown.append(events.end_waiting)
    return app


def _served(bound: Route, desk: Desk, log: RequestLog) -> Handler:
    method, path, context = bound.method, bound.path, desk.context
    read = context.now if path in ANSWERED_ALWAYS else context.serving_at

    async def serve(request: web.Request) -> web.StreamResponse:
        started, now = log.clock(), 0
        try:
            now = read()
            response = await run(bound, desk, request, now)
        except RelayError as fault:
            response = problem(fault)
        except Exception as failure:  # noqa: BLE001 - the last resort: a fixed answer, and the class in the log
            context.log.error("http.failed", route=path, method=method, failure=failure)
            response = problem(RelayError())
        if not response.prepared and not isinstance(response, Ready):  # which finishes itself
            if request.writer.output_size > 0:  # an answer is under way: cut it, and let nothing stand in it
                raise ConnectionResetError
            finish_headers(response, context, now or context.now())
        log.say(path, method, response.status, started)
        return response

    return serve


def _paged(pages: Pages, context: Context, log: RequestLog) -> Handler:
    async def serve(request: web.Request) -> web.StreamResponse:
        started = log.clock()
        page = pages.find(request.path) if request.method in ("GET", "HEAD") else None
        if page is None:
            response = problem(NotFound())
            finish_headers(response, context, context.now())
        else:
            response = _page(page, request)
        log.say(PAGE_ROUTE, "GET", response.status, started)
        return response

    return serve


async def _expect(request: web.Request) -> web.StreamResponse | None:
    """Answer `Expect` (RFC 9110, 10.1.1): go on for 100-continue, a problem for anything else."""
    if request.headers.get(hdrs.EXPECT, "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # what follows is the first of the answer itself
        return None
    response = web.Response(body=describe_status(417), status=417, content_type=CONTENT_TYPE)
    response.headers[hdrs.SERVER] = SERVER
    response.force_close()
    return response


def _page(page: Page, request: web.Request) -> web.Response:
    accepted = request.headers.get(hdrs.ACCEPT_ENCODING, "").split(",")
    if page.packed is not None and "gzip" in map(str.strip, accepted):
        page = page.packed
    if request.headers.get(hdrs.IF_NONE_MATCH) == page.etag:
        return web.Response(status=304, headers=page.headers)
    return web.Response(body=page.body, headers=page.headers)


def problem(fault: RelayError) -> web.Response:
    """The answer to what was refused or failed."""
    status, body = describe(fault)
    response = web.Response(body=body, status=status, content_type=CONTENT_TYPE)
    if "retry_after" in fault.facts:
        response.headers[hdrs.RETRY_AFTER] = str(fault.facts["retry_after"])
    if status == 401:
        response.headers[hdrs.WWW_AUTHENTICATE] = "Bearer"
    return response


def _openapi_route(routes: Iterable[Route], context: Context) -> Route:
    """The description is drawn when it is first asked for: that takes as long as the rest of the start."""

    @cache
    def body() -> bytes:
        from relay.http_api.openapi import describe  # whom nobody asks has no memory for it

        described = describe((*routes, openapi), context.facts.name, VERSION)
        return json.dumps(described, ensure_ascii=False).encode("utf-8")

    @route("GET /v1/openapi.json", session=False)
    async def openapi(call: Call, _: None) -> web.Response:
        """This description"""
        return web.Response(body=await asyncio.to_thread(body), content_type=JSON_TYPE)

    return openapi
