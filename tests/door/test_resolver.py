"""The resolver against a real DNS server on loopback: what is there, what is not, and what is broken."""

from __future__ import annotations

from typing import Any

import dns.resolver
import pytest

from relay.core.lookups import DnsTrouble, Lookups
from relay.core.spf import check_spf
from relay.smtp_door.resolver import DnsResolver
from tests.door.name_server import GARBAGE, serving
from tests.door.zone import FAILS, SILENT

LONG = "v=DKIM1; p=" + "A" * 3000
RECORDS: dict[str, dict[str, Any]] = {
    "home.example": {
        "A": ["192.0.2.1", "192.0.2.2"],
        "AAAA": ["2001:db8::1"],
        "MX": ["20 b.home.example.", "10 A.home.example."],
        "TXT": ['"v=spf1 " "a -all"', '"caf\\195\\169"'],
    },
    "1.2.0.192.in-addr.arpa": {"PTR": ["Home.example."]},
    "none.example": {"MX": ["0 ."]},
    "long.example": {"TXT": [" ".join(f'"{LONG[at : at + 250]}"' for at in range(0, len(LONG), 250))]},
    "alias.example": {"A": FAILS, "TXT": SILENT, "MX": GARBAGE},
}


@pytest.mark.parametrize(
    ("name", "kind", "found"),
    [
        ("home.example", "A", {"192.0.2.1", "192.0.2.2"}),
        ("home.example", "AAAA", {"2001:db8::1"}),
        ("home.example", "MX", ["a.home.example", "b.home.example"]),
        ("home.example", "TXT", {"v=spf1 a -all", "caf\xc3\xa9"}),
        ("1.2.0.192.in-addr.arpa", "PTR", ["home.example"]),
        ("home.example", "PTR", []),
        ("none.example", "MX", []),
        ("nothing.example", "A", []),
        ("long.example", "TXT", [LONG]),
        ("a\\.b.example", "A", []),
        ("a b.example", "A", []),
    ],
)
async def test_what_is_there(name: str, kind: str, found: Any) -> None:
    """Records come as text, MX by preference, TXT in one; what is not there is empty, and no error."""
    async with serving(RECORDS) as (server, at):
        said = await DnsResolver([at]).ask(name, kind)
        assert (set(said) if isinstance(found, set) else list(said)) == found
        assert server.by_tcp == (1 if name == "long.example" else 0)


@pytest.mark.parametrize("kind", ["A", "TXT", "MX"])
async def test_what_is_broken(kind: str) -> None:
    """A server that fails, is silent or talks nonsense is trouble, never an empty answer."""
    async with serving(RECORDS) as (_, at):
        resolver = DnsResolver([at])
        resolver._dns.timeout = resolver._dns.lifetime = 0.05
        with pytest.raises(DnsTrouble):
            await resolver.ask("alias.example", kind)


async def test_the_next_server_is_asked() -> None:
    """One that fails does not hide the others."""
    async with serving({"home.example": {"A": FAILS}}) as (_, bad), serving(RECORDS) as (_, good):
        assert set(await DnsResolver([bad, good]).ask("home.example", "A")) == {"192.0.2.1", "192.0.2.2"}


async def test_answers_of_others_are_not_heard() -> None:
    """Who guesses at the port has to know number and question too; until the true answer comes nothing else
    is one.
    """
    async with serving(RECORDS) as (server, at):
        server.is_overtaken = True
        assert set(await DnsResolver([at]).ask("home.example", "A")) == {"192.0.2.1", "192.0.2.2"}


async def test_names_in_circles_are_trouble() -> None:
    """A name that stands for one that stands for it ends the question, and is no empty answer."""
    async with serving({"loop.example": {"A": ["CNAME b.example."]}}) as (_, at):
        with pytest.raises(DnsTrouble):
            await DnsResolver([at]).ask("loop.example", "A")


async def test_no_name_server_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without servers is said at the start, not at the first mail."""

    def missing(*_: object, **__: object) -> None:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.resolver.BaseResolver, "read_resolv_conf", missing)
    with pytest.raises(DnsTrouble):
        DnsResolver()


async def test_spf_over_the_wire() -> None:
    """An evaluation with a real server gives what the dictionary gives."""
    async with serving(RECORDS) as (_, at):
        for peer, verdict in (("192.0.2.2", "pass"), ("192.0.2.9", "fail")):
            lookups = Lookups(DnsResolver([at]), 10)
            assert await check_spf(lookups, peer, "home.example", "maya@home.example", "x") == verdict
