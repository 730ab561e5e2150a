"""What is tried again, how long is waited, and what is never spoken to."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
import trustme
from aiohttp import web

from client_sdk import errors
from client_sdk.clock import RelayClock
from client_sdk.transport import (
    ATTEMPTS,
    LONGEST_PAUSE_SECONDS,
    AiohttpTransport,
    Patient,
    StreamRefused,
    check_origin,
    proxy_for,
)
from client_sdk.wire import Request, Response

GET = Request("GET", "/x")
BOMB_BYTES = 1 << 28


class Fails:
    """A transport that fails on demand: gives each of `outcomes` in turn."""

    def __init__(self, *outcomes: Response | None) -> None:
        self.outcomes = list(outcomes)
        self.seen: list[Request] = []

    async def exchange(self, request: Request) -> Response:
        """Give the next outcome; None means that no answer came."""
        self.seen.append(request)
        outcome = self.outcomes.pop(0)
        if outcome is None:
            raise errors.ServerUnavailable
        return outcome

    async def lines(self, request: Request) -> AsyncIterator[bytes]:
        """No lines."""
        return
        yield b""

    async def close(self) -> None:
        """Nothing to close."""


async def patient(*outcomes: Response | None, request: Request = GET) -> tuple[Response, Fails, list[float]]:
    """Exchange over a transport that fails; returns the answer, the transport and the pauses."""
    fails, pauses = Fails(*outcomes), list[float]()

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    response = await Patient(fails, RelayClock(lambda: 0.0), lambda: 1.0, sleep).exchange(request)
    return response, fails, pauses


async def test_the_same_bytes_are_sent_again() -> None:
    """Lost answers and busy ones are tried again with the very same request, with growing pauses."""
    response, fails, pauses = await patient(None, Response(503), Response(200))
    assert response.status == 200
    assert fails.seen == [GET] * 3
    assert pauses == [0.5, 1.0]


async def test_it_ends() -> None:
    """After five attempts the last outcome stands, an answer or an error."""
    response, fails, pauses = await patient(*[Response(503)] * ATTEMPTS)
    assert (response.status, len(fails.seen), len(pauses)) == (503, ATTEMPTS, ATTEMPTS - 1)
    assert max(pauses) <= LONGEST_PAUSE_SECONDS
    with pytest.raises(errors.ServerUnavailable):
        await patient(*[None] * ATTEMPTS)


async def test_what_serves_once_is_sent_once() -> None:
    """A request that may not be repeated is not."""
    once = Request("POST", "/x", repeatable=False)
    with pytest.raises(errors.ServerUnavailable):
        await patient(None, Response(200), request=once)
    response, fails, _ = await patient(Response(503), Response(200), request=once)
    assert (response.status, len(fails.seen)) == (503, 1)


async def test_refusals_are_not_repeated() -> None:
    """What the relay has decided is not asked again."""
    for status in (400, 403, 404, 409, 500):
        response, fails, _ = await patient(Response(status), Response(200))
        assert (response.status, len(fails.seen)) == (status, 1)


async def test_the_relay_says_how_long() -> None:
    """A short asked pause is kept; a long one is for the caller to decide."""
    _, _, pauses = await patient(Response(429, {"retry-after": "3"}), Response(200))
    assert pauses == [3.0]
    response, fails, pauses = await patient(Response(429, {"retry-after": "3600"}), Response(200))
    assert (response.status, len(fails.seen), pauses) == (429, 1, [])


async def test_the_relays_time_counts() -> None:
    """The clock is never behind what the relay has told, slow answers do not set it back, a relay that was
    set back does, and nonsense is ignored.
    """
    clock = RelayClock(lambda: 1000.0)
    answers = {"5000": 5000, "5001": 5001, "4992": 5001, "x": 5001, "-7": 5001, "\u0667": 5001, "4000": 4000}
    fails = Fails(*(Response(200, {"quietbox-time": told}) for told in answers))
    patience = Patient(fails, clock, lambda: 0.0)
    for shown in answers.values():
        await patience.exchange(GET)
        assert clock.now() == shown


@pytest.mark.parametrize(
    "origin",
    [
        "http://inbox.harrow.example",
        "ftp://127.0.0.1",
        "https://",
        "https://a.example/path",
        "https://a.example?x",
        "https://me@a.example",
        "https://ä.example",
        "a.example",
    ],
)
def test_no_relay_without_tls(origin: str) -> None:
    """An origin that is no plain https one is refused; http is for this computer alone."""
    with pytest.raises(errors.Misused):
        check_origin(origin)
    for good in ("https://a.example", "http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:2"):
        assert check_origin(good) == good


def test_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's proxy is used for relays elsewhere, unless told off for them; never for this
    computer.
    """
    for name in ("https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert proxy_for("https://inbox.harrow.example") is None
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    assert proxy_for("https://inbox.harrow.example") == "http://proxy.example:3128"
    assert proxy_for("http://127.0.0.1:8080") is None
    monkeypatch.setenv("no_proxy", "harrow.example")
    assert proxy_for("https://inbox.harrow.example") is None


# --- over real sockets --------------------------------------------------------------------------------------


@asynccontextmanager
async def served(
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]], tls: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    """Serve one handler on loopback; gives the origin."""
    app = web.Application(client_max_size=1 << 30)
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


async def test_an_exchange_over_a_socket() -> None:
    """Method, path, body, type and headers arrive as they were given; the answer comes back whole."""
    seen: list[tuple[str, str, bytes, str | None, str | None]] = []

    async def handler(request: web.Request) -> web.Response:
        headers = request.headers
        seen.append(
            (
                request.method,
                request.path_qs,
                await request.read(),
                headers.get("Content-Type"),
                headers.get("X"),
            )
        )
        return web.Response(body=b"answer", headers={"Quietbox-Time": "7"})

    async with served(handler) as origin:
        transport = AiohttpTransport(origin)
        asked = Request("PUT", "/v1/blobs/a_-?offset=3", b"piece", "application/octet-stream", {"X": "y"})
        response = await transport.exchange(asked)
        await transport.close()
    assert seen == [("PUT", "/v1/blobs/a_-?offset=3", b"piece", "application/octet-stream", "y")]
    assert (response.status, response.body, response.headers["quietbox-time"]) == (200, b"answer", "7")


async def test_no_redirect_is_followed() -> None:
    """A redirect is an answer like any other: the bearer token goes nowhere else."""

    async def handler(request: web.Request) -> web.Response:
        raise web.HTTPFound("/elsewhere")

    async with served(handler) as origin:
        transport = AiohttpTransport(origin)
        assert (await transport.exchange(GET)).status == 302
        await transport.close()


async def test_no_more_is_read_than_asked() -> None:
    """An answer larger than the request allows is refused while it is read."""

    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=bytes(2_000_000))

    async with served(handler) as origin:
        transport = AiohttpTransport(origin)
        with pytest.raises(errors.Incompatible):
            await transport.exchange(Request("GET", "/", most_bytes=1_000_000))
        await transport.close()


@pytest.mark.parametrize("layers", [1, 2])
async def test_no_more_is_unpacked_than_asked(layers: int) -> None:
    """An answer that is small on the wire and large unpacked is refused while it is unpacked: a part of it
    is in memory and never the whole. One that is packed twice is unpacked once.
    """
    bomb = gzip.compress(bytes(BOMB_BYTES), 9)
    assert len(bomb) < BOMB_BYTES // 900
    body = gzip.compress(bomb) if layers == 2 else bomb

    async def handler(request: web.Request) -> web.Response:
        assert "gzip" in request.headers["Accept-Encoding"]
        return web.Response(body=body, headers={"Content-Encoding": "gzip"})

    async with served(handler) as origin:
        transport = AiohttpTransport(origin)
        tracemalloc.start()
        try:
            if layers == 2:
                assert (await transport.exchange(Request("GET", "/", most_bytes=1_000_000))).body == bomb
            else:
                with pytest.raises(errors.Incompatible):
                    await transport.exchange(Request("GET", "/", most_bytes=1_000_000))
            assert tracemalloc.get_traced_memory()[1] < BOMB_BYTES // 8
        finally:
            tracemalloc.stop()
            await transport.close()


async def test_nobody_there() -> None:
    """A closed port and a broken connection are both ServerUnavailable, with the cause chained."""

    async def handler(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with served(handler) as origin:
        transport = AiohttpTransport(origin)
        with pytest.raises(errors.ServerUnavailable) as caught:
            await transport.exchange(GET)
        assert caught.value.__cause__ is not None
        await transport.close()
    transport = AiohttpTransport(origin)
    with pytest.raises(errors.ServerUnavailable):
        await transport.exchange(GET)
    await transport.close()


async def test_an_unknown_certificate_is_refused() -> None:
    """A certificate that nobody vouches for is refused; one that the given trust knows is taken."""
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)

    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=b"in private")

    async with served(handler, server) as origin:
        strict = AiohttpTransport(origin)
        with pytest.raises(errors.ServerUnavailable):
            await strict.exchange(GET)
        await strict.close()
        knowing = AiohttpTransport(origin, client)
        assert (await knowing.exchange(GET)).body == b"in private"
        await knowing.close()


async def test_lines_of_an_endless_answer() -> None:
    """The first line says that it has begun; then lines come as they are written; a refusal carries its
    reason.
    """
    more = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        if request.path == "/no":
            return web.Response(status=401)
        response = web.StreamResponse()
        await response.prepare(request)
        await more.wait()
        await response.write(b"event: wake\r\n\r\n:")
        return response

    async with served(handler) as origin:
        transport = AiohttpTransport(origin)
        lines = transport.lines(GET)
        assert await anext(lines) == b""
        more.set()
        assert [line async for line in lines] == [b"event: wake", b"", b":"]
        with pytest.raises(StreamRefused) as caught:
            await anext(transport.lines(Request("GET", "/no")))
        assert caught.value.response.status == 401
        await transport.close()
