"""Row 27: the memory that a browser takes while a large file goes up, and while it comes down. Both pass
piece by piece, so a file takes no more than one of a fifth of it. Owns the files, which are made on the spot,
and what is pressed; the watching is `alone`'s.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from pathlib import Path

from tests.bench.alone import Alone, alone
from tests.bench.copies import PICKED
from tests.bench.figures import Findings
from tests.bench.house import PASSWORD
from tests.bench.inbox import Pair, Times, people
from tests.bench.page import Phone

MB = 1_000_000
LARGE, LARGE_QUICK = 200 * MB, 180 * MB
"""A fifth of either is still what the page writes as it comes."""
MOST_MB = 64
CALM_SECONDS = 3.0
SENT = "Sent. Kept until"
SAVED = "Saved outside this inbox."
LATER = """([seconds, press, said]) => setTimeout(() => {
  document.querySelector(press).click();
  setInterval(() => {
    if (document.body.textContent.includes(said)) {
      document.title = "done";
    }
  }, 100);
}, seconds * 1000)"""
"""Press when nobody is connected any more; the page's title tells when it has said so."""
NO_PICKER = "() => { delete window.showSaveFilePicker; }"

Grown = dict[str, float]


async def measure(rounds: int, quick: bool) -> Findings:
    """A file and a fifth of it, each in a browser of its own, up and down: what the whole takes more."""
    large = LARGE_QUICK if quick else LARGE
    small = large // 5
    times = Times("27")
    async with people() as pair:
        for _ in range(rounds):
            least, most = await there_and_back(pair, small), await there_and_back(pair, large)
            for (way, of), grown in most.items():
                what = f"memory of {of} while {large // MB} MB {way}"
                times.note(f"{what}, beyond {small // MB} MB", MOST_MB, grown - least[way, of], "MB")
                times.tell(what, grown, "MB")
    return times.findings()


async def there_and_back(pair: Pair, size: int) -> dict[tuple[str, str], float]:
    """A file of random bytes goes up, and comes down in another browser: by how many MB each process grew."""
    with tempfile.TemporaryDirectory(prefix="quietbox-bench-") as folder:
        file = Path(folder, f"file {os.urandom(4).hex()}.bin")
        with file.open("wb") as out:
            for _ in range(0, size, MB):
                out.write(os.urandom(MB))
        ways = {
            "go up": await up(pair, file),
            "come down into a chosen file": await down(pair, file, PICKED),
            "come down without one": await down(pair, file, NO_PICKER),
        }
    return {(way, of): most / MB for way, grown in ways.items() for of, most in grown.items()}


async def up(pair: Pair, file: Path) -> Grown:
    """By how much the browser's processes grew while a message with this file was sent."""
    async with alone() as browser:
        async with browser.held() as one:
            await enter(one, pair)
            await one.page.locator("a[href='/write']").first.click()
            await one.page.get_by_label("Subject").fill(file.name)
            await one.page.get_by_label("Message", exact=True).fill("A file.")
            await choose(one, file)
            await one.page.evaluate(LATER, [2 * CALM_SECONDS, "form .do", SENT])
        await asyncio.sleep(CALM_SECONDS)
        return await browser.grown(lambda: browser.called("done"))


async def down(pair: Pair, file: Path, picker: str) -> Grown:
    """The same while it was saved from the message, until it lies there; `picker` is what the browser has."""
    async with alone() as browser:
        async with browser.held() as one:
            await enter(one, pair)
            await one.page.evaluate(picker)
            await one.page.locator(".row", has_text=file.name).click()
            await one.page.get_by_role("button", name=re.compile("^Save file")).wait_for()
            await one.page.evaluate(LATER, [2 * CALM_SECONDS, "[aria-label^='Save file']", SAVED])
        await asyncio.sleep(CALM_SECONDS)
        return await browser.grown(lambda: lies(browser, file, picker))


async def lies(browser: Alone, file: Path, picker: str) -> bool:
    """Whether the page has said so, and a download has ended, too."""
    saved = browser.saved / file.name
    ended = picker == PICKED or (saved.exists() and saved.stat().st_size == file.stat().st_size)
    return ended and await browser.called("done")


async def enter(one: Phone, pair: Pair) -> None:
    """The client's inbox, open and at rest."""
    await one.page.goto(pair.origin)
    await one.page.get_by_label("Inbox name", exact=True).wait_for()
    await one.page.get_by_label("Inbox name", exact=True).fill(pair.client_name)
    await one.page.get_by_label("Password", exact=True).fill(PASSWORD)
    await one.page.locator("form button[type=submit]").click()
    await one.page.locator("a[href='/write']").first.wait_for()
    await one.silent(CALM_SECONDS)


async def choose(one: Phone, file: Path) -> None:
    """Put a file into the form by its place on the disk, as somebody who picks it does."""
    found = await one.tools.send(
        "Runtime.evaluate", {"expression": "document.querySelector('input[type=file]')"}
    )
    held = found["result"]["objectId"]
    await one.tools.send("DOM.setFileInputFiles", {"files": [str(file)], "objectId": held})
    await one.page.get_by_text(file.name, exact=True).wait_for()
