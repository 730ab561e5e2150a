"""A whole engagement, from the draft until nothing of it is left: the coach at the SDK, the client in
Chromium, the relay and its keeper as real programs, the clock moved by hand.

Every step of the client's is taken on a page; a second session of hers, at the SDK, only looks at what she
holds: her file of receipts, and what a thief could make of it.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from client_sdk import AsyncAccount, AsyncEngagement, Attachment, errors
from tests.browser.visitor import PATIENCE_MILLISECONDS, Client, Visitor, visiting
from tests.e2e.house import ANNA_PASSWORD, MAYA_PASSWORD, House, cheap_home, made_relay
from tests.receipts import independent
from tests.service.programs import eventually

MAYA = "Maya Okafor"
GOALS = "goals-canary, one a line\n" * 20_000
WALK = bytes(range(256)) * 12_000
WORK_DAYS, HOLD_DAYS, LATER_HOLD_DAYS = 40, 20, 30
KEPT = timedelta(days=3)
EMPTY_AT_THE_END = (
    "acts",
    "blob_chunks",
    "blob_links",
    "blobs",
    "engagements",
    "invitations",
    "mailbox_rows",
    "mailboxes",
    "members",
    "policies",
    "proposals",
)

BODIES_APART = ("envelope_bodies",)
"""Of a database on a server."""


@dataclass
class Story:
    """The house, the client's own way into it, and what has been sent so far."""

    house: House
    client: Client
    origin: str
    browser: Browser
    sent: dict[str, str] = field(default_factory=dict)

    @property
    def to_maya(self) -> AsyncEngagement:
        """The coach's side."""
        return self.house.to_maya

    @property
    def today(self) -> date:
        """The relay's day."""
        return datetime.fromtimestamp(self.house.relay.now(), UTC).date()

    async def say(self, subject: str, *, keep: timedelta | None = None, file: bytes = b"") -> None:
        """The coach writes."""
        files = [Attachment.from_bytes(file, "goals.txt", media_type="text/plain")] if file else []
        done = await self.to_maya.send(subject=subject, text=f"{subject}, in words.", keep=keep, attach=files)
        self.sent[subject] = done.id

    async def subjects(self) -> set[str]:
        """What the coach reads, without telling the relay that it was shown."""
        return {one.subject async for one in self.to_maya.messages(mark=False)}

    async def state(self) -> str:
        """How it stands, as the coach's software sees it."""
        return (await self.to_maya.summary()).state

    @asynccontextmanager
    async def at_her_desk(self) -> AsyncIterator[Visitor]:
        """The client's inbox, in a browser that has seen nothing yet."""
        async with visiting(self.browser, self.origin) as visitor:
            await visitor.page.goto(self.origin)
            await visitor.unlock(self.client.name, MAYA_PASSWORD)
            await visitor.is_open()
            yield visitor
            assert visitor.errors == []

    def count(self, table: str) -> int:
        """Rows of a table, as they lie in the database."""
        return self.house.stored.number(f"SELECT count(*) FROM {table}")

    def vault_items(self) -> int:
        """Vault items that are named after the engagement."""
        return self.count(f"vault_items WHERE name LIKE '%/{self.to_maya.id}'")


@asynccontextmanager
async def invited(browser: Browser, base: Path, database: str) -> AsyncIterator[Story]:
    """A coach who has drafted and invited, a client who has read, signed and joined in the browser."""
    relay = made_relay(base / "relay", database).start()
    async with AsyncExitStack() as ending:
        ending.callback(relay.kill)
        link = relay.command("coach", "invite", "Anna Harrow").stdout.strip()
        anna = await AsyncAccount.setup(link, home=cheap_home(base / "anna"), password=ANNA_PASSWORD)
        ending.push_async_callback(anna.close)
        ends = datetime.fromtimestamp(relay.now(), UTC).date() + timedelta(days=WORK_DAYS)
        offered = await anna.invite(MAYA, work_ends=ends, hold=timedelta(days=HOLD_DAYS))
        drafted = anna.engagement(MAYA)
        assert (await drafted.summary()).state == "invited"
        with pytest.raises(errors.AgreementMissing):
            await drafted.send(text="before she has signed")
        client, origin = Client(offered.link), offered.link.partition("/i/")[0]
        async with visiting(browser, origin) as visitor:
            await visitor.join(client, MAYA, MAYA_PASSWORD)
            assert visitor.errors == []
        await anna.settle()
        login = f"{client.name}@{origin.partition('://')[2]}"
        maya = await AsyncAccount.open(login, home=cheap_home(base / "maya"), password=MAYA_PASSWORD)
        ending.push_async_callback(maya.close)
        yield Story(House(relay, relay.folder, anna, maya, database), client, origin, browser)


@pytest.mark.browser
@pytest.mark.timeout(900)
async def test_from_draft_to_gone(browser: Browser, tmp_path: Path, database: str) -> None:
    """All that two people do with each other works, and at the end all of it is gone, with receipts that a
    stranger's program verifies, and nothing that was kept opens any of it.
    """
    async with invited(browser, tmp_path, database) as story:
        assert await story.state() == "active"
        async with story.at_her_desk() as visitor:
            await files_both_ways(story, visitor, tmp_path)
            await notes_and_a_call(story, visitor)
            await the_agreement_changes(story, visitor)
            await dates_move(story, visitor)
        await one_goes_unread(story)
        async with story.at_her_desk() as visitor:
            await only_what_should_be_left(story, visitor)
            await she_closes(story, visitor)
            await both_go_on(story, visitor)
            await the_coach_closes(story, visitor)
        stolen = await everything_opens_with_the_ring(story, tmp_path)
        await the_hold_ends(story)
        keys_until = await receipts_of_both(story, tmp_path)
        await nothing_opens(story, stolen, keys_until)
        await her_account_goes(story, tmp_path)


# --- the work -----------------------------------------------------------------------------------------------


async def files_both_ways(story: Story, visitor: Visitor, folder: Path) -> None:
    """A message with a file to the client, and one back."""
    (folder / "walk.bin").write_bytes(WALK)
    await story.say("Heron goals", file=GOALS.encode())
    await visitor.open("Heron goals")
    async with visitor.page.expect_download() as coming:
        await visitor.press("Save goals.txt")
    assert Path(await (await coming.value).path()).read_text() == GOALS
    await visitor.press("Reply")
    await visitor.fill("Message", "Then I shall walk.")
    await visitor.page.locator("input[type=file]").set_input_files(folder / "walk.bin")
    await visitor.press("Send to Anna")
    await expect(visitor.row("Re: Heron goals")).to_be_visible(timeout=2 * PATIENCE_MILLISECONDS)
    (reply,) = [one async for one in story.to_maya.messages(unread=True)]
    assert (reply.subject, reply.text, reply.marks) == ("Re: Heron goals", "Then I shall walk.", ())
    assert await reply.attachments[0].read() == WALK


async def notes_and_a_call(story: Story, visitor: Visitor) -> None:
    """The client sees how many notes there are and nothing of them; both have the call that she notes."""
    for text in ("plover one", "plover two"):
        await story.to_maya.notes.add(text)
    await visitor.press("Our work")
    await visitor.press(re.compile("private notes"))
    await expect(visitor.page.get_by_text("Anna keeps two notes about your work.")).to_be_visible()
    assert "plover" not in await visitor.page.content()
    await visitor.press("Our work")
    await visitor.press(re.compile("Phone calls"))
    await visitor.press("Note a call")
    await visitor.fill("Day", (story.today - timedelta(days=1)).isoformat())
    await visitor.fill("Time", "14:30")
    await visitor.page.get_by_label("Minutes").fill("40")
    await visitor.press("Note it")
    await expect(visitor.page.locator(".noted")).to_contain_text("40 minutes")
    assert [(one.minutes, one.mine) for one in await story.to_maya.calls.all()] == [(40, False)]


async def the_agreement_changes(story: Story, visitor: Visitor) -> None:
    """What the coach proposes holds once the client agrees, and not before."""
    await story.to_maya.agreement.propose(hold=timedelta(days=LATER_HOLD_DAYS))
    await story.to_maya.refresh()
    assert story.to_maya.agreement.facts.hold_days == HOLD_DAYS
    await visitor.press("Our work")
    await visitor.press(re.compile("Look at it"))
    await expect(visitor.page.get_by_text("Held for 30 days instead of 20 days.")).to_be_visible()
    await visitor.press("Agree")
    await expect(visitor.page.get_by_text("signed by both of you now")).to_be_visible()
    await story.to_maya.refresh()
    assert story.to_maya.agreement.facts.hold_days == LATER_HOLD_DAYS


async def dates_move(story: Story, visitor: Visitor) -> None:
    """The client brings one message forward alone, takes back one of her own, and one is kept longer once the
    coach has agreed.
    """
    await story.say("Stork sooner")
    await story.say("Egret kept", keep=KEPT, file=b"egret")
    await visitor.press(re.compile("^Inbox"))
    await visitor.open("Stork sooner")
    await visitor.press("Change")
    await visitor.fill("Delete it on", (story.today + timedelta(days=2)).isoformat())
    await visitor.press("Change the date")
    await expect(visitor.page.get_by_text("Changed. Kept until").first).to_be_visible()
    assert (await story.to_maya.message(story.sent["Stork sooner"])).kept_until.date() <= story.today + KEPT
    await she_recalls(story, visitor)
    await she_asks_to_keep(story, visitor)


async def she_recalls(story: Story, visitor: Visitor) -> None:
    """What she wrote and takes back is gone from both inboxes."""
    await visitor.press("Write")
    await visitor.fill("Subject", "Crane recalled")
    await visitor.fill("Message", "Forget this.")
    await visitor.press("Send to Anna")
    await visitor.open("Crane recalled")
    assert "Crane recalled" in await story.subjects()
    await visitor.press("Delete")
    await visitor.page.get_by_label(re.compile("both of us")).check()
    await visitor.press("Delete for both of us")
    await visitor.page.get_by_text("Deleted. Gone from the server now").first.wait_for()
    assert "Crane recalled" not in await story.subjects()


async def she_asks_to_keep(story: Story, visitor: Visitor) -> None:
    """She chooses a message and a later day; the message is kept longer once the coach has signed."""
    first = (await story.to_maya.message(story.sent["Egret kept"])).kept_until
    await visitor.press("Our work")
    await visitor.press("Ask to change a date")
    await visitor.press("Messages that go before that day")
    await visitor.page.get_by_label(re.compile("Egret kept")).check()
    await visitor.fill("Keep them until", (story.today + timedelta(days=25)).isoformat())
    await visitor.press("Ask Anna")
    await expect(visitor.page.get_by_text("Asked. It takes effect once Anna agrees.")).to_be_visible()
    (waiting,) = [one for one in await story.to_maya.agreement.proposals() if one.state == "open"]
    assert waiting.kind == "extend"
    await story.to_maya.agreement.agree(waiting.id)
    kept = await story.to_maya.message(story.sent["Egret kept"])
    assert kept.kept_until > first + timedelta(days=15)
    await visitor.press(re.compile("^Inbox"))
    await expect(visitor.row("Egret kept")).to_contain_text("Kept until")
    await expect(visitor.row("Egret kept")).to_have_count(1)


async def one_goes_unread(story: Story) -> None:
    """What nobody opened until its day is told to its author, without a word of what it said."""
    await story.say("Moth unread", keep=KEPT)
    await story.house.leap(6)
    gone = {one.id: one.reason for one in await story.to_maya.gone()}
    assert gone[story.sent["Moth unread"]] == "unread"
    assert gone[story.sent["Stork sooner"]] == "shortened"


async def only_what_should_be_left(story: Story, visitor: Visitor) -> None:
    """What was kept longer is there for both, its file too; what went is not."""
    left = {"Heron goals", "Re: Heron goals", "Egret kept"}
    assert await story.subjects() == left
    kept = await story.to_maya.message(story.sent["Egret kept"])
    assert await kept.attachments[0].read() == b"egret"
    await visitor.see("Egret kept")
    await expect(visitor.page.locator(".row")).to_have_count(len(left))


# --- the end ------------------------------------------------------------------------------------------------


async def she_closes(story: Story, visitor: Visitor) -> None:
    """A plan first; then nothing new can be written, and reading goes on for both."""
    await visitor.press("Our work")
    await visitor.press(re.compile("Close our work"))
    await visitor.press("See exactly what happens")
    await expect(visitor.page.locator(".exactly")).to_contain_text("3 messages")
    assert await story.state() == "active"
    await visitor.press("Close our work")
    await expect(visitor.page.get_by_text("Your work has ended").first).to_be_visible()
    assert await story.state() == "held"
    with pytest.raises(errors.EngagementClosed):
        await story.to_maya.send(text="too late")
    assert "Heron goals" in await story.subjects()
    await visitor.press(re.compile("^Inbox"))
    await expect(visitor.page.get_by_role("link", name="Write", exact=True)).to_have_count(0)
    await visitor.open("Re: Heron goals")
    await expect(visitor.page.locator(".message").first).to_contain_text("Then I shall walk.")


async def both_go_on(story: Story, visitor: Visitor) -> None:
    """Reopened by both signatures: they write to each other again."""
    made = await story.to_maya.reopen(story.today + timedelta(days=20))
    assert (made.state, await story.state()) == ("open", "held")
    await visitor.press("Our work")
    await visitor.press(re.compile("Look at it"))
    await expect(visitor.page.get_by_text("Your work goes on until")).to_be_visible()
    await visitor.press("Agree")
    await expect(visitor.page.get_by_text("signed by both of you now")).to_be_visible()
    await visitor.press(re.compile("^Inbox"))
    await visitor.press("Write")
    await visitor.fill("Subject", "Otter again")
    await visitor.fill("Message", "Here I am.")
    await visitor.press("Send to Anna")
    await visitor.see("Otter again")
    assert "Otter again" in await story.subjects()
    assert await story.state() == "active"


async def the_coach_closes(story: Story, visitor: Visitor) -> None:
    """Closed again, with an earlier end: eight days are left to both for reading."""
    plan = await story.to_maya.plan_close(hold=timedelta(days=8))
    assert (plan.plan.held.messages, plan.plan.held.notes, plan.plan.held.calls) == (4, 2, 1)
    assert await story.state() == "active"
    await plan.confirm()
    assert await story.state() == "held"
    await expect(visitor.page.get_by_role("link", name="Write", exact=True)).to_have_count(0)
    await visitor.open("Otter again")


@dataclass
class Stolen:
    """A copy of the database, and the keeper's folder, both from the days of the hold."""

    database: Path
    ring: Path


async def everything_opens_with_the_ring(story: Story, folder: Path) -> Stolen:
    """The program that opens nothing at the end opens all now: without this its silence would say nothing."""
    house = story.house
    stolen = Stolen(house.backup("stolen.db"), folder / "stolen-ring")
    shutil.copytree(house.folder / "keeper", stolen.ring, ignore=shutil.ignore_patterns("*.sock"))
    for who, password in ((house.anna, ANNA_PASSWORD), (house.maya, MAYA_PASSWORD)):
        before = await asyncio.to_thread(house.plunder, who, password, stolen.database, stolen.ring)
        assert before.envelopes == before.envelopes_opened >= 5
        assert before.files == before.files_opened == 3
    return stolen


async def the_hold_ends(story: Story) -> None:
    """The day comes, and nothing of the engagement is at the relay any more."""
    await story.house.leap(4)
    assert await story.state() == "held"
    assert len(await story.subjects()) == 4
    await story.house.leap(6)
    assert await story.state() == "gone"
    await asyncio.to_thread(
        eventually, lambda: not story.count("engagements")
    )  # its certificates are written
    tables = (*EMPTY_AT_THE_END, *(BODIES_APART if story.house.database else ()))
    assert {table: story.count(table) for table in tables} == dict.fromkeys(tables, 0)
    assert story.vault_items() == 0


async def receipts_of_both(story: Story, folder: Path) -> datetime:
    """A day later both hold receipts of what went and a certificate of the closing, all in the log, and a
    program that imports nothing of ours says so of each; returns when by their word the last key goes.
    """
    await story.house.leap(1)
    keys_until = []
    for account in (story.house.anna, story.house.maya):
        await asyncio.to_thread(eventually, lambda: story.count("receipts WHERE batch_index < 0") == 0)
        found = await account.receipts()
        assert {one.kind for one in found} == {"acceptance", "deletion", "closing"}
        assert all(one.sound and one.logged and not one.left for one in found)
        keys_until += [one.keys_until for one in found if one.keys_until is not None]
        path = folder / "receipts.json"
        path.write_bytes(await account.receipt_file())
        said = subprocess.run(
            [sys.executable, independent.__file__, str(path)], capture_output=True, text=True, check=False
        )
        assert said.returncode == 0, said.stdout + said.stderr
        lines = [line for line in said.stdout.splitlines() if line.startswith("good")]
        assert len(lines) == len(found)
        assert all(line.endswith(", logged") for line in lines)
    return max(keys_until)


async def nothing_opens(story: Story, stolen: Stolen, keys_until: datetime) -> None:
    """After the tick of the day that the receipts name nothing does: not with the passwords, the pepper, the
    copy of the database from the hold and the keeper as it is then. That day is the one that was promised
    first; the closing took the things away before it.
    """
    house = story.house
    await house.leap(max((keys_until.date() - story.today).days, 0) + 1)
    for who, password in ((house.anna, ANNA_PASSWORD), (house.maya, MAYA_PASSWORD)):
        after = await asyncio.to_thread(
            house.plunder, who, password, stolen.database, house.folder / "keeper"
        )
        assert after.envelopes >= 5
        assert (after.envelopes_opened, after.files_opened) == (0, 0)


async def her_account_goes(story: Story, folder: Path) -> None:
    """Thirty days after the end of the hold that both had signed the client's account is gone; the coach's is
    there, without receipts of what ended long ago.
    """
    assert story.count("accounts") == 2
    login = story.house.maya.login
    await story.house.leap(30)
    assert story.count("accounts") == 1
    assert (story.count("receipts"), story.count("receipt_leaves")) == (0, 0)
    with pytest.raises((errors.WrongPassword, errors.Locked)):
        await AsyncAccount.open(login, home=cheap_home(folder / "elsewhere"), password=MAYA_PASSWORD)
    async with visiting(story.browser, story.origin) as visitor:
        await visitor.page.goto(story.origin)
        await visitor.unlock(story.client.name, MAYA_PASSWORD)
        await expect(visitor.page.get_by_text("That password did not open this inbox").first).to_be_visible()
