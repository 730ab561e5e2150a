"""Nothing of a person is left anywhere after a walk through every view: not in an address, a title, the
history, the console, any storage of the browser, a request's address, or the relay's log.
"""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, CDPSession, expect

from client_sdk.attachment import Attachment
from tests.browser.conftest import MAYA_PASSWORD, Pair
from tests.browser.visitor import Visitor, visiting

pytestmark = pytest.mark.browser

SUBJECT, TEXT, FILE = "Ibis canary", "Egret canary at the weir.", "jackdaw-canary.txt"
TYPED, SOUGHT = "Bittern canary of mine.", "weircanary"
PLACES = {
    "": ("", "write", "search", "receipts", "clients", "how"),
    "our-work/": (
        *("", "agreement", "change", "kept", "sponsor", "notes", "calls", "check", "dates", "copy", "close"),
        "report",
    ),
    "settings/": ("", "browsers", "told", "mail", "locking", "display", "keyboard", "server", "leave"),
}
GO = """(address) => {
  document.querySelectorAll("h1").forEach((one) => { one.dataset.before = ""; });
  history.pushState(history.length, "", address);
  dispatchEvent(new PopStateEvent("popstate"));
}"""


async def history(tools: CDPSession) -> str:
    """Addresses and titles as the browser's own list has them."""
    return str(await tools.send("Page.getNavigationHistory"))


async def walked(visitor: Visitor) -> list[str]:
    """Everything that each view has left, view by view."""
    tools = await visitor.page.context.new_cdp_session(visitor.page)
    left = []
    for part, pages in PLACES.items():
        for page in pages:
            await visitor.page.evaluate(GO, f"/{part}{page}".rstrip("/") or "/")
            await expect(visitor.page.locator("h1:not([data-before])").first).to_be_visible()
            left.append(await visitor.traces())
    left.append(await history(tools))
    return left


async def test_a_walk_leaves_nothing(browser: Browser, pair: Pair) -> None:
    """Subject, text, file name, names, what was typed and sought, login, password, sheet: nowhere."""
    file = Attachment.from_bytes(b"canary", FILE, media_type="text/plain")
    await pair.to_maya.send(subject=SUBJECT, text=TEXT, attach=[file])
    async with visiting(browser, pair.origin) as visitor:
        await visitor.page.goto(pair.origin)
        await visitor.unlock(pair.client.name, MAYA_PASSWORD)
        await visitor.open(SUBJECT)
        await visitor.press(f"Look at {FILE}")
        await expect(visitor.page.locator("pre")).to_have_text("canary")
        left = [await visitor.traces()]
        await visitor.press("Close")
        async with visitor.page.expect_download():
            await visitor.press(f"Save {FILE}")
        await visitor.press("Reply")
        async with visitor.draft_stored():
            await visitor.fill("Message", TYPED)
        left.append(await visitor.traces())
        await visitor.page.evaluate(GO, "/search")
        await visitor.page.locator("#search").fill(SOUGHT)
        await expect(visitor.page.get_by_text("No message has those words")).to_be_visible()
        left += await walked(visitor)
        await visitor.press("Lock")
        await expect(visitor.page.get_by_role("heading", name="Your inbox is locked")).to_be_visible()
        left += [await visitor.traces(), await visitor.page.content()]
        assert visitor.errors == []
    left.append(pair.practice.relay.log())
    words = ("canary", "Canary", "Anna", "Harrow", pair.name, pair.client.name, MAYA_PASSWORD)
    for word in (*words, *pair.client.sheet):
        found = next((one for one in left if word in one), "")
        at = found.find(word)
        assert not found, (word, re.sub(r"\s+", " ", found[max(at - 80, 0) : at + 80]))
