"""How many envelopes a second a sweep takes: `python3 -m tests.bench.sweeps [COUNT [ROWS]]`.

Owns one figure, told and not held: COUNT envelopes of 4 KiB that are due at once in two mailboxes, taken in
batches of ROWS without a pause, leaves and the last truncation included.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from relay.store.sqlite import SqliteStore
from tests.contract.people import NOW, People, envelope, group

BOXES = ("work coach", "work client")
TOGETHER = 50


async def fill(people: People, count: int) -> None:
    """Deposit so many, due in one second."""
    for start in range(0, count, TOGETHER):
        letters = [
            envelope(BOXES[number % 2], f"m{number}", expires_at=NOW + 1, size=4096)
            for number in range(start, min(count, start + TOGETHER))
        ]
        await people.store.deposit([group(*letters)], now=NOW, quota_bytes=1 << 40)


async def measure(count: int, rows: int) -> tuple[float, float]:
    """Envelopes a second by the wall clock, and processor seconds for each."""
    with tempfile.TemporaryDirectory() as folder:
        store = await SqliteStore.open(Path(folder) / "store.sqlite3")
        people = People(store)
        await people.settle()
        await fill(people, count)
        await store.checkpoint()
        wall, used = time.perf_counter(), time.process_time()
        taken = await people.sweep_all(NOW + 1, limit=rows)
        await store.checkpoint()
        wall, used = time.perf_counter() - wall, time.process_time() - used
        await store.close()
    return taken / wall, used / taken


def main(count: int = 10_000, rows: int = 20) -> None:
    """Print one line."""
    rate, used_seconds = asyncio.run(measure(count, rows))
    print(
        f"{rate:,.0f} envelopes a second in batches of {rows}, {used_seconds * 1e6:.0f} us of one core each"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
