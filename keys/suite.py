"""Suite 1: the primitives, each with one purpose and no choice.

Owns hashing, key derivation, strict Ed25519 and HPKE with X-Wing (KEM 0x647a, HKDF-SHA256 0x0001,
ChaCha20-Poly1305 0x0003, empty aad, context in `info`). Must never accept what another conforming library
could refuse: signatures are checked beyond RFC 8032 so that Python and every browser agree on each edge
case.

Loaded keys (`OpenKey`, `SealKey`) may be kept and passed again: loading an X-Wing private key costs more
than opening with it. (docs/protocol.md, Primitives; RFC 5869, RFC 8032, RFC 9180 and the HPKE post-quantum
draft.)
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand
from nacl.bindings import (
    crypto_core_ed25519_is_valid_point,
    crypto_sign,
    crypto_sign_open,
    crypto_sign_seed_keypair,
)
from nacl.exceptions import BadSignatureError

from keys.encoding import exact
from keys.errors import BadSignature, Malformed, NotOpened

SEED_BYTES: Final = 32
SIGN_PUBLIC_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
SEAL_PUBLIC_BYTES: Final = 1216
ENCAPSULATION_BYTES: Final = 1120
HPKE_TAG_BYTES: Final = 16
HPKE_OVERHEAD_BYTES: Final = ENCAPSULATION_BYTES + HPKE_TAG_BYTES

_MLKEM_SEED_BYTES: Final = 64
_MLKEM_PUBLIC_BYTES: Final = 1184
_HPKE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


def H(*parts: bytes) -> bytes:  # noqa: N802  (the name that docs/protocol.md gives it)
    """SHA-256 of the concatenation of `parts`; a caller that hashes for a purpose passes a label first."""
    return hashlib.sha256(parts[0] if len(parts) == 1 else b"".join(parts)).digest()


def hkdf(secret: bytes, info: bytes, length_bytes: int = 32, salt: bytes = b"") -> bytes:
    """HKDF-SHA256, extract and expand (RFC 5869); an empty salt means the RFC's zero salt."""
    return HKDF(hashes.SHA256(), length_bytes, salt or None, info).derive(secret)


def hkdf_expand(prk: bytes, info: bytes, length_bytes: int = 32) -> bytes:
    """HKDF-SHA256, expand only: for a `prk` that is already a uniform 32-byte key."""
    return HKDFExpand(hashes.SHA256(), length_bytes, info).derive(prk)


# --- signatures ---


@dataclass(frozen=True, slots=True)
class SignKey:
    """An Ed25519 signing key. Make it with `SignKey.from_seed`; the seed never shows in a repr."""

    public: bytes
    seed: bytes = field(repr=False)
    _secret: bytes = field(repr=False)

    @classmethod
    def from_seed(cls, seed: bytes) -> SignKey:
        """Derive the key pair of a 32-byte seed (RFC 8032, 5.1.5)."""
        public, secret = crypto_sign_seed_keypair(exact(seed, SEED_BYTES, "signing seed"))
        return cls(public, seed, secret)

    def sign(self, *parts: bytes) -> bytes:
        """Return the 64-byte signature over the concatenation of `parts`, the first of which is a label."""
        return crypto_sign(b"".join(parts), self._secret)[:SIGNATURE_BYTES]


def verify(public: bytes, signature: bytes, *parts: bytes) -> None:
    """Verify strictly that `signature` by `public` covers the concatenation of `parts`; `BadSignature`
    otherwise.

    Beyond RFC 8032: the public key and R must be canonical points of the prime-order group, S must be below
    the group's order (the last is libsodium's own check). Without them libraries disagree on about one edge
    case in six.
    """
    if len(signature) != SIGNATURE_BYTES or not is_strict_public(public):
        raise BadSignature
    if not crypto_core_ed25519_is_valid_point(signature[:32]):
        raise BadSignature
    try:
        crypto_sign_open(signature + b"".join(parts), public)
    except BadSignatureError:
        raise BadSignature from None


@lru_cache(maxsize=4096)
def is_strict_public(public: bytes) -> bool:
    """Whether an Ed25519 public key is canonical and in the prime-order group; check it whenever a key is
    pinned.
    """
    return len(public) == SIGN_PUBLIC_BYTES and crypto_core_ed25519_is_valid_point(public)


# --- sealing to a public key ---


@dataclass(frozen=True, slots=True)
class SealKey:
    """An X-Wing public key of 1,216 bytes, loaded and checked. Make it with `SealKey.from_bytes`."""

    raw: bytes
    loaded: MLKEM768X25519PublicKey = field(repr=False, compare=False)

    @classmethod
    def from_bytes(cls, raw: bytes) -> SealKey:
        """Load a public key; `Malformed` for a wrong length or an ML-KEM part out of range."""
        exact(raw, SEAL_PUBLIC_BYTES, "sealing key")
        try:
            lattice = MLKEM768PublicKey.from_public_bytes(raw[:_MLKEM_PUBLIC_BYTES])
        except ValueError:
            raise Malformed("not a sealing key") from None
        curve = X25519PublicKey.from_public_bytes(raw[_MLKEM_PUBLIC_BYTES:])
        return cls(raw, MLKEM768X25519PublicKey(lattice, curve))


@dataclass(frozen=True, slots=True)
class OpenKey:
    """An X-Wing private key. Make it with `OpenKey.from_seed`; the seed never shows in a repr."""

    public: bytes
    seed: bytes = field(repr=False)
    loaded: MLKEM768X25519PrivateKey = field(repr=False, compare=False)

    @classmethod
    def from_seed(cls, seed: bytes) -> OpenKey:
        """Expand a 32-byte seed by SHAKE256 into a 64-byte ML-KEM seed and a 32-byte X25519 key (X-Wing
        draft).
        """
        expanded = hashlib.shake_256(exact(seed, SEED_BYTES, "sealing seed")).digest(96)
        lattice = MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED_BYTES])
        curve = X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED_BYTES:])
        public = lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
        return cls(public, seed, MLKEM768X25519PrivateKey(lattice, curve))

    def seal_key(self) -> SealKey:
        """Return the public side, loaded."""
        return SealKey.from_bytes(self.public)


def hpke_seal(seal_key: SealKey, hpke_info: bytes, plain: bytes) -> bytes:
    """Seal in HPKE base mode, single shot: encapsulation 1,120 ‖ ciphertext. Random by nature: never
    repeatable.

    `Malformed` when the X25519 half is a low-order point, which gives no shared secret.
    """
    try:
        return _HPKE.encrypt(plain, seal_key.loaded, hpke_info)
    except ValueError:
        raise Malformed("not a sealing key") from None


def hpke_open(open_key: OpenKey, hpke_info: bytes, sealed: bytes, plain_bytes: int) -> bytes:
    """Open what `hpke_seal` made; the length is checked first. `NotOpened` whatever is wrong."""
    if len(sealed) != plain_bytes + HPKE_OVERHEAD_BYTES:
        raise NotOpened
    try:
        return _HPKE.decrypt(sealed, open_key.loaded, hpke_info)
    except (InvalidTag, ValueError):
        raise NotOpened from None
