"""Locks: a share sealed to one key; all locks of an envelope are needed to open it.

Owns the lock record, its `info` and its payloads. Every lock is bound to the whole header, so nobody can
move it to another mailbox, date, class or id. Must never accept a keeper's payload whose date is not of the
lock's day. (docs/protocol.md, Envelope; HPKE single shot, RFC 9180.)
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from keys.encoding import Reader, exact, label, u32, u64
from keys.errors import Malformed, NotOpened
from keys.names import KEY_ID_BYTES, day_of, derive, key_id
from keys.suite import HPKE_OVERHEAD_BYTES, H, OpenKey, SealKey, SignKey, hkdf, hpke_open, hpke_seal

SHARE_BYTES: Final = 32
LINK_SECRET_BYTES: Final = 32
LINK_ID_BYTES: Final = 16
KEEPER_PAYLOAD_BYTES: Final = 112

_HEAD: Final = struct.Struct(">BBH8sI")
LOCK_HEAD_BYTES: Final = _HEAD.size
READER_LOCK_BYTES: Final = LOCK_HEAD_BYTES + SHARE_BYTES + HPKE_OVERHEAD_BYTES
KEEPER_LOCK_BYTES: Final = LOCK_HEAD_BYTES + KEEPER_PAYLOAD_BYTES + HPKE_OVERHEAD_BYTES
LINK_LOCK_BYTES: Final = LOCK_HEAD_BYTES

_LOCK_LABEL: Final = label("lock")


class LockType(IntEnum):
    """Who a lock is for."""

    READER = 1
    KEEPER = 2
    LINK = 3


_PAYLOAD_BYTES: Final = {
    LockType.READER: SHARE_BYTES,
    LockType.KEEPER: KEEPER_PAYLOAD_BYTES,
    LockType.LINK: 0,
}
_RECORD_BYTES: Final = {
    LockType.READER: READER_LOCK_BYTES,
    LockType.KEEPER: KEEPER_LOCK_BYTES,
    LockType.LINK: LINK_LOCK_BYTES,
}


@dataclass(frozen=True, slots=True)
class Lock:
    """A parsed lock record. `period` is the epoch of a reading key, the day of a keeper's key, 0 for a
    link.
    """

    type: LockType
    key_id: bytes
    period: int
    record: bytes = field(repr=False)

    def hpke_info(self, header_hash: bytes) -> bytes:
        """Return what binds the lock to its place: L("lock") ‖ type ‖ key id ‖ epoch or day ‖ H(header)."""
        return _LOCK_LABEL + bytes([self.type]) + self.key_id + u32(self.period) + header_hash

    @property
    def sealed(self) -> bytes:
        """The HPKE encapsulation and ciphertext; empty for a link."""
        return self.record[LOCK_HEAD_BYTES:]


def read_lock(reader: Reader) -> Lock:
    """Read the next lock record; `Malformed` for a wrong type, length or reserved byte."""
    head = reader.take(LOCK_HEAD_BYTES)
    kind, reserved, payload_bytes, kid, period = _HEAD.unpack(head)
    try:
        lock_type = LockType(kind)
    except ValueError:
        raise Malformed("unknown lock type") from None
    if reserved or payload_bytes != _PAYLOAD_BYTES[lock_type] or (lock_type is LockType.LINK and period):
        raise Malformed("wrong lock head")
    return Lock(lock_type, kid, period, head + reader.take(_RECORD_BYTES[lock_type] - LOCK_HEAD_BYTES))


def parse_lock(record: bytes) -> Lock:
    """Parse one lock record that stands alone, as in a request to a keeper."""
    reader = Reader(record)
    lock = read_lock(reader)
    reader.finish()
    return lock


def seal_reader_lock(share: bytes, seal_key: SealKey, epoch: int, header_hash: bytes) -> bytes:
    """Seal a share to a reading key; returns the 1,184-byte record."""
    exact(share, SHARE_BYTES, "share")
    return _seal(LockType.READER, share, seal_key, epoch, header_hash)


def open_reader_lock(lock: Lock, open_key: OpenKey, header_hash: bytes) -> bytes:
    """Open the reader's lock; returns the 32-byte share. `NotOpened` whatever is wrong."""
    return _open(lock, LockType.READER, open_key, header_hash)


@dataclass(frozen=True, slots=True)
class KeeperPayload:
    """What a sender tells a keeper under seal: a share, who may ask, who may revoke, and when.

    `not_before` 0 means from the start; `expires_at` is the first second at which the keeper refuses.
    """

    share: bytes = field(repr=False)
    reader_hash: bytes
    revoker_hash: bytes
    not_before: int
    expires_at: int

    def encode(self) -> bytes:
        """Return the 112 payload bytes."""
        hashes = exact(self.reader_hash, 32, "access hash") + exact(self.revoker_hash, 32, "access hash")
        return exact(self.share, SHARE_BYTES, "share") + hashes + u64(self.not_before) + u64(self.expires_at)


def seal_keeper_lock(payload: KeeperPayload, day_key: SealKey, header_hash: bytes) -> bytes:
    """Seal a payload to a keeper's key of the day of expiry; returns the 1,264-byte record."""
    return _seal(LockType.KEEPER, payload.encode(), day_key, day_of(payload.expires_at), header_hash)


def open_keeper_lock(lock: Lock, day_key: OpenKey, header_hash: bytes) -> KeeperPayload:
    """Open a keeper's lock, as the keeper does; `NotOpened` also where the sealed date is of another day.

    The caller (the keeper) still has to compare asker, dates and its refusal list.
    """
    reader = Reader(_open(lock, LockType.KEEPER, day_key, header_hash))
    payload = KeeperPayload(
        reader.take(SHARE_BYTES), reader.take(32), reader.take(32), reader.u64(), reader.u64()
    )
    if payload.expires_at < 1 or day_of(payload.expires_at) != lock.period:
        raise NotOpened
    return payload


def link_lock(link_secret: bytes) -> bytes:
    """Return the 16-byte record of a link's lock; its share is derived, not sealed."""
    return _HEAD.pack(LockType.LINK, 0, 0, link_key_id(link_secret), 0)


def link_id(link_secret: bytes) -> bytes:
    """Return the public 16-byte id of a release link."""
    return derive(exact(link_secret, LINK_SECRET_BYTES, "link secret"), "link-id", LINK_ID_BYTES)


def link_key_id(link_secret: bytes) -> bytes:
    """Return the 8-byte key id under which a link's lock stands."""
    return key_id_of_link(link_id(link_secret))


def key_id_of_link(public_id: bytes) -> bytes:
    """Return the same of a link's public id, for whoever does not have the secret."""
    return H(label("link-id"), exact(public_id, LINK_ID_BYTES, "link id"))[:KEY_ID_BYTES]


def link_access_key(link_secret: bytes) -> SignKey:
    """Return the access key by which the holder of a link asks the keeper: derive(link secret, "access",
    32).
    """
    return SignKey.from_seed(derive(exact(link_secret, LINK_SECRET_BYTES, "link secret"), "access"))


def link_share(lock: Lock, link_secret: bytes, header_hash: bytes) -> bytes:
    """Return the share that a link's secret gives under this header; `NotOpened` if the lock is not for
    this link.
    """
    if lock.type is not LockType.LINK or lock.key_id != link_key_id(link_secret):
        raise NotOpened
    return derive_link_share(link_secret, header_hash)


def derive_link_share(link_secret: bytes, header_hash: bytes) -> bytes:
    """Return the share of a link under a header: HKDF with the header's hash as salt."""
    return hkdf(link_secret, label("link-share"), SHARE_BYTES, salt=header_hash)


def _seal(lock_type: LockType, payload: bytes, seal_key: SealKey, period: int, header_hash: bytes) -> bytes:
    if not 0 <= period <= 0xFFFF_FFFF:
        raise Malformed("epoch or day out of range")
    head = _HEAD.pack(lock_type, 0, len(payload), key_id(seal_key.raw), period)
    lock = Lock(lock_type, key_id(seal_key.raw), period, head)
    return head + hpke_seal(seal_key, lock.hpke_info(header_hash), payload)


def _open(lock: Lock, lock_type: LockType, open_key: OpenKey, header_hash: bytes) -> bytes:
    if lock.type is not lock_type or lock.key_id != key_id(open_key.public):
        raise NotOpened
    return hpke_open(open_key, lock.hpke_info(header_hash), lock.sealed, _PAYLOAD_BYTES[lock_type])
