"""Cases of drafts: an item as it rests in the vault, opened with the shares of its day."""

from __future__ import annotations

from typing import Any

from keys import drafts, unlock
from keys.box import seal_box
from keys.encoding import label, u32
from keys.names import day_of
from keys.padding import pad
from tests.vectors.cast import ACCOUNT_ID, ENGAGEMENT_ID, NOW, secret
from tests.vectors.generate import Cases, flip, patch

BASE = unlock.account_keys(secret("account key")).index_base
SHARES = [secret("day share")]
DAY = day_of(NOW + drafts.KEEP_SECONDS)
KEY = drafts.drafts_key(BASE, SHARES, DAY)
NONCE = secret("draft nonce", 24)
OPEN = "drafts.open_drafts"


def _item(plain: bytes) -> bytes:
    """Plain bytes sealed as drafts are, whatever they are."""
    aad = label("draft") + ACCOUNT_ID + ENGAGEMENT_ID + u32(DAY)
    return drafts.Drafts(DAY, seal_box(KEY, "draft", aad, plain, NONCE)).encode()


def draft_cases(cases: Cases) -> None:
    """Fill `drafts.json`."""
    good: dict[str, Any] = {
        "index_base": BASE,
        "day_shares": SHARES,
        "account_id": ACCOUNT_ID,
        "engagement_id": ENGAGEMENT_ID,
    }
    item = drafts.seal_drafts(
        KEY, ACCOUNT_ID, ENGAGEMENT_ID, DAY, '[{"text":"Drei Fragen 🌿"}]', NONCE
    ).encode()
    cases.good("a draft", OPEN, **good, item=item)
    empty = drafts.seal_drafts(KEY, ACCOUNT_ID, ENGAGEMENT_ID, DAY, "", NONCE)
    cases.good("none", OPEN, **good, item=empty.encode())
    three = [secret(f"share {number}") for number in range(3)]
    key = drafts.drafts_key(BASE, three, DAY)
    sealed = drafts.seal_drafts(key, ACCOUNT_ID, ENGAGEMENT_ID, DAY, "[]", NONCE)
    cases.good("three keepers", OPEN, **(good | {"day_shares": three, "item": sealed.encode()}))
    plain = b"\1" + u32(4) + b"text"
    for name, changed in {
        "empty": b"",
        "version 2": patch(item, 0, b"\2"),
        "another day": patch(item, 1, u32(DAY + 1)),
        "cut short": item[:-1],
        "a byte more": item + b"\0",
        "a bit changed": flip(item, -1),
        "the commitment changed": flip(item, 5 + 24),
        "no box": item[:5],
        "version 2 inside": _item(pad(patch(plain, 0, b"\2"))),
        "not padded": _item(plain),
        "padding that is not zero": _item(patch(pad(plain), -1, b"\1")),
        "padded further": _item(pad(plain) + bytes(1024)),
        "longer than what is there": _item(pad(patch(plain, 1, u32(2_000)))),
        "longer than may be": _item(pad(b"\1" + u32(600_001) + bytes(600_001))),
        "not UTF-8": _item(pad(patch(plain, 5, b"\xff"))),
    }.items():
        cases.bad(name, OPEN, **(good | {"item": changed}))
    for name, other in {
        "another base": {"index_base": secret("other base")},
        "another share": {"day_shares": [secret("other share")]},
        "no share": {"day_shares": []},
        "another account": {"account_id": secret("other account", 16)},
        "another engagement": {"engagement_id": secret("other engagement", 16)},
    }.items():
        cases.bad(name, OPEN, **(good | {"item": item} | other))
