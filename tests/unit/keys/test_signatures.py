"""Strict signatures: whatever two libraries might disagree about is refused."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError

from keys import suite
from keys.errors import BadSignature
from tests.vectors.make_primitives import IDENTITY, SMALL_ORDER_8, edge_signatures

FIELD = 2**255 - 19


def small_order_points() -> list[bytes]:
    """Return all encodings, canonical or not, of the eight points of small order."""
    order_8 = int.from_bytes(SMALL_ORDER_8, "little") & ~(1 << 255)
    ordinates = [0, 1, FIELD - 1, FIELD, FIELD + 1, order_8, FIELD - order_8]
    return [(y | sign << 255).to_bytes(32, "little") for y in ordinates for sign in (0, 1)]


@pytest.mark.parametrize("point", small_order_points(), ids=bytes.hex)
def test_small_order_points_are_no_keys(point: bytes) -> None:
    """No encoding of a point of small order is taken as a public key or as R."""
    assert not suite.is_strict_public(point)
    signer = suite.SignKey.from_seed(bytes(32))
    for public, commitment in ((point, IDENTITY), (signer.public, point)):
        with pytest.raises(BadSignature):
            suite.verify(public, commitment + bytes(32), b"anything")


def test_encodings_above_the_field_are_no_keys() -> None:
    """None of the 19 ordinates that can be written twice is taken in its second form."""
    for excess in range(19):
        for sign in (0, 1):
            assert not suite.is_strict_public((FIELD + excess | sign << 255).to_bytes(32, "little"))


@pytest.mark.parametrize("name", edge_signatures())
def test_edge_signatures_are_refused(name: str) -> None:
    """Signatures made with points outside the prime-order group are refused."""
    row = edge_signatures()[name]
    with pytest.raises(BadSignature):
        suite.verify(row["public"], row["signature"], row["message"])


def test_libraries_alone_would_disagree() -> None:
    """The two checks are needed: without them libraries take some edge cases, and not the same ones."""
    taken = {name: (_by_sodium(row), _by_openssl(row)) for name, row in edge_signatures().items()}
    assert any(either for pair in taken.values() for either in pair)
    assert any(sodium != openssl for sodium, openssl in taken.values())


def _by_sodium(row: dict[str, bytes]) -> bool:
    try:
        crypto_sign_open(row["signature"] + row["message"], row["public"])
    except BadSignatureError:
        return False
    return True


def _by_openssl(row: dict[str, bytes]) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(row["public"]).verify(row["signature"], row["message"])
    except InvalidSignature:
        return False
    return True


def test_every_bit_of_a_signature_counts() -> None:
    """Each of the 512 single-bit changes of a signature, and each of a key, is refused."""
    signer = suite.SignKey.from_seed(b"s" * 32)
    signature = signer.sign(b"message")
    suite.verify(signer.public, signature, b"mess", b"age")
    for bit in range(512):
        changed = bytearray(signature)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(BadSignature):
            suite.verify(signer.public, bytes(changed), b"message")
    for bit in range(256):
        changed = bytearray(signer.public)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(BadSignature):
            suite.verify(bytes(changed), signature, b"message")
