"""Row 14: a crowd at the door for mail: 5,000 idle and 1,000 dripping connections beside one good peer.
Row 15: what a mail of 24 MiB costs in memory.

Measured on the running relay from outside: the good peer's answers, when the last dripping one was let go,
and the memory of the relay's program with all that it started but its keeper.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Final

from tests.bench import mail_load
from tests.bench.figures import Figure, Findings, Told
from tests.bench.load import Measured
from tests.bench.mail_house import Door, door, family

IDLE: Final = 5_000
SLOW: Final = 1_000
GONE_SECONDS: Final = 60
MOST_MIB: Final = 150
GROWTH_MIB: Final = 2
LOOK_SECONDS: Final = 0.02
MAIL_MIB: Final = 24  # of the 25 that the door takes, head and dots aside
GREETING: Final = b"EHLO mail.home.example\r\n"

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def crowd(rounds: int, quick: bool) -> Findings:
    """Each round a fresh relay: a good peer alone, then amid the crowd; then the last slow one is awaited."""
    alone, amid, gone, memory, empty = [], [], [], [], []
    count = 200 if quick else 600
    for number in range(1 if quick else rounds):
        async with door() as subject:
            await _good(subject, count, f"warm-{number}")
            alone.append(await _good(subject, count, f"alone-{number}"))
            empty.append(_memory_mib(subject))
            idle = [await _connected(subject) for _ in range(IDLE // (5 if quick else 1))]
            slow = await _dripping(subject, SLOW // (5 if quick else 1))
            started = time.monotonic()
            drips = [asyncio.ensure_future(_drip(one, at / len(slow))) for at, one in enumerate(slow)]
            amid.append(await _good(subject, count, f"amid-{number}"))
            memory.append(_memory_mib(subject))
            await asyncio.gather(*drips)
            gone.append(time.monotonic() - started)
            for _, writer in [*idle, *slow]:
                writer.transport.abort()
    late, usual = ([one.quantile_ms(0.99) for one in column] for column in (amid, alone))
    bounds = [[float(bound)] * len(gone) for bound in (GONE_SECONDS, MOST_MIB)]
    return Findings(
        (
            Figure(
                "14",
                "a good peer amid the crowd, 99 of 100 mails within",
                late,
                "alone",
                usual,
                "ms",
                1.5,
                at_most=True,
            ),
            Figure("14", "the last of the slow ones gone", gone, "of", bounds[0], "s", 1, at_most=True),
            Figure(
                "14", "memory of the relay amid the crowd", memory, "of", bounds[1], "MiB", 1, at_most=True
            ),
        ),
        (
            Told("14", "connections in the crowd", len(idle) + len(slow), ""),
            Told("14", "memory of the relay without it", median(empty), "MiB"),
        ),
    )


async def _good(subject: Door, count: int, mark: str) -> Measured:
    sent = mail_load.mails(count, 4096, mark)
    return await mail_load.run(subject.port, subject.envelope, sent, many=False, connections=1)


async def _connected(subject: Door) -> Connection:
    """A connection that has greeted, and will say nothing more."""
    reader, writer = await asyncio.open_connection("127.0.0.1", subject.port, limit=4096)
    writer.write(GREETING)
    while (await reader.readline())[:4] != b"250 ":
        pass
    return reader, writer


async def _dripping(subject: Door, count: int) -> list[Connection]:
    """Half of them within a command, half within a mail."""
    found = [await _connected(subject) for _ in range(count)]
    for reader, writer in found[::2]:
        writer.write(subject.envelope.group)
        while (await reader.readline())[:4] != b"354 ":
            pass
    return found


async def _drip(connection: Connection, begins_after_seconds: float) -> None:
    """A byte a second, until it is let go. Strangers do not keep time: all at once would hold up the load's
    own loop, and with it the good peer's clock.
    """
    reader, writer = connection
    await asyncio.sleep(begins_after_seconds)
    ended = asyncio.ensure_future(reader.read())
    with suppress(OSError):
        while not ended.done():
            writer.write(b"x")
            await asyncio.wait({ended}, timeout=1)
        await ended


async def large(rounds: int, quick: bool) -> Findings:
    """In turn a small mail and a large one: how much more the relay's memory rises for the large one."""
    grown, small = [], []
    async with door() as subject:
        for number in range(2 if quick else 4):
            await _rise_mib(subject, MAIL_MIB << 20, f"warm-{number}")
        for number in range(rounds):
            small.append(await _rise_mib(subject, 4096, f"small-{number}"))
            grown.append(max(0.0, await _rise_mib(subject, MAIL_MIB << 20, f"large-{number}") - small[-1]))
    of = [float(GROWTH_MIB)] * len(grown)
    figure = Figure(
        "15", "memory for a mail of 24 MiB, beyond one of 4 KiB", grown, "of", of, "MiB", 1, at_most=True
    )
    return Findings((figure,), (Told("15", "memory for one of 4 KiB", median(small), "MiB"),))


async def _rise_mib(subject: Door, size_bytes: int, mark: str) -> float:
    """The most that the relay's programs held while they took a mail, above what they held before. A worker
    that is forked meanwhile, because it was time, carries nothing of this mail and does not count; so each
    one's resident size, which no fork moves.
    """
    were = {number: _kib(number, "Rss") for number in family(subject.relay.process.pid)}
    most, over = [0.0], asyncio.Event()

    def risen_mib() -> float:
        there = [number for number in were if Path(f"/proc/{number}").exists()]
        return sum(_kib(number, "Rss") - were[number] for number in there) / 1024

    async def watch() -> None:
        while not over.is_set():
            most[0] = max(most[0], risen_mib())
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), LOOK_SECONDS)

    watching = asyncio.ensure_future(watch())
    sent = mail_load.mails(1, size_bytes, mark)
    await mail_load.run(subject.port, subject.envelope, sent, many=False, connections=1)
    over.set()
    await watching
    return max(most[0], risen_mib())


def _memory_mib(subject: Door) -> float:
    """What the relay's own programs hold together, pages that they share counted once; without the keeper."""
    return sum(_kib(number, "Pss") for number in family(subject.relay.process.pid)) / 1024


def _kib(number: int, what: str) -> int:
    """A program's resident size, or its proportional share of it (proc_pid_smaps(5)); 0 of the keeper's."""
    with suppress(OSError):
        if b"keeper" in Path(f"/proc/{number}/cmdline").read_bytes():
            return 0
        for line in Path(f"/proc/{number}/smaps_rollup").read_text().splitlines():
            if line.startswith(f"{what}:"):
                return int(line.split()[1])
    return 0
