"""`relay serve`: from settings to a program that runs until it is asked to end. Owns the sentences for what
keeps it from starting.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from relay.core.errors import Busy
from relay.dumps import no_dumps
from relay.operator.mark import checked_mark
from relay.operator.program_log import log_of
from relay.operator.settings import settings_of
from relay.operator.stopped import Exit, Stopped
from relay.service.opening import START_FAILURES
from relay.service.run import PARTS, Wanted, run
from relay.service.workers import WorkerFailed, run_workers


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks of `relay serve`: one part alone, how many relays, or to be one of them."""

    only: str | None = None
    workers: int = 1
    is_worker: bool = False


def serve_relay(config: Path, asked: Asked, ready: Callable[[str], None]) -> None:
    """Run a relay, or several, until SIGTERM or SIGINT. Raises Stopped."""
    if asked.only is not None and asked.only not in PARTS:
        raise Stopped(f"--only takes one of {', '.join(PARTS)}.", Exit.USAGE)
    no_dumps()
    settings = settings_of(config)
    if asked.workers > 1 and settings.database.url is None:
        raise Stopped("Several workers need a database that they can share: [database] url = postgresql://…")
    checked_mark(settings)
    wanted = Wanted(config.absolute(), (asked.only,) if asked.only else PARTS, is_worker=asked.is_worker)
    log = log_of(settings.clock.offset_file)
    try:
        if asked.workers > 1:
            run_workers(settings, wanted, asked.workers, log, ready)
        else:
            run(settings, wanted, log, ready)
    except WorkerFailed:
        raise Stopped("A worker did not start; what it said stands above.") from None
    except START_FAILURES as failure:
        raise Stopped(str(failure)) from None
    except Busy as held:
        raise Stopped(held.private) from None
    except OSError as failure:
        raise Stopped(f"The relay could not start: {failure}") from None
    except BaseExceptionGroup as failures:
        log.error("relay.failed", failure=failures.exceptions[0])
        raise Stopped("The relay failed; the log says where.") from None
