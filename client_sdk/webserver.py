"""Web server: the installed inbox on this computer alone, for a relay elsewhere.

Owns serving the release's own files under their strict headers, so that nobody has to trust the bytes that
the relay serves, and passing `/v1` through to the relay. It holds no key and no session: the page signs in by
itself, and whose page it is stands in its address, `RELAY.localhost`. Must never answer under another name (a
page of somebody else's could otherwise speak through it), and never pass on more than the interface needs.
(docs/protocol.md, part 21.)
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from client_sdk.errors import Misused
from client_sdk.transport import is_loopback, proxy_for
from keys import web

if TYPE_CHECKING:
    import aiohttp
    from aiohttp import web as http

LOOPBACK: Final = "127.0.0.1"
PORT_LABEL: Final = re.compile(r"(^|\.)port-[0-9]+$")
"""What stands for a port at the end of a name."""
MOST_BODY_BYTES: Final = 8 * 1024 * 1024
PIECE_BYTES: Final = 64 * 1024
ASKED: Final = ("authorization", "content-type", "range", "accept", "quietbox-redeem")
TOLD: Final = (
    *("content-type", "content-length", "content-range", "accept-ranges", "cache-control", "retry-after"),
    *("etag", "x-content-type-options", "quietbox-time", "quietbox-next", "quietbox-more"),
)


def name_for(origin: str) -> str:
    """Return the name under which a relay's inbox is served here: `inbox.example.localhost`, or
    `inbox.example.port-8443.localhost` for one at a port of its own.

    `Misused` for a relay on this computer, which needs no second server, and for one whose name would read as
    another's.
    """
    parts = urlsplit(origin)
    if parts.scheme != "https" or not parts.hostname or is_loopback(parts.hostname):
        raise Misused("That relay is on this computer.", hint=f"Open {origin} itself.")
    if ":" in parts.hostname or PORT_LABEL.search(parts.hostname):
        raise Misused("This works for a relay that has a name, at https.")
    port = f".port-{parts.port}" if parts.port not in (None, 443) else ""
    return f"{parts.hostname}{port}.localhost"


class WebServer:
    """Serves the files of one release for one relay. `upstream` is where the relay is spoken to."""

    def __init__(self, origin: str, files: Mapping[str, bytes], upstream: str | None = None) -> None:
        self._name = name_for(origin)
        self._files = files
        self._upstream = upstream or origin
        self._port = 0

    @property
    def address(self) -> str:
        """What to open in a browser."""
        return f"http://{self._name}:{self._port}/"

    @asynccontextmanager
    async def serving(self, port: int) -> AsyncIterator[None]:
        """Serve on loopback until the end of the block; port 0 takes a free one. `Misused` for one in use."""
        import aiohttp
        from aiohttp import web as http

        limit = aiohttp.ClientTimeout(total=None, sock_connect=10)
        async with aiohttp.ClientSession(
            timeout=limit, cookie_jar=aiohttp.DummyCookieJar(), proxy=proxy_for(self._upstream)
        ) as session:
            app = http.Application(client_max_size=MOST_BODY_BYTES)
            app.router.add_route("*", "/{path:.*}", partial(self._answer, session))
            runner = http.AppRunner(app, shutdown_timeout=1, access_log=None)
            await runner.setup()
            try:
                self._port = await _listen(runner, port)
                yield
            finally:
                await runner.cleanup()

    async def _answer(self, session: aiohttp.ClientSession, request: http.Request) -> http.StreamResponse:
        from aiohttp import web as http

        if request.headers.get("Host") != f"{self._name}:{self._port}":
            return http.Response(status=421, text="This is another inbox's address.\n")
        if _is_of_interface(request):
            return await self._pass_on(request, session)
        name = web.file_of(request.path)
        body = self._files.get(name) if name is not None else None
        if name is None or body is None or request.method not in {"GET", "HEAD"}:
            return http.Response(status=404, text="There is nothing here.\n")
        return http.Response(body=body, headers=web.headers_of(name, body))

    async def _pass_on(self, request: http.Request, session: aiohttp.ClientSession) -> http.StreamResponse:
        """Ask the relay, and give its answer on as it comes: wake-ups never end."""
        import aiohttp
        from aiohttp import web as http

        body = await request.read()
        asked = {one: request.headers[one] for one in ASKED if one in request.headers}
        answer = http.StreamResponse()
        with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
            async with session.request(
                request.method,
                self._upstream + request.raw_path,
                data=body or None,
                headers={**asked, "Accept-Encoding": "identity"},
                allow_redirects=False,
            ) as told:
                answer.set_status(told.status)
                answer.headers.update({one: told.headers[one] for one in TOLD if one in told.headers})
                await answer.prepare(request)
                async for piece in told.content.iter_chunked(PIECE_BYTES):
                    await answer.write(piece)
        return answer if answer.prepared else http.Response(status=502, text="The relay is not reached.\n")


def _is_of_interface(request: http.Request) -> bool:
    """By the address as it was written, which is what goes on: no host before it, no way back up within."""
    return request.raw_path.startswith("/v1/") and not {".", ".."} & set(request.path.split("/"))


async def _listen(runner: http.AppRunner, port: int) -> int:
    from aiohttp import web as http

    try:
        await http.TCPSite(runner, LOOPBACK, port).start()
    except OSError as cause:
        raise Misused("That port is taken.", hint="Name another: --port N") from cause
    return int(runner.addresses[0][1])
