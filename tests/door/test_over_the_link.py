"""The same door with those who decide at the other end of a socket: all that holds in one process holds over
the calls, and what is not of their table is refused."""

from __future__ import annotations

import asyncio
import io
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from keys.envelope import EnvelopeClass
from keys.names import Role
from relay.core.addresses import Address
from relay.flow.mail_sink import MailDoor
from relay.flow.visit import Arrival, Sealed
from relay.logs import open_log
from relay.smtp_door import calls
from relay.smtp_door.attendant import Attendant, Watch
from relay.smtp_door.calls import BadFrame, Order, Place
from relay.smtp_door.frames import Frames
from relay.smtp_door.limits import Limits
from relay.smtp_door.link import FarPlaces, FarReception, Link, LinkLost
from relay.smtp_door.places import DoorPlaces
from relay.smtp_door.server import Door
from relay.store.memory import MemoryStore
from relay.store.sqlite import SqliteStore
from tests.door import test_full_path as near
from tests.door.test_full_path import ADDRESS, Doorstep, standing
from tests.flow.cast import MAIL_DOMAIN

LIMITS = Limits()


class Ends:
    """Both ends of one worker's socket, in one process."""

    def __init__(self, step: Doorstep) -> None:
        self.step, self.told, self.said = step, list[str](), io.StringIO()
        self.places = DoorPlaces(LIMITS)
        self.orders: list[Order] = []

    async def open(self) -> None:
        ours, its = socket.socketpair()
        frames = await Frames.open(ours, calls.MOST_CALL_BYTES)
        watch = Watch(*(lambda word=word: self.told.append(word) for word in ("came", "begins", "ended")))  # type: ignore[misc]
        self.attendant = Attendant(
            self.step.flow, self.places, open_log(lambda: 0, self.said), watch, frames,
            max_mail_bytes=LIMITS.max_mail_bytes, max_connections=LIMITS.max_connections,
        )  # fmt: skip
        self.serving = asyncio.ensure_future(self.attendant.run())
        self.frames = await Frames.open(its, calls.MOST_ANSWER_BYTES)
        self.link = Link(self.frames, self.orders.append)

    async def close(self) -> None:
        self.frames.close()
        await asyncio.wait({self.serving})


@asynccontextmanager
async def ends_of(step: Doorstep) -> AsyncIterator[Ends]:
    """A worker's socket, to be closed at the end."""
    ends = Ends(step)
    await ends.open()
    try:
        yield ends
    finally:
        await ends.close()


@asynccontextmanager
async def over_the_link(store: Any) -> AsyncIterator[Doorstep]:
    """A doorstep whose sinks ask over a socket."""
    async with standing(store) as step, ends_of(step) as ends:
        hearing = asyncio.ensure_future(ends.link.run())
        step.sinks = MailDoor(
            FarReception(ends.link), near.DOOR, near.Dice("sinks"), own_names={MAIL_DOMAIN},
            notice_address=f"notice@{MAIL_DOMAIN}", checks=None,
        )  # fmt: skip
        await step.door.stop()
        step.door = Door(
            step.sinks,
            LIMITS,
            open_log(lambda: 0, step.log),
            hostname=MAIL_DOMAIN,
            places=FarPlaces(ends.link),
        )
        step.at = await step.door.start("127.0.0.1", 0)
        yield step
        await step.door.stop()
        assert not ends.attendant._guests
        assert ends.places.taken == 0
        await ends.close()
        await hearing


@pytest.fixture
async def doorstep(tmp_path: Path) -> AsyncIterator[Doorstep]:
    """What the borrowed tests go to."""
    store = await SqliteStore.open(tmp_path / "db")
    async with over_the_link(store) as step:
        yield step
    await store.close()


test_byte_exact = near.test_the_reader_opens_the_byte_exact_mail
test_large = near.test_a_large_mail_keeps_its_bytes
test_sequence = near.test_the_sequence_goes_on_from_mail_to_mail
test_commit_first = near.test_250_is_said_after_the_commit
test_one_copy = near.test_a_lost_250_makes_one_copy
test_at_once = near.test_two_of_one_transaction_at_once_make_one_copy
test_lost_in_data = near.test_a_connection_that_is_lost_in_data_leaves_nothing
test_lost_before_354 = near.test_a_connection_that_is_lost_before_354_leaves_nothing
test_trouble_with_keys = near.test_any_trouble_with_keys_is_temporary_and_keeps_nothing
test_keeper_away = near.test_a_keeper_that_is_away_is_a_451
test_random_fails = near.test_a_random_source_that_fails_is_a_451
test_new_policy = near.test_a_policy_that_changes_during_data_is_a_451
test_full = near.test_an_inbox_that_the_door_has_filled_is_full
test_hourly = near.test_an_inbox_takes_so_many_mails_an_hour


@pytest.fixture
async def ends() -> AsyncIterator[Ends]:
    """A worker's socket to a settled house, over which a test says what it likes."""
    async with standing(MemoryStore()) as step, ends_of(step) as found:
        yield found


async def arrival(step: Doorstep) -> Arrival:
    """A mail's beginning."""
    local, _, domain = (await step.inbox()).partition("@")
    return Arrival(
        "127.0.0.1", "mail.home.example", False, Address("maya", "home.example"), Address(local, domain)
    )


SEALED = Sealed(b"x" * 2_000, bytes(32), bytes(32), False)
Said = Callable[[Arrival], list[bytes]]
CASES: dict[str, Said] = {
    "no call": lambda _: [calls.frame(0, 1)],
    "an answer": lambda _: [calls.frame(32, 1)],
    "an order": lambda _: [calls.frame(Order.ACCEPT, 0)],
    "a call without a number": lambda a: [calls.asking(0, calls.Open(1, a))],
    "a frame too large": lambda _: [b"\0\x10\0\0\5\0\0\0\1"],
    "the largest length": lambda _: [b"\xff\xff\xff\xff\5\0\0\0\1"],
    "a field cut short": lambda _: [calls.frame(6, 1, b"\0\0\0")],
    "bytes after the last field": lambda _: [calls.frame(6, 1, b"\0\0\0\1\0")],
    "a peer that is no address": lambda _: [calls.frame(2, 1, b"\5abcde")],
    "a peer that is not here": lambda _: [calls.asking(1, calls.Leave("127.0.0.1"))],
    "an address of another spelling": lambda _: [calls.frame(3, 1, b"\0\0\5A@b.c")],
    "a flag of two": lambda _: [calls.frame(1, 1, b"\4\0\0\0\0\2")],
    "a visit that is not open": lambda _: [calls.asking(1, calls.LookAgain(7))],
    "a visit twice": lambda a: [calls.asking(1, calls.Open(1, a)), calls.asking(2, calls.Open(1, a))],
    "bytes at a wrong place": lambda a: [
        calls.asking(1, calls.Open(1, a)), calls.asking(2, calls.Stage(1, 5, b"x")),
    ],
    "a deposit before its turn": lambda a: [
        calls.asking(1, calls.Open(1, a)), calls.asking(2, calls.Deposit(1, SEALED)),
    ],
    "an envelope too large": lambda a: [
        calls.asking(1, calls.Open(1, a)),
        calls.asking(2, calls.Deposit(1, replace(SEALED, envelope=bytes(calls.MOST_PIECE_BYTES + 1)))),
    ],
    "a mail too large for its envelope's frame": lambda a: [
        calls.asking(1, calls.Open(1, a)),
        calls.asking(2, calls.Deposit(1, replace(SEALED, whole=bytes(calls.MOST_PIECE_BYTES + 1)))),
    ],
    "a deposit without its mail's length": lambda a: [
        calls.asking(1, calls.Open(1, a)),
        calls.frame(9, 2, b"\0\0\0\1" + calls.SEALED.write(SEALED)[:-1]),
    ],
    "nothing, staged": lambda a: [calls.asking(1, calls.Open(1, a)), calls.asking(2, calls.Stage(1, 0, b""))],
    "pickled things": lambda _: [b"\x80\x04\x95" + bytes(30)],
}  # fmt: skip


@pytest.mark.parametrize("said", CASES.values(), ids=CASES)
async def test_what_is_not_of_the_table_ends_the_worker(ends: Ends, said: Said) -> None:
    """The socket is closed, nothing is kept, and no place stays taken."""
    for frame in said(await arrival(ends.step)):
        ends.frames.send(frame)
    with pytest.raises(BadFrame):
        await asyncio.wait_for(asyncio.shield(ends.serving), 10)
    assert await ends.step.kept() == (0, 0)
    assert not ends.attendant.mails


async def test_more_calls_than_a_door_has(ends: Ends) -> None:
    """Whoever opens two thousand connections at once makes their worker ask two thousand times: it is not
    ended for it, each is answered in its turn, and no more than the limit are under way.
    """
    attendant, under_way = ends.attendant, list[int]()
    enter = attendant._serves[calls.Enter]

    async def counted(call: calls.Enter) -> Place:
        under_way.append(len(attendant._calls))
        await asyncio.sleep(0)
        return await enter(call)

    attendant._serves = {**attendant._serves, calls.Enter: counted}
    peer = calls.Enter("127.0.0.1", False)
    hearing = asyncio.ensure_future(ends.link.run())
    answers = await asyncio.gather(*(ends.link.ask(peer) for _ in range(2_000)))
    assert answers.count(Place.HERE) == ends.places.taken == LIMITS.max_connections_per_address
    assert max(under_way) <= attendant._most_calls
    assert not ends.serving.done()
    await ends.close()
    await hearing


async def test_more_places_than_a_door_has(ends: Ends) -> None:
    """A worker that says of each connection that a slow one went for it does not fill the relay with them,
    and of those that have left nothing is kept.
    """
    peers = [f"10.0.{number // 250}.{number % 250}" for number in range(2 * LIMITS.max_connections + 50)]
    hearing = asyncio.ensure_future(ends.link.run())
    found = [await ends.link.ask(calls.Enter(peer, crowding=True)) for peer in peers]
    assert found.count(Place.HERE) == ends.places.taken == 2 * LIMITS.max_connections
    for peer in peers[: 2 * LIMITS.max_connections]:
        await ends.link.ask(calls.Leave(peer))
    assert (ends.places.taken, len(ends.attendant._peers)) == (0, 0)
    await ends.close()
    await hearing


async def test_a_connection_that_ends_while_it_asks_gives_back_its_own_place(ends: Ends) -> None:
    """One that was refused has none: the place of another connection of that peer stays, the worker too."""
    hearing, places = asyncio.ensure_future(ends.link.run()), FarPlaces(ends.link)
    most = LIMITS.max_connections_per_address
    for _ in range(most - 1):
        assert await places.enter("127.0.0.1") is Place.HERE
    ending = [asyncio.ensure_future(places.enter("127.0.0.1")) for _ in range(3)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    for one in ending:
        one.cancel()
    await asyncio.wait(ending)
    await ends.link.ask(calls.Enter("127.0.0.2", crowding=False))  # and by then all has been said
    await ends.link.ask(calls.Enter("127.0.0.2", crowding=False))
    assert ends.places.taken == most - 1 + 2
    for _ in range(most - 1):
        places.leave("127.0.0.1")
    await ends.link.ask(calls.Enter("127.0.0.2", crowding=False))
    assert not ends.serving.done()
    await ends.close()
    await hearing


async def test_a_number_that_comes_again_is_another_visit(ends: Ends) -> None:
    """Who takes a visit back twice, and begins another under its number in between, does not make the relay
    forget that one: what it holds, perhaps the turn of a mailbox, would never be given back.
    """
    hearing, mail = asyncio.ensure_future(ends.link.run()), await arrival(ends.step)
    await ends.link.ask(calls.Open(1, mail))
    gates = [asyncio.Event(), asyncio.Event()]
    waiting = iter(gates)
    first = ends.attendant._guests[1]
    first.visit.abort = lambda: next(waiting).wait()
    aborts = [asyncio.ensure_future(ends.link.ask(calls.Abort(1))) for _ in gates]
    while not first.one_call._waiters:
        await asyncio.sleep(0)
    gates[0].set()
    await asyncio.wait(aborts, return_when=asyncio.FIRST_COMPLETED)
    await ends.link.ask(calls.Open(1, mail))
    gates[1].set()
    await asyncio.wait(aborts)
    assert ends.attendant.mails == 1
    assert ends.attendant._guests[1] is not first
    await ends.close()
    await hearing


async def test_more_bytes_than_a_mail_has(ends: Ends) -> None:
    """A staging blob takes what a mail of the largest size makes, and no more."""
    ends.attendant._most_staged_bytes = 3 * calls.MOST_PIECE_BYTES
    hearing = asyncio.ensure_future(ends.link.run())
    visit = await FarReception(ends.link).open(await arrival(ends.step))
    with pytest.raises(LinkLost):
        await visit.stage(0, bytes(4 * calls.MOST_PIECE_BYTES))
    with pytest.raises(BadFrame):
        await ends.serving
    await hearing
    assert await ends.step.kept() == (0, 0)


async def test_an_envelope_of_another_mail_is_refused(ends: Ends) -> None:
    """A worker's word goes for the mail that it opened: no other mailbox, class or date."""
    hearing = asyncio.ensure_future(ends.link.run())
    visit = await FarReception(ends.link).open(await arrival(ends.step))
    await visit.author(Address(*ADDRESS.split("@")))
    await visit.stage(0, b"x" * 100)
    await visit.finish(100, sha256(b"x" * 100).digest())
    other = near.Dice("other")
    with pytest.raises(calls.Refusal) as refused:
        await visit.deposit(Sealed(other(2_000), bytes(32), bytes(32), proven=False))
    assert refused.value.code == "malformed"
    await visit.abort()
    assert await ends.step.kept() == (0, 0)
    await ends.close()
    await hearing


async def refused_end(ends: Ends, staged: bytes, whole: bytes) -> str:
    """The code by which a mail is refused whose end says this of its sealed bytes."""
    hearing = asyncio.ensure_future(ends.link.run())
    visit = await FarReception(ends.link).open(await arrival(ends.step))
    await visit.author(Address(*ADDRESS.split("@")))
    await visit.stage(0, staged)
    await visit.finish(100, sha256(b"x" * 100).digest())
    house = ends.step.house
    raw = bytearray(house.work.envelope(house.coach, Role.CLIENT, expires_at=visit.expires_at))
    raw[near.CLASS_AT] = EnvelopeClass.DOOR
    try:
        with pytest.raises(calls.Refusal) as refused:
            await visit.deposit(Sealed(bytes(raw), bytes(32), bytes(32), proven=False, whole=whole))
        await visit.abort()
        return refused.value.code
    finally:
        await ends.close()
        await hearing
        assert await ends.step.kept() == (0, 0)


@pytest.mark.parametrize("whole", [b"x" * 99, b"x" * 101, b"y" * 100, b"x"])
async def test_a_mail_that_is_not_what_its_end_said(ends: Ends, whole: bytes) -> None:
    """Length and hash are checked of what comes with the envelope, as of what was staged."""
    assert await refused_end(ends, b"", whole) == "blob-incomplete"


@pytest.mark.parametrize(("staged", "whole"), [(b"x" * 100, b"x" * 100), (b"", b"")])
async def test_bytes_twice_or_none_end_the_worker(ends: Ends, staged: bytes, whole: bytes) -> None:
    """A mail is staged, or comes with its envelope: never both, never neither."""
    with pytest.raises(LinkLost):
        await refused_end(ends, staged, whole)
    with pytest.raises(BadFrame):
        await ends.serving


async def test_a_stage_after_the_end_ends_the_worker(ends: Ends) -> None:
    """What was said of a mail's bytes holds: none come after."""
    hearing = asyncio.ensure_future(ends.link.run())
    visit = await FarReception(ends.link).open(await arrival(ends.step))
    await visit.finish(100, sha256(b"x" * 100).digest())
    with pytest.raises(LinkLost):
        await visit.stage(0, b"x" * 100)
    with pytest.raises(BadFrame):
        await ends.serving
    await hearing
    assert await ends.step.kept() == (0, 0)


async def test_a_worker_that_ends_gives_all_back(ends: Ends) -> None:
    """Its places are free, its visits undone, and who waited for its turn has it."""
    hearing = asyncio.ensure_future(ends.link.run())
    assert await FarPlaces(ends.link).enter("127.0.0.1") is Place.HERE
    visit = await FarReception(ends.link).open(await arrival(ends.step))
    await visit.stage(0, b"x" * 100)
    await visit.finish(100, sha256(b"x" * 100).digest())
    assert ends.told == ["came", "begins"]
    await ends.close()
    await hearing
    assert ends.told == ["came", "begins", "ended"]
    assert (ends.places.taken, await ends.step.kept()) == (0, (0, 0))
    assert (await ends.step.deliver()).startswith("250")
