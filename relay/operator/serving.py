"""`relay serve` and `relay keeper`: from settings to a program that runs until it is asked to end. Owns the
sentences for what keeps it from starting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
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
from relay.operator.settings import settings_of
from relay.operator.stopped import Exit, Stopped


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks of `relay serve`: one part alone, how many relays, or to be one of them."""

    only: str | None = None
    workers: int = 1
    is_worker: bool = False


def serve_relay(config: Path, asked: Asked, ready: Callable[[str], None]) -> None:
    """Run a relay, or several, until SIGTERM or SIGINT. Raises Stopped."""
    from relay.service.opening import START_FAILURES  # the keeper, too, starts here, and needs none of these
    from relay.service.run import PARTS, Wanted, run
    from relay.service.workers import WorkerFailed, run_workers

    if asked.only is not None and asked.only not in PARTS:
        raise Stopped(f"--only takes one of {', '.join(PARTS)}.", Exit.USAGE)
    no_dumps()
    settings = settings_of(config)
    if asked.workers > 1 and settings.database.url is None:
        raise Stopped("Several workers need a database that they can share: [database] url = postgresql://…")
    wanted = Wanted(config.absolute(), (asked.only,) if asked.only else PARTS, is_worker=asked.is_worker)
    log = _log(settings.clock.offset_file)
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


def serve_keeper(config: Path, *, child: bool, listen: str | None = None) -> None:
    """Run a keeper until SIGTERM, SIGINT, or the end of the relay that started it. Raises Stopped."""
    settings = settings_of(config)
    log, socket = _log(settings.clock.offset_file), settings.keeper.socket
    if not isinstance(socket, Path):
        raise Stopped("[keeper] socket is HOST:PORT: a keeper itself needs the path of a Unix socket.")

    def ready(tcp: Tcp | None) -> None:
        if tcp is None:
            log.info("keeper.ready")
        else:
            log.info("keeper.ready", listen=str(Listen(tcp.host, tcp.port)))

    try:
        plan = keeper_run.Plan(
            settings.keeper.folder,
            socket,
            settings.keeper.mirror,
            _ring_backups(settings),
            _tcp(settings, listen),
            settings.clock.offset_file,
            child,
            settings.keeper.connections_each,
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
