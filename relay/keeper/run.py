"""The keeper's own process: `relay keeper`. Owns its limits, its end, its own ticks, and the hourly note of
the time.

Must never leave a core dump, and never live on after the relay that started it as its child.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from relay.clock import SystemClock, read_clocks
from relay.dumps import no_dumps
from relay.keeper.backup import Backups
from relay.keeper.folder import held
from relay.keeper.server import ADDRESSES_BY_TCP, MOST_CONNECTIONS, KeeperServer
from relay.keeper.service import Keeper, KeeperRefusal
from relay.keeper.sockets import Tcp
from relay.logs import Log
from relay.open_files import make_room

NOTE_SECONDS: Final = 3_600.0
LOOK_SECONDS: Final = 1.0
TROUBLE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a keeper lives and answers. A child's socket is for its own system user alone, and its relay
    gives it its ticks; a keeper by itself lets its group in, and ticks by itself.
    """

    folder: Path
    socket: Path
    mirror: Path | None = None
    backups: Backups | None = None
    tcp: Tcp | None = None
    offset_file: Path | None = None
    child: bool = False
    connections_each: int = 64


async def run(plan: Plan, log: Log, ready: Callable[[Tcp | None], None]) -> None:
    """Serve a keeper until SIGTERM, SIGINT or, as a child, the end of standard input. Raises FolderRefused,
    RingLost, OSError.
    """
    no_dumps()
    make_room(MOST_CONNECTIONS + ADDRESSES_BY_TCP * plan.connections_each * bool(plan.tcp), log)
    os.umask(0o077)
    clock = SystemClock(plan.offset_file)
    with held(*filter(None, (plan.folder, plan.mirror))):
        keeper = Keeper(
            plan.folder,
            read=read_clocks,
            offset=clock.offset_seconds,
            random=os.urandom,
            mirror=plan.mirror,
            backups=plan.backups,
            tell=log.warning,
        )
        server = KeeperServer(
            keeper,
            plan.socket,
            log,
            group=not plan.child,
            tcp=plan.tcp,
            connections_each=plan.connections_each,
        )
        tasks = [asyncio.create_task(server.serve(ready)), asyncio.create_task(_note(keeper, log))]
        if not plan.child:
            tasks.append(asyncio.create_task(_tick(keeper, log)))
        try:
            await _first(_asked_to_end(plan.child), *tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            _note_once(keeper, log)


async def _first(end: asyncio.Future[None], *tasks: asyncio.Task[None]) -> None:
    done, _ = await asyncio.wait({end, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    for one in done:
        one.result()


async def _note(keeper: Keeper, log: Log) -> None:
    while True:
        await asyncio.sleep(NOTE_SECONDS)
        await asyncio.to_thread(_note_once, keeper, log)


def _note_once(keeper: Keeper, log: Log) -> None:
    try:
        keeper.note_time()
    except (OSError, KeeperRefusal) as failure:
        log.error("keeper.time_not_noted", failure=failure)


async def _tick(keeper: Keeper, log: Log) -> None:
    """Each day's tick: a keeper that nobody starts and nobody asks destroys its days all the same."""
    while True:
        if keeper.tick_is_due():
            try:
                done = await asyncio.to_thread(keeper.tick)
            except (OSError, KeeperRefusal) as failure:
                log.error("keeper.not_ticked", failure=failure)
                await asyncio.sleep(TROUBLE_SECONDS)
            else:
                log.info("keeper.ticked", day=done["day"], count=done["destroyed"])
        await asyncio.sleep(LOOK_SECONDS)


def _asked_to_end(child: bool) -> asyncio.Future[None]:
    loop = asyncio.get_running_loop()
    end: asyncio.Future[None] = loop.create_future()

    def finish() -> None:
        if not end.done():
            end.set_result(None)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, finish)
    if child:
        loop.add_reader(sys.stdin.fileno(), finish)
    return end
