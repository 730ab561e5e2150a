"""SPF: whether a domain lets this peer send in its name (RFC 7208). Owns the evaluation and its limits.

The domain's words of explanation (`exp=`) are never fetched: what we answer is ours.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from relay.core.lookups import DnsTrouble, Kind, Lookups, TooManyLookups, is_name
from relay.core.spf_terms import (
    Address,
    Asked,
    BadRecord,
    Mechanism,
    Record,
    Verdict,
    expand,
    is_record,
    needs_name,
    parse_record,
)

MOST_TERMS: Final = 10  # terms that ask the DNS (RFC 7208, 4.6.4)
MOST_VOID: Final = 2  # of them, those that find nothing
MOST_HOSTS: Final = 10  # names behind one `mx`, and proven names of one `ptr`


async def check_spf(lookups: Lookups, peer: str, domain: str, sender: str, greeting: str) -> Verdict:
    """The verdict on `sender` (of `domain`) from `peer`, an IP address, which greeted with `greeting`."""
    if "." not in domain.strip(".") or not is_name(domain):
        return "none"
    local, _, of = sender.rpartition("@")
    asked = Asked(_address(peer), f"{local or 'postmaster'}@{of}", greeting, domain)
    try:
        return await _Evaluation(lookups).verdict(asked)
    except DnsTrouble:
        return "temperror"
    except (BadRecord, TooManyLookups):
        return "permerror"


def _address(text: str) -> Address:
    address = ipaddress.ip_address(text.partition("%")[0])
    return (address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None) or address


class _Evaluation:
    """One evaluation, its included records counted in."""

    def __init__(self, lookups: Lookups) -> None:
        self._lookups = lookups
        self._terms_left, self._void_left = MOST_TERMS, MOST_VOID

    async def verdict(self, asked: Asked) -> Verdict:
        """Raises BadRecord, DnsTrouble, TooManyLookups."""
        records = [text for text in await self._lookups.ask(asked.domain, "TXT") if is_record(text)]
        if not records:
            return "none"
        if len(records) > 1:
            raise BadRecord
        record = parse_record(records[0])
        for mechanism in record.mechanisms:
            if await self._matches(mechanism, asked):
                return mechanism.verdict
        return await self._redirected(record, asked) if record.redirect else "neutral"

    async def _redirected(self, record: Record, asked: Asked) -> Verdict:
        self._count_term()
        return await self._other(record.redirect, asked)

    async def _other(self, text: str, asked: Asked) -> Verdict:
        """The verdict of another domain's record, which must exist."""
        verdict = await self.verdict(replace(asked, domain=await self._target(text, asked)))
        if verdict == "none":
            raise BadRecord
        return verdict

    async def _matches(self, mechanism: Mechanism, asked: Asked) -> bool:
        name, argument = mechanism.name, mechanism.argument
        if name == "all":
            return True
        if name in {"ip4", "ip6"}:
            return _covers(argument, asked.peer, mechanism)
        self._count_term()
        if name == "include":
            return await self._other(argument, asked) == "pass"
        target = await self._target(argument, asked)
        if name == "exists":
            return bool(await self._counted(target, "A"))
        if name == "ptr":
            return any(_is_or_below(found, target) for found in await self._proven_names(asked.peer))
        hosts: Sequence[str] = (target,)
        if name == "mx":
            hosts = await self._mail_hosts(target)
        for host in hosts:
            if any(_covers(one, asked.peer, mechanism) for one in await self._addresses(host, asked.peer)):
                return True
        return False

    async def _mail_hosts(self, target: str) -> Sequence[str]:
        hosts = await self._counted(target, "MX")
        if len(hosts) > MOST_HOSTS:
            raise BadRecord
        return hosts

    async def _addresses(self, host: str, peer: Address) -> Sequence[str]:
        return await self._counted(host, "A" if peer.version == 4 else "AAAA")

    async def _counted(self, name: str, kind: Kind) -> Sequence[str]:
        """Ask, counting answers that are empty."""
        found = await self._lookups.ask(name, kind)
        if not found:
            self._void_left -= 1
            if self._void_left < 0:
                raise BadRecord
        return found

    def _count_term(self) -> None:
        self._terms_left -= 1
        if self._terms_left < 0:
            raise BadRecord

    async def _target(self, text: str, asked: Asked) -> str:
        if not text:
            return asked.domain
        name = await self._peer_name(asked) if needs_name(text) else ""
        return expand(text, asked, name)

    async def _peer_name(self, asked: Asked) -> str:
        """`%{p}`: the domain itself if proven, else one below it, else any (RFC 7208, 7.3)."""
        names = await self._proven_names(asked.peer)
        ranked = sorted(names, key=lambda name: (name != asked.domain, not _is_or_below(name, asked.domain)))
        return ranked[0] if ranked else "unknown"

    async def _proven_names(self, peer: Address) -> list[str]:
        """Names of the peer's that lead back to it. Trouble here is no name, never an error (5.5)."""
        proven = []
        try:
            names = await self._counted(peer.reverse_pointer, "PTR")
        except DnsTrouble:
            return []
        for name in names[:MOST_HOSTS]:
            try:
                found = await self._lookups.ask(name, "A" if peer.version == 4 else "AAAA")
            except DnsTrouble:
                continue
            if any(ipaddress.ip_address(one) == peer for one in found):
                proven.append(name.removesuffix(".").lower())
        return proven


def _covers(address: str, peer: Address, mechanism: Mechanism) -> bool:
    one = ipaddress.ip_address(address)
    if one.version != peer.version:
        return False
    spare = one.max_prefixlen - (mechanism.bits4 if peer.version == 4 else mechanism.bits6)
    return int(one) >> spare == int(peer) >> spare


def _is_or_below(name: str, domain: str) -> bool:
    name, domain = name.lower(), domain.lower().removesuffix(".")
    return name == domain or name.endswith("." + domain)
