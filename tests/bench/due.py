"""Row 9: how much deposits are held up by a sweep that has a million envelopes to take.

The same relay with the same rows in it: first nothing of them is due, then its clock is moved by hours, and
all are. Deposits come in bursts from 64 connections the whole time; what is compared is how long one waits.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from statistics import median

from tests.bench import load
from tests.bench.figures import Figure, Findings, Told
from tests.bench.house import STORED, House, Writer, housed
from tests.bench.programs import Served

HOUR = 3_600
KEPT_SECONDS = 2 * HOUR
MOVED_SECONDS = 3 * HOUR  # the session lives twelve
TOGETHER = 50
FILLED_AT_ONCE = 10_000
BURST = 500
FIRST_BURSTS = 20
LOOK_AFTER = 10
MOST_BURSTS = 300  # some minutes; a million would be twenty


async def measure(rounds: int, quick: bool) -> Findings:
    """Each round on a fresh relay: filled, measured without, then with the sweep."""
    due = 20_000 if quick else 1_000_000
    without, amid, rates = [], [], []
    for _ in range(1 if quick else rounds):
        async with housed(settings={"RELAY_CLOCK__OFFSET_FILE": "offset"}) as (house, relay, coach):
            await _fill(relay, coach, due)
            without.append(await _late_ms(relay, coach, FIRST_BURSTS))
            (house.config.parent / "offset").write_text(f"{MOVED_SECONDS}\n")
            late, rate = await _while_sweeping(house, relay, coach, due)
            amid.append(late)
            rates.append(rate)
    what = f"99 of 100 deposits within, while {due:,} due envelopes are swept"
    figure = Figure("9", what, amid, "nothing is due", without, "ms", 1.5, at_most=True)
    return Findings((figure,), (Told("9", "envelopes swept a second meanwhile", median(rates), "/s"),))


async def _fill(relay: Served, coach: Writer, count: int) -> None:
    soon = replace(coach, expires_at=int(time.time()) + KEPT_SECONDS)
    for start in range(0, count, FILLED_AT_ONCE):
        envelopes = soon.forge(min(FILLED_AT_ONCE, count - start))
        await load.run(relay.port, soon.deposits(envelopes, TOGETHER), STORED)


async def _late_ms(relay: Served, coach: Writer, bursts: int) -> float:
    return median([await _burst(relay, coach) for _ in range(bursts)])


async def _burst(relay: Served, coach: Writer) -> float:
    """The 99th of 100 of some hundred deposits, in milliseconds."""
    return (await load.run(relay.port, coach.deposits(coach.forge(BURST)), STORED)).quantile_ms(0.99)


async def _while_sweeping(house: House, relay: Served, coach: Writer, due: int) -> tuple[float, float]:
    """The median burst until nothing is due any more or the sweep has been seen for long enough, and how many
    went a second.
    """
    began, left = time.monotonic(), due
    late: list[float] = []
    while left > 0 and len(late) < MOST_BURSTS:
        late += [await _burst(relay, coach) for _ in range(LOOK_AFTER)]
        left = await asyncio.to_thread(house.envelopes) - BURST * (FIRST_BURSTS + len(late))
    return median(late), (due - left) / (time.monotonic() - began)
