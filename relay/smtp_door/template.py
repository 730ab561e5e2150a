"""The template of the door's workers: `python -m relay.smtp_door`, started by the relay alone.

It has loaded all that a worker needs and seen nothing: one thread, no event loop, no mail, no connection.
Told to, it forks a worker, which therefore begins in some ten milliseconds and knows nothing of the ones
before it. Standard input is its socket to the relay; when that ends it ends, and its workers are killed.

Told and telling, each five bytes: F 0 with a descriptor (fork a worker that has it): P pid; K pid (kill that
worker); E pid, with one byte more, the exit code (it has ended).
"""

from __future__ import annotations

import gc
import os
import selectors
import signal
import socket
import sys
from typing import Final, NoReturn

from relay.dumps import end_with, no_dumps
from relay.smtp_door import worker
from relay.smtp_door.plan import Plan, parse_plan
from relay.smtp_door.warm import warm

WORD_BYTES: Final = 5
WARM_ROUNDS: Final = 16
"""By then the interpreter has fitted the code to what it does, and no worker does so in pages of its own."""
FORK, FORKED, KILL, ENDED = b"F", b"P", b"K", b"E"


def word(said: bytes, number: int = 0) -> bytes:
    """One word between relay and template."""
    return said + number.to_bytes(4, "big")


def run() -> NoReturn:
    """Serve until the relay's end."""
    no_dumps()
    end_with(os.getppid())
    os.umask(0o077)
    for ignored in (signal.SIGINT, signal.SIGTERM):  # they come to the whole group; the relay sees to the end
        signal.signal(ignored, signal.SIG_IGN)
    control = socket.socket(fileno=os.dup(0))
    plan = parse_plan(_line(control))
    for _ in range(WARM_ROUNDS):
        warm(os.urandom)
    gc.collect()
    gc.freeze()
    _Template(control, plan).serve()


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
        worker.work(self._plan, socket.socket(fileno=descriptor))

    def _reap(self) -> None:
        for pid in list(self._workers):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                self._workers.discard(pid)
                code = os.waitstatus_to_exitcode(status) & 0xFF
                self._control.sendall(word(ENDED, pid) + bytes([code]))
