"""What the walk through the states takes for granted, and what it cannot see."""

from __future__ import annotations

import re

import pytest

from tests.screens.scenes import SCENES
from tests.screens.site import INBOX
from tests.screens.stage import Stage
from tests.screens.states import LOOKS, NARROWEST, PHONE, grave, half

STYLES = sorted((INBOX / "src" / "style").glob("*.css"))
PLANT = """() => {
  const main = document.querySelector("main");
  const words = Object.assign(document.createElement("p"), { className: "pale", textContent: "A line" });
  main.append(words, document.createElement("input"));
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(".pale { width: 340px; color: #888; background: #999 }");
  document.adoptedStyleSheets = [sheet];
}"""
MOTION = "document.getAnimations().map((one) => one.effect.target.className)"


def test_no_state_is_left_out() -> None:
    """The halves are the set, all that a script can draw; each is seen at three widths and in both themes."""
    names = [scene.name for number in (0, 1) for scene in half(number)]
    assert sorted(names) == sorted(scene.name for scene in SCENES if scene.scripts)
    assert {look.width for look in LOOKS} == {320, 375, 1280}
    assert {look.theme for look in LOOKS} == {"light", "dark"}


def test_no_style_changes_between_the_narrow_widths() -> None:
    """What was seen at one of them is true of the other: no media query has its step there."""
    text = "".join(path.read_text("utf-8") for path in STYLES)
    asked = re.findall(r"@media[^{]*\b(min|max)-width: ([^)]+)", text)
    assert asked
    for kind, value in asked:
        assert value.endswith("px"), value
        last_below = int(value[:-2]) - (kind == "min")
        assert not NARROWEST <= last_below < PHONE, value


@pytest.mark.browser
async def test_a_fault_in_a_state_is_found(stage: Stage) -> None:
    """Pale words, a field without a name, a line that is too wide: each is told where it is seen."""
    page = await stage.play(next(scene for scene in SCENES if scene.name == "settings-display"))
    assert await grave(page) == []
    await page.evaluate(PLANT)
    found = await grave(page)
    for fault in (
        "375 light: color-contrast",
        "1280 dark: color-contrast",
        "375 light: label",
        "320 dark: scrolls",
    ):
        assert any(one.startswith(fault) for one in found), (fault, found)


@pytest.mark.browser
@pytest.mark.parametrize("name", ["delete-mine", "delete-waiting", "idle-warning"])
async def test_nothing_moves_for_who_wants_no_motion(stage: Stage, name: str) -> None:
    """Sheets and the line of what is under way stand there at once."""
    page = await stage.play(next(scene for scene in SCENES if scene.name == name))
    assert await page.evaluate(MOTION) == []
