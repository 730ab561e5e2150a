"""Programs that a bench measures: servers on a core of their own, the load on another. Owns starting,
pinning and ending them, and what the system tells of their memory.

With a single core, or where the system pins nothing, everything shares what there is; the bench says so.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
END_SECONDS = 30.0


def _cores() -> list[int]:
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


CORES = _cores()
SERVER_CORES = set(CORES[:1]) if len(CORES) > 1 else set(CORES)
LOAD_CORES = set(CORES[1:2]) if len(CORES) > 1 else set(CORES)


def pin(cores: set[int]) -> None:
    """Keep this thread, and the programs that it starts from now on, to these cores."""
    if cores:
        os.sched_setaffinity(0, cores)


@dataclass(frozen=True, slots=True)
class Served:
    """A server that is ready."""

    process: subprocess.Popen[str]
    port: int
    ready: str


@contextmanager
def served(
    *words: str,
    environment: Mapping[str, str] | None = None,
    under: tuple[str, ...] = (),
    cores: set[int] = SERVER_CORES,
) -> Iterator[Served]:
    """Run `python -m WORDS`, a server that prints `ready http=HOST:PORT`, on its core until the block ends.

    `under` is a program that runs it, such as a tracer.
    """
    with tempfile.TemporaryFile("w+") as said:
        process = _start([*under, sys.executable, "-m", *words], environment or {}, said, cores)
        try:
            assert process.stdout is not None
            ready = process.stdout.readline()
            matched = re.match(r"ready http=\S+:(\d+)", ready)
            if matched is None:
                process.wait(END_SECONDS)
                said.seek(0)
                raise AssertionError(f"{words} did not start: {said.read()[-2000:]}")
            yield Served(process, int(matched[1]), ready)
        finally:
            process.terminate()
            process.communicate(timeout=END_SECONDS)


def _start(
    command: list[str], environment: Mapping[str, str], said: IO[str], cores: set[int]
) -> subprocess.Popen[str]:
    before = os.sched_getaffinity(0) if CORES else set()
    pin(cores)
    try:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        )
    finally:
        pin(before)


def output_of(*words: str, environment: Mapping[str, str] | None = None) -> str:
    """Run `python -m WORDS` to its end; what it printed."""
    environment = {**os.environ, **(environment or {})}
    command = [sys.executable, "-m", *words]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    ).stdout


class Memory:
    """The memory of a process, as Linux counts it (proc_pid_status(5)); None from everything elsewhere."""

    def __init__(self, number: int | str = "self") -> None:
        self._folder = Path(f"/proc/{number}")

    def forget_peak(self) -> float | None:
        """Begin to watch for a new peak; returns what is resident now, in MiB."""
        try:
            (self._folder / "clear_refs").write_text("5")
        except OSError:
            return None
        return self.resident()

    def resident(self) -> float | None:
        """What is resident now, in MiB."""
        return self._mib("VmRSS")

    def peak(self) -> float | None:
        """The most that was resident since, in MiB."""
        return self._mib("VmHWM")

    def _mib(self, name: str) -> float | None:
        try:
            matched = re.search(rf"{name}:\s+(\d+) kB", (self._folder / "status").read_text())
        except OSError:
            return None
        return int(matched[1]) / 1024 if matched else None
