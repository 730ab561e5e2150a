"""`relay serve` and `relay keeper`: from settings to a program that runs until it is asked to end. Owns the
sentences for what keeps it from starting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from relay.clock import ClockError, SystemClock
from relay.core.errors import Busy
from relay.keeper import run as keeper_run
from relay.keeper.folder import FolderRefused
from relay.keeper.tick import RingLost
from relay.logs import Log, open_log, take_over
from relay.operator.asking import settings_of
from relay.operator.stopped import Exit, Stopped


def serve_relay(config: Path, only: str | None, ready: Callable[[str], None]) -> None:
    """Run a relay until SIGTERM or SIGINT. Raises Stopped."""
    from relay.service.opening import START_FAILURES  # the keeper, too, starts here, and needs none of these
    from relay.service.run import PARTS, Wanted, run

    if only is not None and only not in PARTS:
        raise Stopped(f"--only takes one of {', '.join(PARTS)}.", Exit.USAGE)
    keeper_run.no_core_dumps()
    settings = settings_of(config)
    wanted = Wanted(config.absolute(), (only,) if only else PARTS)
    log = _log(settings.clock.offset_file)
    try:
        run(settings, wanted, log, ready)
    except START_FAILURES as failure:
        raise Stopped(str(failure)) from None
    except Busy as held:
        raise Stopped(held.private) from None
    except OSError as failure:
        raise Stopped(f"The relay could not start: {failure}") from None
    except BaseExceptionGroup as failures:
        log.error("relay.failed", failure=failures.exceptions[0])
        raise Stopped("The relay failed; the log says where.") from None


def serve_keeper(config: Path, *, child: bool) -> None:
    """Run a keeper until SIGTERM, SIGINT, or the end of the relay that started it. Raises Stopped."""
    settings = settings_of(config)
    log = _log(settings.clock.offset_file)
    keeper = settings.keeper
    try:
        asyncio.run(
            keeper_run.run(
                keeper.folder,
                keeper.socket,
                offset_file=settings.clock.offset_file,
                child=child,
                log=log,
                ready=lambda: log.info("keeper.ready"),
            )
        )
    except (FolderRefused, RingLost, ClockError) as failure:
        raise Stopped(str(failure)) from None
    except OSError as failure:
        raise Stopped(f"The keeper could not start: {failure}") from None


def _log(offset_file: Path | None) -> Log:
    try:
        log = open_log(SystemClock(offset_file).now)
    except ClockError as failure:
        raise Stopped(str(failure)) from None
    take_over(log)
    return log
