"""Day destroyed: a keeper's signed word that a day's key is no more.

Owns its 152 bytes. It claims, in a way that cannot be denied later; it cannot prove that no copy was made.
Must never be handed out before the day is destroyed: the keeper keeps that order. (docs/protocol.md, part
11.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from keys.day_keys import DAY_KEY_BYTES
from keys.encoding import Reader, exact, label, u32, u64
from keys.names import ID_BYTES
from keys.suite import SIGNATURE_BYTES, H, SignKey, verify

DAY_GONE_BYTES: Final = 152
KEPT_DAYS: Final = 62
"""A keeper keeps its words so long; the relay's log keeps their hashes for good."""

MOST_DAYS_GONE: Final = 62
"""In one answer."""

_RESERVED: Final = bytes(28)


@dataclass(frozen=True, slots=True)
class DayGone:
    """That a day is destroyed: the hash is of its signed day key, `destroyed_at` in Unix seconds UTC."""

    keeper_id: bytes
    day: int
    day_key_hash: bytes
    destroyed_at: int


def day_key_hash(day_key: bytes) -> bytes:
    """Return the hash of a signed day key of 1,300 bytes, by which its destruction names it."""
    return H(exact(day_key, DAY_KEY_BYTES, "signed day key"))


def sign_day_gone(gone: DayGone, keeper: SignKey) -> bytes:
    """Return the 152 signed bytes."""
    ids = exact(gone.keeper_id, ID_BYTES, "keeper id") + u32(gone.day)
    signed = ids + exact(gone.day_key_hash, 32, "hash of the day key") + u64(gone.destroyed_at) + _RESERVED
    return signed + keeper.sign(label("keeper-gone"), signed)


def open_day_gone(raw: bytes, keeper_id: bytes, keeper_public: bytes) -> DayGone:
    """Parse and verify against the pinned keeper: `Malformed` or `BadSignature` otherwise."""
    reader = Reader(exact(raw, DAY_GONE_BYTES, "day destroyed"))
    reader.expect(keeper_id, "keeper")
    gone = DayGone(keeper_id, reader.u32(), reader.take(32), reader.u64())
    reader.expect(_RESERVED, "reserved")
    verify(keeper_public, reader.rest(), label("keeper-gone"), raw[:-SIGNATURE_BYTES])
    return gone
