"""Cases of what people say of their own copies: the signed word, and a file of receipts that carries it."""

from __future__ import annotations

from dataclasses import replace

from keys.copies_gone import MOST_MOMENTS, CopiesGone, Moment, sign_copies_gone
from keys.encoding import label, u16, u64
from keys.names import fingerprint
from keys.receipt_file import FiledCopies, ReceiptFile
from keys.suite import SignKey
from tests.vectors.cast import secret
from tests.vectors.generate import Cases, flip
from tests.vectors.make_records import KEYS

ANNA = SignKey.from_seed(secret("copies: anna"))
OTHER = SignKey.from_seed(secret("copies: other"))
ENGAGEMENT = secret("copies: engagement", 16)
T = 1_800_000_000
SAID = CopiesGone(ENGAGEMENT, 7, (Moment(T, T + 4_200), Moment(T + 86_400, T + 90_000)))
OPEN, FILE = "copies_gone.open_copies_gone", "receipt_check.own_copies"


def copies_cases(cases: Cases) -> None:
    """Fill `copies.json`."""
    longest = tuple(Moment(T + at, T + at) for at in range(MOST_MOMENTS))
    for name, said in (
        ("two moments", SAID),
        ("none yet", replace(SAID, moments=())),
        ("as many as fit", replace(SAID, moments=longest)),
        ("the last computer", replace(SAID, computer=65_535)),
    ):
        raw = sign_copies_gone(said, ANNA)
        cases.good(name, OPEN, raw=raw, engagement_id=ENGAGEMENT, public=ANNA.public, due_at=T + 1)
    _refused(cases)
    _files(cases)


def _signed(signed: bytes, by: SignKey = ANNA, name: str = "own-gone") -> bytes:
    return signed + by.sign(label(name), signed)


def _bytes(*moments: tuple[int, int], count: int | None = None) -> bytes:
    listed = b"".join(u64(through) + u64(gone_at) for through, gone_at in moments)
    head = b"\1\0" + u16(7) + u16(len(moments) if count is None else count) + bytes(2)
    return head + ENGAGEMENT + listed + fingerprint(ANNA.public)


def _refused(cases: Cases) -> None:
    good = sign_copies_gone(SAID, ANNA)
    plain = good[:-64]
    bad = {
        "version 2": _signed(b"\2" + plain[1:]),
        "reserved byte": _signed(b"\1\1" + plain[2:]),
        "reserved byte behind the count": _signed(plain[:7] + b"\1" + plain[8:]),
        "a moment more than is said": _signed(_bytes((T, T), (T + 1, T + 1), count=1)),
        "a moment less than is said": _signed(_bytes((T, T), count=2)),
        "too many moments": _signed(_bytes(*((T + at, T + at) for at in range(MOST_MOMENTS + 1)))),
        "a moment twice": _signed(_bytes((T, T), (T, T))),
        "moments not in order": _signed(_bytes((T + 1, T + 1), (T, T + 1))),
        "gone later, then earlier": _signed(_bytes((T, T + 9), (T + 1, T + 8))),
        "gone before it was due": _signed(_bytes((T, T - 1))),
        "due at nothing": _signed(_bytes((0, T))),
        "signed by another": _signed(plain, OTHER),
        "signed for something else": _signed(plain, name="act"),
        "another date": flip(good, 39),
        "another computer": flip(good, 3),
        "another signature": flip(good, len(good) - 1),
        "a byte more": good + b"\0",
        "a byte less": good[:-1],
        "nothing": b"",
    }
    for name, raw in bad.items():
        cases.bad(name, OPEN, raw=raw, engagement_id=ENGAGEMENT, public=ANNA.public, due_at=T)
    for name, changed in (
        ("of another engagement", {"engagement_id": secret("copies: else", 16)}),
        ("of another person", {"public": OTHER.public}),
    ):
        given = {"raw": good, "engagement_id": ENGAGEMENT, "public": ANNA.public, "due_at": T}
        cases.bad(name, OPEN, **(given | changed))


def _files(cases: Cases) -> None:
    good = FiledCopies(ANNA.public, sign_copies_gone(SAID, ANNA))
    for name, said in (
        ("a word beside the receipts", (good,)),
        ("under another key", (FiledCopies(OTHER.public, good.statement),)),
        ("changed on the way", (good, FiledCopies(ANNA.public, flip(good.statement, 30)))),
    ):
        cases.good(name, FILE, file=ReceiptFile(KEYS, (), own_copies=said).encode().decode())
    text = ReceiptFile(KEYS, (), own_copies=(good,)).encode().decode()
    for name, before, after in (
        ("no list", '"own_copies":[', '"own_copies":[],"more":['),
        ("a name that is not known", '"own_copies":[', '"other":1,"own_copies":['),
    ):
        cases.good(name, FILE, file=text.replace(before, after))
    for name, before, after in (
        ("a key of another length", '"key":"', '"key":"AA'),
        ("a word that is a number", '"statement":"', '"statement":7,"was":"'),
        ("no list but a word", '"own_copies":[', '"own_copies":"none","was":['),
    ):
        cases.bad(name, FILE, file=text.replace(before, after))
