"""A coach with whom nobody works yet: the inbox opens, and what came of an invitation stands in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from playwright.async_api import Browser, expect

from client_sdk import AsyncAccount, Home
from tests.browser.conftest import CHEAP, Practice
from tests.browser.visitor import Visitor, visiting
from tests.e2e.house import ANNA_PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
async def beginner(practice: Practice) -> AsyncIterator[Practice]:
    """The same relay, and a second coach, who has no client."""
    link = practice.relay.command("coach", "invite", "Ben Carter").stdout.strip()
    home = Home(practice.relay.folder.parent / "ben", file_cost=CHEAP)
    async with await AsyncAccount.setup(link, home=home, password=ANNA_PASSWORD) as ben:
        yield replace(practice, anna=ben)


async def unlocked(visitor: Visitor, beginner: Practice) -> None:
    """The coach's inbox, at its list."""
    await visitor.page.goto(beginner.origin)
    await visitor.unlock(beginner.anna.login.partition("@")[0], ANNA_PASSWORD)
    await visitor.is_open()
    await visitor.page.wait_for_function("() => sessionStorage.getItem('tab') !== null")


async def to_clients(visitor: Visitor) -> None:
    """By the way that the frame shows."""
    await visitor.page.get_by_role("navigation").get_by_role("link", name="Clients").click()
    await expect(visitor.page.get_by_role("heading", name="Clients", exact=True)).to_be_visible()


async def test_a_coach_without_a_client_opens_the_inbox(browser: Browser, beginner: Practice) -> None:
    """Words instead of an empty list; *Clients* and a reload with nobody at all, then with an invitation;
    and who joins meanwhile is there to be opened.
    """
    async with visiting(browser, beginner.origin) as coach:
        await unlocked(coach, beginner)
        await expect(coach.page.get_by_text("Nobody works with you here at the moment.")).to_be_visible()
        await expect(coach.page.get_by_role("link", name="Our work")).to_have_count(0)
        await coach.press("See your clients")
        await expect(coach.page.get_by_text("Nobody yet.")).to_be_visible()
        link = await beginner.invite("Nora Lind")
        await expect(coach.page.get_by_text("Invited; the invitation is good until")).to_be_visible()
        await coach.page.reload()
        await coach.press("Show the invitation Nora Lind")
        await expect(coach.page.get_by_text(link, exact=True)).to_be_visible()
        await coach.page.goto(f"{beginner.origin}/")
        await coach.is_open()
        await to_clients(coach)
        await beginner.take_in("Nora Lind", link=link)
        await coach.press("Open Nora Lind")
        await coach.is_open()
        await expect(coach.page.get_by_role("link", name="Our work")).to_be_visible()
        assert coach.errors == []
