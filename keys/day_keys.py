"""Day keys: what a keeper makes of a day's random seed, and signs for those who seal.

Owns both keys of a day and the 1,300 signed bytes of the public one. Must never hand out a day key whose
signature by the pinned keeper was not verified. (docs/protocol.md, part 11.)
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import Final

from keys.encoding import Reader, exact, label, u32
from keys.names import ID_BYTES, derive
from keys.suite import SEAL_PUBLIC_BYTES, SIGNATURE_BYTES, OpenKey, SignKey, verify

DAY_KEY_BYTES: Final = 1_300


def day_open_key(seed: bytes) -> OpenKey:
    """Return the X-Wing key pair of a day's 32-byte random seed."""
    return OpenKey.from_seed(derive(exact(seed, 32, "day seed"), "day-kem"))


def day_share(seed: bytes, access_public: bytes) -> bytes:
    """Return the 32-byte share of a day for one access key; what is sealed under it dies with the day."""
    share_key = derive(exact(seed, 32, "day seed"), "day-prf")
    return hmac.digest(share_key, label("day-share") + access_public, "sha256")


@dataclass(frozen=True, slots=True)
class DayKey:
    """A keeper's public key for the envelopes that expire on one day."""

    keeper_id: bytes
    day: int
    public: bytes = field(repr=False)


def sign_day_key(day_key: DayKey, keeper: SignKey) -> bytes:
    """Return the 1,300-byte signed day key."""
    ids = exact(day_key.keeper_id, ID_BYTES, "keeper id") + u32(day_key.day)
    signed = ids + exact(day_key.public, SEAL_PUBLIC_BYTES, "day key")
    return signed + keeper.sign(label("keeper-day"), signed)


def open_day_key(raw: bytes, keeper_id: bytes, keeper_public: bytes) -> DayKey:
    """Parse a day key and verify it against the pinned keeper: `Malformed` or `BadSignature` otherwise."""
    reader = Reader(exact(raw, DAY_KEY_BYTES, "signed day key"))
    reader.expect(keeper_id, "keeper")
    day_key = DayKey(keeper_id, reader.u32(), reader.take(SEAL_PUBLIC_BYTES))
    verify(keeper_public, reader.rest(), label("keeper-day"), raw[:-SIGNATURE_BYTES])
    return day_key
