"""Padding: Padmé lengths, so that stored sizes tell at most O(log log n) bits of the true size.

Owns the rule; must never use floating point, because a rounding at a power of two would be a break of the
format. Source: Padmé of PURBs (PETS 2019), with a floor of 1,024 bytes (docs/protocol.md, Envelope).
"""

from __future__ import annotations

from keys.errors import NotOpened

FLOOR_BYTES = 1024


def padded_length(length_bytes: int) -> int:
    """Return the Padmé length of `length_bytes`, at least 1,024."""
    if length_bytes <= FLOOR_BYTES:
        return FLOOR_BYTES
    exponent = length_bytes.bit_length() - 1
    low_bits = exponent - exponent.bit_length()
    mask = (1 << low_bits) - 1
    return (length_bytes + mask) & ~mask


def pad(plain: bytes) -> bytes:
    """Append zeros up to the Padmé length."""
    return plain + bytes(padded_length(len(plain)) - len(plain))


def check_padding(padded: bytes, length_bytes: int) -> None:
    """Check that `padded` is exactly its first `length_bytes` bytes, padded; raise `NotOpened` otherwise."""
    if (
        len(padded) != padded_length(length_bytes)
        or padded.count(0, length_bytes) != len(padded) - length_bytes
    ):
        raise NotOpened
