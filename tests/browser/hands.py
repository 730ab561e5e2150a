"""Two ways to use the inbox: by keys alone, and by a finger alone on a screen of 375 px.

Owns how either hand reaches what has a name, and the look at the focus after every key. A task is written
once and done by both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Protocol

from playwright.async_api import Page, expect
from playwright.async_api import TimeoutError as NotInTime

FOCUS = Path(__file__).with_name("focus.js").read_text("utf-8")
MOST_KEYS = 120
MOST_PRESSES = 3
CHOOSER_MILLISECONDS = 10_000
NAMED = """() => {
  const one = document.activeElement;
  const label = one?.labels?.[0]?.innerText;
  const text = one?.getAttribute("aria-label") ?? label ?? one?.innerText ?? "";
  return [one?.type || one?.tagName.toLowerCase() || "", text.trim().replace(/\\s+/g, " ")];
}"""
CONTROLS = ("button", "submit", "a", "summary", "file")
CHOICES = ("radio", "checkbox")

Name = str | re.Pattern[str]


class Hand(Protocol):
    """What a person does with a control, whichever way."""

    async def press(self, name: Name) -> None:
        """A button or a link."""

    async def fill(self, label: str, text: str) -> None:
        """Type into a field."""

    async def day(self, label: str, day: date) -> None:
        """A day into a field for days."""

    async def choose(self, label: str) -> None:
        """One of several, or a tick: its label begins like this."""

    async def attach(self, name: Name, paths: Sequence[Path]) -> None:
        """Choose files."""


class Keyboard:
    """Tab, Shift and Tab, Enter, Space, arrows and letters. After every key the focus is looked at."""

    def __init__(self, page: Page) -> None:
        """`page` may go anywhere by what is pressed."""
        self.page = page

    async def press(self, name: Name) -> None:
        """To it by Tab, and Enter."""
        exact = isinstance(name, str)
        button = self.page.get_by_role("button", name=name, exact=exact)
        await button.or_(self.page.get_by_role("link", name=name, exact=exact)).last.wait_for()
        await self._reach(name, CONTROLS)
        await self.key("Enter")

    async def fill(self, label: str, text: str) -> None:
        """To the field by Tab, and its letters."""
        await self.page.get_by_label(label, exact=True).wait_for()
        await self._reach(re.compile(f"^{re.escape(label)}"), ())
        await self.page.keyboard.type(text)
        await self._look()

    async def day(self, label: str, day: date) -> None:
        """Its parts in the order of the browser's own language, which a person sees."""
        await self._reach(label, ("date",))
        for order in ("%m%d%Y", "%d%m%Y"):
            await self.page.keyboard.type(day.strftime(order))
            if await self.page.get_by_label(label, exact=True).input_value() == day.isoformat():
                return
            for _ in range(2):
                await self.key("Shift+Tab")
        raise AssertionError(f"{label} takes no day")

    async def choose(self, label: str) -> None:
        """To the group by Tab, to the choice by arrows, and Space. A group that has been gone round, and is
        as it was, is left.
        """
        await self.page.locator("label", has_text=label).last.wait_for()
        wanted = re.compile(f"^{re.escape(label)}")
        passed = set[str]()
        for _ in range(MOST_KEYS):
            kind, name = await self._here()
            if kind in CHOICES and wanted.search(name):
                break
            onwards = kind != "radio" or name in passed
            passed = set() if onwards else passed | {name}
            await self.key("Tab" if onwards else "ArrowDown")
        else:
            raise AssertionError(f"no key leads to {label}")
        if not await self.page.evaluate("() => document.activeElement.checked"):
            await self.key("Space")

    async def attach(self, name: Name, paths: Sequence[Path]) -> None:
        """Space on the button opens the system's own chooser; on a busy machine the browser now and then
        lets a press pass, and a person presses again.
        """
        await self._reach(name, CONTROLS)
        for tries_left in reversed(range(MOST_PRESSES)):
            try:
                async with self.page.expect_file_chooser(timeout=CHOOSER_MILLISECONDS) as chooser:
                    await self.page.keyboard.press("Space")
                break
            except NotInTime:
                if not tries_left:
                    raise
        await (await chooser.value).set_files(list(paths))
        await self._look()

    async def key(self, name: str) -> None:
        """One key, and a look at the focus."""
        await self.page.keyboard.press(name)
        await self._look()

    async def _reach(self, name: Name, kinds: Sequence[str]) -> None:
        """Onwards by Tab; where it is not there yet, round and round."""
        seen = []
        for _ in range(MOST_KEYS):
            kind, found = await self._here()
            exact = found == name if isinstance(name, str) else name.search(found)
            if exact and (kind in kinds if kinds else kind not in (*CONTROLS, *CHOICES, "body", "h1")):
                return
            seen.append(f"{kind} {found[:30]}")
            await self.key("Tab")
        raise AssertionError(f"no key leads to {name}; only to {seen[-40:]}")

    async def _here(self) -> tuple[str, str]:
        kind, name = await self.page.evaluate(NAMED)
        return kind, name

    async def _look(self) -> None:
        fault = await self.page.evaluate(FOCUS)
        assert not fault, fault


class Finger:
    """Taps, which reach only what nothing covers; letters come from the keyboard on the screen."""

    def __init__(self, page: Page) -> None:
        """`page` is one for touch."""
        self.page = page

    async def press(self, name: Name) -> None:
        """Tap the last button or link of this name: a sheet's stands after the page's."""
        exact = isinstance(name, str)
        button = self.page.get_by_role("button", name=name, exact=exact)
        await button.or_(self.page.get_by_role("link", name=name, exact=exact)).last.tap()

    async def fill(self, label: str, text: str) -> None:
        """Tap the field, then letters."""
        field = self.page.get_by_label(label, exact=True)
        await field.tap()
        await self.page.keyboard.type(text)
        await expect(field).not_to_have_value("")

    async def day(self, label: str, day: date) -> None:
        """Tap the field, and take the day from the system's own calendar."""
        field = self.page.get_by_label(label, exact=True)
        await field.tap()
        await field.fill(day.isoformat())

    async def choose(self, label: str) -> None:
        """Tap the words beside the mark."""
        await self.page.locator("label", has_text=label).last.tap()

    async def attach(self, name: Name, paths: Sequence[Path]) -> None:
        """A tap opens the system's own chooser."""
        async with self.page.expect_file_chooser() as chooser:
            await self.page.locator("label", has_text=name).tap()
        await (await chooser.value).set_files(list(paths))
