"""Cases of settings: what a person has chosen for every browser, as it rests in the vault."""

from __future__ import annotations

from keys import settings
from tests.vectors.generate import Cases, patch

OPERATION = "settings.parse_settings"


def settings_cases(cases: Cases) -> None:
    """The item of every language that could be, and of none."""
    for language in ("de", "pt-br", ""):
        plain = settings.encode_settings(settings.Settings(language))
        cases.good(language or "as each browser has it", OPERATION, plain=plain)
    german = settings.encode_settings(settings.Settings("de"))
    for name, plain in {
        "version 2": patch(german, 0, b"\2"),
        "cut short": german[:-1],
        "a byte after": german + b"\0",
        "empty": b"",
    }.items():
        cases.bad(name, OPERATION, plain=plain)
    for name, named in {
        "one letter": b"d",
        "nine letters": b"abcdefghi",
        "a capital": b"De",
        "a figure": b"d3",
        "a hyphen first": b"-de",
        "a line's end": b"de\n",
        "not UTF-8": b"d\xff",
    }.items():
        cases.bad(name, OPERATION, plain=b"\1" + bytes([len(named)]) + named)
