"""The screens in two languages made from English: nothing raw, nothing cut, and from right to left mirrored.

The page is the one of `python3 -m tests.screens`, which can walk all of its scenes so; here are those of
which the others are made.
"""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page

from tests.screens.judge import measured, sideways, spoken
from tests.screens.scene import Scene
from tests.screens.scenes import SCENES
from tests.screens.stage import Stage
from tests.screens.walk import listen, prepare

pytestmark = pytest.mark.browser

PHONE = 375
SMALL_PHONE = 320
NAMES = (
    "join-1-question",
    "join-2-agreement",
    "join-4-sheet",
    "unlock-missing",
    "list-soon",
    "read",
    "write-filled",
    "delete-both",
    "work",
    "work-calls",
    "close",
    "receipt",
    "settings",
    "settings-language",
    "settings-browser-removed",
    "copy",
    "copy-threads",
    "copy-slips",
    "copy-partly",
    "help-copy-done",
    "clients",
    "list-replies",
)
GERMAN = ("list-soon", "list-all-gone", "notes", "receipt-certificate", "work-kept", "work-sponsor-none")
"""Where German once broke a word, or stood closer than English."""
CHOSEN = {scene.name: scene for scene in SCENES if scene.name in (*NAMES, *GERMAN)}


@pytest.fixture
def place(stage: Stage) -> tuple[Browser, str]:
    """A browser, and the origin of the built page."""
    return stage.browser, stage.origin


async def shown(place: tuple[Browser, str], scene: Scene) -> tuple[Page, list[str]]:
    """The scene on a phone, and what the browser complains of."""
    browser, origin = place
    context = await browser.new_context(
        viewport={"width": PHONE, "height": 812}, has_touch=True, timezone_id="Europe/London", locale="en-GB"
    )
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = await context.new_page()
    complaints = listen(page, origin)
    await prepare(page, origin, scene)
    return page, complaints


@pytest.mark.parametrize("name", NAMES)
async def test_a_longer_language_and_one_from_right_to_left(place: tuple[Browser, str], name: str) -> None:
    """What is no data comes out of a catalogue; nothing is cut, overlaps or sticks out; digits keep order."""
    page, complaints = await shown(place, CHOSEN[name])
    faults: list[str] = []
    for language in ("long", "rtl"):
        await page.evaluate("language => window.turn(language)", language)
        found = await spoken(page, language) + await measured(page) + await sideways(page, SMALL_PHONE)
        faults += [f"{language}: {fault}" for fault in found if not fault.startswith("contrast")]
    assert faults + complaints == []
    await page.context.close()


@pytest.mark.parametrize("name", GERMAN)
async def test_german_fits(place: tuple[Browser, str], name: str) -> None:
    """No word of a heading or a button is broken, and nothing is cut, overlaps or is too small to be met."""
    page, complaints = await shown(place, CHOSEN[name])
    await page.evaluate("window.turn('de')")
    await page.locator("html[lang=de]").wait_for()
    assert [*await measured(page), *complaints] == []
    await page.context.close()


async def middle(page: Page, selector: str) -> float:
    """Where the middle of an element is, from the left."""
    box = await page.locator(selector).first.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2


async def test_the_layout_is_mirrored(place: tuple[Browser, str]) -> None:
    """What stands at the right stands at the left, and people's own text begins where its language begins."""
    page, _ = await shown(place, CHOSEN["list-soon"])
    marks = (".top button", ".row .dot", ".row-foot .row-extra", ".filters a")
    before = [await middle(page, mark) for mark in marks]
    await page.evaluate("window.turn('rtl')")
    for mark, was in zip(marks, before, strict=True):
        assert (was > PHONE / 2) != (await middle(page, mark) > PHONE / 2), mark
    await page.locator(".row").first.click()
    text = page.locator(".message .prose p").first
    await text.wait_for()
    begins: dict[str, float] = await text.evaluate(
        "p => { const r = document.createRange(); r.setStart(p.firstChild, 0); r.setEnd(p.firstChild, 1);"
        " return { letter: r.getBoundingClientRect().left, box: p.getBoundingClientRect().left }; }"
    )
    assert abs(begins["letter"] - begins["box"]) < 2
    await page.context.close()


async def test_faults_of_words_are_found(place: tuple[Browser, str]) -> None:
    """A raw word, digits in the order of the page and what is pushed out are each called so."""
    page, _ = await shown(place, CHOSEN["list-soon"])
    await page.evaluate("window.turn('long')")
    await page.evaluate("document.querySelector('h1').append(' Postbox')")
    assert any(fault.startswith("raw") for fault in await spoken(page, "long"))
    await page.evaluate("window.turn('rtl')")
    await page.evaluate("document.querySelector('h1').textContent = '+44 7700 900142'")
    await page.evaluate("document.querySelector('.row').style.cssText = 'position: relative; right: 80px'")
    found = await spoken(page, "rtl")
    assert any(fault.startswith("mirrored") for fault in found)
    assert any(fault.startswith("sideways") for fault in found)
    await page.context.close()
