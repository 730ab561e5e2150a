"""Rows 1, 2, 4 and 5: deposits by HTTP, durable and by everybody's rules, against bare aiohttp and against
one commit per request.

The relay is the finished one: sessions, policy, limits and idempotency in force, SQLite with FULL syncs.
Every answer must be 201, and afterwards every envelope must be there.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from functools import partial
from statistics import median

from tests.bench import load, syncs
from tests.bench.figures import Figure, Findings, Told, interleaved
from tests.bench.house import STORED, Writer, housed
from tests.bench.programs import served

MANY = 50  # envelopes in one request, for row 4
WARM_UP = 500


async def measure(rounds: int, quick: bool) -> Findings:
    """Measure all four rows, each round's servers in turn."""
    count = 3_000 if quick else 16_000
    async with housed() as (house, relay, coach):
        with ExitStack() as stack, tempfile.TemporaryDirectory(prefix="quietbox-bench-") as folder:
            bare = stack.enter_context(served("tests.bench.bare", "read"))
            each = stack.enter_context(served("tests.bench.bare", "commit", f"{folder}/each.sqlite3"))
            for server in (bare, each, relay):
                await deposit(server.port, coach, WARM_UP)
            columns = await interleaved(
                rounds,
                partial(deposit, bare.port, coach, count),
                partial(deposit, relay.port, coach, count),
                partial(deposit, each.port, coach, count // 4),
                partial(deposit, relay.port, coach, count, MANY),
            )
        sent = WARM_UP + 2 * rounds * count
        assert house.envelopes() == sent, f"{house.envelopes()} of {sent} are there"
    told = await syncs.measure(count // 4) if shutil.which("strace") else ()
    return Findings(_figures(*columns), (*_told(*columns), *told))


async def deposit(port: int, writer: Writer, count: int, groups: int = 1) -> load.Measured:
    """Deposit that many fresh envelopes, so many of them in each request."""
    return await load.run(port, writer.deposits(writer.forge(count), groups), STORED)


def _figures(
    bare: list[load.Measured],
    relay: list[load.Measured],
    each: list[load.Measured],
    many: list[load.Measured],
) -> tuple[Figure, ...]:
    plain, deposits = [one.rate for one in bare], [one.rate for one in relay]
    singly, together = [one.rate for one in each], [one.rate * MANY for one in many]
    late, bare_late = ([one.quantile_ms(0.99) for one in column] for column in (relay, bare))
    return (
        Figure("1", "durable deposits of 4 KiB", deposits, "bare aiohttp", plain, "/s", 0.30),
        Figure("2", "durable deposits of 4 KiB", deposits, "one commit a request", singly, "/s", 2.4),
        Figure("4", f"envelopes, {MANY} in a request", together, "bare aiohttp", plain, "/s"),
        Figure("5", "99 of 100 deposits within", late, "bare aiohttp", bare_late, "ms", 3, at_most=True),
    )


def _told(*columns: list[load.Measured]) -> tuple[Told, ...]:
    names = ("bare aiohttp", "deposits", "one commit a request", f"requests of {MANY}")
    return tuple(
        Told("5", f"{name}, {'half' if share < 0.9 else '99 of 100'} within", _median(column, share), "ms")
        for name, column in zip(names, columns, strict=True)
        for share in (0.5, 0.99)
    )


def _median(column: list[load.Measured], share: float) -> float:
    return median(one.quantile_ms(share) for one in column)
