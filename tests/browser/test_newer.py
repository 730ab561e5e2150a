"""A page that was begun before the server got another build."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, Response, Route, expect

from tests.browser.conftest import MAYA_PASSWORD, Pair
from tests.browser.visitor import HALF, Visitor, visiting

pytestmark = pytest.mark.browser

NEWER = "There is a newer version of this page"
FIRST_LOOK_MILLISECONDS = 6_000


async def opened(visitor: Visitor, pair: Pair) -> None:
    """Unlock, and wait until the page has asked for the server's build."""

    def told(answer: Response) -> bool:
        return answer.url == f"{pair.origin}/" and not answer.request.is_navigation_request()

    async with visitor.page.expect_response(told) as looked:
        await visitor.unlock(pair.client.name, MAYA_PASSWORD)
        await visitor.is_open()
        await visitor.page.wait_for_function(HALF)
        await visitor.page.clock.fast_forward(FIRST_LOOK_MILLISECONDS)
    await (await looked.value).finished()


async def another_build(route: Route) -> None:
    """What the server would answer a page that asks, had it been given another inbox."""
    if route.request.is_navigation_request():
        await route.fallback()
        return
    answer = await route.fetch()
    page = re.sub(r"/assets/index-[\w-]{8}\.js", "/assets/index-newer123.js", await answer.text())
    await route.fulfill(response=answer, body=page)


async def test_a_newer_build_is_told_and_loads_with_the_lock(browser: Browser, pair: Pair) -> None:
    """The same build is no news; another one is said, and comes with the next lock, with unsent text kept."""
    async with visiting(browser, pair.origin, width=375) as visitor:
        page = visitor.page
        await page.clock.install()
        await page.goto(pair.origin)
        await opened(visitor, pair)
        await page.get_by_role("link", name="Settings").click()
        await expect(
            page.get_by_text(re.compile(r"This page is build \d+\.\d+\.\d+, [\w-]{8}\."))
        ).to_be_visible()
        await page.get_by_role("link", name="Is it the published one?").click()
        await expect(page.get_by_text("No page can vouch for itself")).to_be_visible()
        await expect(page.get_by_text(NEWER)).to_have_count(0)
        await visitor.press("Lock")
        await page.route(f"{pair.origin}/", another_build)
        await opened(visitor, pair)
        await expect(page.get_by_text(NEWER)).to_be_visible()
        await visitor.press(re.compile("Write"))
        await visitor.fill("Message", "canary before the lock")
        async with page.expect_event("load"):
            await visitor.press("Lock now")
        await opened(visitor, pair)
        await visitor.press(re.compile("Write"))
        await expect(page.get_by_label("Message", exact=True)).to_have_value("canary before the lock")
        assert visitor.errors == []


async def test_an_apology_in_the_pages_place_is_no_newer_build(browser: Browser, pair: Pair) -> None:
    """What a proxy says of itself, or an error, is not taken for an inbox."""
    async with visiting(browser, pair.origin) as visitor:
        page = visitor.page
        await page.clock.install()
        await page.goto(pair.origin)

        async def apology(route: Route) -> None:
            await route.fulfill(status=200, content_type="text/html", body="<h1>One moment</h1>")

        await page.route(f"{pair.origin}/", apology)
        await opened(visitor, pair)
        await visitor.press(re.compile("^Settings"))
        await expect(page.get_by_text("This page is build")).to_be_visible()
        await expect(page.get_by_text(NEWER)).to_have_count(0)
