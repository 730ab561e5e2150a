"""A lost inbox comes back in the browser, both on the telephone: with the coach at the SDK, and with both in
the page.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from client_sdk import Attachment
from client_sdk.engagement import AsyncEngagement
from tests.browser.conftest import Practice
from tests.browser.test_codes import as_coach, shown_code, type_code
from tests.browser.test_spoken import digits
from tests.browser.test_unlocking import authenticator
from tests.browser.visitor import HALF, Client, Visitor, visiting

pytestmark = pytest.mark.browser

LEA = "Lea Winter"
IDA = "Ida Marsh"
PASSWORD = "canary pepper meadow candle"
OTHER_PASSWORD = "another canary for the gate"


async def to_the_way_in(visitor: Visitor, name: str) -> None:
    """From an invitation's first page to how it will be opened: the agreement is not signed again."""
    await visitor.page.get_by_label("Yes, my own").check()
    await visitor.press("Continue")
    await expect(visitor.page.get_by_text("What you two have agreed")).to_be_visible()
    await visitor.fill("Your name", name)
    await visitor.press("Continue")


async def by_the_sheet_to_the_call(visitor: Visitor, client: Client) -> None:
    """The sheet, which is noted, and the page that asks for a call."""
    await visitor.note_sheet(client)
    await visitor.press("Finish")
    await expect(
        visitor.page.get_by_role("heading", name="Ring Anna, and your inbox comes back")
    ).to_be_visible()


async def come_back(visitor: Visitor, client: Client, name: str) -> None:
    """From an invitation's first page, with a password, to the page that asks for a call."""
    await to_the_way_in(visitor, name)
    await visitor.page.get_by_label("Choose my own").check()
    await visitor.fill("Password", OTHER_PASSWORD)
    await visitor.press("Continue")
    await by_the_sheet_to_the_call(visitor, client)


async def check(visitor: Visitor, to_client: AsyncEngagement) -> None:
    """Both start, both read the same digits, and the one in the page says so."""
    await visitor.press("Start")
    shown, _ = await asyncio.gather(to_client.reopening.start(timeout=60), digits(visitor))
    assert shown == await digits(visitor)
    await visitor.press("Yes, the same")
    await expect(visitor.page.get_by_text("Waiting until Anna has said so too")).to_be_visible()


async def test_it_comes_back_after_a_call(browser: Browser, practice: Practice) -> None:
    """Nothing is shown before both have said that the digits were the same, after a reload either; then what
    the coach has is there, said to be given back, without talk of gaps; and it can be answered. The page
    that was open before says so, and stops it: then it is the client's again, and the newcomer's nobody's.
    """
    first = Client(await practice.invite(LEA))
    async with visiting(browser, practice.origin) as former, visiting(browser, practice.origin) as visitor:
        await former.join(first, LEA, PASSWORD)
        await practice.anna.settle()
        to_lea = practice.anna.engagement(LEA)
        gone = await to_lea.send(subject="Gone by then")
        await to_lea.send(subject="Plan for March", text="The plan for March.")
        await former.see("Plan for March")
        assert [one.subject async for one in to_lea.messages()] == ["Plan for March", "Gone by then"]
        await to_lea.recall(gone.id)
        offered = await to_lea.reopening.open(welcome="Welcome back.")
        client = Client(offered.link)
        await visitor.page.goto(offered.link)
        await come_back(visitor, client, LEA)
        await expect(visitor.page.get_by_text("Plan for March")).to_have_count(0)
        await visitor.page.wait_for_function(HALF)
        await visitor.page.reload()
        await check(visitor, to_lea)
        assert await to_lea.reopening.same(timeout=60) == 1
        await visitor.is_open()
        await visitor.see("Plan for March")
        await expect(visitor.row("Plan for March")).to_contain_text("Given back by Anna")
        await expect(visitor.row("Gone by then")).to_have_count(0)
        await visitor.open("Plan for March")
        await expect(visitor.page.locator(".message")).to_contain_text("The plan for March.")
        await expect(visitor.page.locator(".message")).to_contain_text("Given back by Anna")
        await expect(visitor.page.get_by_text("has not arrived")).to_have_count(0)
        await to_lea.send(subject="After it", text="On we go.")
        await visitor.open("After it")
        await expect(visitor.page.locator(".message")).to_contain_text("On we go.")
        await expect(visitor.page.get_by_text("has not arrived")).to_have_count(0)
        assert client.name not in await visitor.page.locator("main").inner_text()
        assert visitor.errors == []
        await expect(former.page.get_by_role("heading", name="Anna has reopened this inbox")).to_be_visible()
        await former.press("Stop")
        await former.is_open()
        await expect(former.row("Plan for March")).to_be_visible()
        await visitor.page.goto(practice.origin)
        await expect(visitor.page.get_by_text(re.compile("Plan for March"))).to_have_count(0)


async def test_by_the_device(browser: Browser, practice: Practice) -> None:
    """Who comes back may open by the device and has no password: then the device opens the page that waits
    for the call, and once both have said yes the inbox with what was given back; the sheet opens it
    elsewhere.
    """
    await practice.take_in(IDA)
    to_ida = practice.anna.engagement(IDA)
    await to_ida.send(subject="Plan for April", text="The plan for April.")
    offered = await to_ida.reopening.open(welcome="Welcome back.")
    client = Client(offered.link)
    async with visiting(browser, practice.origin, width=375) as visitor:
        await authenticator(visitor)
        await visitor.page.goto(offered.link)
        await to_the_way_in(visitor, IDA)
        await expect(visitor.page.get_by_label("Use this device")).to_be_checked()
        await visitor.press("Use this device")
        await by_the_sheet_to_the_call(visitor, client)
        await visitor.lock()
        await visitor.press("Open with this device")
        await check(visitor, to_ida)
        assert await to_ida.reopening.same(timeout=60) == 1
        await visitor.is_open()
        await visitor.see("Plan for April")
        await visitor.lock()
        await visitor.press("Open with this device")
        await visitor.open("Plan for April")
        await expect(visitor.page.locator(".message")).to_contain_text("Given back by Anna")
        await visitor.page.wait_for_function(HALF)
        await visitor.page.goto(f"{practice.origin}/settings/browsers")
        await expect(visitor.page.get_by_text("Device unlock: Chrome on Linux")).to_be_visible()
        await expect(visitor.page.get_by_role("button", name="Choose a password")).to_be_visible()
        assert visitor.errors == []
    async with visiting(browser, practice.origin) as elsewhere:
        await elsewhere.page.goto(practice.origin)
        await elsewhere.unlock_by_sheet(client.name, client.sheet)
        await elsewhere.press("Yes, it is mine")
        await expect(elsewhere.page.get_by_text("You came in by your recovery sheet")).to_be_visible()


async def let_back_in(coach: Visitor) -> str:
    """From the list of clients to the words that are read out; nothing is made before the client was rung."""
    row = coach.page.get_by_role("listitem").filter(has_text="Mona Field")
    await expect(row).to_contain_text("Open")
    if await row.get_by_role("button").count():  # somebody else is open
        await row.get_by_role("button").click()
        await coach.is_open()
    await coach.press("Our work")
    await coach.press(re.compile("^Let Mona back in"))
    await coach.press("Make the way back for Mona")
    await expect(coach.page.get_by_text("Please ring Mona first")).to_be_visible()
    await coach.page.get_by_label(re.compile("I have rung Mona")).check()
    await coach.press("Make the way back for Mona")
    await coach.press("Make a code to read out")
    return await shown_code(coach)


async def test_both_in_their_browsers(browser: Browser, practice: Practice, tmp_path: Path) -> None:
    """The coach lets a client back in from the page, by words read out; a no gives nothing; a yes of both
    gives text and file back, once, also where it is asked for again and after a reload.
    """
    await practice.take_in("Mona Field")
    goals = tmp_path / "goals.txt"
    goals.write_text("Say no earlier.")
    to_mona = practice.anna.engagement("Mona Field")
    await to_mona.send(subject="Goals", text="As agreed.", attach=[Attachment.from_path(goals)])
    async with visiting(browser, practice.origin) as coach, visiting(browser, practice.origin) as client:
        await as_coach(coach, practice)
        code = await let_back_in(coach)
        await client.page.goto(f"{practice.origin}/i/")
        await type_code(client, code)
        await come_back(client, Client(""), "Mona Field")
        await expect(coach.page.get_by_role("heading", name="Mona has come")).to_be_visible()
        for answer in ("No", "Yes, the same"):
            await client.press("Start")
            await coach.press("Start")
            assert await digits(coach) == await digits(client)
            await coach.press(answer)
            if answer == "No":
                await expect(coach.page.get_by_text("Stop writing here. Ring Mona")).to_be_visible()
                await expect(client.page.get_by_text("Goals")).to_have_count(0)
                await client.page.wait_for_function(HALF)
                await coach.page.reload()
                await client.page.reload()
        await client.press("Yes, the same")
        await expect(coach.page.get_by_role("heading", name="Mona is back")).to_be_visible()
        await expect(coach.page.get_by_text("One thing was given back, with the same date.")).to_be_visible()
        await client.is_open()
        await client.open("Goals")
        await expect(client.page.locator(".message")).to_contain_text("Given back by Anna")
        await client.press("Save goals.txt")
        await coach.page.reload()
        await coach.press("Give back what is missing")
        await expect(coach.page.get_by_text("One was there already.")).to_be_visible()
        assert coach.errors == []
        assert client.errors == []
