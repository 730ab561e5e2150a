"""The scripted inbox, built once for a run and served in each process, and a page to play scenes on."""

from __future__ import annotations

import fcntl
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from tests.__main__ import NO_CHROMIUM, find_chromium
from tests.chromium import IN_TESTS
from tests.screens.site import build, served
from tests.screens.stage import Stage


@pytest.fixture(scope="session")
def built_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the scripted inbox: whichever process comes first builds it, the others wait."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "scripted-inbox"
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not shared.exists():
            build(shared.with_suffix(".part"))
            shared.with_suffix(".part").rename(shared)
    return shared


@pytest.fixture(scope="session")
async def stage(built_page: Path) -> AsyncIterator[Stage]:
    """Where every screen and state can be played."""
    chromium = find_chromium()
    if chromium is None:
        pytest.fail(NO_CHROMIUM, pytrace=False)
    async with async_playwright() as playwright, served(built_page) as origin:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(IN_TESTS))
        found = Stage(browser, origin)
        yield found
        await found.close()
        await browser.close()
