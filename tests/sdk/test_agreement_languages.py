"""The languages of agreements: each has every sentence, with the same facts in it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from string import Template

import pytest

import client_sdk
from client_sdk.catalogue import catalogue
from client_sdk.errors import Misused

TEMPLATES = Path(client_sdk.__file__).parent / "templates"


def _facts(text: str) -> list[str]:
    return sorted(Template(text).get_identifiers())


def test_german_has_every_sentence_with_the_same_facts() -> None:
    """A sentence that one language lacks, or a fact that it leaves out, would stop a proposal half-way."""
    english, german = (
        json.loads((TEMPLATES / f"words-{one}.json").read_text("utf-8")) for one in ("en", "de")
    )
    assert set(german) == set(english)
    for name, sentence in english.items():
        if isinstance(sentence, str):
            assert _facts(german[name]) == _facts(sentence), name
    assert len(german["months"]) == 12
    assert len(german["weekdays"]) == 7


def test_the_german_agreement_names_every_fact() -> None:
    """What is signed in German says of everything what the English text says."""
    assert set(_facts(catalogue("de").template())) == set(_facts(catalogue("en").template()))


def test_days_counts_and_lists_are_german() -> None:
    """Dates, thousands and lists as German writes them."""
    words = catalogue("de")
    assert words.day(date(2027, 3, 14)) == "Sonntag, 14. März 2027"
    assert words.count("days", 3650) == "3.650 Tage"
    assert words.count("messages", 1) == "1 Nachricht"
    assert words.listed(("Briefe", "Dateien", "Notizen")) == "Briefe, Dateien und Notizen"
    assert catalogue("en").count("days", 3650) == "3,650 days"


@pytest.mark.parametrize("language", ["fr", "../en", "", "EN"])
def test_a_language_that_is_not_there_is_refused(language: str) -> None:
    """Nothing but a packaged language is read, and no path of another kind."""
    with pytest.raises(Misused):
        catalogue(language)
