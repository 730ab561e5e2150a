"""The listener. Owns the port, the connections that are open, their caps, and the certificate; knows
nothing of mail."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import ssl
from collections import Counter
from pathlib import Path

from relay.logs import Log
from relay.smtp_door import replies
from relay.smtp_door.dialogue import Admission, Dialogue
from relay.smtp_door.limits import Limits
from relay.smtp_door.wire import Wire


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


class Certificate:
    """The certificate for STARTTLS, read again when its file has changed: certificates live for weeks, doors
    for longer.
    """

    def __init__(self, chain: Path, private_key: Path) -> None:
        """Read the files. Raises OSError or ssl.SSLError."""
        self._chain, self._private_key = chain, private_key
        self._changed_at = chain.stat().st_mtime_ns
        self._context = self._read()

    def context(self) -> ssl.SSLContext:
        """A server context for TLS 1.2 and later; the one before while the files do not fit each other."""
        with contextlib.suppress(OSError, ssl.SSLError):
            changed_at = self._chain.stat().st_mtime_ns
            if changed_at != self._changed_at:
                self._context, self._changed_at = self._read(), changed_at
        return self._context

    def _read(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self._chain, self._private_key)
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
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> tuple[str, int]:
        """Listen; port 0 picks a free one. Returns host and port. Raises OSError."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Wire(self._serve, self._limits.idle_seconds, self._limits.connection_seconds), host, port
        )
        name = self._server.sockets[0].getsockname()
        return str(name[0]), int(name[1])

    async def stop(self) -> None:
        """Stop listening and end the dialogues. A commit that is under way is finished, because it is
        shielded."""
        if self._server is not None:
            self._server.close()
        await asyncio.gather(*(wire.end() for wire in self._open))

    async def _serve(self, wire: Wire) -> None:
        network = network_of(wire.peer)
        if self._by_network[network] >= self._limits.max_connections_per_address or not self._has_room():
            return wire.close(replies.TOO_MANY_CONNECTIONS)
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
        context = self._tls.context() if self._tls is not None else None
        dialogue = Dialogue(
            wire, self._admission, self._limits, hostname=self._hostname, tls_context=context,
            require_tls=self._require_tls, record=self._record,
        )  # fmt: skip
        try:
            await dialogue.run()
        except Exception as trouble:  # noqa: BLE001 - one dialogue's trouble must not end the door
            self._log.error("door.trouble", failure=trouble)
            wire.close(replies.TROUBLE)

    def _record(self, verdict: str, size_bytes: int) -> None:
        self._log.info("door.received", verdict=verdict, size_bytes=size_bytes)
