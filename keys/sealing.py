"""Sealing: the one function that seals content into an envelope, and the one way back.

Owns what joins the parts: content key, inner text, signatures, and the checks of docs/protocol.md, Send and
receive, that need no state. Must never return a byte of content before locks, commitment, chunks, padding
and signature have all passed, and never seal without a keeper. (docs/protocol.md, Envelope.)
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from keys import locks, stream
from keys.content import KINDS_OF_CLASS, Content, ContentKind, content_id, parse_content, sender_fp
from keys.encoding import Reader, counted, label, u8
from keys.envelope import (
    ZERO_TAG,
    Envelope,
    EnvelopeClass,
    Header,
    body_length,
)
from keys.errors import Malformed, NotOpened, Refused
from keys.keeper_wire import Grant, Status
from keys.names import TAG_BYTES, ZERO_HASH, Random, access_hash, envelope_id, key_id
from keys.padding import check_padding, pad
from keys.suite import SIGNATURE_BYTES, H, OpenKey, SealKey, SignKey, verify

MOST_PARTS: Final = 4

_PARTS_OF_CLASS: Final = {EnvelopeClass.RELEASE: (2, 2), EnvelopeClass.RESEALED: (1, MOST_PARTS)}


@dataclass(frozen=True, slots=True)
class Part:
    """A content frame and its signature."""

    content: bytes = field(repr=False)
    signature: bytes


def sign_content(content: bytes, class_of_origin: EnvelopeClass, signer: SignKey) -> Part:
    """Sign a content frame for a class of origin."""
    return Part(content, signer.sign(label("content"), u8(class_of_origin), content))


def verify_part(part: Part, class_of_origin: EnvelopeClass, signer_public: bytes) -> None:
    """Verify a part by the key that its class demands; `BadSignature` otherwise."""
    verify(signer_public, part.signature, label("content"), u8(class_of_origin), part.content)


# --- sealing ---


@dataclass(frozen=True, slots=True)
class ReaderTarget:
    """A reading key to seal to, and its epoch."""

    seal_key: SealKey
    epoch: int


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """The secret of a release link, instead of a reading key."""

    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Addressing:
    """Where an envelope goes and who may open and revoke it.

    `recipient_fp` is the reader's fp; the access keys are Ed25519 public keys; `not_before` 0 means at once.
    """

    envelope_class: EnvelopeClass
    mailbox_id: bytes
    policy_tag: bytes
    expires_at: int
    recipient_fp: bytes
    target: ReaderTarget | LinkTarget
    reader_access: bytes
    revoker_access: bytes
    not_before: int = 0


def seal_envelope(
    to: Addressing, parts: Sequence[Part], day_keys: Sequence[SealKey], random: Random
) -> bytes:
    """Seal signed parts into an envelope for one mailbox.

    `day_keys` holds one verified key of each required keeper for the day of `to.expires_at`, in any order.
    Returns the envelope's bytes; sealing again gives other bytes, so a retry sends these. `Malformed` for
    what no envelope can be.
    """
    inner = _encode_inner(to.envelope_class, parts)
    ordered = sorted(day_keys, key=lambda day_key: key_id(day_key.raw))
    first_id = content_id(class_of_origin(to.envelope_class, parts[0].content), parts[0].content)
    header = Header(
        to.envelope_class,
        1 + len(ordered),
        to.mailbox_id,
        envelope_id(to.envelope_class, first_id, to.recipient_fp, to.expires_at),
        to.policy_tag,
        to.expires_at,
        body_length(len(inner)),
    ).encode()
    shares, records = _seal_locks(to, ordered, H(header), random)
    clear = header + b"".join(records)
    transcript = H(clear)
    key = _content_key(transcript, shares)
    return clear + stream.seal_stream(key, transcript, pad(inner), random(stream.SALT_BYTES))


def class_of_origin(envelope_class: EnvelopeClass, content: bytes) -> EnvelopeClass:
    """Return the class under which a content was signed: in class 5 the door's for a mail, else 1."""
    if envelope_class is not EnvelopeClass.RESEALED:
        return envelope_class
    return EnvelopeClass.DOOR if content[1:2] == bytes([ContentKind.MAIL]) else EnvelopeClass.MESSAGE


def _seal_locks(
    to: Addressing, day_keys: Sequence[SealKey], header_hash: bytes, random: Random
) -> tuple[list[bytes], list[bytes]]:
    if isinstance(to.target, LinkTarget):
        shares = [locks.derive_link_share(to.target.secret, header_hash)]
        records = [locks.link_lock(to.target.secret)]
    else:
        shares = [random(locks.SHARE_BYTES)]
        records = [locks.seal_reader_lock(shares[0], to.target.seal_key, to.target.epoch, header_hash)]
    who = (access_hash(to.reader_access), access_hash(to.revoker_access))
    payload = locks.KeeperPayload(b"", *who, to.not_before, to.expires_at)
    for day_key in day_keys:
        shares.append(random(locks.SHARE_BYTES))
        records.append(locks.seal_keeper_lock(replace(payload, share=shares[-1]), day_key, header_hash))
    return shares, records


# --- opening ---


def open_reader_share(envelope: Envelope, reading_key: OpenKey) -> bytes:
    """Open the reader's lock; returns the 32-byte share. `NotOpened` whatever is wrong."""
    return locks.open_reader_lock(envelope.locks[0], reading_key, envelope.header_hash)


def open_parts(envelope: Envelope, reader_share: bytes, keeper_shares: Sequence[bytes]) -> tuple[Part, ...]:
    """Open the body with the reader's share and all keepers' shares, in the order of the locks.

    Checks commitment, chunks, padding and the number of parts of the class; signatures are still to be
    verified.
    """
    if len(keeper_shares) != len(envelope.keeper_locks):
        raise NotOpened
    transcript = envelope.transcript
    key = _content_key(transcript, [reader_share, *keeper_shares])
    inner = stream.open_stream(key, transcript, envelope.body)
    return _read_inner(envelope.header.envelope_class, inner)


def check_grants(
    envelope: Envelope, grants: Sequence[Grant], revoker_access_hash: bytes, now: int
) -> list[bytes]:
    """Check the keepers' answers, in the order of the locks, against what the reader demands; returns
    their shares.

    Raises `Refused`: "due" at or after expires_at or where a keeper says gone, "not-yet" before not_before,
    "keeper" without a granted share of each lock, "expiry" and "revoker" where a sender told a keeper
    something else.
    """
    expires_at = envelope.header.expires_at
    if now >= expires_at:
        raise Refused("due")
    if len(grants) != len(envelope.keeper_locks):
        raise Refused("keeper")
    for grant in grants:
        if grant.status is not Status.HERE:
            raise Refused({Status.GONE: "due", Status.NOT_YET: "not-yet"}.get(grant.status, "keeper"))
        if grant.expires_at != expires_at:
            raise Refused("expiry")
        if grant.revoker_hash != revoker_access_hash:
            raise Refused("revoker")
        if now < grant.not_before:
            raise Refused("not-yet")
    return [grant.share for grant in grants]


@dataclass(frozen=True, slots=True)
class Opened:
    """A content that passed every check that needs no state. `content_id` is the same for all recipients."""

    content: Content
    content_id: bytes
    class_of_origin: EnvelopeClass


def check_content(
    envelope: Envelope,
    part: Part,
    *,
    signers: Mapping[bytes, bytes],
    my_fp: bytes,
    former_fps: Collection[bytes] = (),
    promised_at: int | None = None,
) -> Opened:
    """Verify the first or only part of an envelope that was opened with my keys.

    `signers` maps the fp of everyone who may sign this class to the public key: in class 1 the engagement's
    parties, in 2 the door, in 3 the notice key, in 6 myself. `former_fps` are earlier fps that count as
    mine. In class 5 `promised_at` is the date that the acts in force give to this content (default: its
    own). Raises `BadSignature`, `Malformed`, or `Refused` with reason "signer", "class", "recipient",
    "envelope-id", "expiry" or "policy".
    """
    header = envelope.header
    origin = class_of_origin(header.envelope_class, part.content)
    signer = sender_fp(part.content)
    if signer not in signers:
        raise Refused("signer")
    verify_part(part, origin, signers[signer])
    content = parse_content(part.content)
    opened = Opened(content, content_id(origin, part.content), origin)
    if content.kind not in KINDS_OF_CLASS[origin]:
        raise Refused("class")
    mine = {my_fp, *former_fps}
    if mine.isdisjoint([content.sender_fp, *(recipient.fp for recipient in content.recipients)]):
        raise Refused("recipient")
    if header.envelope_id != envelope_id(header.envelope_class, opened.content_id, my_fp, header.expires_at):
        raise Refused("envelope-id")
    resealed = header.envelope_class is EnvelopeClass.RESEALED
    if header.expires_at != (promised_at if resealed and promised_at is not None else content.expires_at):
        raise Refused("expiry")
    if header.policy_tag != content.policy_hash[:TAG_BYTES]:
        raise Refused("policy")
    if header.policy_tag == ZERO_TAG and content.policy_hash != ZERO_HASH:
        raise Refused("policy")
    return opened


def open_envelope(
    envelope: Envelope,
    reader_share: bytes,
    grants: Sequence[Grant],
    *,
    revoker_access_hash: bytes,
    signers: Mapping[bytes, bytes],
    my_fp: bytes,
    now: int,
) -> Opened:
    """Open an envelope of one part (classes 1, 2, 3 and 6) with the share of `open_reader_share` and the
    keepers' answers, in the order of docs/protocol.md, Receive.

    Before, the caller has compared mailbox and required keepers; afterwards it checks what needs state:
    policy in force, chain of statements, content id new, count and previous content id.
    """
    shares = check_grants(envelope, grants, revoker_access_hash, now)
    parts = open_parts(envelope, reader_share, shares)
    if len(parts) != 1:
        raise Refused("class")
    return check_content(envelope, parts[0], signers=signers, my_fp=my_fp)


# --- inner text ---


def _content_key(transcript: bytes, shares: Sequence[bytes]) -> bytes:
    return hmac.digest(transcript, label("ck") + b"".join(shares), "sha256")


def _encode_inner(envelope_class: EnvelopeClass, parts: Sequence[Part]) -> bytes:
    fewest, most = _PARTS_OF_CLASS.get(envelope_class, (1, 1))
    if not fewest <= len(parts) <= most:
        raise Malformed("wrong number of parts for this class")
    return u8(len(parts)) + b"".join(counted(part.content, 4) + part.signature for part in parts)


def _read_inner(envelope_class: EnvelopeClass, inner: bytes) -> tuple[Part, ...]:
    fewest, most = _PARTS_OF_CLASS.get(envelope_class, (1, 1))
    reader = Reader(inner)
    try:
        count = reader.between(reader.u8(), fewest, most, "number of parts")
        parts = tuple(Part(reader.counted(4), reader.take(SIGNATURE_BYTES)) for _ in range(count))
    except Malformed:
        raise NotOpened from None
    check_padding(inner, reader.position)
    return parts
