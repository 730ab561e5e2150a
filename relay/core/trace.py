"""Trace fields: which hosts a Received field says took part (RFC 5321, 4.4). Owns that reading, on raw bytes.

A `from` or `by` clause names a host, and may be followed in parentheses by the name that the receiving host
found for the other's address. What `for`, `with`, `id` or another comment mentions took no part: a private
provider may say there whose mail it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

# Possessive: sixty thousand open brackets are read once.
_WORD: Final = re.compile(rb"\((?:[^()]++|\([^()]*+\))*+\)|[^\s()]+")
_NAME: Final = re.compile(rb"[A-Za-z0-9._-]+")
_FOUND: Final = re.compile(rb"(?:^\(\s*(?:helo\s+)?|helo=)([A-Za-z0-9._-]+)(?=[\s\[()])", re.IGNORECASE)
_FOR: Final = re.compile(rb"<?[^\s<>@]*@([A-Za-z0-9.-]+)")


def hosts(value: bytes) -> list[str]:
    """The names of the hosts that a Received field's `from` and `by` name, with those found for them."""
    return [_text(name) for clause in (b"from", b"by") for name in _clause(value, clause)]


def delivered_to(value: bytes) -> list[str]:
    """The domains of the addresses that a Received field's `for` names."""
    words = _words(value)
    named = [_FOR.match(after) for word, after in pairwise(words) if word.lower() == b"for"]
    return [_text(match[1]) for match in named if match]


def _clause(value: bytes, clause: bytes) -> Iterator[bytes]:
    words = _words(value)
    for at, word in enumerate(words):
        if word.lower() != clause:
            continue
        rest = words[at + 1 : at + 3]
        if rest and not rest[0].startswith(b"("):
            match = _NAME.match(rest.pop(0).lstrip(b"["))
            if match:
                yield match[0]
        if rest and rest[0].startswith(b"("):
            yield from _FOUND.findall(rest[0])


def _words(value: bytes) -> list[bytes]:
    """Words and whole comments, without the date."""
    return _WORD.findall(value.rpartition(b";")[0] or value)


def _text(raw: bytes) -> str:
    return raw.decode("ascii").strip(".").lower()
