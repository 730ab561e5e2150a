"""What is loaded, and how often is asked, until the list stands there. Times are the bench's business."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import MAYA_PASSWORD, Pair
from tests.browser.visitor import visiting
from tests.browser.weights import ASSETS, brotli_bytes, built, scripts_of

pytestmark = pytest.mark.browser

FIRST_SCRIPT_BYTES = 84_000
"""84 KB, a thousand bytes each as the inbox counts them, of all that is fetched until a password can be
typed.
Ten more come with the press: what stretches it runs in a worker that ends with its 64 MiB.
"""
BEFORE_CONTINUE_BYTES = 8_000
STYLE_BYTES = 12_000
ONE_FILE_BYTES = 30_000
"""The sponsor's page, and the one that checks receipts: each is all that is fetched."""
LATER_BYTES = 40_000
"""Any part that is fetched on the way to a view; the parser of mail is a worker of its own, and larger."""
GERMAN_BYTES = 7_000
"""What German adds until a password can be typed."""
REQUESTS_TO_BEGIN = 6
REQUESTS_TO_OPEN = 6
REQUESTS_LATER = 6
"""From the address to the list where the browser has the files already: page, name of the relay, two to sign
in, the rows, the keeper.
"""
BESIDE = re.compile("passkey|singlekeys")
"""Fetched beside, and nobody waits for it."""


async def test_the_first_load(browser: Browser, pair: Pair) -> None:
    """The scripts of the locked page are within their budget, in few requests; so is what unlocking asks."""
    await pair.to_maya.send(subject="Budget", text="One row.")
    async with visiting(browser, pair.origin) as visitor:
        async with visitor.page.expect_response(re.compile("/v1/relay$")):
            await visitor.page.goto(pair.origin)
        first = [one for one in visitor.requests if not BESIDE.search(one)]
        sizes = brotli_bytes(scripts_of(first))
        assert sum(sizes.values()) <= FIRST_SCRIPT_BYTES, sizes
        assert len(first) <= REQUESTS_TO_BEGIN, first
        visitor.requests.clear()
        await visitor.fill("Inbox name", pair.client.name)
        await visitor.fill("Password", MAYA_PASSWORD)
        async with visitor.page.expect_request(re.compile("/v1/wake$")):
            await visitor.press("Open")
        before_wake = visitor.requests[: visitor.requests.index(f"{pair.origin}/v1/wake")]
        opened = [one for one in before_wake if not BESIDE.search(one)]
        assert len(opened) <= REQUESTS_TO_OPEN, opened
        later = [one for one in (*first, *opened) if ASSETS not in one]
        assert len(later) <= REQUESTS_LATER, later
        assert all(one.startswith(pair.origin) for one in (*first, *visitor.requests))


async def test_what_german_adds(browser: Browser, pair: Pair) -> None:
    """The locked page in German brings only the words that it and the list need."""
    fetched = {}
    for locale, password in (("en-GB", "Password"), ("de-DE", "Passwort")):
        async with visiting(browser, pair.origin, locale=locale) as visitor:
            await visitor.page.goto(pair.origin)
            await expect(visitor.page.get_by_label(password, exact=True)).to_be_visible()
            await visitor.page.wait_for_load_state("networkidle")
            fetched[locale] = set(scripts_of(visitor.requests))
    sizes = brotli_bytes(sorted(fetched["de-DE"] - fetched["en-GB"]))
    assert 0 < sum(sizes.values()) <= GERMAN_BYTES, sizes


async def test_an_invitation_before_continue(browser: Browser, pair: Pair) -> None:
    """Who opens a link loads hardly anything before deciding; who turns aside finds the page for that."""
    link = await pair.practice.invite("Lena Light")
    async with visiting(browser, pair.origin, width=375) as visitor:
        await visitor.page.goto(link)
        await expect(visitor.page.get_by_label("Yes, my own")).to_be_visible()
        sizes = brotli_bytes(scripts_of(visitor.requests))
        assert sum(sizes.values()) <= BEFORE_CONTINUE_BYTES, sizes
        await visitor.page.get_by_label("It belongs to my work").check()
        await visitor.press("Continue")
        stop = visitor.page.get_by_role("heading", name="Then please stop here")
        await expect(stop).to_be_focused()  # a page that is fetched only now
        await visitor.press("Choose again")
        await expect(visitor.page.get_by_label("It belongs to my work")).to_be_checked()
        assert visitor.errors == []


def test_every_other_part() -> None:
    """Style, the pages of one file, and each part that is fetched later keep their own budgets."""
    style = brotli_bytes([name for name in built(".css") if name.startswith("assets/style-")])
    assert 0 < sum(style.values()) <= STYLE_BYTES, style
    pages = brotli_bytes(["check.html", "release.html"])
    assert max(pages.values()) <= ONE_FILE_BYTES, pages
    parts = [name for name in built(".js") if not re.search("/(core|worker|mailworker)-", name)]
    heavy = {name: size for name, size in brotli_bytes(parts).items() if size > LATER_BYTES}
    assert heavy == {}
