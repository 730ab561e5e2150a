"""DKIM: whether a domain signed this mail (RFC 6376, RFC 8301, RFC 8463). Owns signatures, not their keys.

Stricter than the RFC: a signature over a part of the body (`l=`) proves nothing, nor does one over one of two
subjects.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from relay.core.addresses import parse_domain
from relay.core.dkim_canon import RawFields, Way, canonical_field
from relay.core.dkim_keys import SPACE, Algorithm, BadSignature, decoded, find_key, parse_tags
from relay.core.errors import Malformed
from relay.core.lookups import DnsTrouble, Lookups, TooManyLookups

MOST_SIGNATURES: Final = 8  # of one mail; the likeliest are looked at first
MOST_SIGNATURE_BYTES: Final = 8_192

_SELECTOR = re.compile(rb"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,200}[A-Za-z0-9_])?")
_ONCE: Final = frozenset(
    b"from sender reply-to to cc subject date message-id in-reply-to references mime-version content-type"
    b" content-transfer-encoding".split()
)
"""Fields that a mail has once (RFC 5322, 3.6; RFC 2045, 3)."""
_WAYS: Final[dict[bytes, Way]] = {b"simple": "simple", b"relaxed": "relaxed"}

Outcome = Literal["pass", "fail", "permerror", "temperror"]
Tags = Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature as it stands in the header. `raw` is its whole field."""

    raw: bytes = field(repr=False)
    domain: str = field(repr=False)
    selector: str = field(repr=False)
    algorithm: Algorithm
    field_way: Way
    body_way: Way
    names: tuple[bytes, ...] = field(repr=False)
    body_hash: bytes = field(repr=False)
    value: bytes = field(repr=False)
    exact_identity: bool
    expires_at: int | None


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of one signature. `why` is a word for the reader, empty on a pass."""

    outcome: Outcome
    domain: str = field(repr=False, default="")
    selector: str = field(repr=False, default="")
    algorithm: str = ""
    why: str = ""


def parse_signature(raw: bytes) -> Signature:
    """A DKIM-Signature field. Raises BadSignature."""
    if len(raw) > MOST_SIGNATURE_BYTES:
        raise BadSignature("too-large")
    tags = parse_tags(raw.partition(b":")[2])
    if tags.get(b"v") != b"1":
        raise BadSignature("version")
    return read_signature(raw, tags, identity=tags.get(b"i"))


def read_signature(raw: bytes, tags: Tags, identity: bytes | None) -> Signature:
    """What DKIM-Signature and ARC-Message-Signature have in common. Raises BadSignature."""
    if b"l" in tags:
        raise BadSignature("length")
    field_way, _, body_way = tags.get(b"c", b"simple/simple").partition(b"/")
    names = tuple(SPACE.sub(b"", name).lower() for name in _needed(tags, b"h").split(b":"))
    if b"from" not in names:
        raise BadSignature("from-unsigned")
    if b"dns/txt" not in [SPACE.sub(b"", way) for way in tags.get(b"q", b"dns/txt").split(b":")]:
        raise BadSignature("query")
    domain, selector = signer(tags)
    return Signature(
        raw=raw,
        domain=domain,
        selector=selector,
        algorithm=read_algorithm(tags),
        field_way=_way(field_way),
        body_way=_way(body_way or b"simple"),
        names=names,
        body_hash=decoded(_needed(tags, b"bh")),
        value=decoded(_needed(tags, b"b")),
        exact_identity=_is_exact(identity, domain),
        expires_at=_instant(tags),
    )


def signer(tags: Tags) -> tuple[str, str]:
    """Domain and selector of a signature. Raises BadSignature."""
    selector = _needed(tags, b"s")
    if not _SELECTOR.fullmatch(selector) or b".." in selector:
        raise BadSignature("selector")
    try:
        return parse_domain(_needed(tags, b"d")), selector.decode("ascii").lower()
    except Malformed:
        raise BadSignature("domain") from None


def read_algorithm(tags: Tags) -> Algorithm:
    """The algorithm of a signature. Raises BadSignature for every other, SHA-1 among them."""
    name = _needed(tags, b"a").lower()
    if name == b"rsa-sha256":
        return "rsa-sha256"
    if name == b"ed25519-sha256":
        return "ed25519-sha256"
    raise BadSignature("algorithm")


def _needed(tags: Tags, name: bytes) -> bytes:
    value = tags.get(name)
    if not value:
        raise BadSignature("syntax")
    return value


def _way(name: bytes) -> Way:
    way = _WAYS.get(name)
    if way is None:
        raise BadSignature("canonicalization")
    return way


def _is_exact(identity: bytes | None, domain: str) -> bool:
    """Whether `i=` is of the signing domain itself. Raises BadSignature where it is not even below it."""
    if identity is None:
        return True
    of = SPACE.sub(b"", identity).rpartition(b"@")[2].decode("latin-1").lower()
    if of != domain and not of.endswith("." + domain):
        raise BadSignature("identity")
    return of == domain


def _instant(tags: Tags) -> int | None:
    expires, signed = tags.get(b"x"), tags.get(b"t")
    for text in (expires, signed):
        if text is not None and not (text.isdigit() and len(text) <= 12):
            raise BadSignature("syntax")
    if expires is not None and signed is not None and int(expires) <= int(signed):
        raise BadSignature("expiry")
    return None if expires is None else int(expires)


def signed_bytes(fields: RawFields, names: Sequence[bytes], own: bytes, way: Way, skip: bytes = b"") -> bytes:
    """What a signature is over (RFC 6376, 3.7): each named field, from the last one up, then its own with an
    empty `b=`. `skip` is a field that is not there for it.
    """
    left: dict[bytes, list[bytes]] = {}
    for name, whole in fields:
        if whole is not own and whole is not skip:
            left.setdefault(name, []).append(whole)
    chosen = [left[name].pop() for name in names if left.get(name)]
    lines = [canonical_field(whole, way) for whole in chosen] + [canonical_field(without_value(own), way)]
    return b"\r\n".join(lines)


def has_unsigned_copy(fields: RawFields, names: Sequence[bytes]) -> bool:
    """Whether a field that a mail has once, and that is signed, is there once more unsigned: somebody may
    have added it, and readers show the one or the other (RFC 6376, 8.15).
    """
    found = Counter(name for name, _ in fields)
    return any(found[name] > names.count(name) for name in _ONCE.intersection(names))


def without_value(own: bytes) -> bytes:
    """A signature's field with the value of its `b=` taken out, and nothing else changed."""
    name, colon, value = own.partition(b":")
    parts = value.split(b";")
    for at, part in enumerate(parts):
        tag, equals, _ = part.partition(b"=")
        if tag.strip(b" \t\r\n") == b"b":
            parts[at] = tag + equals
    return name + colon + b";".join(parts)


async def verify(
    lookups: Lookups, signature: Signature, fields: RawFields, bodies: Mapping[Way, bytes], now: int
) -> Verified:
    """Verify a signature; trouble of the DNS is `temperror`. `now`: Unix seconds UTC."""
    outcome, why = await _outcome(lookups, signature, fields, bodies, now)
    return Verified(outcome, signature.domain, signature.selector, signature.algorithm, why)


async def _outcome(
    lookups: Lookups, signature: Signature, fields: RawFields, bodies: Mapping[Way, bytes], now: int
) -> tuple[Outcome, str]:
    if signature.expires_at is not None and signature.expires_at <= now:
        return "fail", "expired"
    if bodies.get(signature.body_way) != signature.body_hash:
        return "fail", "body"
    if has_unsigned_copy(fields, signature.names):
        return "fail", "unsigned-copy"
    text = signed_bytes(fields, signature.names, signature.raw, signature.field_way)
    try:
        key = await find_key(lookups, signature.domain, signature.selector, signature.algorithm)
        if key.exact and not signature.exact_identity:
            return "permerror", "identity"
        return ("pass", "") if key.verifies(signature.value, text) else ("fail", "signature")
    except BadSignature as bad:
        return "permerror", bad.why
    except TooManyLookups:
        return "permerror", "lookups"
    except DnsTrouble:
        return "temperror", "dns"
