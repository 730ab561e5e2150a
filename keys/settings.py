"""Settings: what a person has chosen for every browser of theirs, in the vault.

Owns the item's bytes. Which languages there are is not decided here. (docs/protocol.md, part 8.)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from keys.encoding import Reader, counted_text, u8
from keys.errors import Malformed

_VERSION: Final = u8(1)
_LANGUAGE: Final = re.compile(r"([a-z][a-z-]{1,7})?\Z")


@dataclass(frozen=True, slots=True)
class Settings:
    """The language that a person is spoken to in: `en`, `de`; empty: as each browser has it."""

    language: str


def encode_settings(settings: Settings) -> bytes:
    """Return the bytes of the item `settings`. Malformed for what names no language."""
    _check(settings.language)
    return _VERSION + counted_text(settings.language, 1)


def parse_settings(plain: bytes) -> Settings:
    """Parse the item `settings` strictly."""
    reader = Reader(plain)
    reader.expect(_VERSION, "version")
    language = reader.text(1)
    reader.finish()
    _check(language)
    return Settings(language)


def _check(language: str) -> None:
    if not _LANGUAGE.match(language):
        raise Malformed("this names no language")
