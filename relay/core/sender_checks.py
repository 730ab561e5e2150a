"""What the checks of a sender come to: let in, and how sure, or refused. Owns the decision and its words.
It asks nothing.

Only a domain that stands behind the author's address counts. Trouble of the DNS about such a domain is never
a pass: the mail is to come again (docs/protocol.md, part 6; docs/threat-model.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from relay.core import arc, dkim, spf_terms
from relay.core.errors import RelayError
from relay.core.lookups import DnsTrouble

MOST_RESULT_CHARACTERS: Final = 4_096


class Grade(IntEnum):
    """How sure it is who wrote, as the door's facts carry it."""

    NOT_CHECKED = 1
    ALIGNED_DKIM = 2
    ALIGNED_SPF = 3
    RULE = 4
    RULE_AND_DKIM = 5
    FIRST_OF_RULE = 6


class SenderUnproven(RelayError):
    """Neither a signature nor the sending server belongs to the author's domain."""

    code, public = "sender-unproven", "Nothing proves that this mail comes from the address in From."


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature's fate, and whether its domain stands behind the author's (None: not known)."""

    verified: dkim.Verified
    aligned: bool | None


@dataclass(frozen=True, slots=True)
class Verdicts:
    """All that was found of one mail."""

    author_domain: str = field(repr=False)
    signatures: Sequence[Signed]
    spf: spf_terms.Verdict
    spf_domain: str = field(repr=False)
    spf_aligned: bool | None
    arc: arc.Chain


def grade_of(verdicts: Verdicts) -> Grade:
    """A signature of the author's own domain is the best proof, its sending server a weaker one. Raises
    DnsTrouble where a better answer may come later, SenderUnproven where none will.
    """
    if signed_by_author(verdicts):
        return Grade.ALIGNED_DKIM
    if verdicts.spf == "pass" and verdicts.spf_aligned:
        return Grade.ALIGNED_SPF
    if verdicts.spf in {"pass", "temperror"} and verdicts.spf_aligned is not False:
        raise DnsTrouble("spf")
    raise SenderUnproven


def signed_by_author(verdicts: Verdicts) -> bool:
    """Whether a signature of the author's own domain holds. Raises DnsTrouble where that may show later."""
    outcomes = [
        (signed.verified.outcome, signed.aligned)
        for signed in verdicts.signatures
        if signed.aligned is not False
    ]
    if ("pass", True) in outcomes:
        return True
    if any(outcome in {"pass", "temperror"} for outcome, _ in outcomes):
        raise DnsTrouble("dkim")
    return False


def results(verdicts: Verdicts, *, proven: bool = True) -> str:
    """The findings on a mail that is let in, in the words of RFC 8601: `dkim=pass header.d=…; spf=…`.
    `proven`: something stands behind its author.
    """
    said = [_signature(signed) for signed in verdicts.signatures] or ["dkim=none"]
    said.append(f"spf={verdicts.spf} smtp.mailfrom={verdicts.spf_domain}")
    if proven:
        said.append(f"dmarc=pass header.from={verdicts.author_domain}")
    sealer = f" header.d={verdicts.arc.sealer}" if verdicts.arc.sealer else ""
    said.append(f"arc={verdicts.arc.verdict}{sealer}")
    return "; ".join(said)[:MOST_RESULT_CHARACTERS]


def _signature(signed: Signed) -> str:
    found = signed.verified
    why = f" reason={found.why}" if found.why else ""
    of = f" header.d={found.domain} header.s={found.selector}" if found.domain else ""
    return f"dkim={found.outcome}{why}{of}"
