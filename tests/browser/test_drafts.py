"""What was typed and not sent is there after a lock, after a reload, and in another browser."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import MAYA_PASSWORD, Pair
from tests.browser.visitor import Visitor, visiting

pytestmark = pytest.mark.browser

TEXT = "Half a thought about Thursday."


async def entered(visitor: Visitor, pair: Pair) -> None:
    """The client's inbox, opened by password."""
    await visitor.page.goto(pair.origin)
    await visitor.unlock(pair.client.name, MAYA_PASSWORD)
    await visitor.is_open()


async def test_a_draft_in_another_browser(browser: Browser, pair: Pair) -> None:
    """Typed here, found there, and sent from there."""
    await pair.to_maya.send(subject="Before Jay", text="An empty inbox offers another button.")
    async with visiting(browser, pair.origin) as first:
        await entered(first, pair)
        await first.see("Before Jay")
        await first.press("Write")
        async with first.draft_stored():
            await first.fill("Subject", "Jay draft")
        async with first.draft_stored():
            await first.fill("Message", TEXT)
        async with visiting(browser, pair.origin) as second:
            await entered(second, pair)
            await second.press("Write")
            await expect(second.page.get_by_label("Message", exact=True)).to_have_value(TEXT)
            await expect(second.page.get_by_label("Subject")).to_have_value("Jay draft")
            async with second.draft_stored():
                await second.press("Send to Anna")
                await second.see("Jay draft")
            assert second.errors == []
        # The first browser still has it open; what was sent is no draft there once its page is loaded again.
        first.page.once("dialog", lambda dialog: dialog.accept())
        await first.page.reload()
        await expect(first.page.get_by_label("Message", exact=True)).to_have_value("")
        assert first.errors == []
