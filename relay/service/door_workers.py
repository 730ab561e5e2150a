"""The door's processes: who accepts, who only finishes, and when each must have ended.

Owns the template and its workers. One worker accepts at a time. Soon after it has begun to take a mail it
hands over to a fresh one and finishes what it has; with its end goes all that it has seen. Must never see a
mail: what a worker asks is served by `relay.smtp_door.attendant` from what those who decide know.

A worker's life (docs/architecture.md, The door's processes):

| state | begins | and does |
|---|---|---|
| accepting | with its start | take connections and mails |
| draining | `batch_seconds` after its first mail began, `stay_seconds` after its first peer came | finish |
| ending | `end_seconds` after its first mail ended, or it drains with none under way | say 421 |
| gone | with its last connection; at the latest `kill_seconds` after that same instant | nothing |

Who drains with a mail under way that never ends is killed, too: `kill_seconds` after the longest connection.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from relay.flow.visit import Reception
from relay.logs import Log
from relay.smtp_door import calls
from relay.smtp_door.attendant import Attendant, Watch
from relay.smtp_door.calls import Order, Place
from relay.smtp_door.forking import ENDED, FORK, FORKED, KILL, NAMELESS, WORD_BYTES, word
from relay.smtp_door.frames import Frames
from relay.smtp_door.limits import Limits
from relay.smtp_door.places import DoorPlaces
from relay.smtp_door.plan import Plan

FIRST_PAUSE_SECONDS: Final = 0.1
LONGEST_PAUSE_SECONDS: Final = 30.0
END_SECONDS: Final = 20.0
EXIT_SECONDS: Final = 2.0
"""Who has closed its socket to the relay has ended by then."""

_NEEDED: Final = re.compile(
    "PATH|HOME|LANG|LANGUAGE|LC_[A-Z]+|TZ|TMPDIR|VIRTUAL_ENV|OPENSSL_[A-Z_]+|(PYTHON|LD_|MALLOC_)[A-Z_]+"
)
COMMAND: Final = (sys.executable, "-m", "relay.smtp_door")


@dataclass(frozen=True, slots=True)
class Times:
    """When a worker's states come, in seconds: 30 after a mail has ended nothing of it is in memory."""

    batch_seconds: float = 1.0
    stay_seconds: float = 20.0
    end_seconds: float = 20.0
    kill_seconds: float = 30.0


class TemplateGone(OSError):
    """The template has ended, and its workers with it."""

    def __str__(self) -> str:
        return "the mail door's first process has ended"


class NoNameServers(OSError):
    """There is nobody to ask about senders."""

    def __str__(self) -> str:
        return "this machine names no name server, and [smtp] nameservers is empty"


class Template:
    """The template, from its start to its end."""

    def __init__(self, program: asyncio.subprocess.Process, control: socket.socket) -> None:
        self._program, self._control = program, control
        self._forked: asyncio.Queue[int] = asyncio.Queue()
        self._ends: dict[int, asyncio.Future[int]] = {}
        self._one_fork = asyncio.Lock()
        self._reading: asyncio.Task[None] | None = None
        self._gone: OSError = TemplateGone()

    @classmethod
    async def start(cls, plan: Plan) -> Template:
        """Start it. Of the relay's environment it has what a program needs to begin, and no more: settings,
        an object store's credentials, a database's password are not for it. Raises OSError.
        """
        ours, its = socket.socketpair()
        with its:
            program = await asyncio.create_subprocess_exec(
                *COMMAND,
                stdin=its.fileno(),
                stdout=subprocess.DEVNULL,
                pass_fds=[listener.descriptor for listener in plan.listeners],
                env={name: value for name, value in os.environ.items() if _NEEDED.fullmatch(name)},
            )
        template = cls(program, ours.dup())
        with suppress(OSError):  # who has ended already is seen to have, by the first fork
            ours.sendall(plan.encode())
        reader, writer = await asyncio.open_unix_connection(sock=ours)
        template._reading = asyncio.ensure_future(template._read(reader, writer))
        return template

    async def fork(self) -> tuple[int, socket.socket]:
        """A fresh worker: its number, and our end of its socket. Raises TemplateGone, NoNameServers."""
        ours, its = socket.socketpair()
        async with self._one_fork:
            with its:
                try:
                    socket.send_fds(self._control, [word(FORK)], [its.fileno()])
                except OSError as failure:
                    ours.close()
                    raise self._gone from failure
            pid = await self._forked.get()
        if not pid:
            ours.close()
            raise self._gone
        return pid, ours

    def ended(self, pid: int) -> asyncio.Future[int]:
        """When the worker has ended: its exit code."""
        return self._ends[pid]

    def kill(self, pid: int) -> None:
        """End the worker, whatever it is doing."""
        if pid in self._ends:
            with suppress(OSError):
                self._control.send(word(KILL, pid))

    async def end(self) -> None:
        """End it, and with it what workers there still are."""
        self._control.close()
        if self._program.returncode is None:
            self._program.kill()
        await self._program.wait()
        if self._reading is not None:
            await self._reading

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        with suppress(asyncio.IncompleteReadError, OSError):
            while True:
                said = await reader.readexactly(WORD_BYTES)
                pid = int.from_bytes(said[1:], "big")
                if said[:1] == FORKED:
                    self._ends[pid] = loop.create_future()
                    self._forked.put_nowait(pid)
                elif said[:1] == ENDED:
                    self._ends.pop(pid).set_result((await reader.readexactly(1))[0])
                elif said[:1] == NAMELESS:
                    self._gone = NoNameServers()
        writer.close()
        for end in self._ends.values():
            end.set_result(1)
        self._ends.clear()
        self._forked.put_nowait(0)


class Worker:
    """One worker, from its start to its end. `hands_over` is set when another is to accept in its place."""

    def __init__(self, pid: int, kill: Callable[[], None], times: Times, connection_seconds: float) -> None:
        """`connection_seconds` is what a connection may take at most."""
        self.pid, self._kill, self._times = pid, kill, times
        self._longest_seconds = connection_seconds + times.kill_seconds
        self._latest: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self.hands_over = asyncio.Event()
        self.drains = self.over = False
        self.attendant: Attendant
        self._came = self._began = self._counting = self._told_to_end = False
        self._counts_from: float | None = None  # the instant from which its end is counted

    def watch(self) -> Watch:
        """What tells it of its connections and mails."""
        return Watch(self._has_come, self._mail_begins, self._mail_ended)

    def drain(self) -> None:
        """Let it take no further connection, and finish those that it has. Its own word that a mail is still
        under way does not keep it for ever: it may be a stranger's by now, and has the ports open.
        """
        self.drains = True
        self._latest = self._loop.call_later(self._longest_seconds, self._kill)
        self.attendant.order(Order.DRAIN)
        self._look()

    def end(self) -> None:
        """Let it say its last words."""
        if not self._told_to_end:
            self._told_to_end = True
            self.attendant.order(Order.END)

    def kill(self) -> None:
        """End it, whatever it is doing."""
        self._kill()

    def has_ended(self) -> None:
        """Nothing is asked by it any more."""
        self.over = True
        if self._latest is not None:
            self._latest.cancel()

    def _has_come(self) -> None:
        if not self._came:
            self._came = True
            self._loop.call_later(self._times.stay_seconds, self.hands_over.set)

    def _mail_begins(self) -> None:
        if not self._began:
            self._began = True
            self._loop.call_later(self._times.batch_seconds, self.hands_over.set)

    def _mail_ended(self) -> None:
        if self._counts_from is None:
            self._counts_from = self._loop.time()
        self._look()

    def _look(self) -> None:
        """Begin to count down: from its first mail's end, whether another accepts by then or not; else from
        its draining, but not while the only mail that it has seen is under way.
        """
        if self._counting:
            return
        if self._counts_from is None:
            if self.attendant.mails or not self.drains:
                return
            self._counts_from = self._loop.time()
        self._counting = True
        passed = self._loop.time() - self._counts_from
        self._loop.call_later(max(0.0, self._times.end_seconds - passed), self.end)
        self._loop.call_later(max(0.0, self._times.kill_seconds - passed), self._kill)


class _Places(DoorPlaces):
    """The places of all workers. Where all are taken, those who only finish are to let a slow one go: the one
    who comes next finds room.
    """

    def __init__(self, limits: Limits, workers: set[Worker]) -> None:
        super().__init__(limits)
        self._workers = workers

    async def enter(self, peer: str, *, crowding: bool = False) -> Place:
        place = await super().enter(peer, crowding=crowding)
        if place is Place.FULL:
            for worker in self._workers:
                if worker.drains:
                    worker.attendant.order(Order.MAKE_ROOM)
        return place


class DoorWorkers:
    """The door of a running relay. `start` begins, `stop` ends all."""

    def __init__(self, plan: Plan, reception: Reception, log: Log, times: Times | None = None) -> None:
        """`plan` names sockets that listen in this process."""
        self._plan, self._reception, self._log = plan, reception, log
        self._times = times or Times()
        self._workers: set[Worker] = set()
        self._places = _Places(plan.limits, self._workers)
        self._running: set[asyncio.Task[None]] = set()
        self._keeping: asyncio.Task[None] | None = None
        self._template: Template | None = None

    async def start(self) -> None:
        """Begin; who has come before waits at the sockets, which listen already. Raises OSError where the
        first worker does not come to life.
        """
        try:
            first = await self._fork()
        except OSError:
            await self._end_template()
            raise
        self._keeping = asyncio.ensure_future(self._keep(first))

    async def stop(self) -> None:
        """Let all say their last words, then end them."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait({self._keeping})
        for worker in self._workers:
            worker.end()
        if self._running:
            await asyncio.wait(self._running, timeout=END_SECONDS)
        await self._end_template()
        if self._running:
            await asyncio.wait(self._running)

    async def _keep(self, worker: Worker) -> None:
        """Keep one worker accepting, this one first."""
        pause = FIRST_PAUSE_SECONDS
        worker.attendant.order(Order.ACCEPT)
        while True:
            await worker.hands_over.wait()
            if worker.over:
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            else:
                pause = FIRST_PAUSE_SECONDS
            try:
                following = await self._fork()
            except OSError as failure:
                self._log.error("door.not_started", failure=failure)
                await self._end_template()  # and with it the worker that was to hand over
                continue
            following.attendant.order(Order.ACCEPT)
            if not worker.over:
                worker.drain()
            worker = following

    async def _fork(self) -> Worker:
        """A worker that waits for its first order. Raises OSError."""
        if self._template is None:
            self._template = await Template.start(self._plan)
        template = self._template
        pid, ours = await template.fork()
        ended = template.ended(pid)
        frames = await Frames.open(ours, calls.MOST_CALL_BYTES)
        limits = self._plan.limits
        worker = Worker(pid, lambda: template.kill(pid), self._times, limits.connection_seconds)
        worker.attendant = Attendant(
            self._reception, self._places, self._log, worker.watch(), frames,
            max_mail_bytes=limits.max_mail_bytes, max_connections=limits.max_connections,
        )  # fmt: skip
        self._workers.add(worker)
        task = asyncio.ensure_future(self._attend(worker, ended))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return worker

    async def _attend(self, worker: Worker, ended: asyncio.Future[int]) -> None:
        """Serve a worker to its end, and see that it has ended."""
        serving = asyncio.ensure_future(worker.attendant.run())
        try:
            await asyncio.wait({serving})
            if (failure := serving.exception()) is not None:
                self._log.error("door.worker_refused", failure=failure)
                worker.kill()
        finally:
            worker.has_ended()
            self._workers.discard(worker)
            worker.hands_over.set()
            await asyncio.wait({ended}, timeout=EXIT_SECONDS)
            worker.kill()
            if code := await ended:
                self._log.error("door.worker_ended", exit_code=code)

    async def _end_template(self) -> None:
        template, self._template = self._template, None
        if template is not None:
            await template.end()
