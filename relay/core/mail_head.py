"""The header section of a mail, read for decisions only. Owns which fields the door judges, with bounds; it
decodes nothing.

Display names, encoded words and MIME are the reader's business. Here one question is answered strictly:
which one address does From name. Where two readers could answer differently, the mail is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.core.addresses import Address, parse_address, within
from relay.core.errors import Malformed, RelayError, WorkAddressRefused

MAX_HEAD_BYTES = 65_536
MAX_FIELDS = 1_000
MAX_HOPS = 50  # RFC 5321, 6.3, asks for a limit of at least 100 hops for relays; we are a terminus

_NAME = re.compile(rb"[!-9;-~]+")
_FOLD = re.compile(rb"\r\n(?=[ \t])")
_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*+("?)')  # possessive, and it takes an open one too: never tried twice
_DOMAIN = rb"([A-Za-z0-9.-]+)"
_AFTER_AT = re.compile(rb"@(?:[ \t]|\([^()]*\))*" + _DOMAIN)  # spaces and comments are let in there
_SIGNING = re.compile(rb"(?:^|;)[ \t]*d[ \t]*=[ \t]*" + _DOMAIN)  # RFC 6376, 3.5
_HOST = re.compile(rb"(?<![A-Za-z0-9.-])" + _DOMAIN)
_FOREIGN = re.compile(rb"@[^\s,;<>()\"]*[\x80-\xff]")
_WRITERS = (b"from", b"sender", b"reply-to", b"return-path")
_SIGNERS = (b"dkim-signature", b"arc-message-signature", b"arc-seal")
_RESENT = b"resent-"
_OUR_MARKS = (b"message-id", b"x-loop")
_MANY = (b"bulk", b"junk", b"list", b"auto_reply")

Fields = list[tuple[bytes, bytes]]


class HeadMalformed(RelayError):
    """Two readers could understand this header differently."""

    code, public = "head-malformed", "The header of that mail is not understood."


class HeadTooLarge(RelayError):
    """More bytes or fields than any honest mail has."""

    code, public = "head-too-large", "The header of that mail is too big."


class Automatic(RelayError):
    """A machine answered, or wrote to many."""

    code, public = "automatic", "Automatic replies and mail of lists are not taken."


class Loop(RelayError):
    """Too many trace fields (RFC 5321, 6.3), or one that this relay made."""

    code, public = "loop", "That mail has been going in circles."


def read_fields(head: bytes) -> Fields:
    """The fields of a header section (without its blank line), names lower-cased, values unfolded. Raises
    HeadMalformed."""
    fields: Fields = []
    for line in _FOLD.sub(b"", head).removesuffix(b"\r\n").split(b"\r\n"):
        name, colon, value = line.partition(b":")
        if not colon or not _NAME.fullmatch(name.rstrip(b" \t")):
            raise HeadMalformed
        fields.append((name.rstrip(b" \t").lower(), value.strip()))
        if len(fields) > MAX_FIELDS:
            raise HeadTooLarge
    return fields


def author(fields: Fields) -> Address:
    """The one address of the one From field. Raises HeadMalformed where there is not exactly one."""
    values = [value for name, value in fields if name == b"from"]
    if len(values) != 1:
        raise HeadMalformed
    try:
        return parse_address(_angle_address(values[0]))
    except Malformed:
        raise HeadMalformed from None


def check(fields: Fields, refused: Iterable[str], own_domain: str) -> None:
    """Refuse automatic replies, mail to many, mail that goes in circles, and mail that an employer's domain
    wrote, signed or carried. Cc and To may name it: a mail may have had colleagues in copy.
    """
    refused = tuple(refused)
    if any(_is_automatic(name, value) for name, value in fields):
        raise Automatic
    hops = sum(name == b"received" for name, _ in fields)
    if hops > MAX_HOPS or any(name in _OUR_MARKS and _names(value, own_domain) for name, value in fields):
        raise Loop
    for name, value in fields:
        if any(within(domain, refused) for domain in _guarded(name, value)):
            raise WorkAddressRefused


def names_copied(fields: Fields, refused: Iterable[str]) -> bool:
    """Whether To or Cc name one of these domains: then a copy exists in company mail."""
    refused = tuple(refused)
    copied = [value for name, value in fields if name in {b"to", b"cc"}]
    return any(within(domain, refused) for value in copied for domain in _domains(_AFTER_AT, value))


def _is_automatic(name: bytes, value: bytes) -> bool:
    """A machine's answer (RFC 3834, 2 and 5), or mail of a list (RFC 2369, RFC 2919)."""
    if name == b"auto-submitted":
        return value.split(b";")[0].strip().lower() != b"no"
    return name.startswith(b"list-") or (name == b"precedence" and value.lower() in _MANY)


def _names(value: bytes, domain: str) -> bool:
    return domain in _domains(_AFTER_AT, value)


def _guarded(name: bytes, value: bytes) -> list[str]:
    """The domains of a field that says who wrote, signed or carried a mail. Raises HeadMalformed for one that
    is not ASCII: nobody could compare it.
    """
    if name in _SIGNERS:
        return _domains(_SIGNING, value)
    if name == b"received":
        return _domains(_HOST, value)
    if name not in _WRITERS and not name.startswith(_RESENT):
        return []
    if _FOREIGN.search(value):
        raise HeadMalformed
    return _domains(_AFTER_AT, value)


def _domains(pattern: re.Pattern[bytes], value: bytes) -> list[str]:
    return [found.decode("ascii").strip(".").lower() for found in pattern.findall(value)]


def _angle_address(value: bytes) -> bytes:
    """What stands in the only pair of angle brackets at the end, or the whole value where there is none.

    Outside quoted strings a comma, semicolon, colon or parenthesis means a list, a group or a comment:
    refused.
    """
    outside = _QUOTED.sub(lambda quoted: b"" if quoted[1] else b'"', value)
    if b'"' in outside or re.search(rb"[,;:()]", outside):
        raise HeadMalformed
    if b"<" not in outside:
        return value
    if outside.count(b"<") != 1 or outside.count(b">") != 1 or not outside.endswith(b">"):
        raise HeadMalformed
    return outside[outside.index(b"<") + 1 : -1].strip()
