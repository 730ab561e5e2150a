"""Sender proof: the checks of one mail, one after the other, under one deadline. Owns their order; decides
nothing.

What decides comes first: the signatures that are likeliest to be the author's, then SPF. ARC, which is only
shown, comes last and may use what time is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from relay.core import arc, dkim, dmarc, spf, spf_terms
from relay.core.addresses import Address, parse_domain
from relay.core.dkim_canon import RawFields, Way, raw_fields
from relay.core.dkim_keys import BadSignature
from relay.core.errors import Malformed
from relay.core.lookups import DnsTrouble, Lookups, TooManyLookups
from relay.core.rules import Bearer
from relay.core.sender_checks import Grade, Signed, Verdicts, grade_of, results, signed_by_author

if TYPE_CHECKING:
    from relay.core.ports import Resolver

_SIGNATURE = b"dkim-signature"


@dataclass(frozen=True, slots=True)
class Envelope:
    """The SMTP facts that SPF judges. Its repr shows none of them."""

    peer: str = field(repr=False)
    greeting: str = field(repr=False)
    reverse_path: Address | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Proof:
    """How sure it is who wrote, and the findings in words."""

    grade: Grade
    results: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Carried:
    """What is known of a mail that somebody brought for its author: whether a signature of the author's own
    domain holds, who brought it, whether trouble of the DNS may hide more of them, and the findings in words.
    """

    proven: bool
    bearers: tuple[Bearer, ...] = field(repr=False)
    unsure: bool
    results: str = field(repr=False)


class SenderChecks:
    """Checks senders by one resolver; `seconds` is what one mail may take for all its lookups."""

    def __init__(self, resolver: Resolver, seconds: float) -> None:
        self._resolver, self._seconds = resolver, seconds

    def ways(self, head: bytes) -> set[Way]:
        """In which ways the body of a mail with this head must be hashed."""
        fields = raw_fields(head)
        needed = arc.ways(fields)
        for whole in _signatures(fields):
            try:
                needed.add(dkim.parse_signature(whole).body_way)
            except BadSignature:
                continue
        return needed

    async def prove(
        self, envelope: Envelope, author: Address, head: bytes, bodies: Mapping[Way, bytes], now: int
    ) -> Proof:
        """Who stands behind the author's address. Raises SenderUnproven, DnsTrouble."""
        lookups, fields = Lookups(self._resolver, self._seconds), raw_fields(head)
        signatures = await self._signatures(lookups, author.domain, fields, bodies, now)
        spf_domain, verdict, aligned = await self._spf(lookups, envelope, author.domain)
        chain = await arc.check_arc(lookups, fields, bodies, now)
        verdicts = Verdicts(author.domain, signatures, verdict, spf_domain, aligned, chain)
        grade = grade_of(verdicts)
        return Proof(grade, results(verdicts))

    async def carried(
        self,
        envelope: Envelope,
        author: Address | None,
        head: bytes,
        bodies: Mapping[Way, bytes],
        now: int,
    ) -> Carried:
        """Who brought a mail, and whether its author (None: it names none that can be read) signed it. Raises
        DnsTrouble.
        """
        lookups, fields = Lookups(self._resolver, self._seconds), raw_fields(head)
        author_domain = author.domain if author else ""
        signatures = await self._signatures(lookups, author_domain, fields, bodies, now) if author else []
        path, greeting = envelope.reverse_path, _greeting_domain(envelope.greeting)
        by_path = await self._spf_of(lookups, envelope, path.domain, str(path)) if path else "none"
        by_greeting: spf_terms.Verdict = "none"
        if greeting:
            by_greeting = await self._spf_of(lookups, envelope, greeting, f"postmaster@{greeting}")
        chain = await arc.check_arc(lookups, fields, bodies, now)
        verdicts = Verdicts(
            author_domain, signatures, by_path, path.domain if path else "", spf_aligned=False, arc=chain
        )
        found = [Bearer("path", path.domain)] if path and by_path == "pass" else []
        found += [Bearer("greeting", greeting)] if by_greeting == "pass" else []
        found += [Bearer("arc", chain.sealer)] if chain.verdict == "pass" else []
        unsure = "temperror" in (by_path, by_greeting, chain.verdict)
        proven = signed_by_author(verdicts)
        return Carried(proven, tuple(found), unsure, results(verdicts, proven=proven))

    async def _spf_of(
        self, lookups: Lookups, envelope: Envelope, domain: str, sender: str
    ) -> spf_terms.Verdict:
        return await spf.check_spf(lookups, envelope.peer, domain, sender, envelope.greeting)

    async def _signatures(
        self, lookups: Lookups, author: str, fields: RawFields, bodies: Mapping[Way, bytes], now: int
    ) -> list[Signed]:
        parsed = [_parsed(whole) for whole in _signatures(fields)]
        ranked = sorted(parsed, key=lambda one: _distance(author, one))[: dkim.MOST_SIGNATURES]
        found = []
        for one in ranked:
            if isinstance(one, dkim.Verified):
                found.append(Signed(one, aligned=False))
                continue
            verified = await dkim.verify(lookups, one, fields, bodies, now)
            counts = verified.outcome in {"pass", "temperror"}
            aligned = await _aligned(lookups, author, one.domain, "dkim") if counts else False
            found.append(Signed(verified, aligned))
        return found

    async def _spf(
        self, lookups: Lookups, envelope: Envelope, author: str
    ) -> tuple[str, spf_terms.Verdict, bool | None]:
        path = envelope.reverse_path
        if path is None:
            return "", "none", False
        verdict = await spf.check_spf(lookups, envelope.peer, path.domain, str(path), envelope.greeting)
        counts = verdict in {"pass", "temperror"}
        return path.domain, verdict, await _aligned(lookups, author, path.domain, "spf") if counts else False


def _greeting_domain(greeting: str) -> str:
    """The domain that a peer greeted with; empty for an address literal and whatever else it said."""
    try:
        return parse_domain(greeting.removesuffix(".").encode("ascii"))
    except (Malformed, UnicodeEncodeError):
        return ""


def _signatures(fields: RawFields) -> list[bytes]:
    return [whole for name, whole in fields if name == _SIGNATURE]


def _parsed(whole: bytes) -> dkim.Signature | dkim.Verified:
    try:
        return dkim.parse_signature(whole)
    except BadSignature as bad:
        return dkim.Verified("permerror", why=bad.why)


def _distance(author: str, one: dkim.Signature | dkim.Verified) -> int:
    """How unlikely a signature is to be of the author's domain: by labels that the two do not share."""
    if isinstance(one, dkim.Verified):
        return 1_000
    ours, theirs = author.split(".")[::-1], one.domain.split(".")[::-1]
    shared = next((n for n, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), len(ours))
    return len(ours) + len(theirs) - 2 * min(shared, len(theirs))


async def _aligned(lookups: Lookups, author: str, other: str, by: Literal["dkim", "spf"]) -> bool | None:
    """Whether `other` stands behind `author` for DKIM or SPF; None where the DNS did not say."""
    try:
        return await dmarc.aligned(lookups, author, other, by)
    except DnsTrouble:
        return None
    except TooManyLookups:
        return False
