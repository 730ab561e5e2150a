"""Row 13: how long after its second an envelope stands in the database, while deposits run at full pace.

The promise is 60 seconds at most (a read refuses at the second itself). Looked at from outside: a connection
of this program's own that only reads asks twice a second for the oldest that is due and still there.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from dataclasses import replace
from typing import Final

from tests.bench import load
from tests.bench.figures import Figure, Findings, Told
from tests.bench.house import STORED, House, Writer, housed
from tests.bench.programs import Served

PROMISED_SECONDS: Final = 60
FIRST_DUE_SECONDS: Final = 10
LOOK_SECONDS: Final = 0.5
DATES: Final = 10
OLDEST: Final = "SELECT min(expires_at) FROM mailbox_rows WHERE expires_at<=? AND reason=0"


async def measure(rounds: int, quick: bool) -> Findings:
    """So many rounds, each on a fresh relay: envelopes of ten dates come due under load."""
    due, watched_seconds = (2_000, 60) if quick else (20_000, 180)
    late: list[float] = []
    for _ in range(1 if quick else rounds):
        async with housed() as (house, relay, coach):
            late.append(await _longest(house, relay, coach, due, watched_seconds))
    figure = Figure(
        "13", "from due to gone, at most", late, "of", [PROMISED_SECONDS] * len(late), "s", 1, at_most=True
    )
    return Findings((figure,), (Told("13", "envelopes that came due under load", due, ""),))


async def _longest(house: House, relay: Served, coach: Writer, due: int, watched_seconds: int) -> float:
    """The longest that anything stood after its second, in seconds."""
    first_due_at = int(time.time()) + FIRST_DUE_SECONDS
    for number in range(DATES):
        soon = replace(coach, expires_at=first_due_at + 2 * number)
        await load.run(relay.port, soon.deposits(soon.forge(due // DATES), 10), STORED)
    watching = asyncio.ensure_future(asyncio.to_thread(_watch, house, watched_seconds))
    while not watching.done():
        await load.run(relay.port, coach.deposits(coach.forge(2_000)), STORED)
    return await watching


def _watch(house: House, watched_seconds: int) -> float:
    longest, ends_at = 0.0, time.monotonic() + watched_seconds
    path = house.config.with_name("relay.db")
    while time.monotonic() < ends_at:
        now = time.time()
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            (oldest,) = database.execute(OLDEST, (int(now),)).fetchone()
        database.close()
        longest = max(longest, now - oldest if oldest else 0.0)
        time.sleep(LOOK_SECONDS)
    return longest
