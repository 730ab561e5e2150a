"""Row 25: the memory that a browser takes for a large copy of an inbox, which has to be flat: it is written
as it is made. Owns the inbox that is copied and the watching of the browser's processes.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections import defaultdict

from client_sdk.attachment import Attachment
from tests.bench.alone import Alone, alone
from tests.bench.figures import Figure, Findings
from tests.bench.house import PASSWORD
from tests.bench.inbox import Pair, people
from tests.bench.letters import write

MB = 1_000_000
FILE_BYTES = 10 * MB
MOST_MB = 192
CALM_SECONDS = 3.0
PICKED = """() => {
  window.showSaveFilePicker = async ({ suggestedName }) => {
    const folder = await navigator.storage.getDirectory();
    return await folder.getFileHandle(suggestedName, { create: true });
  };
}"""
"""A browser asks whoever sits there; here the answer is a file of the browser's own, written as any other."""
BEGIN = """(seconds) => setTimeout(() => {
  const buttons = [...document.querySelectorAll("button")];
  buttons.find((one) => one.textContent === "Make the copy").click();
  const timer = setInterval(() => {
    if (document.body.textContent.includes("Saved outside this inbox.")) {
      clearInterval(timer);
      document.title = "copied";
    }
  }, 100);
}, seconds * 1000)"""


async def measure(rounds: int, quick: bool) -> Findings:
    """A tenth of it, and 2,000 messages with 200 MB of files: one grows no more than the other."""
    sizes = ((200, 4),) if quick else ((200, 2), (2_000, 20))
    grown: dict[tuple[str, str], list[float]] = defaultdict(list)
    for messages, files in sizes:
        async with people() as pair:
            await fill(pair, messages, files)
            for _ in range(rounds):
                async with alone() as browser:
                    for of, most in (await copied(browser, pair)).items():
                        size = f"{messages:,} messages and {files * FILE_BYTES // MB} MB"
                        grown[of, size].append(most / MB)
    figures = tuple(
        Figure(
            *("25", f"memory of {of} for a copy of {size}", values),
            *(f"of {MOST_MB} MB", [MOST_MB] * rounds, "MB", 1),
            at_most=True,
        )
        for (of, size), values in grown.items()
    )
    return Findings(figures)


async def fill(pair: Pair, messages: int, files: int) -> None:
    """So many messages by the coach, some of them with a file."""
    await write(pair.writing, messages - files)
    for number in range(files):
        name = f"file {number}.bin"
        attachment = Attachment.from_bytes(os.urandom(FILE_BYTES), name)
        await pair.writing.send(subject=name, text="A file.", attach=[attachment])


async def copied(browser: Alone, pair: Pair) -> dict[str, float]:
    """By how much the browser's processes grew at most while a copy of everything was made."""
    async with browser.held() as one:
        page = one.page
        await page.goto(pair.origin)
        await one.unlock(pair.client_name, PASSWORD)
        await one.silent(CALM_SECONDS)
        await page.evaluate(PICKED)
        await page.get_by_role("link", name="Our work").first.click()
        await page.get_by_role("link", name=re.compile("^Take a copy")).click()
        await page.get_by_label("Whoever has the file").check()
        await page.evaluate(BEGIN, 2 * CALM_SECONDS)
    await asyncio.sleep(CALM_SECONDS)
    return await browser.grown(lambda: browser.called("copied"))
