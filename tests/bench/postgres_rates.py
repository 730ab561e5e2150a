"""Row 8: deposits into PostgreSQL by one relay, against the file; and by two relays on the same database,
against one.

Eight coaches deposit in turn, as relays wait for each other at the same mailbox alone. The server is one of
the bench's own, with its syncs. Both cores are free to all: relays, server and load.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from itertools import chain
from typing import Final

from tests.bench import load
from tests.bench.deposits import WARM_UP
from tests.bench.figures import Figure, Findings, interleaved
from tests.bench.house import House, Writer, enrol, free_port, housed, writer_of
from tests.bench.programs import CORES, LOAD_CORES, pin, served
from tests.postgres.server import NoPostgres, Server

COACHES: Final = 8
CORES_FOR_TWO: Final = 4
LEAST_OF_FILE: Final = 0.8
LEAST_OF_ONE: Final = 1.4 if len(CORES) >= CORES_FOR_TWO else None
"""On two cores one relay, the server and the load leave too little for a second (decision 27)."""


async def measure(rounds: int, quick: bool) -> Findings:
    """In turn: the file, one relay, two relays."""
    try:
        server = Server({"shared_buffers": "256MB"})
    except NoPostgres as missing:
        print(f"row 8 is left out: {missing}")
        return Findings(())
    pin(set(CORES))
    try:
        server.start()
        return await _measure(server, rounds, 3_000 if quick else 16_000)
    finally:
        server.remove()
        pin(LOAD_CORES)


async def _measure(server: Server, rounds: int, count: int) -> Findings:
    url = {"RELAY_DATABASE__URL": server.url()}
    free = set(CORES)
    async with (
        housed(cores=free) as (files, file, first_of_file),
        housed(settings=url, cores=free) as (house, one, first),
        _second(house) as other_port,
    ):
        of_file = [first_of_file, *[await _further(files, number) for number in range(1, COACHES)]]
        coaches = [first, *[await _further(house, number) for number in range(1, COACHES)]]
        for port, writers in ((file.port, of_file), (one.port, coaches), (other_port, coaches)):
            await _rate(writers, WARM_UP, port)
        on_file, alone, both = await interleaved(
            rounds,
            partial(_rate, of_file, count, file.port),
            partial(_rate, coaches, count, one.port),
            partial(_rate, coaches, count, one.port, other_port),
        )
    what = "durable deposits of 4 KiB, PostgreSQL"
    return Findings(
        (
            Figure("8", f"{what}, one relay", alone, "the file", on_file, "/s", LEAST_OF_FILE),
            Figure("8", f"{what}, two relays", both, "one relay", alone, "/s", LEAST_OF_ONE),
        )
    )


@asynccontextmanager
async def _second(house: House) -> AsyncIterator[int]:
    """A further relay on the same database: the same secrets, a folder and a port of its own."""
    twin = House(house.folder / "second", free_port(), house.settings | {"RELAY_KEEPER__AUTOSTART": "false"})
    shutil.copytree(house.config.parent / "secrets", twin.config.parent / "secrets")
    shutil.copy(house.config, twin.config)
    same = {"RELAY_RELAY__ORIGIN": house.environment["RELAY_RELAY__ORIGIN"]}
    with served(*twin.serve, environment=twin.environment | same, cores=set(CORES)) as relay:
        yield relay.port


async def _further(house: House, number: int) -> Writer:
    """A coach more, whose session goes on."""
    coach = await enrol(house, str(number))
    writer = writer_of(coach)
    await coach._core.session.close()
    return writer


def _requests(writers: Sequence[Writer], count: int) -> list[bytes]:
    """So many deposits, of one writer after the other."""
    each = [writer.deposits(writer.forge(count // len(writers))) for writer in writers]
    return list(chain.from_iterable(zip(*each, strict=True)))


async def _rate(writers: Sequence[Writer], count: int, *ports: int) -> float:
    """Deposits a second, the connections of row 1 shared out among the relays."""
    each, connections = count // len(ports), load.CONNECTIONS // len(ports)
    requests = [_requests(writers, each) for _ in ports]
    began = time.perf_counter()
    await asyncio.gather(
        *(
            load.run(port, some, load.Wanted(201), connections=connections)
            for port, some in zip(ports, requests, strict=True)
        )
    )
    return sum(map(len, requests)) / (time.perf_counter() - began)
