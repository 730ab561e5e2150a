"""The search, in the list and inside all messages."""

from __future__ import annotations

from playwright.async_api import Page

from tests.screens.scene import Scene
from tests.screens.steps import (
    BOARD,
    OFFLINE,
    Steps,
    back,
    failing,
    hanging,
    opened,
    pressing,
    reading,
    row,
    then,
    waiting,
)


def searching(typed: str) -> Steps:
    """From the list to the search, and something typed."""

    async def play(page: Page) -> None:
        await opened(page)
        await page.locator(".search-link").click()
        await page.locator("#search").fill(typed)
        await page.locator(".found" if typed else "#search").wait_for()

    return play


SEARCHING = (
    Scene("search-empty", steps=searching("")),
    Scene("search-found", steps=searching("week")),
    Scene("search-none", steps=then(searching("zebra"), reading("No message has those words"))),
    Scene(
        "search-inside",
        steps=then(searching("promote"), pressing("Search inside all messages"), reading("Read inside all")),
    ),
    Scene(
        "search-running",
        "/",
        hanging("searchInside"),
        then(searching("promote"), pressing("Search inside all messages"), reading("7 of")),
    ),
    Scene(
        "search-stopped",
        "/",
        hanging("searchInside"),
        then(
            searching("promote"),
            pressing("Search inside all messages", "Stop"),
            reading("were not looked into"),
        ),
    ),
    Scene(
        "search-failed",
        "/",
        failing("searchInside", OFFLINE),
        then(searching("promote"), pressing("Search inside all messages"), waiting(".trouble")),
    ),
    Scene("search-read", steps=then(searching("thursday"), row(BOARD), waiting(".message"))),
    Scene("search-back", steps=then(searching("thursday"), row(BOARD), waiting(".message"), back)),
    Scene("search-many", "/", {"letters": "thousand"}, searching("letter")),
)
