"""What happens to people: storage emptied under them, no connection, a relay that restarts, *Back*, *Reload*.
Nothing is lost by any of it, and nothing arrives twice.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from client_sdk.engagement import AsyncEngagement
from tests.browser.conftest import MAYA_PASSWORD, Practice, open_practice
from tests.browser.visitor import HALF, Client, Visitor, visiting

pytestmark = pytest.mark.browser

LOST = "canary half a sentence"
FILE_BYTES = 12 << 20
WAYS = (
    "Our work",
    re.compile("^The agreement|^Agreement"),
    "Settings",
    re.compile("^Browsers and unlocking"),
)


@dataclass
class Desk:
    """A relay that a test may end, its coach, and a client at the browser."""

    practice: Practice
    client: Client

    @property
    def coach(self) -> AsyncEngagement:
        """The coach's side."""
        return self.practice.anna.engagement("Ivy Field")

    async def sent(self, subject: str) -> list[bytes]:
        """The files of all messages of this subject at the coach's: one list entry a message."""
        found = [one async for one in self.coach.messages() if one.subject == subject]
        return [b"".join([await file.read() for file in one.attachments]) for one in found]


@pytest.fixture(scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """A relay of this file's own, because it is ended and started again."""
    async with open_practice(tmp_path_factory.mktemp("mishaps")) as practice:
        found = Desk(practice, await practice.take_in("Ivy Field"))
        await found.coach.send(subject="Heron", text="Three questions.")
        await found.coach.send(subject="Otter", text="And what then?")
        yield found


async def entered(visitor: Visitor, desk: Desk) -> None:
    """The list, by password; the tab can be loaded anew."""
    await visitor.page.goto(desk.practice.origin)
    await visitor.unlock(desk.client.name, MAYA_PASSWORD)
    await visitor.see("Heron")
    await visitor.page.wait_for_function(HALF)


async def wiped(visitor: Visitor) -> None:
    """The browser throws away all that it keeps for the inbox, as it may at any time."""
    tools = await visitor.page.context.new_cdp_session(visitor.page)
    await tools.send("Storage.clearDataForOrigin", {"origin": visitor.origin, "storageTypes": "all"})
    await tools.send("Network.clearBrowserCache")
    await visitor.page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
    await tools.detach()


async def unlocked_again(visitor: Visitor, desk: Desk) -> None:
    """A reload asks, and what is typed opens."""
    await visitor.page.reload()
    await expect(visitor.page.get_by_role("heading", name="Your inbox is locked")).to_be_visible()
    await visitor.unlock(desk.client.name, MAYA_PASSWORD)


async def test_storage_is_emptied_while_reading(browser: Browser, desk: Desk) -> None:
    """What is open goes on; the next load asks for the password, and all is there."""
    async with visiting(browser, desk.practice.origin) as visitor:
        await entered(visitor, desk)
        await visitor.open("Heron")
        await wiped(visitor)
        await visitor.page.go_back()
        await visitor.open("Otter")
        await expect(visitor.page.locator(".message")).to_contain_text("And what then?")
        await unlocked_again(visitor, desk)
        await expect(visitor.page.locator(".message")).to_contain_text("And what then?")
        await visitor.press(re.compile("^Inbox"))
        await visitor.see("Heron")
        assert visitor.errors == []


async def test_storage_is_emptied_while_writing(browser: Browser, desk: Desk) -> None:
    """What was typed two seconds before is there after the password."""
    async with visiting(browser, desk.practice.origin) as visitor:
        await entered(visitor, desk)
        await visitor.press("Write")
        async with visitor.draft_stored():
            await visitor.fill("Message", LOST)
        await wiped(visitor)
        visitor.page.on("dialog", lambda dialog: dialog.accept())
        await unlocked_again(visitor, desk)
        await expect(visitor.page.get_by_label("Message", exact=True)).to_have_value(LOST)
        await visitor.press("Throw away")
        assert visitor.errors == []


async def test_back_and_reload_in_every_view(browser: Browser, desk: Desk) -> None:
    """*Back* goes through the views as they were opened, *Reload* stays in each, and nothing is sent anew."""
    async with visiting(browser, desk.practice.origin) as visitor:
        await entered(visitor, desk)
        await visitor.open("Heron")
        been = [visitor.page.url]
        for name in WAYS:
            await visitor.press(name)
            await visitor.page.wait_for_url(lambda url: url != been[-1])
            await expect(visitor.page.locator("main h1")).to_be_visible()
            been.append(visitor.page.url)
        for url in reversed(been):
            await expect(visitor.page).to_have_url(url)
            await visitor.page.wait_for_function(HALF)
            await visitor.page.reload()
            await expect(visitor.page).to_have_url(url)
            await expect(visitor.page.get_by_role("button", name="Lock", exact=True)).to_be_visible()
            await expect(visitor.page.locator("main h1")).to_be_visible()
            await visitor.page.go_back()
        await visitor.is_open()
        posted = [one for one in visitor.requests if one.endswith("/v1/envelopes")]
        assert posted == []
        assert visitor.errors == []


async def test_no_connection_and_back(browser: Browser, desk: Desk) -> None:
    """A message that is sent without a connection waits, and goes once when it is back."""
    async with visiting(browser, desk.practice.origin) as visitor:
        await entered(visitor, desk)
        await visitor.press("Write")
        await visitor.fill("Subject", "Plover")
        await visitor.fill("Message", "From the train.")
        await visitor.page.context.set_offline(True)
        await visitor.press("Send to Anna")
        await expect(visitor.page.get_by_text("Not sent.", exact=True)).to_be_visible()
        await visitor.page.context.set_offline(False)
        await visitor.see("Plover")
    assert await desk.sent("Plover") == [b""]


async def test_the_relay_restarts_while_a_file_goes_up(browser: Browser, desk: Desk, tmp_path: Path) -> None:
    """It goes on when the relay is back; the coach has it once, byte for byte."""
    content = bytes(range(256)) * (FILE_BYTES // 256)
    (tmp_path / "walk.bin").write_bytes(content)
    relay = desk.practice.relay
    async with visiting(browser, desk.practice.origin) as visitor:
        await entered(visitor, desk)
        await visitor.press("Write")
        await visitor.fill("Subject", "Crane")
        await visitor.page.locator("input[type=file]").set_input_files(tmp_path / "walk.bin")
        async with visitor.page.expect_request(re.compile("/v1/uploads/|/v1/blobs")):
            await visitor.press("Send to Anna")
        await asyncio.to_thread(relay.kill)
        await asyncio.to_thread(relay.start)
        waiting = visitor.page.get_by_role("button", name="Try now", exact=True)
        await expect(waiting.or_(visitor.row("Crane")).first).to_be_visible()
        # It tries again of itself, too, and what is pressed may be gone by then.
        with suppress(PlaywrightTimeout):
            await waiting.click(timeout=3_000)
        await visitor.see("Crane")
    await desk.practice.anna.settle()
    assert await desk.sent("Crane") == [content]
