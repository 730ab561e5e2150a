"""Reloading does not lock; locking, leaving and removing do."""

from __future__ import annotations

import asyncio
import json
import re
import urllib.error
import urllib.request

import pytest
from playwright.async_api import Browser, CDPSession, Route, expect

from keys.encoding import to_base64url
from tests.browser.conftest import MAYA_PASSWORD, Pair, Practice
from tests.browser.visitor import HALF as HAS_HALF
from tests.browser.visitor import Visitor, visiting
from tests.e2e.house import ANNA_PASSWORD
from tests.service.programs import eventually

pytestmark = pytest.mark.browser

HALF = "() => sessionStorage.getItem('tab')"


def resumed(origin: str, half: str) -> int:
    """The status with which the relay answers whoever has a tab's half."""
    asked = urllib.request.Request(
        f"{origin}/v1/sessions/resume",
        data=json.dumps({"token": half.partition(".")[0]}).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


async def open_with_half(visitor: Visitor, pair: Pair) -> str:
    """Unlock, and wait for what the tab keeps."""
    await visitor.page.goto(pair.origin)
    await visitor.unlock(pair.client.name, MAYA_PASSWORD)
    await visitor.is_open()
    await visitor.page.wait_for_function(HAS_HALF)
    return str(await visitor.page.evaluate(HALF))


async def locked(visitor: Visitor) -> None:
    """The locked page stands there."""
    await expect(visitor.page.get_by_role("heading", name="Your inbox is locked")).to_be_visible()


async def test_a_reload_in_the_instant_of_the_lock_ends_the_session(browser: Browser, pair: Pair) -> None:
    """The page has forgotten its half and the worker's last words hang on the line when it is loaded anew:
    then the server's half and the session are over too, not only once they have been idle.
    """
    async with visiting(browser, pair.origin) as visitor:
        half = await open_with_half(visitor, pair)
        assert resumed(pair.origin, half) == 200
        held: list[str] = []

        async def hold(route: Route) -> None:
            if route.request.method == "DELETE":
                held.append(route.request.url)  # never answered, and never sent
            else:
                await route.fallback()

        await visitor.page.route("**/v1/sessions", hold)
        await visitor.press("Lock")
        await locked(visitor)
        await asyncio.to_thread(eventually, lambda: held)
        assert resumed(pair.origin, half) == 200
        await visitor.page.reload()
        await locked(visitor)
        await asyncio.to_thread(eventually, lambda: resumed(pair.origin, half) == 401)


async def test_a_reload_goes_on_and_what_was_typed_is_there(browser: Browser, pair: Pair) -> None:
    """No password is asked, as often as it is loaded anew; an unsent text stays, unreadable."""
    async with visiting(browser, pair.origin) as visitor:
        half = await open_with_half(visitor, pair)
        for _ in range(2):
            await visitor.page.reload()
            await visitor.is_open()
        await visitor.page.wait_for_function("half => sessionStorage.getItem('tab') !== half", arg=half)
        await visitor.press(re.compile("Write"))
        await visitor.fill("Message", "canary half a sentence")
        await visitor.page.wait_for_function("() => sessionStorage.getItem('aside')?.includes('sealed\":[')")
        visitor.page.on("dialog", lambda dialog: dialog.accept())
        await visitor.page.reload()
        await expect(visitor.page.get_by_label("Message", exact=True)).to_have_value("canary half a sentence")
        traces = await visitor.traces()
        assert "canary" not in traces
        assert MAYA_PASSWORD not in traces
        assert visitor.errors == []


async def test_a_lock_makes_a_stolen_half_worthless(browser: Browser, pair: Pair) -> None:
    """What a thief copied out of the tab opens while the inbox is open, and nothing after the lock."""
    async with visiting(browser, pair.origin) as visitor:
        half = await open_with_half(visitor, pair)
        assert resumed(pair.origin, half) == 200
        async with visitor.page.expect_response(lambda answer: answer.request.method == "DELETE"):
            await visitor.press("Lock")
        await locked(visitor)
        assert await visitor.page.evaluate(HALF) is None
        await expect(visitor.page.get_by_label("Password", exact=True)).to_be_visible()
        await visitor.page.reload()
        await locked(visitor)
        assert resumed(pair.origin, half) == 401
        await visitor.page.evaluate("half => sessionStorage.setItem('tab', half)", half)
        await visitor.page.reload()
        await locked(visitor)
        assert await visitor.page.evaluate(HALF) is None


async def test_a_half_of_somebody_elses_making_opens_nothing(browser: Browser, pair: Pair) -> None:
    """Noise in the tab's storage leads to the locked page."""
    async with visiting(browser, pair.origin) as visitor:
        for noise in ("x", f"{to_base64url(bytes(32))}.{to_base64url(bytes(32))}"):
            await visitor.page.goto(pair.origin)
            await visitor.page.evaluate("half => sessionStorage.setItem('tab', half)", noise)
            await visitor.page.reload()
            await locked(visitor)


async def test_a_browser_is_removed_from_another_one(browser: Browser, pair: Pair) -> None:
    """It is listed by its name, and locks at its next word with the relay; a reload of it asks."""
    async with visiting(browser, pair.origin) as lost, visiting(browser, pair.origin) as here:
        await open_with_half(lost, pair)
        await open_with_half(here, pair)
        await here.page.goto(f"{pair.origin}/settings/browsers")
        open_now = here.page.locator("section", has=here.page.get_by_role("heading", name="Open now"))
        await expect(open_now.get_by_text("This browser")).to_have_count(1)
        others = open_now.get_by_role("button", name=re.compile("^Remove .* on Linux$"))
        assert await others.count()
        while before := await others.count():
            await others.first.click()
            await expect(others).to_have_count(before - 1)
        await locked(lost)
        await expect(lost.page.get_by_text("locked from elsewhere")).to_be_visible()
        await lost.page.reload()
        await locked(lost)
        await expect(here.page.get_by_role("heading", name="Did you not know it?")).to_be_visible()
        await here.press("Change your password too")
        await expect(here.page.get_by_label("What you have now")).to_be_visible()
        await here.page.reload()
        await expect(here.page.get_by_role("heading", name="Browsers and unlocking")).to_be_visible()


async def test_a_password_and_a_sheet_are_replaced(browser: Browser, practice: Practice) -> None:
    """Only by who shows what they have; the old ones open nothing any more, the new ones do."""
    client = await practice.take_in("Iris Vale")
    async with visiting(browser, practice.origin) as visitor:
        await visitor.page.goto(practice.origin)
        await visitor.unlock(client.name, MAYA_PASSWORD)
        await visitor.is_open()
        await visitor.page.wait_for_function(HAS_HALF)
        await visitor.page.goto(f"{practice.origin}/settings/browsers")
        await visitor.press("Change Password")
        await visitor.page.get_by_label("Choose my own").check()
        await visitor.fill("New password", "another canary for the gate")
        await visitor.fill("What you have now", "not what I have at all")
        await visitor.press("Change it")
        await expect(visitor.page.get_by_text("That does not open this inbox")).to_be_visible()
        await visitor.fill("What you have now", MAYA_PASSWORD)
        await visitor.press("Change it")
        await expect(visitor.page.get_by_text("The old one opens nothing any more")).to_be_visible()
        await visitor.press("Make a new one Recovery sheet")
        await visitor.fill("What you have now", " ".join(client.sheet))
        await visitor.press("Continue")
        fresh = re.findall(r"\b\d{5}\b", await visitor.page.locator(".recovery").inner_text())[:6]
        assert tuple(fresh) != client.sheet
        await visitor.press("Copy")
        await visitor.page.get_by_label("I have put it somewhere safe").check()
        await visitor.press("Use this sheet from now on")
        await expect(visitor.page.get_by_text("Destroy the old sheet")).to_be_visible()
        await visitor.press("Lock")
        await visitor.unlock(client.name, MAYA_PASSWORD)
        await expect(visitor.page.get_by_text("That password did not open this inbox")).to_be_visible()
        await visitor.unlock_by_sheet(client.name, client.sheet)
        await expect(visitor.page.get_by_text("Those digits did not open")).to_be_visible()
        await visitor.page.goto(practice.origin)
        await visitor.unlock_by_sheet(client.name, tuple(fresh))
        await visitor.press("Yes, it is mine")
        await asked_after_the_sheet(visitor)
        await visitor.press("Lock")
        await visitor.unlock(client.name, "another canary for the gate")
        await visitor.is_open()


async def authenticator(visitor: Visitor, *, prf: bool = True) -> tuple[CDPSession, str]:
    """A device with a finger on it, as the browser's own tools make one."""
    tools = await visitor.page.context.new_cdp_session(visitor.page)
    await tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "hasPrf": prf,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = await tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return tools, str(made["authenticatorId"])


SLOW_TO_PUT_AWAY = """() => {
  const post = Worker.prototype.postMessage;
  window.asked = [];
  Worker.prototype.postMessage = function (asked, ...more) {
    window.asked.push(asked.name);
    setTimeout(() => post.call(this, asked, ...more), asked.name === "sealAside" ? 1000 : 0);
  };
}"""
"""A machine on which a lock has not come to its end when somebody opens again."""


async def test_a_device_opens_by_a_press(browser: Browser, practice: Practice) -> None:
    """No name, no password is typed; removed from the device nothing is lost; removed here it is closed."""
    client = await practice.take_in("Aster Vale")
    async with visiting(browser, practice.origin) as visitor:
        tools, device = await authenticator(visitor)
        await visitor.page.goto(practice.origin)
        await visitor.unlock(client.name, MAYA_PASSWORD)
        await visitor.is_open()
        await visitor.page.wait_for_function(HAS_HALF)
        await visitor.page.goto(f"{practice.origin}/settings/browsers")
        await visitor.press("Use this device")
        await expect(visitor.page.get_by_text("this device opens your inbox")).to_be_visible()
        await expect(visitor.page.get_by_text("Device unlock: Chrome on Linux")).to_be_visible()
        await visitor.press("Lock")
        first = visitor.page.locator("main button.do")
        await expect(first).to_have_text("Open with this device")  # one filled button, the other not
        await visitor.press("Open with this device")
        await visitor.is_open()
        await visitor.page.evaluate("() => localStorage.clear()")
        await visitor.page.evaluate(SLOW_TO_PUT_AWAY)
        await visitor.press("Lock")
        await visitor.press("Open with this device")
        await visitor.is_open()
        asked = await visitor.page.evaluate("() => window.asked")
        assert asked.index("sealAside") < asked.index("lock") < asked.index("unlock")
        await visitor.page.wait_for_function(HAS_HALF)
        left = json.loads(await visitor.page.evaluate("() => JSON.stringify({...localStorage})"))
        assert set(left) <= {"device-unlock", "told-of-saving"}
        await visitor.page.goto(f"{practice.origin}/settings/browsers")
        await visitor.press(re.compile("^Remove Chrome on Linux$"))
        await visitor.press("Remove it")
        await expect(visitor.page.get_by_text("Device unlock: Chrome on Linux")).to_have_count(0)
        await visitor.press("Lock")
        await visitor.press("Open with this device")
        await expect(visitor.page.get_by_text("was removed from the inbox")).to_be_visible()
        await tools.send("WebAuthn.clearCredentials", {"authenticatorId": device})
        await visitor.unlock(client.name, MAYA_PASSWORD)
        await visitor.is_open()
        assert [line for line in visitor.errors if "403" not in line] == []


async def test_a_device_without_the_means_says_so(browser: Browser, practice: Practice) -> None:
    """An authenticator that makes no secret is not taken; the password stays the way in."""
    client = await practice.take_in("Rose Vale")
    async with visiting(browser, practice.origin) as visitor:
        await authenticator(visitor, prf=False)
        await visitor.page.goto(practice.origin)
        await visitor.unlock(client.name, MAYA_PASSWORD)
        await visitor.is_open()
        await visitor.page.wait_for_function(HAS_HALF)
        await visitor.page.goto(f"{practice.origin}/settings/browsers")
        await visitor.press("Use this device")
        await expect(visitor.page.get_by_text("This browser can’t do that")).to_be_visible()
        await expect(visitor.page.get_by_text("Device unlock")).to_have_count(0)


async def test_a_reload_after_a_long_while_is_no_idleness(browser: Browser, pair: Pair) -> None:
    """Who has been here for an hour and loads the page anew goes on; only time without anybody locks."""
    async with visiting(browser, pair.origin) as visitor:
        await open_with_half(visitor, pair)
        await visitor.page.add_init_script("const real = Date.now; Date.now = () => real() + 3_600_000")
        await visitor.page.reload()
        await visitor.is_open()
        await visitor.page.wait_for_timeout(2_500)  # the page looks once a second
        await visitor.is_open()


async def test_nobody_here_is_warned_of_and_locks(browser: Browser, pair: Pair) -> None:
    """An open card of a call is presence; a minute before the lock *Stay* is offered, and it holds; else the
    inbox locks.
    """
    async with visiting(browser, pair.origin) as visitor:
        await visitor.page.clock.install()
        await visitor.page.goto(pair.origin)
        await visitor.unlock(pair.client.name, MAYA_PASSWORD)
        await visitor.is_open()
        await visitor.press("Our work")
        await visitor.press(re.compile("^Phone calls"))
        await visitor.press("Note a call")
        await visitor.page.clock.fast_forward("50:00")
        await visitor.page.clock.run_for(2_000)
        await expect(visitor.page.get_by_label("Minutes")).to_be_visible()
        await expect(visitor.page.get_by_role("button", name="Stay")).to_have_count(0)
        await visitor.press("Cancel")
        await expect(visitor.page.get_by_label("Minutes")).to_have_count(0)
        await visitor.page.clock.run_for(2_000)  # by then the page looks again
        await visitor.page.clock.fast_forward("14:20")
        await visitor.press("Stay")
        await expect(visitor.page.get_by_role("button", name="Stay")).to_have_count(0)
        await visitor.page.clock.fast_forward("14:20")
        await expect(visitor.page.get_by_role("button", name="Stay")).to_be_visible()
        await visitor.page.clock.fast_forward("01:00")
        await locked(visitor)


async def test_a_coach_turns_to_another_client(browser: Browser, pair: Pair) -> None:
    """Who waits stands first; the inbox of the chosen one opens, alone, and a reload and a lock stay with it;
    what was typed for one never stands ready for another."""
    practice = pair.practice
    await practice.take_in("Sorrel")
    await practice.anna.engagement("Sorrel").send(subject="For Sorrel", text="Only for you")
    await pair.to_maya.send(subject="For Maya", text="Only for you")
    async with visiting(browser, pair.origin) as visitor:
        await visitor.page.goto(pair.origin)
        await visitor.unlock(practice.anna.login.partition("@")[0], ANNA_PASSWORD)
        await visitor.is_open()
        turns = ("Sorrel", "For Sorrel", "For Maya"), (pair.name, "For Maya", "For Sorrel")
        for name, mine, other in turns:
            await visitor.press("Clients")
            opening = visitor.page.get_by_role("button", name=f"Open {name}", exact=True)
            here = visitor.page.locator("li", has_text=name).get_by_text("Open here")
            await expect(opening.or_(here).first).to_be_visible()
            if await here.count():
                await visitor.press("Inbox")
            else:
                await opening.click()
            await expect(visitor.row(mine).first).to_be_visible()
            await expect(visitor.row(other)).to_have_count(0)
        await visitor.page.wait_for_function(HAS_HALF)
        await visitor.page.reload()
        await expect(visitor.row("For Maya").first).to_be_visible()
        await visitor.press("Write")
        await visitor.fill("Message", "For Maya alone")
        await visitor.press("Clients")
        await visitor.page.get_by_role("button", name="Open Sorrel", exact=True).click()
        await expect(visitor.row("For Sorrel").first).to_be_visible()
        await visitor.press("Write")
        await expect(visitor.page.get_by_label("Message", exact=True)).to_have_value("")
        await visitor.fill("Message", "For Sorrel alone")
        await visitor.press("Lock")
        await visitor.unlock(practice.anna.login.partition("@")[0], ANNA_PASSWORD)
        await expect(visitor.row("For Sorrel").first).to_be_visible()
        await visitor.press("Write")
        await expect(visitor.page.get_by_label("Message", exact=True)).to_have_value("For Sorrel alone")
        assert visitor.errors == []
        # What waits for the other one is in this tab too: a keeper that is away takes nothing from anybody.
        await visitor.page.context.route(re.compile("/v1/keepers/.*/open"), lambda route: route.abort())
        await visitor.press("Clients")
        await visitor.page.get_by_role("button", name=f"Open {pair.name}", exact=True).click()
        await visitor.is_open()
        await visitor.press("Write")
        await expect(visitor.page.get_by_label("Message", exact=True)).to_have_value("For Maya alone")


async def asked_after_the_sheet(visitor: Visitor) -> None:
    """Who came in by the sheet is asked for a new password and a new sheet, until *Not now*."""
    card = visitor.page.get_by_role("heading", name="You came in by your recovery sheet")
    await expect(card).to_be_visible()
    await visitor.press("Choose a new password")
    await expect(visitor.page.get_by_role("heading", name="Change your password")).to_be_visible()
    await visitor.press("Cancel")
    await visitor.press("Not now")
    await expect(visitor.page.get_by_text("Your old sheet still works")).to_be_visible()
    await visitor.press("Not now")
    await expect(card).to_have_count(0)


PUT_AWAY = """hidden => {
    Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
    document.dispatchEvent(new Event("visibilitychange"));
}"""


async def test_a_phone_locks_when_it_shows_something_else(browser: Browser, pair: Pair) -> None:
    """Only where that was chosen; a desk is not asked."""
    async with visiting(browser, pair.origin, width=375, touch=True) as visitor:
        await visitor.page.goto(pair.origin)
        await visitor.unlock(pair.client.name, MAYA_PASSWORD)
        await visitor.is_open()
        await visitor.page.evaluate(PUT_AWAY, True)
        await expect(visitor.page.locator("html")).to_have_class(re.compile(r"\bcovered\b"))
        await visitor.page.evaluate(PUT_AWAY, False)
        await expect(visitor.page.locator("html")).not_to_have_class(re.compile(r"\bcovered\b"))
        await visitor.is_open()
        await visitor.page.wait_for_function(HAS_HALF)
        await visitor.page.goto(f"{pair.origin}/settings/locking")
        await visitor.page.get_by_label("Lock when I leave this page").check()
        await visitor.page.evaluate(PUT_AWAY, True)
        await visitor.page.evaluate(PUT_AWAY, False)
        await expect(visitor.page.get_by_role("heading", name="Your inbox is locked")).to_be_visible()
        assert visitor.errors == []
    async with visiting(browser, pair.origin) as desk:
        await desk.page.goto(pair.origin)
        await desk.unlock(pair.client.name, MAYA_PASSWORD)
        await desk.is_open()
        await desk.page.wait_for_function(HAS_HALF)
        await desk.page.goto(f"{pair.origin}/settings/locking")
        await expect(desk.page.get_by_text("Lock after")).to_be_visible()
        await expect(desk.page.get_by_label("Lock when I leave this page")).to_have_count(0)
