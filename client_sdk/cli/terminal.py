"""Terminal: what is written where, and that it is safe to write.

Owns standard output (results), standard error (talk), questions, and the cleaning of text that somebody else
chose: a terminal obeys control signs, and a name must not be able to write one. Colour carries no meaning
here, so there is none.
"""

from __future__ import annotations

import getpass
import json
import os
import sys
import textwrap
import unicodedata
from typing import Any, Final, TextIO

from client_sdk.errors import Locked, Misused

VERSION: Final = 1
PAGE_SIGNS: Final = 100
MOST_TEXT_BYTES: Final = 1_000_000
_OBEYED: Final = frozenset({"Cc", "Cf", "Co", "Cn", "Zl", "Zp"})


def clean(text: str) -> str:
    """Return text on one line without control and direction signs."""
    return "".join(sign for sign in text if unicodedata.category(sign)[0] != "C")


def clean_lines(text: str) -> list[str]:
    """Return lines, each clean, tabs as spaces."""
    return [clean(line.replace("\t", "    ")) for line in text.splitlines()]


def wrapped(text: str) -> list[str]:
    """Return lines, each clean and of at most 100 signs, as paragraphs of a page are read."""
    return [line for long in clean_lines(text) for line in textwrap.wrap(long, PAGE_SIGNS) or [""]]


def typed_text(typed: str | None) -> str:
    """Return a text as it was typed; for `-` or nothing read standard input to its end. Misused for what is
    not UTF-8.
    """
    if typed is not None and typed != "-":
        return typed
    if is_talking():
        say("Text (end with Ctrl-D):")
    try:
        return sys.stdin.buffer.read(MOST_TEXT_BYTES).decode("utf-8").removesuffix("\n")
    except UnicodeDecodeError as cause:
        raise Misused("The text is not UTF-8.") from cause


def say(sentence: str) -> None:
    """Write a sentence of talk."""
    _write(sys.stderr, clean(sentence) + "\n")


def tell(line: str) -> None:
    """Write a line of the result."""
    _write(sys.stdout, clean(line) + "\n")


def tell_json(kind: str, /, **fields: Any) -> None:
    """Write one object of the result on a line: its version, its type, its fields. A sign that a terminal
    obeys, or that ends a line, is written by its number: programs read the same text.
    """
    line = json.dumps({"v": VERSION, "type": kind, **fields}, ensure_ascii=False)
    _write(sys.stdout, (line if line.isprintable() else "".join(map(_harmless, line))) + "\n")


def _harmless(sign: str) -> str:
    return json.dumps(sign)[1:-1] if unicodedata.category(sign) in _OBEYED else sign


def _write(stream: TextIO, text: str) -> None:
    """Write at once; a sign that the terminal cannot show is replaced, never fatal."""
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding))
    stream.flush()


def is_talking() -> bool:
    """Whether a person can answer: questions go to standard error, answers come from the terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def draws_bars() -> bool:
    """Whether moving progress bars suit the terminal."""
    plain = os.environ.get("MAILBOX_ACCESSIBLE") or os.environ.get("TERM", "dumb") == "dumb"
    return sys.stderr.isatty() and not plain


def ask(question: str) -> str:
    """Ask a person for a line."""
    if not is_talking():
        raise Locked("There is nobody to ask.")
    _write(sys.stderr, f"{question} ")
    return sys.stdin.readline().strip()


def ask_secretly(question: str) -> str:
    """Ask a person for something that is not shown."""
    if not is_talking():
        raise Locked(
            "A password is needed, and there is nobody to ask.",
            hint="Give it by MAILBOX_PASSWORD_FILE or --password-fd.",
        )
    return getpass.getpass(f"{question} ", stream=sys.stderr)
