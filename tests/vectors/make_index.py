"""Cases of the sealed index: the key of a day, segments and the list that names them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from keys import index, unlock
from keys.box import seal_box
from keys.encoding import label, u16, u32, u64
from keys.index import IndexRow, Place
from keys.names import ZERO_HASH, day_of
from keys.padding import pad
from tests.vectors.cast import ACCOUNT_ID, CLIENT_MAILBOX, EXPIRES_AT, NOW, secret
from tests.vectors.generate import Cases, flip, patch

BASE = unlock.account_keys(secret("account key")).index_base
DAY = day_of(EXPIRES_AT)
PLACE = Place(ACCOUNT_ID, CLIENT_MAILBOX, DAY, 2, 7)
SHARES = [secret("day share")]
KEY = index.index_key(BASE, SHARES, DAY)

LETTER = IndexRow(
    order=128,
    envelope_id=secret("envelope 128", 16),
    envelope_class=1,
    origin=1,
    kind=1,
    by=index.OTHER,
    files=3,
    writer=7,
    count=12,
    created_at=NOW,
    sealed_until=EXPIRES_AT,
    file_bytes=2_400_000,
    content_id=secret("content 128"),
    thread_id=secret("thread", 16),
    subject="Before Thursday's board",
    first_words="Three questions to sit with. Drei Fragen für später 🌿",
    names=("goals.pdf", "Übersicht.png"),
)
MAIL = replace(
    LETTER,
    order=140,
    envelope_id=secret("envelope 140", 16),
    envelope_class=2,
    origin=2,
    kind=9,
    by=index.RELAY,
    grade=5,
    files=1,
    author="maya@home.example",
    names=(),
)
STEP = replace(LETTER, order=150, kind=13, grade=2, files=0, file_bytes=0, names=())
NOT_OPENED = IndexRow(141, secret("envelope 141", 16), 1, 0, EXPIRES_AT)
WENT_UNREAD = IndexRow(191, secret("envelope 191", 16), 0, 86_400 * (DAY - 20), EXPIRES_AT)
LONGEST = replace(
    LETTER,
    by=index.ME,
    files=32,
    subject="s" * 300,
    first_words="w" * 200,
    names=("n" * 99, "m" * 99),
)


def index_cases(cases: Cases) -> None:
    """Fill `index.json`."""
    _keys(cases)
    _rows(cases)
    _boxes(cases)
    _lists(cases)


def _keys(cases: Cases) -> None:
    good: dict[str, Any] = {"index_base": BASE, "day_shares": SHARES, "day": DAY}
    cases.good("one keeper", "index.index_key", **good)
    three = [secret(f"share {number}") for number in range(3)]
    cases.good("three keepers", "index.index_key", **(good | {"day_shares": three}))
    cases.bad("no keeper", "index.index_key", **(good | {"day_shares": []}))
    cases.bad("four keepers", "index.index_key", **(good | {"day_shares": [*three, three[0]]}))
    cases.bad("a share of 31 bytes", "index.index_key", **(good | {"day_shares": [SHARES[0][:-1]]}))
    cases.bad("a base of 31 bytes", "index.index_key", **(good | {"index_base": BASE[:-1]}))


def plain_of(*rows: bytes, said: int | None = None) -> bytes:
    """Rows as they stand in a segment, whatever they are."""
    return pad(b"\1\0" + u16(len(rows) if said is None else said) + b"".join(rows))


def _rows(cases: Cases) -> None:
    operation = "index.parse_rows"
    good: dict[str, Any] = {"day": PLACE.day, "number": PLACE.number}
    rows = [index.encode_row(row) for row in (LETTER, MAIL, NOT_OPENED, WENT_UNREAD)]
    plain = plain_of(*rows)
    cases.good("a letter, a mail, one not opened, one that went unread", operation, plain=plain, **good)
    many = [replace(LONGEST, order=128 + at, envelope_id=u64(at + 1) * 2) for at in range(64)]
    most = plain_of(*map(index.encode_row, many))
    cases.good("64 of the longest rows", operation, plain=most, **good)
    resealed = replace(LETTER, envelope_class=5)
    cases.good("one that is kept longer", operation, plain=plain_of(index.encode_row(resealed)), **good)
    step = index.encode_row(STEP)
    cases.good(
        "a step of a report, and one that is none", operation, plain=plain_of(step, _other(step)), **good
    )
    first = rows[0]
    texts = first.index(b"Before") - 2
    for name, changed in {
        "empty": b"",
        "version 2": patch(plain, 0, b"\2"),
        "reserved byte": patch(plain, 1, b"\1"),
        "no row": plain_of(),
        "65 rows": plain_of(*map(index.encode_row, many), index.encode_row(replace(many[0], order=191)))[:4]
        + most[4:],
        "a row less than said": plain_of(*rows, said=5),
        "a row more than said": plain_of(*rows, said=3),
        "a byte after": plain + b"\0",
        "a byte missing": plain[:-1],
        "padded further": plain + bytes(len(plain)),
        "padding that is not zero": patch(plain, -1, b"\1"),
        "orders not ascending": plain_of(rows[1], rows[0]),
        "an envelope twice": plain_of(first, index.encode_row(replace(LETTER, order=129))),
        "order 0": plain_of(patch(first, 0, bytes(8))),
        "order of the next run": plain_of(patch(first, 0, u64(192))),
        "order of the run before": plain_of(patch(first, 0, u64(127))),
        "order of 2^53": plain_of(patch(first, 0, (1 << 53).to_bytes(8, "big"))),
        "another day": plain_of(patch(first, 46, u64(EXPIRES_AT + 1))),
        "class 4": plain_of(patch(first, 24, b"\4\4")),
        "class 7": plain_of(patch(first, 24, b"\7\7")),
        "another class of origin": plain_of(patch(first, 25, b"\2")),
        "re-sealed from a notice": plain_of(patch(first, 24, b"\5\3")),
        "kind 14": plain_of(patch(first, 26, b"\x0e")),
        "by nobody": plain_of(patch(first, 27, b"\0")),
        "by a fourth": plain_of(patch(first, 27, b"\4")),
        "a grade of what is no mail": plain_of(patch(first, 28, b"\1")),
        "a mail without a grade": plain_of(patch(rows[1], 28, b"\0")),
        "step 4 of a report": plain_of(patch(step, 28, b"\4")),
        "grade 7": plain_of(patch(rows[1], 28, b"\7")),
        "33 attachments": plain_of(patch(first, 29, b"\x21")),
        "fewer attachments than names": plain_of(patch(first, 29, b"\1")),
        "count 0": plain_of(patch(first, 32, bytes(6))),
        "an author of what is no mail": plain_of(first[:110] + b"\0\1a" + first[112:]),
        "text not UTF-8": plain_of(patch(first, texts + 2, b"\xff")),
        "kind 0 with a subject": plain_of(patch(first, 26, b"\0")),
        "kind 0 with a writer": plain_of(patch(rows[2], 30, b"\0\1")),
        "kind 0 with an instant": plain_of(patch(rows[2], 38, u64(1))),
        "gone, with a kind": plain_of(patch(rows[3], 26, b"\1")),
        "an author of 121 bytes": plain_of(_with_texts(rows[1], b"a" * 121, b"", b"")),
        "a subject of 301 bytes": plain_of(_with_texts(first, b"", b"s" * 301, b"")),
        "first words of 201 bytes": plain_of(_with_texts(first, b"", b"", b"w" * 201)),
        "names of 201 bytes": plain_of(_with_texts(first, b"", b"", b"", b"\1\xc8" + b"n" * 200)),
    }.items():
        cases.bad(name, operation, plain=changed, **good)
    cases.bad("number of another segment", operation, plain=plain, day=PLACE.day, number=3)
    cases.bad("day of another segment", operation, plain=plain, day=PLACE.day + 1, number=2)


def _other(step: bytes) -> bytes:
    """The next one, whose step nobody knows."""
    return patch(patch(step, 0, u64(151) + secret("envelope 151", 16)), 28, b"\0")


def _with_texts(row: bytes, author: bytes, subject: bytes, words: bytes, names: bytes = b"\0") -> bytes:
    return row[:110] + b"".join(u16(len(text)) + text for text in (author, subject, words)) + names


def _boxes(cases: Cases) -> None:
    operation = "index.open_segment"
    box = index.seal_segment(KEY, PLACE, [LETTER, MAIL], secret("index nonce", 24))
    good: dict[str, Any] = {
        "index_base": BASE,
        "day_shares": SHARES,
        "account_id": ACCOUNT_ID,
        "mailbox_id": CLIENT_MAILBOX,
        "day": DAY,
        "number": 2,
        "version": 7,
        "sealed_box": box,
    }
    cases.good("two rows", operation, **good)
    for name, change in {
        "another account": {"account_id": secret("other", 16)},
        "another mailbox": {"mailbox_id": secret("other", 16)},
        "another day": {"day": DAY + 1},
        "another number": {"number": 3},
        "an earlier version": {"version": 6},
        "a later version": {"version": 8},
        "another keeper's share": {"day_shares": [secret("other share")]},
        "a further share": {"day_shares": [*SHARES, secret("other share")]},
        "another base": {"index_base": secret("other base")},
        "a bit of the box": {"sealed_box": flip(box, -1)},
        "a bit of the commitment": {"sealed_box": flip(box, 30)},
        "cut short": {"sealed_box": box[:-1]},
        "more than 64 KiB": {"sealed_box": bytes(65_537)},
    }.items():
        cases.bad(name, operation, **(good | change))
    aad = label("index") + ACCOUNT_ID + CLIENT_MAILBOX + u32(DAY) + u64(2) + u64(7)
    other = seal_box(KEY, "vault", aad, plain_of(index.encode_row(LETTER)), secret("n", 24))
    cases.bad("sealed for another purpose", operation, **(good | {"sealed_box": other}))


def _lists(cases: Cases) -> None:
    operation = "index.parse_list"
    segments = (
        index.Listed(DAY, 0, 3, secret("box 0")),
        index.Listed(DAY, 2, 7, secret("box 2")),
        index.Listed(DAY + 1, 1, 1, secret("box 1")),
    )
    plain = index.encode_list(index.SegmentList(0, 191, segments))
    rows = [plain[20 + 52 * at : 20 + 52 * (at + 1)] for at in range(3)]
    most = tuple(index.Listed(DAY, at, 1, ZERO_HASH) for at in range(index.MOST_SEGMENTS))
    head = plain[:18]
    cases.good("three segments", operation, plain=plain)
    cases.good("none yet", operation, plain=index.encode_list(index.SegmentList(0, 0, ())))
    for name, changed in {
        "empty": b"",
        "version 2": patch(plain, 0, b"\2"),
        "reserved byte": patch(plain, 1, b"\1"),
        "one byte short": plain[:-1],
        "one byte more": plain + b"\0",
        "fewer than said": head + u16(4) + b"".join(rows),
        "more than said": head + u16(2) + b"".join(rows),
        "below above up to": patch(plain, 2, u64(192)),
        "version 0": patch(plain, 20 + 12, u64(0)),
        "days not ascending": head + u16(3) + rows[2] + rows[0] + rows[1],
        "numbers not ascending": head + u16(3) + rows[1] + rows[0] + rows[2],
        "a segment twice": head + u16(3) + rows[0] + rows[0] + rows[2],
        "more than may be": index.encode_list(index.SegmentList(0, 0, most))[:18]
        + u16(index.MOST_SEGMENTS + 1)
        + bytes(52 * (index.MOST_SEGMENTS + 1)),
        "up to 2^53": patch(plain, 10, (1 << 53).to_bytes(8, "big")),
    }.items():
        cases.bad(name, operation, plain=changed)
