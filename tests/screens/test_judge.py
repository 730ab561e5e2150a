"""The judge of screens must be able to find fault: each measure is shown a page that breaks it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page

from tests.screens.judge import axe, measured, sideways
from tests.screens.stage import Stage

pytestmark = pytest.mark.browser

GOOD = """<!doctype html><html lang="en"><title>Inbox</title>
<meta name="viewport" content="width=device-width">
<body style="margin:0;background:#fff;color:#222"><main><h1>Inbox</h1><p>Words.</p>
<button style="min-width:60px;min-height:48px">Open</button></main>"""


@pytest.fixture
async def page(stage: Stage) -> AsyncIterator[Page]:
    """A page as wide as a phone."""
    page = await stage.browser.new_page(viewport={"width": 375, "height": 700})
    yield page
    await page.close()


async def test_a_sound_page_has_no_fault(page: Page) -> None:
    """What breaks no rule is passed by all measures."""
    await page.set_content(GOOD)
    assert await measured(page) == []
    assert await sideways(page, 320) == []
    assert await axe(page) == []


@pytest.mark.parametrize(
    ("fault", "markup"),
    [
        ("sideways", '<p style="width:500px">A line that is too wide</p>'),
        ("overlap", '<p>One line</p><p style="margin-top:-30px">Another line</p>'),
        ("contrast", '<p style="color:#999">Pale words</p>'),
        ("target", "<button>x</button>"),
        ("heading", "<h1>A second one</h1>"),
        ("broken", '<h2 style="width:4ch;overflow-wrap:anywhere">Messages</h2>'),
        ("cut off", '<p style="width:60px;overflow:hidden;white-space:nowrap">A line that is cut off</p>'),
    ],
)
async def test_each_measure_finds_its_fault(page: Page, fault: str, markup: str) -> None:
    """A planted fault is found, under its own name."""
    await page.set_content(GOOD + markup)
    assert any(found.startswith(fault) for found in await measured(page))


async def test_a_page_too_wide_for_a_small_phone_is_found_there(page: Page) -> None:
    """What fits 375 px and not 320 px is found at 320 px, and the page keeps its own width."""
    await page.set_content(GOOD + '<p style="width:350px">A line</p>')
    assert await measured(page) == []
    assert await sideways(page, 320)
    assert page.viewport_size == {"width": 375, "height": 700}


async def test_axe_finds_a_field_without_a_label(page: Page) -> None:
    """The rules that are not ours are run too."""
    await page.set_content(GOOD + '<input style="min-height:48px">')
    assert any("label" in found for found in await axe(page))
