"""What axe is asked about each state, in as few runs as tell the whole truth.

All rules once on a phone and once on a desktop. In the dark, and on the narrowest screen, only what can
differ there: colours, and how large and how reachable a thing is. No style sheet has a step between the two
narrow widths, which a test holds, so the colours of the one are the colours of the other. Of a long list the
first rows stand for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from playwright.async_api import Page

from tests.screens.judge import AXE, GRAVE
from tests.screens.scene import Scene
from tests.screens.scenes import SCENES

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
COLOURS = ("color-contrast", "link-in-text-block")
"""What depends on the theme."""
PLACES = ("target-size", "scrollable-region-focusable")
"""What depends on the width, where no style has a step."""
ASK = """async ([kind, values]) => {
  const asked = { runOnly: { type: kind, values }, resultTypes: ["violations"], preload: false };
  const { violations } = await axe.run(asked);
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  return [wide, violations.map(({ id, impact, nodes }) => [id, impact, nodes.map((node) => node.target)])];
}"""
FEWER = """() => document.querySelectorAll("main ol > li:nth-child(n+40)").forEach((row) => row.remove())"""
NARROWEST, PHONE, DESKTOP = 320, 375, 1280
HEIGHT = 812


@dataclass(frozen=True, slots=True)
class Look:
    """A width, a theme, and what is asked there."""

    width: int
    theme: Literal["light", "dark"]
    rules: Sequence[str]


LOOKS = (
    Look(PHONE, "light", WCAG),
    Look(NARROWEST, "dark", (*COLOURS, *PLACES)),
    Look(DESKTOP, "dark", COLOURS),
    Look(DESKTOP, "light", WCAG),
)


def half(number: int) -> list[Scene]:
    """Every second scene: two files share the set, so that two processes may."""
    return [scene for scene in SCENES if scene.scripts][number::2]


async def grave(page: Page) -> list[str]:
    """What axe calls serious or critical, at each width in both themes, and where a page scrolls sideways."""
    await page.evaluate(FEWER)
    await page.evaluate(AXE)
    return [fault for look in LOOKS for fault in await _faults(page, look)]


async def _faults(page: Page, look: Look) -> list[str]:
    await page.set_viewport_size({"width": look.width, "height": HEIGHT})
    await page.emulate_media(color_scheme=look.theme)
    kind = "tag" if look.rules == WCAG else "rule"
    answer: list[Any] = await page.evaluate(ASK, [kind, list(look.rules)])
    wide, violations = answer
    where = f"{look.width} {look.theme}"
    sideways = [f"{where}: scrolls {wide} px sideways"] if wide > 0 else []
    return sideways + [f"{where}: {name} {at}" for name, impact, at in violations if impact in GRAVE]
