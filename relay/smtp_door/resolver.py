"""The DNS by dnspython. Owns how it is asked; decides nothing.

No answer is kept beyond its mail: a list of the domains that write here is nobody's to have.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import dns.asyncresolver
import dns.exception
import dns.name
import dns.nameserver
import dns.resolver

from relay.core.lookups import DnsTrouble

TRY_SECONDS: Final = 2.0  # then the next server, or the same again
LIFETIME_SECONDS: Final = 10.0  # of one question; the mail's own limit is usually shorter
UDP_BYTES: Final = 1_232  # larger answers come by TCP: no fragment is ever believed


class DnsResolver:
    """Asks the given name servers, (IP address, port) each, or where there are none those of the machine."""

    def __init__(self, nameservers: Sequence[tuple[str, int]] = ()) -> None:
        """Raises DnsTrouble where the machine names no server and none is given."""
        try:
            self._dns = dns.asyncresolver.Resolver(configure=not nameservers)
        except dns.resolver.NoResolverConfiguration as missing:
            raise DnsTrouble("no name servers") from missing
        if nameservers:
            self._dns.nameservers = [dns.nameserver.Do53Nameserver(*one) for one in nameservers]
        self._dns.timeout, self._dns.lifetime = TRY_SECONDS, LIFETIME_SECONDS
        self._dns.use_edns(0, 0, UDP_BYTES)

    async def ask(self, name: str, kind: str) -> Sequence[str]:
        """As `Resolver.ask`."""
        asked = dns.name.Name([*(label.encode("ascii") for label in name.split(".")), b""])
        try:
            answer = await self._dns.resolve(asked, kind, raise_on_no_answer=False, search=False)
        except dns.resolver.NXDOMAIN:
            return ()
        except (dns.exception.DNSException, OSError) as trouble:
            raise DnsTrouble("dns") from trouble
        return _READ[kind](answer.rrset or ())


def _hosts(found: Any) -> list[str]:
    """Hosts of MX records by preference; the root alone says that there are none (RFC 7505)."""
    ranked = sorted(found, key=lambda record: (record.preference, record.exchange))
    return [_name(record.exchange) for record in ranked if record.exchange != dns.name.root]


def _name(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


_READ: Final[dict[str, Callable[[Any], list[str]]]] = {
    "A": lambda found: [record.address for record in found],
    "AAAA": lambda found: [record.address for record in found],
    "MX": _hosts,
    "PTR": lambda found: [_name(record.target) for record in found],
    "TXT": lambda found: [b"".join(record.strings).decode("latin-1") for record in found],
}
