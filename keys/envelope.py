"""Envelope: the outside of the sealed object, as the relay sees it.

Owns the 72-byte header, the order of locks and the lengths; parses strictly and opens nothing. Must never
need a secret: this is what the relay checks of a deposit. (docs/protocol.md, Envelope.)
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import pairwise
from typing import Final

from keys import stream
from keys.encoding import MOST_INTEGER, Reader, exact
from keys.errors import Malformed
from keys.locks import Lock, LockType, read_lock
from keys.names import ID_BYTES, TAG_BYTES, day_of
from keys.padding import FLOOR_BYTES, padded_length
from keys.suite import H

MAGIC: Final = b"QBX1"
HEADER_BYTES: Final = 72
MOST_ENVELOPE_BYTES: Final = 1_200_000
MOST_INNER_BYTES: Final = 1024 * 1024
MOST_KEEPERS: Final = 3
ZERO_TAG: Final = bytes(TAG_BYTES)

_HEADER: Final = struct.Struct(">4sBBBB16s16s16sQI4s")


class EnvelopeClass(IntEnum):
    """What an envelope is; bound by the header into every lock, by its label into every signature."""

    MESSAGE = 1
    DOOR = 2
    NOTICE = 3
    RELEASE = 4
    RESEALED = 5
    OWN = 6


_TAGLESS: Final = (EnvelopeClass.NOTICE, EnvelopeClass.OWN)


@dataclass(frozen=True, slots=True)
class Header:
    """The clear facts of an envelope. `expires_at` is the first second at which it is gone."""

    envelope_class: EnvelopeClass
    lock_count: int
    mailbox_id: bytes
    envelope_id: bytes
    policy_tag: bytes
    expires_at: int
    body_bytes: int

    def encode(self) -> bytes:
        """Return the 72 header bytes; `Malformed` for a field that the format forbids."""
        _check(self)
        exact(self.mailbox_id, ID_BYTES, "mailbox id")
        exact(self.envelope_id, ID_BYTES, "envelope id")
        exact(self.policy_tag, TAG_BYTES, "policy tag")
        start = (MAGIC, 1, 1, self.envelope_class, self.lock_count)
        ids = (self.mailbox_id, self.envelope_id, self.policy_tag)
        return _HEADER.pack(*start, *ids, self.expires_at, self.body_bytes, bytes(4))


@dataclass(frozen=True, slots=True)
class Envelope:
    """A parsed envelope; the reader's or link's lock first, then the keepers'. `raw` is all of it."""

    header: Header
    locks: tuple[Lock, ...]
    header_hash: bytes
    raw: bytes = field(repr=False)

    @property
    def body(self) -> bytes:
        """The sealed stream."""
        return self.raw[len(self.raw) - self.header.body_bytes :]

    @property
    def transcript(self) -> bytes:
        """H(header ‖ locks), which keys the body: T in docs/protocol.md."""
        return H(self.raw[: len(self.raw) - self.header.body_bytes])

    @property
    def keeper_locks(self) -> tuple[Lock, ...]:
        """The keepers' locks, in ascending order of key id."""
        return self.locks[1:]


def parse_header(raw: bytes) -> Header:
    """Parse the first 72 bytes of an envelope; `Malformed` for anything that the format forbids."""
    if len(raw) < HEADER_BYTES:
        raise Malformed("envelope is too short")
    fields = _HEADER.unpack_from(raw)
    if fields[:3] != (MAGIC, 1, 1) or fields[10] != bytes(4):
        raise Malformed("wrong magic, version, suite or reserved bytes")
    try:
        envelope_class = EnvelopeClass(fields[3])
    except ValueError:
        raise Malformed("unknown class") from None
    header = Header(envelope_class, *fields[4:10])
    _check(header)
    return header


def parse_envelope(raw: bytes) -> Envelope:
    """Parse a whole envelope strictly: header, locks, body of a possible length, no more."""
    if len(raw) > MOST_ENVELOPE_BYTES:
        raise Malformed("envelope is too large")
    header = parse_header(raw)
    reader = Reader(raw)
    reader.take(HEADER_BYTES)
    locks = tuple(read_lock(reader) for _ in range(header.lock_count))
    _check_locks(header, locks)
    if reader.remaining != header.body_bytes:
        raise Malformed("body length differs from the header's")
    return Envelope(header, locks, H(raw[:HEADER_BYTES]), raw)


def body_length(inner_bytes: int) -> int:
    """Return the length of the body that carries `inner_bytes` of inner text; `Malformed` above 1 MiB."""
    if inner_bytes > MOST_INNER_BYTES:
        raise Malformed("inner text is too long")
    return stream.sealed_length(padded_length(inner_bytes))


def _check(header: Header) -> None:
    if not 2 <= header.lock_count <= 1 + MOST_KEEPERS:
        raise Malformed("an envelope has 2 to 4 locks")
    if not 1 <= header.expires_at <= MOST_INTEGER:
        raise Malformed("an envelope has a date")
    if header.policy_tag == ZERO_TAG and header.envelope_class not in _TAGLESS:
        raise Malformed("this class needs a policy")
    plain_bytes = stream.plain_length(header.body_bytes)
    if not FLOOR_BYTES <= plain_bytes <= MOST_INNER_BYTES or padded_length(plain_bytes) != plain_bytes:
        raise Malformed("no padded body has this length")


def _check_locks(header: Header, locks: tuple[Lock, ...]) -> None:
    link_allowed = header.envelope_class is EnvelopeClass.RELEASE
    if locks[0].type is LockType.KEEPER or (locks[0].type is LockType.LINK and not link_allowed):
        raise Malformed("the first lock is the reader's, or in a release a link's")
    day = day_of(header.expires_at)
    if any(lock.type is not LockType.KEEPER or lock.period != day for lock in locks[1:]):
        raise Malformed("the further locks are keepers', of the day of expiry")
    if any(earlier.key_id >= later.key_id for earlier, later in pairwise(locks[1:])):
        raise Malformed("keepers' locks must be ascending and without duplicates")
