"""Passwords: where the command line takes them from.

Owns three sources: a file named by `MAILBOX_PASSWORD_FILE`, an open file descriptor, and a person. Must never
take one from an argument or from the environment itself.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

from client_sdk.cli.terminal import ask_secretly, is_talking, say
from client_sdk.errors import Misused
from keys.wordlist import OFFERED_WORDS, RANDOM_BYTES_A_WORD, offered_password

MOST_BYTES: Final = 8192
VARIABLE: Final = "MAILBOX_PASSWORD_FILE"


def has_source(descriptor: int | None) -> bool:
    """Whether a script gave a password, so that nobody is asked and no keychain is used."""
    return descriptor is not None or bool(os.environ.get(VARIABLE))


def existing(descriptor: int | None) -> Callable[[], str]:
    """Return a source of the password of an account that is there."""
    return lambda: _given(descriptor) or ask_secretly("Password:")


def chosen(descriptor: int | None) -> Callable[[], str]:
    """Return a source of a password for a new account: five words are offered first."""
    return lambda: _given(descriptor) or _choose()


def chosen_for_copy(descriptor: int | None) -> Callable[[], str]:
    """Return a source of a password for a copy. An account's own is never taken for it by itself."""
    return lambda: _choose() if descriptor is None else _read_descriptor(descriptor)


def of_copy(descriptor: int | None) -> Callable[[], str]:
    """Return a source of the password that a copy was locked with."""
    return lambda: (
        ask_secretly("The copy's password:") if descriptor is None else _read_descriptor(descriptor)
    )


def _given(descriptor: int | None) -> str | None:
    if descriptor is not None:
        return _read_descriptor(descriptor)
    named = os.environ.get(VARIABLE)
    return _read_file(Path(named)) if named else None


def _read_descriptor(descriptor: int) -> str:
    try:
        with os.fdopen(descriptor, "rb") as file:
            return _line(file.read(MOST_BYTES + 1))
    except OSError as cause:
        raise Misused("That file descriptor cannot be read.") from cause


def _read_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return _line(file.read(MOST_BYTES + 1))
    except OSError as cause:
        raise Misused(f"The file that {VARIABLE} names cannot be read.") from cause


def _line(raw: bytes) -> str:
    """Return the first line of what was read."""
    if len(raw) > MOST_BYTES:
        raise Misused("That is too long for a password.")
    try:
        return raw.partition(b"\n")[0].rstrip(b"\r").decode("utf-8")
    except UnicodeDecodeError as cause:
        raise Misused("A password is text in UTF-8.") from cause


def _choose() -> str:
    """Offer five words; or take and compare two typings of the person's own."""
    offered = offered_password(secrets.token_bytes(OFFERED_WORDS * RANDOM_BYTES_A_WORD))
    if is_talking():
        say("Nobody can look your password up. Write it down, or let your password store keep it.")
        say(f"Offered:  {offered}")
    typed = ask_secretly("Press Enter to take the offered words, or type your own (12 signs or more):")
    if not typed:
        return offered
    if ask_secretly("Once more:") != typed:
        raise Misused("The two were not alike.")
    return typed
