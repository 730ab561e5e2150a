"""Signs mail for the tests, as a provider does: DKIM and ARC by the RFCs, with every tag open to change."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from relay.core.dkim import signed_bytes
from relay.core.dkim_canon import BodyHash, canonical_field, raw_fields

ED_KEY = ed25519.Ed25519PrivateKey.from_private_bytes(b"k" * 32)
RSA_KEY = rsa.generate_private_key(65537, 2048)


@dataclass
class Signer:
    """A domain that signs, with its key and what it publishes."""

    domain: str
    selector: str = "k1"
    key: Any = ED_KEY

    @property
    def algorithm(self) -> str:
        """The algorithm's name."""
        return "rsa-sha256" if isinstance(self.key, rsa.RSAPrivateKey) else "ed25519-sha256"

    @property
    def name(self) -> str:
        """Where the key is published."""
        return f"{self.selector}._domainkey.{self.domain}"

    def record(self, more: str = "") -> str:
        """The key record."""
        public = self.key.public_key()
        if isinstance(self.key, rsa.RSAPrivateKey):
            raw = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            return f"v=DKIM1; k=rsa; {more}p={base64.b64encode(raw).decode()}"
        raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return f"v=DKIM1; k=ed25519; {more}p={base64.b64encode(raw).decode()}"

    def zone(self, more: str = "") -> dict[str, dict[str, list[str]]]:
        """The key record as a zone."""
        return {self.name: {"TXT": [self.record(more)]}}

    def raw_sign(self, text: bytes) -> bytes:
        """A signature over what was canonicalised, in base64."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            return base64.b64encode(self.key.sign(text, padding.PKCS1v15(), SHA256()))
        return base64.b64encode(self.key.sign(hashlib.sha256(text).digest()))

    def sign(
        self, mail: bytes, *, ways: str = "relaxed/relaxed", names: str = "from:subject", **tags: str
    ) -> bytes:
        """The mail with a DKIM-Signature on top. A further tag is added, or takes the place of one."""
        given = {"v": "1", "a": self.algorithm, "c": ways, "d": self.domain, "s": self.selector, "h": names}
        return self._on_top(b"DKIM-Signature", mail, given | tags, names, ways)

    def _on_top(self, name: bytes, mail: bytes, given: dict[str, str], names: str, ways: str) -> bytes:
        head, _, body = mail.partition(b"\r\n\r\n")
        field_way, _, body_way = ways.partition("/")
        given = given | {"bh": given.get("bh", body_hash(body, body_way or "simple"))}
        listed = "".join(f"{tag}={value}; " for tag, value in given.items() if value is not None)
        field = name + b": " + listed.encode() + b"b="
        text = signed_bytes(raw_fields(head), names.lower().encode().split(b":"), field, field_way)  # type: ignore[arg-type]
        return field + self.raw_sign(text) + b"\r\n" + mail

    def seal(
        self, mail: bytes, number: int, cv: str, *, names: str = "from:subject", results: str = "x.test; none"
    ) -> bytes:
        """The mail with one more ARC set on top."""
        given = {"i": str(number), "a": self.algorithm, "c": "relaxed/relaxed", "d": self.domain}
        given |= {"s": self.selector, "h": names}
        mail = self._on_top(b"ARC-Message-Signature", mail, given, names, "relaxed/relaxed")
        mail = f"ARC-Authentication-Results: i={number}; {results}\r\n".encode() + mail
        tags = f"i={number}; a={self.algorithm}; cv={cv}; d={self.domain}; s={self.selector}; b="
        own = b"ARC-Seal: " + tags.encode()
        return own + self.raw_sign(seal_text(own, mail, number)) + b"\r\n" + mail


def seal_text(own: bytes, mail: bytes, number: int) -> bytes:
    """What an ARC seal is over: all sets in order, its own last."""
    fields = raw_fields(mail.partition(b"\r\n\r\n")[0])
    lines = []
    for instance in range(1, number + 1):
        for name in (b"arc-authentication-results", b"arc-message-signature", b"arc-seal"):
            for found, whole in fields:
                if found == name and whole.partition(b":")[2].strip().startswith(b"i=%d;" % instance):
                    lines.append(canonical_field(whole, "relaxed"))
    return b"\r\n".join([*lines, canonical_field(own, "relaxed")])


def body_hash(body: bytes, way: str) -> str:
    """`bh=` of a body."""
    hashing = BodyHash(way)  # type: ignore[arg-type]
    hashing.feed(body)
    return base64.b64encode(hashing.digest()).decode()
