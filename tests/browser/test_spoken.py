"""The spoken check: the client in the browser, the coach at the SDK, both on the telephone."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import MAYA_PASSWORD, Pair
from tests.browser.visitor import Visitor, visiting

pytestmark = pytest.mark.browser


async def digits(visitor: Visitor) -> str:
    """What the page shows."""
    shown = visitor.page.locator(".spoken-digits")
    await expect(shown).to_have_text(re.compile(r"^\s*\d{3}\s*\d{3}\s*$"))
    return "".join((await shown.inner_text()).split())


async def test_ten_seconds_on_a_call(browser: Browser, pair: Pair) -> None:
    """Both see the same digits; a sentence with its day is what remains, for both. *No* says what to do."""
    check = pair.to_maya.spoken_check
    async with visiting(browser, pair.origin) as visitor:
        await visitor.page.goto(pair.origin)
        await visitor.unlock(pair.client.name, MAYA_PASSWORD)
        await visitor.is_open()
        await visitor.press("Our work")
        await visitor.press(re.compile("Spoken check"))
        await expect(visitor.page.get_by_text("A spoken check on your next call")).to_be_visible()
        await visitor.press("Start")
        await expect(visitor.page.get_by_text("Waiting until Anna has pressed start too")).to_be_visible()
        assert await check.start(timeout=60) == await digits(visitor)
        await visitor.press("No")
        await expect(visitor.page.get_by_text("Stop writing here. Ring Anna")).to_be_visible()
        await visitor.press(re.compile("^Our work"))
        await visitor.press(re.compile("Spoken check"))
        await visitor.press("Start")
        shown, _ = await asyncio.gather(check.start(timeout=60), digits(visitor))
        assert shown == await digits(visitor)
        await visitor.press("Yes, the same")
        await expect(visitor.page.get_by_text("Done. You have heard Anna’s voice say it.")).to_be_visible()
        assert [one.mine for one in await check.heard()] == [False]
        await check.same()
        await visitor.press(re.compile("^Our work"))
        await expect(visitor.page.get_by_role("link", name=re.compile("Spoken check"))).to_contain_text(
            "Done"
        )
        await visitor.press(re.compile("Spoken check"))
        await expect(visitor.page.get_by_text("you heard Anna’s voice say it.")).to_be_visible()
        assert visitor.errors == []
