"""`relay keeper`: from settings to a keeper that runs until it is asked to end. Owns the sentences for what
keeps it from starting.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from keys.errors import KeysError
from relay.clock import ClockError
from relay.config import Listen, Settings
from relay.config.forms import parse_listen
from relay.keeper import run as keeper_run
from relay.keeper.backup import Backups, read_seal_key
from relay.keeper.folder import FolderRefused
from relay.keeper.sockets import Tcp
from relay.keeper.tick import RingLost
from relay.operator.program_log import log_of
from relay.operator.settings import settings_of
from relay.operator.stopped import Exit, Stopped


def serve_keeper(config: Path, listen: str | None = None) -> None:
    """Run a keeper until SIGTERM or SIGINT. Raises Stopped."""
    settings = settings_of(config)
    log, socket = log_of(settings.clock.offset_file), settings.keeper.socket
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
            connections_each=settings.keeper.connections_each,
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
