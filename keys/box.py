"""Box: the one way to seal under a symmetric key; XChaCha20-Poly1305 with a commitment to its key.

Owns the layout nonce 24 ‖ commitment 32 ‖ ciphertext. XChaCha20-Poly1305 alone does not commit: whoever
stores a password-wrapped key could serve bytes that open under many guesses and watch which client
succeeds. So the key's commitment is compared first. Must never open anything whose purpose or associated
data differ. (docs/protocol.md, Box.)
"""

from __future__ import annotations

from hmac import compare_digest
from typing import Final

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError

from keys.encoding import exact, label
from keys.errors import NotOpened
from keys.suite import hkdf_expand

NONCE_BYTES: Final = 24
COMMITMENT_BYTES: Final = 32
TAG_BYTES: Final = 16
OVERHEAD_BYTES: Final = NONCE_BYTES + COMMITMENT_BYTES + TAG_BYTES


def seal_box(key: bytes, purpose: str, aad: bytes, plain: bytes, nonce: bytes) -> bytes:
    """Seal `plain` under a 32-byte `key`; `nonce` is 24 fresh random bytes. Returns 72 bytes more than
    `plain`.
    """
    exact(nonce, NONCE_BYTES, "nonce")
    box_key, commitment = _box_keys(key, purpose, nonce)
    return nonce + commitment + crypto_aead_xchacha20poly1305_ietf_encrypt(plain, aad, nonce, box_key)


def open_box(key: bytes, purpose: str, aad: bytes, box: bytes) -> bytes:
    """Open a box; `NotOpened` whatever is wrong with it. The commitment is compared before anything is
    decrypted.
    """
    if len(box) < OVERHEAD_BYTES:
        raise NotOpened
    nonce = box[:NONCE_BYTES]
    box_key, commitment = _box_keys(key, purpose, nonce)
    if not compare_digest(commitment, box[NONCE_BYTES : NONCE_BYTES + COMMITMENT_BYTES]):
        raise NotOpened
    try:
        return crypto_aead_xchacha20poly1305_ietf_decrypt(
            box[NONCE_BYTES + COMMITMENT_BYTES :], aad, nonce, box_key
        )
    except CryptoError:
        raise NotOpened from None


def _box_keys(key: bytes, purpose: str, nonce: bytes) -> tuple[bytes, bytes]:
    exact(key, 32, "key")
    okm = hkdf_expand(key, label("box") + purpose.encode("ascii") + b"\0" + nonce, 64)
    return okm[:32], okm[32:]
