"""Alignment by the DNS tree walk, and every combination of findings with its decision."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from relay.core.arc import Chain
from relay.core.dkim import Verified
from relay.core.dmarc import aligned, family
from relay.core.lookups import DnsTrouble, Lookups
from relay.core.sender_checks import Grade, SenderUnproven, Signed, Verdicts, grade_of, results
from tests.door.zone import FAILS, Zone

N, Y = "v=DMARC1; psd=n", "v=DMARC1; psd=y"
DEEP = "a.b.c.d.e.f.g.h.i.j.mail.example.test"


def zone(**records: str) -> Zone:
    """DMARC records by domain; two underscores stand for a dot."""
    return Zone({f"_dmarc.{name.replace('__', '.')}": {"TXT": [text]} for name, text in records.items()})


@pytest.mark.parametrize(
    ("domain", "dns", "organisation"),
    [
        ("home.example", zone(), "home.example"),
        ("a.home.example", zone(), "a.home.example"),
        ("a.home.example", zone(home__example="v=DMARC1; p=none"), "home.example"),
        ("a.home.example", zone(a__home__example="v=DMARC1", home__example="v=DMARC1"), "home.example"),
        ("a.home.example", zone(a__home__example=N, home__example="v=DMARC1"), "a.home.example"),
        ("a.home.example", zone(a__home__example=Y, home__example="v=DMARC1"), "a.home.example"),
        ("a.b.co.test", zone(co__test="v=DMARC1; psd=y"), "b.co.test"),
        ("b.co.test", zone(co__test="v=DMARC1; psd=y", test="v=DMARC1"), "b.co.test"),
        ("co.test", zone(co__test="v=DMARC1; psd=y"), "co.test"),
        ("a.home.example", zone(home__example="v=DMARC1", example="v=DMARC1"), "example"),
        ("a.home.example", zone(home__example="v=spf1"), "a.home.example"),
        ("a.home.example", zone(home__example="p=none; v=DMARC1"), "a.home.example"),
        (DEEP, zone(example__test="v=DMARC1"), "example.test"),
    ],
)  # fmt: skip
async def test_organisational_domains(domain: str, dns: Zone, organisation: str) -> None:
    """RFC 9989, 4.10: the record highest up, unless one says where the public part ends."""
    assert (await family(Lookups(dns, 10), domain)).organisation == organisation
    assert len(dns.asked) <= 8


async def test_two_records_of_one_name_count_for_nothing() -> None:
    """Neither of two is the domain's word."""
    dns = Zone({"_dmarc.home.example": {"TXT": ["v=DMARC1", "v=DMARC1; adkim=s"]}})
    assert (await family(Lookups(dns, 10), "a.home.example")).organisation == "a.home.example"


@pytest.mark.parametrize(
    ("author", "other", "dns", "both"),
    [
        ("home.example", "home.example", zone(), (True, True)),
        ("home.example", "mail.home.example", zone(), (False, False)),
        ("home.example", "mail.home.example", zone(home__example="v=DMARC1"), (True, True)),
        ("mail.home.example", "home.example", zone(home__example="v=DMARC1"), (True, True)),
        ("a.home.example", "b.home.example", zone(home__example="v=DMARC1"), (True, True)),
        ("home.example", "mail.home.example", zone(home__example="v=DMARC1; adkim=s"), (False, True)),
        ("home.example", "mail.home.example", zone(home__example="v=DMARC1; ASPF=S"), (True, False)),
        ("home.example", "home.example", zone(home__example="v=DMARC1; adkim=s; aspf=s"), (True, True)),
        ("a.co.test", "b.co.test", zone(co__test="v=DMARC1; psd=y"), (False, False)),
        ("home.example", "home.test", zone(), (False, False)),
        ("home.example", "xhome.example", zone(example="v=DMARC1; psd=y"), (False, False)),
    ],
)  # fmt: skip
async def test_alignment(author: str, other: str, dns: Zone, both: tuple[bool, bool]) -> None:
    """For DKIM and for SPF, each as strictly as the author's domain asks."""
    found = [await aligned(Lookups(dns, 10), author, other, by) for by in ("dkim", "spf")]  # type: ignore[arg-type]
    assert tuple(found) == both


async def test_trouble_of_the_walk_is_trouble() -> None:
    """A server that fails does not mean that there is no record."""
    dns = Zone({"_dmarc.home.example": {"TXT": FAILS}})
    with pytest.raises(DnsTrouble):
        await aligned(Lookups(dns, 10), "home.example", "mail.home.example", "dkim")


OUTCOMES = ("pass", "fail", "permerror", "temperror")
SPF = ("none", "neutral", "pass", "fail", "softfail", "temperror", "permerror")
KNOWN = (True, False, None)


def decided(verdicts: Verdicts) -> Any:
    """The grade, or the class of the refusal."""
    try:
        return grade_of(verdicts)
    except (DnsTrouble, SenderUnproven) as refused:
        return type(refused)


@pytest.mark.parametrize("first", [None, *itertools.product(OUTCOMES, KNOWN)])
@pytest.mark.parametrize("spf", list(itertools.product(SPF, KNOWN)))
def test_every_combination(first: tuple[Any, Any] | None, spf: tuple[Any, Any]) -> None:
    """Only a pass of the author's own domain lets in; what is not known about such a domain is never a pass;
    nothing that fails hides a pass of the better kind.
    """
    signatures = [] if first is None else [Signed(Verified(first[0]), first[1])]
    found = decided(Verdicts("home.example", signatures, spf[0], "home.example", spf[1], Chain("none")))
    if first == ("pass", True):
        assert found is Grade.ALIGNED_DKIM
    elif first is not None and first[0] in {"pass", "temperror"} and first[1] is not False:
        assert found is DnsTrouble
    elif spf == ("pass", True):
        assert found is Grade.ALIGNED_SPF
    elif spf[0] in {"pass", "temperror"} and spf[1] is not False:
        assert found is DnsTrouble
    else:
        assert found is SenderUnproven


def test_findings_in_words_are_bounded() -> None:
    """However many signatures and however long their names, the words are at most 4,096 characters."""
    long = Signed(Verified("pass", "d" * 250, "s" * 200), aligned=True)
    said = results(
        Verdicts("home.example", [long] * 8, "pass", "home.example", True, Chain("pass", "x.test"))
    )
    assert len(said) <= 4096
    assert said.isascii()
