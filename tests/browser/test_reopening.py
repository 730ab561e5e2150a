"""A lost inbox comes back in the browser: the client in the page, the coach at the SDK, both on the
telephone.
"""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Browser, expect

from client_sdk.engagement import AsyncEngagement
from tests.browser.conftest import Practice
from tests.browser.test_spoken import digits
from tests.browser.visitor import Client, Visitor, visiting

pytestmark = pytest.mark.browser

LEA = "Lea Brandt"
PASSWORD = "canary pepper meadow candle"
OTHER_PASSWORD = "another canary for the gate"


async def come_back(visitor: Visitor, link: str) -> Client:
    """From the link to the page that asks for a call: the agreement is not signed again."""
    client = Client(link)
    await visitor.page.goto(link)
    await visitor.page.get_by_label("Yes, my own").check()
    await visitor.press("Continue")
    await expect(visitor.page.get_by_text("What you two have agreed")).to_be_visible()
    await visitor.fill("Your name", LEA)
    await visitor.press("Continue")
    await visitor.page.get_by_label("Choose my own").check()
    await visitor.fill("Password", OTHER_PASSWORD)
    await visitor.press("Continue")
    await visitor.note_sheet(client)
    await visitor.press("Finish")
    await expect(
        visitor.page.get_by_role("heading", name="Ring Anna, and your inbox comes back")
    ).to_be_visible()
    return client


async def check(visitor: Visitor, to_lea: AsyncEngagement) -> None:
    """Both start, both read the same digits, and the one in the page says so."""
    await visitor.press("Start")
    shown, _ = await asyncio.gather(to_lea.reopening.start(timeout=60), digits(visitor))
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
        client = await come_back(visitor, offered.link)
        await expect(visitor.page.get_by_text("Plan for March")).to_have_count(0)
        await visitor.page.wait_for_function("() => sessionStorage.getItem('tab') !== null")
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
