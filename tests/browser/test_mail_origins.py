"""How a mail came, in words, for each grade of a door that checks senders by a name server; whether it was
its owner, kept for all their browsers; and what was turned away.
"""

from __future__ import annotations

import asyncio
import email
import re
import smtplib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.policy import SMTP

import pytest
from playwright.async_api import Browser, expect

from tests.browser.visitor import Visitor, visiting
from tests.door.name_server import serving
from tests.door.signing import Signer
from tests.sdk.house import MAYAS, House, opened_house

pytestmark = pytest.mark.browser

MAYA = "maya@home.example"
PROVIDER = Signer("home.example")
SHOP = Signer("shop.example")
SRS = "SRS0=hJ3k=7Q=shop.example=news@home.example"
ZONES = {
    "home.example": {"TXT": ['"v=spf1 ip4:127.0.0.1 -all"']},
    **{one.name: {"TXT": [f'"{one.record()}"']} for one in (PROVIDER, SHOP)},
}


@dataclass
class Door:
    """A relay that checks senders, and what comes to it for its client."""

    house: House
    inbox: str

    @property
    def origin(self) -> str:
        """Where the web inbox is."""
        return self.house.maya.origin

    async def bring(self, raw: bytes, to: str = "", path: str = MAYA) -> int:
        """One mail; the code of the last reply."""
        return await asyncio.to_thread(self._bring, raw, to or self.inbox, path)

    def _bring(self, raw: bytes, to: str, path: str) -> int:
        matched = re.search(r"smtp=(\S+):(\d+)", self.house.relay.ready)
        assert matched is not None
        at = (matched[1], int(matched[2]))
        with smtplib.SMTP(*at, local_hostname="x.example", timeout=30) as peer:
            try:
                peer.sendmail(path, [to], raw)
            except smtplib.SMTPResponseException as refused:
                return refused.smtp_code
        return 250

    def newest(self) -> bytes:
        """What the relay has mailed last."""
        caught = (self.house.folder / "relay" / "outbox").glob("*.eml")
        return max(caught, key=lambda path: path.stat().st_mtime_ns).read_bytes()


@pytest.fixture(scope="module")
async def door(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    """A client who has confirmed an address, by their own software."""
    async with (
        serving(ZONES) as (_, at),
        opened_house(tmp_path_factory.mktemp("origins"), checked_by=f"{at[0]}:{at[1]}") as house,
    ):
        found = Door(house, await house.to_anna.address())
        await house.maya.add_sender(MAYA)
        code = re.search(r"\b\d{8}\b", str(email.message_from_bytes(found.newest(), policy=SMTP)))
        assert code is not None
        await house.maya.confirm_sender(code[0])
        yield found


def mail(subject: str, *, sender: str = MAYA, to: str = "x@home.example", more: str = "") -> bytes:
    """A mail as a provider hands it on."""
    return (
        f"From: <{sender}>\r\nTo: <{to}>\r\nSubject: {subject}\r\nMessage-ID: <{subject}@x.example>\r\n"
        f"Date: Mon, 1 Jun 2026 12:00:00 +0000\r\n{more}\r\nWords of {subject}.\r\n"
    ).encode()


async def entered(visitor: Visitor, door: Door) -> None:
    """The client's inbox."""
    await visitor.page.goto(door.origin)
    await visitor.unlock(door.house.maya.login.partition("@")[0], MAYAS)
    await visitor.is_open()


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
        await expect(rows.first).to_be_visible()
        texts = []
        for at in range(await rows.count()):
            await rows.nth(at).click()
            await visitor.page.locator(".message").first.wait_for()
            texts.append(await visitor.page.locator(".message").last.inner_text())
        told = "\n".join(texts)
        assert "From m…@h….example" in told
        assert "From n…@s….example" in told
        assert "by way of, a work address" in told
        assert "not one of your own that you have confirmed here" in told
        assert "northwind" not in told
        assert visitor.errors == []
