"""Drafts: what a person has not sent yet, kept for seven days where every browser of theirs finds it.

Owns the vault item `drafts/HEX` and its key, which dies with its day. Must never hold files, nor be opened
without the shares of every keeper. (docs/protocol.md, part 22.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from keys.box import open_box, seal_box
from keys.encoding import Reader, counted_text, exact, label, u32
from keys.errors import Malformed
from keys.index import day_box_key
from keys.names import ID_BYTES
from keys.padding import check_padding, pad

KEEP_SECONDS: Final = 7 * 86_400
MOST_TEXT_BYTES: Final = 600_000
_HEAD_BYTES: Final = 5
_VERSION: Final = b"\x01"


@dataclass(frozen=True, slots=True)
class Drafts:
    """An item as it rests: the day with which it goes, and the box."""

    day: int
    box: bytes = field(repr=False)

    def encode(self) -> bytes:
        """Return the bytes of the item."""
        return _VERSION + u32(self.day) + self.box


def parse_drafts(plain: bytes) -> Drafts:
    """Parse an item `drafts/...`."""
    reader = Reader(plain)
    reader.expect(_VERSION, "version")
    return Drafts(reader.u32(), reader.rest())


def drafts_key(index_base: bytes, day_shares: Sequence[bytes], day: int) -> bytes:
    """Return the 32-byte key of the drafts that go with a day; the shares are those of all keepers, ascending
    by keeper id.
    """
    return day_box_key("draft-day", index_base, day_shares, day)


def seal_drafts(
    key: bytes, account_id: bytes, engagement_id: bytes, day: int, text: str, nonce: bytes
) -> Drafts:
    """Seal the text in which an inbox writes down its drafts; `nonce` is 24 fresh random bytes. `Malformed`
    beyond 600,000 bytes.
    """
    plain = _VERSION + counted_text(text, 4)
    if len(plain) > _HEAD_BYTES + MOST_TEXT_BYTES:
        raise Malformed("drafts are too long")
    return Drafts(day, seal_box(key, "draft", _aad(account_id, engagement_id, day), pad(plain), nonce))


def open_drafts(key: bytes, account_id: bytes, engagement_id: bytes, drafts: Drafts) -> str:
    """Open them. `NotOpened` under another key or of another place, `Malformed` for what is no text."""
    plain = open_box(key, "draft", _aad(account_id, engagement_id, drafts.day), drafts.box)
    reader = Reader(plain)
    reader.expect(_VERSION, "version")
    text = reader.text(4, MOST_TEXT_BYTES)
    check_padding(plain, reader.position)
    return text


def _aad(account_id: bytes, engagement_id: bytes, day: int) -> bytes:
    names = (exact(one, ID_BYTES, "id") for one in (account_id, engagement_id))
    return label("draft") + b"".join(names) + u32(day)
