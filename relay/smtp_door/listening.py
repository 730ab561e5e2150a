"""What a port is opened with: its socket, and the certificate for TLS. Owns both; takes no connection.

Apart from the listener: the relay opens the ports for its workers, and needs no dialogue.
"""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import Final

from relay.logs import Log

_BACKLOG: Final = 1024
"""Connections that come at once wait here, and none is refused for coming beside others."""

_Stamp = tuple[tuple[int, int, int], ...]


class Certificate:
    """The certificate for TLS, read again when one of its files has changed: certificates live for weeks,
    doors for longer.
    """

    def __init__(self, chain: Path, private_key: Path) -> None:
        """Read the files. Raises OSError or ssl.SSLError."""
        self._files = (chain, private_key)
        self._seen = self._stamp()
        self._context = self._read()

    def context(self, log: Log) -> ssl.SSLContext:
        """A server context for TLS 1.2 and later; the one before while the files cannot be used, which the
        log is told once for each state that they are in.
        """
        try:
            stamp = self._stamp()
        except OSError:
            stamp = ()
        if stamp != self._seen:
            self._seen = stamp
            try:
                self._context = self._read()
            except (OSError, ssl.SSLError) as failure:
                log.error("door.certificate_kept", failure=failure)
            else:
                log.info("door.certificate_renewed")
        return self._context

    def _stamp(self) -> _Stamp:
        """What tells a state of the files from another. A file is renewed in place, or by a new one."""
        found = (path.stat() for path in self._files)
        return tuple((one.st_ino, one.st_size, one.st_mtime_ns) for one in found)

    def _read(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
        context.load_cert_chain(*self._files)
        return context


def listening(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A socket that listens; port 0 picks a free one. A `shared` port other workers have, too. Raises
    OSError.
    """
    family, kind, number, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, number)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener
