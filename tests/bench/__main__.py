"""`python3 -m tests.bench`: measure the figures of docs/performance.md and print their table.

Owns the options and the order of rows. It runs itself again in .venv, as `python3 -m tests` does, so only the
standard library may be imported at the top. Nothing here asserts a time: `--hold` makes the exit code say
whether all bounds were kept.
"""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.__main__ import PYTHON, VENV, install, make_environment

SCENARIOS: dict[str, tuple[str, ...]] = {
    "deposit": ("1", "2", "3", "4", "5"),
    "postgres": ("8",),
    "fetch": ("24",),
    "list": ("6",),
    "mail": ("7", "14", "15"),
    "sweep": ("9", "13"),
    "blobs": ("10",),
    "wake": ("11",),
    "seal": ("12",),
    "inbox": ("16", "18", "19", "26"),
    "sponsor": ("17",),
    "keeper": ("20",),
    "unlock": ("21",),
    "day": ("22",),
    "curves": ("23",),
    "copy": ("25",),
    "files": ("27",),
    "clients": ("28",),
}
"""By what they are about, and the rows of docs/performance.md that each measures."""
ROWS = tuple(sorted((row for rows in SCENARIOS.values() for row in rows), key=int))


def main(arguments: Sequence[str]) -> int:
    """Measure what is asked for; returns the exit code."""
    if Path(sys.prefix) != VENV:
        make_environment()
        install()
        os.execv(PYTHON, [str(PYTHON), "-m", "tests.bench", *arguments])
    asked = parser()
    options = asked.parse_args(arguments)
    try:
        rows = wanted(options.scenarios, options.rows)
    except ValueError as unknown:
        asked.error(str(unknown))
    from tests.bench.run import run

    print(machine(), flush=True)
    return run(rows, options.rounds, options.quick, options.json, options.hold)


def parser() -> argparse.ArgumentParser:
    """What may be asked for."""
    asked = argparse.ArgumentParser(
        prog="python3 -m tests.bench", description="Measure; see docs/performance.md."
    )
    asked.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=f"of {', '.join(SCENARIOS)} (all)")
    asked.add_argument("--quick", action="store_true", help="small rounds, to see that everything works")
    asked.add_argument("--rounds", type=_count, default=5, metavar="N", help="rounds of each figure (5)")
    asked.add_argument("--json", type=Path, metavar="FILE", help="write every round's values to a file, too")
    asked.add_argument("--hold", action="store_true", help="exit with 1 when a figure misses its bound")
    asked.add_argument("--rows", type=_rows, default=(), metavar="1,2,5", help=f"of {', '.join(ROWS)}")
    return asked


def wanted(scenarios: Sequence[str], rows: Sequence[str]) -> tuple[str, ...]:
    """The rows that were asked for by name or by number; all, where none was. Raises ValueError."""
    if not set(scenarios) <= set(SCENARIOS):
        raise ValueError(f"scenarios: {', '.join(SCENARIOS)}")
    named = (row for name in scenarios for row in SCENARIOS[name])
    return tuple(dict.fromkeys((*named, *rows))) or ROWS


def machine() -> str:
    """What the figures were measured on, as far as it matters to a ratio."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    busy = f"{os.getloadavg()[0]:.1f} programs were running" if hasattr(os, "getloadavg") else ""
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return f"{platform.system()}, {cores} cores, {versions}; {busy} at the start\n"


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ValueError(text)
    return count


def _rows(text: str) -> tuple[str, ...]:
    rows = tuple(text.split(","))
    if not set(rows) <= set(ROWS):
        raise ValueError(text)
    return rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
