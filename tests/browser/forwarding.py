"""A relay that checks senders by a name server, and a client whose mail comes in by it. Owns the zones, the
mails as providers hand them on, and the client's way into the web inbox.
"""

from __future__ import annotations

import asyncio
import email
import re
import smtplib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.policy import SMTP
from pathlib import Path

from tests.browser.visitor import Visitor
from tests.door.name_server import serving
from tests.door.signing import Signer
from tests.sdk.house import MAYAS, House, opened_house

MAYA = "maya@home.example"
PROVIDER = Signer("home.example")
SHOP = Signer("shop.example")
SRS = "SRS0=hJ3k=7Q=shop.example=news@home.example"
ZONES = {
    "home.example": {"TXT": ['"v=spf1 ip4:127.0.0.1 -all"']},
    **{one.name: {"TXT": [f'"{one.record()}"']} for one in (PROVIDER, SHOP)},
}


@dataclass
class Door:
    """A relay that checks senders, and what comes to it for its client."""

    house: House
    inbox: str

    @property
    def origin(self) -> str:
        """Where the web inbox is."""
        return self.house.maya.origin

    async def bring(self, raw: bytes, to: str = "", path: str = MAYA) -> int:
        """One mail; the code of the last reply."""
        return await asyncio.to_thread(self._bring, raw, to or self.inbox, path)

    def _bring(self, raw: bytes, to: str, path: str) -> int:
        matched = re.search(r"smtp=(\S+):(\d+)", self.house.relay.ready)
        assert matched is not None
        at = (matched[1], int(matched[2]))
        with smtplib.SMTP(*at, local_hostname="x.example", timeout=30) as peer:
            try:
                peer.sendmail(path, [to], raw)
            except smtplib.SMTPResponseException as refused:
                return refused.smtp_code
        return 250

    def newest(self) -> bytes:
        """What the relay has mailed last."""
        caught = (self.house.folder / "relay" / "outbox").glob("*.eml")
        return max(caught, key=lambda path: path.stat().st_mtime_ns).read_bytes()


@asynccontextmanager
async def open_door(folder: Path) -> AsyncIterator[Door]:
    """A client who has confirmed an address, by their own software."""
    async with (
        serving(ZONES) as (_, at),
        opened_house(folder, checked_by=f"{at[0]}:{at[1]}") as house,
    ):
        found = Door(house, await house.to_anna.address())
        await house.maya.add_sender(MAYA)
        code = re.search(r"\b\d{8}\b", str(email.message_from_bytes(found.newest(), policy=SMTP)))
        assert code is not None
        await house.maya.confirm_sender(code[0])
        yield found


def mail(subject: str, *, sender: str = MAYA, to: str = "x@home.example", more: str = "") -> bytes:
    """A mail as a provider hands it on."""
    return (
        f"From: <{sender}>\r\nTo: <{to}>\r\nSubject: {subject}\r\nMessage-ID: <{subject}@x.example>\r\n"
        f"Date: Mon, 1 Jun 2026 12:00:00 +0000\r\n{more}\r\nWords of {subject}.\r\n"
    ).encode()


async def entered(visitor: Visitor, door: Door) -> None:
    """The client's inbox."""
    await visitor.page.goto(door.origin)
    await visitor.unlock(door.house.maya.login.partition("@")[0], MAYAS)
    await visitor.is_open()
