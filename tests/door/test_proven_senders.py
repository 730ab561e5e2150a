"""Who is let in and how sure it is, over a real socket: each case with reply, grade and what is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from keys.content import parse_door_facts
from relay.flow.sender_proof import SenderChecks
from relay.smtp_door.resolver import DnsResolver
from relay.store.memory import MemoryStore
from relay.store.sqlite import SqliteStore
from tests.door.name_server import serving
from tests.door.signing import RSA_KEY, Signer
from tests.door.test_full_path import ADDRESS, HEAD, MAIL, deliver_slowly, standing
from tests.door.zone import FAILS, SILENT, Zone

HOME = Signer("home.example")
HOME_RSA = Signer("home.example", "r1", RSA_KEY)
MAIL_HOST = Signer("mail.home.example")
SISTER = Signer("a.home.example")
SENDING_SERVICE = Signer("bulk.test")
NORTHWIND = Signer("northwind.example")
NOBODY = Signer("nobody.example")

SPF_PASS = {"home.example": {"TXT": ["v=spf1 ip4:127.0.0.1 -all"]}}
SPF_FAIL = {"home.example": {"TXT": ["v=spf1 -all"]}}
SPF_SOFT = {"home.example": {"TXT": ["v=spf1 ~all"]}}
SPF_BROKEN = {"home.example": {"TXT": FAILS}}
SPF_SILENT = {"home.example": {"TXT": SILENT}}
SERVICE_SPF = {"bulk.test": {"TXT": ["v=spf1 ip4:127.0.0.1 -all"]}}
DMARC = {"_dmarc.home.example": {"TXT": ["v=DMARC1; p=none"]}}
STRICT = {"_dmarc.home.example": {"TXT": ["v=DMARC1; p=none; adkim=s; aspf=s"]}}
DMARC_BROKEN = {"_dmarc.home.example": {"TXT": FAILS}}
KEYS = {**HOME.zone(), **HOME_RSA.zone(), **MAIL_HOST.zone(), **SISTER.zone(), **SENDING_SERVICE.zone()}
BROKEN_KEY = {HOME.name: {"TXT": FAILS}}
SILENT_KEY = {HOME.name: {"TXT": SILENT}}
A, B, REFUSED, LATER = "250 grade 2", "250 grade 3", "550 5.7.26", "451 4.4.3"
SERVICE = "bounce@bulk.test"
SUBDOMAIN = "bounce@mail.home.example"
SUBDOMAIN_SPF = {"mail.home.example": {"TXT": ["v=spf1 ip4:127.0.0.1 -all"]}}

RESULTS = b"Authentication-Results: in.harrow.example; dkim=pass\r\n"

CASES: list[tuple[str, bytes, list[dict[str, Any]], str, str]] = [
    # what, mail, zones, reverse path, answer
    ("signed by the domain", HOME.sign(MAIL), [KEYS], ADDRESS, A),
    ("signed by RSA", HOME_RSA.sign(MAIL, ways="simple/simple"), [KEYS], ADDRESS, A),
    ("signed, and SPF fails: it was forwarded", HOME.sign(MAIL), [KEYS, SPF_FAIL], ADDRESS, A),
    ("signed, and SPF cannot be asked", HOME.sign(MAIL), [KEYS, SPF_BROKEN], ADDRESS, A),
    ("signed, by a bounce address of a service", HOME.sign(MAIL), [KEYS], SERVICE, A),
    ("signed by a subdomain of an organisation", MAIL_HOST.sign(MAIL), [KEYS, DMARC], ADDRESS, A),
    ("the same, which asks for strictness", MAIL_HOST.sign(MAIL), [KEYS, STRICT], ADDRESS, REFUSED),
    ("the same, which publishes nothing", MAIL_HOST.sign(MAIL), [KEYS], ADDRESS, REFUSED),
    ("the same, whose DNS fails", MAIL_HOST.sign(MAIL), [KEYS, DMARC_BROKEN], ADDRESS, LATER),
    ("an unknown signer and the domain", NOBODY.sign(HOME.sign(MAIL)), [KEYS], ADDRESS, A),
    (
        "a broken signature and a good one",
        HOME_RSA.sign(HOME.sign(MAIL)).replace(b"s=r1", b"s=r2"),
        [KEYS],
        ADDRESS,
        A,
    ),
    ("signed by a service alone", SENDING_SERVICE.sign(MAIL), [KEYS], ADDRESS, REFUSED),
    (
        "signed by a service, SPF of the service",
        SENDING_SERVICE.sign(MAIL),
        [KEYS, SERVICE_SPF],
        SERVICE,
        REFUSED,
    ),
    ("signed by a service, SPF of the domain", SENDING_SERVICE.sign(MAIL), [KEYS, SPF_PASS], ADDRESS, B),
    ("not signed, SPF passes", MAIL, [SPF_PASS], ADDRESS, B),
    ("not signed, SPF of a subdomain", MAIL, [SUBDOMAIN_SPF, DMARC], SUBDOMAIN, B),
    ("not signed, SPF of a subdomain, strict", MAIL, [SUBDOMAIN_SPF, STRICT], SUBDOMAIN, REFUSED),
    ("not signed, SPF of a subdomain, no DNS", MAIL, [SUBDOMAIN_SPF, DMARC_BROKEN], SUBDOMAIN, LATER),
    ("not signed, SPF fails", MAIL, [SPF_FAIL], ADDRESS, REFUSED),
    ("not signed, SPF is unsure", MAIL, [SPF_SOFT], ADDRESS, REFUSED),
    ("not signed, no SPF", MAIL, [], ADDRESS, REFUSED),
    ("not signed, SPF cannot be asked", MAIL, [SPF_BROKEN], ADDRESS, LATER),
    ("not signed, SPF is silent", MAIL, [SPF_SILENT], ADDRESS, LATER),
    ("not signed, SPF of another domain", MAIL, [SERVICE_SPF], SERVICE, REFUSED),
    ("not signed, SPF of another domain fails", MAIL, [{"bulk.test": {"TXT": FAILS}}], SERVICE, REFUSED),
    ("signed, the key cannot be asked", HOME.sign(MAIL), [BROKEN_KEY], ADDRESS, LATER),
    ("signed, the key is silent", HOME.sign(MAIL), [SILENT_KEY], ADDRESS, LATER),
    ("signed, the key cannot be asked, SPF passes", HOME.sign(MAIL), [BROKEN_KEY, SPF_PASS], ADDRESS, LATER),
    ("signed, the key is gone, SPF passes", HOME.sign(MAIL), [SPF_PASS], ADDRESS, B),
    ("signed, the key is gone", HOME.sign(MAIL), [], ADDRESS, REFUSED),
    ("signed, body changed", HOME.sign(MAIL).replace(b"late", b"soon"), [KEYS], ADDRESS, REFUSED),
    ("signed, author changed", HOME.sign(MAIL).replace(b"Maya <", b"Otto <"), [KEYS], ADDRESS, REFUSED),
    ("signed, something added", HOME.sign(MAIL) + b"More.\r\n", [KEYS], ADDRESS, REFUSED),
    ("signed in part", HOME.sign(MAIL, l="3"), [KEYS], ADDRESS, REFUSED),
    ("signed by SHA-1", HOME_RSA.sign(MAIL, a="rsa-sha1"), [KEYS], ADDRESS, REFUSED),
    ("signed by a testing key", HOME.sign(MAIL), [HOME.zone("t=y; ")], ADDRESS, REFUSED),
    ("signed long ago", HOME.sign(MAIL, x="1"), [KEYS], ADDRESS, REFUSED),
    ("its own word for a check", RESULTS + MAIL, [], ADDRESS, REFUSED),
    ("an employer's signature", NORTHWIND.sign(HOME.sign(MAIL)), [KEYS], ADDRESS, "550 5.7.1 "),
    ("a list", HOME.sign(b"List-Id: <x.home.example>\r\n" + MAIL), [KEYS], ADDRESS, "550 5.7.1 "),
    (
        "our own mail again",
        HOME.sign(b"Message-ID: <x@in.harrow.example>\r\n" + MAIL),
        [KEYS],
        ADDRESS,
        "554 5.4.6",
    ),
]


def together(zones: list[dict[str, Any]]) -> dict[str, Any]:
    """Zones as one; of the same name, all kinds."""
    merged: dict[str, Any] = {}
    for zone in zones:
        for name, kinds in zone.items():
            merged[name] = {**merged.get(name, {}), **kinds}
    return merged


@pytest.mark.parametrize(("what", "mail", "zones", "path", "answer"), CASES, ids=[case[0] for case in CASES])
async def test_who_is_let_in(
    what: str, mail: bytes, zones: list[dict[str, Any]], path: str, answer: str
) -> None:
    """The reply, and what is kept of it: grade and mail, or nothing at all."""
    seconds = 0.05 if SILENT in str(zones) else 10
    async with standing(MemoryStore(), SenderChecks(Zone(together(zones)), seconds)) as doorstep:
        said = await doorstep.deliver(mail, reverse_path=path)
        rows = await doorstep.rows()
        if answer.startswith("250"):
            content = doorstep.open(rows[0])
            assert f"{said[:3]} grade {parse_door_facts(content.fixed).grade}" == answer
            assert await doorstep.mail_of(content) == mail
        else:
            assert said.startswith(answer)
            assert (rows, await doorstep.kept()) == ([], (0, 0))
        assert "home.example" not in doorstep.log.getvalue()


async def test_strangers_cost_no_lookup() -> None:
    """Of a mail that no registered address wrote, nothing is asked of the DNS."""
    zone = Zone(KEYS)
    async with standing(MemoryStore(), SenderChecks(zone, 10)) as doorstep:
        assert (await doorstep.deliver(HOME.sign(MAIL.replace(b"maya@", b"otto@")))).startswith("550 5.7.1 ")
    assert zone.asked == []


async def test_so_many_signatures_are_looked_at() -> None:
    """The author's own is found behind a hundred others, and eight keys are asked for at most."""
    zone, mail = Zone(KEYS), HOME.sign(MAIL)
    for number in range(100):
        mail = Signer(f"n{number}.test").sign(mail)
    async with standing(MemoryStore(), SenderChecks(zone, 10)) as doorstep:
        assert (await doorstep.deliver(mail)).startswith("250")
    assert sum("_domainkey" in name for name, _ in zone.asked) == 8
    assert zone.asked[0][0] == HOME.name


async def test_a_lost_250_of_a_proven_sender_makes_one_copy_from_any_machine() -> None:
    """A provider tries again from another of its addresses: one mail, where the author is proven."""
    async with standing(MemoryStore(), SenderChecks(Zone(KEYS), 10)) as doorstep:
        mail = HOME.sign(MAIL)
        assert (await doorstep.deliver(mail)).startswith("250")
        assert (await doorstep.deliver(mail, source="127.0.0.2")).startswith("250")
        assert await doorstep.kept() == (1, 1)
    async with standing(MemoryStore()) as doorstep:
        assert (await doorstep.deliver(mail)).startswith("250")
        assert (await doorstep.deliver(mail, source="127.0.0.2")).startswith("250")
        assert await doorstep.kept() == (2, 2)


async def test_a_large_signed_mail() -> None:
    """A mail of many pieces is hashed while it comes, in both ways."""
    body = b"".join(b"%06d  of the lines \r\n" % number for number in range(60_000))
    mail = HOME_RSA.sign(HOME.sign(MAIL + body, ways="simple/simple"))
    async with standing(MemoryStore(), SenderChecks(Zone(KEYS), 10)) as doorstep:
        assert (await doorstep.deliver(mail)).startswith("250")
        assert (await doorstep.deliver(mail.replace(b"059999", b"059998"))).startswith("550 5.7.26")


async def test_with_a_real_name_server() -> None:
    """The same over a DNS server on loopback: let in, refused, and put off while it fails."""
    text = {name: {"TXT": [f'"{record}"' for record in kinds["TXT"]]} for name, kinds in HOME.zone().items()}
    async with (
        serving(text) as (server, at),
        standing(MemoryStore(), SenderChecks(DnsResolver([at]), 10)) as doorstep,
    ):
        assert (await doorstep.deliver(HOME.sign(MAIL))).startswith("250")
        assert (await doorstep.deliver(MAIL)).startswith("550 5.7.26")
        server.records[HOME.name] = {"TXT": FAILS}
        assert (await doorstep.deliver(HOME.sign(MAIL + b"again\r\n"))).startswith("451 4.4.3")


async def test_the_reader_is_told_what_was_found() -> None:
    """The findings are sealed with the mail, in words; a copy in company mail is told, and let in."""
    async with standing(MemoryStore(), SenderChecks(Zone(KEYS), 10)) as doorstep:
        mail = b"Cc: <hr@Mail.Northwind.example>\r\n" + HOME.sign(NOBODY.sign(MAIL))
        assert (await doorstep.deliver(mail, reverse_path=SERVICE)).startswith("250")
        (raw,) = await doorstep.rows()
        shown = doorstep.open(raw).shown
    assert shown["copied_to_work"] is True
    assert shown["checks"] == (
        "dkim=pass header.d=home.example header.s=k1; "
        "dkim=permerror reason=no-key header.d=nobody.example header.s=k1; "
        "spf=none smtp.mailfrom=bulk.test; dmarc=pass header.from=home.example; arc=none"
    )


async def test_checking_a_large_mail_costs_little_memory(tmp_path: Path) -> None:
    """A mail of 24 mebibytes whose body is hashed in both ways passes through under two of memory."""
    both = HOME_RSA.sign(HOME.sign(MAIL, ways="simple/simple"))
    head = both.partition(b"\r\n\r\n")[0] + b"\r\n"
    assert head.endswith(HEAD)
    store = await SqliteStore.open(tmp_path / "db")
    async with standing(store, SenderChecks(Zone({**KEYS, **SPF_PASS}), 10)) as doorstep:
        await deliver_slowly(doorstep, 1 << 20, head)
        assert await deliver_slowly(doorstep, 24 << 20, head) < 2 << 20
    await store.close()
