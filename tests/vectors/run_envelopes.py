"""Runs one vector of envelopes and what is in them: locks, sealing, contents, attachments.

Owns what each operation means in terms of `keys`; README.md says the same for readers in another language.
"""

from __future__ import annotations

from typing import Any

from keys import (
    blob,
    content,
    day_keys,
    envelope,
    keeper_wire,
    locks,
    names,
    sealing,
    suite,
)
from keys.encoding import Reader
from tests.vectors.operations import Outputs, operation


@operation("envelope.parse_envelope")
def _parse_envelope(raw: bytes) -> Outputs:
    parsed = envelope.parse_envelope(raw)
    header = parsed.header
    return {
        "class": int(header.envelope_class),
        "mailbox_id": header.mailbox_id,
        "envelope_id": header.envelope_id,
        "policy_tag": header.policy_tag,
        "expires_at": header.expires_at,
        "body_bytes": header.body_bytes,
        "header_hash": parsed.header_hash,
        "transcript": parsed.transcript,
        "locks": [{"type": int(o.type), "key_id": o.key_id, "period": o.period} for o in parsed.locks],
    }


@operation("locks.open_reader_lock")
def _open_reader_lock(record: bytes, header_hash: bytes, reading_seed: bytes) -> Outputs:
    key = suite.OpenKey.from_seed(reading_seed)
    return {"share": locks.open_reader_lock(locks.parse_lock(record), key, header_hash)}


@operation("locks.open_keeper_lock")
def _open_keeper_lock(record: bytes, header_hash: bytes, day_seed: bytes) -> Outputs:
    day_key = day_keys.day_open_key(day_seed)
    payload = locks.open_keeper_lock(locks.parse_lock(record), day_key, header_hash)
    return {
        "share": payload.share,
        "reader_hash": payload.reader_hash,
        "revoker_hash": payload.revoker_hash,
        "not_before": payload.not_before,
        "expires_at": payload.expires_at,
    }


@operation("locks.link")
def _link(link_secret: bytes, header_hash: bytes) -> Outputs:
    return {
        "link_id": locks.link_id(link_secret),
        "record": locks.link_lock(link_secret),
        "share": locks.link_share(locks.parse_lock(locks.link_lock(link_secret)), link_secret, header_hash),
        "access_public": locks.link_access_key(link_secret).public,
    }


@operation("sealing.open_envelope")
def _open_envelope(
    raw: bytes,
    reading_seed: bytes,
    grants: list[dict[str, Any]],
    revoker_access_hash: bytes,
    signers: list[bytes],
    my_fp: bytes,
    now: int,
) -> Outputs:
    parsed = envelope.parse_envelope(raw)
    opened = sealing.open_envelope(
        parsed,
        sealing.open_reader_share(parsed, suite.OpenKey.from_seed(reading_seed)),
        [_grant(one) for one in grants],
        revoker_access_hash=revoker_access_hash,
        signers={names.fingerprint(public): public for public in signers},
        my_fp=my_fp,
        now=now,
    )
    return {"content_id": opened.content_id, "frame": opened.content.encode()}


@operation("sealing.open_resealed")
def _open_resealed(
    raw: bytes,
    reading_seed: bytes,
    keeper_shares: list[bytes],
    signers: list[bytes],
    my_fp: bytes,
    former_fps: list[bytes],
    promised_at: int | None,
) -> Outputs:
    parsed = envelope.parse_envelope(raw)
    share = sealing.open_reader_share(parsed, suite.OpenKey.from_seed(reading_seed))
    parts = sealing.open_parts(parsed, share, keeper_shares)
    opened = sealing.check_content(
        parsed,
        parts[0],
        signers={names.fingerprint(public): public for public in signers},
        my_fp=my_fp,
        former_fps=former_fps,
        promised_at=promised_at,
    )
    return {"content_id": opened.content_id, "class_of_origin": int(opened.class_of_origin)}


@operation("sealing.open_link")
def _open_link(raw: bytes, link_secret: bytes, keeper_shares: list[bytes]) -> Outputs:
    parsed = envelope.parse_envelope(raw)
    share = locks.link_share(parsed.locks[0], link_secret, parsed.header_hash)
    parts = sealing.open_parts(parsed, share, keeper_shares)
    return {"parts": [{"content": part.content, "signature": part.signature} for part in parts]}


def _grant(fields: dict[str, Any]) -> keeper_wire.Grant:
    return keeper_wire.Grant(
        keeper_wire.Status(fields["status"]),
        bytes.fromhex(fields["share"]),
        bytes.fromhex(fields["revoker_hash"]),
        fields["not_before"],
        fields["expires_at"],
    )


@operation("content.parse_content")
def _parse_content(frame: bytes, class_of_origin: int) -> Outputs:
    parsed = content.parse_content(frame)
    return {
        "content_id": content.content_id(envelope.EnvelopeClass(class_of_origin), frame),
        "kind": int(parsed.kind),
        "writer": parsed.writer,
        "count": parsed.count,
        "created_at": parsed.created_at,
        "expires_at": parsed.expires_at,
        "sender_fp": parsed.sender_fp,
        "recipients": [one.fp for one in parsed.recipients],
        "attachments": [
            {"blob_id": one.blob_id, "name": parsed.file_name(one), "type": parsed.file_type(one)}
            for one in parsed.attachments
        ],
        "subject": parsed.subject,
        "text": parsed.text,
    }


@operation("content.days_after_opening")
def _days_after_opening(frame: bytes) -> Outputs:
    return {"days": content.parse_content(frame).days_after_opening}


@operation("content.date_after_opening")
def _date_after_opening(opened_at: int, days: int) -> Outputs:
    return {"date": content.date_after_opening(opened_at, days)}


@operation("content.parse_door_facts")
def _parse_door_facts(fixed: bytes) -> Outputs:
    facts = content.parse_door_facts(fixed)
    return {
        "grade": facts.grade,
        "tls": facts.tls,
        "received_at": facts.received_at,
        "peer": facts.peer,
        "greeting": facts.greeting,
        "reverse_path": facts.reverse_path,
        "recipient": facts.recipient,
        "head": facts.head,
    }


@operation("blob.seal_blob")
def _seal_blob(blob_id: bytes, blob_key: bytes, expires_at: int, salt: bytes, plain: bytes) -> Outputs:
    sealer = blob.BlobSealer(blob_id, blob_key, expires_at, salt)
    stored = sealer.start + sealer.update(plain) + b"".join(sealer.finish())
    return {"stored": stored, "record": sealer.record(0).encode()}


@operation("blob.open_blob")
def _open_blob(record: bytes, stored: bytes, piece_bytes: int) -> Outputs:
    opener = blob.BlobOpener(_record(record))
    pieces = [stored[at : at + piece_bytes] for at in range(0, len(stored), piece_bytes)]
    plain = b"".join([opener.update(piece) for piece in pieces])
    return {"plain": plain + opener.finish()}


@operation("blob.open_chunk")
def _open_chunk(record: bytes, start: bytes, index: int, chunk: bytes) -> Outputs:
    return {"plain": blob.chunk_opener(_record(record), start).open_chunk(index, chunk)}


def _record(raw: bytes) -> blob.Attachment:
    reader = Reader(raw)
    record = blob.read_attachment(reader)
    reader.finish()
    return record
