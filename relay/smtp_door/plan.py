"""What a door's processes are told once, by the relay that starts them. Owns its bytes; reads no file.

It holds the door's signing key, which signs nothing but mail in this door's own name, and no other secret:
not the pepper, no other key, no place of the database.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from keys.encoding import from_base64url, to_base64url
from keys.suite import SignKey
from relay.smtp_door.limits import Limits


@dataclass(frozen=True, slots=True)
class Listener:
    """A socket that listens, by its number in the process, and whether it begins with TLS."""

    descriptor: int
    implicit_tls: bool = False


@dataclass(frozen=True, slots=True)
class Checks:
    """How senders are checked: name servers (those of the machine if none), and seconds for one mail."""

    nameservers: Sequence[tuple[str, int]]
    seconds: float


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a worker of the door goes by. `checks` of None: a mail's own word counts. `closed` are folders
    in which a worker may open nothing.
    """

    hostname: str
    mail_domain: str
    notice_address: str
    limits: Limits
    listeners: Sequence[Listener]
    door_seed: bytes = field(repr=False)
    tls: tuple[Path, Path] | None = None  # certificate chain and private key
    require_tls: bool = False
    checks: Checks | None = None
    offset_file: Path | None = None
    closed: Sequence[Path] = ()

    @property
    def door_key(self) -> SignKey:
        """The key with which the door signs."""
        return SignKey.from_seed(self.door_seed)

    def encode(self) -> bytes:
        """The plan as one line."""
        told = asdict(self)
        told["door_seed"] = to_base64url(self.door_seed)
        told["tls"] = None if self.tls is None else [str(path) for path in self.tls]
        told["offset_file"] = None if self.offset_file is None else str(self.offset_file)
        told["closed"] = [str(path) for path in self.closed]
        return json.dumps(told).encode("ascii") + b"\n"


def parse_plan(line: bytes) -> Plan:
    """What `encode` wrote; the relay that wrote it is believed."""
    told: dict[str, Any] = json.loads(line)
    told["door_seed"] = from_base64url(told["door_seed"], 32)
    told["limits"] = Limits(**told["limits"])
    told["listeners"] = [Listener(**one) for one in told["listeners"]]
    if told["tls"] is not None:
        told["tls"] = tuple(map(Path, told["tls"]))
    if told["checks"] is not None:
        servers = [(host, port) for host, port in told["checks"]["nameservers"]]
        told["checks"] = Checks(servers, told["checks"]["seconds"])
    if told["offset_file"] is not None:
        told["offset_file"] = Path(told["offset_file"])
    told["closed"] = [Path(path) for path in told["closed"]]
    return Plan(**told)
