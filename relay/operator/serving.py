"""`relay serve` and `relay keeper`: from settings to a program that runs until it is asked to end. Owns the
sentences for what keeps it from starting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from keys.errors import KeysError
from relay.clock import ClockError, SystemClock
from relay.config import Listen, Settings
from relay.config.forms import parse_listen
from relay.core.errors import Busy
from relay.dumps import no_dumps
from relay.keeper import run as keeper_run
from relay.keeper.backup import Backups, read_seal_key
from relay.keeper.folder import FolderRefused
from relay.keeper.sockets import Tcp
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
    no_dumps()
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


def serve_keeper(config: Path, *, child: bool, listen: str | None = None) -> None:
    """Run a keeper until SIGTERM, SIGINT, or the end of the relay that started it. Raises Stopped."""
    settings = settings_of(config)
    log = _log(settings.clock.offset_file)

    def ready(tcp: Tcp | None) -> None:
        if tcp is None:
            log.info("keeper.ready")
        else:
            log.info("keeper.ready", listen=str(Listen(tcp.host, tcp.port)))

    try:
        plan = keeper_run.Plan(
            settings.keeper.folder,
            settings.keeper.socket,
            settings.keeper.mirror,
            _ring_backups(settings),
            _tcp(settings, listen),
            settings.clock.offset_file,
            child,
        )
        asyncio.run(keeper_run.run(plan, log, ready))
    except (FolderRefused, RingLost, ClockError) as failure:
        raise Stopped(str(failure)) from None
    except OSError as failure:
        raise Stopped(f"The keeper could not start: {failure}") from None


def _ring_backups(settings: Settings) -> Backups | None:
    folder, key = settings.keeper.ring_backups, settings.keeper.ring_backup_key
    if folder is None or key is None:
        return None
    try:
        return Backups(folder, read_seal_key(key))
    except KeysError:
        raise Stopped(f"{key} holds no public key of `relay keeper ring-key`.") from None


def _tcp(settings: Settings, listen: str | None) -> Tcp | None:
    """Where to listen for other relays. A driven clock is for loopback alone, here as elsewhere."""
    if listen is None:
        return None
    try:
        place = parse_listen(listen)
    except ValueError as mistake:
        raise Stopped(f"--listen {mistake}", Exit.USAGE) from None
    if not isinstance(place, Listen):
        raise Stopped("--listen takes HOST:PORT", Exit.USAGE)
    if settings.clock.offset_file is not None and not place.loopback:
        raise Stopped("With a clock that is moved by hand a keeper listens on loopback alone.")
    return Tcp(place.host, place.port)


def _log(offset_file: Path | None) -> Log:
    try:
        log = open_log(SystemClock(offset_file).now)
    except ClockError as failure:
        raise Stopped(str(failure)) from None
    take_over(log)
    return log
