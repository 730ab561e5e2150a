"""Row 17: how long the relay takes to say that there is nothing for a sponsor, by the reason that it does not
tell.

A two-sample test as in "dude, is my code constant time?" (Reparaz, Balasch, Verbauwhede): answers for each
state are taken in turn, in an order drawn anew each time, the slowest twentieth of all is left out, and what
is told is Welch's t of each state against *never released*. Beyond 4.5 two states can be told apart. What is
served is measured too: the test must be able to see a difference.
"""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from statistics import fmean, median, variance
from typing import Final

from keys.encoding import to_base64url
from keys.names import DAY_SECONDS
from relay.store.sqlite import SqliteStore
from tests.bench.figures import Figure, Findings, Told
from tests.flow.cast import Person, Work
from tests.flow.house import House
from tests.flow.releases import DIGITS, Reports
from tests.http.served import LIMITS, Served, serve

BOUND: Final = 4.5
NEVER: Final = "never"
SERVED: Final = "served"
SILENT: Final = (NEVER, "not yet", "withdrawn", "ended")
"""A client who declines tells the coach alone: for the relay that is *never*."""
TOLD: Final = ("closed", "unknown link")
"""Links that lead nowhere, which wrong digits tell as well: told and not held."""

Taken = dict[str, list[float]]


async def measure(rounds: int, quick: bool) -> Findings:
    """Measure all states in turn, so often in each round."""
    count = 300 if quick else 3_000
    with tempfile.TemporaryDirectory(prefix="quietbox-bench-") as folder:
        store = await SqliteStore.open(Path(folder) / "store.sqlite3")
        house = House(store)
        try:
            await house.settle()
            bodies = {state: await _in_state(house, state) for state in (*SILENT, *TOLD, SERVED)}
            house.now += 2
            limits = replace(LIMITS, requests_per_minute=1 << 40)
            async with serve(house, None, said=io.StringIO(), limits=limits) as served:
                await _take(served, bodies, count // 10)
                taken = [await _take(served, bodies, count) for _ in range(rounds)]
        finally:
            await store.close()
    worst = [max(abs(_t(one[NEVER], one[state])) for state in SILENT[1:]) for one in taken]
    seen = [abs(_t(one[NEVER], one[SERVED])) for one in taken]
    return Findings(
        (
            Figure(
                "17",
                "silent states, the greatest Welch's t against *never*",
                worst,
                "what can be told apart",
                [BOUND] * rounds,
                "t",
                1,
                at_most=True,
            ),
            Figure(
                "17", "a release that is served, against *never*", seen, "the same", [BOUND] * rounds, "t"
            ),
        ),
        tuple(
            Told("17", f"{state}, half within", 1_000 * median(median(one[state]) for one in taken), "ms")
            for state in (*SILENT, *TOLD, SERVED)
        ),
    )


async def _in_state(house: House, state: str) -> dict[str, str]:
    """An engagement of its own in that state, and what its sponsor's page asks."""
    link = state.encode().ljust(32, b".")
    if state != "unknown link":
        work = Work(house.coach, Person(state.replace(" ", "-")), now=house.now)
        await house.invite(work)
        await house.enrol_client(work)
        reports = Reports(house, work, link)
        await reports.open_slot()
        if state == "not yet":
            await reports.release(not_before=house.now + DAY_SECONDS)
        elif state == "ended":
            await reports.release(ends_at=house.now + 1)
        elif state != NEVER:
            await reports.release()
        if state == "withdrawn":
            await reports.withdraw()
        if state == "closed":
            coach = house.coach.account_id
            await house.flows.releases.close_slot(coach, work.engagement_id, house.now)
    asked = Reports(house, link=link)
    return {"link_id": to_base64url(asked.link_id), "digits": DIGITS}


async def _take(served: Served, bodies: dict[str, dict[str, str]], count: int) -> Taken:
    taken: Taken = {state: [] for state in bodies}
    order, random = list(bodies), Random(17)
    for _ in range(count):
        random.shuffle(order)
        for state in order:
            began = time.perf_counter()
            answer = await served.ask("POST", "/v1/release", body=bodies[state])
            taken[state].append(time.perf_counter() - began)
            assert answer.status == (200 if state == SERVED else 404)
    return taken


def _t(one: Sequence[float], other: Sequence[float]) -> float:
    """Welch's t of two samples without the slowest twentieth of both together."""
    both = sorted([*one, *other])
    limit = both[len(both) * 19 // 20]
    first, second = ([value for value in sample if value <= limit] for sample in (one, other))
    spread = variance(first) / len(first) + variance(second) / len(second)
    return float((fmean(first) - fmean(second)) / spread**0.5)
