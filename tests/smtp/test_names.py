"""A whole relay that proves its senders against a real DNS server on loopback: good, broken, slow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.door.name_server import GARBAGE, NameServer, serving
from tests.door.signing import RSA_KEY, Signer
from tests.door.zone import FAILS, SILENT
from tests.smtp.conftest import Standing, standing
from tests.smtp.talk import END, TAKEN, TO_DATA, mail, talk

HOME = Signer("home.example")
LONG = Signer("home.example", "long", RSA_KEY)
MANY = [f"s{number}.test" for number in range(9)]
MUTE = {one: {"TXT": SILENT} for one in MANY}
REFUSED, LATER = "550 5.7.26", "451 4.4.3"
CHECK_SECONDS = 1


def spf(*terms: str) -> dict[str, Any]:
    """The provider's SPF record as a zone."""
    return {"home.example": {"TXT": [f'"v=spf1 {" ".join(terms)} -all"']}}


SPF = spf("ip4:127.0.0.1")


def quoted(text: str) -> str:
    """A TXT record in strings of at most 250."""
    return " ".join(f'"{text[at : at + 250]}"' for at in range(0, len(text), 250))


def key(signer: Signer, more: str = "") -> dict[str, Any]:
    """A signer's key record as a zone file has it."""
    return {signer.name: {"TXT": [quoted(signer.record(more))]}}


def unsigned(raw: bytes) -> bytes:
    """As it is."""
    return raw


CASES: list[tuple[str, Any, dict[str, Any], str]] = [
    # what, how it is signed, what the DNS says, the answer
    ("a signature", HOME.sign, key(HOME), TAKEN),
    ("a signature by RSA", LONG.sign, key(LONG), TAKEN),
    ("a key too long for UDP", LONG.sign, key(LONG, "n=" + "x" * 1400 + "; "), TAKEN),
    ("SPF alone", unsigned, SPF, TAKEN),
    ("no record at all", unsigned, {}, REFUSED),
    ("a name without records", unsigned, {"home.example": {}}, REFUSED),
    ("a key that is gone", HOME.sign, {}, REFUSED),
    ("a key that is revoked", HOME.sign, {HOME.name: {"TXT": ['"v=DKIM1; k=ed25519; p="']}}, REFUSED),
    ("another key", HOME.sign, {HOME.name: {"TXT": [quoted(LONG.record())]}}, REFUSED),
    ("a key's server fails", HOME.sign, {HOME.name: {"TXT": FAILS}}, LATER),
    ("a key's server is silent", HOME.sign, {HOME.name: {"TXT": SILENT}}, LATER),
    ("a key's server talks nonsense", HOME.sign, {HOME.name: {"TXT": GARBAGE}}, LATER),
    ("SPF's server fails", unsigned, {"home.example": {"TXT": FAILS}}, LATER),
    ("SPF's server is silent", unsigned, {"home.example": {"TXT": SILENT}}, LATER),
    ("two SPF records", unsigned, {"home.example": {"TXT": ['"v=spf1 +all"', '"v=spf1 -all"']}}, REFUSED),
    ("SPF that goes in circles", unsigned, spf("include:home.example"), REFUSED),
    ("SPF to a failing server", unsigned, {**spf("include:x.test"), "x.test": {"TXT": FAILS}}, LATER),
    ("a signature, SPF's server is silent", HOME.sign, {**key(HOME), "home.example": {"TXT": SILENT}}, TAKEN),
    ("SPF where a key's server is silent", HOME.sign, {**SPF, HOME.name: {"TXT": SILENT}}, LATER),
    ("SPF of many silent names", unsigned, {**spf(*(f"include:{one}" for one in MANY)), **MUTE}, LATER),
]  # fmt: skip


@dataclass(frozen=True)
class Asking:
    """A relay, and the name server that it asks."""

    relay: Standing
    names: NameServer


@pytest.fixture(scope="module")
async def asking(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Asking]:
    """A relay that checks its senders by one name server, within a second a mail."""
    async with serving({}) as (names, at):
        settings = {
            "RELAY_SMTP__CHECK_SENDERS": "true",
            "RELAY_SMTP__NAMESERVERS": f"{at[0]}:{at[1]}",
            "RELAY_SMTP__SENDER_CHECK_SECONDS": str(CHECK_SECONDS),
        }
        async with standing(tmp_path_factory.mktemp("names"), settings) as relay:
            yield Asking(relay, names)


async def answer_to(asking: Asking, name: str, raw: bytes) -> str:
    """The door's answer to a mail from a provider's server."""
    case = talk(name, "reliability.md 7, row 6", *TO_DATA, (raw + END, "2"))
    heard = await asking.relay.peer().hold(case)
    return heard.answers[-1][0]


@pytest.mark.parametrize(("what", "sign", "records", "answer"), CASES, ids=[case[0] for case in CASES])
async def test_what_the_dns_says(
    asking: Asking, what: str, sign: Any, records: dict[str, Any], answer: str
) -> None:
    """Proven is kept as sent; not proven is refused for good; what could not be asked is put off, within the
    time that all lookups of a mail have together, and nothing of it is kept.
    """
    asking.names.records = records
    before, by_tcp = await asking.relay.blobs(), asking.names.by_tcp
    raw = sign(mail().replace(b"{name}", what.encode()))
    async with asyncio.timeout(30):
        assert (await answer_to(asking, what, raw)).startswith(answer)
    if answer == TAKEN:
        assert raw in await asking.relay.mails()
        assert (asking.names.by_tcp > by_tcp) is ("UDP" in what)
    else:
        assert await asking.relay.blobs() == before


async def test_a_mail_that_was_put_off_comes_again(asking: Asking) -> None:
    """What was put off while the DNS failed is taken when it answers again."""
    raw = HOME.sign(mail().replace(b"{name}", b"put off"))
    asking.names.records = {HOME.name: {"TXT": FAILS}}
    assert (await answer_to(asking, "put off", raw)).startswith(LATER)
    asking.names.records = key(HOME)
    assert (await answer_to(asking, "put off", raw)).startswith(TAKEN)
    assert (await asking.relay.mails()).count(raw) == 1


async def test_who_waits_for_the_dns_holds_up_nobody(asking: Asking) -> None:
    """While ten mails wait for a silent server, one whose server answers is taken."""
    slow = Signer("home.example", "slow")
    asking.names.records = {**key(HOME), slow.name: {"TXT": SILENT}}
    waiting = [
        asyncio.ensure_future(answer_to(asking, f"slow {n}", slow.sign(mail(b"%d\r\n" % n))))
        for n in range(10)
    ]
    raw = HOME.sign(mail().replace(b"{name}", b"quick"))
    assert (await answer_to(asking, "quick", raw)).startswith(TAKEN)
    assert not any(one.done() for one in waiting)
    assert all(said.startswith(LATER) for said in await asyncio.gather(*waiting))
