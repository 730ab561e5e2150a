"""Nothing serious for axe on any view, in both themes, on a phone and on a desktop."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.async_api import Browser

from tests.browser.conftest import MAYA_PASSWORD, Pair
from tests.browser.visitor import Visitor, visiting

pytestmark = pytest.mark.browser

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (375, 1280)
THEMES = ("light", "dark")


async def grave(visitor: Visitor) -> list[str]:
    """What axe calls serious or critical on the page as it stands, in both themes."""
    found: list[str] = []
    for theme in THEMES:
        await visitor.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        await visitor.page.evaluate(AXE)
        result: dict[str, Any] = await visitor.page.evaluate("rules => axe.run({ runOnly: rules })", RULES)
        found += [
            f"{theme} {one['id']}: {node['target']}"
            for one in result["violations"]
            if one["impact"] in {"serious", "critical"}
            for node in one["nodes"]
        ]
    return found


async def on_agreement(visitor: Visitor, link: str) -> None:
    """The agreement of an invitation that nobody takes up."""
    await visitor.begin_to_join(link, "Iris")


async def on_password(visitor: Visitor, link: str) -> None:
    """The choice of a password."""
    await visitor.begin_to_join(link, "Iris")
    await visitor.press("Sign")
    await visitor.page.get_by_role("button", name="Continue").wait_for()


async def on_sheet(visitor: Visitor, link: str) -> None:
    """The recovery sheet."""
    await on_password(visitor, link)
    await visitor.press("Continue")
    await visitor.page.get_by_role("heading", name="Your recovery sheet").wait_for()


@pytest.mark.parametrize("width", WIDTHS)
async def test_the_way_in(browser: Browser, pair: Pair, width: int) -> None:
    """Invitation, agreement, password, sheet; unlock and recovery."""
    link = await pair.practice.invite(f"Iris {width}")
    steps: tuple[Callable[[Visitor, str], Awaitable[None]], ...] = (on_agreement, on_password, on_sheet)
    async with visiting(browser, pair.origin, width=width) as visitor:
        await visitor.page.goto(link)
        await visitor.page.get_by_label("Yes, my own").wait_for()
        assert await grave(visitor) == []
        for step in steps:
            await visitor.page.goto("about:blank")
            await step(visitor, link)
            assert await grave(visitor) == [], step.__name__
        await visitor.page.goto(pair.origin)
        await visitor.page.get_by_role("heading", name="Your inbox is locked").wait_for()
        assert await grave(visitor) == []
        await visitor.press(re.compile("get in"))
        await visitor.page.get_by_label("Group 6", exact=True).wait_for()
        assert await grave(visitor) == []


@pytest.mark.parametrize("width", WIDTHS)
async def test_the_open_inbox(browser: Browser, pair: Pair, width: int) -> None:
    """List, message, writing, our work, settings, how this works."""
    await pair.to_maya.send(subject=f"Plover {width}", text="For **axe**.\n\n- one\n- two")
    async with visiting(browser, pair.origin, width=width) as visitor:
        await visitor.page.goto(pair.origin)
        await visitor.unlock(pair.client.name, MAYA_PASSWORD)
        await visitor.see(f"Plover {width}")
        assert await grave(visitor) == []
        await visitor.open(f"Plover {width}")
        assert await grave(visitor) == []
        await visitor.press("Reply")
        await visitor.page.get_by_label("Message", exact=True).wait_for()
        assert await grave(visitor) == []
        for view in ("Our work", "Settings"):
            await visitor.press(view)
            await visitor.page.get_by_role("heading", name=view, exact=True).wait_for()
            assert await grave(visitor) == [], view
        assert visitor.errors == []
