"""ARC: what earlier servers say they saw (RFC 8617). Owns the chain's validation.

A valid chain proves who carried the mail, not who wrote it: it never lets a mail in by itself, and is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from relay.core.dkim import (
    MOST_SIGNATURE_BYTES,
    read_algorithm,
    read_signature,
    signer,
    verify,
    without_value,
)
from relay.core.dkim_canon import RawFields, Way, canonical_field
from relay.core.dkim_keys import BadSignature, decoded, find_key, parse_tags
from relay.core.lookups import DnsTrouble, Lookups, TooManyLookups

MOST_SETS: Final = 10  # the RFC allows 50; each costs a key and a signature
_RESULTS, _MESSAGE, _SEAL = b"arc-authentication-results", b"arc-message-signature", b"arc-seal"
NAMES: Final = (_RESULTS, _MESSAGE, _SEAL)

Verdict = Literal["none", "pass", "fail", "temperror"]


@dataclass(frozen=True, slots=True)
class Chain:
    """The verdict on a chain, and the domain of its newest sealer (empty without one)."""

    verdict: Verdict
    sealer: str = field(default="", repr=False)


class _Broken(Exception):
    """The chain does not hold."""


async def check_arc(lookups: Lookups, fields: RawFields, bodies: Mapping[Way, bytes], now: int) -> Chain:
    """Validate the chain of a mail (RFC 8617, 5.2); trouble of the DNS is `temperror`."""
    own = [(name, whole) for name, whole in fields if name in NAMES]
    if not own:
        return Chain("none")
    try:
        sets = _sets(own)
        await _check_newest(lookups, sets[-1], fields, bodies, now)
        for number in range(len(sets), 0, -1):
            await _check_seal(lookups, sets[:number])
        return Chain("pass", signer(_tags(sets[-1][_SEAL]))[0])
    except DnsTrouble:
        return Chain("temperror")
    except (_Broken, BadSignature, TooManyLookups):
        return Chain("fail")


def ways(fields: RawFields) -> set[Way]:
    """How the newest message signature reads the body, if there is a chain worth a look."""
    try:
        newest = _sets([(name, whole) for name, whole in fields if name in NAMES])[-1][_MESSAGE]
        return {read_signature(newest, _tags(newest), None).body_way}
    except (_Broken, BadSignature):
        return set()


def _tags(whole: bytes) -> dict[bytes, bytes]:
    if len(whole) > MOST_SIGNATURE_BYTES:
        raise _Broken
    return parse_tags(whole.partition(b":")[2])


def _sets(own: RawFields) -> list[dict[bytes, bytes]]:
    """The sets by instance, 1 to n with no gap and one field of each name."""
    if not own or len(own) > len(NAMES) * MOST_SETS or len(own) % len(NAMES):
        raise _Broken
    sets: list[dict[bytes, bytes]] = [{} for _ in range(len(own) // len(NAMES))]
    for name, whole in own:
        number = _instance(name, whole)
        if not 1 <= number <= len(sets) or name in sets[number - 1]:
            raise _Broken
        sets[number - 1][name] = whole
    return sets


def _instance(name: bytes, whole: bytes) -> int:
    value = whole.partition(b":")[2]
    if name == _RESULTS:
        first = value.replace(b"\r\n", b"").partition(b";")[0].replace(b" ", b"").replace(b"\t", b"")
        tag, _, text = first.partition(b"=")
        if tag != b"i":
            raise _Broken
    else:
        text = _tags(whole).get(b"i", b"")
    if not text.isdigit() or len(text) > 2:
        raise _Broken
    return int(text)


async def _check_newest(
    lookups: Lookups, newest: Mapping[bytes, bytes], fields: RawFields, bodies: Mapping[Way, bytes], now: int
) -> None:
    whole = newest[_MESSAGE]
    signature = read_signature(whole, _tags(whole), None)
    if _SEAL in signature.names:
        raise _Broken
    verified = await verify(lookups, signature, fields, bodies, now)
    if verified.outcome == "temperror":
        raise DnsTrouble("arc")
    if verified.outcome != "pass":
        raise _Broken


async def _check_seal(lookups: Lookups, sets: list[dict[bytes, bytes]]) -> None:
    """The seal of the last of `sets`: over every set up to its own, in order, relaxed (5.1.1)."""
    own = sets[-1][_SEAL]
    tags = _tags(own)
    if tags.get(b"cv", b"").lower() != (b"none" if len(sets) == 1 else b"pass") or b"h" in tags:
        raise _Broken
    lines = [canonical_field(one[name], "relaxed") for one in sets for name in NAMES]
    lines[-1] = canonical_field(without_value(own), "relaxed")
    domain, selector = signer(tags)
    key = await find_key(lookups, domain, selector, read_algorithm(tags))
    if not key.verifies(decoded(tags.get(b"b", b"")), b"\r\n".join(lines)):
        raise _Broken
