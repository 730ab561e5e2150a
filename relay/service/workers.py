"""Several relays on one machine: `relay serve --workers N`. Owns the programs, their ports and their order:
one that ends is started again, and all end with this one.

Each is a whole relay in a program of its own, and the system shares connections out among them
(SO_REUSEPORT); they meet in the database alone. A port is held here as well, so that 0 is the same free one
for all. The keeper is a child of this program, not of theirs.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from typing import Final

from relay.clock import SystemClock
from relay.config import Listen, Settings
from relay.config.loading import PREFIX
from relay.event_loop import loop_factory
from relay.keeper.client import SocketKeeper
from relay.logs import Log
from relay.service.assembly import keeper_address
from relay.service.keeper_child import supervise
from relay.service.keyfiles import read_keeper_public
from relay.service.places import Places
from relay.service.run import PARTS, Wanted, asked_to_end, beside, keeper_is_up

FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 30.0
STEADY_SECONDS: Final = 60.0
"""One that ran so long is started again at once, whatever happened before."""
END_SECONDS: Final = 40.0
"""Longer than a relay takes to end in order."""


class WorkerFailed(Exception):
    """One ended before it was ready; it has said why."""


@dataclass
class Worker:
    """One relay's program, started again for as long as `keep` runs."""

    command: tuple[str, ...]
    environment: dict[str, str]
    log: Log
    ready: str = ""
    _program: asyncio.subprocess.Process | None = field(default=None, init=False)

    async def start(self) -> None:
        """Start it, and wait until it is ready. Raises WorkerFailed."""
        self._program = await asyncio.create_subprocess_exec(
            *self.command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=self.environment,
        )
        if self._program.stdout is not None:
            self.ready = (await self._program.stdout.readline()).decode("ascii", "replace").strip()
        if not self.ready:
            raise WorkerFailed

    async def keep(self) -> None:
        """Start it again whenever it has ended, until cancelled."""
        loop, pause = asyncio.get_running_loop(), FIRST_PAUSE_SECONDS
        while True:
            began = loop.time()
            if self._program is not None:
                self.log.error("worker.ended", exit_code=await self._program.wait())
            if loop.time() - began > STEADY_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            try:
                await self.start()
            except WorkerFailed:
                continue  # it has said why
            except OSError as fault:  # the machine starts no program now; the other workers go on
                self.log.error("worker.not_started", failure=fault)

    async def end(self) -> None:
        """Let it end in order; kill one that does not."""
        program = self._program
        if program is None or program.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            program.terminate()
        try:
            async with asyncio.timeout(END_SECONDS):
                await program.wait()
        except TimeoutError:
            self.log.error("worker.killed")
            program.kill()
            await program.wait()


def run_workers(
    settings: Settings, wanted: Wanted, count: int, log: Log, ready: Callable[[str], None]
) -> None:
    """Run so many relays until SIGTERM or SIGINT. Raises WorkerFailed where one does not start, KeyMissing,
    and OSError for a port that is taken.
    """
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(_serve(settings, wanted, count, log, ready))


async def _serve(
    settings: Settings, wanted: Wanted, count: int, log: Log, ready: Callable[[str], None]
) -> None:
    ended = asked_to_end()
    keeper_public = read_keeper_public(Places(settings.relay.data_dir).secrets)
    async with AsyncExitStack() as stack:
        environment = {**os.environ, **_held_ports(settings, wanted, stack.enter_context(ExitStack()))}
        if settings.keeper.autostart:
            environment[f"{PREFIX}KEEPER__AUTOSTART"] = "false"
            await stack.enter_async_context(beside(supervise(settings, log)))
            keeper = SocketKeeper(keeper_address(settings), keeper_public)
            await keeper_is_up(keeper, SystemClock(settings.clock.offset_file).now())
        workers = [Worker(_command(wanted), environment, log) for _ in range(count)]
        stack.push_async_callback(_end, workers)
        if not await _all_started(workers, ended):
            return
        ready(workers[0].ready)
        async with beside(*(worker.keep() for worker in workers)):
            await ended.wait()
            log.info("workers.ending")


async def _all_started(workers: list[Worker], ended: asyncio.Event) -> bool:
    """Whether all are ready, and not rather asked to end. Raises WorkerFailed."""
    asked = asyncio.ensure_future(ended.wait())
    starting = asyncio.ensure_future(_start_all(workers))
    try:
        await asyncio.wait([asked, starting], return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
        return starting.done()
    finally:
        asked.cancel()
        starting.cancel()


async def _start_all(workers: list[Worker]) -> None:
    await asyncio.gather(*(worker.start() for worker in workers))


async def _end(workers: list[Worker]) -> None:
    await asyncio.gather(*(worker.end() for worker in workers))


def _command(wanted: Wanted) -> tuple[str, ...]:
    command = (sys.executable, "-m", "relay", "serve", "--worker", "--config", str(wanted.config))
    return command if tuple(wanted.parts) == PARTS else (*command, "--only", *wanted.parts)


def _held_ports(settings: Settings, wanted: Wanted, held: ExitStack) -> dict[str, str]:
    """The settings that say where workers listen, each port held by a socket that never does. Raises
    OSError.
    """
    asked: dict[str, Listen] = {}
    if "http" in wanted.parts:
        asked["HTTP__LISTEN"] = settings.http.listen
    if "smtp" in wanted.parts:
        asked["SMTP__LISTEN"] = settings.smtp.listen
    if "smtp" in wanted.parts and settings.smtp.listen_tls is not None:
        asked["SMTP__LISTEN_TLS"] = settings.smtp.listen_tls
    return {f"{PREFIX}{name}": str(Listen(at.host, _hold(at, held))) for name, at in asked.items()}


def _hold(at: Listen, held: ExitStack) -> int:
    family, kind, number, _, address = socket.getaddrinfo(at.host, at.port, type=socket.SOCK_STREAM)[0]
    holder = held.enter_context(socket.socket(family, kind, number))
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    holder.bind(address)
    return int(holder.getsockname()[1])
