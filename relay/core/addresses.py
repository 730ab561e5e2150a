"""Mail addresses: one strict grammar for the door, for registration and for refused domains. Owns RFC 5321
paths on raw bytes.

It never decodes: no encoded words, comments, quoted local parts, source routes, address literals or
non-ASCII (A-labels only), so that no two spellings of one address walk past a comparison. What it does not
understand it refuses; it never guesses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from relay.core.errors import Malformed

MAX_LOCAL_BYTES = 64  # RFC 5321, 4.5.3.1.1
MAX_DOMAIN_BYTES = 255  # RFC 5321, 4.5.3.1.2
MAX_PATH_BYTES = 256  # RFC 5321, 4.5.3.1.3, brackets included

_ATOM = rb"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(_ATOM + rb"(?:\." + _ATOM + rb")*")
_LABEL = rb"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(_LABEL + rb"(?:\." + _LABEL + rb")+")


@dataclass(frozen=True, slots=True)
class Address:
    """`local@domain`, lower-cased: providers treat local parts so, and ours are lower case. Its repr shows
    no address.
    """

    local: str = field(repr=False)
    domain: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"


def parse_domain(raw: bytes) -> str:
    """A domain of two or more LDH labels, lower-cased. Raises Malformed."""
    if len(raw) > MAX_DOMAIN_BYTES or not _DOMAIN.fullmatch(raw) or raw.rsplit(b".", 1)[1].isdigit():
        raise Malformed("domain")
    return raw.decode("ascii").lower()


def parse_address(raw: bytes) -> Address:
    """`local@domain` without brackets (RFC 5321, Mailbox, dot-string form only). Raises Malformed."""
    local, at, domain = raw.rpartition(b"@")
    if not at or len(local) > MAX_LOCAL_BYTES or not _LOCAL.fullmatch(local):
        raise Malformed("address")
    return Address(local.decode("ascii").lower(), parse_domain(domain))


def parse_typed(text: str) -> Address:
    """An address as a person typed it. Raises Malformed."""
    try:
        return parse_address(text.encode("ascii"))
    except UnicodeEncodeError:
        raise Malformed("address") from None


def split_path(argument: bytes) -> tuple[bytes, list[bytes]]:
    """What stands after `FROM:` or `TO:`, as the text within the brackets and the parameters behind it.
    Raises Malformed.

    One space before the bracket is let pass, because common clients write it; anything else is not.
    """
    argument = argument.removeprefix(b" ")
    path, closed, rest = argument.partition(b">")
    if not closed or not path.startswith(b"<") or len(path) + 1 > MAX_PATH_BYTES:
        raise Malformed("path")
    if rest and not rest.startswith(b" "):
        raise Malformed("path")
    return path[1:], rest.split()


def named_domains(path: Address) -> list[str]:
    """The domains that a reverse path names: its own, and those that a forwarder wrote into its local part
    (`SRS0=HASH=TT=DOMAIN=LOCAL`, `LOCAL=DOMAIN`).
    """
    return [path.domain, *re.split(r"[=!]", path.local)]


def within(domain: str, refused: Iterable[str]) -> bool:
    """Whether `domain` is one of `refused` or lies below one of them."""
    return any_within((domain,), refused)


def any_within(domains: Iterable[str], refused: Iterable[str]) -> bool:
    """Whether one of `domains` is: a field may name some thirty thousand."""
    endings = tuple("." + name for name in refused)
    return any(("." + domain).endswith(endings) for domain in domains)
