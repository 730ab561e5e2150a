"""Walks all scenes at each width, in both themes, and gathers pictures and faults."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from playwright.async_api import Browser, Error, Page, async_playwright

from tests.__main__ import NO_CHROMIUM, find_chromium
from tests.chromium import FLAGS
from tests.screens.judge import axe, measured, sideways, spoken
from tests.screens.scene import Scene
from tests.screens.scenes import SCENES
from tests.screens.site import build, served
from tests.screens.steps import NOW

PICTURES = Path(__file__).parent / "out" / "pictures"
THEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
LANGUAGES = ("en", "de", "long", "rtl")
AT_ONCE = 3
FIRST_LAYOUT_PIXELS = 320


@dataclass(frozen=True, slots=True)
class Size:
    """A screen on which every scene is shown."""

    width: int
    height: int
    touch: bool


SIZES = (Size(375, 812, touch=True), Size(1280, 860, touch=False))
BETWEEN = (720, 1023, 1024)
"""Widths at which the frame changes: nothing may stick out there either."""


async def walk(names: list[str], language: str = "en") -> int:
    """Walk the scenes whose names begin with one of `names`, or all, in a language; returns the exit code."""
    chosen = [scene for scene in SCENES if not names or scene.name.startswith(tuple(names))]
    if not chosen:
        sys.exit(f"error: no such screen; there are: {', '.join(scene.name for scene in SCENES)}")
    build()
    if not names and language == "en":
        shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True, exist_ok=True)
    chromium = find_chromium(windows=True)
    if chromium is None:
        sys.exit(NO_CHROMIUM)
    async with async_playwright() as playwright, served() as origin:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        gate = asyncio.Semaphore(AT_ONCE)
        visits = [visit(browser, origin, scene, size, gate, language) for size in SIZES for scene in chosen]
        faults = [fault for found in await asyncio.gather(*visits) for fault in found]
        await browser.close()
    for fault in faults:
        print(fault)
    pictures = len(list(PICTURES.glob("*.png")))
    print(f"{len(chosen)} screens, {pictures} pictures in {PICTURES}, {len(faults)} faults")
    return 1 if faults else 0


async def visit(
    browser: Browser, origin: str, scene: Scene, size: Size, gate: asyncio.Semaphore, language: str = "en"
) -> list[str]:
    """One scene at one size: pictures in both themes, and every fault with the screen's name."""
    async with gate:
        context = await browser.new_context(
            viewport={"width": size.width, "height": size.height},
            has_touch=size.touch,
            timezone_id="Europe/London",
            locale="en-GB",
            permissions=["clipboard-read", "clipboard-write"],
            java_script_enabled=scene.scripts,
            user_agent=scene.agent or None,
        )
        context.set_default_timeout(15_000)
        page = await context.new_page()
        complaints = listen(page, origin)
        try:
            await prepare(page, origin, scene)
            faults = await speak(page, scene, language)
            faults += await look(page, scene, size, language)
        except Error as error:
            faults = [f"the scene could not be played: {error}"]
        finally:
            await context.close()
        return [f"{scene.name} {size.width}: {fault}" for fault in [*faults, *complaints]]


def listen(page: Page, origin: str) -> list[str]:
    """What the browser complains of: errors, refused policies, and any host that is not ours."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(f"error in the page: {error}"))
    page.on(
        "console", lambda line: complaints.append(f"console: {line.text}") if line.type == "error" else None
    )
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((origin, "blob:"))
            else complaints.append(f"another host: {request.url}")
        ),
    )
    return complaints


async def prepare(page: Page, origin: str, scene: Scene) -> None:
    """Set clock and script, open the address, play the steps."""
    if scene.scripts:
        await page.clock.install(time=NOW)
        await page.add_init_script(f"window.scene = {json.dumps(scene.script)};")
        await page.add_init_script(
            f"for (const [k, v] of {json.dumps(list(scene.kept.items()))}) localStorage[k] = v;"
        )
    await page.goto(origin + scene.address)
    await scene.steps(page)


async def speak(page: Page, scene: Scene, language: str) -> list[str]:
    """Have the page speak this language; what is wrong with its words or with the way it is turned."""
    # The pages of one file have their own two languages, which nobody turns.
    if language == "en" or not scene.scripts or scene.address.startswith(("/r/", "/check/")):
        return []
    await page.evaluate("language => window.turn(language)", language)
    if language == "de":
        await page.locator("html[lang=de]").wait_for()
    return await spoken(page, language)


async def look(page: Page, scene: Scene, size: Size, language: str = "en") -> list[str]:
    """Pictures and faults in both themes."""
    faults: list[str] = []
    for theme in THEMES:
        await page.emulate_media(color_scheme=theme)
        if scene.scripts:
            colours = theme != THEMES[0]
            found = [*await measured(page, colours_only=colours), *await axe(page, colours_only=colours)]
            faults += [f"{theme}: {fault}" for fault in found]
        async with whole(page, size):
            tongue = "" if language == "en" else f"-{language}"
            name = f"{scene.name}-{size.width}-{theme}{tongue}.png"
            await page.screenshot(path=PICTURES / name, animations="disabled")
    if scene.scripts:
        widths = (FIRST_LAYOUT_PIXELS,) if size.touch else BETWEEN
        for width in widths:
            faults += await sideways(page, width)
    return faults


@asynccontextmanager
async def whole(page: Page, size: Size) -> AsyncIterator[None]:
    """On a phone, a screen tall enough for the whole page, so that its lower bar is below everything.

    A sheet keeps its screen: it stands at the foot of what is seen.
    """
    if size.touch and not await page.locator("dialog[open]").count():
        tall = (
            await page.evaluate("document.documentElement.scrollHeight")
            if await page.locator("h1").count()
            else 0
        )
        await page.set_viewport_size({"width": size.width, "height": max(size.height, tall)})
        yield
        await page.set_viewport_size({"width": size.width, "height": size.height})
    else:
        yield
