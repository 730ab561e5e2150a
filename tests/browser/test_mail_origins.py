"""How a mail came, in words, for each grade of a door that checks senders by a name server; whether it was
its owner, kept for all their browsers; and what was turned away.
"""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, expect

from tests.browser.forwarding import MAYA, PROVIDER, SHOP, SRS, Door, entered, mail
from tests.browser.visitor import visiting

pytestmark = pytest.mark.browser


async def test_each_way_has_its_words(browser: Browser, door: Door) -> None:
    """Signed by its author's domain; with a copy in company mail; by the owner's rule."""
    assert await door.bring(PROVIDER.sign(mail("Heron"))) == 250
    assert await door.bring(PROVIDER.sign(mail("Egret", to="hr@northwind.example"))) == 250
    rule = await door.house.to_anna.add_rule()
    await door.house.maya.test_rule(rule, MAYA)
    assert await door.bring(door.newest(), rule.address, SRS) == 250
    assert await door.bring(SHOP.sign(mail("Ibis", sender="news@shop.example")), rule.address, SRS) == 250
    assert await door.bring(mail("Crane", sender="jo@else.example"), rule.address, SRS) == 250
    async with visiting(browser, door.origin) as visitor:
        await entered(visitor, door)
        shown = visitor.page.locator(".message")
        for subject, words in (
            ("Heron", f"Forwarded in from {MAYA}. It travelled by ordinary e-mail before it got here."),
            ("Egret", "A copy exists in company mail"),
            ("Ibis", "Came in by your forwarding rule, from news@shop.example."),
            ("Crane", "who wrote it was not checked by us"),
        ):
            await visitor.open(subject)
            await expect(shown).to_contain_text(words)
            await expect(shown).to_contain_text(f"Words of {subject}.")
            await expect(visitor.page.get_by_role("button", name="It was me")).to_have_count(0)
        assert visitor.errors == []


async def test_what_only_a_server_vouches_for_is_asked_about(browser: Browser, door: Door) -> None:
    """*It was me* stays, here and in another browser; *It was not me* goes, here, there and at the relay."""
    for subject in ("Otter", "Stoat"):
        assert await door.bring(mail(subject)) == 250
    async with visiting(browser, door.origin) as visitor:
        await entered(visitor, door)
        await visitor.open("Otter")
        await expect(visitor.page.get_by_text("Was it you who sent this?")).to_be_visible()
        await visitor.press("It was me")
        await expect(visitor.page.get_by_text("It stays, until its date.").first).to_be_visible()
        await visitor.open("Stoat")
        await visitor.press("It was not me")
        await expect(visitor.row("Stoat")).to_have_count(0)
        await expect(visitor.page.get_by_text("Words of Stoat.")).to_have_count(0)
        assert visitor.errors == []
    async with visiting(browser, door.origin) as other:
        await entered(other, door)
        await other.open("Otter")
        await expect(other.page.get_by_text("You said that it was you who sent this.")).to_be_visible()
        await expect(other.page.get_by_role("button", name="It was me")).to_have_count(0)
        await expect(other.row("Stoat")).to_have_count(0)
    subjects = [one.subject async for one in door.house.to_anna.messages()]
    assert "Otter" in subjects
    assert "Stoat" not in subjects


async def test_what_was_turned_away_is_listed(browser: Browser, door: Door) -> None:
    """Who, shortened, when, why, and what to do; and no way to answer it."""
    assert await door.bring(mail("Wasp", more="Reply-To: <a@northwind.example>\r\n")) == 550
    assert (
        await door.bring(SHOP.sign(mail("Gnat", sender="news@shop.example")), path="news@shop.example") == 550
    )
    async with visiting(browser, door.origin) as visitor:
        await entered(visitor, door)
        rows = visitor.page.locator(".row", has_not_text="By e-mail")
        await expect(rows).to_have_count(2)
        shown, told = visitor.page.locator(".message"), ""
        senders = ["From m…@h….example", "From n…@s….example"]
        for row in (rows.first, rows.last):
            await row.click()
            await expect(shown).to_contain_text(re.compile("|".join(map(re.escape, senders))))
            told += await shown.inner_text()
            senders = [sender for sender in senders if sender not in told]
        assert senders == []
        assert "by way of, a work address" in told
        assert "not one of your own that you have confirmed here" in told
        assert "northwind" not in told
        assert visitor.errors == []
