"""Network: which part of the network a peer is in, for delays and rates. Must never be stored or logged."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

_IPV6_SUBSCRIBER_BITS = 64


@lru_cache(maxsize=1024)
def network_of(remote: str | None) -> bytes:
    """An IPv4 address, or the first 64 bits of an IPv6 address; empty for a peer on this machine.

    What connects from this machine is a proxy: it stands for all the world, so a delay for it would be
    one for everybody.
    """
    try:
        address = ipaddress.ip_address((remote or "").partition("%")[0])
    except ValueError:
        return b""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_loopback:
        return b""
    return address.packed if address.version == 4 else address.packed[: _IPV6_SUBSCRIBER_BITS // 8]
