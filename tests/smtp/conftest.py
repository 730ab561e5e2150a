"""A whole relay with two people, in front of which any number of peers stand. One for each file of tests."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme

from client_sdk.messages import Message
from tests.door.conftest import open_door
from tests.e2e.house import House, open_house
from tests.smtp.talk import Peer

__all__ = ["open_door"]  # a listener alone, as tests of the door have it

ADDRESS = "maya@home.example"
OPEN = {
    "RELAY_SMTP__MAX_CONNECTIONS_PER_ADDRESS": "100",
    "RELAY_LIMITS__DOOR_MAILS_PER_HOUR": "100000",
    "RELAY_LIMITS__REQUESTS_PER_MINUTE": "1000000",
}


@dataclass(frozen=True)
class Standing:
    """A relay that runs, and its client's inbound address."""

    house: House
    inbox: str
    authority: trustme.CA

    def place(self, name: str = "smtp") -> tuple[str, int]:
        """Where a port is; `smtps` is the one that begins with TLS."""
        matched = re.search(rf" {name}=(\S+):(\d+)", self.house.relay.ready)
        assert matched is not None, self.house.relay.ready
        return matched[1], int(matched[2])

    def peer(self, **options: Any) -> Peer:
        """A peer of the port for other mail servers."""
        return Peer(self.place(), self.inbox.encode(), **options)

    async def mails(self) -> list[bytes]:
        """Every mail in the client's inbox, fetched and opened by its reader, oldest first."""
        found: list[Message[Any, Any]] = [one async for one in self.house.to_anna.messages(mark=False)]
        carried = [one.mail for one in reversed(found) if one.mail is not None]
        return [await one.raw.read() for one in carried]

    async def blobs(self) -> int:
        """How many blobs the relay holds: one for each mail, and for each that is on its way."""
        return int((await asyncio.to_thread(self.house.relay.status))["blobs"])


def certified(folder: Path, authority: trustme.CA) -> dict[str, str]:
    """Settings for a certificate of this authority, whose files are put into a folder of their own."""
    folder.mkdir(exist_ok=True)
    issued = authority.issue_cert("mx.quietbox.test")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    issued.cert_chain_pems[0].write_to_path(folder / "chain.pem")
    return {"RELAY_SMTP__TLS_CERT": str(folder / "chain.pem"), "RELAY_SMTP__TLS_KEY": str(folder / "key.pem")}


@asynccontextmanager
async def standing(folder: Path, settings: Mapping[str, str] | None = None) -> AsyncIterator[Standing]:
    """A relay with a certificate and two ports, whose client has confirmed an address. `settings` go into the
    environment of its programs, which goes before its file.
    """
    authority = trustme.CA()
    more = {"RELAY_SMTP__LISTEN_TLS": "127.0.0.1:0", **certified(folder / "tls", authority)}
    with pytest.MonkeyPatch.context() as patched:
        for name, value in {**OPEN, **more, **(settings or {})}.items():
            patched.setenv(name, value)
        async with open_house(folder / "relay") as house:
            await house.register(ADDRESS)
            yield Standing(house, await house.to_anna.address(), authority)
