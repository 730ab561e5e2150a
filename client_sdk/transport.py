"""Transport: the seam to the network, and its body over aiohttp.

Owns connections, time limits, TLS and when an exchange is tried again. A `Transport` makes one attempt;
`Patient` repeats what may be repeated, with growing, jittered pauses under a ceiling. Must never follow a
redirect, never speak without TLS except on loopback, never read more than a request allows, and never log a
path, which may hold ids. aiohttp is imported at the first exchange, because it alone takes longer to import
than all the rest.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit

from client_sdk import errors
from client_sdk.clock import RelayClock
from client_sdk.wire import Request, Response

if TYPE_CHECKING:
    import aiohttp

log = logging.getLogger("client_sdk")

CONNECT_SECONDS: Final = 10.0
EXCHANGE_SECONDS: Final = 60.0
PIECE_SECONDS: Final = 300.0  # for 8 MiB over a slow line
SILENCE_SECONDS: Final = 45.0  # the relay sends a comment each 15 s
LONG_BODY_BYTES: Final = 64 * 1024
LARGE_BODY_BYTES: Final = 512 * 1024
PART_BYTES: Final = 256 * 1024
READ_AHEAD_BYTES: Final = 1024 * 1024  # of an answer, before the other side has to wait
ATTEMPTS: Final = 5
FIRST_PAUSE_SECONDS: Final = 0.25
LONGEST_PAUSE_SECONDS: Final = 8.0
LINE_BYTES: Final = 64 * 1024

AGAIN: Final = frozenset({502, 503, 504})


class Transport(Protocol):
    """One attempt at an exchange. Raises `ServerUnavailable` when no whole answer came."""

    async def exchange(self, request: Request) -> Response: ...

    def lines(self, request: Request) -> AsyncIterator[bytes]:
        """Lines of an endless answer, without their ends, the first of them empty, until it ends or falls
        silent.
        """
        ...

    async def close(self) -> None: ...


def check_origin(origin: str) -> str:
    """Return an origin unchanged if it may be spoken to: https, or http on loopback. `Misused` otherwise."""
    parts = urlsplit(origin)
    if (
        not parts.hostname
        or parts.path
        or parts.query
        or parts.fragment
        or parts.username
        or not origin.isascii()
    ):
        raise errors.Misused("That is not the address of a relay.")
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname)):
        return origin
    raise errors.Misused("A relay is reached by https.", hint="Only a relay on this computer may use http.")


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only be this computer."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def proxy_for(origin: str) -> str | None:
    """Return the proxy that the environment names for an origin; none for this computer itself.

    Of the environment nothing else is trusted: a `.netrc` would put its own password in place of the session.
    """
    from urllib.request import getproxies, proxy_bypass

    host = urlsplit(origin).hostname or ""
    if is_loopback(host) or proxy_bypass(host):
        return None
    return getproxies().get("https")


class AiohttpTransport:
    """A `Transport` over one pool of connections to one origin."""

    def __init__(self, origin: str, tls: ssl.SSLContext | None = None) -> None:
        """`tls` replaces the system's trust, for a relay with a certificate of its own."""
        self._origin = check_origin(origin)
        self._tls = tls
        self._session: aiohttp.ClientSession | None = None

    async def exchange(self, request: Request) -> Response:
        """Make one attempt."""
        import aiohttp

        seconds = PIECE_SECONDS if len(request.body) > LONG_BODY_BYTES else EXCHANGE_SECONDS
        limit = aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS)
        try:
            async with self._open().request(
                request.method,
                self._origin + request.path,
                data=_body(request.body),
                headers=_headers(request),
                allow_redirects=False,
                timeout=limit,
                read_bufsize=READ_AHEAD_BYTES,
            ) as answer:
                body = await _read(answer, request.most_bytes)
                return Response(answer.status, _lower(answer), body)
        except (aiohttp.ClientError, TimeoutError, OSError) as cause:
            raise errors.ServerUnavailable from cause

    async def lines(self, request: Request) -> AsyncIterator[bytes]:
        """Yield lines until the answer ends; `ServerUnavailable` when it breaks or falls silent."""
        import aiohttp

        limit = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=SILENCE_SECONDS)
        try:
            async with self._open().request(
                request.method,
                self._origin + request.path,
                headers=_headers(request),
                allow_redirects=False,
                timeout=limit,
                read_bufsize=LINE_BYTES,
            ) as answer:
                if answer.status != 200:
                    raise StreamRefused(
                        Response(answer.status, _lower(answer), await _read(answer, LINE_BYTES))
                    )
                yield b""  # it has begun: whoever reads may now look at what came before
                async for line in answer.content:
                    yield line.rstrip(b"\r\n")
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as cause:
            raise errors.ServerUnavailable from cause

    async def close(self) -> None:
        """Close all connections."""
        if self._session:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if not self._session:
            import aiohttp

            connector = aiohttp.TCPConnector(limit=8, ssl=self._tls or True)
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), proxy=proxy_for(self._origin)
            )
        return self._session


class StreamRefused(errors.RelayError):
    """An endless answer was not begun; `response` says why."""

    def __init__(self, response: Response) -> None:
        super().__init__(request_id=response.request_id)
        self.response = response


def _body(body: bytes) -> bytes | AsyncIterator[memoryview] | None:
    """Return a body as aiohttp likes it: a large one in parts, so that it does not hold up the loop. As a
    file it would be read 64 KiB at a time, each in another thread.
    """
    return _parts(body) if len(body) > LARGE_BODY_BYTES else body or None


async def _parts(body: bytes) -> AsyncIterator[memoryview]:
    whole = memoryview(body)
    for at in range(0, len(whole), PART_BYTES):
        yield whole[at : at + PART_BYTES]


def _headers(request: Request) -> dict[str, str]:
    kind = {"Content-Type": request.content_type} if request.content_type else {}
    length = {"Content-Length": str(len(request.body))} if len(request.body) > LARGE_BODY_BYTES else {}
    return {**kind, **length, **request.headers}


def _lower(answer: aiohttp.ClientResponse) -> dict[str, str]:
    return {name.lower(): text for name, text in answer.headers.items()}


async def _read(answer: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    """Read an answer whole, but no more than was allowed."""
    pieces: list[bytes] = []
    left_bytes = most_bytes
    async for piece in answer.content.iter_any():
        pieces.append(piece)
        left_bytes -= len(piece)
        if left_bytes < 0:
            raise errors.Incompatible("The server answered more than was asked for.")
    return b"".join(pieces)


class Patient:
    """Repeats exchanges that may be repeated, and keeps the relay's time.

    `random` gives floats of 0 to 1 and `sleep` waits: both are arguments so that nothing here decides on its
    own.
    """

    def __init__(
        self,
        transport: Transport,
        clock: RelayClock,
        random: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.transport = transport
        self._clock = clock
        self._random = random
        self._sleep = sleep

    async def exchange(self, request: Request) -> Response:
        """Exchange, again and again up to five times where that is safe; the last answer or error stands."""
        for attempt in range(1, ATTEMPTS + 1):
            last = attempt == ATTEMPTS or not request.repeatable
            try:
                response = await self.transport.exchange(request)
            except errors.ServerUnavailable:
                if last:
                    raise
                pause = self.pause(attempt)
            else:
                self._hear(response)
                if last or response.status not in AGAIN | {429}:
                    return response
                pause = max(self.pause(attempt), _asked_pause(response))
                if pause > LONGEST_PAUSE_SECONDS:
                    return response
            log.info("again method=%s attempt=%d pause_ms=%d", request.method, attempt, int(pause * 1000))
            await self._sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    def pause(self, attempt: int) -> float:
        """Return how long to wait after attempt number `attempt`: doubled each time, jittered, under a
        ceiling.
        """
        ceiling = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**attempt)
        return float(ceiling * (0.5 + self._random() / 2))

    def _hear(self, response: Response) -> None:
        told = response.headers.get("quietbox-time", "")
        if told.isascii() and told.isdigit() and len(told) <= 12:
            self._clock.heard(int(told))

    async def close(self) -> None:
        """Close the transport."""
        await self.transport.close()


def _asked_pause(response: Response) -> float:
    asked = response.headers.get("retry-after", "")
    return float(asked) if asked.isascii() and asked.isdigit() and len(asked) <= 6 else 0.0
