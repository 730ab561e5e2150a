"""The listener. Owns the port, the connections that are open, their caps, and the certificate; knows
nothing of mail."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections import Counter
from pathlib import Path

from relay.logs import Log
from relay.smtp_door import replies
from relay.smtp_door.dialogue import Admission, Dialogue
from relay.smtp_door.limits import Limits
from relay.smtp_door.wire import Wire

_BACKLOG = 1024  # connections that come at once wait here, and none is refused for coming beside others


def network_of(peer: str) -> str:
    """What counts as one peer: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        address = ipaddress.ip_address(peer.partition("%")[0])
    except ValueError:
        return peer
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


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


class Door:
    """The SMTP door of one relay. `start` binds and returns the address; `stop` lets each dialogue say a
    last word."""

    def __init__(
        self,
        admission: Admission,
        limits: Limits,
        log: Log,
        *,
        hostname: str,
        tls: Certificate | None = None,
        require_tls: bool = False,
    ) -> None:
        self._admission, self._limits, self._log, self._hostname = admission, limits, log, hostname
        self._tls, self._require_tls = tls, require_tls
        self._open: set[Wire] = set()
        self._by_network: Counter[str] = Counter()
        self._servers: list[asyncio.Server] = []

    async def start(self, host: str, port: int, *, implicit_tls: bool = False) -> tuple[str, int]:
        """Listen; port 0 picks a free one. Once for each port, one of which may begin with TLS at once
        (it needs the certificate). Returns host and port. Raises OSError.
        """
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: Wire(self._serve, self._limits, implicit_tls=implicit_tls), host, port, backlog=_BACKLOG
        )
        self._servers.append(server)
        name = server.sockets[0].getsockname()
        return str(name[0]), int(name[1])

    async def stop(self) -> None:
        """Stop listening and end the dialogues. A commit that is under way is finished, because it is
        shielded."""
        for server in self._servers:
            server.close()
        await asyncio.gather(*(wire.end() for wire in self._open))

    async def _serve(self, wire: Wire) -> None:
        network = network_of(wire.peer)
        if self._by_network[network] >= self._limits.max_connections_per_address or not self._has_room():
            words = "" if wire.implicit_tls else replies.TOO_MANY_CONNECTIONS
            return wire.close(words, linger=False)
        self._open.add(wire)
        self._by_network[network] += 1
        try:
            await self._talk(wire)
        finally:
            self._open.discard(wire)
            self._by_network[network] -= 1
            if not self._by_network[network]:
                del self._by_network[network]
        return None

    def _has_room(self) -> bool:
        """Whether one more may come. Where all places are taken, the slowest of those that drip is cut: a
        thousand peers that send a byte now and then keep no honest one out.
        """
        if len(self._open) < self._limits.max_connections:
            return True
        paces = ((wire.pace(self._limits.grace_seconds), wire) for wire in self._open)
        slow = [(pace, wire) for pace, wire in paces if pace is not None]
        pace, slowest = min(slow, key=lambda one: one[0], default=(self._limits.slow_bytes_per_second, None))
        if slowest is None or pace >= self._limits.slow_bytes_per_second:
            return False
        slowest.cut()
        return True

    async def _talk(self, wire: Wire) -> None:
        context = self._tls.context(self._log) if self._tls is not None else None
        if wire.implicit_tls and not await self._begin_tls(wire, context):
            return
        dialogue = Dialogue(
            wire, self._admission, self._limits, hostname=self._hostname, tls_context=context,
            require_tls=self._require_tls, record=self._record,
        )  # fmt: skip
        try:
            await dialogue.run()
        except Exception as trouble:  # noqa: BLE001 - one dialogue's trouble must not end the door
            self._log.error("door.trouble", failure=trouble)
            wire.close(replies.TROUBLE)

    async def _begin_tls(self, wire: Wire, context: ssl.SSLContext | None) -> bool:
        """Whether the peer and we came to terms."""
        if context is not None:
            try:
                await wire.begin_tls(context)
            except OSError:  # a time-out is one, too
                pass
            except asyncio.CancelledError:
                wire.close()
                raise
            else:
                return True
        wire.close()
        return False

    def _record(self, verdict: str, size_bytes: int) -> None:
        self._log.info("door.received", verdict=verdict, size_bytes=size_bytes)
