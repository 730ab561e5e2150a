"""Refused: which refusals of mail are told to whom it was for, and what of its author (docs/protocol.md, part
18). Owns the list and the mask; keeps nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from relay.core.addresses import Address

MOST_ENTRIES: Final = 20  # of one notice, beside the one that it is made for

_TOLD: Final = frozenset(
    {
        "sender-unknown",
        "sender-unproven",
        "work-address-refused",
        "automatic",
        "list-mail",
        "too-large",
        "inbox-full",
        "rule-waiting",
        "rule-bearer",
    }
)
_COMES_AGAIN: Final = frozenset({"inbox-full"})


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal as it is told: masked author (perhaps empty), code, and the minute, Unix seconds."""

    address: str = field(repr=False)
    code: str
    at: int


def is_told(code: str) -> bool:
    """Whether the owner of the inbox may mend the reason."""
    return code in _TOLD


def once_an_hour(code: str) -> bool:
    """Whether the peer was asked to come again, so that the same mail is refused many times."""
    return code in _COMES_AGAIN


def mask(author: Address | None) -> str:
    """`m…@h….example`: enough to know one's own address by, too little for anybody else."""
    if author is None:
        return ""
    return f"{author.local[0]}…@{author.domain[0]}….{author.domain.rpartition('.')[2]}"
