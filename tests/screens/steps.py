"""The steps of scenes: what a person presses and types, what the worker says, how time passes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from playwright.async_api import FilePayload, Page

NOW = dt.datetime(2026, 9, 8, 9, 30, tzinfo=dt.UTC)

Steps: TypeAlias = Callable[[Page], Awaitable[None]]
Script: TypeAlias = Mapping[str, Any]


async def stay(page: Page) -> None:
    """No step: the page as it opens."""
    await page.wait_for_selector("h1")


async def back(page: Page) -> None:
    """The browser's own way back."""
    await page.go_back()


async def summary(page: Page) -> None:
    """Unfold the whole agreement."""
    await page.locator("summary").click()


async def press(page: Page, name: str, *, exact: bool = True) -> None:
    """Press the last button or link of this name: a sheet's stands after the page's."""
    button = page.get_by_role("button", name=name, exact=exact)
    link = page.get_by_role("link", name=name, exact=exact)
    await button.or_(link).last.click()


async def fill(page: Page, label: str, text: str) -> None:
    """Type into the field with this label."""
    await page.get_by_label(label, exact=True).fill(text)


def then(*steps: Steps) -> Steps:
    """One step after the other."""

    async def play(page: Page) -> None:
        for step in steps:
            await step(page)

    return play


def pressing(*names: str) -> Steps:
    """Press these, one after the other."""

    async def play(page: Page) -> None:
        for name in names:
            await press(page, name)

    return play


def filling(**fields: str) -> Steps:
    """Fill fields: an underscore in a name is any one character of the label."""

    async def play(page: Page) -> None:
        for label, text in fields.items():
            await page.get_by_label(re.compile(f"^{label.replace('_', '.')}$")).fill(text)

    return play


def ticking(*names: str) -> Steps:
    """Tick the boxes of which the names hold these words."""

    async def play(page: Page) -> None:
        for name in names:
            await page.get_by_role("checkbox", name=name).first.click()

    return play


def ticking_first(count: int) -> Steps:
    """Tick so many boxes of the page, from the first on."""

    async def play(page: Page) -> None:
        await page.wait_for_function(
            "count => document.querySelectorAll('.pick input').length >= count", arg=count
        )
        await page.evaluate(
            "count => [...document.querySelectorAll('.pick input')]"
            ".slice(0, count).forEach((one) => one.click())",
            count,
        )
        await page.wait_for_selector(".chosen strong")

    return play


def waiting(selector: str) -> Steps:
    """Wait until this stands on the page."""

    async def play(page: Page) -> None:
        await page.wait_for_selector(selector)

    return play


def reading(text: str) -> Steps:
    """Wait until these words stand on the page."""

    async def play(page: Page) -> None:
        await page.get_by_text(text).last.wait_for(state="attached")

    return play


def passing(seconds: int) -> Steps:
    """Let time pass on the page's clock, with whatever falls due in it."""

    async def play(page: Page) -> None:
        await page.clock.run_for(seconds * 1000)

    return play


def later(seconds: int) -> Steps:
    """Jump ahead: what was due meanwhile happens once."""

    async def play(page: Page) -> None:
        await page.clock.fast_forward(seconds * 1000)

    return play


def pushing(event: Script) -> Steps:
    """The worker says something."""

    async def play(page: Page) -> None:
        await page.evaluate("event => window.push(event)", event)

    return play


CAMERA = """fault => {
  const paper = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
  const ink = paper.getContext("2d");
  for (const [colour, ...box] of [["#777", 0, 0, 640, 480], ["#eee", 120, 60, 400, 400]]) {
    ink.fillStyle = colour;
    ink.fillRect(...box);
  }
  const timer = setInterval(() => ink.fillRect(130, 70, 10, 10), 100);
  addEventListener("pagehide", () => clearInterval(timer));
  navigator.mediaDevices.getUserMedia = async () => {
    if (fault) {
      throw new DOMException("", fault);
    }
    return paper.captureStream();
  };
}"""


def camera(fault: str = "") -> Steps:
    """A camera that shows an empty paper, or fails in this way."""

    async def play(page: Page) -> None:
        await page.evaluate(CAMERA, fault)

    return play


DEVICE = """came => {
  const made = { prf: { enabled: true, results: { first: new Uint8Array(32).buffer } } };
  const given = { made, unable: {} };
  PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable = async () => true;
  navigator.credentials.create = async () => {
    if (came === "asking") {
      await new Promise(() => {});
    }
    if (!given[came]) {
      throw new DOMException("", "NotAllowedError");
    }
    return Object.create(PublicKeyCredential.prototype, {
      rawId: { value: new Uint8Array(16).buffer },
      getClientExtensionResults: { value: () => given[came] },
    });
  };
}"""


def device(came: str) -> Steps:
    """A device with an unlock of its own: what comes of its question is *made*, *unable*, *asking* or
    *stopped*.
    """

    async def play(page: Page) -> None:
        await page.evaluate(DEVICE, came)

    return play


def choosing(*files: tuple[str, int]) -> Steps:
    """Choose made-up files of these names and sizes."""

    async def play(page: Page) -> None:
        chosen = [
            FilePayload(name=name, mimeType="application/pdf", buffer=bytes(size)) for name, size in files
        ]
        await page.locator("input[type=file]").set_input_files(chosen)

    return play


async def own_device(page: Page) -> None:
    """Past the first page of an invitation."""
    await page.get_by_label("Yes, my own").check()
    await press(page, "Continue")


signed = then(own_device, filling(Type_your_name_to_sign="Maya Okafor"), pressing("Sign"))
sheet = then(signed, pressing("Continue"))


async def ready(page: Page) -> None:
    """The recovery sheet, put somewhere."""
    await sheet(page)
    await press(page, "Copy")
    await page.get_by_label("I have put it somewhere safe").check()


async def unlock(page: Page) -> None:
    """Open the inbox."""
    await fill(page, "Inbox name", "amber-river-42")
    await fill(page, "Password", "walnut glacier tapestry mellow orbit")
    await press(page, "Open")


opened = then(unlock, waiting(".row"))


def checking(label: str) -> Steps:
    """Choose or tick this."""

    async def play(page: Page) -> None:
        await page.get_by_label(label).check()

    return play


def row(subject: str) -> Steps:
    """Press the row of this subject."""

    async def play(page: Page) -> None:
        await page.locator(".row", has_text=subject).first.click()

    return play


def message(subject: str) -> Steps:
    """Open the inbox and the message of this subject."""
    return then(opened, row(subject), waiting(".message"))


def digits(*groups: str) -> Steps:
    """Type the groups of a recovery sheet."""

    async def play(page: Page) -> None:
        await fill(page, "Inbox name", "amber-river-42")
        for number, group in enumerate(groups, 1):
            await page.get_by_label(f"Group {number}", exact=True).fill(group)

    return play


async def written(page: Page) -> None:
    """A letter with a file, ready to go."""
    await opened(page)
    await press(page, "Write")
    await fill(page, "Subject", "After the board")
    await fill(page, "Message", LETTER)
    await choosing(("Two columns, with my remarks.pdf", 96_400), ("Draft of the second page.pdf", 1_412_000))(
        page
    )


def every_50_minutes(times: int) -> Steps:
    """Somebody is there, once in fifty minutes."""

    async def play(page: Page) -> None:
        for _ in range(times):
            await page.clock.fast_forward(50 * 60 * 1000)
            await page.keyboard.press("Shift")

    return play


LETTER = """It went well. I asked my one question and then I was quiet, and the quiet did the work.

They will decide by noon on Friday. I find that I can wait."""
BOARD = "Before Thursday"
ARRIVED: Script = {
    "kind": "arrived",
    "rows": [
        {
            "id": "beef",
            "threadId": "beef",
            "order": 99,
            "mine": False,
            "senderName": "Anna Harrow",
            "subject": "One more thing",
            "firstWords": "It is not a question.",
            "files": 0,
            "createdAt": int(NOW.timestamp()),
            "expiresAt": int(NOW.timestamp()) + 200 * 86_400,
            "unread": True,
            "byMail": False,
        }
    ],
}
LOST: Script = {"kind": "connection", "state": "lost"}
OFFLINE: Script = {"code": "offline"}
SERVER: Script = {"code": "server"}


def failing(method: str, failure: Script) -> Script:
    """A script in which this method fails."""
    return {"fail": {method: failure}}


def hanging(method: str) -> Script:
    """A script in which this method never answers."""
    return {"hang": [method]}
