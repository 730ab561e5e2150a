"""A client's life in the browser: join, read, answer, watch things arrive and go, lock and unlock."""

from __future__ import annotations

import asyncio
import json
import re
import smtplib
import zipfile
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from playwright.async_api import Browser, Route, expect

from client_sdk import AsyncAccount, Home
from client_sdk.attachment import Attachment
from tests.browser.conftest import CHEAP, MAYA_PASSWORD, Pair, Practice
from tests.browser.visitor import PATIENCE_MILLISECONDS, Client, Visitor, visiting
from tests.service.programs import Relay

pytestmark = pytest.mark.browser

OWN_ADDRESS = "maya@home.example"
UNREAD = re.compile("^Unread")
TEXT = "canary goals, one a line\n" * 40_000


async def entered(visitor: Visitor, pair: Pair) -> None:
    """The client's inbox, opened by password."""
    await visitor.page.goto(pair.origin)
    await visitor.unlock(pair.client.name, MAYA_PASSWORD)
    await visitor.is_open()


async def test_an_attachment_is_read_and_saved(browser: Browser, pair: Pair, tmp_path: Path) -> None:
    """A file that the coach's SDK sealed comes out of the browser byte for byte."""
    file = Attachment.from_bytes(TEXT.encode(), "goals-canary.txt", media_type="text/plain")
    await pair.to_maya.send(subject="Heron canary", text="Three questions\nto sit with.", attach=[file])
    async with visiting(browser, pair.origin) as visitor:
        await entered(visitor, pair)
        await visitor.open("Heron canary")
        await expect(visitor.page.locator(".message")).to_contain_text("to sit with.")
        async with visitor.page.expect_download() as coming:
            await visitor.press("Save goals-canary.txt")
        await (await coming.value).save_as(tmp_path / "saved")
        assert (tmp_path / "saved").read_text() == TEXT
        assert visitor.errors == []


async def test_a_reply_is_opened_by_the_coach(browser: Browser, pair: Pair, tmp_path: Path) -> None:
    """What the browser sealed, a file of several pieces included, opens at the coach's as the client's."""
    (tmp_path / "walk.bin").write_bytes(bytes(range(256)) * 40_000)
    await pair.to_maya.send(subject="Otter question", text="And what then?")
    async with visiting(browser, pair.origin) as visitor:
        await entered(visitor, pair)
        await visitor.open("Otter question")
        await visitor.press("Reply")
        await visitor.fill("Message", "Then I shall walk.")
        await visitor.page.locator("input[type=file]").set_input_files(tmp_path / "walk.bin")
        await visitor.press("Send to Anna")
        await expect(visitor.row("Re: Otter question")).to_be_visible(timeout=2 * PATIENCE_MILLISECONDS)
        assert visitor.errors == []
    found = [one async for one in pair.to_maya.messages() if one.subject == "Re: Otter question"]
    assert [(one.text, one.mine, one.marks, one.sender.name) for one in found] == [
        ("Then I shall walk.", False, (), pair.name)
    ]
    assert await found[0].attachments[0].read() == (tmp_path / "walk.bin").read_bytes()


async def test_a_message_arrives_live_and_another_goes_at_its_second(browser: Browser, pair: Pair) -> None:
    """What is sent while the inbox is open comes by itself; what is due leaves at its second."""
    async with visiting(browser, pair.origin) as visitor:
        await entered(visitor, pair)
        await pair.to_maya.send(subject="Lark stays", text="Good morning.")
        await visitor.see("Lark stays")
        sent = await pair.to_maya.send(subject="Moth goes", text="Only for now.", keep=timedelta(seconds=8))
        await visitor.open("Moth goes")
        assert pair.practice.relay.now() < sent.kept_until.timestamp()
        await expect(visitor.row("Moth goes")).to_have_count(0)
        assert pair.practice.relay.now() >= sent.kept_until.timestamp()
        await expect(visitor.page.get_by_text("Only for now.")).to_have_count(0)
        await expect(visitor.row("Lark stays")).to_be_visible()
        assert visitor.errors == []


async def test_lock_and_unlock_by_password_and_by_sheet(browser: Browser, pair: Pair) -> None:
    """A locked page holds nothing; wrong and right passwords, a mistyped and a right sheet do as they say."""
    await pair.to_maya.send(subject="Wren locked", text="Behind the door.")
    async with visiting(browser, pair.origin) as visitor:
        await entered(visitor, pair)
        await visitor.see("Wren locked")
        await visitor.press("Lock")
        await expect(visitor.page.get_by_role("heading", name="Your inbox is locked")).to_be_visible()
        assert "Wren" not in await visitor.page.content()
        await visitor.unlock(pair.client.name, "not the password at all")
        await expect(visitor.page.get_by_text("That password did not open this inbox").first).to_be_visible()
        first, second, *others = pair.client.sheet
        await visitor.unlock_by_sheet(pair.client.name, (second, first, *others))
        await expect(visitor.page.get_by_text("Group 1 does not fit").first).to_be_visible()
        await visitor.page.get_by_label("Group 1", exact=True).fill(first)
        await visitor.page.get_by_label("Group 2", exact=True).fill(second)
        await visitor.press("Open with the sheet")
        await expect(visitor.page.get_by_text("The newest message here is from Anna")).to_be_visible()
        assert "Wren" not in await visitor.page.locator("main").inner_text()
        await visitor.press("No, lock it")
        await expect(visitor.page.get_by_text("Locked again. Look at the inbox name")).to_be_visible()
        await visitor.press("Open with the sheet")
        await visitor.press("Yes, it is mine")
        await expect(visitor.page.get_by_role("heading", name="Browsers and unlocking")).to_be_visible()
        await visitor.press("Lock")
        await visitor.unlock(pair.client.name, MAYA_PASSWORD)
        await visitor.see("Wren locked")
        assert visitor.errors == []


async def test_what_was_read_stays_read_in_another_browser(browser: Browser, pair: Pair) -> None:
    """Marks are kept in the vault: a browser that never saw the message knows that it was read, and that it
    was marked unread after that.
    """
    await pair.to_maya.send(subject="Finch read", text="Once.")
    async with visiting(browser, pair.origin) as visitor:
        await entered(visitor, pair)
        await visitor.open("Finch read")
        await expect(visitor.row("Finch read")).not_to_have_accessible_name(UNREAD)
        await visitor.lock()
    async with visiting(browser, pair.origin) as other:
        await entered(other, pair)
        await other.see("Finch read")
        await expect(other.row("Finch read")).not_to_have_accessible_name(UNREAD)
        await other.open("Finch read")
        await other.press("Mark unread")
        await expect(other.row("Finch read")).to_have_accessible_name(UNREAD)
    async with visiting(browser, pair.origin) as third:
        await entered(third, pair)
        await third.see("Finch read")
        await expect(third.row("Finch read")).to_have_accessible_name(UNREAD)


async def test_one_message_is_kept_as_a_file(browser: Browser, pair: Pair, tmp_path: Path) -> None:
    """*Keep a copy* saves a page, or with files an archive; either opens without the inbox."""
    note = Attachment.from_bytes(b"a file of ours", "../plan <b>.txt")
    await pair.to_maya.send(subject="Dipper <i>", text="For the shelf & more", attach=[note])
    await pair.to_maya.send(subject="Plover alone", text="Only words.")
    async with visiting(browser, pair.origin) as visitor:
        await entered(visitor, pair)
        for subject, ending in (("Dipper", "zip"), ("Plover", "html")):
            await visitor.open(subject)
            await visitor.press("Keep a copy")
            await expect(visitor.page.get_by_text("It will not be deleted for you on")).to_be_visible()
            async with visitor.page.expect_download() as coming:
                await visitor.press("Save the copy")
            download = await coming.value
            assert re.fullmatch(rf"message-\d{{4}}-\d\d-\d\d\.{ending}", download.suggested_filename)
            await download.save_as(tmp_path / f"kept.{ending}")
            await expect(visitor.page.get_by_text("Saved outside this inbox")).to_be_visible()
            await visitor.press("Close")
        assert visitor.errors == []
    with zipfile.ZipFile(tmp_path / "kept.zip") as whole:
        assert whole.testzip() is None
        (inside,) = (name for name in whole.namelist() if name.startswith("files/"))
        assert whole.read(inside) == b"a file of ours"
        whole.extractall(tmp_path / "kept")
    context = await browser.new_context(offline=True)
    try:
        page = await context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        for path, words in (("kept/open-me.html", "For the shelf & more"), ("kept.html", "Only words.")):
            await page.goto((tmp_path / path).as_uri())
            await expect(page.locator("article")).to_contain_text(words)
            await expect(page.get_by_text("Please destroy this file by")).to_be_visible()
        assert all(one.startswith("file:") for one in asked)
    finally:
        await context.close()


async def test_unsent_text_outlives_a_lock(browser: Browser, pair: Pair) -> None:
    """A draft is there again after unlocking, and nowhere in the page while it is locked."""
    async with visiting(browser, pair.origin) as visitor:
        await entered(visitor, pair)
        await visitor.press("Write")
        await visitor.fill("Subject", "Swallow draft")
        await visitor.fill("Message", "Half a thought")
        await visitor.press("Lock")
        await expect(visitor.page.get_by_role("heading", name="Your inbox is locked")).to_be_visible()
        assert "Half a thought" not in await visitor.page.content()
        assert "Half a thought" not in await visitor.traces()
        await visitor.unlock(pair.client.name, MAYA_PASSWORD)
        await visitor.is_open()
        await visitor.press("Write")
        await expect(visitor.page.get_by_label("Message", exact=True)).to_have_value("Half a thought")


async def test_a_deletion_for_both_reaches_the_coach(browser: Browser, pair: Pair) -> None:
    """What the client wrote and takes back is gone from both inboxes."""
    async with visiting(browser, pair.origin) as visitor:
        await entered(visitor, pair)
        await visitor.press("Write")
        await visitor.fill("Subject", "Crane recalled")
        await visitor.fill("Message", "Forget this.")
        await visitor.press("Send to Anna")
        await visitor.open("Crane recalled")
        assert [one async for one in pair.to_maya.messages() if one.subject == "Crane recalled"]
        await visitor.press("Delete")
        await visitor.page.get_by_label(re.compile("both of us")).check()
        await visitor.press("Delete for both of us")
        await expect(visitor.row("Crane recalled")).to_have_count(0)
        said = "Deleted. Gone from the server now, and from its backups by "
        await visitor.page.get_by_text(said).first.wait_for()
        assert visitor.errors == []
    assert not [one async for one in pair.to_maya.messages() if one.subject == "Crane recalled"]


async def test_mail_from_a_persons_own_address_is_read(browser: Browser, pair: Pair) -> None:
    """Mail that was taken in at the door opens in the browser: subject, words, file, and its origin."""
    async with visiting(browser, pair.origin) as visitor:
        await entered(visitor, pair)
        await visitor.press("Settings")
        await visitor.press(re.compile("Sending mail in"))
        inbound = "".join((await visitor.page.locator(".address").inner_text()).split())
        await visitor.press("Add an address")
        await visitor.fill("Your own e-mail address", OWN_ADDRESS)
        await visitor.page.get_by_label("My family or I").check()
        before = pair.practice.outbox()
        await visitor.press("Send me a code")
        await visitor.fill("The code", (await pair.practice.mailed(before, r"\b\d{8}\b"))[0])
        await visitor.press("Confirm")
        await expect(visitor.page.get_by_text("Mail from it is taken")).to_be_visible()
        await expect(visitor.page.get_by_text("How far your mail provider vouches")).to_be_visible()
        await asyncio.to_thread(deliver, pair.practice.relay, inbound)
        await visitor.press(re.compile("^Inbox"))
        await visitor.open("Grüße vom See")
        await expect(visitor.page.locator(".message")).to_contain_text("Swans, all of them.")
        await expect(visitor.page.locator(".message")).to_contain_text(f"Forwarded in from {OWN_ADDRESS}")
        async with visitor.page.expect_download() as coming:
            await visitor.press("Save swans.txt")
        assert Path(await (await coming.value).path()).read_bytes() == b"four"
        assert visitor.errors == []


def deliver(relay: Relay, recipient: str) -> None:
    """A mail from the client's own address, by SMTP."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = OWN_ADDRESS, "inbox@home.example", "Grüße vom See"
    message.set_content("Swans, all of them.")
    message.add_attachment(b"four", maintype="text", subtype="plain", filename="swans.txt")
    found = re.search(r"smtp=(\S+):(\d+)", relay.ready)
    assert found is not None
    with smtplib.SMTP(found[1], int(found[2]), local_hostname="home.example", timeout=30) as peer:
        peer.sendmail(OWN_ADDRESS, [recipient], message.as_bytes())


async def test_nothing_of_a_person_is_left_behind(browser: Browser, pair: Pair) -> None:
    """Subject, names, file names, text and password are in no address, title, history, console or storage."""
    file = Attachment.from_bytes(b"canary", "ibis-canary.txt", media_type="text/plain")
    await pair.to_maya.send(subject="Ibis canary", text="Egret canary text.", attach=[file])
    async with visiting(browser, pair.origin) as visitor:
        await entered(visitor, pair)
        traces = [await visitor.traces()]
        await visitor.open("Ibis canary")
        await visitor.press("Look at ibis-canary.txt")
        await expect(visitor.page.locator("pre")).to_have_text("canary")
        traces.append(await visitor.traces())
        await visitor.press("Close")
        await visitor.press("Reply")
        await visitor.fill("Message", "canary answer")
        traces.append(await visitor.traces())
        await visitor.press("Lock")
        await expect(visitor.page.get_by_role("heading", name="Your inbox is locked")).to_be_visible()
        traces.append(await visitor.traces())
    for word in ("canary", "Canary", "Anna", "Harrow", "Maya", pair.client.name, *pair.client.sheet):
        assert all(word not in one for one in traces), word


async def test_what_the_other_has_opened(browser: Browser, practice: Practice) -> None:
    """Where both have signed read marks a message of one's own says whether the other has opened it."""
    offered = await practice.anna.invite("Ike Marks", hold=timedelta(days=30), read_marks=True)
    client = await practice.take_in("Ike Marks", link=offered.link)
    home = Home(practice.relay.folder.parent / "Ike Marks", file_cost=CHEAP)
    async with await AsyncAccount.open(home=home, password=MAYA_PASSWORD) as ike:
        sent = await ike.engagement().send(subject="Plover marks", text="Has she seen it?")
    async with visiting(browser, practice.origin) as visitor:
        await entered(visitor, Pair(practice, client, "Ike Marks"))
        await visitor.open("Plover marks")
        await expect(visitor.page.get_by_text("Anna has not opened it yet")).to_be_visible()
        await practice.anna.engagement("Ike Marks").message(sent.id)
        await visitor.page.go_back()
        await visitor.open("Plover marks")
        await expect(visitor.page.get_by_text("Anna has opened it")).to_be_visible()
        assert visitor.errors == []


async def test_fifty_loads_leave_an_invitation_usable(browser: Browser, practice: Practice) -> None:
    """A program that opens the link again and again, and goes on with it, uses nothing up."""
    client = Client(await practice.invite("Wim Vos"))
    async with visiting(browser, practice.origin) as scanner:

        async def go_on() -> None:
            await scanner.page.get_by_label("Yes, my own").check()
            await scanner.press("Continue")
            await scanner.page.get_by_role("button", name="Sign").wait_for()

        await scanner.load_often(client.link, go_on)
        assert scanner.errors == []
        assert client.link.partition("#")[2] not in await scanner.traces()
    async with visiting(browser, practice.origin) as visitor:
        await visitor.join(client, "Wim Vos", "a river under the bridge")
        await visitor.is_open()
        assert visitor.errors == []
    async with visiting(browser, practice.origin) as late:
        await late.page.goto(client.link)
        await late.page.get_by_label("Yes, my own").check()
        await late.press("Continue")
        await expect(late.page.get_by_role("heading", name="This invitation has been used")).to_be_visible()


async def test_a_full_inbox_leads_to_what_makes_room(browser: Browser, pair: Pair) -> None:
    """What was too fast goes by itself once it may; what the server fails at, or has no room for, stays
    unsent, and one press leads to the largest; once there is room, the same goes.
    """
    file = Attachment.from_bytes(bytes(12 << 20), "plan.bin", media_type="application/octet-stream")
    await pair.to_maya.send(subject="Egret plan", text="Here.", attach=[file])
    await pair.to_maya.send(subject="Egret bare", text="Nothing with it.")
    async with visiting(browser, pair.origin) as visitor:
        await entered(visitor, pair)
        await visitor.see("Egret bare")
        refusing = Refusing()
        await visitor.page.route("**/v1/envelopes", refusing.answer)
        await visitor.press("Write")
        await visitor.fill("Subject", "Egret reply")
        await visitor.fill("Message", "Is there room?")
        await visitor.press("Send to Anna")
        under_way = visitor.page.get_by_role("region", name="On its way")
        await expect(under_way.get_by_text("One moment. Trying again in")).to_be_visible()
        await expect(under_way.get_by_role("button", name="Try now")).to_have_count(0)
        refusing.now = (500, "internal", 0)
        await expect(under_way.get_by_text("The server isn’t answering. What you")).to_be_visible()
        refusing.now = (507, "inbox-full", 0)
        await visitor.press("Try now")
        await expect(under_way.get_by_text("This inbox is full.")).to_be_visible()
        await visitor.press("See the largest")
        await expect(visitor.page.locator(".row").first).to_contain_text("Egret plan")
        await visitor.page.unroute("**/v1/envelopes")
        await visitor.press("Try now")
        await expect(visitor.row("Egret reply")).to_be_visible()


class Refusing:
    """A relay that asks for patience, until it is told another way to refuse."""

    def __init__(self) -> None:
        self.now = (429, "too-many-requests", 2)

    async def answer(self, route: Route) -> None:
        """As the relay answers what it does not take."""
        status, code, after = self.now
        problem = {"type": "about:blank", "title": code, "status": status, "code": code, "retry_after": after}
        await route.fulfill(status=status, content_type="application/problem+json", body=json.dumps(problem))
