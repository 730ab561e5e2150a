"""A coach invites from the page, a client joins by a code read out, a browser comes in beside another."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import MAYA_PASSWORD, Practice
from tests.browser.test_unlocking import authenticator
from tests.browser.visitor import HALF, Client, Visitor, visiting
from tests.e2e.house import ANNA_PASSWORD

pytestmark = pytest.mark.browser

OTHER_PASSWORD = "another canary for the gate"
CODE = re.compile(r"\d{4} [a-z]+(?:-[a-z]+){3,5}")


async def as_coach(visitor: Visitor, practice: Practice) -> None:
    """Open the coach's inbox, and the list of clients."""
    await visitor.page.goto(practice.origin)
    await visitor.unlock(practice.anna.login.partition("@")[0], ANNA_PASSWORD)
    await visitor.is_open()
    await visitor.page.wait_for_function(HALF)
    await visitor.page.get_by_role("navigation").get_by_role("link", name="Clients").click()


async def shown_code(visitor: Visitor) -> str:
    """The words that the page shows to be read out."""
    told = visitor.page.locator(".typed", has_text=CODE)
    await told.wait_for()
    return await told.inner_text()


async def type_code(visitor: Visitor, code: str) -> None:
    """Type a code and go on."""
    await visitor.fill("Code", code)
    await visitor.press("Continue")


async def test_invited_from_the_page_and_joined_by_a_code(browser: Browser, practice: Practice) -> None:
    """The coach sees what both sign, the client types what was read out, the list opens the client."""
    first = Client(await practice.invite("Ada Before"))
    async with visiting(browser, practice.origin) as visitor:  # whose answer the coach's page takes in
        await visitor.join(first, "Ada Before", MAYA_PASSWORD)
    async with visiting(browser, practice.origin) as coach, visiting(browser, practice.origin) as client:
        await as_coach(coach, practice)
        await coach.press("Invite a client")
        await coach.fill("Name of the client", "Rosa Winter")
        await coach.fill("Work mail that is refused", "not a domain")
        await coach.press("Read the agreement")
        await expect(coach.page.get_by_text("One of these is not a mail domain.")).to_be_visible()
        await coach.fill("Work mail that is refused", "Corp.Example, mail.corp.example")
        await coach.fill("A few words to begin with", "Welcome, Rosa.")
        await coach.press("Read the agreement")
        await expect(
            coach.page.get_by_text("these are refused: corp.example and mail.corp.example")
        ).to_be_visible()
        await coach.press("Sign and invite Rosa Winter")
        await coach.press("Make a code to read out")
        code = await shown_code(coach)
        await client.page.goto(f"{practice.origin}/i/")
        await type_code(client, "4417 not-a-word-here")
        await expect(client.page.get_by_text("Word 1 is not one of ours.")).to_be_visible()
        digits, words = code.split()
        wrong = f"{digits} {' '.join(reversed(words.split('-')))}"
        await type_code(client, wrong)
        await expect(client.page.get_by_text("That code opens nothing here.")).to_be_visible()
        await type_code(client, f" {digits} {words.upper().replace('-', ', ')}.")
        await client.page.get_by_label("Yes, my own").check()
        await client.press("Continue")
        await expect(client.page.get_by_text("corp.example or mail.corp.example")).to_be_visible()
        await client.fill("Type your name to sign", "Rosa Winter")
        await client.press("Sign")
        await client.press("Continue")
        await client.note_sheet(Client(""))
        await client.press("Finish")
        await client.is_open()
        await expect(client.page.get_by_text("Welcome, Rosa.")).to_be_visible()
        await coach.press("Back to your clients")
        await coach.press("Open Rosa Winter")
        await coach.is_open()
        assert client.errors == []
        assert coach.errors == []
        traces = await client.traces() + await coach.traces()
        assert words.split("-")[0] + "-" + words.split("-")[1] not in traces
    async with visiting(browser, practice.origin) as late:
        await late.page.goto(f"{practice.origin}/i/")
        await type_code(late, code)
        await expect(late.page.get_by_text("That code opens nothing here.")).to_be_visible()


async def test_an_invitation_is_shown_again_and_taken_back(browser: Browser, practice: Practice) -> None:
    """Its link and new words from the list; taken back, neither opens anything."""
    link = await practice.invite("Tom Field")
    async with visiting(browser, practice.origin) as coach, visiting(browser, practice.origin) as client:
        await as_coach(coach, practice)
        await coach.press("Show the invitation Tom Field")
        await expect(coach.page.get_by_text(link, exact=True)).to_be_visible()
        await expect(coach.page.get_by_role("img", name="The link as a square to scan")).to_be_visible()
        await coach.press("Make a code to read out")
        code = await shown_code(coach)
        await coach.press("Take it back")
        await coach.page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
        await expect(coach.page.get_by_text("Taken back.")).to_be_visible()
        await client.page.goto(f"{practice.origin}/i/")
        await type_code(client, code)
        await expect(client.page.get_by_text("That code opens nothing here.")).to_be_visible()
        await client.page.goto("about:blank")
        await client.page.goto(link)
        await client.page.get_by_label("Yes, my own").check()
        await client.press("Continue")
        await expect(client.page.get_by_text("This invitation was taken back")).to_be_visible()


async def lend(visitor: Visitor, client: Client, practice: Practice) -> tuple[str, str]:
    """Open an inbox and show another browser the way: link and words."""
    await visitor.page.goto(practice.origin)
    await visitor.unlock(client.name, MAYA_PASSWORD)
    await visitor.is_open()
    await visitor.page.wait_for_function(HALF)
    await visitor.page.goto(f"{practice.origin}/settings/browsers")
    await visitor.press("Add another browser")
    code = await shown_code(visitor)
    await visitor.press("Copy")
    await expect(visitor.page.get_by_text("Copied").last).to_be_visible()
    return await visitor.page.evaluate("() => navigator.clipboard.readText()"), code


async def test_a_browser_comes_in_by_the_square(browser: Browser, practice: Practice) -> None:
    """Fifty visits that go on with it leave it good; then one browser comes in by it, and no other."""
    client = await practice.take_in("Lea Brandt")
    async with visiting(browser, practice.origin) as here, visiting(browser, practice.origin) as scanner:
        link, _ = await lend(here, client, practice)
        assert re.fullmatch(rf"{re.escape(practice.origin)}/a/#4\.[\w-]{{43}}", link)

        async def go_on() -> None:
            await scanner.press("Continue")
            await scanner.page.get_by_text(client.name).wait_for()

        await scanner.load_often(link, go_on)
        await scanner.page.get_by_label("With a new password").check()
        await scanner.fill("New password", OTHER_PASSWORD)
        await scanner.press("Set it and open")
        await scanner.is_open()
        await expect(here.page.get_by_text("The other browser has a way in of its own")).to_be_visible()
        assert scanner.errors == []
        assert OTHER_PASSWORD not in await scanner.traces()
        async with visiting(browser, practice.origin) as late:
            await late.page.goto(link)
            await late.press("Continue")
            await expect(late.page.get_by_role("heading", name="This was used already")).to_be_visible()
            await late.page.goto(practice.origin)
            await late.unlock(client.name, OTHER_PASSWORD)
            await late.is_open()


async def test_a_browser_comes_in_by_six_words(browser: Browser, practice: Practice) -> None:
    """With the device's own unlock; taken back, a further one is refused."""
    client = await practice.take_in("Iris Tal")
    async with visiting(browser, practice.origin) as here, visiting(browser, practice.origin) as new:
        _, code = await lend(here, client, practice)
        assert len(code.split()[1].split("-")) == 6
        await authenticator(new)
        await new.page.goto(f"{practice.origin}/a/")
        await type_code(new, code)
        await new.press("Continue")
        await new.page.get_by_label("Use this device").check()
        await new.press("Use this device")
        await new.is_open()
        assert new.errors == []
        await new.press("Lock")
        await new.press("Open with this device")
        await new.is_open()
        await expect(here.page.get_by_text("The other browser has a way in of its own")).to_be_visible()
        await here.press("Close")
        await expect(here.page.get_by_text("Device unlock:")).to_be_visible()
        await here.press("Add another browser")
        second = await shown_code(here)
        await here.press("Take it back")
        async with visiting(browser, practice.origin) as late:
            await late.page.goto(f"{practice.origin}/a/")
            for one in (code, second):
                await type_code(late, one)
                await expect(late.page.get_by_text("That code opens nothing here.")).to_be_visible()
