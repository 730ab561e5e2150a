"""Cases of primitives: what two libraries must agree on before any format can work."""

from __future__ import annotations

from keys import stream, suite
from keys.encoding import label
from tests.vectors.cast import CLIENT, COACH, ENGAGEMENT_ID, EXPIRES_AT, KEEPER_ID, ORIGIN, secret
from tests.vectors.generate import Cases, flip, patch

ORDER = 2**252 + 27742317777372353535851937790883648493
FIELD = 2**255 - 19
SMALL_ORDER_8 = bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")
IDENTITY = (1).to_bytes(32, "little")
MESSAGE = b"The same for every library."


def suite_cases(cases: Cases) -> None:
    """Fill `suite.json`."""
    long_info = label("x") * 9
    for name, salt, info, length in (("empty salt", b"", b"", 32), ("salt", b"salt", long_info, 100)):
        cases.good(name, "suite.hkdf", secret=secret("hkdf"), salt=salt, info=info, length=length)
    cases.good("64 bytes", "suite.hkdf_expand", prk=secret("prk"), info=b"info", length=64)
    _signatures(cases)
    _sealing(cases)


def _signatures(cases: Cases) -> None:
    seed = secret("signer")
    signer = suite.SignKey.from_seed(seed)
    cases.good("empty message", "suite.sign", seed=seed, message=b"")
    cases.good("a message", "suite.sign", seed=seed, message=MESSAGE)
    signature = signer.sign(MESSAGE)
    good = {"public": signer.public, "signature": signature, "message": MESSAGE}
    cases.good("a message", "suite.verify", **good)

    def bad(name: str, **changes: bytes) -> None:
        cases.bad(name, "suite.verify", **(good | changes))

    scalar = int.from_bytes(signature[32:], "little")
    bad("another message", message=MESSAGE + b".")
    bad("another key", public=COACH.identity.public)
    bad("signature of 63 bytes", signature=signature[:-1])
    bad("signature of 65 bytes", signature=signature + b"\0")
    bad("public key of 31 bytes", public=signer.public[:-1])
    bad("S plus the order", signature=signature[:32] + (scalar + ORDER).to_bytes(32, "little"))
    bad("S with its highest bit", signature=flip(signature, 63, 7))
    bad("R changed", signature=flip(signature, 0))
    bad("R with its sign bit changed", signature=flip(signature, 31, 7))
    bad("R not canonical", signature=(FIELD + 1).to_bytes(32, "little") + signature[32:])
    bad("R the identity, not canonical by its sign", signature=flip(IDENTITY, 31, 7) + signature[32:])
    bad("public key the identity", public=IDENTITY)
    bad("public key of order 8", public=SMALL_ORDER_8)
    bad("public key not canonical", public=(FIELD + 1).to_bytes(32, "little"))
    bad("public key not on the curve", public=(2).to_bytes(32, "little"))
    for name, forged in edge_signatures().items():
        cases.bad(name, "suite.verify", **forged)


def edge_signatures() -> dict[str, dict[str, bytes]]:
    """Return signatures that satisfy the cofactored equation and still must be refused."""
    return {
        "zero key and R: anything verifies": {
            "public": IDENTITY,
            "signature": IDENTITY + bytes(32),
            "message": MESSAGE,
        },
        "mixed-order public key": _mixed(in_key=True, in_r=False),
        "mixed-order R": _mixed(in_key=False, in_r=True),
        "mixed-order public key and R": _mixed(in_key=True, in_r=True),
        "R of small order, key in order": _small_r(),
    }


def _mixed(*, in_key: bool, in_r: bool) -> dict[str, bytes]:
    """Sign with a point of order 8 added to A or R: true up to the cofactor, so libraries disagree."""
    from nacl.bindings import crypto_core_ed25519_add, crypto_scalarmult_ed25519_base_noclamp

    scalar, nonce = _scalar("mixed key"), _scalar("mixed nonce")
    public = crypto_scalarmult_ed25519_base_noclamp(scalar.to_bytes(32, "little"))
    commitment = crypto_scalarmult_ed25519_base_noclamp(nonce.to_bytes(32, "little"))
    if in_key:
        public = crypto_core_ed25519_add(public, SMALL_ORDER_8)
    if in_r:
        commitment = crypto_core_ed25519_add(commitment, SMALL_ORDER_8)
    return _forge(public, commitment, scalar, nonce)


def _small_r() -> dict[str, bytes]:
    from nacl.bindings import crypto_scalarmult_ed25519_base_noclamp

    scalar = _scalar("small R key")
    public = crypto_scalarmult_ed25519_base_noclamp(scalar.to_bytes(32, "little"))
    return _forge(public, SMALL_ORDER_8, scalar, 0)


def _forge(public: bytes, commitment: bytes, scalar: int, nonce: int) -> dict[str, bytes]:
    import hashlib

    challenge = int.from_bytes(hashlib.sha512(commitment + public + MESSAGE).digest(), "little") % ORDER
    response = (nonce + challenge * scalar) % ORDER
    signature = commitment + response.to_bytes(32, "little")
    return {"public": public, "signature": signature, "message": MESSAGE}


def _scalar(name: str) -> int:
    return int.from_bytes(secret(name), "little") % ORDER


def _sealing(cases: Cases) -> None:
    seed = secret("hpke")
    key = suite.OpenKey.from_seed(seed)
    cases.good("a key pair", "suite.open_key", seed=seed)
    cases.good("a public key", "suite.seal_key", public=key.public)
    cases.bad("public key a byte short", "suite.seal_key", public=key.public[:-1])
    cases.bad("public key a byte long", "suite.seal_key", public=key.public + b"\0")
    cases.bad(
        "lattice coefficient out of range", "suite.seal_key", public=patch(key.public, 0, b"\xff\xff\xff")
    )
    cases.bad("curve point of small order", "suite.seal_key", public=patch(key.public, 1184, bytes(32)))
    sealed = suite.hpke_seal(key.seal_key(), b"info", b"a share of 32 bytes, for a lock.")
    good = {"seed": seed, "info": b"info", "sealed": sealed, "plain_bytes": 32}
    cases.good("32 bytes", "suite.hpke_open", **good)
    empty = suite.hpke_seal(key.seal_key(), b"", b"")
    cases.good("nothing", "suite.hpke_open", seed=seed, info=b"", sealed=empty, plain_bytes=0)
    faults = {
        "other info": {"info": b"Info"},
        "other key": {"seed": secret("other")},
        "length one less": {"plain_bytes": 31},
        "length one more": {"plain_bytes": 33},
        "cut short": {"sealed": sealed[:-1]},
        "a byte more": {"sealed": sealed + b"\0"},
        "lattice part changed": {"sealed": flip(sealed, 500)},
        "curve part changed": {"sealed": flip(sealed, 1100)},
        "curve part zero": {"sealed": patch(sealed, 1088, bytes(32))},
        "ciphertext changed": {"sealed": flip(sealed, 1120)},
        "tag changed": {"sealed": flip(sealed, -1)},
    }
    for name, changes in faults.items():
        cases.bad(name, "suite.hpke_open", **(good | changes))


def stream_cases(cases: Cases) -> None:
    """Fill `stream.json`: streams, boxes and padding."""
    key, context, salt = secret("stream"), b"context", secret("salt", 24)
    for length in (0, 1, 16_383, 16_384, 16_385, 32_768):
        plain = (b"0123456789abcdef" * 2049)[:length]
        outputs = cases.good(
            f"{length} bytes", "stream.seal_stream", key=key, context=context, plain=plain, salt=salt
        )
        sealed = bytes.fromhex(outputs["sealed"])
        cases.good(f"{length} bytes", "stream.open_stream", key=key, context=context, sealed=sealed)
    cases.good("no context", "stream.seal_stream", key=key, context=b"", plain=b"x", salt=salt)
    _bad_streams(cases, {"key": key, "context": context, "sealed": _two_chunks(key, context, salt)})
    for length in (0, 1, 1023, 1024, 1025, 1088, 1089, 2047, 2048, 2049, 4095, 4096, 4097, 65_537):
        cases.good(str(length), "padding.padded_length", length=length)
    for length in (10**6, 2**20 - 1, 2**20, 2**24 + 1, 2**30 - 1, 2**30):
        cases.good(str(length), "padding.padded_length", length=length)
    for size in (72, 73, 56 + 16_399, 56 + 16_400 + 16):
        cases.good(str(size), "stream.plain_length", sealed_bytes=size)
    for size in (0, 55, 56, 71, 56 + 16_400, 56 + 16_400 + 15):
        cases.bad(str(size), "stream.plain_length", sealed_bytes=size)
    _boxes(cases)


def _two_chunks(key: bytes, context: bytes, salt: bytes) -> bytes:
    return stream.seal_stream(key, context, bytes(16_384) + b"end", salt)


def _bad_streams(cases: Cases, good: dict[str, bytes]) -> None:
    sealed = good["sealed"]
    head, first, last = sealed[:56], sealed[56 : 56 + 16_400], sealed[56 + 16_400 :]
    faults = {
        "another key": {"key": secret("other")},
        "another context": {"context": b"contexT"},
        "empty": {"sealed": b""},
        "head cut short": {"sealed": head[:-1]},
        "head alone": {"sealed": head},
        "salt changed": {"sealed": flip(sealed, 0)},
        "commitment changed": {"sealed": flip(sealed, 24)},
        "last bit of the commitment changed": {"sealed": flip(sealed, 55, 7)},
        "first chunk changed": {"sealed": flip(sealed, 56)},
        "first tag changed": {"sealed": flip(sealed, 56 + 16_399)},
        "last tag changed": {"sealed": flip(sealed, -1)},
        "short chunk missing": {"sealed": head + first},
        "short chunk cut to its tag": {"sealed": head + first + last[:16]},
        "short chunk below its tag": {"sealed": head + first + last[:15]},
        "first chunk missing": {"sealed": head + last},
        "chunks exchanged": {"sealed": head + last + first},
        "first chunk twice": {"sealed": head + first + first + last},
        "a byte more": {"sealed": sealed + b"\0"},
    }
    for name, changes in faults.items():
        cases.bad(name, "stream.open_stream", **(good | changes))


def _boxes(cases: Cases) -> None:
    good = {
        "key": secret("box"),
        "purpose": "vault",
        "aad": b"aad",
        "plain": b"kept",
        "nonce": secret("n", 24),
    }
    outputs = cases.good("four bytes", "box.seal_box", **good)
    empty = cases.good("nothing", "box.seal_box", **(good | {"plain": b"", "aad": b""}))
    sealed = bytes.fromhex(outputs["box"])
    opening = {"key": good["key"], "purpose": "vault", "aad": b"aad", "sealed_box": sealed}
    cases.good("four bytes", "box.open_box", **opening)
    nothing = {"aad": b"", "sealed_box": bytes.fromhex(empty["box"])}
    cases.good("nothing", "box.open_box", **(opening | nothing))
    faults = {
        "another key": {"key": secret("other")},
        "another purpose": {"purpose": "wrap"},
        "purpose with a zero byte": {"purpose": "vault\0"},
        "other associated data": {"aad": b"aae"},
        "nonce changed": {"sealed_box": flip(sealed, 0)},
        "commitment changed": {"sealed_box": flip(sealed, 24)},
        "ciphertext changed": {"sealed_box": flip(sealed, 56)},
        "tag changed": {"sealed_box": flip(sealed, -1)},
        "cut short": {"sealed_box": sealed[:-1]},
        "below the least length": {"sealed_box": sealed[:71]},
        "a byte more": {"sealed_box": sealed + b"\0"},
        "empty": {"sealed_box": b""},
    }
    for name, changes in faults.items():
        cases.bad(name, "box.open_box", **(opening | changes))


def encoding_cases(cases: Cases) -> None:
    """Fill `encoding.json`: base64url and JSON."""
    for text in ("", "AA", "AAA", "AAAA", "-_-_"):
        cases.good(text or "empty", "encoding.from_base64url", text=text)
    bad_texts = {
        "unused bits set": "AB",
        "unused bits set, three signs": "AAB",
        "padding": "AA==",
        "length of no encoding": "A",
        "standard alphabet": "+/+/",
        "space": "AA AA",
        "line end": "AAAA\n",
        "not ASCII": "AAÄ",
    }
    for name, text in bad_texts.items():
        cases.bad(name, "encoding.from_base64url", text=text)
    good_objects = {
        "empty object": b"{}",
        "space around": b' {"a" : [1, true, null] } ',
        "escapes": rb'{"a":"\u00e4\ud83c\udf3f\n"}',
        "one name on two levels": b'{"a":{"a":1}}',
        "31 lists in an object": b'{"a":' + b"[" * 31 + b"]" * 31 + b"}",
    }
    for name, text in good_objects.items():
        cases.good(name, "encoding.load_json", utf8=text)
    bad_objects = {
        "empty": b"",
        "list": b"[]",
        "text": b'"a"',
        "number": b"1",
        "duplicate names": b'{"a":1,"a":1}',
        "duplicate names, one escaped": rb'{"a":1,"\u0061":2}',
        "duplicate names within": b'{"b":[{"a":1,"a":2}]}',
        "something after": b"{}{}",
        "zero byte after": b"{}\0",
        "byte order mark": b"\xef\xbb\xbf{}",
        "not UTF-8": b'{"a":"\xff"}',
        "overlong UTF-8": b'{"a":"\xc0\xaf"}',
        "surrogate in UTF-8": b'{"a":"\xed\xa0\x80"}',
        "half a surrogate pair": rb'{"a":"\ud83c"}',
        "half a surrogate pair in a name": rb'{"\udf3f":1}',
        "NaN": b'{"a":NaN}',
        "Infinity": b'{"a":-Infinity}',
        "single quotes": b"{'a':1}",
        "comma at the end": b'{"a":1,}',
        "comment": b'{"a":1/**/}',
        "control sign in text": b'{"a":"\n"}',
        "leading zero": b'{"a":01}',
        "32 lists in an object": b'{"a":' + b"[" * 32 + b"]" * 32 + b"}",
        "very deep": b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}",
    }
    for name, text in bad_objects.items():
        cases.bad(name, "encoding.load_json", utf8=text)


def names_cases(cases: Cases) -> None:
    """Fill `names.json`."""
    cases.good("16 bytes", "names.derive", secret=secret("derive"), name="invite-id", length=16)
    cases.good("an identity key", "names.of_public", public=COACH.identity.public)
    cases.good("a reading key", "names.of_public", public=COACH.reading_key().public)
    cases.good("one keeper", "names.keeper_set", keeper_ids=[KEEPER_ID])
    ids = sorted([KEEPER_ID, secret("other keeper", 16)])
    cases.good("two keepers", "names.keeper_set", keeper_ids=ids)
    cases.bad("not ascending", "names.keeper_set", keeper_ids=ids[::-1])
    cases.bad("one twice", "names.keeper_set", keeper_ids=[ids[0], ids[0]])
    cases.bad("id of 15 bytes", "names.keeper_set", keeper_ids=[ids[0][:-1]])
    cases.good("an origin", "names.origin_hash", origin=ORIGIN)
    for role in (1, 2, 3, 4):
        cases.good(f"role {role}", "names.mailbox_id", engagement_id=ENGAGEMENT_ID, role=role, fp=CLIENT.fp)
    fields = {"content_id": secret("content"), "recipient_fp": CLIENT.fp, "expires_at": EXPIRES_AT}
    for number in (1, 6):
        cases.good(f"class {number}", "names.envelope_id", envelope_class=number, **fields)
    for instant in (1, 86_400, 86_401, EXPIRES_AT):
        cases.good(str(instant), "names.day_of", expires_at=instant)
