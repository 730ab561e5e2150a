"""The log of a program that runs, by its settings. Owns the sentence for a clock that cannot be read."""

from __future__ import annotations

from pathlib import Path

from relay.clock import ClockError, SystemClock
from relay.logs import Log, open_log, take_over
from relay.operator.stopped import Stopped


def log_of(offset_file: Path | None) -> Log:
    """The log of a program by its clock, standard output and error taken over by it. Raises Stopped."""
    try:
        log = open_log(SystemClock(offset_file).now)
    except ClockError as failure:
        raise Stopped(str(failure)) from None
    take_over(log)
    return log
