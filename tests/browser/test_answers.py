"""A coach with whom nobody works yet: the inbox opens, and what came of an invitation stands in it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, expect

from client_sdk import AsyncAccount, Home
from tests.browser.conftest import CHEAP, MAYA_PASSWORD, Practice
from tests.browser.visitor import HALF, Visitor, visiting
from tests.e2e.house import ANNA_PASSWORD

pytestmark = pytest.mark.browser

CANARY = "Thirty days of hold are enough, says the canary."


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
    await visitor.page.wait_for_function(HALF)


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


async def reply_of(coach: Visitor, name: str, standing: str) -> None:
    """What *Clients* says of an invitation that is open on another page, and the reply itself."""
    await expect(coach.page.get_by_role("listitem").filter(has_text=name)).to_contain_text(standing)
    await coach.press(f"Read the reply {name}")


async def test_asked_for_a_change_then_declined(browser: Browser, beginner: Practice) -> None:
    """Nothing is used up by asking, and the coach reads it where she is; a no is asked for once and ends the
    link; the coach takes the invitation back; no word of it stays in either page.
    """
    link = await beginner.invite("Tom Field")
    async with visiting(browser, beginner.origin) as coach, visiting(browser, beginner.origin) as client:
        await unlocked(coach, beginner)
        await to_clients(coach)
        await client.page.goto(link)
        await client.page.get_by_label("Yes, my own").check()
        await client.press("Continue")
        await client.press("Ask Ben to change something")
        await client.press("Send to Ben")
        await expect(client.page.get_by_text("Please write what should be changed.")).to_be_visible()
        await client.fill("What you would like to be different", CANARY)
        await client.press("Send to Ben")
        await expect(client.page.get_by_text("Sent. Ben can answer with a new invitation")).to_be_visible()
        await coach.page.get_by_role("navigation").get_by_role("link", name="Inbox").first.click()
        card = coach.page.locator(".banner", has_text="Tom Field asks you to change something")
        await expect(card).to_be_visible()
        await expect(card).not_to_contain_text("canary")
        await card.get_by_role("link", name="Read it under Clients").click()
        await reply_of(coach, "Tom Field", "Asks you to change something before signing")
        await expect(coach.page.get_by_text(CANARY)).to_be_visible()
        await coach.press("Back to your clients")
        await client.press("No thank you")
        await client.press("Go back")
        await client.press("No thank you")
        await client.press("Tell Ben")
        await expect(client.page.get_by_role("heading", name="Ben has been told")).to_be_visible()
        await reply_of(coach, "Tom Field", "Said no to the invitation")
        await expect(coach.page.get_by_text("The invitation has ended.")).to_be_visible()
        await coach.press("Take the invitation back")
        await expect(coach.page.get_by_text("Taken back.")).to_be_visible()
        await client.page.goto("about:blank")
        await client.page.goto(link)
        await client.page.get_by_label("Yes, my own").check()
        await client.press("Continue")
        await expect(client.page.get_by_text("This invitation was taken back")).to_be_visible()
        assert CANARY not in await client.traces() + await coach.traces()


async def test_on_a_device_of_work(browser: Browser, beginner: Practice) -> None:
    """Nothing is opened there, not even a name is shown, and the question alone ends nothing; told, the link
    is over everywhere and the coach sends a new one, with what was offered filled in.
    """
    ends = datetime.fromtimestamp(beginner.relay.now(), UTC).date() + timedelta(days=45)
    chosen = {
        "work_ends": ends,
        "hold": timedelta(days=20),
        "longest_keep": timedelta(days=30),
        "phones": ("07700 900142", "07700 900143"),
        "work_phones": {"07700 900142": "coach"},
        "read_marks": True,
    }
    offered = await beginner.anna.invite("Ida Moor", **chosen, refuse=("corp.example",), recall=False)
    link = offered.link
    async with visiting(browser, beginner.origin) as coach, visiting(browser, beginner.origin) as client:
        await unlocked(coach, beginner)
        await to_clients(coach)

        async def to_the_question() -> None:
            await client.page.goto("about:blank")
            await client.page.goto(link)
            await client.page.get_by_label("It belongs to my work").check()
            await client.press("Continue")
            await client.press("Ask for a new link")
            await client.page.get_by_role("heading", name="End this invitation?").wait_for()

        await to_the_question()
        await client.press("Choose again")
        await client.page.get_by_label("It belongs to my work").wait_for()
        await to_the_question()
        await client.press("End it and tell them")
        await expect(client.page.get_by_role("heading", name="They have been told")).to_be_visible()
        assert "Ben" not in await client.page.locator("main").inner_text()
        fetched = [one for one in client.requests if re.search(r"/v1/invitations/[^/]+$", one)]
        assert fetched == []
        await reply_of(coach, "Ida Moor", "Asks for a new link to their own phone")
        await coach.press("Invite again")
        await expect(coach.page.get_by_label("Work mail that is refused")).to_have_value("corp.example")
        await expect(coach.page.get_by_label("Name of the client")).to_have_value("Ida Moor")
        await expect(coach.page.get_by_label("Last day of your work together")).to_have_value(
            ends.isoformat()
        )
        await expect(coach.page.get_by_label("How many days everything is held")).to_have_value("20")
        await expect(coach.page.get_by_label("07700 900142 is")).to_have_value("coach")
        await expect(coach.page.get_by_label("Each of you sees whether the other")).to_be_checked()
        await coach.page.get_by_label("07700 900143 is").select_option("a work number of my client")
        await coach.press("Read the agreement")
        shown = coach.page.locator(".agreement-text")
        for words in (
            "What you write is kept for 30 days at most.",
            "cannot take back the other's copy",
            "Each of you sees whether the other has read a message, and on which day,",
            "07700 900142 (a work number of the coach) and 07700 900143 (a work number of the client)",
        ):
            await expect(shown).to_contain_text(words)
        await coach.press("Sign and invite Ida Moor")
        await coach.press("Copy")
        await expect(coach.page.get_by_text("Copied.")).to_be_visible()
        again = await coach.page.evaluate("() => navigator.clipboard.readText()")
        assert again != link
        for one, words in ((link, "This invitation was taken back"), (again, "Ask Ben to change something")):
            await client.page.goto("about:blank")
            await client.page.goto(one)
            await client.page.get_by_label("Yes, my own").check()
            await client.press("Continue")
            await expect(client.page.get_by_text(words)).to_be_visible()
        await coach.press("Take it back")
        await coach.page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
        await expect(coach.page.get_by_text("Taken back.")).to_be_visible()
        assert coach.errors == []


async def test_clients_at_a_glance(browser: Browser, beginner: Practice) -> None:
    """The last word, the next deletion and what goes unread stand beside a client whose inbox is not open;
    what came since is counted, and nothing of it is opened; no word of any message is there.
    """
    await beginner.take_in("Una Glance")
    await beginner.take_in("Vic Glance")
    home = Home(beginner.relay.folder.parent / "Una Glance", file_cost=CHEAP)
    to_una = beginner.anna.engagement("Una Glance")
    async with (
        await AsyncAccount.open(home=home, password=MAYA_PASSWORD) as una,
        visiting(browser, beginner.origin) as coach,
    ):
        to_ben = una.engagement()
        await to_una.send(subject="canary kite", text="canary kite", keep=timedelta(days=40))
        await to_ben.send(subject="canary lark", text="canary lark", keep=timedelta(days=3))
        await unlocked(coach, beginner)
        await to_clients(coach)
        here = coach.page.get_by_role("listitem").filter(has_text="Una Glance")
        await expect(coach.page.get_by_text("Open here")).to_be_visible()
        if await here.get_by_role("button", name="Open Una Glance").count():  # else it was opened first
            await coach.press("Open Una Glance")
            await coach.is_open()
        else:
            await coach.page.get_by_role("navigation").get_by_role("link", name="Inbox").first.click()
        await coach.see("canary lark")
        await to_clients(coach)
        await coach.press("Open Vic Glance")
        await coach.is_open()
        await to_clients(coach)
        await expect(here).to_contain_text("1 unread · going from")
        await expect(here).to_contain_text("Last word: Una’s")
        await expect(here).to_contain_text("Next deletion:")
        await to_ben.send(subject="canary wren", text="canary wren", keep=timedelta(days=2))
        await coach.page.reload()
        await expect(here).to_contain_text("1 came since you last opened it")
        assert "canary" not in await coach.page.locator("main").inner_text()
        # While the list stands there that client's row alone is read anew.
        coach.requests.clear()
        await to_ben.send(subject="canary crane", text="canary crane", keep=timedelta(days=2))
        await expect(here).to_contain_text("2 came since you last opened it")
        asked = [one for one in coach.requests if "/mailboxes/" in one]
        assert len({one.split("/mailboxes/")[1].split("/")[0] for one in asked}) == 1, asked
        assert [one for one in coach.requests if one.endswith(("/v1/engagements", "/v1/vault/items"))] == []
        # Coming back from a client, the list is true of what was done there.
        await coach.press("Open Una Glance")
        await coach.is_open()
        await coach.open("canary crane")
        crane = coach.row("canary crane")
        await expect(crane).not_to_have_accessible_name(re.compile("^Unread"))
        await to_clients(coach)
        await expect(here).to_contain_text("2 unread · going from")
        await expect(here).not_to_contain_text("came since")
        await to_ben.send(subject="canary rail", text="canary rail", keep=timedelta(days=2))
        await expect(here).to_contain_text("3 unread · going from")
        assert coach.errors == []
