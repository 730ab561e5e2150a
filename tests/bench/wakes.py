"""Row 11: from an answered deposit to the event at a reader who waits, while 5,000 wait; what each of them
costs in memory; and how long it takes until all of them are told when something comes for all.

Readers are connections of server-sent events, `GET /v1/wake`, opened by hand.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from statistics import median

from client_sdk.account import AsyncAccount
from tests.bench import load
from tests.bench.figures import Figure, Findings, Told
from tests.bench.house import PASSWORD, STORED, House, Writer, home_of, housed
from tests.bench.programs import Memory, Served

WAITING = 5_000
LISTENING = 4
"""Of them the coach's own pages, at which the single wakes are measured."""
MOST_MS = 10
MOST_KIB = 16
EVENT = b"event: wake\n"


class _Reader(asyncio.Protocol):
    """One who waits: notes when the next event came."""

    def __init__(self, request: bytes) -> None:
        self.request = request
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = loop.create_future()
        self.told: asyncio.Future[float] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        transport.write(self.request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        if not self.ready.done():
            assert data.startswith(b"HTTP/1.1 200"), data[:200]
            self.ready.set_result(None)
        if EVENT in data and not self.told.done():
            self.told.set_result(time.perf_counter())

    def expect(self) -> None:
        """Wait for a new event."""
        self.told = asyncio.get_running_loop().create_future()


async def measure(rounds: int, quick: bool) -> Findings:
    """Open them all, then wake one mailbox's few readers many times, and all readers some times."""
    count, repeats = (500, 60) if quick else (WAITING, 400)
    async with housed() as (house, relay, coach), AsyncExitStack() as stack:
        client = await stack.enter_async_context(await _client(house))
        before = await _settled(relay)
        crowd = await _join(relay, client._core.session._bearer, count - LISTENING)
        listening = await _join(relay, coach.token, LISTENING)
        grown = (await _settled(relay) - before) * 1024 / count
        single, burst = [], []
        for _ in range(rounds):
            single.append(await _single(relay, coach, listening, repeats))
            burst.append(await _all(relay, coach, crowd))
        for one in (*crowd, *listening):
            one.transport.close()
    late = [load.Measured(1, sorted(times)).quantile_ms(0.99) for times in single]
    return Findings(
        (
            Figure(
                "11",
                f"from the answer to the event, 99 of 100, {count:,} waiting",
                late,
                "of",
                [MOST_MS] * rounds,
                "ms",
                1,
                at_most=True,
            ),
            Figure("11", "memory of one who waits", [grown], "of", [MOST_KIB], "KiB", 1, at_most=True),
        ),
        (
            Told("11", f"until {len(crowd):,} are told of the same", 1000 * median(map(max, burst)), "ms"),
            Told("11", "of these, half within", 1000 * median(map(median, burst)), "ms"),
        ),
    )


async def _client(house: House) -> AsyncAccount:
    return await AsyncAccount.open(home=home_of(house.folder, "client"), password=PASSWORD)


async def _join(relay: Served, token: str, count: int) -> list[_Reader]:
    request, loop = load.get("/v1/wake", token), asyncio.get_running_loop()
    readers = []
    for _ in range(count):
        _, reader = await loop.create_connection(lambda: _Reader(request), "127.0.0.1", relay.port)
        readers.append(reader)
    await asyncio.gather(*(one.ready for one in readers))
    return readers


async def _single(relay: Served, coach: Writer, listening: Sequence[_Reader], repeats: int) -> list[float]:
    """Seconds from the answer to a deposit into the coach's own mailbox until each of its readers knew."""
    taken: list[float] = []
    for request in coach.deposits(coach.forge(repeats, coach.mailbox_ids[:1])):
        for one in listening:
            one.expect()
        await load.run(relay.port, [request], STORED, connections=1)
        answered = time.perf_counter()
        told = await asyncio.gather(*(one.told for one in listening))
        taken += [max(0.0, at - answered) for at in told]
    return taken


async def _all(relay: Served, coach: Writer, crowd: Sequence[_Reader]) -> list[float]:
    """Seconds from the answer until each of the crowd knew of a deposit into the client's mailbox."""
    for one in crowd:
        one.expect()
    (request,) = coach.deposits(coach.forge(1, coach.mailbox_ids[1:]))
    await load.run(relay.port, [request], STORED, connections=1)
    answered = time.perf_counter()
    return [max(0.0, at - answered) for at in await asyncio.gather(*(one.told for one in crowd))]


async def _settled(relay: Served) -> float:
    """MiB that are resident."""
    await asyncio.sleep(0.5)
    return Memory(relay.process.pid).resident() or 0.0
