"""A long list and what is looked for in it: the sealed index between two visits, search, and the way back."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, expect

from client_sdk.engagement import AsyncEngagement
from tests.browser.conftest import MAYA_PASSWORD, Practice
from tests.browser.visitor import Client, Visitor, visiting

pytestmark = pytest.mark.browser

NINA = "Nina Searchfield"
LETTERS = 150
"""More than a page, a run of the index, and a month's worth; ten thousand are for the bench."""


async def fill(engagement: AsyncEngagement, letters: int) -> None:
    """Letters by the coach, each with a subject of its own; one of them says something that no other does."""
    gate = asyncio.Semaphore(8)

    async def send(number: int) -> None:
        async with gate:
            text = "A line about the weather.\n" * 20
            if number == 7:
                text += "The quokka was mentioned once."
            await engagement.send(subject=f"Letter {number} ferns", text=text)

    await asyncio.gather(*(send(number) for number in range(1, letters + 1)))


async def opened(visitor: Visitor, client: Client) -> None:
    """The list, by password."""
    await visitor.page.goto(visitor.origin)
    await visitor.unlock(client.name, MAYA_PASSWORD)
    await visitor.is_open()


def asked(visitor: Visitor, pattern: str) -> list[str]:
    """Paths of the relay that were asked for."""
    found = [urlsplit(address) for address in visitor.requests]
    return [f"{one.path}?{one.query}" for one in found if re.search(pattern, f"{one.path}?{one.query}")]


async def test_a_long_list_opens_from_its_index_and_is_searched(browser: Browser, practice: Practice) -> None:
    """The second visit asks for no envelope that the first one has seen; what is typed is found at once, in
    subjects and inside; *Back* finds results and place; nothing of it is left anywhere.
    """
    client = await practice.take_in(NINA)
    await fill(practice.anna.engagement(NINA), LETTERS)
    count = re.compile(f"^Search {LETTERS} messages$")
    async with visiting(browser, practice.origin) as visitor:
        async with visitor.page.expect_event(
            "requestfinished", lambda one: one.method == "PUT" and one.url.endswith("/index")
        ):
            await opened(visitor, client)
            await expect(visitor.page.get_by_role("link", name=count)).to_be_visible()
        await visitor.press("Lock")
        await expect(visitor.page.get_by_role("heading", name="Your inbox is locked")).to_be_visible()
        assert visitor.errors == []
    async with visiting(browser, practice.origin) as visitor:
        await opened(visitor, client)
        link = visitor.page.get_by_role("link", name=count)
        await expect(link).to_be_visible()
        assert asked(visitor, r"/envelopes\?before=") == []
        assert len(asked(visitor, r"/open\?$")) <= 2
        await link.click()
        field = visitor.page.get_by_label(f"Search {LETTERS} messages")
        await expect(field).to_be_focused()
        await field.fill("FERNS letter 14")
        await expect(visitor.page.get_by_text("12 messages found.")).to_be_visible()
        await field.fill("quokka")
        await expect(visitor.page.get_by_text("No message has those words")).to_be_visible()
        await visitor.press("Search inside all messages")
        await expect(visitor.page.get_by_text(f"Read inside all {LETTERS} messages.")).to_be_visible()
        await expect(visitor.row("Letter 7 ferns")).to_have_count(1)
        await visitor.row("Letter 7 ferns").click()
        await expect(visitor.page.locator(".message")).to_contain_text("The quokka was mentioned once.")
        traces = await visitor.traces()
        await visitor.page.go_back()
        await expect(visitor.page.locator("#search")).to_have_value("quokka")
        await expect(visitor.row("Letter 7 ferns")).to_have_count(1)
        traces += await visitor.traces()
        assert not [word for word in ("quokka", "ferns", "Nina") if word in traces]
        await visitor.press("Lock")
        await expect(visitor.page.get_by_role("heading", name="Your inbox is locked")).to_be_visible()
        assert "quokka" not in await visitor.page.content()
        assert visitor.errors == []
