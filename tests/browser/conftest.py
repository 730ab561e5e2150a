"""Chromium, a relay that serves the built inbox, a coach at the SDK, and a client who joined in the
browser.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright, expect

from client_sdk.account import AsyncAccount
from client_sdk.engagement import AsyncEngagement
from tests.__main__ import NO_CHROMIUM, find_chromium
from tests.browser.forwarding import Door, open_door
from tests.browser.visitor import FLAGS, PATIENCE_MILLISECONDS, Client, visiting
from tests.e2e.house import ANNA_PASSWORD, made_relay
from tests.service.programs import Relay

STATIC = Path(__file__).resolve().parents[2] / "relay" / "static"
MAYA = "Maya Canaryfield"
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


@dataclass
class Pair:
    """A coach and a client of the same engagement."""

    practice: Practice
    client: Client

    @property
    def origin(self) -> str:
        """Where the inbox is."""
        return self.practice.origin

    @property
    def to_maya(self) -> AsyncEngagement:
        """The coach's side of the engagement."""
        return self.practice.anna.engagement(MAYA)


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
        launched = await playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield launched
        await launched.close()


@pytest.fixture(scope="session")
async def practice(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Practice]:
    """A relay in a folder of its own, with a coach who has set up."""
    base = tmp_path_factory.mktemp("practice")
    relay = made_relay(base / "relay")
    relay.start()
    try:
        link = relay.command("coach", "invite", "Anna Harrow").stdout.strip()
        anna = await AsyncAccount.setup(link, home=base / "anna", password=ANNA_PASSWORD)
        yield Practice(relay, link.partition("/i/")[0], anna)
        await anna.close()
    finally:
        if relay.process is not None:
            relay.process.kill()
            relay.process.communicate()


@pytest.fixture(scope="session")
async def pair(browser: Browser, practice: Practice) -> Pair:
    """A client who joined by an invitation link in the browser, whom the coach's software has taken in."""
    client = Client(await practice.invite(MAYA))
    async with visiting(browser, practice.origin) as visitor:
        await visitor.join(client, MAYA, MAYA_PASSWORD)
        assert visitor.errors == []
    await practice.anna.settle()
    return Pair(practice, client)


@pytest.fixture(scope="session")
async def door(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    """Another relay, which checks senders, and a client who forwards mail to it."""
    async with open_door(tmp_path_factory.mktemp("door")) as found:
        yield found
