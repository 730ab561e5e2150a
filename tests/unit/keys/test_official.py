"""The primitives agree with published vectors, through the functions that `keys` offers."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cryptography_vectors
import pytest
from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from keys import stream, suite, unlock
from keys.errors import KeysError, Malformed, NotOpened

FOLDER = Path(cryptography_vectors.__file__).parent


def hpke_vector() -> dict[str, Any]:
    """Return the official vector of exactly our triple."""
    rows = json.loads((FOLDER / "HPKE" / "hpke-pq-test-vectors.json").read_text("utf-8"))
    return next(row for row in rows if (row["kem_id"], row["kdf_id"], row["aead_id"]) == (0x647A, 1, 3))


def test_x_wing_public_key_of_the_official_seed() -> None:
    """The seed of the HPKE working group's vector gives its public key."""
    vector = hpke_vector()
    assert suite.OpenKey.from_seed(bytes.fromhex(vector["skRm"])).public.hex() == vector["pkRm"]


def test_hpke_opens_the_official_encapsulation() -> None:
    """What is encrypted under the official key and base nonce opens with the official encapsulation.

    The published ciphertexts have associated data, which our locks never have; so the vector's key seals a
    text without any.
    """
    vector = hpke_vector()
    cipher = ChaCha20Poly1305(bytes.fromhex(vector["key"]))
    sealed = cipher.encrypt(bytes.fromhex(vector["base_nonce"]), b"a share", b"")
    open_key = suite.OpenKey.from_seed(bytes.fromhex(vector["skRm"]))
    whole = bytes.fromhex(vector["enc"]) + sealed
    assert suite.hpke_open(open_key, bytes.fromhex(vector["info"]), whole, 7) == b"a share"
    with pytest.raises(NotOpened):
        suite.hpke_open(open_key, b"other", whole, 7)


def test_hpke_with_associated_data_is_refused() -> None:
    """The published ciphertexts, which carry associated data, do not open: ours is always empty."""
    vector = hpke_vector()
    first = vector["encryptions"][0]
    open_key = suite.OpenKey.from_seed(bytes.fromhex(vector["skRm"]))
    whole = bytes.fromhex(vector["enc"]) + bytes.fromhex(first["ct"])
    with pytest.raises(NotOpened):
        suite.hpke_open(open_key, bytes.fromhex(vector["info"]), whole, len(bytes.fromhex(first["pt"])))


def chunked_vectors() -> list[Any]:
    """Return the published streams with AES-256-GCM."""
    rows = json.loads((FOLDER / "chunked-encryption" / "vectors.json").read_text("utf-8"))["vectors"]
    chosen = [row for row in rows if row["aead"] == "AEAD_AES_256_GCM" and "aead_key" in row]
    return [pytest.param(row, id=row["name"]) for row in chosen]


@pytest.mark.parametrize("row", chunked_vectors())
def test_chunks_of_the_official_streams(row: dict[str, Any]) -> None:
    """Chunks, nonces and the short last one are those of the specification.

    The published streams derive their keys by SHA-256; the key schedule of ours, by SHA-512, is compared
    below.
    """
    sealed = base64.b64decode(row["ciphertext"])
    sealed = zlib.decompress(sealed) if row.get("compressed") else sealed
    nonce = int.from_bytes(bytes.fromhex(row["base_nonce"]), "big")
    schedule = stream.Schedule(AESGCM(bytes.fromhex(row["aead_key"])), nonce, sealed[24:56])
    if row["expect"] == "success":
        plain = schedule.open_final(0, memoryview(sealed)[56:])
        assert (len(plain), hashlib.sha256(plain).hexdigest()) == (
            row["payload_length"],
            row["payload_sha256"],
        )
        return
    with pytest.raises(NotOpened):
        schedule.open_final(0, memoryview(sealed)[56:])


LENGTHS = [0, 1, 16_383, 16_384, 16_385, 32_768, 100_000]


@pytest.mark.parametrize("length", LENGTHS)
def test_streams_against_another_implementation(length: int) -> None:
    """Ours and the library's Cobblestone-256 open each other's streams."""
    key, context = hashlib.sha256(b"key").digest(), b"some context"
    plain = hashlib.shake_256(b"plain").digest(length)
    ours = stream.seal_stream(key, context, plain, hashlib.shake_256(b"salt").digest(24))
    opener = Cobblestone256Decryptor(key, context)
    assert opener.update(ours) + opener.finalize() == plain
    sealer = Cobblestone256Encryptor(key, context)
    theirs = sealer.update(plain) + sealer.finalize()
    assert stream.open_stream(key, context, theirs) == plain
    assert len(theirs) == len(ours) == stream.sealed_length(length)


def test_streams_are_refused_by_both() -> None:
    """A stream under another context or cut at a chunk is refused by both implementations."""
    key = hashlib.sha256(b"key").digest()
    sealed = stream.seal_stream(key, b"a", bytes(16_384), bytes(24))
    for context, changed in ((b"b", sealed), (b"a", sealed[:-16])):
        opener = Cobblestone256Decryptor(key, context)
        with pytest.raises((InvalidTag, ValueError)):
            _ = opener.update(changed) + opener.finalize()
        with pytest.raises(NotOpened):
            stream.open_stream(key, context, changed)


def ed25519_rows() -> Iterator[tuple[bytes, bytes, bytes, bytes]]:
    """Yield seed, public key, message and signature of the published cases."""
    text = (FOLDER / "asymmetric" / "Ed25519" / "sign.input").read_text("ascii")
    for line in text.split():
        secret, public, message, signed = (bytes.fromhex(part) for part in line.split(":")[:4])
        yield secret[:32], public, message, signed[:64]


def test_ed25519_of_the_published_cases() -> None:
    """All 1,024 published signatures come out and verify, and none verifies for another message."""
    rows = list(ed25519_rows())
    assert len(rows) == 1024
    for seed, public, message, signature in rows:
        signer = suite.SignKey.from_seed(seed)
        assert (signer.public, signer.sign(message)) == (public, signature)
        suite.verify(public, signature, message)
        with pytest.raises(KeysError):
            suite.verify(public, signature, message, b".")


def test_hkdf_of_rfc_5869() -> None:
    """The RFC's cases with SHA-256 come out."""
    text = (FOLDER / "KDF" / "rfc-5869-HKDF-SHA256.txt").read_text("ascii")
    blocks = [block for block in text.split("COUNT = ")[1:] if "IKM" in block]
    assert len(blocks) == 3
    for block in blocks:
        row = dict(line.partition("=")[::2] for line in block.splitlines() if "=" in line)
        field = {name.strip(): value.strip() for name, value in row.items()}
        raw = {name: bytes.fromhex(field.get(name, "")) for name in ("IKM", "salt", "info", "PRK", "OKM")}
        length = len(raw["OKM"])
        assert suite.hkdf(raw["IKM"], raw["info"], length, raw["salt"]) == raw["OKM"]
        assert suite.hkdf_expand(raw["PRK"], raw["info"], length) == raw["OKM"]


def test_kdf_1_against_another_implementation() -> None:
    """The one password hash is Argon2id with 64 MiB, 3 passes and 1 lane, as another library computes it."""
    salt = hashlib.sha256(b"salt").digest()[:16]
    kdf = Argon2id(salt=salt, length=64, iterations=3, lanes=1, memory_cost=64 * 1024)
    stretched = kdf.derive(b"manliness pessimist retool spelling turtle")
    found = unlock.password_keys(b"manliness pessimist retool spelling turtle", salt)
    assert found.login.seed + found.wrap_key == stretched


def test_stream_key_has_one_length() -> None:
    """A key, salt or head of another length is refused before anything is computed."""
    for key, salt in ((bytes(31), bytes(24)), (bytes(33), bytes(24)), (bytes(32), bytes(23))):
        with pytest.raises(Malformed):
            stream.seal_stream(key, b"", b"", salt)
    with pytest.raises(NotOpened):
        stream.Opener(bytes(32), b"", bytes(55))
