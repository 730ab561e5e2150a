"""Many runs, a part in each process. Owns how seeds are dealt out and what is said of a run that failed.

Each process is started anew with a fixed hash seed, as the order of a set must not differ when a run is
repeated.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from queue import SimpleQueue
from typing import Final, TextIO, cast

from relay.operator.simulation.play import Kind, Verdict, play

_HASH_SEED: Final = {"PYTHONHASHSEED": "0"}


@dataclass(frozen=True)
class Campaign:
    """Runs of the seeds from `first` on, all of one kind, in so many processes at a time."""

    first: int
    runs: int
    kind: Kind
    processes: int


def verdicts(campaign: Campaign) -> Iterator[Verdict]:
    """What became of each run, as they end. Raises RuntimeError where a process ends before its runs."""
    shares = [
        range(campaign.first + number, campaign.first + campaign.runs, campaign.processes)
        for number in range(min(campaign.processes, campaign.runs))
    ]
    children = [_start(share, campaign.kind) for share in shares]
    said: SimpleQueue[Verdict | None] = SimpleQueue()
    for child in children:  # each is read while it runs, or a full pipe would hold it up
        threading.Thread(target=_read, args=(child, said), daemon=True).start()
    try:
        for _ in range(campaign.runs + len(children)):
            verdict = said.get()
            if verdict is not None:
                yield verdict
            elif any(child.poll() for child in children):
                raise RuntimeError("a process ended before its runs")
    finally:
        for child in children:
            child.kill()
            child.wait()


def history(verdict: Verdict, kind: Kind) -> str:
    """What an operator, or who mends it, is told of a run that failed."""
    lines = [f"run {verdict.seed} failed: {verdict.fault}", *(f"  {one}" for one in verdict.history)]
    again = f"again: relay simulate --seed {verdict.seed} --runs 1 --steps {kind.steps}"
    again += f" --relays {kind.relays}" * (kind.relays > 1) + " --file" * kind.on_file
    return "\n".join([*lines, again])


def _start(seeds: range, kind: Kind) -> subprocess.Popen[str]:
    numbers = (seeds.start, seeds.stop, seeds.step, kind.steps, kind.relays, int(kind.on_file))
    arguments = [str(one) for one in numbers]
    return subprocess.Popen(
        [sys.executable, "-m", "relay.operator.simulation.campaign", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **_HASH_SEED},
    )


def _read(child: subprocess.Popen[str], said: SimpleQueue[Verdict | None]) -> None:
    """Pass on what a process says; None when it has ended."""
    with cast(TextIO, child.stdout) as lines:
        for line in lines:
            fields = json.loads(line)
            said.put(Verdict(**{**fields, "history": tuple(fields["history"])}))
    child.wait()
    said.put(None)


def main(arguments: Sequence[str]) -> None:
    """A process of a campaign: first seed, end, stride, steps, relays, 1 for a file. One line of JSON for
    each run.
    """
    first, end, stride, steps, relays, on_file = map(int, arguments)
    for seed in range(first, end, stride):
        verdict = play(seed, Kind(steps, relays, bool(on_file)))
        sys.stdout.write(json.dumps(asdict(verdict)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
