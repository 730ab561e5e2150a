"""DKIM: the RFCs' own examples, another library's signatures, every tag changed, and hostile input."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
from collections.abc import Callable
from typing import Any

import dkim as dkimpy
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from relay.core import dkim
from relay.core.dkim import Verified, parse_signature
from relay.core.dkim_canon import BodyHash, MailReader, RawFields, Way, canonical_field, raw_fields
from relay.core.dkim_keys import BadSignature, parse_key
from relay.core.lookups import Lookups
from tests.door.signing import ED_KEY, RSA_KEY, Signer
from tests.door.zone import FAILS, SILENT, Zone

NOW = 1_800_000_000
HEAD = b"From: Maya <maya@home.example>\r\nSubject: Thursday\r\nTo: <k3@in.harrow.example>\r\n"
MAIL = HEAD + b"\r\nI will be late.\r\n"
HOME = Signer("home.example")
HOME_RSA = Signer("home.example", "r1", RSA_KEY)
OTHER = Signer("other.example", "k1", ed25519.Ed25519PrivateKey.from_private_bytes(b"o" * 32))
OTHER_RSA = Signer("other.example", "k1", rsa.generate_private_key(65537, 1024))

RFC_8463 = b"""DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
""".replace(b"\n", b"\r\n")
RFC_8463_RSA = (
    "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWR"
    "iGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC"
    "DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3"
    "Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
)
RFC_8463_ZONE = {
    "brisbane._domainkey.football.example.com": {
        "TXT": ["v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="]
    },
    "test._domainkey.football.example.com": {"TXT": [RFC_8463_RSA]},
}


async def verify(
    lookups: Lookups, raw: bytes, fields: RawFields, bodies: dict[Way, bytes], now: int
) -> Verified:
    """Read one signature and verify it."""
    try:
        signature = parse_signature(raw)
    except BadSignature as bad:
        return Verified("permerror", why=bad.why)
    return await dkim.verify(lookups, signature, fields, bodies, now)


async def verified(mail: bytes, zone: dict[str, Any] | Zone, now: int = NOW) -> list[Verified]:
    """What becomes of each signature of a mail."""
    head, _, body = mail.partition(b"\r\n\r\n")
    fields = raw_fields(head)
    bodies: dict[Way, bytes] = {way: hash_of(body, way) for way in ("simple", "relaxed")}
    lookups = Lookups(zone if isinstance(zone, Zone) else Zone(zone), 10)
    return [
        await verify(lookups, whole, fields, bodies, now)
        for name, whole in fields
        if name == b"dkim-signature"
    ]


def hash_of(body: bytes, way: Way) -> bytes:
    """The hash of a body that came in one piece."""
    hashing = BodyHash(way)
    hashing.feed(body)
    return hashing.digest()


async def one(mail: bytes, zone: dict[str, Any] | Zone, now: int = NOW) -> tuple[str, str]:
    """Outcome and word for the only signature."""
    (found,) = await verified(mail, zone, now)
    return found.outcome, found.why


async def test_rfc_8463_appendix_a() -> None:
    """Both published signatures verify with the published keys, and neither with one byte changed."""
    assert [found.outcome for found in await verified(RFC_8463, RFC_8463_ZONE)] == ["pass", "pass"]
    for old, new in (
        (b"Hi.", b"Ho."),
        (b"dinner", b"supper"),
        (b"joe@", b"jim@"),
        (b"t=1528637909", b"t=1528637908"),
    ):
        changed = await verified(RFC_8463.replace(old, new), RFC_8463_ZONE)
        assert [found.outcome for found in changed] == ["fail", "fail"]


@pytest.mark.parametrize(
    ("way", "body", "lines"),
    [
        ("relaxed", b" C \r\nD \t E\r\n\r\n\r\n", b" C\r\nD E\r\n"),
        ("simple", b" C \r\nD \t E\r\n\r\n\r\n", b" C \r\nD \t E\r\n"),
        ("simple", b"", b"\r\n"),
        ("relaxed", b"", b""),
        ("relaxed", b"\r\n\r\n", b""),
        ("simple", b"\r\n\r\n", b"\r\n"),
        ("relaxed", b" \t\r\n", b""),
        ("simple", b"no end", b"no end\r\n"),
        ("relaxed", b"no end \t", b"no end\r\n"),
        ("relaxed", b"\r\n\r\na", b"\r\n\r\na\r\n"),
    ],
)
def test_rfc_6376_bodies(way: Way, body: bytes, lines: bytes) -> None:
    """Section 3.4.5's example, and the empty bodies of 3.4.3 and 3.4.4."""
    assert hash_of(body, way) == hashlib.sha256(lines).digest()


@pytest.mark.parametrize(
    ("field", "relaxed"),
    [
        (b"A: X", b"a:X"),
        (b"B : Y\t\r\n\tZ  ", b"b:Y Z"),
        (b"Subject:", b"subject:"),
        (b"Subject: \r\n a", b"subject:a"),
    ],
)
def test_rfc_6376_fields(field: bytes, relaxed: bytes) -> None:
    """Section 3.4.5's header, both ways."""
    assert canonical_field(field, "relaxed") == relaxed
    assert canonical_field(field, "simple") == field


@given(
    pieces=st.lists(st.sampled_from([b"a", b" ", b"\t", b"\r\n", b"  b", b"\r\n\r\n"]), max_size=30),
    cuts=st.lists(st.integers(0, 100), max_size=6),
    way=st.sampled_from(["simple", "relaxed"]),
)
def test_pieces_do_not_matter(pieces: list[bytes], cuts: list[int], way: Way) -> None:
    """However a body is cut, its hash is that of the whole by the letter of the RFC."""
    body = b"".join(pieces)
    hashing, at = BodyHash(way), 0
    for cut in [*sorted(min(cut, len(body)) for cut in cuts), len(body)]:
        hashing.feed(body[at:cut])
        at = cut
    assert hashing.digest() == hashlib.sha256(by_the_letter(body, way)).digest()


def by_the_letter(body: bytes, way: Way) -> bytes:
    """The canonical body, line by line."""
    lines = body.split(b"\r\n")
    if lines[-1] == b"":
        lines.pop()
    if way == "relaxed":
        lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    text = b"".join(line + b"\r\n" for line in lines)
    return text or (b"" if way == "relaxed" else b"\r\n")


@given(
    cuts=st.lists(st.integers(0, 200), max_size=8),
    mail=st.sampled_from([MAIL, b"\r\nbody\r\n", b"A: b\r\n", b"A: b\r\n\r\n", b""]),
)
def test_head_and_body_part_wherever_the_pieces_end(cuts: list[int], mail: bytes) -> None:
    """The head is what stands before the first empty line, the body all behind it."""
    reader = MailReader(1000, ValueError, lambda _: ("simple",))
    at = 0
    for cut in [*sorted(min(cut, len(mail)) for cut in cuts), len(mail)]:
        reader.feed(mail[at:cut])
        at = cut
    parted = mail.startswith(b"\r\n")
    head, _, body = (b"", b"", mail[2:]) if parted else mail.partition(b"\r\n\r\n")
    bodies = reader.body_hashes()
    assert bytes(reader.head) == (head + b"\r\n" if b"\r\n\r\n" in mail and not parted else head)
    assert bodies["simple"] == hash_of(body, "simple")


@pytest.mark.parametrize("signer", [HOME, HOME_RSA], ids=["ed25519", "rsa"])
@pytest.mark.parametrize(
    "ways", ["relaxed/relaxed", "simple/simple", "relaxed/simple", "simple/relaxed", "relaxed", "simple"]
)
async def test_each_algorithm_in_each_way(signer: Signer, ways: str) -> None:
    """A signature verifies; with a byte of body, field or key changed it does not."""
    mail = signer.sign(MAIL, ways=ways)
    assert await one(mail, signer.zone()) == ("pass", "")
    assert await one(mail.replace(b"late", b"soon"), signer.zone()) == ("fail", "body")
    assert await one(mail.replace(b"Thursday", b"Friday"), signer.zone()) == ("fail", "signature")
    stranger = OTHER_RSA if signer is HOME_RSA else OTHER
    assert await one(mail, {signer.name: {"TXT": [stranger.record()]}}) == ("fail", "signature")


async def test_what_a_way_forgives() -> None:
    """Relaxed forgives white space and case of names, simple nothing."""
    changed = [(b"Subject: Thursday", b"SUBJECT :\r\n\tThursday "), (b"be late.\r\n", b"be  late. \r\n\r\n")]
    for old, new in changed:
        assert await one(HOME.sign(MAIL).replace(old, new), HOME.zone()) == ("pass", "")
        assert (await one(HOME.sign(MAIL, ways="simple/simple").replace(old, new), HOME.zone()))[0] == "fail"


@pytest.mark.parametrize("algorithm", [b"rsa-sha256", b"ed25519-sha256"])
@pytest.mark.parametrize(
    "canonicalize", [(b"relaxed", b"relaxed"), (b"simple", b"simple"), (b"relaxed", b"simple")]
)
async def test_another_librarys_signatures(algorithm: bytes, canonicalize: tuple[bytes, bytes]) -> None:
    """What dkimpy signs verifies here, folds and all."""
    signer = HOME_RSA if algorithm.startswith(b"rsa") else HOME
    private = (
        RSA_KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        if signer is HOME_RSA
        else base64.b64encode(ED_KEY.private_bytes_raw())
    )
    mail = MAIL + b"  two  spaces \r\n\r\n.\r\n\r\n\r\n"
    field = dkimpy.sign(
        mail, signer.selector.encode(), signer.domain.encode(), private,
        canonicalize=canonicalize, signature_algorithm=algorithm,
    )  # fmt: skip
    assert await one(field + mail, signer.zone()) == ("pass", "")
    assert (await one(field + mail.replace(b"two", b"ten"), signer.zone()))[0] == "fail"


def dns(_name: bytes, timeout: int = 5) -> bytes:
    """The home domain's key, as dkimpy asks for it."""
    return HOME.record().encode()


@pytest.mark.parametrize("ways", ["relaxed/relaxed", "simple/simple"])
def test_another_library_takes_what_the_tests_sign(ways: str) -> None:
    """The tests' own signer makes signatures that dkimpy verifies, so both ends have a third judge."""
    assert dkimpy.verify(HOME.sign(MAIL, ways=ways), dnsfunc=dns)


@pytest.mark.parametrize(
    ("tags", "why"),
    [
        ({"v": "2"}, "version"),
        ({"v": None}, "version"),
        ({"a": "rsa-sha1"}, "algorithm"),
        ({"a": "ed25519-sha512"}, "algorithm"),
        ({"a": None}, "syntax"),
        ({"l": "4"}, "length"),
        ({"l": "0"}, "length"),
        ({"q": "http"}, "query"),
        ({"d": "example"}, "domain"),
        ({"d": "home..example"}, "domain"),
        ({"d": "höme.example"}, "domain"),
        ({"s": "../k"}, "selector"),
        ({"s": ""}, "syntax"),
        ({"i": "maya@other.example"}, "identity"),
        ({"i": "maya@xhome.example"}, "identity"),
        ({"bh": "!!"}, "base64"),
        ({"x": "soon"}, "syntax"),
        ({"t": "200", "x": "100"}, "expiry"),
        ({"c": "strict/relaxed"}, "canonicalization"),
        ({"c": "relaxed/strict"}, "canonicalization"),
        ({"1x": "y"}, "syntax"),
    ],
)
async def test_signatures_that_prove_nothing(tags: dict[str, str], why: str) -> None:
    """Each is refused before the DNS is asked."""
    dns = Zone(HOME.zone())
    assert await one(HOME.sign(MAIL, **tags), dns) == ("permerror", why)
    assert dns.asked == []


async def test_from_must_be_signed_and_no_tag_twice() -> None:
    """A signature that leaves the author out says nothing of him; two values of a tag say nothing at all."""
    assert await one(HOME.sign(MAIL, names="subject:to"), HOME.zone()) == ("permerror", "from-unsigned")
    twice = HOME.sign(MAIL).replace(b"v=1;", b"v=1; d=home.example;")
    assert await one(twice, HOME.zone()) == ("permerror", "syntax")


async def test_expiry() -> None:
    """From its second on a signature proves nothing."""
    mail = HOME.sign(MAIL, x=str(NOW))
    assert await one(mail, HOME.zone(), NOW - 1) == ("pass", "")
    assert await one(mail, HOME.zone(), NOW) == ("fail", "expired")


async def test_a_second_from_is_found() -> None:
    """Fields are taken from the last one up: one that is put on top of a signed one is not the signed one,
    and where the signer named the field once more it breaks the signature.
    """
    forged = b"From: <otto@home.example>\r\n"
    assert await one(forged + HOME.sign(MAIL), HOME.zone()) == ("fail", "unsigned-copy")
    assert await one(forged + HOME.sign(MAIL, names="from:from:subject"), HOME.zone()) == (
        "fail",
        "signature",
    )


@pytest.mark.parametrize("copy", [b"Subject: Another", b"SUBJECT : Another", b"To: otto@x.test"])
async def test_one_of_two_subjects_is_not_signed(copy: bytes) -> None:
    """Whoever passes a signed mail on may put a second subject on top of it, which readers would show: where
    a field that a mail has once is signed, a further one that is not breaks the signature. Trace fields may
    be several, and what the signer left out was anybody's to add.
    """
    mail = HOME.sign(b"Received: from b.test\r\n" + MAIL, names="from:to:subject:received")
    assert await one(copy + b"\r\n" + mail, HOME.zone()) == ("fail", "unsigned-copy")
    for borne in (b"Received: from a.test", b"X-Note: 1", b"Comments: 1\r\nComments: 2"):
        assert await one(borne + b"\r\n" + mail, HOME.zone()) == ("pass", "")


ED = HOME.record().rpartition("p=")[2]


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], ("permerror", "no-key")),
        ([HOME.record(), HOME.record()], ("permerror", "several-keys")),
        (["v=spf1 -all"], ("permerror", "key-version")),
        (["k=ed25519"], ("permerror", "no-key")),
        (["v=DKIM1; k=ed25519; p="], ("permerror", "revoked")),
        (["v=DKIM2; k=ed25519; p=" + ED], ("permerror", "key-version")),
        (["k=ed25519; v=DKIM1; p=" + ED], ("permerror", "key-version")),
        (["k=ed25519; p=" + ED], ("pass", "")),
        (["v=DKIM1; k=ed25519; n=a note; p=" + ED + ";"], ("pass", "")),
        ([HOME.record("t=y; ")], ("permerror", "testing")),
        ([HOME.record("t=s; ")], ("pass", "")),
        ([HOME.record("s=tlsrpt; ")], ("permerror", "key-service")),
        ([HOME.record("s=email; ")], ("pass", "")),
        ([HOME.record("h=sha1; ")], ("permerror", "key-algorithm")),
        ([HOME.record("h=sha1:sha256; ")], ("pass", "")),
        (["v=DKIM1; k=rsa; p=" + ED], ("permerror", "key-algorithm")),
        (["v=DKIM1; k=ed25519; p=AAAA"], ("permerror", "key")),
        (["v=DKIM1; k=ed25519; p=%%"], ("permerror", "base64")),
        (["v=DKIM1; k=ed25519; p=" + ED + " " * 5000], ("permerror", "key-too-large")),
        (["\xff\xfe"], ("permerror", "syntax")),
        (FAILS, ("temperror", "dns")),
    ],
)  # fmt: skip
async def test_key_records(records: Any, expected: tuple[str, str]) -> None:
    """Only a whole, living, fitting key verifies; a server that fails is no answer."""
    assert await one(HOME.sign(MAIL), {HOME.name: {"TXT": records}}) == expected


async def test_an_exact_key_speaks_for_its_own_domain_alone() -> None:
    """`t=s` and an identity below the domain do not go together."""
    mail = HOME.sign(MAIL, i="maya@mail.home.example")
    assert await one(mail, HOME.zone()) == ("pass", "")
    assert await one(mail, HOME.zone("t=s; ")) == ("permerror", "identity")


def test_sizes_of_rsa_keys() -> None:
    """From 1,024 to 4,096 bits: 512 bits were broken in 1999, and 8,192 cost us more than they prove."""
    parse_key(OTHER_RSA.record().encode(), "rsa-sha256")
    for bits in (512, 768, 1016, 8192):
        record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(rsa_key_of(bits))
        with pytest.raises(BadSignature):
            parse_key(record, "rsa-sha256")


def rsa_key_of(bits: int) -> bytes:
    """A public key of any size in DER, of sizes too that libraries will not make."""
    numbers = der(0x02, b"\x00" + b"\xff" * (bits // 8)) + der(0x02, b"\x01\x00\x01")
    algorithm = bytes.fromhex("300d06092a864886f70d0101010500")
    return der(0x30, algorithm + der(0x03, b"\x00" + der(0x30, numbers)))


def der(kind: int, content: bytes) -> bytes:
    """A value with its kind and length."""
    if len(content) < 128:
        return bytes([kind, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([kind, 0x80 | len(length)]) + length + content


async def test_silence_is_a_temporary_error() -> None:
    """The deadline of the mail ends the wait for a key."""
    mail = HOME.sign(MAIL)
    head, _, body = mail.partition(b"\r\n\r\n")
    lookups = Lookups(Zone({HOME.name: {"TXT": SILENT}}), 0.02)
    fields = raw_fields(head)
    found = await verify(lookups, fields[0][1], fields, {"relaxed": hash_of(body, "relaxed")}, NOW)
    assert (found.outcome, found.why) == ("temperror", "dns")


@given(st.binary(max_size=300))
def test_any_bytes_are_a_signature_or_none(raw: bytes) -> None:
    """Reading ends in a signature or a refusal, never in another exception."""
    for read in (lambda: parse_signature(b"DKIM-Signature:" + raw), lambda: parse_key(raw, "rsa-sha256")):
        _quietly(read)


@pytest.mark.parametrize(
    "text", [b"a" * 9000, b";" * 8000, b"h=" + b":" * 8000, b"b=" + b" " * 8000, b" =" * 4000]
)
def test_long_signatures_are_read_once(text: bytes) -> None:
    """Thousands of bytes of nothing cost no more than reading them."""
    _quietly(lambda: parse_signature(b"DKIM-Signature: v=1; " + text))


def _quietly(read: Callable[[], object]) -> None:
    with contextlib.suppress(BadSignature):
        read()
