"""Row 16: ten thousand rows of the sealed index, opened and put up, and a letter typed into their search, by
the inbox's own code in Node. Processor time, held at a quarter of what a person may wait, as a phone is four
times slower.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from pathlib import Path

from tests.__main__ import BIN
from tests.bench.figures import Figure, Findings, Told

PROGRAM = Path(__file__).with_suffix(".ts")
ALL_ROWS_MS = 1_500.0
ANSWER_MS = 200.0
PHONE = 0.25


async def measure(rounds: int, quick: bool) -> Findings:
    """The same size in both forms: it takes a second."""
    node = shutil.which("node", path=f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}")
    if node is None:
        raise SystemExit("error: no Node.js here; `python3 -m tests` installs it")
    ran = await asyncio.create_subprocess_exec(
        node, str(PROGRAM), str(rounds), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await ran.communicate()
    if ran.returncode:
        raise SystemExit(f"error: {PROGRAM.name} ended with {ran.returncode}")
    found = json.loads(said)
    return Findings(
        (
            _of("10,000 rows of the index opened and put up", found["opening"], ALL_ROWS_MS),
            _of("the first letter of a search over them", found["first"], ANSWER_MS),
            _of("a further letter, the slowest", found["letters"], ANSWER_MS),
        ),
        (Told("16", "their segments at the relay", found["bytes"] / 1024, "KiB"),),
    )


def _of(what: str, measured: list[float], allowed_ms: float) -> Figure:
    allowed = [allowed_ms] * len(measured)
    return Figure("16", what, measured, f"of {allowed_ms:,.0f} ms", allowed, "ms", PHONE, at_most=True)
