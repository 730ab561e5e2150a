"""ARC chains: whole ones, broken ones and hostile ones."""

from __future__ import annotations

import dkim as dkimpy
import pytest

from relay.core.arc import MOST_SETS, check_arc, ways
from relay.core.dkim_canon import BodyHash, Way, raw_fields
from relay.core.lookups import Lookups
from tests.door.signing import RSA_KEY, Signer
from tests.door.zone import FAILS, Zone

NOW = 1_800_000_000
MAIL = b"From: Maya <maya@home.example>\r\nSubject: Thursday\r\n\r\nI will be late.\r\n"
FIRST, SECOND = Signer("first.example"), Signer("second.example", "r1", RSA_KEY)
ZONE = {**FIRST.zone(), **SECOND.zone()}
ONE = FIRST.seal(MAIL, 1, "none")
TWO = SECOND.seal(ONE, 2, "pass")


async def verdict(mail: bytes, zone: Zone | None = None) -> tuple[str, str]:
    """Verdict and newest sealer."""
    head, _, body = mail.partition(b"\r\n\r\n")
    fields, bodies = raw_fields(head), {}
    for way in ways(fields):
        hashing = BodyHash(way)
        hashing.feed(body)
        bodies[way] = hashing.digest()
    known: dict[Way, bytes] = bodies
    chain = await check_arc(Lookups(zone or Zone(ZONE), 10), fields, known, NOW)
    return chain.verdict, chain.sealer


async def test_chains_that_hold() -> None:
    """None, one set and two; the newest sealer is named."""
    assert await verdict(MAIL) == ("none", "")
    assert await verdict(ONE) == ("pass", "first.example")
    assert await verdict(TWO) == ("pass", "second.example")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"late", b"soon"),
        (b"Thursday", b"Friday"),
        (b"ARC-Authentication-Results: i=1; x.test; none", b"ARC-Authentication-Results: i=1; x.test; pass"),
        (b"cv=none", b"cv=pass"),
        (b"cv=pass", b"cv=fail"),
        (b"ARC-Seal: i=2;", b"ARC-Seal: i=3;"),
        (b"ARC-Seal: i=1;", b"ARC-Seal: i=2;"),
        (b"ARC-Message-Signature: i=1;", b"ARC-Message-Signature: i=0;"),
        (b"ARC-Message-Signature: i=1;", b"ARC-Message-Signature: i=x;"),
        (b"ARC-Authentication-Results: i=1;", b"ARC-Authentication-Results: x=1;"),
        (b"ARC-Seal: i=1;", b"X-Seal: i=1;"),
        (b"ARC-Seal: i=1;", b"ARC-Seal: h=from; i=1;"),
        (b"d=second.example", b"d=first.example"),
        (b"From: Maya", b"ARC-Seal: i=1; a=rsa-sha256; b=\r\nFrom: Maya"),
    ],
)
async def test_chains_that_do_not(old: bytes, new: bytes) -> None:
    """One byte changed, a set with a gap, doubled or halved, a chain that says itself that it is broken."""
    assert old in TWO
    assert await verdict(TWO.replace(old, new)) == ("fail", "")


async def test_a_seal_of_a_failed_chain_proves_nothing() -> None:
    """A later sealer cannot mend what an earlier one broke."""
    assert await verdict(SECOND.seal(ONE.replace(b"cv=none", b"cv=nune"), 2, "pass")) == ("fail", "")
    assert await verdict(SECOND.seal(ONE, 2, "fail")) == ("fail", "")


async def test_trouble_and_length() -> None:
    """A server that fails is no verdict; a chain longer than any honest one costs no lookup."""
    assert await verdict(TWO, Zone({**ZONE, FIRST.name: {"TXT": FAILS}})) == ("temperror", "")
    mail, zone = ONE, Zone(ZONE)
    for number in range(2, MOST_SETS + 2):
        mail = FIRST.seal(mail, number, "pass")
    assert await verdict(mail, zone) == ("fail", "")
    assert zone.asked == []


def test_another_library_takes_the_tests_chain() -> None:
    """Dkimpy verifies what the tests seal, so that both ends have a third judge."""
    keys = {f"{name}.".encode(): kinds["TXT"][0].encode() for name, kinds in ZONE.items()}
    rsa_only = SECOND.seal(MAIL, 1, "none")
    cv, _, why = dkimpy.arc_verify(rsa_only, dnsfunc=lambda name, timeout=5: keys[name])
    assert (cv, why) == (b"pass", "success")
