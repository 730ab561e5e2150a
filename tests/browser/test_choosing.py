"""Several messages at once, the keys from message to message, and asking for one that cannot be opened."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.async_api import Browser, Route, expect

from tests.browser.conftest import MAYA_PASSWORD, Pair
from tests.browser.hands import Keyboard
from tests.browser.visitor import HALF, PATIENCE_MILLISECONDS, SOON_MILLISECONDS, Visitor, visiting
from tests.screens import judge

pytestmark = pytest.mark.browser

UNREAD = re.compile("^Unread")
GOING_MILLISECONDS = 2 * PATIENCE_MILLISECONDS
"""What is deleted waits ten seconds first."""


async def entered(visitor: Visitor, pair: Pair) -> None:
    """The client's inbox, opened by password."""
    await visitor.page.goto(pair.origin)
    await visitor.unlock(pair.client.name, MAYA_PASSWORD)
    await visitor.is_open()


async def test_several_are_deleted_by_a_finger(browser: Browser, pair: Pair) -> None:
    """Chosen rows go from my inbox in one request after the wait, which *Cancel* ends; *Back* leaves the list
    as it was, nothing of a message stands in the address, and the other person's copies stay.
    """
    for subject in ("Teal one", "Teal two", "Teal three"):
        await pair.to_maya.send(subject=subject, text="For the shelf.")
    async with visiting(browser, pair.origin, width=375, touch=True) as visitor:
        await entered(visitor, pair)
        await visitor.see("Teal three")
        await visitor.press("Select")
        bar = visitor.page.get_by_role("region", name="Chosen messages")
        await expect(bar.get_by_text("None chosen")).to_be_visible()
        assert visitor.page.url == f"{pair.origin}/?select="
        for subject in ("Teal one", "Teal two"):
            await visitor.row(subject).tap()
        await expect(bar.get_by_text("2 chosen")).to_be_visible()
        assert await judge.axe(visitor.page) == []
        for button in await bar.get_by_role("button").all():
            box = await button.bounding_box()
            assert box is not None
            assert box["height"] >= 44
        await visitor.page.go_back()
        await expect(visitor.page.get_by_role("checkbox")).to_have_count(0)
        await expect(visitor.row("Teal one")).to_be_visible()
        for deleted in (False, True):
            await visitor.press("Select")
            for subject in ("Teal one", "Teal two"):
                await visitor.row(subject).tap()
            await bar.get_by_role("button", name="Delete").tap()
            sheet = visitor.page.get_by_role("dialog", name="Delete 2 messages")
            await expect(sheet).to_contain_text("Anna’s stay, the last of them until")
            await expect(sheet).to_contain_text("2 of them are unread.")
            await sheet.get_by_role("button", name="Delete my 2 copies").tap()
            await expect(visitor.row("Teal one")).to_have_count(0)
            if not deleted:
                await visitor.press("Cancel")
                await expect(visitor.row("Teal one")).to_be_visible()
        done = visitor.page.locator(".outgoing", has_text="Deleted. Gone from the server now")
        await expect(done).to_be_visible(timeout=GOING_MILLISECONDS)
        assert len([one for one in visitor.requests if one.endswith("/expire")]) == 1
        await expect(visitor.row("Teal three")).to_be_visible()
        assert visitor.errors == []
    async with visiting(browser, pair.origin) as other:
        await entered(other, pair)
        await other.see("Teal three")
        await expect(other.row("Teal one")).to_have_count(0)
    kept = [one.subject async for one in pair.to_maya.messages()]
    assert {"Teal one", "Teal two"} <= set(kept)


async def test_several_are_marked_and_kept_by_keys(browser: Browser, pair: Pair, tmp_path: Path) -> None:
    """Boxes have the names of their rows, arrows go from one to the next; marks hold in the next browser, and
    what was only marked was never opened. Escape ends it, and the focus is where it began; after
    a reload too it goes back to the list.
    """
    for subject in ("Smew one", "Smew two"):
        await pair.to_maya.send(subject=subject, text=f"{subject} in full.")
    async with visiting(browser, pair.origin) as visitor:
        await entered(visitor, pair)
        await visitor.see("Smew two")
        keys = Keyboard(visitor.page)
        await keys.press("Select")
        newest = visitor.page.get_by_role("checkbox").first
        await expect(newest).to_be_focused()
        await expect(newest).to_have_accessible_name(re.compile("^Unread. Anna Harrow. Smew two"))
        await keys.key("Space")
        await keys.key("ArrowDown")
        await keys.key("Space")
        await expect(visitor.page.get_by_text("2 chosen")).to_be_visible()
        await visitor.press("Keep a copy")
        async with visitor.page.expect_download() as coming:
            await visitor.press("Save the copy")
        download = await coming.value
        assert re.fullmatch(r"messages-\d{4}-\d\d-\d\d\.html", download.suggested_filename)
        await download.save_as(tmp_path / "kept.html")
        await visitor.press("Close")
        await visitor.press("Mark read")
        for subject in ("Smew one", "Smew two"):
            await expect(visitor.row(subject)).not_to_have_accessible_name(UNREAD)
        assert [one for one in visitor.requests if one.endswith("/acknowledge")] == []
        await expect(visitor.page.get_by_role("button", name="Select")).to_be_focused()
        await keys.key("Enter")
        await expect(newest).to_be_focused()
        await keys.key("Escape")
        await expect(visitor.page.get_by_role("button", name="Select")).to_be_focused()
        await keys.key("Enter")
        await visitor.page.wait_for_function(HALF)
        await visitor.page.reload()
        await expect(newest).to_be_visible()
        await keys.key("Escape")
        await expect(newest).to_have_count(0)
        assert await visitor.page.evaluate("() => history.state") == 0  # the list, and not once more on top
        assert visitor.errors == []
        await visitor.lock()
    page = (tmp_path / "kept.html").read_text("utf-8")
    assert page.index("Smew one in full.") < page.index("Smew two in full.")
    async with visiting(browser, pair.origin) as other:
        await entered(other, pair)
        await other.see("Smew two")
        await expect(other.row("Smew two")).not_to_have_accessible_name(UNREAD)


async def test_keys_go_from_message_to_message(browser: Browser, pair: Pair) -> None:
    """*n* and *p* take the focus to the next message and the one before, folded or not, and stay at the ends;
    they do nothing for a client who has not chosen single letters.
    """
    await pair.to_maya.send(subject="Knot thread", text="The first one.\n\n" + "A line.\n\n" * 40)
    async with visiting(browser, pair.origin, width=375) as visitor:
        await entered(visitor, pair)
        await visitor.open("Knot thread")
        for text in ("The second one.\n\n" + "A line.\n\n" * 40, "The third one."):
            await visitor.press("Reply")
            await visitor.fill("Message", text)
            await visitor.press("Send to Anna")
            await expect(visitor.page.locator(".outgoing")).to_contain_text(
                "Sent.", timeout=GOING_MILLISECONDS
            )
        await expect(visitor.page.locator("article")).to_have_count(3)
        await visitor.page.keyboard.press("n")
        await expect(visitor.page.get_by_role("heading", level=1)).to_be_focused()
        await visitor.page.goto(f"{pair.origin}/settings/keyboard")
        await visitor.page.get_by_label("Use single letters too").check()
        await expect(visitor.page.get_by_text("Next message of an open conversation")).to_be_visible()
        await visitor.page.go_back()
        articles = visitor.page.locator("article")
        await expect(articles).to_have_count(3)
        await visitor.page.locator("h1").focus()
        here = visitor.page.locator("article:focus-within")
        while not await here.count():  # what hears keys is fetched behind the list; one before it is lost
            await visitor.page.keyboard.press("n")
            with suppress(AssertionError):
                await expect(here).to_have_count(1, timeout=SOON_MILLISECONDS)
        keys = Keyboard(visitor.page)
        for key, at in (("p", 0), ("p", 0), ("n", 1), ("n", 2), ("n", 2), ("p", 1)):
            await keys.key(key)
            await expect(articles.nth(at).locator(":focus")).to_have_count(1)
            await expect(articles.nth(at).get_by_role("heading")).to_be_in_viewport()
        assert visitor.errors == []


async def test_a_message_that_cannot_be_opened_is_asked_for(browser: Browser, pair: Pair) -> None:
    """*Ask Anna* opens the form with a sentence that names the message by its day and sends nothing; what was
    being written stays.
    """
    await pair.to_maya.send(subject="Ruff before", text="Whole.")
    await pair.to_maya.send(subject="Ruff broken", text="Never to be read.")

    async def spoil(route: Route) -> None:
        """The last byte of the newest envelope is another one: rows come newest first."""
        answer = await route.fetch()
        body = bytearray(await answer.body())
        newest = int.from_bytes(body[13:17], "big")  # after kind 1, order 8, day 4
        if newest:
            body[16 + newest] ^= 1
        await route.fulfill(response=answer, body=bytes(body))

    async with visiting(browser, pair.origin) as visitor:
        await visitor.page.route(re.compile("/envelopes\\?"), spoil)
        await entered(visitor, pair)
        when = visitor.row("This message could not be opened").locator(".row-when")
        await expect(when).to_have_text(re.compile(r"^[A-Z][a-z]{2}$"))  # a weekday: nobody knows the hour
        await visitor.open("This message could not be opened")
        await visitor.press("Ask Anna")
        text = visitor.page.get_by_label("Message", exact=True)
        await expect(text).to_have_value(
            re.compile(r"^I cannot open your message of \w+ \d+ \w+ \d{4}\. Would you send it again\? \(")
        )
        await expect(visitor.page.get_by_label("Subject")).to_have_value("A message that I cannot open")
        assert visitor.errors == []
