"""A browser that is let go of, to see what it holds by itself. Owns starting it, taking hold of it and
letting go.

Whoever steers a browser makes it keep what came over the network, up to 200 MB of it, so that it may be asked
for; and a private window keeps in memory what others put on the disk. Here the browser is an ordinary one
with a profile, and nobody is connected while its memory is read.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from playwright.async_api import async_playwright

from tests.__main__ import NO_CHROMIUM, find_chromium
from tests.bench.page import Phone, private_bytes
from tests.chromium import FLAGS

HIDDEN = ("--headless=new", "--window-size=375,812", "--remote-debugging-port=0", "about:blank")
STARTS_SECONDS = 30.0
PATIENCE_MS = 600_000
LOOK_EVERY_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Alone:
    """A running browser with one page."""

    process: subprocess.Popen[bytes]
    port: int
    saved: Path
    """The folder into which the page's files are saved."""

    @asynccontextmanager
    async def held(self) -> AsyncIterator[Phone]:
        """Its page, steered until the block ends; then nobody is connected, and the page goes on."""
        async with async_playwright() as playwright:
            browser = await playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{self.port}")
            context = browser.contexts[0]
            context.set_default_timeout(PATIENCE_MS)
            page = context.pages[0]
            yield Phone(page, await context.new_cdp_session(page))

    async def called(self, title: str) -> bool:
        """Whether the page is called so, which can be asked without being connected to it."""
        raw = await asyncio.to_thread(lambda: urlopen(f"http://127.0.0.1:{self.port}/json/list").read())
        return any(one["type"] == "page" and one["title"] == title for one in json.loads(raw))

    def memory(self) -> dict[str, int]:
        """Private memory in bytes: of the browser's own process, and of the largest that draws a page."""
        drawing = (pid for pid in _below(self.process.pid) if _draws(pid))
        page = max((private_bytes(pid) for pid in drawing), default=0)
        return {"page and worker": page, "the browser's own process": private_bytes(self.process.pid)}

    async def grown(self, done: Callable[[], Awaitable[bool]]) -> dict[str, float]:
        """By how many bytes its processes grow at most, from now on until it is done."""
        before = self.memory()
        most = dict(before)
        while not await done():
            most = {of: max(most[of], held) for of, held in self.memory().items()}
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        return {of: float(most[of] - before[of]) for of in most}


@asynccontextmanager
async def alone() -> AsyncIterator[Alone]:
    """A browser of its own with a profile of its own, until the block ends."""
    found = find_chromium(windows=True)
    if found is None:
        raise SystemExit(NO_CHROMIUM)
    with tempfile.TemporaryDirectory(prefix="quietbox-bench-", ignore_cleanup_errors=True) as folder:
        words = [found, *FLAGS, f"--user-data-dir={folder}", *HIDDEN]
        saved = _saving(Path(folder))
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield Alone(process, await _port(Path(folder, "DevToolsActivePort")), saved)
        finally:
            process.terminate()
            process.wait(STARTS_SECONDS)


def _saving(profile: Path) -> Path:
    """Write into a new profile that files are saved without a question; the folder for them."""
    saved = profile / "saved"
    settings = {"download": {"default_directory": str(saved), "prompt_for_download": False}}
    for folder in (saved, profile / "Default"):
        folder.mkdir()
    (profile / "Default" / "Preferences").write_text(json.dumps(settings), encoding="utf-8")
    return saved


async def _port(written: Path) -> int:
    async with asyncio.timeout(STARTS_SECONDS):
        while not (written.exists() and written.read_text("ascii").count("\n")):
            await asyncio.sleep(0.1)
    return int(written.read_text("ascii").split()[0])


def _below(pid: int) -> set[int]:
    """The programs that a program has started, and those that they have."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(
                stat.read_text("ascii", "replace").rpartition(")")[2].split()[1]
            )
        except OSError:
            continue  # it has ended meanwhile
    found = {pid}
    while more := {one for one, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def _draws(pid: int) -> bool:
    try:
        return b"--type=renderer" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
