"""Spoken check: six digits that coach and client read to each other.

Owns the commitment, the digits and the result that is stored. The coach's side commits to its random number
before it sees the client's, so somebody in between has one chance in a million for each run. Each side uses
its own view of both keys. Must never be run with keys that the other side sent along. (docs/protocol.md,
Content frame, kind 7.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from keys.encoding import Reader, exact, label
from keys.errors import Malformed, Refused
from keys.suite import H

RANDOM_BYTES: Final = 32


def commit(coach_public: bytes, client_public: bytes, coach_random: bytes) -> bytes:
    """Return the 32-byte commitment that the coach's side sends first, over 32 random bytes of its own."""
    return _hash("sas-commit", coach_public, client_public, exact(coach_random, RANDOM_BYTES, "random bytes"))


def digits(coach_public: bytes, client_public: bytes, coach_random: bytes, client_random: bytes) -> str:
    """Return the six digits that both sides show."""
    coach_random = exact(coach_random, RANDOM_BYTES, "random bytes")
    client_random = exact(client_random, RANDOM_BYTES, "random bytes")
    drawn = _hash("sas", coach_public, client_public, coach_random, client_random)
    return f"{int.from_bytes(drawn, 'big') % 1_000_000:06d}"


def check_commitment(
    commitment: bytes, coach_public: bytes, client_public: bytes, coach_random: bytes
) -> None:
    """Check, on the client's side, that the revealed random number is the committed one; else
    `Refused("order")`.
    """
    if commitment != commit(coach_public, client_public, coach_random):
        raise Refused("order")


@dataclass(frozen=True, slots=True)
class SpokenResult:
    """What the fixed part of a content of kind 7 says."""

    agreed: bool
    coach_fp: bytes
    client_fp: bytes

    def encode(self) -> bytes:
        """Return the 66 bytes."""
        return bytes([1, self.agreed]) + exact(self.coach_fp, 32, "fp") + exact(self.client_fp, 32, "fp")


def parse_result(fixed: bytes) -> SpokenResult:
    """Parse the fixed part of a content of kind 7."""
    reader = Reader(fixed)
    reader.expect(b"\x01", "version")
    agreed = reader.between(reader.u8(), 0, 1, "agreed")
    result = SpokenResult(bool(agreed), reader.take(32), reader.take(32))
    reader.finish()
    return result


def _hash(name: str, *parts: bytes) -> bytes:
    if any(len(part) != 32 for part in parts):
        raise Malformed("keys and random numbers have 32 bytes")
    return H(label(name), *parts)
