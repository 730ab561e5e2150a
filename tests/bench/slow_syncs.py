"""Row 2 on a disk whose sync takes longer: 1 ms and 8 ms more, as rented machines have them. Owns the
delaying, which strace(1) does to each fsync and fdatasync of relay and baseline alike.
"""

from __future__ import annotations

import shutil
import tempfile
from functools import partial
from typing import Final

from tests.bench.deposits import WARM_UP, deposit
from tests.bench.figures import Figure, Findings, interleaved
from tests.bench.house import housed
from tests.bench.programs import served

SYNCS: Final = "fsync,fdatasync"
CASES: Final = ((1, 5.0), (8, 12.0))  # milliseconds more, and the least ratio


async def measure(rounds: int, quick: bool) -> Findings:
    """Each delay with servers of its own."""
    if shutil.which("strace") is None:
        print("row 2 with slower syncs is left out: it needs strace")
        return Findings(())
    return Findings(tuple([await _with(ms, least, rounds, quick) for ms, least in CASES]))


async def _with(ms: int, least: float, rounds: int, quick: bool) -> Figure:
    tracer = ("strace", "-D", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", f"trace={SYNCS}")
    under = (*tracer, "-e", f"inject={SYNCS}:delay_exit={1000 * ms}")
    count, singly = (2_000, 200) if quick else (12_000, 600)
    with tempfile.TemporaryDirectory(prefix="quietbox-bench-") as folder:
        async with housed(under) as (_, relay, coach):
            with served("tests.bench.bare", "commit", f"{folder}/each.sqlite3", under=under) as each:
                await deposit(relay.port, coach, WARM_UP)
                together, alone = await interleaved(
                    rounds,
                    partial(deposit, relay.port, coach, count),
                    partial(deposit, each.port, coach, singly),
                )
    rates = [[one.rate for one in column] for column in (together, alone)]
    what = f"durable deposits, a sync takes {ms} ms more"
    return Figure("2", what, rates[0], "one commit a request", rates[1], "/s", least)
