"""Names: everything that is derived to name or point at something: fingerprints, key ids, mailbox ids,
days.

Owns the derivations of docs/protocol.md, parts 1, 3 and 5, that several formats share. Must never name
anything by bytes that a relay may choose freely.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import IntEnum
from functools import lru_cache
from typing import Final

from keys.encoding import ascending, exact, label, u8, u64
from keys.suite import H, hkdf

Random = Callable[[int], bytes]
"""Returns that many fresh random bytes; an argument, as the time is."""

ID_BYTES: Final = 16
FP_BYTES: Final = 32
KEY_ID_BYTES: Final = 8
TAG_BYTES: Final = 16
DAY_SECONDS: Final = 86_400

ZERO_HASH: Final = bytes(32)
ZERO_ID: Final = bytes(16)


class Role(IntEnum):
    """The role of a mailbox in its engagement."""

    COACH = 1
    CLIENT = 2
    SPONSOR = 3
    NOTES = 4


def derive(secret: bytes, name: str, length_bytes: int = 32) -> bytes:
    """Return HKDF(salt empty, input `secret`, info L(name)), the one way to derive a secret from another."""
    return hkdf(secret, label(name), length_bytes)


def fingerprint(identity_public: bytes) -> bytes:
    """Return the 32-byte fp of a person's identity key, the door key or the notice key."""
    return H(label("fp"), identity_public)


@lru_cache(maxsize=4096)
def key_id(public: bytes) -> bytes:
    """Return the 8-byte id (kid) of a reading key or of a keeper's day key."""
    return H(label("kid"), public)[:KEY_ID_BYTES]


def access_hash(access_public: bytes) -> bytes:
    """Return the 32-byte hash by which a keeper's lock names an access key."""
    return H(label("access"), access_public)


def keeper_id(first_verification_key: bytes) -> bytes:
    """Return the 16-byte id of a keeper, from its first verification key; it stays when that key changes."""
    return H(first_verification_key)[:ID_BYTES]


def keeper_set(keeper_ids: Iterable[bytes]) -> bytes:
    """Return the hash that a statement gives for the keepers it requires; `keeper_ids` in ascending order."""
    ids = [exact(one, ID_BYTES, "keeper id") for one in keeper_ids]
    ascending(ids, "keeper ids")
    return H(label("keeper-set"), *ids)


def origin_hash(origin: str) -> bytes:
    """Return the hash of the configured origin, for example of `https://inbox.harrow.example` (no trailing
    slash).
    """
    return H(label("origin"), origin.encode("ascii"))


def mailbox_id(engagement_id: bytes, role: Role, fp_at_opening: bytes) -> bytes:
    """Return the 16-byte id of the mailbox of a role in an engagement; sender and reader both compute it."""
    exact(engagement_id, ID_BYTES, "engagement id")
    return H(label("mailbox"), engagement_id, u8(role), exact(fp_at_opening, FP_BYTES, "fp"))[:ID_BYTES]


def envelope_id(envelope_class: int, content_id: bytes, recipient_fp: bytes, expires_at: int) -> bytes:
    """Return the 16-byte id of the envelope that carries a content to one recipient until one instant."""
    exact(content_id, 32, "content id")
    exact(recipient_fp, FP_BYTES, "fp")
    return H(label("env-id"), u8(envelope_class), content_id, recipient_fp, u64(expires_at))[:ID_BYTES]


def day_of(expires_at: int) -> int:
    """Return the UTC day whose keeper key dies after `expires_at` (an instant at midnight belongs to the
    day before).
    """
    return (expires_at - 1) // DAY_SECONDS
