"""The header section of a mail, read for decisions only. Owns which fields the door judges, with bounds; it
decodes nothing.

Display names, encoded words and MIME are the reader's business. Here one question is answered strictly:
which one address does From name. Where two readers could answer differently, the mail is refused.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from relay.core import trace
from relay.core.addresses import Address, any_within, parse_address
from relay.core.dkim_canon import FIELD_END
from relay.core.errors import Malformed, RelayError, WorkAddressRefused

MAX_HEAD_BYTES = 65_536
MAX_FIELDS = 1_000
MAX_HOPS = 50  # RFC 5321, 6.3, asks for a limit of at least 100 hops for relays; we are a terminus

_NAME = re.compile(rb"[!-9;-~]+")
_FOLD = re.compile(rb"\r\n(?=[ \t])")
_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*+("?)')  # possessive, and it takes an open one too: never tried twice
_DOMAIN = rb"([A-Za-z0-9.-]+)"
_AFTER_AT = re.compile(rb"@(?:[ \t]|\([^()]*\))*" + _DOMAIN)  # spaces and comments are let in there
_TOKEN = re.compile(rb'\\.|["()]|[^\\"()]++|\\')
_SPACES = re.compile(rb"[ \t]+")
_SIGNING = re.compile(rb"(?:^|;)[ \t]*d[ \t]*=[ \t]*" + _DOMAIN)  # RFC 6376, 3.5
_FOREIGN = re.compile(rb"@[^\s,;<>()\"@\x80-\xff]*+[\x80-\xff]")
_WRITERS = (b"from", b"sender", b"reply-to", b"return-path")
_SIGNERS = (b"dkim-signature", b"arc-message-signature", b"arc-seal")
_RESENT = b"resent-"
_COPIED = (b"to", b"cc")
_OUR_MARKS = (b"message-id", b"x-loop")
_ANSWERS = (b"auto_reply",)
_MANY = (b"bulk", b"junk", b"list", *_ANSWERS)

Fields = list[tuple[bytes, bytes]]


class HeadMalformed(RelayError):
    """Two readers could understand this header differently."""

    code, public = "head-malformed", "The header of that mail is not understood."


class HeadTooLarge(RelayError):
    """More bytes or fields than any honest mail has."""

    code, public = "head-too-large", "The header of that mail is too big."


class Automatic(RelayError):
    """A machine answered another mail."""

    code, public = "automatic", "Automatic replies are not taken."


class ListMail(RelayError):
    """A list distributed it: nobody wrote it to this address by hand."""

    code, public = "list-mail", "Mail of lists is not taken at this address."


class Loop(RelayError):
    """A trace field or a mark that this relay made."""

    code, public = "loop", "That mail has come through here before."


class TooManyHops(RelayError):
    """More trace fields than any honest way leaves (RFC 5321, 6.3)."""

    code, public = "too-many-hops", "That mail has passed too many hosts."


def read_fields(head: bytes) -> Fields:
    """The fields of a header section (without its blank line), names lower-cased, values unfolded. Raises
    HeadMalformed."""
    fields: Fields = []
    for line in FIELD_END.split(head.removesuffix(b"\r\n")):
        name, colon, value = line.partition(b":")
        if not colon or not _NAME.fullmatch(name.rstrip(b" \t")):  # a fold before the colon is in no grammar
            raise HeadMalformed
        fields.append((name.rstrip(b" \t").lower(), _FOLD.sub(b"", value).strip(b" \t")))
        if len(fields) > MAX_FIELDS:
            raise HeadTooLarge
    return fields


def check_one_from(fields: Fields) -> None:
    """Refuse a mail without exactly one From field: readers would show different authors."""
    if sum(name == b"from" for name, _ in fields) != 1:
        raise HeadMalformed


def author(fields: Fields) -> Address:
    """The one address of the one From field. Raises HeadMalformed where there is not exactly one."""
    check_one_from(fields)
    (value,) = [value for name, value in fields if name == b"from"]
    try:
        return parse_address(_angle_address(value))
    except Malformed:
        raise HeadMalformed from None


def check(
    fields: Fields, refused: Iterable[str], own_names: Collection[str], *, null_path: bool = False
) -> None:
    """Refuse what no person sent to an inbox by hand: what a machine or a list sent, what goes in circles,
    and mail that an employer's domain wrote, signed or carried. `own_names` are our hosts' names, `null_path`
    says that the reverse path is empty.
    """
    check_machine(fields, null_path=null_path)
    if any(_is_of_list(name, value) for name, value in fields):
        raise ListMail
    check_circle(fields, own_names)
    check_guard(fields, refused)


def check_machine(fields: Fields, *, null_path: bool) -> None:
    """Refuse a machine's answer to another mail (RFC 3834, 2 and 5). Raises Automatic."""
    for name, value in fields:
        if name == b"auto-submitted" and value.split(b";")[0].strip().lower() != b"no":
            raise Automatic
        if name == b"precedence" and value.lower() in (_MANY if null_path else _ANSWERS):
            raise Automatic


def check_circle(fields: Fields, own_names: Collection[str]) -> None:
    """Refuse a mail that came through here before. Raises Loop, TooManyHops."""
    check_hops(fields)
    for name, value in fields:
        marks = trace.hosts(value) if name == b"received" else ()
        if name in _OUR_MARKS:
            marks = _domains(_AFTER_AT, value)
        if any(mark in own_names for mark in marks):
            raise Loop


def check_hops(fields: Fields) -> None:
    """Refuse a mail that has passed more hosts than any honest way has. Raises TooManyHops."""
    if sum(name == b"received" for name, _ in fields) > MAX_HOPS:
        raise TooManyHops


def check_guard(fields: Fields, refused: Iterable[str]) -> None:
    """Refuse mail that an employer's domain wrote, signed or carried. Cc and To may name it: a mail may have
    had colleagues in copy, and so may `for` in a trace field. Raises WorkAddressRefused, HeadMalformed.
    """
    if any_within((domain for name, value in fields for domain in _guarded(name, value)), refused):
        raise WorkAddressRefused


def names_copied(fields: Fields, refused: Iterable[str]) -> bool:
    """Whether To or Cc name one of these domains, or it was delivered there: then a copy exists in company
    mail.
    """
    return any_within((domain for name, value in fields for domain in _copied(name, value)), refused)


def _copied(name: bytes, value: bytes) -> list[str]:
    if name == b"received":
        return trace.delivered_to(value)
    return _addressed_domains(value) if name in _COPIED else []


def _is_of_list(name: bytes, value: bytes) -> bool:
    """Mail of a list (RFC 2369, RFC 2919)."""
    return name.startswith(b"list-") or (name == b"precedence" and value.lower() in _MANY)


def _guarded(name: bytes, value: bytes) -> list[str]:
    """The domains of a field that says who wrote, signed or carried a mail. Raises HeadMalformed for one that
    is not ASCII: nobody could compare it.
    """
    if name in _SIGNERS:
        return _domains(_SIGNING, value)
    if name == b"received":
        return trace.hosts(value)
    if name not in _WRITERS and not name.startswith(_RESENT):
        return []
    if _FOREIGN.search(value):
        raise HeadMalformed
    return _addressed_domains(value)


def _addressed_domains(value: bytes) -> list[str]:
    """The domains of addresses, as they stand, and as who leaves out comments and spaces reads them (RFC
    5322, 4.4: `hr@corp(x) . example`).
    """
    return _domains(_AFTER_AT, value) + _domains(_AFTER_AT, _squeezed(value))


def _squeezed(value: bytes) -> bytes:
    """A value without comments, however deep they are nested, and without spaces around dots."""
    kept, depth, quoted = list[bytes](), 0, False
    for token in _TOKEN.findall(value):
        if token == b'"' and not depth:
            quoted = not quoted
        elif token == b"(" and not quoted:
            depth += 1
        elif token == b")" and depth:
            depth -= 1
        elif not depth:
            kept.append(token)
    return _SPACES.sub(b" ", b"".join(kept)).replace(b" .", b".").replace(b". ", b".")


def _domains(pattern: re.Pattern[bytes], value: bytes) -> list[str]:
    return [found.decode("ascii").strip(".").lower() for found in pattern.findall(value)]


def _angle_address(value: bytes) -> bytes:
    """What stands in the only pair of angle brackets at the end, or the whole value where there is none.

    Outside quoted strings a comma, semicolon, colon or parenthesis means a list, a group or a comment:
    refused. So is a quoted string within the brackets, for a NUL is in no address.
    """
    outside = _QUOTED.sub(lambda quoted: b"\0" if quoted[1] else b'"', value)
    if b'"' in outside or re.search(rb"[,;:()]", outside):
        raise HeadMalformed
    if b"<" not in outside:
        return value
    if outside.count(b"<") != 1 or outside.count(b">") != 1 or not outside.endswith(b">"):
        raise HeadMalformed
    return outside[outside.index(b"<") + 1 : -1].strip()
