"""Cases of typed codes and of the offer to a new browser: reading, deriving, opening."""

from __future__ import annotations

from typing import Any

from keys import codes, offer
from keys.box import seal_box
from keys.encoding import label, u8, u64
from keys.names import origin_hash
from tests.vectors.cast import ACCOUNT_ID, NOW, ORIGIN, secret
from tests.vectors.generate import Cases, flip, patch

INVITATION, BROWSER = codes.Purpose.INVITATION, codes.Purpose.BROWSER
FOUR = codes.draw_words(INVITATION, secret("four words", 16))
SIX = codes.draw_words(BROWSER, secret("six words", 24))
NAMEPLATE = "4417"
KEYS = codes.CodeKeys(secret("code proof"), secret("code key"))
SECRET = secret("code's secret")
NONCE = secret("code nonce", 24)
NAME = "quiet-heron-27"
ENDS_AT = NOW + offer.OFFER_SECONDS


def code_cases(cases: Cases) -> None:
    """Fill `codes.json`."""
    _drawing(cases)
    _reading(cases)
    _opening(cases)
    _links(cases)
    _offers(cases)


def _drawing(cases: Cases) -> None:
    draw = "codes.draw_words"
    cases.good("four", draw, purpose=1, random_bytes=secret("four words", 16))
    cases.good("six", draw, purpose=2, random_bytes=secret("six words", 24))
    cases.good("the first and the last", draw, purpose=1, random_bytes=bytes(12) + b"\0\0\x1e\x5b")
    cases.good("past a word with a hyphen", draw, purpose=1, random_bytes=bytes(12) + b"\0\0\x07\xd8")
    cases.bad("too few bytes", draw, purpose=2, random_bytes=bytes(16))


def _reading(cases: Cases) -> None:
    read = "codes.read_code"
    whole = " ".join(FOUR)
    for name, typed in {
        "as it is written": f"{NAMEPLATE} {'-'.join(FOUR)}",
        "six words": f"{NAMEPLATE} {'-'.join(SIX)}",
        "capitals, commas, line ends": f" 4417,\n{whole.upper()}. ",
        "nothing after the nameplate": f"4417{whole}",
        "wide digits": f"\uff14\uff14\uff11\uff17 {whole}",
        "the nameplate 0000": f"0000 {whole}",
        "beginnings": "1234 zook aba zoom abdome",
    }.items():
        cases.good(name, read, typed=typed)
    for name, typed in {
        "empty": "",
        "no nameplate": whole,
        "three digits": f"441 {whole}",
        "five digits": f"44170 {whole}",
        "digits apart": f"44 17 {whole}",
        "digits of another script": f"\u0664\u0664\u0661\u0667 {whole}",
        "words before the nameplate": f"{whole} 4417",
        "three words": f"4417 {' '.join(FOUR[:3])}",
        "five words": f"4417 {' '.join(SIX[:5])}",
        "seven words": f"4417 {' '.join((*SIX, FOUR[0]))}",
        "a word that is none": f"4417 {' '.join(FOUR[:3])} zzyzx",
        "a beginning of several": "4417 abacus abdomen abdominal zoo",
        "two letters": "4417 abacus abdomen abdominal ab",
        "a word with a hyphen": f"4417 {' '.join(FOUR[:3])} yo-yo",
        "another number within": f"4417 {' '.join(FOUR[:2])} 12 {FOUR[3]}",
        "longer than a code": f"4417 {whole}" + " " * 256,
    }.items():
        cases.bad(name, read, typed=typed)
    keys = "codes.code_keys"
    four = f"{NAMEPLATE} {'-'.join(FOUR)}"
    cases.good("four words", keys, typed=four, origin=ORIGIN)
    cases.good("six words", keys, typed=f"{NAMEPLATE} {'-'.join(SIX)}", origin=ORIGIN)
    cases.good("another place", keys, typed=four, origin="https://other.example")
    cases.good("another nameplate", keys, typed=f"4418 {'-'.join(FOUR)}", origin=ORIGIN)


def _opening(cases: Cases) -> None:
    opening = "codes.open_code"
    good: dict[str, Any] = {"proof": KEYS.proof, "box_key": KEYS.box_key, "nameplate": NAMEPLATE}
    box = codes.seal_code(KEYS, INVITATION, NAMEPLATE, SECRET, NONCE)
    browsers = codes.seal_code(KEYS, BROWSER, NAMEPLATE, SECRET, NONCE)
    cases.good("an invitation's", opening, **good, purpose=1, sealed=box)
    cases.good("a browser's", opening, **good, purpose=2, sealed=browsers)

    def sealed(plain: bytes) -> bytes:
        aad = label("code") + u8(1) + NAMEPLATE.encode()
        return seal_box(KEYS.box_key, "code", aad, plain, NONCE)

    for name, changed in {
        "empty": b"",
        "cut short": box[:-1],
        "a byte more": box + b"\0",
        "a bit changed": flip(box, -1),
        "the commitment changed": flip(box, 24),
        "another purpose's": browsers,
        "version 2": sealed(b"\2\1\0\0" + SECRET),
        "another purpose inside": sealed(b"\1\2\0\0" + SECRET),
        "reserved bytes": sealed(b"\1\1\0\1" + SECRET),
        "a shorter secret": sealed(b"\1\1\0\0" + SECRET[:-1]),
        "a longer secret": sealed(b"\1\1\0\0" + SECRET + b"\0"),
    }.items():
        cases.bad(name, opening, **good, purpose=1, sealed=changed)
    for name, other in {
        "another nameplate": {"nameplate": "4418"},
        "a nameplate of letters": {"nameplate": "441a"},
        "another key": {"box_key": secret("other key")},
    }.items():
        cases.bad(name, opening, **(good | {"purpose": 1, "sealed": box} | other))


def _links(cases: Cases) -> None:
    cases.good("keys of a secret", "offer.offer_keys", secret=SECRET, origin=ORIGIN)
    cases.bad("a shorter secret", "offer.offer_keys", secret=SECRET[:-1], origin=ORIGIN)
    link = offer.offer_link(ORIGIN, SECRET)
    parse = "offer.parse_offer_link"
    cases.good("a link", parse, link=link)
    cases.good("of this computer", parse, link=link.replace(ORIGIN, "http://127.0.0.1:8080"))
    for name, changed in {
        "an invitation's": link.replace("/a/#4.", "/i/#1."),
        "an invitation's place": link.replace("/a/", "/i/"),
        "another kind": link.replace("#4.", "#1."),
        "plain http": link.replace("https", "http"),
        "a sign less": link[:-1],
        "a sign more": link + "A",
        "unused bits": link[:-1] + ("B" if link[-1] != "B" else "C"),
        "a line end": link + "\n",
    }.items():
        cases.bad(name, parse, link=changed)


def _offers(cases: Cases) -> None:
    opening = "offer.open_offer"
    keys = offer.offer_keys(SECRET)
    lent = offer.Lent(ACCOUNT_ID, secret("account key"), NAME)
    box = offer.seal_offer(keys, lent, ORIGIN, ENDS_AT, NONCE)
    good: dict[str, Any] = {"secret": SECRET, "origin": ORIGIN, "expires_at": ENDS_AT}
    cases.good("an offer", opening, **good, sealed=box)
    longest = offer.Lent(ACCOUNT_ID, secret("account key"), "a" * 64)
    cases.good(
        "the longest name", opening, **good, sealed=offer.seal_offer(keys, longest, ORIGIN, ENDS_AT, NONCE)
    )

    def sealed(plain: bytes) -> bytes:
        aad = label("browser-offer") + origin_hash(ORIGIN) + keys.offer_id + u64(ENDS_AT)
        return seal_box(keys.box_key, "browser-offer", aad, plain, NONCE)

    name = bytes([len(NAME)]) + NAME.encode()
    plain = b"\1\0\0\0" + ACCOUNT_ID + secret("account key") + name.ljust(65, b"\0")
    for fault, changed in {
        "empty": b"",
        "cut short": box[:-1],
        "a byte more": box + b"\0",
        "a bit changed": flip(box, -1),
        "the commitment changed": flip(box, 24),
        "version 2": sealed(patch(plain, 0, b"\2")),
        "reserved bytes": sealed(patch(plain, 3, b"\1")),
        "no login name": sealed(patch(plain, 53, b"Q")),
        "an empty name": sealed(plain[:52] + bytes(65)),
        "something after the name": sealed(patch(plain, -1, b"\1")),
        "a name past its room": sealed(patch(plain, 52, b"\x41")),
        "longer": sealed(plain + b"\0"),
        "shorter": sealed(plain[:-1]),
    }.items():
        cases.bad(fault, opening, **good, sealed=changed)
    for fault, other in {
        "another place": {"origin": "https://other.example"},
        "another end": {"expires_at": ENDS_AT + 1},
        "another secret": {"secret": secret("other secret")},
    }.items():
        cases.bad(fault, opening, **(good | {"sealed": box} | other))
