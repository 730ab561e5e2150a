"""Listener: the application on a socket, with bounds on connections and on the time that a request's head
may take.

aiohttp bounds neither. Owns the connections in all and by address, the watchdog over heads that drip in
and answers that nobody takes, and the answer to what is no HTTP, which shows no version. It uses private
parts of aiohttp's connection: each is covered by a test.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import hdrs, web

from relay.core.errors import RelayError
from relay.http_api.context import Limits
from relay.http_api.network import network_of
from relay.http_api.problems import CONTENT_TYPE, describe_status
from relay.http_api.responses import SERVER
from relay.http_api.routes import PATH_ID

KEEPALIVE_SECONDS: Final = 75
LINGER_SECONDS: Final = 2
SHUTDOWN_SECONDS: Final = 3
WATCH_SECONDS: Final = 1.0
MOST_HEADERS: Final = 64
MOST_LINE_BYTES: Final = 8190
BACKLOG: Final = 1024
DEPOSITS: Final = ("POST", "/v1/envelopes")
LISTS: Final = ("GET", "/v1/mailboxes/{mailbox_id}/envelopes")
_LIST: Final = re.compile(r"/v1/mailboxes/([A-Za-z0-9_-]+)/envelopes(?:\?[a-z0-9=&]*)?", re.ASCII)
"""Targets that the router, too, would lead to `LISTS`; what is written otherwise goes through it."""

Handler = Callable[[Any], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Doors:
    """Who is in. `limits` bounds connections in all and by address; those from this machine count in all
    alone.
    """

    limits: Limits
    open: set[Connection] = field(default_factory=set)
    by_network: Counter[bytes] = field(default_factory=Counter)

    def enter(self, connection: Connection, network: bytes) -> bool:
        """Let a connection in, unless there are too many."""
        crowded = bool(network) and self.by_network[network] >= self.limits.max_connections_per_address
        if crowded or len(self.open) >= self.limits.max_connections:
            return False
        self.open.add(connection)
        self.by_network[network] += 1
        return True

    def leave(self, connection: Connection, network: bytes) -> None:
        """It has gone."""
        if connection in self.open:
            self.open.discard(connection)
            self.by_network[network] -= 1
            if not self.by_network[network]:
                del self.by_network[network]

    def close_slow(self, now: float) -> None:
        """Close those whose request's head has been coming, or whose answer has been going, for too long."""
        head_late, answer_late = now - self.limits.header_seconds, now - self.limits.body_seconds
        for connection in tuple(self.open):
            if connection.head_since is not None and connection.head_since <= head_late:
                connection.force_close()
            elif connection.stuck_since is not None and connection.stuck_since <= answer_late:
                connection.give_up()


class Connection(web.RequestHandler):
    """One connection. `head_since` is when the head under way began, `stuck_since` since when the peer
    has taken nothing of an answer; None while it is not so. Monotonic seconds of the loop.
    """

    __slots__ = ("_doors", "_network", "head_since", "stuck_since")

    def __init__(self, manager: web.Server, doors: Doors, **settings: Any) -> None:
        super().__init__(manager, **settings)
        self._doors = doors
        self._network = b""
        self.head_since: float | None = None
        self.stuck_since: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A peer has come: it is let in, or closed before a byte is read."""
        peer = transport.get_extra_info("peername")
        self._network = network_of(peer[0] if isinstance(peer, tuple) else None)
        if not self._doors.enter(self, self._network):
            transport.abort()  # type: ignore[attr-defined]
            self._force_close = True
        else:
            self.head_since = self._loop.time()
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        """The peer has gone."""
        self._doors.leave(self, self._network)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes have come: of a head, as long as no request is under way."""
        super().data_received(data)
        if not data:  # aiohttp's own call, after a body was read
            return
        if self._messages or self._request_in_progress:
            self.head_since = None
        elif self.head_since is None:
            self.head_since = self._loop.time()

    def pause_writing(self) -> None:
        """The peer takes the answer more slowly than it is made."""
        super().pause_writing()
        self.stuck_since = self._loop.time()

    def resume_writing(self) -> None:
        """It has taken enough for more."""
        super().resume_writing()
        self.stuck_since = None

    def give_up(self) -> None:
        """End the connection without waiting for the peer to take what was written."""
        if self.transport is not None:
            self.transport.abort()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to what is no HTTP, or to a failure outside any handler: fixed, and nothing in the
        log.
        """
        if request.writer.output_size > 0:
            raise ConnectionError("an answer is under way")
        return _closing(status)

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """Nothing: what aiohttp would say names the peer."""


@dataclass(slots=True)
class Listener:
    """A serving application. `host` and `port` are where it listens."""

    host: str
    port: int
    doors: Doors
    _server: asyncio.Server
    _runner: web.AppRunner
    _watch: asyncio.Task[None]

    async def close(self) -> None:
        """Take no more connections, give requests under way a moment, close the rest."""
        self._watch.cancel()
        self._server.close()
        await self._runner.cleanup()


async def listen(
    app: web.Application, limits: Limits, host: str, port: int, *, shared: bool = False
) -> Listener:
    """Serve `app`; port 0 takes a free one. A `shared` port other workers have, too. TLS stands in front.
    Raises OSError where the address cannot be had.
    """
    loop = asyncio.get_running_loop()
    runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    doors = Doors(limits)
    settings = {
        "loop": loop,
        "access_log": None,
        "auto_decompress": False,
        "keepalive_timeout": KEEPALIVE_SECONDS,
        "lingering_time": LINGER_SECONDS,
        "max_headers": MOST_HEADERS,
        "max_line_size": MOST_LINE_BYTES,
        "max_field_size": MOST_LINE_BYTES,
    }
    manager = runner.server
    if manager is None:
        raise RelayError("no server")
    manager.request_handler = _straight(app, manager.request_handler)
    server = await loop.create_server(
        lambda: Connection(manager, doors, **settings),
        host,
        port,
        backlog=BACKLOG,
        reuse_port=shared or None,
    )
    where = server.sockets[0].getsockname()
    watch = asyncio.create_task(_watch(doors))
    return Listener(where[0], where[1], doors, server, runner, watch)


def _straight(app: web.Application, usual: Handler) -> Handler:
    """Lead deposits and lists straight to their handlers, all else through aiohttp's router, whose search is
    a tenth of a deposit's time. What these handlers may then not ask for is `app` and `match_info`: the
    mailbox of a list stands in the request.
    """
    handlers = {
        (one.method, one.resource.canonical): one.handler for one in app.router.routes() if one.resource
    }
    deposit, rows = handlers[DEPOSITS], handlers[LISTS]

    async def lead(request: Any) -> web.StreamResponse:
        if hdrs.EXPECT in request.headers:
            return await usual(request)
        if (request.method, request.raw_path) == DEPOSITS:
            return await deposit(request)
        if request.method == LISTS[0] and (found := _LIST.fullmatch(request.raw_path)):
            request[PATH_ID] = found[1]
            return await rows(request)
        try:
            return await usual(request)
        except web.HTTPException as unrouted:  # a target that is no path, of CONNECT or as in `OPTIONS *`
            return _closing(unrouted.status)

    return lead


def _closing(status: int) -> web.Response:
    """A fixed answer, after which the connection ends."""
    response = web.Response(body=describe_status(status), status=status, content_type=CONTENT_TYPE)
    response.headers["Server"] = SERVER
    response.force_close()
    return response


async def _watch(doors: Doors) -> None:
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        doors.close_slow(loop.time())
