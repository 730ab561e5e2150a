"""DMARC: which domains belong together (RFC 9989, the revision of 2026). Owns the walk up the DNS tree, and
alignment.

No list of public suffixes: the domains say themselves where one ends. What a domain asks to be done with mail
that does not align is not our question, for we take none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from relay.core.lookups import Lookups

MOST_LABELS: Final = 8  # longer names are asked once, then from their last seven labels on (4.10)


@dataclass(frozen=True, slots=True)
class Record:
    """What of a domain's record matters here. `psd`: `y` a public suffix, `n` none, `u` not said."""

    domain: str
    psd: str
    strict_dkim: bool
    strict_spf: bool


@dataclass(frozen=True, slots=True)
class Family:
    """The organisational domain above a domain, and how strictly its mail must align."""

    organisation: str
    strict_dkim: bool = False
    strict_spf: bool = False


def parse_record(domain: str, text: str) -> Record | None:
    """A record, or None for text that is none. Values that are not understood count as not given."""
    parts = [part.partition("=") for part in text.split(";")]
    tags = {name.strip().lower(): value.strip() for name, _, value in reversed(parts)}
    if parts[0][0].strip().lower() != "v" or parts[0][2].strip() != "DMARC1":
        return None
    psd = tags.get("psd", "u").lower()
    return Record(domain, psd, tags.get("adkim", "").lower() == "s", tags.get("aspf", "").lower() == "s")


async def family(lookups: Lookups, domain: str) -> Family:
    """Walk up from a domain (4.10). Raises DnsTrouble, TooManyLookups."""
    records = await _walk(lookups, domain)
    if not records:
        return Family(domain)
    own = next((record for record in records if record.domain == domain), None)
    organisation = _organisation(domain, records)
    rule = own or next((record for record in records if record.domain == organisation), records[-1])
    return Family(organisation, rule.strict_dkim, rule.strict_spf)


async def _walk(lookups: Lookups, domain: str) -> list[Record]:
    """The valid records from a domain upwards, until one says whether it is a public suffix."""
    labels = domain.split(".")
    starts = [0, *range(max(1, len(labels) - MOST_LABELS + 1), len(labels))]
    found: list[Record] = []
    for start in starts:
        name = ".".join(labels[start:])
        texts = await lookups.ask(f"_dmarc.{name}", "TXT")
        valid = [record for text in texts if (record := parse_record(name, text)) is not None]
        if len(valid) == 1:
            found += valid
            if valid[0].psd in {"y", "n"}:
                break
    return found


def _organisation(domain: str, records: list[Record]) -> str:
    last = records[-1]
    if last.psd == "y" and last.domain != domain:
        below = domain.removesuffix("." + last.domain).rpartition(".")[2]
        return f"{below}.{last.domain}"
    return last.domain


async def aligned(lookups: Lookups, author: str, other: str, by: Literal["dkim", "spf"]) -> bool:
    """Whether `other` stands behind mail of domain `author` (4.4). Raises DnsTrouble, TooManyLookups."""
    if author == other:
        return True
    if author.split(".")[-2:] != other.split(".")[-2:]:
        return False  # no organisation is above both, and nothing need be asked
    above = await family(lookups, author)
    if above.strict_dkim if by == "dkim" else above.strict_spf:
        return False
    return above.organisation == (await family(lookups, other)).organisation
