"""Catalogue: the sentences that people read about dates and agreements, one file a language.

Owns the reading of `templates/words-LANGUAGE.json` and the wording of days, counts and lists. English and
German are packaged; another language is another pair of files. Must never fill a sentence in by halves: a
name that the file does not have is a fault of the program.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any, Final

from client_sdk.errors import Misused
from client_sdk.words import day_of_end

ENGLISH: Final = "en"
LANGUAGES: Final = (ENGLISH, "de")
"""All that are packaged."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The words of one language."""

    language: str
    _words: dict[str, Any] = field(repr=False)

    def say(self, name: str, /, **facts: str) -> str:
        """Return a sentence with its facts filled in."""
        return Template(self._words[name]).substitute(facts)

    def day(self, day: date) -> str:
        """Return a day in full: a date that is signed has its year."""
        weekday, month = self._words["weekdays"][day.weekday()], self._words["months"][day.month - 1]
        return self.say("date", weekday=weekday, day=str(day.day), month=month, year=str(day.year))

    def last_day(self, end_at: int) -> str:
        """Return the last day of something that is over at `end_at`."""
        return self.day(day_of_end(end_at))

    def count(self, name: str, number: int) -> str:
        """Return a number with what is counted: `days`, `messages`, `files`, `notes`, `calls`."""
        if number == 1:
            return self.say(f"{name}.one")
        return self.say(f"{name}.many", count=f"{number:,}".replace(",", self.say("thousands")))

    def listed(self, items: Sequence[str]) -> str:
        """Return `one`, `one and two`, `one, two and three`."""
        if len(items) < 2:
            return "".join(items)
        return ", ".join(items[:-1]) + self.say("and") + items[-1]

    def template(self) -> str:
        """Return the packaged agreement of this language."""
        return _read(f"agreement-{self.language}.txt")


@cache
def catalogue(language: str = ENGLISH) -> Catalogue:
    """Return the words of a language; `Misused` for one that is not packaged."""
    if language not in LANGUAGES:
        raise Misused(
            "There are no words for that language here.", hint=f"There are: {', '.join(LANGUAGES)}."
        )
    return Catalogue(language, json.loads(_read(f"words-{language}.json")))


def _folder() -> Any:
    return files("client_sdk").joinpath("templates")


def _read(name: str) -> str:
    text: str = _folder().joinpath(name).read_text("utf-8")
    return text
