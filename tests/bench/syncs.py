"""Row 2's other half: how many syncs a message costs, and that none is answered before its sync. Owns
reading what strace(1) saw of a relay.

Only the calls that are counted stop the relay (seccomp), so that it batches as it does untraced.
"""

from __future__ import annotations

import re
import tempfile
import time
from pathlib import Path

from tests.bench.figures import Told
from tests.bench.house import STORED, housed
from tests.bench.load import CONNECTIONS, run

SYNCS = "fsync,fdatasync"
SENDS = "write,writev,sendto,sendmsg"
ONE_BY_ONE = 200
DEADLINE_SECONDS = 30.0

_SYNCED = re.compile(r"(?:fsync|fdatasync)(?:\(\d+| resumed>)\)\s+= 0")
_ANSWERED = re.compile(r"(?:write|writev|sendto|sendmsg)\(.*HTTP/1\.1 201")


async def measure(count: int) -> tuple[Told, ...]:
    """Trace a relay under the load of row 1, and one with a single depositor."""
    crowd = await _seen(SYNCS, count, CONNECTIONS)
    alone = await _seen(f"{SYNCS},{SENDS}", ONE_BY_ONE, 1)
    synced = sum(map(bool, map(_SYNCED.search, crowd)))
    return (
        Told("2", f"syncs a message, {CONNECTIONS} connections", synced / count, ""),
        Told("2", f"of {ONE_BY_ONE} answers to a single depositor, before their sync", _early(alone), ""),
    )


async def _seen(calls: str, count: int, connections: int) -> list[str]:
    """What was traced of a relay while it took so many deposits."""
    with tempfile.TemporaryDirectory(prefix="quietbox-bench-") as folder:
        log = Path(folder) / "strace"
        tracer = ("strace", "-D", "-f", "--seccomp-bpf", "-ttt", "-s", "64", "-e", f"trace={calls}", "-o")
        async with housed((*tracer, str(log))) as (_, relay, coach):
            requests = coach.deposits(coach.forge(count))
            started = time.time()
            await run(relay.port, requests, STORED, connections=connections)
            ended = time.time()
        lines = _whole(log, f"{relay.process.pid} ")
    return [line for line in lines if started <= float(line.split(maxsplit=2)[1]) <= ended]


def _whole(log: Path, number: str) -> list[str]:
    """The lines of a log whose tracer outlives the relay by a moment."""
    ends_at = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < ends_at:
        lines = log.read_text(errors="replace").splitlines()
        if any(line.startswith(number) and "+++ exited" in line for line in lines):
            return lines
        time.sleep(0.05)
    raise AssertionError("the tracer never saw the relay end")


def _early(lines: list[str]) -> int:
    """How many answers went out without a sync since the answer before."""
    early, synced, answered = 0, False, 0
    for line in lines:
        if _SYNCED.search(line):
            synced = True
        elif _ANSWERED.search(line):
            early += not synced
            synced, answered = False, answered + 1
    assert answered == ONE_BY_ONE, f"{answered} answers were seen"
    return early
