"""The recovery sheet's square, from the page that draws it to the camera that reads it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.__main__ import find_chromium
from tests.browser.conftest import MAYA_PASSWORD, Practice
from tests.browser.film import Modules, film, modules_of
from tests.browser.visitor import HALF, Client, Visitor, visiting
from tests.chromium import FLAGS

pytestmark = pytest.mark.browser

READ = "Read the square with the camera"
LOOKING = "Hold the sheet’s square in front of the camera"


@dataclass
class Filmed:
    """A browser, and the file that its camera shows from the next time it is switched on."""

    browser: Browser
    film: Path


@pytest.fixture
async def filmed(browser: Browser, tmp_path: Path) -> AsyncIterator[Filmed]:
    """Chromium with a camera that is a file; its shell has none."""
    path = tmp_path / "camera.y4m"
    film(path)
    camera = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={path}")
    whole = find_chromium(windows=True)
    launched = await browser.browser_type.launch(executable_path=whole, args=[*FLAGS, *camera])
    try:
        yield Filmed(launched, path)
    finally:
        await launched.close()


Drawn = tuple[Modules, int]


async def drawn(square: Locator) -> Drawn:
    """The dark modules of a square on the page, and how many are in a row."""
    path = await square.locator("path").get_attribute("d") or ""
    box = await square.get_attribute("viewBox") or ""
    return modules_of(path), int(box.split()[-1])


async def typed(visitor: Visitor) -> list[str]:
    """What stands in the six fields."""
    return [await visitor.page.get_by_label(f"Group {n}", exact=True).input_value() for n in range(1, 7)]


async def new_sheet(visitor: Visitor, client: Client) -> tuple[list[str], Drawn, Drawn]:
    """A new sheet's digits and its square, and a square that is none: of the link for a further browser."""
    page = visitor.page
    await page.goto(visitor.origin)
    await visitor.unlock(client.name, MAYA_PASSWORD)
    await visitor.is_open()
    await page.wait_for_function(HALF)
    await page.goto(f"{visitor.origin}/settings/browsers")
    await visitor.press("Make a new one Recovery sheet")
    await visitor.fill("What you have now", MAYA_PASSWORD)
    await visitor.press("Continue")
    sheet = re.findall(r"\b\d{5}\b", await page.locator(".recovery").inner_text())[:6]
    square = await drawn(page.get_by_role("img", name=" ".join(sheet)))
    await visitor.press("Copy")
    await page.get_by_label("I have put it somewhere safe").check()
    await visitor.press("Use this sheet from now on")
    await expect(page.get_by_text("Destroy the old sheet")).to_be_visible()
    await visitor.press("Add another browser")
    return sheet, square, await drawn(page.get_by_role("img", name="The link as a square to scan"))


async def test_a_sheet_is_read_by_the_camera(filmed: Filmed, practice: Practice) -> None:
    """What a sheet's square holds are its digits; another is told from it; no picture leaves the page."""
    client = await practice.take_in("Nora Quill")
    async with visiting(filmed.browser, practice.origin, width=375) as visitor:
        page = visitor.page
        sheet, square, other = await new_sheet(visitor, client)
        await visitor.press("Lock")
        await visitor.press(re.compile("get in"))
        status = page.locator(".camera").get_by_role("status")
        await visitor.press(READ)
        await expect(status).to_contain_text("This page may not use the camera")
        await page.context.grant_permissions(["camera"])
        await visitor.press(READ)
        await expect(status).to_contain_text(LOOKING)
        await visitor.press("Switch the camera off")
        await expect(page.locator("video")).to_have_count(0)
        film(filmed.film, *other)
        await visitor.press(READ)
        await expect(status).to_contain_text("not from a recovery sheet")
        await visitor.press("Switch the camera off")
        assert await typed(visitor) == [""] * 6

        film(filmed.film, *square)
        await visitor.fill("Inbox name", client.name)
        visitor.requests.clear()
        await visitor.press(READ)
        await expect(page.get_by_text("The digits have been read")).to_be_visible()
        assert await typed(visitor) == sheet
        await expect(page.get_by_role("button", name="Open with the sheet")).to_be_focused()
        await expect(page.locator("video")).to_have_count(0)
        assert visitor.requests == []
        await page.keyboard.press("Enter")
        await visitor.press("Yes, it is mine")
        await expect(page.get_by_role("heading", name="Browsers and unlocking")).to_be_visible()
        assert visitor.errors == []


async def test_where_there_is_no_camera_the_page_says_so(browser: Browser, practice: Practice) -> None:
    """And the digits can be typed as ever."""
    async with visiting(browser, practice.origin) as visitor:
        await visitor.page.context.grant_permissions(["camera"])
        await visitor.page.goto(f"{practice.origin}/help")
        await visitor.press(READ)
        await expect(visitor.page.get_by_text("No camera was found here")).to_be_visible()
        await expect(visitor.page.get_by_role("button", name=READ)).to_be_visible()
        assert visitor.errors == []
