"""The forms that the values of settings have. Must never ask the network or the disk what a value stands
for."""

from __future__ import annotations

import ipaddress
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from keys.encoding import from_base64url
from keys.errors import KeysError
from keys.suite import is_strict_public
from relay.core.addresses import parse_address, parse_domain
from relay.core.colours import LEAST, nearest, parse_colour, worst
from relay.core.errors import Malformed

MAX_PORT = 65_535
DNS_PORT = 53


@dataclass(frozen=True, slots=True)
class Listen:
    """Where to listen: an IP address or `localhost`, and a port; port 0 picks a free one."""

    host: str
    port: int

    @property
    def loopback(self) -> bool:
        """Whether only this machine can connect."""
        return is_loopback(self.host)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def is_loopback(host: str) -> bool:
    """Whether a host, as written in a setting, is this machine; a name other than `localhost` is not."""
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def parse_listen(value: object) -> object:
    """`127.0.0.1:8080`, `[::1]:8080` or `localhost:8080` as a Listen. Raises ValueError."""
    if isinstance(value, Listen):
        return value
    form = r"(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+|localhost)):([0-9]{1,5})"
    matched = re.fullmatch(form, value) if isinstance(value, str) else None
    host, port = (matched[1] or matched[2], int(matched[3])) if matched else ("", 0)
    if port > MAX_PORT or not (host == "localhost" or _is_address(host)):
        raise ValueError("must be ADDRESS:PORT, as 127.0.0.1:8080 or [::1]:8080, with no name but localhost")
    return Listen(host, port)


def parse_origin(value: str) -> str:
    """A web origin in the spelling that browsers give it (RFC 6454, section 6.2). Raises ValueError.

    It goes into salts and signed cards, so there is one spelling. Plain http is for loopback alone.
    """
    matched = re.fullmatch(r"(https?)://(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::([1-9][0-9]{0,4}))?", value)
    host, port = (urlsplit(value).hostname or "", int(matched[3] or 0)) if matched else ("", 0)
    if matched is None or port > MAX_PORT or port == {"http": 80, "https": 443}[matched[1]]:
        raise ValueError("must be a scheme and a host in lower case, as https://relay.example, and no more")
    if matched[1] == "http" and not is_loopback(host):
        raise ValueError(
            "must begin with https://; http:// is for this machine alone, as http://127.0.0.1:8080"
        )
    return value


def _domain(value: str) -> str:
    try:
        return parse_domain(value.encode())
    except Malformed:
        raise ValueError("must be a domain in ASCII of two labels or more, as relay.example") from None


def _address(value: str) -> str:
    try:
        return str(parse_address(value.encode()))
    except Malformed:
        raise ValueError("must be a mail address, as notice@relay.example") from None


def _list(value: object) -> object:
    """A list as environment variables give it: `a.example, b.example`."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _verification_key(value: str) -> str:
    try:
        strict = is_strict_public(from_base64url(value, 32))
    except KeysError:
        strict = False
    if not strict:
        raise ValueError("must be a keeper's verification key, as `relay keeper fingerprint` prints it")
    return value


def parse_keeper_address(value: str) -> tuple[str, int] | None:
    """Host and port of `keeper.example:8443` or `[2001:db8::1]:8443`; None for what is a path."""
    matched = re.fullmatch(r"(?:\[([0-9a-fA-F:.]+)\]|([0-9A-Za-z.-]+)):([1-9][0-9]{0,4})", value)
    return (matched[1] or matched[2], int(matched[3])) if matched else None


@dataclass(frozen=True, slots=True)
class Remote:
    """A host and a port elsewhere."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _keeper_place(value: object) -> object:
    """The path of a Unix socket, or `HOST:PORT` as a Remote. Raises ValueError."""
    if not isinstance(value, str):
        return value
    place = parse_keeper_address(_keeper_address(value))
    return Path(value) if place is None else Remote(*place)


def _keeper_address(value: str) -> str:
    place = parse_keeper_address(value)
    if place is not None and place[1] > MAX_PORT:
        raise ValueError("must be the path of a Unix socket, or HOST:PORT")
    return value


def _nameserver(value: object) -> object:
    """`192.0.2.53`, `2001:db8::53`, or either with a port as in `listen`, as a Listen. Raises ValueError."""
    if not isinstance(value, str):
        return value
    if _is_address(value):
        return Listen(value, DNS_PORT)
    server = parse_listen(value)
    if not isinstance(server, Listen) or server.port == 0 or server.host == "localhost":
        raise ValueError("must be the address of a name server, as 192.0.2.53 or [2001:db8::53]:53")
    return server


def _colour(value: str) -> str:
    try:
        colour = parse_colour(value)
    except Malformed:
        raise ValueError("must be a colour as #1f5a4c") from None
    if worst(colour) < LEAST:
        found = math.floor(worst(colour) * 10) / 10
        raise ValueError(
            f"cannot be read everywhere ({found}:1, and {LEAST}:1 is needed); nearest is {nearest(colour)}"
        )
    return colour


Address = Annotated[str, AfterValidator(_address)]
Colour = Annotated[str, AfterValidator(_colour)]
KeeperAddress = Annotated[str, Field(min_length=1, max_length=1024), AfterValidator(_keeper_address)]
KeeperPlace = Annotated[Path | Remote, BeforeValidator(_keeper_place)]
VerificationKey = Annotated[str, AfterValidator(_verification_key)]
Count = Annotated[int, Field(ge=1, le=1_000_000_000)]
Domain = Annotated[str, AfterValidator(_domain)]
Domains = Annotated[tuple[Domain, ...], BeforeValidator(_list), Field(max_length=10_000)]
Host = Annotated[str, Field(max_length=255, pattern=r"^[0-9A-Za-z.:-]+$")]
ListenAddress = Annotated[Listen, BeforeValidator(parse_listen)]
Nameserver = Annotated[Listen, BeforeValidator(_nameserver)]
Nameservers = Annotated[tuple[Nameserver, ...], BeforeValidator(_list), Field(max_length=8)]
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]
Origin = Annotated[str, AfterValidator(parse_origin)]
Port = Annotated[int, Field(ge=1, le=MAX_PORT)]
Seconds = Annotated[int, Field(ge=1, le=86_400)]
Size = Annotated[int, Field(ge=1, le=1 << 50)]
