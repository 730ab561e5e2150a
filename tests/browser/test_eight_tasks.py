"""The eight tasks that a first-time client must be able to do, each by keys alone and each by finger alone.

The tests of one hand follow each other on one page, as a person's days do: who has joined unlocks.
"""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from client_sdk.attachment import Attachment
from client_sdk.engagement import AsyncEngagement
from client_sdk.report_text import ReportForm
from keys.report import Goal
from tests.browser.conftest import MAYA_PASSWORD, Practice
from tests.browser.hands import Finger, Hand, Keyboard
from tests.browser.test_photos import DRAWN, PLACE, with_details
from tests.browser.test_unlocking import authenticator
from tests.browser.visitor import Client, Visitor, visiting
from tests.service.programs import eventually

pytestmark = pytest.mark.browser

PRINTS = "window.printed = 0; window.print = () => { window.printed += 1; };"
REPORT = ReportForm(
    first_day=date(2026, 9, 1),
    last_day=date(2026, 12, 31),
    person="Joan Reyes",
    goals=(Goal("Lead the merger team.", "The team says so.", "On course."),),
    client_words="I say no earlier now.",
    next_steps="A look back in spring.",
)
HANDS = {"keyboard": "Kay Field", "finger": "Finn Field"}


@dataclass
class Room:
    """A person at a page, with one hand."""

    practice: Practice
    visitor: Visitor
    hand: Hand
    name: str
    client: Client = field(default_factory=lambda: Client(""))

    @property
    def coach(self) -> AsyncEngagement:
        """The other side."""
        return self.practice.anna.engagement(self.name)

    async def heading(self, name: str) -> None:
        """This view stands there."""
        await expect(self.visitor.page.get_by_role("heading", name=name, exact=True)).to_be_visible()

    async def named(self) -> None:
        """The inbox's name stands in its field: remembered, or typed."""
        if not await self.visitor.page.get_by_label("Inbox name", exact=True).input_value():
            await self.hand.fill("Inbox name", self.client.name)

    async def lock(self) -> None:
        """Back to the page that shows nothing."""
        await self.hand.press("Lock")
        await self.heading("Your inbox is locked")

    async def open(self, subject: str) -> None:
        """From wherever to a message."""
        await self.hand.press(re.compile("^Inbox"))
        row, fresh = self.visitor.row(subject).first, self.visitor.page.locator("button.newcomers")
        await expect(row.or_(fresh).first).to_be_visible()
        while not await row.count():  # what waits may be another message; nothing else lets it in
            await self.hand.press(re.compile("new message"))
            await expect(row.or_(fresh).first).to_be_visible()
        await self.hand.press(re.compile(subject))
        await self.visitor.page.locator(".message").first.wait_for()


@pytest.fixture(scope="module", params=list(HANDS))
async def hours(
    request: pytest.FixtureRequest, browser: Browser, practice: Practice
) -> AsyncIterator[tuple[Room, int]]:
    """One person after the other: by keys on a desktop, by finger on a phone. How many tests had failed."""
    touch = request.param == "finger"
    async with visiting(browser, practice.origin, width=375 if touch else 1280, touch=touch) as visitor:
        await visitor.page.add_init_script(PRINTS)
        await authenticator(visitor)
        hand = Finger(visitor.page) if touch else Keyboard(visitor.page)
        yield Room(practice, visitor, hand, HANDS[request.param]), request.session.testsfailed
        assert visitor.errors == []


@pytest.fixture
def room(hours: tuple[Room, int], request: pytest.FixtureRequest) -> Room:
    """The person's page as the task before left it; where that failed, what follows says nothing."""
    room, failed = hours
    if request.session.testsfailed > failed:
        pytest.skip("a task before this one failed")
    return room


async def test_join(room: Room) -> None:
    """From the link to the list, with a password of one's own, although there is a device that could be
    used, and the sheet put away.
    """
    page, hand = room.visitor.page, room.hand
    offered = await room.practice.anna.invite(room.name, sponsor="Northwind", sponsor_sees="A report")
    room.client.link = offered.link
    await page.goto(room.client.link)
    await page.get_by_label("Yes, my own").wait_for()
    await hand.choose("Yes, my own")
    await hand.press("Continue")
    await page.get_by_label("Type your name to sign").wait_for()
    await hand.fill("Type your name to sign", room.name)
    await hand.press("Sign")
    await page.get_by_label("Choose a password").wait_for()
    await hand.choose("Choose a password")
    await hand.choose("Choose my own")
    await hand.fill("Password", MAYA_PASSWORD)
    await hand.press("Continue")
    await room.heading("Your recovery sheet")
    shown = await page.locator("main").inner_text()
    room.client.sheet = tuple(re.findall(r"\b\d{5}\b", shown)[:6])
    room.client.name = re.findall(r"[a-z]+-[a-z]+-\d\d(?=@)", shown)[0]
    await hand.press("Copy")
    await hand.choose("I have put it somewhere safe")
    await hand.press("Finish")
    await room.heading("Inbox")
    await room.practice.anna.settle()
    await room.coach.send(subject="Goes at once", text="Only for now.", keep=timedelta(seconds=5))


async def test_unlock_by_password(room: Room) -> None:
    """The name, where it is not remembered, and the password."""
    await room.lock()
    await room.named()
    await room.hand.fill("Password", MAYA_PASSWORD)
    await room.hand.press("Open")
    await room.heading("Inbox")


async def test_unlock_by_device(room: Room) -> None:
    """Set up in the settings, then one press."""
    page, hand = room.visitor.page, room.hand
    await hand.press("Settings")
    await hand.press(re.compile("^Browsers and unlocking"))
    await hand.press("Use this device")
    await expect(page.get_by_text("this device opens your inbox")).to_be_visible()
    await room.lock()
    await hand.press("Open with this device")
    await expect(page.get_by_role("button", name="Lock", exact=True)).to_be_visible()


async def test_unlock_by_sheet(room: Room) -> None:
    """Six groups of digits, from paper."""
    page, hand = room.visitor.page, room.hand
    await room.lock()
    await hand.press(re.compile("get in"))
    await page.get_by_label("Group 6", exact=True).wait_for()
    await room.named()
    for number, group in enumerate(room.client.sheet, 1):
        await hand.fill(f"Group {number}", group)
    await hand.press("Open with the sheet")
    await hand.press("Yes, it is mine")
    await expect(page.get_by_role("button", name="Lock", exact=True)).to_be_visible()


async def test_read_and_save_a_file(room: Room, tmp_path: Path) -> None:
    """From the row to the bytes."""
    content = b"goals, one a line\n" * 4_000
    file = Attachment.from_bytes(content, "goals.txt", media_type="text/plain")
    await room.coach.send(subject="Heron", text="Three questions\nto sit with.", attach=[file])
    await room.open("Heron")
    await expect(room.visitor.page.locator(".message")).to_contain_text("to sit with.")
    async with room.visitor.page.expect_download() as coming:
        await room.hand.press("Save goals.txt")
    await (await coming.value).save_as(tmp_path / "saved")
    assert (tmp_path / "saved").read_bytes() == content


async def test_reply_with_a_photo(room: Room, tmp_path: Path) -> None:
    """A text and a picture; the picture goes without its place."""
    page, hand = room.visitor.page, room.hand
    (tmp_path / "heron.jpg").write_bytes(with_details(base64.b64decode(await page.evaluate(DRAWN))))
    await room.open("Heron")
    await hand.press("Reply")
    await page.get_by_label("Message", exact=True).wait_for()
    await hand.fill("Message", "Here it stands.")
    await hand.attach(re.compile("Add files"), [tmp_path / "heron.jpg"])
    await expect(page.get_by_text("Place and camera details removed from 1 photo.")).to_be_visible()
    await hand.press("Send to Anna")
    await expect(page.get_by_text("Sent.").first).to_be_visible()
    (sent,) = [one async for one in room.coach.messages() if one.text == "Here it stands."]
    assert PLACE not in await sent.attachments[0].read()


async def test_change_a_date(room: Room) -> None:
    """A message goes sooner, for both."""
    page, hand = room.visitor.page, room.hand
    sent = await room.coach.send(subject="Lark", text="For a while.", keep=timedelta(days=30))
    sooner = datetime.fromtimestamp(room.practice.relay.now(), UTC) + timedelta(days=14)
    await room.open("Lark")
    await hand.press("Change")
    await hand.day("Delete it on", sooner.date())
    await hand.press("Change the date")
    await expect(page.locator("dialog")).to_have_count(0)
    await expect(page.locator(".message .kept")).to_contain_text(f"{sooner.day} {sooner.strftime('%B')}")
    assert sent.kept_until > sooner


async def test_sign_and_release_a_report(room: Room) -> None:
    """What the coach has written and signed is read, signed and let out."""
    page, hand = room.visitor.page, room.hand
    await room.coach.report.write(REPORT)
    await room.coach.report.sign(new_link=True)
    await hand.press("Report")
    await expect(page.get_by_text("Anna signed this version")).to_be_visible()
    await hand.press("Read it as Northwind will")
    await page.get_by_label("Type your name to sign").wait_for()
    await hand.fill("Type your name to sign", room.name)
    await hand.press("Release now instead")
    await expect(page.locator(".card", has_text="can read the report until")).to_be_visible()
    assert (await room.coach.report.status()).release is not None


async def test_print(room: Room) -> None:
    """A message on paper says when to destroy it."""
    page = room.visitor.page
    await room.open("Heron")
    await room.hand.press("Print")
    await page.wait_for_function("() => window.printed === 1")
    await page.emulate_media(media="print")
    paper = page.get_by_text(re.compile(r"Please destroy this paper by .*\d{4}\.")).filter(visible=True)
    await expect(paper.first).to_be_visible()
    await expect(page.locator("nav.ways")).to_be_hidden()
    await page.emulate_media(media="screen")


async def test_find_a_receipt(room: Room) -> None:
    """What went on its date is found, opened and checked."""
    page, hand = room.visitor.page, room.hand
    await asyncio.to_thread(eventually, lambda: not room.practice.relay.status()["due"])
    await hand.press("Our work")
    await room.heading("Our work")
    await hand.press(re.compile("^Deletion receipts"))
    await room.heading("Deletion receipts")
    await hand.press(re.compile("^One message"))
    await hand.press("Check this receipt")
    await expect(page.get_by_role("heading", name="What was checked")).to_be_visible()
    await expect(page.locator(".check")).not_to_contain_text("Wrong")
