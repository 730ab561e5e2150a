"""Keeping: the words of agreements in the vault, beside the policy and act that put them in force.

Owns the items `agreement/HEX` and `earlier/HEX` and the pinned policy of `engagement/HEX`. Must never keep
words for a policy that does not name them by their hash.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from string import Template
from typing import Final

from client_sdk.catalogue import LANGUAGES, Catalogue, catalogue
from client_sdk.core import Core
from client_sdk.facts import Facts, in_sentences
from client_sdk.joining import kept_until
from client_sdk.standing import Standing
from client_sdk.vault import Change, Changes, Vault, engagement_kept
from client_sdk.vault_items import AgreementItem, encode_earlier
from keys.policy import Policy, agreement_hash, policy_hash
from keys.proposal import Proposal

MOST_EARLIER: Final = 20
MOST_NAME_SIGNS: Final = 300
_COACH: Final = "\ue000"
_CLIENT: Final = "\ue001"
"""Signs that no fact may hold (they are not printable), in the place of names."""


class Texts:
    """The words of one engagement's agreements."""

    def __init__(self, core: Core, standing: Standing) -> None:
        self._core = core
        self._standing = standing

    @property
    def text(self) -> str:
        """The words of the agreement that the vault holds as in force; empty where they are not there."""
        kept, pinned = self._kept(self._core.vault), self._standing.pinned_policy
        return next((one.text for one in kept if _fits(one, pinned)), "")

    def of(self, policy: Policy) -> str:
        """Return the words of a policy; empty where they are not there."""
        return next((one.text for one in self._kept(self._core.vault) if _fits(one, policy)), "")

    def _kept(self, vault: Vault) -> list[AgreementItem]:
        newest = vault.agreement(self._standing.engagement_id)
        earlier = vault.earlier(self._standing.engagement_id)
        return [*earlier, newest] if newest else list(earlier)

    @property
    def is_behind(self) -> bool:
        """Whether the vault holds an older policy than the one in force, or not its words."""
        terms = self._standing.terms
        return policy_hash(self._standing.item.policy) != terms.policy.hash or not self.text

    async def follow(self, proposals: Iterable[Proposal]) -> None:
        """Keep the policy in force and, if one of the proposals has them, its words."""
        terms = self._standing.terms
        found = next((one for one in proposals if one.policy.hash == terms.policy.hash), None)
        words = AgreementItem(found.salt, found.agreement) if found else None
        await self._core.records.change(lambda vault: self._changes(vault, words))

    def _changes(self, vault: Vault, words: AgreementItem | None) -> Changes:
        item = vault.engagement(self._standing.engagement_id)
        policy = self._standing.terms.policy
        if item is None:
            return {}
        until, changes = kept_until(policy), dict[str, Change | None]()
        if policy_hash(item.policy) != policy.hash:
            moved = replace(item, policy=policy.encode(), act=self._standing.act_of(policy))
            changes |= engagement_kept(moved, until)
        before = vault.agreement(self._standing.engagement_id)
        if words is not None and before != words:
            hexed = self._standing.engagement_id.hex()
            changes[f"agreement/{hexed}"] = Change(words.encode(), until)
            earlier = [one for one in self._kept(vault) if one != words][-MOST_EARLIER:]
            if earlier:
                changes[f"earlier/{hexed}"] = Change(encode_earlier(earlier), until)
        return changes


def _fits(kept: AgreementItem, policy: Policy) -> bool:
    return agreement_hash(kept.salt, kept.text) == policy.agreement_hash


@dataclass(frozen=True, slots=True)
class PackagedText:
    """What a packaged agreement was made of beside its facts: the language, and what the two are called."""

    language: str
    coach: str = field(repr=False)
    client: str = field(repr=False)


def packaged_text(text: str, facts: Facts) -> PackagedText | None:
    """Return what made the packaged agreement of these facts, in whatever language; None for any other text,
    be it by one word.
    """
    found = (_packaged_in(catalogue(language), text, facts) for language in LANGUAGES)
    return next((one for one in found if one is not None), None)


def _packaged_in(words: Catalogue, text: str, facts: Facts) -> PackagedText | None:
    unnamed = in_sentences(facts, _CLIENT, words) | {"coach": _COACH, "client": _CLIENT}
    pattern = re.escape(Template(words.template()).substitute(unnamed))
    for name, mark in (("coach", _COACH), ("client", _CLIENT)):
        pattern = pattern.replace(mark, rf"(?P<{name}>[^\n]{{1,{MOST_NAME_SIGNS}}}?)", 1)
        pattern = pattern.replace(mark, f"(?P={name})")
    found = re.fullmatch(pattern, text)
    return PackagedText(words.language, found["coach"], found["client"]) if found else None
