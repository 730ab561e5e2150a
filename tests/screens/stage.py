"""One page on which scene after scene is played: far cheaper than a browser profile for each.

Owns the page's being fresh: storage is emptied before each scene, and a page whose clock a scene has moved is
not used again. It judges nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from playwright.async_api import Browser, Dialog, Page

from tests.screens.scene import Scene
from tests.screens.site import EMPTY
from tests.screens.steps import NOW

PHONE = {"width": 375, "height": 812}
BEGIN = """if (window === top) {
  const { script, kept } = JSON.parse(window.name || '{"kept":[]}');
  window.name = "";
  localStorage.clear();
  sessionStorage.clear();
  window.scene = script;
  for (const [name, value] of kept) localStorage[name] = value;
}"""
"""A window keeps its name from one document of an origin to the next, and no scene writes it."""
PATIENCE_MILLISECONDS = 30_000
MOST_SECONDS_OFF = 30
"""A page whose clock is further than this from the scenes' own moment has had its day: after a whole minute
its letters tell another time.
"""


@dataclass
class Stage:
    """A browser, where the scripted inbox is served, and the page that is in use."""

    browser: Browser
    origin: str
    page: Page | None = None

    async def play(self, scene: Scene) -> Page:
        """The page after the last step of a scene, as wide as a phone, light, nothing moving."""
        page = await self._page(scene)
        await page.set_viewport_size(PHONE)
        await page.emulate_media(color_scheme="light", reduced_motion="reduce")
        if "#" in scene.address:  # the same page with another fragment would go on, not begin
            await page.goto(self.origin + EMPTY)
        told = json.dumps({"script": dict(scene.script), "kept": list(scene.kept.items())})
        await page.evaluate("told => { window.name = told; }", told)
        await page.goto(self.origin + scene.address)
        assert await page.evaluate("window.scene !== undefined"), "the scene was not handed over"
        await scene.steps(page)
        return page

    async def close(self) -> None:
        """Away with the page."""
        if self.page is not None:
            await self.page.context.close()
            self.page = None

    async def _page(self, scene: Scene) -> Page:
        if scene.agent:
            return await self._fresh(scene.agent)
        if self.page is not None and not await _on_time(self.page):
            await self.close()
        if self.page is None:
            self.page = await self._fresh("")
        return self.page

    async def _fresh(self, agent: str) -> Page:
        context = await self.browser.new_context(
            timezone_id="Europe/London",
            locale="en-GB",
            permissions=["clipboard-read", "clipboard-write"],
            user_agent=agent or None,
        )
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        await context.add_init_script(BEGIN)
        page = await context.new_page()
        page.on("dialog", _accept)
        await page.clock.install(time=NOW)
        await page.goto(self.origin + EMPTY)
        return page


async def _on_time(page: Page) -> bool:
    seconds = await page.evaluate("Date.now() / 1000")
    return bool(abs(seconds - NOW.timestamp()) < MOST_SECONDS_OFF)


async def _accept(dialog: Dialog) -> None:
    """Unsent text holds a page back; a scene that is over does not."""
    await dialog.accept()
