"""The keeper's socket: frames, limits, deadlines, and what the relay makes of trouble."""

from __future__ import annotations

import asyncio
import contextlib
import io
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from keys.day_gone import day_key_hash, open_day_gone
from keys.encoding import u8, u16, u32
from keys.keeper_wire import Status, open_answer, verify_revoked
from relay.core.errors import KeeperAway, Malformed
from relay.keeper.client import MOST_CALLS, SocketKeeper
from relay.keeper.frames import FRAME_BYTES, Answer, Request, read_frame, write_frame
from relay.keeper.ring import DAY_SECONDS
from relay.keeper.server import MOST_CONNECTIONS, KeeperServer
from relay.keeper.sockets import MOST_RELAYS, Tcp, connect
from relay.keeper.tick import TICK_POINTS
from relay.logs import open_log
from relay.open_files import may_open
from tests.keeper.conftest import NOON, TODAY, House, Person


@pytest.fixture
async def path(tmp_path: Path, house: House, request: pytest.FixtureRequest) -> AsyncIterator[Path]:
    """Where a keeper answers; both ends of all its connections are in this program. Its parameter is for how
    many seconds one may say nothing.
    """
    may_open(3 * MOST_CONNECTIONS)
    idle_seconds = getattr(request, "param", 0.3)
    path = tmp_path / "keeper.sock"
    ready = asyncio.Event()
    server = KeeperServer(house.keeper, path, open_log(lambda: 0, io.StringIO()), idle_seconds=idle_seconds)
    serving = asyncio.create_task(server.serve(lambda _: ready.set()))
    await ready.wait()
    yield path
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


@pytest.fixture
def client(path: Path, house: House) -> SocketKeeper:
    """The relay's side."""
    return SocketKeeper(path, house.public)


async def test_the_port_over_the_socket(
    client: SocketKeeper, anna: Person, maya: Person, house: House
) -> None:
    """Days, open, revoke, tick and status give over the socket what the keeper gives."""
    assert len(await client.days(TODAY, 3)) == 3
    lock = anna.lock_for(maya, NOON + DAY_SECONDS)
    raw, request, reply = maya.request(lock)
    answer = open_answer(await client.open(raw), request, raw, house.public, reply)
    assert answer.grants[0].status is Status.HERE
    revoke = anna.revoke_request(lock)
    verify_revoked(await client.revoke(revoke), revoke, house.public)
    assert (await client.status())["refusals"] == 1
    house.clock.pass_seconds(2 * DAY_SECONDS)
    assert (await client.tick())["destroyed"] == 2


async def test_many_at_once(client: SocketKeeper, anna: Person, maya: Person, house: House) -> None:
    """Calls side by side are all answered, and the largest request fits into a frame."""
    lock = anna.lock_for(maya, NOON + DAY_SECONDS)
    raw, request, reply = maya.request(*[lock] * 1_024)
    answers = await asyncio.gather(client.open(raw), *(client.days(TODAY, 1) for _ in range(40)))
    opened = open_answer(answers[0], request, raw, house.public, reply)
    assert {grant.status for grant in opened.grants} == {Status.HERE}


async def test_the_socket_is_private(path: Path) -> None:
    """Nobody but the system user may connect."""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_group_is_let_in_only_where_asked(tmp_path: Path, house: House) -> None:
    """A keeper with a user of its own opens its socket to its group, and to no other."""
    path, ready = tmp_path / "shared.sock", asyncio.Event()
    server = KeeperServer(house.keeper, path, open_log(lambda: 0, io.StringIO()), group=True)
    serving = asyncio.create_task(server.serve(lambda _: ready.set()))
    await ready.wait()
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    assert not path.exists()


async def test_a_path_longer_than_an_address(tmp_path: Path, house: House) -> None:
    """A socket deep in the file system is reached all the same."""
    folder = tmp_path / ("deep" * 20) / ("deeper" * 10)
    folder.mkdir(parents=True)
    path, ready = folder / "keeper.sock", asyncio.Event()
    server = KeeperServer(house.keeper, path, open_log(lambda: 0, io.StringIO()))
    serving = asyncio.create_task(server.serve(lambda _: ready.set()))
    await ready.wait()
    assert (await SocketKeeper(path, house.public).status())["clock"] == "ok"
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


async def test_a_keeper_that_is_not_there_is_away(tmp_path: Path) -> None:
    """No socket: away."""
    with pytest.raises(KeeperAway):
        await SocketKeeper(tmp_path / "none.sock", bytes(32)).status()


@pytest.mark.parametrize("answer", [b"", b"\0\0\0", b"\0\0\0\0", b"\xff\xff\xff\xff\0", b"\0\0\0\x02\0{"])
async def test_a_keeper_that_talks_nonsense_is_away(tmp_path: Path, answer: bytes) -> None:
    """An answer that is cut, empty, too long or no JSON: away, within the deadline."""

    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(5)
        writer.write(answer)
        writer.close()

    path = tmp_path / "nonsense.sock"
    async with await asyncio.start_unix_server(nonsense, str(path)):
        with pytest.raises(KeeperAway):
            await SocketKeeper(path, bytes(32)).status()


async def test_a_keeper_that_says_nothing_is_away(tmp_path: Path) -> None:
    """A keeper that hangs is given up at the deadline."""

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    path = tmp_path / "silent.sock"
    async with await asyncio.start_unix_server(silent, str(path)):
        with pytest.raises(KeeperAway):
            await SocketKeeper(path, bytes(32), answer_seconds=0.05).status()


async def test_refusals_keep_their_meaning(
    client: SocketKeeper, anna: Person, maya: Person, house: House
) -> None:
    """What the keeper holds to be wrong is the caller's error; a clock that it does not believe is *away*."""
    with pytest.raises(Malformed):
        await client.open(b"no request")
    with pytest.raises(Malformed):
        await client.days(TODAY - 1, 1)
    stale, _, _ = maya.request(at=NOON - 400)
    with pytest.raises(Malformed):
        await client.open(stale)
    lock = anna.lock_for(maya, NOON + DAY_SECONDS)
    with pytest.raises(Malformed):
        await client.revoke(Person(house).revoke_request(lock))
    house.start()
    house.clock.pass_seconds(2 * DAY_SECONDS)
    await client.tick()
    with pytest.raises(Malformed):  # gone with its day's seed
        await client.revoke(anna.revoke_request(lock))
    await client.days(TODAY + 10, 1)
    house.clock.wall += 400 * DAY_SECONDS
    with pytest.raises(KeeperAway):
        await client.tick()
    assert (await client.accept_clock())["destroyed"] == 1


async def say(path: Path | Tcp, frame: bytes) -> bytes:
    """Send bytes, and read all that comes until the keeper closes."""
    reader, writer = await connect(path)
    writer.write(frame)
    answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize(
    "frame",
    [
        u32(1) + u8(9),
        u32(1) + u8(0),
        u32(2) + u8(Request.STATUS) + b"x",
        u32(2) + u8(Request.TICK) + b"\x02",
        u32(6) + u8(Request.DAYS) + u32(TODAY) + b"\0",
        u32(4) + u8(Request.DAYS_GONE) + b"\0\0\0",
        u32(6) + u8(Request.DAYS_GONE) + u32(TODAY) + b"\0",
        u32(8) + u8(Request.DAYS) + u32(TODAY) + u16(1) + b"\0",
    ],
)
async def test_a_frame_of_no_known_form_is_refused(path: Path, frame: bytes) -> None:
    """An unknown type, or a body that its type does not have, is answered `malformed`; the connection
    stays.
    """
    refused = u32(10) + u8(255) + b"malformed"
    assert await say(path, frame + frame) == refused + refused


@pytest.mark.parametrize("frame", [u32(FRAME_BYTES + 1) + u8(2), u32(0), b"\xff\xff\xff\xff"])
async def test_a_frame_out_of_bounds_ends_the_connection(path: Path, frame: bytes) -> None:
    """A length beyond the limit, or of nothing, is not waited for."""
    assert await say(path, frame) == b""


async def test_a_silent_connection_ends(path: Path) -> None:
    """A connection that asks nothing is closed after a while."""
    assert await say(path, b"") == b""


RELAYS = 3
"""Behind one address."""

# --- by TCP -------------------------------------------------------------------------------------------------


@pytest.fixture
async def place(tmp_path: Path, house: House, request: pytest.FixtureRequest) -> AsyncIterator[Tcp]:
    """Where a keeper answers other relays."""
    idle_seconds = getattr(request, "param", 0.3)
    found: asyncio.Future[Tcp] = asyncio.get_running_loop().create_future()
    log, tcp = open_log(lambda: 0, io.StringIO()), Tcp("127.0.0.1", 0)
    path = tmp_path / "k.sock"
    server = KeeperServer(
        house.keeper, path, log, tcp=tcp, connections_each=RELAYS * 16, idle_seconds=idle_seconds
    )
    serving = asyncio.create_task(server.serve(lambda at: at and found.set_result(at)))
    yield await found
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


async def test_the_same_frames_by_tcp(place: Tcp, anna: Person, maya: Person, house: House) -> None:
    """Days, open, revoke and days destroyed are answered as on the Unix socket."""
    client = SocketKeeper(place, house.public)
    assert len(await client.days(TODAY, 3)) == 3
    lock = anna.lock_for(maya, NOON + DAY_SECONDS)
    raw, request, reply = maya.request(lock)
    answer = open_answer(await client.open(raw), request, raw, house.public, reply)
    assert answer.grants[0].status is Status.HERE
    revoke = anna.revoke_request(lock)
    verify_revoked(await client.revoke(revoke), revoke, house.public)
    assert await client.days_gone(0) == []


async def test_what_is_the_operators_is_refused_by_tcp(place: Tcp, house: House) -> None:
    """Neither status nor tick, least of all with the operator's word; and the connection stays."""
    house.clock.pass_seconds(5 * DAY_SECONDS)
    refused = u32(8) + u8(255) + b"refused"
    frames = u32(1) + u8(Request.STATUS) + u32(1) + u8(Request.TICK) + u32(2) + u8(Request.TICK) + b"\x01"
    assert await say(place, frames) == refused * 3
    assert house.keeper.status()["number"] == 1


@pytest.mark.parametrize("place", [60.0], indirect=True)
async def test_a_stranger_cannot_fill_the_keeper(place: Tcp, tmp_path: Path, house: House) -> None:
    """One address has so many connections by TCP, for as many relays as the settings say; the relay on this
    machine is answered all the while. Once some have ended there is room again.
    """
    idle = [await connect(place) for _ in range(RELAYS * 16)]
    await write_frame(idle[-1][1], Request.DAYS, u32(TODAY) + u16(1))
    answer = await read_frame(idle[-1][0], 10.0)  # the last of three relays is served
    assert answer is not None
    assert answer.type == Answer.BODY
    with pytest.raises(KeeperAway):
        await SocketKeeper(place, house.public).days(TODAY, 1)
    assert await SocketKeeper(tmp_path / "k.sock", house.public).status()
    for _, writer in idle:
        writer.close()
    days: list[bytes] = []
    while not days:
        with contextlib.suppress(KeeperAway):  # the keeper has not seen all of them end
            days = await SocketKeeper(place, house.public).days(TODAY, 1)


@pytest.mark.parametrize("frame", [u32(FRAME_BYTES + 1) + u8(2), u32(0), b"", b"GET / HTTP/1.1\r\n\r\n"])
async def test_nonsense_by_tcp_ends_the_connection(place: Tcp, frame: bytes) -> None:
    """What is no frame, or never comes, is not waited for."""
    assert await say(place, frame) == b""


# --- days destroyed -----------------------------------------------------------------------------------------


async def test_days_destroyed_are_signed_and_told(client: SocketKeeper, house: House) -> None:
    """A tick leaves a word for each day that had a key, by its hash, at the tick's time; a restart keeps
    it.
    """
    keys = house.keeper.days(TODAY, 3)
    house.clock.pass_seconds(2 * DAY_SECONDS)
    await client.tick()
    house.start()
    told = [open_day_gone(raw, client.keeper_id, house.public) for raw in await client.days_gone(TODAY)]
    assert [(one.day, one.day_key_hash) for one in told] == [
        (TODAY, day_key_hash(keys[0])),
        (TODAY + 1, day_key_hash(keys[1])),
    ]
    assert {one.destroyed_at for one in told} == {NOON + 2 * DAY_SECONDS}
    assert len(await client.days_gone(TODAY + 1)) == 1
    assert await client.days_gone(TODAY + 2) == []


async def test_words_are_kept_for_62_days_and_told_62_at_a_time(client: SocketKeeper, house: House) -> None:
    """A hundred days destroyed at once come in two answers; 62 days later they are forgotten."""
    house.keeper.days(TODAY, 100)
    house.clock.pass_seconds(100 * DAY_SECONDS)
    house.keeper.tick()
    first = await client.days_gone(0)
    assert [int.from_bytes(raw[16:20], "big") for raw in first] == list(range(TODAY, TODAY + 62))
    assert len(await client.days_gone(TODAY + 62)) == 38
    house.clock.pass_seconds(62 * DAY_SECONDS)
    house.keeper.tick()
    assert len(await client.days_gone(TODAY + 62)) == 38
    house.clock.pass_seconds(1)
    house.keeper.tick()
    assert await client.days_gone(0) == []
    assert list((house.folder / "gone").iterdir()) == []


@pytest.mark.parametrize("point", TICK_POINTS)
def test_a_word_is_given_exactly_for_what_is_destroyed(house: House, point: str) -> None:
    """A tick cut anywhere: started again, the keeper has a word for each day that its ring has lost, and for
    no other.
    """
    house.keeper.days(TODAY, 4)

    def crash(reached: str) -> None:
        if reached == point:
            raise OSError("the machine stops here")

    house.start(crash)
    house.clock.pass_seconds(2 * DAY_SECONDS)
    with pytest.raises(OSError, match="stops here"):
        house.keeper.tick()
    house.start()
    told = [int.from_bytes(raw[16:20], "big") for raw in house.keeper.days_gone(0)]
    assert told == ([] if house.keeper.status()["days"] == 4 else [TODAY, TODAY + 1])
    house.keeper.tick()
    assert len(house.keeper.days_gone(0)) == 2


async def test_a_word_that_is_not_the_keepers_is_not_taken(client: SocketKeeper, house: House) -> None:
    """The relay verifies each word by the pinned key before it logs it; a damaged file is no word."""
    house.keeper.days(TODAY, 1)
    house.clock.pass_seconds(DAY_SECONDS)
    house.keeper.tick()
    with pytest.raises(KeeperAway):
        await SocketKeeper(client._address, bytes(32)).days_gone(0)
    path = house.folder / "gone" / str(TODAY)
    path.write_bytes(path.read_bytes()[:-1])
    house.start()
    assert house.keeper.days_gone(0) == []


async def test_as_many_relays_as_one_machine_may_have(path: Path, house: House) -> None:
    """Each with all the calls that it makes at one time: none finds the keeper away."""
    relays = [SocketKeeper(path, house.public) for _ in range(MOST_RELAYS)]
    calls = [relay.status() for relay in relays for _ in range(MOST_CALLS)]
    answers = await asyncio.gather(*calls)
    assert [answer["clock"] for answer in answers] == ["ok"] * MOST_RELAYS * MOST_CALLS


@pytest.mark.parametrize("path", [60.0], indirect=True)
async def test_connections_have_a_limit(path: Path, client: SocketKeeper) -> None:
    """Beyond the limit a connection is closed at once; with those gone the keeper answers again."""
    idle = [await connect(path) for _ in range(MOST_CONNECTIONS)]
    with pytest.raises(KeeperAway):
        await client.status()
    for _, writer in idle:
        writer.close()
    while True:
        with contextlib.suppress(KeeperAway):  # until it has seen that they went
            assert await client.status()
            break


async def test_day_keys_of_another_keeper_are_not_taken(path: Path) -> None:
    """A keeper that does not sign with the pinned key is not the one that was asked for."""
    with pytest.raises(KeeperAway):
        await SocketKeeper(path, bytes(32)).days(TODAY, 1)
