"""Joining with the device's own unlock: no password is made, and the sheet remains beside it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.async_api import Browser, CDPSession, Request, Route, expect

from tests.browser.conftest import MAYA_PASSWORD, Practice
from tests.browser.test_unlocking import authenticator
from tests.browser.visitor import HALF, Client, Visitor, visiting

pytestmark = pytest.mark.browser


async def at_step_three(visitor: Visitor, client: Client, name: str) -> None:
    """Signed, and asked how it will be opened."""
    await visitor.begin_to_join(client.link, name)
    await visitor.press("Sign")
    await expect(visitor.page.get_by_role("heading", name="How you will open it")).to_be_visible()


async def finish(visitor: Visitor, client: Client) -> list[dict[str, Any]]:
    """From the sheet to the list; the ways in that were sent."""

    def redeems(request: Request) -> bool:
        return request.url.endswith("/redeem")

    await visitor.note_sheet(client)
    async with visitor.page.expect_request(redeems) as sent:
        await visitor.press("Finish")
    await visitor.is_open()
    methods: list[dict[str, Any]] = json.loads((await sent.value).post_data or "")["methods"]
    return methods


async def a_browser_is_removed(browser: Browser, visitor: Visitor, client: Client) -> None:
    """Who has no password is told of the sheet instead, and *Cancel* changes nothing."""
    origin = visitor.page.url.removesuffix("/settings/browsers")
    async with visiting(browser, origin) as lost:
        await lost.page.goto(origin)
        await lost.unlock_by_sheet(client.name, client.sheet)
        await lost.press("Yes, it is mine")
        await expect(lost.page.get_by_text("You came in by your recovery sheet")).to_be_visible()
        await visitor.page.reload()
        await expect(visitor.page.get_by_text("make a new recovery sheet too, and tell")).to_be_visible()
        await expect(visitor.page.get_by_text("change your password")).to_have_count(0)
        open_now = visitor.page.locator("section", has=visitor.page.get_by_role("heading", name="Open now"))
        await open_now.get_by_role("button", name=re.compile("^Remove .* on Linux$")).first.click()
        await visitor.press("Make a new recovery sheet too")
        await expect(visitor.page.get_by_text("The digits of your recovery sheet.")).to_be_visible()
        await visitor.press("Cancel")


async def credentials(tools: CDPSession, device: str) -> list[dict[str, Any]]:
    """What the device holds."""
    found = await tools.send("WebAuthn.getCredentials", {"authenticatorId": device})
    listed: list[dict[str, Any]] = found["credentials"]
    return listed


async def test_by_the_device_and_the_sheet(browser: Browser, practice: Practice) -> None:
    """*Use this device* comes first and is chosen; after *Finish* the device opens the inbox by a press, the
    sheet opens it elsewhere, and no password is there until somebody chooses one. Nothing that the device
    gave stays in the page.
    """
    client = Client(await practice.invite("Fern Vale"))
    async with visiting(browser, practice.origin, width=375) as visitor:
        tools, device = await authenticator(visitor)
        await at_step_three(visitor, client, "Fern Vale")
        await expect(visitor.page.get_by_label("Use this device")).to_be_checked()
        await expect(visitor.page.get_by_text("will not delete anything here")).to_be_visible()
        await expect(visitor.page.get_by_text("or Anna can help you back in")).to_be_visible()
        await expect(visitor.page.get_by_label("Inbox name", exact=True)).to_have_count(0)
        await visitor.press("Use this device")
        await expect(visitor.page.get_by_text("if the device is lost")).to_be_visible()
        methods = await finish(visitor, client)
        assert [(one["kind"], one["kdf"]) for one in methods] == [("passkey", 0), ("sheet", 1)]
        assert len(await credentials(tools, device)) == 1
        await visitor.page.wait_for_function(HALF)
        await visitor.lock()
        traces = await visitor.traces()
        assert client.sheet[0] not in traces
        left = json.loads(await visitor.page.evaluate("() => JSON.stringify({...localStorage})"))
        assert set(left) <= {"device-unlock", "inbox-name", "told-of-saving"}
        await visitor.press("Open with this device")
        await visitor.is_open()
        await visitor.page.wait_for_function(HALF)
        await visitor.page.goto(f"{practice.origin}/settings/browsers")
        await expect(visitor.page.get_by_text("Device unlock: Chrome on Linux")).to_be_visible()
        await expect(visitor.page.get_by_role("button", name=re.compile("^Change"))).to_have_count(0)
        await a_browser_is_removed(browser, visitor, client)
        await visitor.press("Choose a password")
        await visitor.page.get_by_label("Choose my own").check()
        await visitor.fill("New password", MAYA_PASSWORD)
        await visitor.fill("What you have now", " ".join(client.sheet))
        await visitor.press("Use this password")
        await expect(visitor.page.get_by_text("this password opens your inbox, too")).to_be_visible()
        await expect(visitor.page.get_by_role("button", name="Change Password")).to_be_visible()
        assert visitor.errors == []
    async with visiting(browser, practice.origin) as elsewhere:
        await elsewhere.page.goto(practice.origin)
        await elsewhere.unlock_by_sheet(client.name, client.sheet)
        await elsewhere.press("Yes, it is mine")
        await expect(elsewhere.page.get_by_text("You came in by your recovery sheet")).to_be_visible()
        await elsewhere.lock()
        await elsewhere.page.goto(practice.origin)
        await elsewhere.unlock(client.name, MAYA_PASSWORD)
        await elsewhere.is_open()


async def test_stopped_and_gone_back_from(browser: Browser, practice: Practice) -> None:
    """A device that does not answer is said, and may be tried again; going back from the sheet and on asks it
    nothing more; a page that is left has used nothing up, and the next one makes its own; who chooses a
    password after all has no passkey left over from it.
    """
    client = Client(await practice.invite("Moss Vale"))
    async with visiting(browser, practice.origin) as visitor:
        tools, device = await authenticator(visitor)
        await at_step_three(visitor, client, "Moss Vale")
        named = {"authenticatorId": device}
        await tools.send("WebAuthn.setUserVerified", named | {"isUserVerified": False})
        await visitor.press("Use this device")
        await expect(visitor.page.get_by_text("Nothing was changed. Your device did not")).to_be_visible()
        await tools.send("WebAuthn.removeVirtualAuthenticator", named)
        tools, device = await authenticator(visitor)
        await visitor.press("Use this device")
        await visitor.note_sheet(client)
        sheet, (first,) = client.sheet, await credentials(tools, device)
        await visitor.press("Back")
        await expect(visitor.page.get_by_label("Use this device")).to_be_checked()
        await visitor.press("Use this device")
        await visitor.note_sheet(client)
        assert client.sheet == sheet
        assert await credentials(tools, device) == [first]
        await visitor.page.reload()
        await at_step_three(visitor, client, "Moss Vale")
        await visitor.press("Use this device")
        await visitor.note_sheet(client)
        assert client.sheet != sheet
        assert len(await credentials(tools, device)) == 2
        await visitor.press("Back")
        await visitor.page.get_by_label("Choose a password").check()
        await visitor.page.get_by_label("Choose my own").check()
        await visitor.fill("Password", "short")
        await visitor.press("Continue")
        await expect(visitor.page.get_by_text("Please use 12 characters or more")).to_be_visible()
        await visitor.fill("Password", MAYA_PASSWORD)
        await visitor.press("Continue")
        methods = await finish(visitor, client)
        assert [one["kind"] for one in methods] == ["password", "sheet"]
        assert await credentials(tools, device) == [first]
        await visitor.lock()
        await visitor.press("Open with this device")  # the one that was never used
        await expect(visitor.page.get_by_text("That way in opens nothing here")).to_be_visible()
        await visitor.unlock(client.name, MAYA_PASSWORD)
        await visitor.is_open()


async def test_the_sheet_is_not_reached_without_the_device(browser: Browser, practice: Practice) -> None:
    """*Forward* leads nobody past the question: without its passkey there is nothing to finish with."""
    client = Client(await practice.invite("Heath Vale"))
    async with visiting(browser, practice.origin) as visitor:
        tools, device = await authenticator(visitor)
        await at_step_three(visitor, client, "Heath Vale")
        await visitor.page.get_by_label("Choose a password").check()
        await visitor.press("Continue")
        await expect(visitor.page.get_by_role("heading", name="Your recovery sheet")).to_be_visible()
        await visitor.press("Back")
        await visitor.page.get_by_label("Use this device").check()
        await visitor.page.go_forward()
        await expect(visitor.page.get_by_role("heading", name="How you will open it")).to_be_visible()
        assert await credentials(tools, device) == []
        await visitor.press("Use this device")
        methods = await finish(visitor, client)
        assert [one["kind"] for one in methods] == ["passkey", "sheet"]


async def test_a_taken_name_needs_another_passkey(browser: Browser, practice: Practice) -> None:
    """Where the name was taken meanwhile, the device is asked again for the new one, and keeps only that."""
    client = Client(await practice.invite("Reed Vale"))
    async with visiting(browser, practice.origin) as visitor:
        tools, device = await authenticator(visitor)
        taken: list[str] = []

        async def refuse(route: Route) -> None:
            if taken:
                await route.fallback()
            else:
                taken.append(json.loads(route.request.post_data or "")["name"])
                problem = {"type": "about:blank", "title": "taken", "status": 409, "code": "name-taken"}
                await route.fulfill(status=409, content_type="application/problem+json", json=problem)

        await visitor.page.route("**/redeem", refuse)
        await at_step_three(visitor, client, "Reed Vale")
        await visitor.press("Use this device")
        await visitor.note_sheet(client)
        await visitor.press("Finish")
        await expect(visitor.page.get_by_text("has just taken that inbox name")).to_be_visible()
        await visitor.press("Use this device")
        await finish(visitor, client)
        assert taken != [client.name]
        assert len(await credentials(tools, device)) == 1
        await visitor.lock()
        await visitor.press("Open with this device")
        await visitor.is_open()


async def test_a_device_that_cannot_is_not_blamed(browser: Browser, practice: Practice) -> None:
    """Where the authenticator turns out to make no secret, a password is asked for instead, as where there is
    none at all; the device keeps nothing of it.
    """
    client = Client(await practice.invite("Sage Vale"))
    async with visiting(browser, practice.origin) as visitor:
        tools, device = await authenticator(visitor, prf=False)
        await at_step_three(visitor, client, "Sage Vale")
        await visitor.press("Use this device")
        await expect(
            visitor.page.get_by_text("This browser can’t do that. Please choose a password.")
        ).to_be_visible()
        await expect(visitor.page.get_by_label("Use this device")).to_have_count(0)
        await visitor.press("Continue")  # with the words that were offered
        methods = await finish(visitor, client)
        assert [one["kind"] for one in methods] == ["password", "sheet"]
        assert await credentials(tools, device) == []
        assert await visitor.page.evaluate("() => localStorage.getItem('device-unlock')") is None


async def test_without_a_device_a_password_is_asked_for(browser: Browser, practice: Practice) -> None:
    """Where there is no such device, step three is as if there were none anywhere."""
    client = Client(await practice.invite("Rush Vale"))
    async with visiting(browser, practice.origin) as visitor:
        await at_step_three(visitor, client, "Rush Vale")
        await expect(visitor.page.get_by_label("Use these five words")).to_be_checked()
        await expect(visitor.page.get_by_label("Use this device")).to_have_count(0)
