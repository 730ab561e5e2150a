"""The keeper as a child of `relay serve`: started, watched, and started again when it ends.

Owns the child and nothing that the keeper holds. The child's standard input is a pipe of which we hold the
other end: when this program ends, in whatever way, the keeper sees its end and ends too.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path
from typing import Final

from relay.config import Settings
from relay.keeper.child_plan import ChildPlan
from relay.logs import Log

FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 30.0
STEADY_SECONDS: Final = 60.0
"""A keeper that ran so long is started again at once-and-a-bit, whatever happened before."""

END_SECONDS: Final = 10.0
COMMAND: Final = (sys.executable, "-m", "relay.keeper")


async def supervise(settings: Settings, log: Log) -> None:
    """Keep a keeper running until cancelled, then end it."""
    loop, pause = asyncio.get_running_loop(), FIRST_PAUSE_SECONDS
    told = _plan(settings).encode()
    while True:
        started = loop.time()
        exit_code = await _run_once(told)
        log.error("keeper.ended", exit_code=exit_code)
        if loop.time() - started > STEADY_SECONDS:
            pause = FIRST_PAUSE_SECONDS
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


def _plan(settings: Settings) -> ChildPlan:
    keeper = settings.keeper
    if not isinstance(keeper.socket, Path):  # the settings refuse it together with autostart
        raise TypeError("a relay's own keeper answers at a path")
    return ChildPlan(
        keeper.folder,
        keeper.socket,
        keeper.mirror,
        keeper.ring_backups,
        keeper.ring_backup_key,
        settings.clock.offset_file,
    )


async def _run_once(told: bytes) -> int:
    child = await asyncio.create_subprocess_exec(*COMMAND, stdin=asyncio.subprocess.PIPE)
    try:
        if child.stdin is not None:
            child.stdin.write(told)
        return await child.wait()
    finally:
        await _end(child)


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        child.terminate()
    try:
        async with asyncio.timeout(END_SECONDS):
            await child.wait()
    except TimeoutError:
        child.kill()
        await child.wait()
