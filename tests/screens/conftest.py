"""The scripted inbox, built and served once for the tests of a process, and a page to play scenes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import async_playwright

from tests.__main__ import NO_CHROMIUM, find_chromium
from tests.screens.site import build, served
from tests.screens.stage import Stage
from tests.screens.walk import FLAGS


@pytest.fixture(scope="session")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """Where every screen and state can be played."""
    chromium = find_chromium()
    if chromium is None:
        pytest.fail(NO_CHROMIUM, pytrace=False)
    folder = tmp_path_factory.mktemp("scripted") / "page"
    await asyncio.to_thread(build, folder)
    async with async_playwright() as playwright, served(folder) as origin:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        found = Stage(browser, origin)
        yield found
        await found.close()
        await browser.close()
