"""The keeper's own process: `relay keeper`. Owns its limits, its end, and the hourly note of the time.

Must never leave a core dump, and never live on after the relay that started it as its child.
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from relay.clock import SystemClock, read_clocks
from relay.keeper.folder import held
from relay.keeper.server import KeeperServer
from relay.keeper.service import Keeper
from relay.logs import Log

NOTE_SECONDS: Final = 3_600.0


def no_core_dumps() -> None:
    """A crash must not write what this process holds to a file."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


async def run(
    folder: Path,
    socket: Path,
    *,
    offset_file: Path | None,
    child: bool,
    log: Log,
    ready: Callable[[], None],
) -> None:
    """Serve a keeper until SIGTERM, SIGINT or, as a child, the end of standard input. Raises FolderRefused,
    RingLost.

    A child's socket is for its own system user alone; a keeper with a user of its own lets its group, the
    relay's, in.
    """
    no_core_dumps()
    os.umask(0o077)
    clock = SystemClock(offset_file)
    with held(folder):
        keeper = Keeper(folder, read=read_clocks, offset=clock.offset_seconds, random=os.urandom)
        server = KeeperServer(keeper, socket, log, group=not child)
        tasks = [asyncio.create_task(server.serve(ready)), asyncio.create_task(_note(keeper, log))]
        try:
            await _first(_asked_to_end(child), *tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            keeper.note_time()


async def _first(end: asyncio.Future[None], *tasks: asyncio.Task[None]) -> None:
    done, _ = await asyncio.wait({end, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    for one in done:
        one.result()


async def _note(keeper: Keeper, log: Log) -> None:
    while True:
        await asyncio.sleep(NOTE_SECONDS)
        try:
            await asyncio.to_thread(keeper.note_time)
        except OSError as failure:
            log.error("keeper.time_not_noted", failure=failure)


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
