"""The listener: bounds on connections, heads and lines, and what is said to what is no HTTP."""

from __future__ import annotations

import asyncio
import io
import socket
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from keys.names import Role
from relay.core.errors import Busy, TooLarge, TooManyRequests
from relay.flow.blobs import MOST_PIECE_BYTES
from relay.http_api import rates
from relay.http_api.bodies import Room
from relay.http_api.listener import Connection, Doors
from relay.http_api.network import network_of
from relay.http_api.rates import Rates
from relay.http_api.requestlog import MOST_A_SECOND, RequestLog, step
from relay.logs import open_log
from tests.flow.house import House, alone
from tests.http.served import LIMITS, Served, b64, deposit_body, serve

HEAD = b"GET /healthz HTTP/1.1\r\nHost: relay.example\r\n"


@pytest.mark.parametrize("sent", [b"", b"G", HEAD, b"GET /healthz HTTP/1.1\r\nX: " + b"y" * 4000])
async def test_a_head_that_does_not_come_is_given_up(hasty: Served, sent: bytes) -> None:
    """A connection whose head is not whole in time is closed without an answer."""
    assert await hasty.talk(sent) == b""


async def test_a_head_that_drips_is_given_up(hasty: Served) -> None:
    """Bytes that keep coming do not prolong the time a head may take."""
    reader, writer = await asyncio.open_connection("127.0.0.1", hasty.listener.port)
    closed = asyncio.ensure_future(reader.read())
    writer.write(HEAD)
    async with asyncio.timeout(20):
        while not closed.done():
            writer.write(b"X-Drip: 1\r\n")
            await asyncio.wait([closed], timeout=0.1)
    with suppress(ConnectionResetError):  # the last drop may meet a closed door
        assert closed.result() == b""
    writer.close()


async def test_a_second_head_on_a_kept_connection_is_timed_too(hasty: Served) -> None:
    """After an answered request the next head has its own time."""
    reader, writer = await asyncio.open_connection("127.0.0.1", hasty.listener.port)
    writer.write(HEAD + b"\r\n")
    assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200 ")
    writer.write(b"GET /heal")
    async with asyncio.timeout(20):
        assert await reader.read() == b""
    writer.close()


async def test_a_waiting_reader_is_not_cut_off(served: Served) -> None:
    """The watchdog over heads leaves alone a request that is under way."""
    bearer = {"Authorization": f"Bearer {await served.token(served.house.client)}"}
    async with served.http.get(served.origin + "/v1/wake", headers=bearer) as stream:
        await stream.content.readuntil(b"\n\n")
        served.listener.doors.close_slow(asyncio.get_running_loop().time() + 3600)
        served.house.wake.engagement(served.house.work.engagement_id)
        async with asyncio.timeout(5):
            assert b"event: engagement" in await stream.content.readuntil(b"\n\n")


async def test_an_answer_that_nobody_takes_is_given_up(hasty: Served) -> None:
    """A peer that asks for much and reads nothing is let go, and what it asked for with it."""
    house, work = hasty.house, hasty.house.work
    raws = [work.envelope(house.coach, Role.CLIENT, text=f"{n}" * 400_000) for n in range(3)]
    for raw in raws:
        await hasty.ask("POST", "/v1/envelopes", who=house.coach, raw=deposit_body([(raw, [])]))
    token = await hasty.token(house.client)
    path = f"/v1/mailboxes/{b64(work.mailbox(Role.CLIENT))}/envelopes"
    head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    with socket.socket() as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(peer, ("127.0.0.1", hasty.listener.port))
        before = len(hasty.listener.doors.open)
        for _ in range(4):
            await loop.sock_sendall(peer, head)
        async with asyncio.timeout(20):
            while not any(one.stuck_since for one in hasty.listener.doors.open):
                await asyncio.sleep(0.01)
            while any(one.stuck_since for one in hasty.listener.doors.open):
                await asyncio.sleep(0.01)
        assert len(hasty.listener.doors.open) <= before


async def test_answers_that_nobody_takes_do_not_pile_up(served: Served) -> None:
    """Whoever asks for page after page on one connection and reads none is answered up to the second: the
    others wait for them, and not in the relay's memory.
    """
    house, work = served.house, served.house.work
    for n in range(3):
        raw = work.envelope(house.coach, Role.CLIENT, text=f"{n}" * 400_000)
        await served.ask("POST", "/v1/envelopes", who=house.coach, raw=deposit_body([(raw, [])]))
    token = await served.token(house.client)
    path = f"/v1/mailboxes/{b64(work.mailbox(Role.CLIENT))}/envelopes"
    head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    before = set(served.listener.doors.open)
    reader, writer = await asyncio.open_connection("127.0.0.1", served.listener.port, limit=4096)
    writer.write(head)
    page_bytes = int((await reader.readuntil(b"\r\n\r\n")).lower().split(b"content-length: ")[1].split()[0])
    await reader.readexactly(page_bytes)
    writer.write(head * 16)
    (mine,) = served.listener.doors.open - before
    while not mine.stuck_since:
        await asyncio.sleep(0.01)
    for _ in range(50):  # of which each would be another page
        await served.ask("GET", path, who=house.client)
        assert mine.transport is not None
        assert mine.transport.get_write_buffer_size() < 2 * page_bytes + 4096
    for _ in range(16):
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        await reader.readexactly(page_bytes)
    writer.close()


def test_large_bodies_share_a_room() -> None:
    """What does not fit beside what is there, or beside what the same account has there, is told to come
    again; room that was held is free again after.
    """
    room = Room(400)
    with room.for_body(b"a", 60, 80):
        with room.for_body(b"a", 40, 80):
            pass
        with pytest.raises(Busy), room.for_body(b"a", 41, 80):
            pass
        with pytest.raises(Busy), room.for_body(b"a", None, 80):
            pass
        with room.for_body(b"b", 80, 80), room.for_body(b"c", 100, 100), room.for_body(b"d", 100, 100):
            with room.for_body(b"", 60, 80):
                pass
            with pytest.raises(Busy), room.for_body(b"", 61, 80):
                pass
    with pytest.raises(TooLarge), room.for_body(b"a", 81, 80):
        pass
    with room.for_body(b"a", None, 80):
        pass


async def test_one_person_does_not_fill_the_room(served: Served) -> None:
    """Somebody who begins one large body after the other and ends none keeps nobody else's out."""
    path, bearer = f"/v1/blobs/{b64(bytes(32))}?offset=0", await served.token(served.house.client)
    head = f"PUT {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {bearer}\r\n"
    head += f"Content-Type: application/octet-stream\r\nContent-Length: {MOST_PIECE_BYTES}\r\n\r\n-"
    slow = [await asyncio.open_connection("127.0.0.1", served.listener.port) for _ in range(32)]
    for _, writer in slow:
        writer.write(head.encode())
    told = {_port(writer): asyncio.ensure_future(reader.read(12)) for reader, writer in slow}

    def all_were_heard() -> bool:
        heard = {_port_of(one) for one in served.listener.doors.open if one.head_since is None}
        return all(port in heard or answer.done() for port, answer in told.items())

    async with asyncio.timeout(20):
        while not all_were_heard():
            await asyncio.sleep(0.01)
    other = await served.ask("PUT", path, who=served.house.coach, raw=bytes(MOST_PIECE_BYTES))
    assert other.code == "not-found"
    answered = [answer.result() for answer in told.values() if answer.done()]
    assert answered == [b"HTTP/1.1 503"] * 24
    for _, writer in slow:
        writer.close()
    await asyncio.gather(*told.values())


def _port(writer: asyncio.StreamWriter) -> int:
    return int(writer.get_extra_info("sockname")[1])


def _port_of(connection: Connection) -> int:
    assert connection.transport is not None
    return int(connection.transport.get_extra_info("peername")[1])


NO_HTTP = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(50),
    b"HELO relay.example\r\n\r\n",
    b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: x\r\n X: folded\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 9000 + b"\r\n\r\n",
    b"GET /" + b"y" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X%d: y\r\n" % n for n in range(200)) + b"\r\n",
]


@pytest.mark.parametrize("sent", NO_HTTP, ids=range(len(NO_HTTP)))
async def test_what_is_no_http_is_a_plain_400(served: Served, sent: bytes) -> None:
    """The answer shows no version and none of what was sent; the connection ends; nothing is logged of
    the peer.
    """
    told = await served.talk(sent)
    assert told.startswith((b"HTTP/1.0 400 ", b"HTTP/1.1 400 "))
    assert b"Server: quietbox\r\n" in told
    assert b"application/problem+json" in told
    assert b"aiohttp" not in told
    assert b"Python" not in told
    assert b"yyyy" not in told
    assert "127.0.0.1" not in served.said.getvalue()


@pytest.mark.parametrize(
    "sent",
    [
        b"CONNECT relay.example:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET ?first=1 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"BREW relay.example:443 HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\r\n",
    ],
)
async def test_a_target_that_is_no_path_is_answered_as_plainly(served: Served, sent: bytes) -> None:
    """Whatever is asked for, the answer is ours, shows no version, and the connection ends."""
    told = await served.talk(sent)
    assert told.startswith((b"HTTP/1.1 4", b"HTTP/1.0 400 "))
    assert b"Server: quietbox\r\n" in told
    assert b"application/problem+json" in told
    assert b"aiohttp" not in told


async def test_a_chunk_that_goes_bad_is_answered_and_ends(hasty: Served) -> None:
    """A broken chunk in a body that is being read gives an answer or an end, within the body's time."""
    head = (
        b"POST /v1/sessions/start HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", hasty.listener.port)
    writer.write(head + b"1\r\n{\r\n")
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.write(b"zz\r\nbroken")
    async with asyncio.timeout(20):
        told = await reader.read()
    assert told == b"" or told.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 408 "))
    writer.close()


async def test_an_unknown_expectation_is_refused(served: Served) -> None:
    """`Expect` with anything but 100-continue is no request we take; the answer shows no version."""
    told = await served.talk(HEAD + b"Expect: magic\r\nConnection: close\r\n\r\n")
    assert told.startswith(b"HTTP/1.1 417 ")
    assert b"aiohttp" not in told
    told = await served.talk(
        b"POST /v1/sessions/start HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Expect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
    )
    assert told.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 ")


async def test_connections_are_bounded(house: House) -> None:
    """One more than allowed is closed at once; when one goes, the next is let in."""
    limits = replace(LIMITS, max_connections=2, header_seconds=60)
    async with serve(house, None, said=io.StringIO(), limits=limits) as served:
        held = [await asyncio.open_connection("127.0.0.1", served.listener.port) for _ in range(2)]
        async with asyncio.timeout(5):
            while len(served.listener.doors.open) < 2:
                await asyncio.sleep(0.01)
        try:
            told = await served.talk(HEAD + b"\r\n")
        except ConnectionError:
            told = b""
        assert told == b""
        held[0][1].close()
        async with asyncio.timeout(5):
            while len(served.listener.doors.open) > 1:
                await asyncio.sleep(0.01)
        told = await served.talk(HEAD + b"Connection: close\r\n\r\n")
        assert told.startswith(b"HTTP/1.1 200 ")
        held[1][1].close()


def test_connections_of_one_network_are_bounded() -> None:
    """A network has its share; this machine, where a proxy stands, counts in all alone."""

    class Some:
        head_since = stuck_since = None

    doors = Doors(replace(LIMITS, max_connections=4, max_connections_per_address=2))
    entered = [Some() for _ in range(6)]
    assert [doors.enter(one, b"net") for one in entered[:3]] == [True, True, False]  # type: ignore[arg-type]
    assert [doors.enter(one, b"") for one in entered[3:]] == [True, True, False]  # type: ignore[arg-type]
    doors.leave(entered[2], b"net")  # type: ignore[arg-type]
    doors.leave(entered[0], b"net")  # type: ignore[arg-type]
    assert doors.enter(entered[2], b"net")  # type: ignore[arg-type]
    for one in entered:
        doors.leave(one, b"net")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("remote", "network"),
    [
        ("192.0.2.7", bytes([192, 0, 2, 7])),
        ("::ffff:192.0.2.7", bytes([192, 0, 2, 7])),
        ("2001:db8::7", bytes.fromhex("20010db800000000")),
        ("fe80::1%eth0", bytes.fromhex("fe80000000000000")),
        ("127.0.0.1", b""),
        ("::1", b""),
        (None, b""),
        ("odd", b""),
    ],
)
def test_networks(remote: str | None, network: bytes) -> None:
    """An IPv4 address, a subscriber's half of an IPv6 address, nothing for this machine."""
    assert network_of(remote) == network


def test_rates_are_counted_by_the_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the rate one waits for the minute's end; who is not named is not counted; memory is bounded."""
    now = 100.0
    counted = Rates(2, lambda: now, alone())
    for _ in range(2):
        counted.take(b"a")
    with pytest.raises(TooManyRequests) as slow:
        counted.take(b"a")
    assert slow.value.facts["retry_after"] == 60
    for _ in range(5):
        counted.take(b"")
    counted.take(b"b")
    monkeypatch.setattr(rates, "MOST_COUNTED", 2)
    with pytest.raises(Busy):
        counted.take(b"c")
    now = 160.0
    counted.take(b"a")


async def test_a_session_over_its_rate_waits(house: House) -> None:
    """The answer says for how long, in the header too."""
    async with serve(
        house, None, said=io.StringIO(), limits=replace(LIMITS, requests_per_minute=2)
    ) as served:
        told = [await served.ask("GET", "/v1/senders", who=house.client) for _ in range(3)]
        assert [one.status for one in told] == [200, 200, 429]
        assert told[2].headers["retry-after"] == str(told[2].json["retry_after"])
        assert (await served.ask("GET", "/v1/senders", who=house.coach)).status == 200


def test_the_log_is_sampled() -> None:
    """So many lines a second, then one that counts the rest."""
    now, said = 5.0, io.StringIO()
    log = RequestLog(open_log(lambda: 1, said), lambda: now)
    for _ in range(MOST_A_SECOND + 7):
        log.say("/healthz", "GET", 200, now)
    now = 6.0
    log.say("/healthz", "GET", 200, now)
    lines = said.getvalue().splitlines()
    assert len(lines) == MOST_A_SECOND + 2
    assert '"http.requests_unsaid"' in lines[-2]
    assert '"count": 7' in lines[-2]
    assert [step(one) for one in (0.2, 1, 1.1, 29_000, 99_000)] == [1, 1, 3, 30_000, 30_000]


async def test_closing_ends_what_waits(house: House, static_root: Path) -> None:
    """A relay that stops does not wait for its readers."""
    async with serve(house, static_root, said=io.StringIO()) as served:
        bearer = {"Authorization": f"Bearer {await served.token(house.client)}"}
        stream = await served.http.get(served.origin + "/v1/wake", headers=bearer)
        await stream.content.readuntil(b"\n\n")
        async with asyncio.timeout(10):
            await served.listener.close()
        stream.close()


async def test_nobody_is_answered_by_a_clock_that_runs_ahead(house: House) -> None:
    """While living messages would seem due, who asks is asked to come again; how the relay is can be seen."""

    def ahead() -> int:
        raise Busy("the clock has run ahead")

    async with serve(house, None, said=io.StringIO(), serving_at=ahead) as served:
        listed = await served.ask("GET", f"/v1/mailboxes/{b64(house.work.mailbox(Role.CLIENT))}/envelopes")
        assert (listed.status, listed.code) == (503, "busy")
        assert (await served.ask("GET", "/healthz")).status == 200
        assert (await served.ask("GET", "/v1/relay")).status == 200
