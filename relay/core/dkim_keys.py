"""The keys with which domains sign, and the tag lists in which keys and signatures are written (RFC 6376, 3.2
and 3.6; RFC 8301; RFC 8463). Owns what a key must be.

SHA-1 and RSA keys under 1,024 bits make no signature, and a key that is marked as a test is none.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Final, Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from relay.core.lookups import Lookups

MOST_KEY_BYTES: Final = 4_096
LEAST_RSA_BITS: Final = 1_024
MOST_RSA_BITS: Final = 4_096  # larger ones cost the verifier more than they prove

_TAG = re.compile(rb"[ \t]*([A-Za-z][A-Za-z0-9_]*)[ \t]*=(.*)", re.DOTALL)
SPACE = re.compile(rb"[ \t\r\n]+")

Algorithm = Literal["rsa-sha256", "ed25519-sha256"]


class BadSignature(Exception):
    """A signature or its key that proves nothing; the word says why."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def parse_tags(text: bytes) -> dict[bytes, bytes]:
    """A tag list (RFC 6376, 3.2). Raises BadSignature: a tag given twice makes all of it worthless."""
    tags: dict[bytes, bytes] = {}
    parts = text.replace(b"\r\n", b"").split(b";")
    for number, part in enumerate(parts):
        if not part.strip(b" \t") and number == len(parts) - 1:
            break
        found = _TAG.fullmatch(part)
        if found is None or found[1] in tags:
            raise BadSignature("syntax")
        tags[found[1]] = found[2].strip(b" \t")
    return tags


def decoded(text: bytes) -> bytes:
    """Base64 with folds in it. Raises BadSignature."""
    try:
        return base64.b64decode(SPACE.sub(b"", text), validate=True)
    except (binascii.Error, ValueError):
        raise BadSignature("base64") from None


@dataclass(frozen=True, slots=True)
class Key:
    """A domain's public key. `exact`: it speaks for its own domain alone, not for those below."""

    public: rsa.RSAPublicKey | ed25519.Ed25519PublicKey
    exact: bool

    def verifies(self, signature: bytes, text: bytes) -> bool:
        """Whether this key made that signature over that text."""
        try:
            if isinstance(self.public, rsa.RSAPublicKey):
                self.public.verify(signature, text, padding.PKCS1v15(), SHA256())
            else:
                self.public.verify(signature, hashlib.sha256(text).digest())  # RFC 8463, 3
        except InvalidSignature:
            return False
        return True


async def find_key(lookups: Lookups, domain: str, selector: str, algorithm: Algorithm) -> Key:
    """The key that a domain publishes under a selector. Raises BadSignature, DnsTrouble, TooManyLookups."""
    records = await lookups.ask(f"{selector}._domainkey.{domain}", "TXT")
    if not records:
        raise BadSignature("no-key")
    if len(records) > 1:
        raise BadSignature("several-keys")
    return parse_key(records[0].encode("latin-1"), algorithm)


def parse_key(record: bytes, algorithm: Algorithm) -> Key:
    """A key record (RFC 6376, 3.6.1) for one algorithm. Raises BadSignature."""
    if len(record) > MOST_KEY_BYTES:
        raise BadSignature("key-too-large")
    tags = parse_tags(record)
    if tags.get(b"v", b"DKIM1") != b"DKIM1" or (b"v" in tags and next(iter(tags)) != b"v"):
        raise BadSignature("key-version")
    if b"p" not in tags:
        raise BadSignature("no-key")
    if not tags[b"p"]:
        raise BadSignature("revoked")
    kind = tags.get(b"k", b"rsa").lower()
    if algorithm.encode() != kind + b"-sha256" or b"sha256" not in _listed(tags.get(b"h", b"sha256")):
        raise BadSignature("key-algorithm")
    flags = _listed(tags.get(b"t", b""))
    if b"y" in flags:
        raise BadSignature("testing")
    if not {b"*", b"email"} & set(_listed(tags.get(b"s", b"*"))):
        raise BadSignature("key-service")
    raw = decoded(tags[b"p"])
    return Key(_rsa(raw) if kind == b"rsa" else _ed25519(raw), b"s" in flags)


def _listed(text: bytes) -> list[bytes]:
    return [SPACE.sub(b"", part).lower() for part in text.split(b":")]


def _rsa(raw: bytes) -> rsa.RSAPublicKey:
    try:
        key = load_der_public_key(raw)
    except (ValueError, UnsupportedAlgorithm):
        raise BadSignature("key") from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise BadSignature("key")
    if not LEAST_RSA_BITS <= key.key_size <= MOST_RSA_BITS:
        raise BadSignature("key-size")
    return key


def _ed25519(raw: bytes) -> ed25519.Ed25519PublicKey:
    try:
        return ed25519.Ed25519PublicKey.from_public_bytes(raw)
    except ValueError:
        raise BadSignature("key") from None
