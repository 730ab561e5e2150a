"""*Our work* in the browser: an agreement changed, a call noted, notes counted, receipts checked, the end."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from client_sdk.engagement import AsyncEngagement
from tests.browser.conftest import MAYA_PASSWORD, Practice
from tests.browser.test_codes import as_coach
from tests.browser.visitor import Client, Visitor, visiting
from tests.service.programs import eventually

pytestmark = pytest.mark.browser


async def joined(practice: Practice, name: str) -> tuple[Client, AsyncEngagement]:
    """A new client, and the coach's side."""
    client = await practice.take_in(name)
    return client, practice.anna.engagement(name)


async def entered(visitor: Visitor, client: Client, view: str = "Our work") -> None:
    """The client's inbox, opened at a view."""
    await visitor.page.goto(visitor.origin)
    await visitor.unlock(client.name, MAYA_PASSWORD)
    await visitor.is_open()
    await visitor.press(view)
    await expect(visitor.page.get_by_role("heading", name=view, exact=True)).to_be_visible()


async def test_notes_are_counted_and_a_call_is_noted_for_both(browser: Browser, practice: Practice) -> None:
    """The number of the coach's notes is shown and nothing of them; what either notes of a call, both see;
    what somebody notes about it for nobody else every browser of theirs finds, and the other never; half-
    written it outlives a reload.
    """
    client, to_nora = await joined(practice, "Nora Field")
    for text in ("plover canary one", "plover canary two"):
        await to_nora.notes.add(text)
    async with visiting(browser, practice.origin) as visitor:
        await entered(visitor, client)
        await visitor.press(re.compile("private notes"))
        await expect(visitor.page.get_by_text("Anna keeps two notes about your work.")).to_be_visible()
        assert "plover" not in await visitor.page.content()
        await visitor.press("Our work")
        await visitor.press(re.compile("Phone calls"))
        await visitor.press("Note a call")
        yesterday = datetime.fromtimestamp(practice.relay.now(), UTC) - timedelta(days=1)
        await visitor.fill("Day", yesterday.date().isoformat())
        await visitor.fill("Time", "14:30")
        await visitor.page.get_by_label("Minutes").fill("40")
        await visitor.page.get_by_label("A word for both of you").fill("About Thursday.")
        await visitor.press("Note it")
        await expect(visitor.page.locator(".noted")).to_contain_text("40 minutes")
        await expect(visitor.page.locator(".noted")).to_contain_text("Noted by you")
        await visitor.press(re.compile("^Note something for yourself"))
        async with visitor.draft_stored():
            await visitor.fill("A note for yourself", "osprey canary\n\nask in June")
        async with visitor.draft_stored():
            await visitor.press("Keep it")
        await expect(visitor.page.locator(".own-note .note-text")).to_have_text(
            "osprey canary\n\nask in June"
        )
        assert visitor.errors == []
    async with visiting(browser, practice.origin) as visitor:
        await entered(visitor, client)
        await visitor.press(re.compile("Phone calls"))
        await expect(visitor.page.locator(".own-note .note-text")).to_contain_text("ask in June")
        await visitor.press(re.compile("^Change"))
        await visitor.press("Delete")
        await expect(visitor.page.locator(".own-note .note-text")).to_have_count(0)
        await visitor.press(re.compile("^Note something for yourself"))
        await visitor.press("Keep it")
        await expect(visitor.page.get_by_text("Please write something first.")).to_be_visible()
        async with visitor.draft_stored():
            await visitor.fill("A note for yourself", "half a thought")
        visitor.page.once("dialog", lambda dialog: dialog.accept())
        await visitor.page.reload()
        typed = visitor.page.get_by_label("A note for yourself")
        await expect(typed).to_have_value("half a thought")
        await visitor.press("Cancel")
        await expect(typed).to_have_count(0)
        assert visitor.errors == []
    noted = await to_nora.calls.all()
    assert [(one.minutes, one.note, one.mine) for one in noted] == [(40, "About Thursday.", False)]
    assert noted[0].private_note == ""
    await to_nora.calls.note_privately(noted[0].id, "dunlin canary")
    assert next(one.text for one in await to_nora.notes.all()) == "dunlin canary"


async def test_a_change_is_read_as_sentences_and_agreed_to(browser: Browser, practice: Practice) -> None:
    """What the coach's software proposed holds once the client has pressed *Agree*, and not before; a change
    that the client does not agree to holds never.
    """
    client, to_olga = await joined(practice, "Olga Reed")
    number = "07700 900142"
    await to_olga.agreement.propose(
        hold=timedelta(days=60), phones=(number,), work_phones={number: "coach"}, note="For the second round."
    )
    async with visiting(browser, practice.origin) as visitor:
        await entered(visitor, client)
        await visitor.press(re.compile("Look at it"))
        await expect(visitor.page.get_by_text("Held for 60 days instead of 30 days.")).to_be_visible()
        await expect(visitor.page.get_by_text("For the second round.")).to_be_visible()
        await expect(visitor.page.get_by_text("work numbers of the coach: ending 42")).to_be_visible()
        await visitor.press("Agree")
        await expect(visitor.page.get_by_text("signed by both of you now")).to_be_visible()
        await visitor.press("Our work")
        await visitor.press(re.compile("Phone calls"))
        await expect(visitor.page.get_by_text("Anna’s number ending 42 is a work number.")).to_be_visible()
        await visitor.press("Our work")
        await visitor.press(re.compile("^Agreement"))
        await expect(visitor.page.get_by_text("Version 2, in force")).to_be_visible()
        await expect(visitor.page.locator(".prose")).to_contain_text("60 days")
        await visitor.press("Version 1")
        await expect(visitor.page.locator(".prose")).to_contain_text("30 days")
        assert visitor.errors == []
    await to_olga.refresh()
    assert to_olga.agreement.facts.hold_days == 60
    await to_olga.agreement.propose(hold=timedelta(days=200))
    async with visiting(browser, practice.origin) as visitor:
        await entered(visitor, client)
        await visitor.press(re.compile("Look at it"))
        await visitor.press("Don’t agree")
        await expect(visitor.page.get_by_text("Not agreed. Anna will see that").first).to_be_visible()
        assert visitor.errors == []
    states = [one.state for one in await to_olga.agreement.proposals()]
    assert "open" not in states
    assert to_olga.agreement.facts.hold_days == 60


async def test_receipts_are_shown_checked_and_saved(
    browser: Browser, practice: Practice, tmp_path: Path
) -> None:
    """What went on its date has a receipt whose check in the browser finds nothing wrong, with its limits."""
    client, to_pia = await joined(practice, "Pia Lund")
    sent = await to_pia.send(subject="Goes soon", text="Only for now.", keep=timedelta(seconds=5))
    await asyncio.to_thread(eventually, lambda: practice.relay.now() > sent.kept_until.timestamp())
    await asyncio.to_thread(eventually, lambda: not practice.relay.status()["due"])
    async with visiting(browser, practice.origin) as visitor:
        await entered(visitor, client)
        await visitor.press(re.compile("Deletion receipts"))
        await visitor.press(re.compile("One message"))
        await expect(visitor.page.locator(".receipt")).to_contain_text("Removed 1. Left over 0.")
        await expect(visitor.page.locator(".receipt")).to_contain_text("Copies that you or Anna saved")
        await visitor.press("Check this receipt")
        await expect(visitor.page.get_by_role("heading", name="What was checked")).to_be_visible()
        await expect(visitor.page.locator(".check")).not_to_contain_text("Wrong")
        async with visitor.page.expect_download() as coming:
            await visitor.press("Save")
        await (await coming.value).save_as(tmp_path / "receipts.json")
        assert visitor.errors == []
    saved = json.loads((tmp_path / "receipts.json").read_text())
    assert saved["version"] == 1
    assert len(saved["receipts"]) >= 1


async def test_a_client_closes_and_both_go_on_again(browser: Browser, practice: Practice) -> None:
    """The page says first what would happen; then all is held, and goes on once both have signed."""
    client, to_rosa = await joined(practice, "Rosa Hill")
    await to_rosa.send(subject="Thrush stays", text="Until the end.")
    async with visiting(browser, practice.origin) as visitor:
        await entered(visitor, client)
        await visitor.press(re.compile("Close our work"))
        await expect(visitor.page.locator(".counts")).to_contain_text("1, 1 unread")
        await visitor.press("See exactly what happens")
        await expect(visitor.page.locator(".exactly")).to_contain_text("1 message")
        await expect(visitor.page.locator(".each li")).to_contain_text("Thrush stays")
        await visitor.page.go_back()
        await expect(visitor.page.locator(".counts")).to_be_visible()
        await visitor.press("See exactly what happens")
        await to_rosa.refresh()
        assert (await to_rosa.summary()).state == "active"
        await visitor.press("Close our work")
        await expect(visitor.page.get_by_text("Your work has ended").first).to_be_visible()
        await expect(visitor.page.locator(".receipt")).to_contain_text("By you, on")
        await to_rosa.refresh()
        assert (await to_rosa.summary()).state == "held"
        await visitor.press(re.compile("^Inbox"))
        await expect(visitor.row("Thrush stays")).to_be_visible()
        await expect(visitor.page.get_by_role("link", name="Write", exact=True)).to_have_count(0)
        until = datetime.fromtimestamp(practice.relay.now(), UTC).date() + timedelta(days=20)
        await to_rosa.reopen(until)
        await visitor.press(re.compile("Look at it"))
        await expect(visitor.page.get_by_text("Your work goes on until")).to_be_visible()
        await visitor.press("Agree")
        await visitor.press(re.compile("^Inbox"))
        await expect(visitor.page.get_by_role("link", name="Write", exact=True)).to_be_visible()
        assert visitor.errors == []
    await to_rosa.refresh()
    assert (await to_rosa.summary()).state == "active"


async def test_a_coach_closes_by_a_plan_in_three_pages(browser: Browser, practice: Practice) -> None:
    """What will be held, what will go, what the client will be told: *Back* leads from each to the one
    before, a later one has no address without the first, and nothing is signed before the last.
    """
    client, to_ylva = await joined(practice, "Ylva Berg")
    await to_ylva.send(subject="Wren stays", text="Until the end.")
    async with visiting(browser, practice.origin) as coach, visiting(browser, practice.origin) as visitor:
        await as_coach(coach, practice)
        row = coach.page.get_by_role("listitem").filter(has_text="Ylva Berg")
        opens, notes = row.get_by_role("button", name="Open"), row.get_by_role("link", name="Notes")
        await expect(opens.or_(notes)).to_be_visible()
        if await opens.count():
            await opens.click()
            await coach.is_open()
        await coach.page.goto(f"{practice.origin}/our-work/close-told")
        await expect(coach.page.get_by_text("Page 1 of 3")).to_be_visible()
        await expect(coach.page.get_by_role("heading", name="What will be held")).to_be_visible()
        await coach.press("What will go")
        await expect(coach.page.locator(".each li")).to_contain_text("Wren stays")
        await coach.press("What Ylva will be told")
        await expect(coach.page.get_by_text("Anna ended the work before the agreed day.")).to_be_visible()
        await coach.press("Back")
        await expect(coach.page.get_by_text("Page 2 of 3")).to_be_visible()
        await coach.press("Back")
        await expect(coach.page.get_by_text("Page 1 of 3")).to_be_visible()
        await to_ylva.refresh()
        assert (await to_ylva.summary()).state == "active"
        await coach.press("What will go")
        await coach.press("What Ylva will be told")
        await coach.press("Close our work")
        await expect(coach.page.locator(".receipt")).to_contain_text("By you, on")
        await entered(visitor, client)
        await expect(visitor.page.get_by_text("Anna ended the work before the agreed day.")).to_be_visible()
        assert (coach.errors, visitor.errors) == ([], [])
    await to_ylva.refresh()
    assert (await to_ylva.summary()).state == "held"


async def test_what_both_keep_longer_is_sealed_again_and_stays_one_message(
    browser: Browser, practice: Practice
) -> None:
    """A later date holds once both have signed: the browser seals its copy again and shows it once."""
    client, to_tess = await joined(practice, "Tess Moor")
    sent = await to_tess.send(subject="Heron kept", text="For longer.", keep=timedelta(days=3))
    later = datetime.fromtimestamp(practice.relay.now(), UTC).date() + timedelta(days=40)
    await to_tess.extend([sent.id], later)
    async with visiting(browser, practice.origin) as visitor:
        await visitor.page.goto(visitor.origin)
        await visitor.unlock(client.name, MAYA_PASSWORD)
        await visitor.see("Heron kept")
        await expect(visitor.row("Heron kept")).to_contain_text("Deleted")
        await visitor.press(re.compile("Look at it"))
        await expect(visitor.page.get_by_text("One message is kept until")).to_be_visible()
        await expect(visitor.page.get_by_text("“Heron kept”")).to_be_visible()
        await visitor.press("Agree")
        await expect(visitor.page.get_by_text("signed by both of you now")).to_be_visible()
        await visitor.press(re.compile("^Inbox"))
        await expect(visitor.row("Heron kept")).to_contain_text("Kept until")
        await expect(visitor.row("Heron kept")).to_have_count(1)
        await visitor.open("Heron kept")
        await expect(visitor.page.locator(".message")).to_contain_text("For longer.")
        assert visitor.errors == []
    async with visiting(browser, practice.origin) as again:
        await again.page.goto(again.origin)
        await again.unlock(client.name, MAYA_PASSWORD)
        await again.see("Heron kept")
        await expect(again.row("Heron kept")).to_contain_text("Kept until")
        await expect(again.row("Heron kept")).to_have_count(1)
