"""The settings: being told, what the server can see, letters and keys."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Route, expect

from tests.browser.conftest import MAYA_PASSWORD, Pair, Practice
from tests.browser.visitor import HALF, SOON_MILLISECONDS, Visitor, visiting

pytestmark = pytest.mark.browser

CODE = r"\b\d{8}\b"
"""As it stands in a mail."""


async def settings(visitor: Visitor, pair: Pair, page: str) -> None:
    """Open a page of the settings in a browser that was not here yet; it can be loaded anew."""
    await visitor.page.goto(f"{pair.origin}/settings/{page}".rstrip("/"))
    await visitor.unlock(pair.client.name, MAYA_PASSWORD)
    await visitor.page.wait_for_function(HALF)
    await expect(visitor.page.locator("nav.ways")).to_be_visible()


async def test_being_told(browser: Browser, pair: Pair) -> None:
    """A personal address, dull words, a phrase; a code confirms; one is sent for a try; it ends."""
    async with visiting(browser, pair.origin) as visitor:
        await settings(visitor, pair, "told")
        await expect(visitor.page.get_by_text("You are not told by e-mail.")).to_be_visible()
        await visitor.fill("Your own e-mail address", "maya@mail.corp.example")
        await visitor.fill("Your phrase", "see www.heron.example")
        await visitor.press("Save")
        await expect(visitor.page.get_by_text("can’t be used here")).to_be_visible()
        await visitor.fill("Your own e-mail address", "maya@gmail.com")
        await visitor.press("Save")
        await expect(visitor.page.get_by_text("Please write something here")).to_be_visible()
        before = pair.practice.outbox()
        await visitor.fill("Your phrase", "blue heron on the lake")
        await visitor.page.get_by_label("Library reminder").check()
        await visitor.press("Save")
        await expect(visitor.page.get_by_text("A code is on its way")).to_be_visible()
        code = await pair.practice.mailed(before, CODE)
        await visitor.fill("The code", "00000000")
        await visitor.press("Confirm")
        await expect(visitor.page.get_by_text("That code did not fit")).to_be_visible()
        await visitor.fill("The code", code[0])
        await visitor.press("Confirm")
        await expect(visitor.page.get_by_text("You are told at maya@gmail.com.")).to_be_visible()
        before = pair.practice.outbox()
        await visitor.press("Send me one now")
        await expect(visitor.page.get_by_text("On its way.")).to_be_visible()
        note = (await pair.practice.mailed(before, r"(?s).*")).string
        assert note.startswith("Library reminder")
        assert "blue heron on the lake" in note
        assert "http" not in note
        await visitor.press("Stop telling me")
        await expect(visitor.page.get_by_text("You are not told by e-mail.")).to_be_visible()


async def test_what_this_server_can_see(browser: Browser, pair: Pair) -> None:
    """The page shows the server's rows, a reason beside each; nothing that was written is among them."""
    await pair.to_maya.send(subject="canary egret", text="canary egret at the weir")
    async with visiting(browser, pair.origin) as visitor:
        await settings(visitor, pair, "server")
        await expect(visitor.page.get_by_role("heading", name="Messages")).to_be_visible()
        for summary in await visitor.page.locator("summary").all():
            await summary.click()
        shown = await visitor.page.locator("main").inner_text()
        assert "envelope_id" in shown
        assert "undefined" not in shown
        assert "canary egret" not in shown
        empty = visitor.page.locator("dd:empty")
        assert await empty.count() == 0


async def test_letters_and_keys_are_chosen(browser: Browser, pair: Pair) -> None:
    """Larger letters stay over a reload; single letters act only where chosen, and never in a field."""
    async with visiting(browser, pair.origin) as visitor:
        await settings(visitor, pair, "display")
        usual = await visitor.page.evaluate("() => getComputedStyle(document.documentElement).fontSize")
        await visitor.page.get_by_label("Much larger").check()
        await visitor.page.reload()
        await expect(visitor.page.get_by_label("Much larger")).to_be_checked()
        await visitor.page.wait_for_function(
            "(usual) => parseFloat(getComputedStyle(document.documentElement).fontSize) > usual * 1.3",
            arg=float(usual[:-2]),
        )
        await visitor.page.goto(f"{pair.origin}/settings/keyboard")
        await expect(visitor.page.get_by_role("heading", name="Keyboard")).to_be_visible()
        await visitor.page.keyboard.press("c")
        await expect(visitor.page.get_by_role("heading", name="Keyboard")).to_be_visible()
        await visitor.page.get_by_label("Use single letters too").check()
        await visitor.page.locator("h1").click()
        message = visitor.page.get_by_label("Message", exact=True)
        while not await message.count():  # what hears keys is fetched behind the list; one before it is lost
            await visitor.page.keyboard.press("c")
            with suppress(AssertionError):
                await expect(message).to_be_visible(timeout=SOON_MILLISECONDS)
        await message.fill("")
        await visitor.page.get_by_label("Message", exact=True).press_sequentially("lock jacket")
        await expect(visitor.page.get_by_label("Message", exact=True)).to_have_value("lock jacket")
        await visitor.page.get_by_label("Message", exact=True).fill("")
        await visitor.page.locator("h1").click()
        await visitor.page.keyboard.press("l")
        await expect(visitor.page.get_by_role("heading", name="Your inbox is locked")).to_be_visible()


async def test_a_provider_forwards_by_a_rule(browser: Browser, pair: Pair) -> None:
    """A confirmed address gets a rule with an address of its own; its test mails one line; it ends."""
    async with visiting(browser, pair.origin) as visitor:
        await settings(visitor, pair, "mail")
        await visitor.press("Add an address")
        before = pair.practice.outbox()
        await visitor.fill("Your own e-mail address", "maya@gmail.com")
        await visitor.press("Send me a code")
        code = await pair.practice.mailed(before, CODE)
        await visitor.fill("The code", code[0])
        await visitor.press("Confirm")
        await visitor.press("Let my provider forward")
        await expect(visitor.page.get_by_text("Not working yet")).to_be_visible()
        await visitor.fill("Your own address, once more", "other@gmail.com")
        await visitor.press("Test it")
        await expect(visitor.page.get_by_text("not the address that you confirmed")).to_be_visible()
        before = pair.practice.outbox()
        await visitor.fill("Your own address, once more", "maya@gmail.com")
        await visitor.press("Test it")
        await pair.practice.mailed(before, "quietbox-rule")
        await visitor.press("End this forwarding")
        await expect(visitor.page.get_by_text("Not working yet")).to_have_count(0)
        await visitor.press("Remove")
        await expect(visitor.page.get_by_text("You have not added an address yet")).to_be_visible()


async def test_each_view_on_paper_says_when_to_destroy_it(browser: Browser, pair: Pair) -> None:
    """Whatever is printed carries a date, and nothing of the frame; a message carries its own."""
    await pair.to_maya.send(subject="Dunlin", text="On paper", keep=timedelta(days=20))
    paper = re.compile(r"Please destroy this paper by .*\d{4}\.")
    async with visiting(browser, pair.origin) as visitor:
        await settings(visitor, pair, "")
        await visitor.page.wait_for_function(HALF)
        views = [
            "/",
            "/our-work",
            "/our-work/agreement",
            "/our-work/dates",
            "/our-work/calls",
            "/our-work/kept",
        ]
        for view in (*views, "/receipts", "/settings", "/settings/server", "/settings/browsers", "/how"):
            await visitor.page.goto(pair.origin + view)
            await expect(visitor.page.locator("nav.ways")).to_be_visible()
            await visitor.page.wait_for_function(HALF)
            await visitor.page.emulate_media(media="print")
            await expect(visitor.page.get_by_text(paper).filter(visible=True)).to_have_count(1)
            await expect(visitor.page.locator("nav.ways")).to_be_hidden()
            await visitor.page.emulate_media(media="screen")
        await visitor.page.goto(pair.origin)
        await visitor.open("Dunlin")
        kept = await visitor.page.locator(".message .kept").first.inner_text()
        await visitor.page.emulate_media(media="print")
        said = await visitor.page.get_by_text(paper).filter(visible=True).first.inner_text()
        await visitor.page.emulate_media(media="screen")
        day = re.search(r"\d+ [A-Z][a-z]+", kept)
        assert day is not None
        assert day[0] in said


async def no_line(route: Route) -> None:
    """The account is not closed: the line breaks each time."""
    if route.request.method == "DELETE":
        await route.abort()
    else:
        await route.continue_()


async def test_leaving(browser: Browser, practice: Practice) -> None:
    """Typed; every copy goes, a receipt comes as a file, no way in remains, the coach's copies stay. Where
    the line breaks before the end it is taken up again after a reload, with the receipt.
    """
    client = await practice.take_in("Wren")
    to_wren = practice.anna.engagement("Wren")
    await to_wren.send(subject="Wagtail", text="For a while")
    async with visiting(browser, practice.origin) as visitor:
        await visitor.page.goto(practice.origin)
        await visitor.unlock(client.name, MAYA_PASSWORD)
        await visitor.see("Wagtail")
        await visitor.page.wait_for_function(HALF)
        await visitor.page.goto(f"{practice.origin}/settings/leave")
        await visitor.fill("Type: delete my inbox", "yes")
        await visitor.press("Delete my inbox now")
        await expect(visitor.page.get_by_text("Please type it as it stands")).to_be_visible()
        await visitor.page.route("**/v1/account", no_line)
        for run in ("interrupted", "taken up again"):
            await visitor.fill("Type: delete my inbox", "delete my inbox")
            async with visitor.page.expect_download(timeout=180_000) as downloading:
                await visitor.press("Delete my inbox now")
            receipts = json.loads(Path(await (await downloading.value).path()).read_text("utf-8"))
            assert any("type: deletion" in one["receipt"] for one in receipts["receipts"])
            if run == "interrupted":
                await expect(visitor.page.get_by_text("No connection. Nothing is lost.")).to_be_visible()
                await visitor.page.unroute("**/v1/account")
                await visitor.page.reload()
        locked = visitor.page.get_by_role("heading", name="Your inbox is locked")
        await expect(locked).to_be_visible()
        await visitor.unlock(client.name, MAYA_PASSWORD)
        await expect(visitor.page.get_by_text("That password did not open this inbox")).to_be_visible()
    assert [one.subject async for one in to_wren.messages()] == ["Wagtail"]
