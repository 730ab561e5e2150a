"""Keeper wire: open requests and their answers, revocations.

Owns the bytes between readers and keepers, both sides. A reader's request is signed by its access key and
names its keeper; the answer is sealed to a one-time key and signed by the keeper over the request, so that
a relay in between can drop either but not read, forge or replay them. Must never use an answer whose
signature was not checked first. (docs/protocol.md, Keeper.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from keys.encoding import Reader, counted, exact, label, u16, u32, u64
from keys.errors import Malformed, NotOpened
from keys.locks import KEEPER_LOCK_BYTES, SHARE_BYTES, Lock, LockType, parse_lock
from keys.names import ID_BYTES
from keys.suite import (
    HPKE_OVERHEAD_BYTES,
    SEAL_PUBLIC_BYTES,
    SIGNATURE_BYTES,
    H,
    OpenKey,
    SealKey,
    SignKey,
    hpke_open,
    hpke_seal,
    verify,
)

NONCE_BYTES: Final = 16
MOST_ITEMS: Final = 1_024
MOST_DAYS: Final = 4_096
CLOCK_SECONDS: Final = 300
"""How far a request's time may be from the keeper's."""

_GRANT_BYTES: Final = 1 + SHARE_BYTES + 32 + 8 + 8
_DAY_SHARE_BYTES: Final = 1 + 32


class Status(IntEnum):
    """A keeper's word on one item or day."""

    HERE = 1
    GONE = 2
    NOT_YET = 3
    REFUSED = 4


# --- asking ---


@dataclass(frozen=True, slots=True)
class Ask:
    """An item of an open request: a keeper's lock and the hash of the header that it stands under."""

    header_hash: bytes
    lock: Lock


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """What a reader asks of a keeper. `asked_at` is the relay's time; `days` are those whose share is
    wanted.
    """

    keeper_id: bytes
    access_public: bytes
    asked_at: int
    nonce: bytes
    reply_public: bytes = field(repr=False)
    items: tuple[Ask, ...] = ()
    days: tuple[int, ...] = ()


def sign_open_request(request: OpenRequest, access: SignKey) -> bytes:
    """Return the signed bytes of a request; `nonce` is 16 random bytes, `reply_public` a key used once."""
    if len(request.items) > MOST_ITEMS or len(request.days) > MOST_DAYS:
        raise Malformed("at most 1,024 items and 4,096 days a request")
    start = _asker(request.keeper_id, request.access_public, request.asked_at, request.nonce)
    items = b"".join(
        exact(ask.header_hash, 32, "header hash") + exact(ask.lock.record, KEEPER_LOCK_BYTES, "keeper lock")
        for ask in request.items
    )
    days = b"".join(map(u32, request.days))
    reply = exact(request.reply_public, SEAL_PUBLIC_BYTES, "one-time key")
    signed = start + reply + u16(len(request.items)) + items + u16(len(request.days)) + days
    return signed + access.sign(label("keeper-ask"), H(signed))


def parse_open_request(raw: bytes, keeper_id: bytes) -> OpenRequest:
    """Parse a request to this keeper and verify its signature by the access key that it names.

    The keeper still compares time, day, asker, dates and its refusal list for each item.
    """
    reader = Reader(raw)
    access_public, asked_at, nonce = _read_asker(reader, keeper_id)
    reply_public = reader.take(SEAL_PUBLIC_BYTES)
    item_count = reader.between(reader.u16(), 0, MOST_ITEMS, "number of items")
    items = tuple(_read_ask(reader) for _ in range(item_count))
    day_count = reader.between(reader.u16(), 0, MOST_DAYS, "number of days")
    days = tuple(reader.u32() for _ in range(day_count))
    _verify_asker(reader, access_public, "keeper-ask")
    return OpenRequest(keeper_id, access_public, asked_at, nonce, reply_public, items, days)


# --- answering ---


@dataclass(frozen=True, slots=True)
class Grant:
    """A keeper's answer for one item; all but `status` are zero unless it is HERE."""

    status: Status
    share: bytes = field(default=bytes(SHARE_BYTES), repr=False)
    revoker_hash: bytes = bytes(32)
    not_before: int = 0
    expires_at: int = 0


@dataclass(frozen=True, slots=True)
class DayGrant:
    """A keeper's answer for one day; the share is zero unless `status` is HERE."""

    status: Status
    share: bytes = field(default=bytes(32), repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """A keeper's verified answer, in the order of the request."""

    grants: tuple[Grant, ...]
    days: tuple[DayGrant, ...]


def seal_answer(answer: Answer, request: OpenRequest, raw_request: bytes, keeper: SignKey) -> bytes:
    """Seal an answer to the request's one-time key and sign it; `raw_request` is what arrived, signature
    included.

    `Malformed` if the one-time key is not one, or the answer does not fit the request.
    """
    if (len(answer.grants), len(answer.days)) != (len(request.items), len(request.days)):
        raise Malformed("an answer has one grant for each item and day")
    items = b"".join(_encode_grant(grant) for grant in answer.grants)
    days = b"".join(bytes([day.status]) + exact(day.share, 32, "day share") for day in answer.days)
    reply_key = SealKey.from_bytes(request.reply_public)
    sealed = hpke_seal(reply_key, _answer_info(request.keeper_id, H(raw_request)), items + days)
    return counted(sealed, 4) + keeper.sign(*_answer_signed(request.keeper_id, H(raw_request), sealed))


def open_answer(
    raw: bytes, request: OpenRequest, raw_request: bytes, keeper_public: bytes, reply_key: OpenKey
) -> Answer:
    """Verify a keeper's answer to exactly this request, then open it.

    Any error means that the keeper was not reached: no share may be used and nothing concluded.
    """
    sealed, signature = _split_answer(raw, request)
    verify(keeper_public, signature, *_answer_signed(request.keeper_id, H(raw_request), sealed))
    return _open_sealed(sealed, request, raw_request, reply_key)


def open_unsigned_answer(raw: bytes, request: OpenRequest, raw_request: bytes, reply_key: OpenKey) -> Answer:
    """Open an answer without its keeper's key, as a release link's reader has none.

    Of such an answer nothing counts but whether a share opens a body, which commits to its shares
    (docs/protocol.md, part 23).
    """
    sealed, _ = _split_answer(raw, request)
    return _open_sealed(sealed, request, raw_request, reply_key)


def _split_answer(raw: bytes, request: OpenRequest) -> tuple[bytes, bytes]:
    reader = Reader(raw)
    sealed = reader.counted(4, _plain_bytes(request) + HPKE_OVERHEAD_BYTES)
    signature = reader.take(SIGNATURE_BYTES)
    reader.finish()
    return sealed, signature


def _open_sealed(sealed: bytes, request: OpenRequest, raw_request: bytes, reply_key: OpenKey) -> Answer:
    info = _answer_info(request.keeper_id, H(raw_request))
    return _read_answer(Reader(hpke_open(reply_key, info, sealed, _plain_bytes(request))), request)


def _plain_bytes(request: OpenRequest) -> int:
    return len(request.items) * _GRANT_BYTES + len(request.days) * _DAY_SHARE_BYTES


# --- revoking ---


@dataclass(frozen=True, slots=True)
class Revoke:
    """A request to refuse one lock from now on, by its reader or by the revoker that it names."""

    keeper_id: bytes
    access_public: bytes
    asked_at: int
    nonce: bytes
    header_hash: bytes
    lock: Lock


def sign_revoke(revoke: Revoke, access: SignKey) -> bytes:
    """Return the signed bytes of a revocation."""
    start = _asker(revoke.keeper_id, revoke.access_public, revoke.asked_at, revoke.nonce)
    item = exact(revoke.header_hash, 32, "header hash") + exact(revoke.lock.record, KEEPER_LOCK_BYTES, "lock")
    return start + item + access.sign(label("keeper-revoke"), H(start + item))


def parse_revoke(raw: bytes, keeper_id: bytes) -> Revoke:
    """Parse a revocation to this keeper and verify its signature by the access key that it names."""
    reader = Reader(raw)
    access_public, asked_at, nonce = _read_asker(reader, keeper_id)
    ask = _read_ask(reader)
    _verify_asker(reader, access_public, "keeper-revoke")
    return Revoke(keeper_id, access_public, asked_at, nonce, ask.header_hash, ask.lock)


def sign_revoked(raw_request: bytes, keeper: SignKey) -> bytes:
    """Return the 64-byte answer to a revocation that is on disk."""
    return keeper.sign(label("keeper-revoked"), H(raw_request))


def verify_revoked(answer: bytes, raw_request: bytes, keeper_public: bytes) -> None:
    """Verify a keeper's answer to this revocation; without it the client says "not yet confirmed" and
    repeats.
    """
    verify(keeper_public, answer, label("keeper-revoked"), H(raw_request))


def refusal_hash(header_hash: bytes, record: bytes) -> bytes:
    """Return the 32 bytes under which a keeper remembers that a lock was revoked."""
    return H(label("revoked"), header_hash, record)


# --- shared ---


def _asker(keeper_id: bytes, access_public: bytes, asked_at: int, nonce: bytes) -> bytes:
    ids = exact(keeper_id, ID_BYTES, "keeper id") + exact(access_public, 32, "access key")
    return ids + u64(asked_at) + exact(nonce, NONCE_BYTES, "nonce")


def _read_asker(reader: Reader, keeper_id: bytes) -> tuple[bytes, int, bytes]:
    reader.expect(keeper_id, "keeper")
    return reader.take(32), reader.u64(), reader.take(NONCE_BYTES)


def _read_ask(reader: Reader) -> Ask:
    ask = Ask(reader.take(32), parse_lock(reader.take(KEEPER_LOCK_BYTES)))
    if ask.lock.type is not LockType.KEEPER:
        raise Malformed("not a keeper's lock")
    return ask


def _verify_asker(reader: Reader, access_public: bytes, name: str) -> None:
    """Verify the signature that ends a request."""
    signed = reader.so_far()
    signature = reader.take(SIGNATURE_BYTES)
    reader.finish()
    verify(access_public, signature, label(name), H(signed))


def _answer_info(keeper_id: bytes, request_hash: bytes) -> bytes:
    return label("keeper-answer") + keeper_id + request_hash


def _answer_signed(keeper_id: bytes, request_hash: bytes, sealed: bytes) -> Sequence[bytes]:
    return label("keeper-answer-sig"), keeper_id, request_hash, H(sealed)


def _encode_grant(grant: Grant) -> bytes:
    if grant.status is not Status.HERE and grant != Grant(grant.status):
        raise Malformed("only what is here has a share")
    start = bytes([grant.status]) + exact(grant.share, SHARE_BYTES, "share")
    return (
        start + exact(grant.revoker_hash, 32, "revoker hash") + u64(grant.not_before) + u64(grant.expires_at)
    )


def _read_answer(reader: Reader, request: OpenRequest) -> Answer:
    grants = tuple(_read_grant(reader) for _ in request.items)
    days = tuple(DayGrant(_status(reader), reader.take(32)) for _ in request.days)
    reader.finish()
    if any(day.status is not Status.HERE and day != DayGrant(day.status) for day in days):
        raise NotOpened
    return Answer(grants, days)


def _read_grant(reader: Reader) -> Grant:
    grant = Grant(_status(reader), reader.take(SHARE_BYTES), reader.take(32), reader.u64(), reader.u64())
    if grant.status is not Status.HERE and grant != Grant(grant.status):
        raise NotOpened
    return grant


def _status(reader: Reader) -> Status:
    try:
        return Status(reader.u8())
    except ValueError:
        raise NotOpened from None
