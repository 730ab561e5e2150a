"""The main views hold where letters are larger, spaces wider, and colours are the reader's own."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from tests.screens.judge import measured
from tests.screens.scenes import SCENES
from tests.screens.stage import Stage

pytestmark = pytest.mark.browser

MAIN = (
    *("join-1-question", "join-2-agreement", "join-4-sheet", "unlock", "help", "list", "list-soon", "read"),
    *("write-filled", "delete-both", "shorten", "work", "work-agreement", "change", "receipt"),
    *("settings", "settings-browsers", "settings-told", "search-found"),
)
SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; }
* { word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }"""
LARGER = ":root { font-size: 200% !important; }"
STYLE = """(text) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets = text ? [sheet] : [];
}"""
CONTROLS = "button, a.button, input, textarea, select"
BORDERLESS = """(controls) => [...document.querySelectorAll(controls)].filter((one) => {
  const style = getComputedStyle(one);
  const shown = one.checkVisibility({ visibilityProperty: true }) && !one.closest(".unseen, .skip, .lock");
  const plain = one.matches(".quiet, .link, .when, .date, [type=radio], [type=checkbox], [type=file], .lock");
  return shown && !plain && Number.parseFloat(style.borderTopWidth) === 0;
}).map((one) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 30)}`)"""
OF_SHAPE = ("sideways", "overlap", "cut off")


async def crooked(page: Page) -> list[str]:
    """What sticks out, lies over something else, or is cut off."""
    return [fault for fault in await measured(page) if fault.startswith(OF_SHAPE)]


@pytest.mark.parametrize("name", MAIN)
async def test_it_holds(stage: Stage, name: str) -> None:
    """At 200 and at 400 %, in letters twice as large, with wider spaces, and in forced colours."""
    page = await stage.play(next(scene for scene in SCENES if scene.name == name))
    found: dict[str, list[str]] = {}
    for at, width, height in (("200 %", 640, 430), ("400 %", 320, 256)):
        await page.set_viewport_size({"width": width, "height": height})
        found[at] = await crooked(page)
    await page.set_viewport_size({"width": 375, "height": 812})
    for at, style in (("letters twice as large", LARGER), ("wider spaces", SPACING)):
        await page.evaluate(STYLE, style)
        found[at] = await crooked(page)
        await page.evaluate(STYLE, "")
    await page.emulate_media(forced_colors="active")
    found["forced colours"] = [*await page.evaluate(BORDERLESS, CONTROLS), *await crooked(page)]
    await page.emulate_media(forced_colors="none")
    assert {at: faults for at, faults in found.items() if faults} == {}
