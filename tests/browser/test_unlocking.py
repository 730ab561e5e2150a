"""Reloading does not lock; locking, leaving and removing do."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request

import pytest
from playwright.async_api import Browser, expect

from keys.encoding import to_base64url
from tests.browser.conftest import MAYA_PASSWORD, Pair
from tests.browser.visitor import Visitor, visiting

pytestmark = pytest.mark.browser

HALF = "() => sessionStorage.getItem('tab')"


def resumed(origin: str, half: str) -> int:
    """The status with which the relay answers whoever has a tab's half."""
    asked = urllib.request.Request(
        f"{origin}/v1/sessions/resume",
        data=json.dumps({"token": half.partition(".")[0]}).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


async def open_with_half(visitor: Visitor, pair: Pair) -> str:
    """Unlock, and wait for what the tab keeps."""
    await visitor.page.goto(pair.origin)
    await visitor.unlock(pair.client.name, MAYA_PASSWORD)
    await visitor.is_open()
    await visitor.page.wait_for_function("() => sessionStorage.getItem('tab') !== null")
    return str(await visitor.page.evaluate(HALF))


async def locked(visitor: Visitor) -> None:
    """The locked page stands there."""
    await expect(visitor.page.get_by_role("heading", name="Your inbox is locked")).to_be_visible()


async def test_a_reload_goes_on_and_what_was_typed_is_there(browser: Browser, pair: Pair) -> None:
    """No password is asked, as often as it is loaded anew; an unsent text stays, unreadable."""
    async with visiting(browser, pair.origin) as visitor:
        half = await open_with_half(visitor, pair)
        for _ in range(2):
            await visitor.page.reload()
            await visitor.is_open()
        await visitor.page.wait_for_function("half => sessionStorage.getItem('tab') !== half", arg=half)
        await visitor.press(re.compile("Write"))
        await visitor.fill("Message", "canary half a sentence")
        await visitor.page.wait_for_function("() => sessionStorage.getItem('aside')?.includes('sealed\":[')")
        visitor.page.on("dialog", lambda dialog: dialog.accept())
        await visitor.page.reload()
        await expect(visitor.page.get_by_label("Message", exact=True)).to_have_value("canary half a sentence")
        traces = await visitor.traces()
        assert "canary" not in traces
        assert MAYA_PASSWORD not in traces
        assert visitor.errors == []


async def test_a_lock_makes_a_stolen_half_worthless(browser: Browser, pair: Pair) -> None:
    """What a thief copied out of the tab opens while the inbox is open, and nothing after the lock."""
    async with visiting(browser, pair.origin) as visitor:
        half = await open_with_half(visitor, pair)
        assert resumed(pair.origin, half) == 200
        await visitor.press("Lock")
        await locked(visitor)
        assert await visitor.page.evaluate(HALF) is None
        await expect(visitor.page.get_by_label("Password", exact=True)).to_be_visible()
        await visitor.page.wait_for_function("() => true")
        await visitor.page.reload()
        await locked(visitor)
        assert resumed(pair.origin, half) == 401
        await visitor.page.evaluate("half => sessionStorage.setItem('tab', half)", half)
        await visitor.page.reload()
        await locked(visitor)
        assert await visitor.page.evaluate(HALF) is None


async def test_a_half_of_somebody_elses_making_opens_nothing(browser: Browser, pair: Pair) -> None:
    """Noise in the tab's storage leads to the locked page."""
    async with visiting(browser, pair.origin) as visitor:
        for noise in ("x", f"{to_base64url(bytes(32))}.{to_base64url(bytes(32))}"):
            await visitor.page.goto(pair.origin)
            await visitor.page.evaluate("half => sessionStorage.setItem('tab', half)", noise)
            await visitor.page.reload()
            await locked(visitor)
