"""Chromium, a relay that serves the built inbox, a coach at the SDK, and clients.

Owns what is shared, and how widely: browser, relay and coach by all files of a process, a client by the tests
of one file. So whatever one file leaves behind (a language, a message, a password) meets no other, in
whichever order the files come. Clients join by the SDK; joining in the browser is for the tests of it.
"""

from __future__ import annotations

import asyncio
import email
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.policy import default
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright, expect

from client_sdk import AsyncAccount, AsyncEngagement, Home
from tests.__main__ import NO_CHROMIUM, find_chromium
from tests.browser.forwarding import Door, open_door
from tests.browser.visitor import PATIENCE_MILLISECONDS, Client
from tests.chromium import IN_TESTS
from tests.e2e.house import ANNA_PASSWORD, made_relay
from tests.sdk.house import CHEAP
from tests.service.programs import Relay, eventually

STATIC = Path(__file__).resolve().parents[2] / "relay" / "static"
MAYA_PASSWORD = "canary pepper meadow candle"


@dataclass
class Practice:
    """A running relay and its coach."""

    relay: Relay
    origin: str
    anna: AsyncAccount

    async def invite(self, name: str) -> str:
        """A link for a new client."""
        ends = datetime.fromtimestamp(self.relay.now(), UTC).date() + timedelta(days=60)
        offered = await self.anna.invite(
            name, work_ends=ends, hold=timedelta(days=30), refuse=("corp.example",)
        )
        return offered.link

    async def take_in(self, name: str, *, link: str = "") -> Client:
        """A new client, who accepts by their own software, with `MAYA_PASSWORD`. Names are told apart: no two
        files take the same one.
        """
        link = link or await self.invite(name)
        home = Home(self.relay.folder.parent / name, file_cost=CHEAP)
        account = await AsyncAccount.accept(link, name=name, home=home, password=MAYA_PASSWORD)
        await account.close()
        await self.anna.settle()
        assert account.recovery_sheet is not None
        sheet = tuple(re.findall(r"\d{5}", account.recovery_sheet.groups))
        return Client(link, account.login.partition("@")[0], sheet)

    def outbox(self) -> frozenset[Path]:
        """The mails that the relay has sent so far."""
        return frozenset((self.relay.folder / "outbox").glob("*.eml"))

    async def mailed(self, before: frozenset[Path], pattern: str) -> re.Match[str]:
        """Wait for a mail that was not there before and fits, subject or text."""

        def look() -> re.Match[str] | None:
            for path in self.outbox() - before:
                message = email.message_from_bytes(path.read_bytes(), policy=default)
                if found := re.search(pattern, f"{message['Subject']}\n{message.get_content()}"):
                    return found
            return None

        fitting: re.Match[str] = await asyncio.to_thread(eventually, look)
        return fitting


@dataclass
class Pair:
    """A coach and a client of the same engagement."""

    practice: Practice
    client: Client
    name: str

    @property
    def origin(self) -> str:
        """Where the inbox is."""
        return self.practice.origin

    @property
    def to_maya(self) -> AsyncEngagement:
        """The coach's side of the engagement."""
        return self.practice.anna.engagement(self.name)


@asynccontextmanager
async def open_practice(base: Path) -> AsyncIterator[Practice]:
    """A relay in a folder of its own, with a coach who has set up. Its origin is a name: no browser makes a
    passkey for an address of numbers.
    """
    relay = made_relay(base / "relay")
    relay.config.write_text(re.sub(r"http://127\.0\.0\.1:", "http://localhost:", relay.config.read_text()))
    relay.start()
    try:
        link = relay.command("coach", "invite", "Anna Harrow").stdout.strip()
        home = Home(base / "anna", file_cost=CHEAP)
        async with await AsyncAccount.setup(link, home=home, password=ANNA_PASSWORD) as anna:
            yield Practice(relay, link.partition("/i/")[0], anna)
    finally:
        relay.kill()


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium; without it the tests fail and say what to do."""
    found = find_chromium()
    if found is None:
        pytest.fail(NO_CHROMIUM, pytrace=False)
    if not (STATIC / "index.html").exists():
        pytest.fail("the inbox is not built: `python3 -m tests` builds it", pytrace=False)
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=found, args=list(IN_TESTS))
        yield launched
        await launched.close()


@pytest.fixture(scope="session")
async def practice(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Practice]:
    """For all files that move no clock, end no relay and change nothing lasting of the coach."""
    async with open_practice(tmp_path_factory.mktemp("practice")) as found:
        yield found


@pytest.fixture(scope="module")
async def pair(request: pytest.FixtureRequest, practice: Practice) -> Pair:
    """A client of this file alone."""
    name = f"Maya {request.path.stem.removeprefix('test_').replace('_', '').capitalize()}field"
    return Pair(practice, await practice.take_in(name), name)


@pytest.fixture(scope="session")
async def door(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    """Another relay, which checks senders, and a client who forwards mail to it."""
    async with open_door(tmp_path_factory.mktemp("door")) as found:
        yield found
