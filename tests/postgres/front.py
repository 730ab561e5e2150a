"""A front for several relays: one address, whose connections go to one relay after the other, as behind a
load balancer; or to a keeper's socket, as over a network. It can lose an answer on its way. Owns its sockets
and threads; knows no more of HTTP than a first line.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path


class Front:
    """Leads each connection to the next of `targets`, that is there."""

    def __init__(self, listener: socket.socket) -> None:
        self.targets: list[int | Path] = []
        self.lose = b""
        """How the next request begins whose answer is lost."""
        self.port = int(listener.getsockname()[1])
        self._listener, self._turn = listener, count()

    @contextmanager
    def to(self, *targets: int | Path) -> Iterator[None]:
        """Lead new connections to these alone, for a while."""
        before, self.targets = self.targets, list(targets)
        try:
            yield
        finally:
            self.targets = before

    def run(self) -> None:
        """Serve until the listener is closed."""
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._lead, args=(peer,), daemon=True).start()

    def _lead(self, peer: socket.socket) -> None:
        relay = self._next()
        if relay is None:
            peer.close()
            return
        lost = threading.Event()
        back = threading.Thread(target=self._pump, args=(relay, peer, lost, False), daemon=True)
        back.start()
        self._pump(peer, relay, lost, asks=True)

    def _next(self) -> socket.socket | None:
        targets = list(self.targets)
        start = next(self._turn)
        for number in range(len(targets)):
            with suppress(OSError):
                return _connected(targets[(start + number) % len(targets)])
        return None

    def _pump(self, here: socket.socket, there: socket.socket, lost: threading.Event, asks: bool) -> None:
        here.settimeout(None)
        with suppress(OSError):
            while piece := here.recv(65_536):
                if asks and self.lose and piece.startswith(self.lose):
                    self.lose = b""
                    lost.set()
                if not asks and lost.is_set():
                    break  # the relay has answered, and nobody hears of it
                there.sendall(piece)
        for one in (here, there):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def _connected(target: int | Path) -> socket.socket:
    if isinstance(target, int):
        return socket.create_connection(("127.0.0.1", target), 10)
    found = socket.socket(socket.AF_UNIX)
    found.connect(str(target))
    return found


@contextmanager
def open_front() -> Iterator[Front]:
    """A front on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        front = Front(listener)
        threading.Thread(target=front.run, daemon=True).start()
        yield front
        listener.shutdown(socket.SHUT_RDWR)
