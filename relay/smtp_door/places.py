"""Who may stay: the connections of the whole door, and of each peer. Owns their counts, whichever process has
them open.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from typing import Protocol

from relay.smtp_door.calls import Place
from relay.smtp_door.limits import Limits


class Places(Protocol):
    """Counts connections."""

    async def enter(self, peer: str, *, crowding: bool = False) -> Place:
        """Whether one more of this peer may stay, and is counted. `crowding`: a slow one is on its way out
        for it, so that being full is no hindrance.
        """

    def leave(self, peer: str) -> None:
        """One that was counted has gone."""


class DoorPlaces:
    """The counts of one door."""

    def __init__(self, limits: Limits) -> None:
        """Nobody is here."""
        self._limits = limits
        self._by_network: Counter[str] = Counter()
        self.taken = 0

    async def enter(self, peer: str, *, crowding: bool = False) -> Place:
        """As `Places.enter`."""
        network = network_of(peer)
        if self._by_network[network] >= self._limits.max_connections_per_address:
            return Place.REFUSED
        if self.taken >= self._limits.max_connections and not crowding:
            return Place.FULL
        self.taken += 1
        self._by_network[network] += 1
        return Place.HERE

    def leave(self, peer: str) -> None:
        """As `Places.leave`."""
        network = network_of(peer)
        self.taken -= 1
        self._by_network[network] -= 1
        if not self._by_network[network]:
            del self._by_network[network]


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
