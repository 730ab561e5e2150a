"""Agreement: the text that both sign, and the policy frame that says the same to the machines.

Owns what a coach offers and how its words are made from a template. Pure but for reading the packaged files.
Must never make a text that leaves out a fact: what is not on the page was not agreed to.
(docs/protocol.md, part 12.)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from string import Template
from typing import Final

from client_sdk.catalogue import ENGLISH, catalogue
from client_sdk.errors import Misused, TooLarge
from client_sdk.facts import Facts, check_facts, in_sentences
from keys.names import ZERO_HASH
from keys.policy import Policy, agreement_hash

DEFAULT_WORK_DAYS: Final = 182
MOST_TEXT_BYTES: Final = 40_000
"""The invitation's box, which carries the text, has at most 64 KiB."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a coach offers: to whom, the facts, and a text of their own in place of the packaged one."""

    coach_name: str = field(repr=False)
    client_name: str = field(repr=False)
    relay_name: str
    facts: Facts
    welcome: str = field(default="", repr=False)
    template: str | None = field(default=None, repr=False)
    language: str = ENGLISH


def check_offer(offer: Offer, today: date) -> None:
    """Refuse an offer that no agreement can be: `Misused` says which part."""
    if not offer.client_name.strip() or len(offer.client_name) > 200:
        raise Misused("A client's name has 1 to 200 characters.")
    check_facts(offer.facts, today)


def agreement_text(offer: Offer) -> str:
    """Return the agreement in words. The offer's template, or the packaged one, uses facts as `${…}`.

    `Misused` for a template that names a fact there is not, or leaves one out; `TooLarge`.
    """
    words = catalogue(offer.language)
    facts = in_sentences(offer.facts, offer.client_name, words)
    facts |= {"coach": offer.coach_name, "client": offer.client_name}
    template = Template(words.template() if offer.template is None else offer.template)
    _check_template(template, set(facts))
    text = template.substitute(facts)
    if len(text.encode("utf-8", "replace")) > MOST_TEXT_BYTES:
        raise TooLarge(MOST_TEXT_BYTES)
    return text


def _check_template(template: Template, names: set[str]) -> None:
    hint = "The names are: " + ", ".join(f"${{{name}}}" for name in sorted(names))
    if not template.is_valid():
        raise Misused("The agreement's text has a $ that names nothing; write $$ for the sign.", hint=hint)
    used = set(template.get_identifiers())
    if unknown := used - names:
        raise Misused(
            f"The agreement's text names facts that there are not: {', '.join(sorted(unknown))}.", hint=hint
        )
    if missing := names - used:
        raise Misused(f"The agreement's text leaves out: {', '.join(sorted(missing))}.", hint=hint)


def make_policy(offer: Offer, engagement_id: bytes, coach_fp: bytes, text: str, salt: bytes) -> Policy:
    """Return the first policy of an engagement, whose hash of the agreement covers `text`."""
    return offer.facts.policy(engagement_id, 1, ZERO_HASH, coach_fp, agreement_hash(salt, text))
