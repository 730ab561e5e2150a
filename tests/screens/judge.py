"""What a machine can say of a screen: sideways scrolling, overlaps, contrast, sizes, axe's rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.async_api import Page

MEASURE = Path(__file__).with_name("measure.js").read_text(encoding="utf-8")
WORDS = Path(__file__).with_name("words.js").read_text(encoding="utf-8")
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
AXE_RUN = "rules => axe.run({ runOnly: rules })"
GRAVE = ("serious", "critical")


async def measured(page: Page, *, colours_only: bool = False) -> list[str]:
    """What our own measures find wrong, each with the element's name."""
    found: list[str] = await page.evaluate(MEASURE)
    return [fault for fault in found if not colours_only or fault.startswith("contrast")]


async def spoken(page: Page, language: str) -> list[str]:
    """What is wrong with the words of a made language: raw ones, or a page that is not turned round."""
    found: list[str] = await page.evaluate(WORDS, language)
    return found


async def sideways(page: Page, width: int) -> list[str]:
    """What sticks out to the side at another width. The page is put back to its own width."""
    size = page.viewport_size
    assert size is not None
    await page.set_viewport_size({"width": width, "height": size["height"]})
    found = [fault for fault in await measured(page) if fault.startswith("sideways")]
    await page.set_viewport_size(size)
    return [f"at {width} px: {fault}" for fault in found]


async def axe(page: Page, *, colours_only: bool = False) -> list[str]:
    """What axe calls serious or critical."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE)
    result: dict[str, Any] = await page.evaluate(AXE_RUN, ["color-contrast"] if colours_only else RULES)
    return [
        f"axe {violation['id']}: {node['target']} ({violation['help']})"
        for violation in result["violations"]
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]
