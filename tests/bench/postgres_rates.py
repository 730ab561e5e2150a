"""Row 8: deposits into PostgreSQL by one relay, against the file; and by two relays on the same database,
against one.

The server is one of the bench's own, with its syncs. Both cores are free to all: relays, server and load.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from tests.bench import load
from tests.bench.deposits import WARM_UP, deposit
from tests.bench.figures import Figure, Findings, interleaved
from tests.bench.house import House, Writer, free_port, housed
from tests.bench.programs import CORES, LOAD_CORES, pin, served
from tests.postgres.server import NoPostgres, Server

LEAST_OF_FILE: Final = 0.8
LEAST_OF_ONE: Final = 1.4


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
        housed(cores=free) as (_, file, of_file),
        housed(settings=url, cores=free) as (house, one, coach),
        _second(house) as other_port,
    ):
        for port, writer in ((file.port, of_file), (one.port, coach), (other_port, coach)):
            await deposit(port, writer, WARM_UP)
        on_file, alone, both = await interleaved(
            rounds,
            partial(_rate, of_file, count, file.port),
            partial(_rate, coach, count, one.port),
            partial(_rate, coach, count, one.port, other_port),
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


async def _rate(writer: Writer, count: int, *ports: int) -> float:
    """Deposits a second, the connections of row 1 shared out among the relays."""
    each, connections = count // len(ports), load.CONNECTIONS // len(ports)
    requests = [writer.deposits(writer.forge(each)) for _ in ports]
    began = time.perf_counter()
    await asyncio.gather(
        *(
            load.run(port, some, load.Wanted(201), connections=connections)
            for port, some in zip(ports, requests, strict=True)
        )
    )
    return each * len(ports) / (time.perf_counter() - began)
