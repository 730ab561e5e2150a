"""A firm's own colour and mark in the page, under the relay's own policy; and the icon on a home screen."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from relay.core.colours import firm_colours
from relay.store.memory import MemoryStore
from tests.browser.conftest import STATIC
from tests.browser.visitor import visiting
from tests.flow.house import House
from tests.http.served import Served, serve
from tests.images import png

pytestmark = pytest.mark.browser

COLOURS = firm_colours("#7a1f5c")
BUTTON = "() => getComputedStyle(document.querySelector('button.do')).backgroundColor"
ICON = "An icon keeps its own memory"
STANDALONE = {
    "as iOS says it": "Object.defineProperty(navigator, 'standalone', { value: true });",
    "as others say it": """const asked = matchMedia;
      window.matchMedia = (query) =>
        query === "(display-mode: standalone)" ? { matches: true } : asked(query);""",
}
"""How a page hears that it runs from an icon. Chromium without a window cannot be told to say so."""


@pytest.fixture(scope="module")
async def firm() -> AsyncIterator[Served]:
    """A relay with a colour and a mark of a firm's own, in which nobody lives."""
    async with serve(
        House(MemoryStore()), STATIC, said=io.StringIO(), colours=COLOURS, mark=png(48)
    ) as served:
        yield served


def rgb(colour: str) -> str:
    """As a browser computes it."""
    red, green, blue = bytes.fromhex(colour[1:])
    return f"rgb({red}, {green}, {blue})"


async def test_colour_and_mark(browser: Browser, firm: Served) -> None:
    """The page takes on the colour in both themes and shows the mark beside the name, and its policy has
    nothing against either.
    """
    async with visiting(browser, firm.origin, width=375) as visitor:
        await visitor.page.goto(firm.origin)
        mark = visitor.page.locator(".firm img")
        await expect(mark).to_be_visible()
        assert await mark.evaluate("one => [one.naturalWidth, one.width, one.alt]") == [48, 24, ""]
        await expect(visitor.page.locator(".firm")).to_have_text("Harrow's relay")
        for theme, colour in (("light", COLOURS.do), ("dark", COLOURS.dark_do)):
            await visitor.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            assert await visitor.page.evaluate(BUTTON) == rgb(colour)
        await visitor.page.emulate_media(color_scheme="light")
        assert await visitor.page.evaluate(BUTTON) == rgb(COLOURS.do)
        assert visitor.errors == []
        assert all(one.startswith(firm.origin) for one in visitor.requests)


async def test_a_relay_that_tells_more_than_a_colour(browser: Browser, firm: Served) -> None:
    """What is no colour and no name of an image is left out, and the page is as it is without."""
    told = (await firm.ask("GET", "/v1/relay")).json
    told["colours"]["do"] = "red; background: url(/v1/elsewhere)"
    told["mark"] = "../../r/"
    async with visiting(browser, firm.origin) as visitor:
        await visitor.page.context.route("**/v1/relay", lambda one: one.fulfill(json=told))
        await visitor.page.goto(firm.origin)
        await expect(visitor.page.locator(".firm")).to_have_text("Harrow's relay")
        assert await visitor.page.locator(".firm img").count() == 0
        assert await visitor.page.evaluate(BUTTON) == rgb("#1f5a4c")
        assert await visitor.page.evaluate("document.documentElement.getAttribute('style')") is None


async def test_a_page_on_the_home_screen(browser: Browser, firm: Served) -> None:
    """Chromium reads what an icon needs from the relay itself, and it names nobody."""
    async with visiting(browser, firm.origin) as visitor:
        await visitor.page.goto(firm.origin)
        session = await visitor.page.context.new_cdp_session(visitor.page)
        found = await session.send("Page.getAppManifest")
        assert found["errors"] == []
        manifest = json.loads(found["data"])
        assert (manifest["name"], manifest["display"], manifest["start_url"]) == ("Inbox", "standalone", "/")
        image = await firm.ask("GET", "/inbox/" + manifest["icons"][0]["src"])
        assert (image.status, image.headers["content-type"]) == (200, "image/png")
        assert visitor.errors == []


async def test_a_browser_says_nothing_of_icons(browser: Browser, firm: Served) -> None:
    """Where the page runs in a browser there is no such line."""
    async with visiting(browser, firm.origin) as visitor:
        await visitor.page.goto(firm.origin)
        await expect(visitor.page.get_by_label("Password", exact=True)).to_be_visible()
        await expect(visitor.page.get_by_text(ICON)).to_have_count(0)


@pytest.mark.parametrize("said", STANDALONE.values(), ids=STANDALONE)
async def test_an_icon_says_why_it_asks(browser: Browser, firm: Served, said: str) -> None:
    """It says so while it remembers nothing; once it knows a name, nothing is said."""
    async with visiting(browser, firm.origin) as visitor:
        await visitor.page.add_init_script(said)
        await visitor.page.goto(firm.origin)
        await expect(visitor.page.get_by_text(ICON)).to_be_visible()
        await visitor.page.evaluate("localStorage['inbox-name'] = 'amber-river-42'")
        await visitor.page.reload()
        await expect(visitor.page.get_by_label("Password", exact=True)).to_be_visible()
        await expect(visitor.page.get_by_text(ICON)).to_have_count(0)
