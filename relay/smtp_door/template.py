"""The template of the door's workers: `python -m relay.smtp_door`, started by the relay alone.

It has loaded all that a worker needs and seen nothing: one thread, no event loop, no mail, no connection. It
keeps the newest certificate that could be used, since a worker has no other where the files are spoilt.
Told to, it forks a worker, which therefore begins in some ten milliseconds and knows nothing of the ones
before it. Standard input is its socket to the relay; when that ends it ends, and its workers are killed.
"""

from __future__ import annotations

import gc
import os
import selectors
import signal
import socket
import sys
from pathlib import Path
from typing import Final, NoReturn

from relay import confine
from relay.clock import SystemClock
from relay.core.lookups import DnsTrouble
from relay.dumps import end_with, no_dumps
from relay.logs import open_log
from relay.smtp_door import worker
from relay.smtp_door.forking import ENDED, FORK, FORKED, KILL, NAMELESS, WORD_BYTES, word
from relay.smtp_door.listening import Certificate
from relay.smtp_door.plan import Plan, parse_plan
from relay.smtp_door.resolver import DnsResolver
from relay.smtp_door.warm import warm

WARM_ROUNDS: Final = 16
"""By then the interpreter has fitted the code to what it does, and no worker does so in pages of its own."""


def run() -> NoReturn:
    """Serve until the relay's end."""
    no_dumps()
    end_with(os.getppid())
    os.umask(0o077)
    for ignored in (signal.SIGINT, signal.SIGTERM):  # they come to the whole group; the relay sees to the end
        signal.signal(ignored, signal.SIG_IGN)
    control = socket.socket(fileno=os.dup(0))
    plan = parse_plan(_line(control))
    if not _has_names(plan):
        control.sendall(word(NAMELESS))
        sys.exit(0)
    for _ in range(WARM_ROUNDS):
        warm(os.urandom)
    gc.collect()
    gc.freeze()
    _Template(control, plan).serve()


def _has_names(plan: Plan) -> bool:
    """Whether there is a name server to ask, where senders are checked."""
    if plan.checks is None:
        return True
    try:
        DnsResolver(plan.checks.nameservers)
    except DnsTrouble:
        return False
    return True


def _needed(plan: Plan) -> list[Path]:
    """Folders that a worker may have to read: the program's, and where a renewed certificate comes to lie."""
    given = [Path(sys.prefix), Path(sys.base_prefix), Path(__file__).parents[2]]
    return given + [folder for path in plan.tls or () for folder in (path.parent, path.resolve().parent)]


def _line(control: socket.socket) -> bytes:
    line = bytearray()
    while not line.endswith(b"\n"):
        piece = control.recv(1)
        if not piece:
            sys.exit(0)
        line += piece
    return bytes(line)


class _Template:
    """Its workers, and its socket to the relay."""

    def __init__(self, control: socket.socket, plan: Plan) -> None:
        self._control, self._plan = control, plan
        self._log = open_log(SystemClock(plan.offset_file).now)
        self._certificate = Certificate(*plan.tls) if plan.tls is not None else None
        self._fence = confine.fence(plan.closed, _needed(plan)) if plan.closed else None
        self._workers: set[int] = set()
        self._woken, waker = os.pipe()
        os.set_blocking(waker, False)
        self._waker = waker
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(waker)

    def serve(self) -> NoReturn:
        """Do as told."""
        with selectors.DefaultSelector() as looking:
            looking.register(self._control, selectors.EVENT_READ)
            looking.register(self._woken, selectors.EVENT_READ)
            while True:
                for found, _ in looking.select():
                    if found.fileobj is self._control:
                        self._heed()
                    else:
                        os.read(self._woken, 64)
                self._reap()

    def _heed(self) -> None:
        said, descriptors, _, _ = socket.recv_fds(self._control, WORD_BYTES, 1)
        if len(said) < WORD_BYTES:
            os._exit(0)
        number = int.from_bytes(said[1:], "big")
        if said[:1] == FORK and descriptors:
            self._fork(descriptors[0])
        elif said[:1] == KILL and number in self._workers:
            os.kill(number, signal.SIGKILL)  # not reaped yet, so the number is still that worker's

    def _fork(self, descriptor: int) -> None:
        if self._certificate is not None:
            self._certificate.context(self._log)
        parent = os.getpid()
        pid = os.fork()
        if not pid:
            self._become_worker(parent, descriptor)
        os.close(descriptor)
        self._workers.add(pid)
        self._control.sendall(word(FORKED, pid))

    def _become_worker(self, parent: int, descriptor: int) -> NoReturn:
        end_with(parent)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._control.close()
        for unneeded in (self._woken, self._waker):
            os.close(unneeded)
        silence = os.open(os.devnull, os.O_RDWR)
        os.dup2(silence, 0)
        os.close(silence)
        if self._fence is not None:
            confine.confine(self._fence)
            os.close(self._fence)
        worker.work(self._plan, socket.socket(fileno=descriptor), self._certificate, self._log)

    def _reap(self) -> None:
        for pid in list(self._workers):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                self._workers.discard(pid)
                code = os.waitstatus_to_exitcode(status) & 0xFF
                self._control.sendall(word(ENDED, pid) + bytes([code]))
