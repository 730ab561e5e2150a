"""Row 23: what a deposit, a list of 50 and a look cost as a store grows: from a thousand messages to ten
million, and from ten mailboxes to a hundred thousand.

All stores are served at the same time and measured in turn, by processor time of the serving relay, so that a
slow minute of the machine meets all sizes alike. The whole form draws `docs/plots`, the quick one a trial.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

from tests.bench import load
from tests.bench.deposits import WARM_UP, deposit
from tests.bench.figures import Figure, Findings, interleaved
from tests.bench.grown import grow
from tests.bench.house import STORED, House, Writer, enrol, free_port, writer_of
from tests.bench.lists import PAGE, ROW_HEAD_BYTES
from tests.bench.mail_house import cpu_seconds
from tests.bench.plot import picture
from tests.bench.programs import ROOT, Served, output_of, served

HELD: Final = 10_000
OTHERS: Final = 100
"""Mailboxes among which messages are spread as they grow, and messages in each mailbox as mailboxes do."""
MESSAGES: Final = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
MAILBOXES: Final = (10, 100, 1_000, 10_000, 100_000)
LEAST: Final = 0.9
PLOTS: Final = ROOT / "docs" / "plots"
TRIALS: Final = ROOT / "tests" / "bench" / "out"

Costs = dict[str, list[float]]  # microseconds of processor time, by what was done


@dataclass(frozen=True, slots=True)
class _Store:
    """A served relay over a store of one size, and somebody in it with a mailbox of ten thousand."""

    relay: Served
    writer: Writer
    envelope_bytes: int

    async def deposit(self, count: int) -> float:
        """Microseconds of a deposit."""
        return await self._cost(partial(deposit, self.relay.port, self.writer, count), count)

    async def list(self, count: int) -> float:
        """Microseconds of a list of 50 with bodies."""
        page = load.Wanted(200, PAGE * (ROW_HEAD_BYTES + self.envelope_bytes))
        return await self._read(count, lambda number: number * PAGE * 37 % (HELD - PAGE), page)

    async def look(self, count: int) -> float:
        """Microseconds of a look that finds nothing new."""
        return await self._read(count, lambda _: 1 << 40, load.Wanted(200, 0))

    async def _read(self, count: int, after: Callable[[int], int], wanted: load.Wanted) -> float:
        mailbox_id = self.writer.mailbox_ids[0]
        asked = [self.writer.page(mailbox_id, after(number), PAGE) for number in range(count)]
        return await self._cost(partial(load.run, self.relay.port, asked, wanted), count)

    async def _cost(self, work: Callable[[], Awaitable[object]], count: int) -> float:
        before = cpu_seconds(self.relay.process.pid)
        await work()
        return 1e6 * (cpu_seconds(self.relay.process.pid) - before) / count


async def messages(rounds: int, quick: bool) -> Findings:
    """As messages grow, a hundred mailboxes."""
    sizes = MESSAGES[: 3 if quick else None]
    found = await _measure([(OTHERS, size) for size in sizes], rounds, quick)
    return _told("messages", dict(zip(sizes, found, strict=True)), sizes[1], TRIALS if quick else PLOTS)


async def mailboxes(rounds: int, quick: bool) -> Findings:
    """As mailboxes grow, a hundred messages in each up to a million in all."""
    sizes = MAILBOXES[: 3 if quick else None]
    found = await _measure([(size, min(OTHERS * size, 1_000_000)) for size in sizes], rounds, quick)
    return _told("mailboxes", dict(zip(sizes, found, strict=True)), sizes[0], TRIALS if quick else PLOTS)


async def _measure(shapes: list[tuple[int, int]], rounds: int, quick: bool) -> list[Costs]:
    count = 500 if quick else 4_000
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="quietbox-bench-")))
        stores = [await _store(stack, folder / str(number), *shape) for number, shape in enumerate(shapes)]
        found: list[Costs] = [{} for _ in stores]
        for name in ("deposit", "list", "look"):
            columns = await interleaved(rounds, *(partial(getattr(one, name), count) for one in stores))
            for costs, column in zip(found, columns, strict=True):
                costs[name] = column
    return found


async def _store(stack: AsyncExitStack, folder: Path, boxes: int, rows: int) -> _Store:
    folder.mkdir()
    house = House(folder, free_port())
    output_of("relay", "init", "--local", str(house.config.parent))
    with served(*house.serve, environment=house.environment) as relay:
        coach = await enrol(house)
        writer = writer_of(coach)
        envelopes = writer.forge(HELD, writer.mailbox_ids[:1])
        await load.run(relay.port, writer.deposits(envelopes, PAGE), STORED)
        await coach._core.session.close()  # its session goes on
    grow(house.config.with_name("relay.db"), boxes, rows, int(time.time()))
    relay = stack.enter_context(served(*house.serve, environment=house.environment))
    await deposit(relay.port, writer, WARM_UP)
    return _Store(relay, writer, len(envelopes[0]))


def _told(what: str, found: Mapping[int, Costs], against: int, folder: Path) -> Findings:
    """Each size against one of the small ones: how much of its speed is left."""
    figures = [
        Figure(
            "23",
            f"{name}, {size:,} {what}",
            [1e6 / one for one in costs[name]],
            f"{against:,}",
            [1e6 / one for one in found[against][name]],
            "/s of a core",
            LEAST if size == max(found) else None,
        )
        for size, costs in found.items()
        if size != against
        for name in costs
    ]
    series = {name: [(size, median(costs[name])) for size, costs in found.items()] for name in found[against]}
    folder.mkdir(exist_ok=True)
    drawn = picture(f"Processor time as {what} grow", f"{what} in the store", "µs", series)
    (folder / f"{what}.svg").write_text(drawn, "utf-8")
    return Findings(tuple(figures))
