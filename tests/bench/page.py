"""A browser for benches: the built inbox in Chromium, with the processor and the network of a phone.

Owns slowing down and the measuring of one press; no bench's bounds stand here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, CDPSession, Page, async_playwright
from playwright.async_api import TimeoutError as PlaywrightTimeout

from tests.__main__ import NO_CHROMIUM, find_chromium
from tests.chromium import FLAGS

SLOWER = 4
"""A phone in the middle of the market against one core of a server."""
SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_638_400 // 8,
    "uploadThroughput": 768_000 // 8,
}
AT_HAND = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
PAINTED = """() => new Promise((done) => {
  new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime))
    .observe({ type: "largest-contentful-paint", buffered: true });
})"""
PRESS = """([press, wanted]) => new Promise((done) => {
  const began = performance.now();
  const look = () => {
    if (document.querySelector(wanted)) {
      requestAnimationFrame(() => done(performance.now() - began));
    } else {
      requestAnimationFrame(look);
    }
  };
  document.querySelector(press).click();
  look();
})"""
TYPE = """([field, text, wanted]) => new Promise((done) => {
  const input = document.querySelector(field);
  const was = document.querySelector(wanted)?.textContent ?? "";
  const began = performance.now();
  input.value = text;
  input.dispatchEvent(new InputEvent("input", { bubbles: true }));
  const look = () => {
    const found = document.querySelector(wanted);
    if (found && found.textContent !== was) {
      requestAnimationFrame(() => done(performance.now() - began));
    } else {
      requestAnimationFrame(look);
    }
  };
  look();
})"""
FURTHER = """() => new Promise((done) => {
  const rows = () => document.querySelectorAll(".row").length;
  const [was, began] = [rows(), performance.now()];
  const look = () => requestAnimationFrame(rows() > was ? () => done(performance.now() - began) : look);
  document.querySelector(".earlier button").click();
  look();
})"""
APPEARING = """(text) => new Promise((done) => {
  const began = performance.now();
  const look = () => {
    if (document.body.textContent.includes(text)) {
      done(performance.now() - began);
    } else {
      requestAnimationFrame(look);
    }
  };
  look();
})"""
RECEIVED = """() => ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind))
  .reduce((all, one) => all + one.transferSize, 0)"""
LONG_TASKS = """() => {
  window.longest = 0;
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) window.longest = Math.max(window.longest, one.duration);
  }).observe({ type: "longtask", buffered: true });
}"""


@dataclass
class Phone:
    """A page with the tools to slow it down."""

    page: Page
    tools: CDPSession

    async def slow(self, *, network: bool) -> None:
        """From now on the processor is a phone's; the network too, or it is as it is."""
        await self.tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        await self.tools.send("Network.enable")
        await self.tools.send("Network.emulateNetworkConditions", SLOW_4G if network else AT_HAND)

    async def unslowed(self) -> None:
        """From now on it is as quick as the machine."""
        await self.tools.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        await self.tools.send("Network.emulateNetworkConditions", AT_HAND)

    async def painted(self) -> float:
        """When the largest thing on the page was painted, ms after the navigation began."""
        return float(await self.page.evaluate(PAINTED))

    async def pressed(self, press: str, wanted: str) -> float:
        """Milliseconds from a press to the frame in which what was wanted stands there."""
        return float(await self.page.evaluate(PRESS, [press, wanted]))

    async def typed(self, field: str, text: str, wanted: str) -> float:
        """Milliseconds from what was typed to the frame in which the answer has changed."""
        return float(await self.page.evaluate(TYPE, [field, text, wanted]))

    async def appearing(self, text: str) -> float:
        """Milliseconds until the page says this, from now on."""
        return float(await self.page.evaluate(APPEARING, text))

    async def further(self) -> float:
        """Milliseconds from the press for earlier letters until there are more rows."""
        return float(await self.page.evaluate(FURTHER))

    async def silent(self, seconds: float) -> None:
        """Return when the page has begun no request for so long."""
        while True:
            try:
                await self.page.wait_for_event("request", timeout=seconds * 1000)
            except PlaywrightTimeout:
                return

    async def received(self) -> float:
        """Bytes of all answers so far, headers included, as they came over the network."""
        return float(await self.page.evaluate(RECEIVED))

    async def longest(self) -> float:
        """Milliseconds of the longest task since this was last asked; 0 where none took fifty."""
        return float(await self.page.evaluate("() => [window.longest, window.longest = 0][0]"))

    async def unlock(self, name: str, password: str) -> float:
        """Milliseconds from *Open* to the first row."""
        await self.page.get_by_label("Inbox name", exact=True).fill(name)
        await self.page.get_by_label("Password", exact=True).fill(password)
        return await self.pressed("form button[type=submit]", ".row")


def private_bytes(pid: int) -> int:
    """What a process has of its own, by Linux's account."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_"))


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser of its own."""
    found = find_chromium(windows=True)  # as people have it
    if found is None:
        raise SystemExit(NO_CHROMIUM)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield browser
        await browser.close()


@asynccontextmanager
async def phone(browser: Browser, origin: str) -> AsyncIterator[Phone]:
    """A fresh profile with a screen of 375 px, at nothing yet."""
    context = await browser.new_context(
        viewport={"width": 375, "height": 812}, timezone_id="Europe/London", locale="en-GB", base_url=origin
    )
    context.set_default_timeout(600_000)
    page = await context.new_page()
    await page.add_init_script(f"({LONG_TASKS})()")
    yield Phone(page, await context.new_cdp_session(page))
    await context.close()
