"""What the locked page says of an inbox that is no more: only to a browser that remembers it, and only to who
tries to open it. The relay says nothing of the kind to anybody.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import MAYA_PASSWORD, Pair
from tests.browser.visitor import Visitor, visiting

pytestmark = pytest.mark.browser

WAS_TO_GO = "was to be deleted on"
REMEMBER = "Remember the inbox name on this device"
ENDS = "() => Number(localStorage['inbox-ends'] ?? 0)"
DAY_SECONDS = 86_400


async def try_to_open(visitor: Visitor, name: str, password: str) -> None:
    """Type name and password and press *Open*."""
    await visitor.fill("Inbox name", name)
    await visitor.fill("Password", password)
    await visitor.press("Open")


async def refused(visitor: Visitor, name: str) -> None:
    """A password that does not open it."""
    await try_to_open(visitor, name, "something else altogether")
    await expect(visitor.page.get_by_text("That password did not open this inbox")).to_be_visible()


async def test_the_last_day_is_remembered_with_the_name_alone(browser: Browser, pair: Pair) -> None:
    """Who has the name remembered has the last day beside it; who has not, has neither. When the day is over
    the page says so after a try with that very name, and not before.
    """
    now = await asyncio.to_thread(pair.practice.relay.now)
    async with visiting(browser, pair.origin) as visitor:
        await visitor.page.goto(pair.origin)
        await try_to_open(visitor, pair.client.name, MAYA_PASSWORD)
        await visitor.is_open()
        assert await visitor.page.evaluate(ENDS) == 0
        await visitor.lock()
        await visitor.page.get_by_label(REMEMBER).check()
        await try_to_open(visitor, pair.client.name, MAYA_PASSWORD)
        await visitor.is_open()
        ends = await visitor.page.evaluate(ENDS)
        assert now + 80 * DAY_SECONDS < ends < now + 100 * DAY_SECONDS
        await visitor.lock()
        line = visitor.page.get_by_text(WAS_TO_GO)
        await refused(visitor, pair.client.name)
        await expect(line).to_have_count(0)
        await visitor.page.clock.set_system_time(datetime.fromtimestamp(ends + 1, UTC))
        await visitor.page.reload()
        await expect(visitor.page.get_by_label("Password", exact=True)).to_be_visible()
        await expect(line).to_have_count(0)
        await refused(visitor, "quiet-heron-99")
        await expect(line).to_have_count(0)
        await refused(visitor, pair.client.name)
        await expect(line).to_be_visible()
        await visitor.press("Check the file")
        await expect(visitor.page.get_by_label("The file that you saved")).to_be_visible()
