"""SPF records as text (RFC 7208, sections 4.6, 5, 6 and 7). Owns their grammar and macros; asks nothing.

A record is read whole before any of it counts: one wrong term anywhere makes it worthless.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final, Literal

from relay.core.lookups import MOST_NAME_BYTES

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

MOST_RECORD_BYTES: Final = 8_192  # far above what a resolver hands on over UDP
_MACRO = r"%(?:\{[A-Za-z](?:[1-9][0-9]{0,2})?[Rr]?[.\-+,/_=]*\}|[%_-])"
_TEXT = re.compile(rf"(?:{_MACRO}|[!-$&-~])*+")
_DOMAIN = re.compile(rf"(?:{_MACRO}|[!-$&-~])+")
_LABEL_END = re.compile(r"\.([A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)\.?\Z")
_MACRO_END = re.compile(rf"{_MACRO}\Z")
_LETTERS = re.compile(r"%\{([A-Za-z])")
_LENGTH = r"(0|[1-9][0-9]{0,2})"
_MECHANISM = re.compile(
    rf"([-+?~]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?::(.*?))?(?:/{_LENGTH})?(?://{_LENGTH})?",
    re.IGNORECASE,
)
_MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9._-]*)=(.*)")
_EXPANDED = re.compile(r"%(?:\{([A-Za-z])([0-9]*)([Rr]?)([.\-+,/_=]*)\}|([%_-]))")
_UNSAFE = re.compile(r"[^A-Za-z0-9._~-]")
_ESCAPED = {"%": "%", "_": " ", "-": "%20"}
_FOR_EXPLANATIONS: Final = set("crt")
_KNOWN: Final = set("slodiphv") | _FOR_EXPLANATIONS

Verdict = Literal["none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"]
QUALIFIERS: Final[dict[str, Verdict]] = {
    "": "pass", "+": "pass", "-": "fail", "~": "softfail", "?": "neutral",
}  # fmt: skip


class BadRecord(Exception):
    """The record cannot be used: permerror."""


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One mechanism: what it gives when it matches, its name, its argument and its prefix lengths."""

    verdict: Verdict
    name: str
    argument: str
    bits4: int
    bits6: int


@dataclass(frozen=True, slots=True)
class Record:
    """An SPF record."""

    mechanisms: tuple[Mechanism, ...]
    redirect: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What macros stand for: the peer, who it says it is, and the domain that is being asked."""

    peer: Address
    sender: str
    greeting: str
    domain: str


def is_record(text: str) -> bool:
    """Whether a TXT record is one of SPF, version 1 (RFC 7208, 4.5)."""
    return text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")


def parse_record(text: str) -> Record:
    """Read a record strictly. Raises BadRecord."""
    if not text.isascii() or len(text) > MOST_RECORD_BYTES:
        raise BadRecord
    mechanisms: list[Mechanism] = []
    modifiers: dict[str, str] = {}
    for term in text[6:].split(" "):
        modifier = _MODIFIER.fullmatch(term)
        if modifier is not None:
            _add_modifier(modifiers, modifier[1].lower(), modifier[2])
        elif term:
            mechanisms.append(_mechanism(term))
    return Record(tuple(mechanisms), modifiers.get("redirect", ""))


def _add_modifier(modifiers: dict[str, str], name: str, value: str) -> None:
    if name in {"redirect", "exp"}:
        if name in modifiers:
            raise BadRecord
        modifiers[name] = _domain_spec(value)
    elif not _TEXT.fullmatch(value) or not _letters(value) <= _KNOWN:
        raise BadRecord


def _mechanism(term: str) -> Mechanism:
    found = _MECHANISM.fullmatch(term)
    if found is None:
        raise BadRecord
    qualifier, name, argument, four, six = found.groups()
    name, verdict = name.lower(), QUALIFIERS[qualifier]
    if name in {"ip4", "ip6"}:
        return _network(verdict, name, argument or "", four, six)
    if (four or six) and name not in {"a", "mx"}:
        raise BadRecord
    if argument is None:
        if name in {"include", "exists"}:
            raise BadRecord
    elif name == "all":
        raise BadRecord
    else:
        _domain_spec(argument)
    return Mechanism(verdict, name, argument or "", _bits(four, 32), _bits(six, 128))


def _network(verdict: Verdict, name: str, argument: str, length: str | None, six: str | None) -> Mechanism:
    """`ip4` and `ip6`: an address and its prefix length, which the pattern gives as the first of two."""
    try:
        if six is not None or "%" in argument:
            raise BadRecord
        if name == "ip4":
            ipaddress.IPv4Address(argument)
            return Mechanism(verdict, name, argument, _bits(length, 32), 128)
        ipaddress.IPv6Address(argument)
    except ValueError:
        raise BadRecord from None
    return Mechanism(verdict, name, argument, 32, _bits(length, 128))


def _bits(text: str | None, most: int) -> int:
    if text is not None and int(text) > most:
        raise BadRecord
    return most if text is None else int(text)


def _domain_spec(text: str) -> str:
    """A domain with macros: it ends in a macro or in a dot and a label that is no number."""
    if not _DOMAIN.fullmatch(text) or not _letters(text) <= _KNOWN - _FOR_EXPLANATIONS:
        raise BadRecord
    label = _LABEL_END.search(text)
    if not _MACRO_END.search(text) and (label is None or label[1].isdigit()):
        raise BadRecord
    return text


def _letters(text: str) -> set[str]:
    return {letter.lower() for letter in _LETTERS.findall(text)}


def needs_name(text: str) -> bool:
    """Whether a domain with macros has `%{p}`, the peer's proven name."""
    return "p" in _letters(text)


def expand(text: str, asked: Asked, name: str) -> str:
    """A domain with its macros filled in, cut from the left to 253 bytes (RFC 7208, 7.3). `name` is the
    peer's proven name.
    """
    local, _, domain = asked.sender.rpartition("@")
    values = {
        "s": asked.sender, "l": local, "o": domain, "d": asked.domain, "i": _dotted(asked.peer), "p": name,
        "h": asked.greeting, "v": "in-addr" if asked.peer.version == 4 else "ip6",
    }  # fmt: skip

    def fill(found: re.Match[str]) -> str:
        if found[5]:
            return _ESCAPED[found[5]]
        filled = _transformed(values[found[1].lower()], found)
        return _UNSAFE.sub(_escaped, filled) if found[1].isupper() else filled

    expanded = _EXPANDED.sub(fill, text)
    while len(expanded.removesuffix(".")) > MOST_NAME_BYTES and "." in expanded:
        expanded = expanded.partition(".")[2]
    return expanded


def _transformed(value: str, found: re.Match[str]) -> str:
    parts = re.split(f"[{re.escape(found[4] or '.')}]", value)
    if found[3]:
        parts.reverse()
    return ".".join(parts[-int(found[2]) :] if found[2] else parts)


def _dotted(peer: Address) -> str:
    return str(peer) if peer.version == 4 else ".".join(peer.exploded.replace(":", ""))


def _escaped(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())
