"""Runs one vector of the primitives: suite, padding, streams, boxes, encoding, names.

Owns what each operation means in terms of `keys`; README.md says the same for readers in another language.
"""

from __future__ import annotations

from keys import (
    box,
    encoding,
    names,
    padding,
    stream,
    suite,
)
from tests.vectors.operations import Outputs, operation


@operation("suite.hkdf")
def _hkdf(secret: bytes, salt: bytes, info: bytes, length: int) -> Outputs:
    return {"okm": suite.hkdf(secret, info, length, salt)}


@operation("suite.hkdf_expand")
def _hkdf_expand(prk: bytes, info: bytes, length: int) -> Outputs:
    return {"okm": suite.hkdf_expand(prk, info, length)}


@operation("suite.sign")
def _sign(seed: bytes, message: bytes) -> Outputs:
    signer = suite.SignKey.from_seed(seed)
    return {"public": signer.public, "signature": signer.sign(message)}


@operation("suite.verify")
def _verify(public: bytes, signature: bytes, message: bytes) -> Outputs:
    suite.verify(public, signature, message)
    return {}


@operation("suite.open_key")
def _open_key(seed: bytes) -> Outputs:
    return {"public": suite.OpenKey.from_seed(seed).public}


@operation("suite.seal_key")
def _seal_key(public: bytes) -> Outputs:
    return {"sealed_bytes": len(suite.hpke_seal(suite.SealKey.from_bytes(public), b"", b""))}


@operation("suite.hpke_open")
def _hpke_open(seed: bytes, info: bytes, sealed: bytes, plain_bytes: int) -> Outputs:
    return {"plain": suite.hpke_open(suite.OpenKey.from_seed(seed), info, sealed, plain_bytes)}


@operation("padding.padded_length")
def _padded_length(length: int) -> Outputs:
    return {"padded": padding.padded_length(length)}


@operation("stream.seal_stream")
def _seal_stream(key: bytes, context: bytes, plain: bytes, salt: bytes) -> Outputs:
    return {"sealed": stream.seal_stream(key, context, plain, salt)}


@operation("stream.open_stream")
def _open_stream(key: bytes, context: bytes, sealed: bytes) -> Outputs:
    return {"plain": stream.open_stream(key, context, sealed)}


@operation("stream.plain_length")
def _plain_length(sealed_bytes: int) -> Outputs:
    return {"plain_bytes": stream.plain_length(sealed_bytes)}


@operation("box.seal_box")
def _seal_box(key: bytes, purpose: str, aad: bytes, plain: bytes, nonce: bytes) -> Outputs:
    return {"box": box.seal_box(key, purpose, aad, plain, nonce)}


@operation("box.open_box")
def _open_box(key: bytes, purpose: str, aad: bytes, sealed_box: bytes) -> Outputs:
    return {"plain": box.open_box(key, purpose, aad, sealed_box)}


@operation("encoding.from_base64url")
def _from_base64url(text: str) -> Outputs:
    return {"bytes": encoding.from_base64url(text)}


@operation("encoding.load_json")
def _load_json(utf8: bytes) -> Outputs:
    return {"fields": encoding.load_json(utf8)}


@operation("names.derive")
def _derive(secret: bytes, name: str, length: int) -> Outputs:
    return {"derived": names.derive(secret, name, length)}


@operation("names.of_public")
def _of_public(public: bytes) -> Outputs:
    return {
        "fp": names.fingerprint(public),
        "kid": names.key_id(public),
        "access_hash": names.access_hash(public),
        "keeper_id": names.keeper_id(public),
    }


@operation("names.keeper_set")
def _keeper_set(keeper_ids: list[bytes]) -> Outputs:
    return {"keeper_set": names.keeper_set(keeper_ids)}


@operation("names.origin_hash")
def _origin_hash(origin: str) -> Outputs:
    return {"origin_hash": names.origin_hash(origin)}


@operation("names.mailbox_id")
def _mailbox_id(engagement_id: bytes, role: int, fp: bytes) -> Outputs:
    return {"mailbox_id": names.mailbox_id(engagement_id, names.Role(role), fp)}


@operation("names.envelope_id")
def _envelope_id(envelope_class: int, content_id: bytes, recipient_fp: bytes, expires_at: int) -> Outputs:
    return {"envelope_id": names.envelope_id(envelope_class, content_id, recipient_fp, expires_at)}


@operation("names.day_of")
def _day_of(expires_at: int) -> Outputs:
    return {"day": names.day_of(expires_at)}
