"""SPF against the published suite, and against what a hostile record could do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.core.lookups import Lookups
from relay.core.spf import check_spf
from relay.core.spf_terms import MOST_RECORD_BYTES, BadRecord, parse_record
from tests.door.zone import FAILS, SILENT, Zone

SUITE = Path(__file__).resolve().parents[2] / "door" / "published" / "spf-suite.json"
KINDS = ("A", "AAAA", "MX", "PTR", "TXT", "CNAME")


def published() -> Iterator[Any]:
    """Each case of the suite with its zone."""
    for section in json.loads(SUITE.read_text(encoding="utf-8"))["sections"]:
        for name, case in section["tests"].items():
            yield pytest.param(section["zone"], case, id=f"{section['description']}: {name}")


def zone_of(listed: dict[str, list[list[Any]]]) -> Zone:
    """The suite's notation: SPF stands for TXT where none is given; TIMEOUT is for all that is not listed."""
    zone: dict[str, dict[str, Any]] = {}
    for name, entries in listed.items():
        kinds: dict[str, Any] = {}
        for kind, value in entries:
            if kind != "TIMEOUT" and value != "NONE":
                kinds.setdefault(kind, []).append(_text(kind, value))
        spf = kinds.pop("SPF", [])
        if spf and not any(kind == "TXT" for kind, _ in entries):
            kinds["TXT"] = spf
        silent = dict.fromkeys(KINDS, FAILS) if ["TIMEOUT", None] in entries else {}
        zone[name] = {**silent, **kinds}
    return Zone(zone)


def _text(kind: str, value: Any) -> str:
    if kind == "MX":
        return str(value[1])
    return value if isinstance(value, str) else "".join(value)


@pytest.mark.parametrize(("listed", "case"), list(published()))
async def test_published_suite(listed: dict[str, list[list[Any]]], case: dict[str, Any]) -> None:
    """Each of the 203 cases gives a result that the suite allows."""
    sender = case["mailfrom"] or f"postmaster@{case['helo']}"
    domain = sender.rpartition("@")[2]
    verdict = await check_spf(Lookups(zone_of(listed), 10), case["host"], domain, sender, case["helo"])
    assert verdict in case["result"]


BOMB = {
    f"b{n}.example": {"TXT": ["v=spf1 " + " ".join(f"include:b{n + 1}.example" for _ in range(9))]}
    for n in range(9)
}
HOSTS = [f"m{n}.example" for n in range(10)]
CHAIN = {f"r{n}.example": {"TXT": [f"v=spf1 redirect=r{n + 1}.example"]} for n in range(20)}


@pytest.mark.parametrize(
    ("zone", "verdict", "most_asked"),
    [
        ({"home.example": {"TXT": ["v=spf1 include:home.example -all"]}}, "permerror", 2),
        ({"home.example": {"TXT": ["v=spf1 redirect=home.example"]}}, "permerror", 2),
        ({"home.example": {"TXT": ["v=spf1 include:b0.example"]}, **BOMB}, "permerror", 20),
        ({"home.example": {"TXT": ["v=spf1 redirect=r0.example"]}, **CHAIN}, "permerror", 20),
        ({"home.example": {"TXT": ["v=spf1 a:x.example a:y.example a:z.example +all"]}}, "permerror", 4),
        ({"home.example": {"TXT": ["v=spf1 mx -all"], "MX": [*HOSTS, "m10.example"]}}, "permerror", 3),
        ({"home.example": {"TXT": ["v=spf1 mx -all"], "MX": HOSTS}}, "permerror", 5),
        ({"home.example": {"TXT": ["v=spf1 +all", "v=spf1 -all"]}}, "permerror", 1),
        ({"home.example": {"TXT": [f"v=spf1 {'a ' * 5000}+all"]}}, "permerror", 1),
        ({"home.example": {"TXT": FAILS}}, "temperror", 1),
        ({"home.example": {"TXT": ["v=spf1 a +all"], "A": FAILS}}, "temperror", 2),
        ({"home.example": {"TXT": ["v=spf1 include:x.test +all"]}, "x.test": {"TXT": FAILS}}, "temperror", 2),
        ({"home.example": {"TXT": ["v=spf1 exists:%{l}.home.example -all"]}}, "fail", 2),
    ],
)  # fmt: skip
async def test_a_record_cannot_make_us_ask_without_end(
    zone: dict[str, Any], verdict: str, most_asked: int
) -> None:
    """Circles, trees, chains, lists and failures end in an error after a bounded number of questions."""
    dns = Zone(zone)
    said = await check_spf(
        Lookups(dns, 10), "192.0.2.7", "home.example", "maya@home.example", "mail.home.example"
    )
    assert said == verdict
    assert len(dns.asked) <= most_asked


async def test_a_silent_server_is_a_temporary_error() -> None:
    """The deadline ends it, and it is never a pass."""
    dns = Zone({"home.example": {"TXT": ["v=spf1 a +all"], "A": SILENT}})
    assert (
        await check_spf(Lookups(dns, 0.02), "192.0.2.7", "home.example", "a@home.example", "x") == "temperror"
    )


async def test_all_lookups_of_a_mail_are_counted_together() -> None:
    """Past the bound nothing more is asked, and the verdict is an error of the record."""
    dns = Zone({"home.example": {"TXT": ["v=spf1 mx +all"], "MX": HOSTS}, "m0.example": {"A": ["192.0.2.1"]}})
    assert (
        await check_spf(Lookups(dns, 10, 2), "192.0.2.7", "home.example", "a@home.example", "x")
        == "permerror"
    )
    assert len(dns.asked) == 2


@pytest.mark.parametrize("peer", ["::ffff:192.0.2.7", "192.0.2.7", "fe80::1%eth0", "2001:db8::7"])
async def test_every_form_of_a_peer(peer: str) -> None:
    """An IPv4 peer on an IPv6 socket is an IPv4 peer; a scope is no part of an address."""
    dns = Zone({"home.example": {"TXT": ["v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ip6:fe80::/10 -all"]}})
    assert await check_spf(Lookups(dns, 10), peer, "home.example", "a@home.example", "x") == "pass"


@given(st.text(alphabet="v=spf1 adimx:/%{}dslr0149.-_~?+,;", max_size=200))
def test_any_text_is_a_record_or_none(text: str) -> None:
    """Reading ends in a record or a refusal, never in another exception."""
    try:
        parse_record("v=spf1 " + text)
    except BadRecord:
        return


@pytest.mark.parametrize(
    "term", ["a:" + "x-" * 4000, "exists:" + "%{d}" * 2000, "foo=" + "%" * 8000, "a:" + "a." * 4000]
)
def test_long_terms_are_read_once(term: str) -> None:
    """Thousands of characters cost no more than reading them."""
    assert len(term) < MOST_RECORD_BYTES
    try:
        parse_record("v=spf1 " + term)
    except BadRecord:
        return
