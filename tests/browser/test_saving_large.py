"""Saving a large file: written where its owner chose as it comes, in place once all of it was right."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Browser, Route, expect

from client_sdk.attachment import Attachment
from tests.browser.conftest import MAYA_PASSWORD, Pair
from tests.browser.test_copies import NAMES, NO_PICKER
from tests.browser.visitor import PATIENCE_MILLISECONDS, Visitor, visiting

pytestmark = pytest.mark.browser

NAME = "walks.bin"
LARGE = os.urandom(1 << 20) * 40
SMALL_ROOM_BYTES = 10_000_000
SAVED = re.compile("^Saved")
NO_CONNECTION = "No connection. Nothing is lost."
NOT_WRITTEN = "The file could not be written. Is there room for it? Nothing was saved."
PICKED = """() => {
  window.asked = 0;
  window.showSaveFilePicker = async ({ suggestedName }) => {
    window.asked++;
    if (!navigator.userActivation.isActive) {
      throw new DOMException("nobody has pressed", "SecurityError");
    }
    if (window.closed_by_hand) {
      throw new DOMException("closed", "AbortError");
    }
    const folder = await navigator.storage.getDirectory();
    return await folder.getFileHandle(suggestedName, { create: true });
  };
}"""
"""A browser asks whoever sits there; here the answer is a file of the browser's own, written as any other."""
HASH = """async (name) => {
  const folder = await navigator.storage.getDirectory();
  const file = await (await folder.getFileHandle(name)).getFile();
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}"""
SIZE = """async (name) => {
  const folder = await navigator.storage.getDirectory();
  return (await (await folder.getFileHandle(name)).getFile()).size;
}"""
NEXT_FRAME = "() => new Promise((resolve) => requestAnimationFrame(resolve))"


@dataclass
class Saving:
    """A client before the message with the large file, and what is asked of the relay for it."""

    visitor: Visitor
    ranges: list[str] = field(default_factory=list)
    """Those that were answered."""

    async def press(self) -> None:
        """Save it."""
        await self.visitor.press(f"Save {NAME}")

    async def says(self, words: str | re.Pattern[str]) -> None:
        """The line under the file."""
        await expect(self.visitor.page.locator(".file-state")).to_have_text(words)

    async def evaluated(self, script: str) -> object:
        """What a script says of the chosen file."""
        return await self.visitor.page.evaluate(script, NAME)

    async def nothing_lies_there(self) -> None:
        """Neither the file nor a part of it, once the browser has tidied up."""
        async with asyncio.timeout(PATIENCE_MILLISECONDS / 1000):
            while await self.visitor.page.evaluate(NAMES):
                await self.visitor.page.evaluate(NEXT_FRAME)


@pytest.fixture(scope="module")
async def sent(pair: Pair) -> Pair:
    """A client with a message that has the large file."""
    file = Attachment.from_bytes(LARGE, NAME)
    await pair.to_maya.send(subject="Godwit large", text="All walks.", attach=[file])
    await pair.to_maya.send(subject="Sanderling", text="Only words.")
    return pair


@asynccontextmanager
async def before_the_file(browser: Browser, pair: Pair) -> AsyncIterator[Saving]:
    """The message is open, and nothing pressed."""
    async with visiting(browser, pair.origin) as visitor:
        saving = Saving(visitor)
        await visitor.page.goto(pair.origin)
        await visitor.unlock(pair.client.name, MAYA_PASSWORD)
        await visitor.open("Godwit large")
        await visitor.page.evaluate(PICKED)
        yield saving


async def test_it_is_in_place_once_it_is_whole(browser: Browser, sent: Pair) -> None:
    """Before the last part was answered the chosen file is empty; afterwards it is byte for byte what was
    sent, and nothing lies beside it.
    """
    async with before_the_file(browser, sent) as saving:
        sizes: list[object] = []

        async def look(route: Route) -> None:
            sizes.append(await saving.evaluated(SIZE))
            await route.fallback()

        await saving.visitor.page.context.route("**/v1/blobs/*", look)
        await saving.press()
        await saving.says(SAVED)
        assert len(sizes) > 9
        assert set(sizes) == {0}
        assert await saving.evaluated(HASH) == hashlib.sha256(LARGE).hexdigest()
        assert await saving.visitor.page.evaluate(NAMES) == [NAME]
        assert saving.visitor.errors == []


async def test_one_changed_bit_at_its_end(browser: Browser, sent: Pair) -> None:
    """Of a file whose last part is not as it was sent nothing is in place."""
    async with before_the_file(browser, sent) as saving:

        async def change(route: Route) -> None:
            answer = await route.fetch()
            body = bytearray(await answer.body())
            saving.ranges.append(route.request.headers["range"])
            if len(body) < 4 << 20:
                body[-1] ^= 1
            await route.fulfill(response=answer, body=bytes(body))

        await saving.visitor.page.context.route("**/v1/blobs/*", change)
        await saving.press()
        await saving.says(re.compile("Mention file-changed"))
        assert len(saving.ranges) > 9
        await saving.nothing_lies_there()


async def test_it_goes_on_after_the_line_broke(browser: Browser, sent: Pair) -> None:
    """A second press goes on in the same place without a question, and no part is fetched twice."""
    async with before_the_file(browser, sent) as saving:
        line = asyncio.Event()

        async def break_after_three(route: Route) -> None:
            if len(saving.ranges) == 3 and not line.is_set():
                await route.abort()
                return
            saving.ranges.append(route.request.headers["range"])
            await route.fallback()

        await saving.visitor.page.context.route("**/v1/blobs/*", break_after_three)
        await saving.press()
        await saving.says(NO_CONNECTION)
        assert await saving.evaluated(SIZE) == 0
        line.set()
        await saving.press()
        await saving.says(SAVED)
        assert await saving.evaluated(HASH) == hashlib.sha256(LARGE).hexdigest()
        assert len(saving.ranges) == len(set(saving.ranges))
        assert await saving.visitor.page.evaluate("window.asked") == 1


async def test_nobody_chooses_a_place(browser: Browser, sent: Pair) -> None:
    """Who closes the question is told nothing, nothing is fetched, and the next press asks again."""
    async with before_the_file(browser, sent) as saving:
        await saving.visitor.page.evaluate("window.closed_by_hand = true")
        await saving.press()
        await saving.press()
        assert await saving.visitor.page.evaluate("window.asked") == 2
        await saving.says("")
        assert not [one for one in saving.visitor.requests if "/v1/blobs/" in one]
        assert saving.visitor.errors == []


@pytest.mark.parametrize("away", ["Lock", re.compile("^Inbox"), "Stop"])
async def test_away_in_the_middle(browser: Browser, sent: Pair, away: str | re.Pattern[str]) -> None:
    """A lock, or another view after *Stop* or before: what was written is let go, and the name with it."""
    async with before_the_file(browser, sent) as saving:
        halfway = asyncio.Event()

        async def hold_the_third(route: Route) -> None:
            saving.ranges.append(route.request.headers["range"])
            if len(saving.ranges) < 3:
                await route.fallback()
                return
            halfway.set()

        await saving.visitor.page.context.route("**/v1/blobs/*", hold_the_third)
        await saving.press()
        await halfway.wait()
        assert await saving.visitor.page.evaluate(NAMES) != []
        await saving.visitor.press(away)
        if away == "Stop":
            await saving.says("Stopped. Nothing was saved.")
            assert await saving.evaluated(SIZE) == 0
            await saving.visitor.press(re.compile("^Inbox"))
        await saving.nothing_lies_there()


async def test_the_disk_is_full(browser: Browser, sent: Pair) -> None:
    """Where there is no room it says so, and nothing stays; the next press asks for another place."""
    async with before_the_file(browser, sent) as saving:
        page = saving.visitor.page
        tools = await page.context.new_cdp_session(page)
        room = {"origin": sent.origin, "quotaSize": SMALL_ROOM_BYTES}
        await tools.send("Storage.overrideQuotaForOrigin", room)
        await saving.press()
        await saving.says(NOT_WRITTEN)
        await saving.nothing_lies_there()
        await tools.send("Storage.overrideQuotaForOrigin", {"origin": sent.origin})
        await saving.press()
        await saving.says(SAVED)
        assert await page.evaluate("window.asked") == 2


async def test_a_browser_that_cannot_ask(browser: Browser, sent: Pair) -> None:
    """It saves the file as any other: byte for byte, as a download."""
    async with before_the_file(browser, sent) as saving:
        await saving.visitor.page.evaluate(NO_PICKER)
        async with saving.visitor.page.expect_download() as coming:
            await saving.press()
        assert Path(await (await coming.value).path()).read_bytes() == LARGE
        assert saving.visitor.errors == []
