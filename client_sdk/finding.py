"""Finding: which engagement a person means.

Owns the ways to name one, the better kind of fit first. Pure. Must never guess between two.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Final

from client_sdk.errors import NotFound
from keys.vault import EngagementItem

LEAST_ID_SIGNS: Final = 6


def find(items: Sequence[EngagementItem], who: str | None) -> EngagementItem:
    """Return the engagement that is meant; None means the only one. `NotFound` lists the nearest names."""
    found = _fitting(items, who)
    if len(found) == 1:
        return found[0]
    if found:
        names = tuple(item.their_name for item in found)
        raise NotFound("Say with whom: there are several.", nearest=names)
    if who is None:
        raise NotFound("There is nobody here yet.")
    names_by_handle = {slug(item.their_name): item.their_name for item in items}
    near = get_close_matches(slug(who), names_by_handle, n=3, cutoff=0.5)
    raise NotFound("There is nobody here by that name.", nearest=tuple(names_by_handle[one] for one in near))


def _fitting(items: Sequence[EngagementItem], who: str | None) -> list[EngagementItem]:
    if who is None:
        return list(items)
    for fits in _fits(slug(who), who.strip().lower()):
        found = [item for item in items if fits(item)]
        if found:
            return found
    return []


def _fits(wanted: str, typed: str) -> tuple[Callable[[EngagementItem], bool], ...]:
    return (
        lambda item: wanted == slug(item.their_name) or typed == item.engagement_id.hex(),
        lambda item: wanted in slug(item.their_name).split("-"),
        lambda item: f"-{slug(item.their_name)}".find(f"-{wanted}") >= 0,
        lambda item: len(typed) >= LEAST_ID_SIGNS and item.engagement_id.hex().startswith(typed),
    )


def slug(name: str) -> str:
    """Return a name as it is typed: lower-case, plain letters, hyphens."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(sign if sign.isalnum() else " " for sign in plain if not unicodedata.combining(sign))
    return "-".join(kept.split()) or "unnamed"
