"""A coach's notes: the page and the SDK write and read the same ones, and the client counts them."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import MAYA_PASSWORD, Pair
from tests.browser.test_codes import as_coach
from tests.browser.visitor import HALF as HAS_HALF
from tests.browser.visitor import Visitor, visiting

pytestmark = pytest.mark.browser

HERE, THERE, HALF = "Ask about Berlin.\n\nAnd about Jo.", "She said it twice.", "Half a thought."


async def to_notes(visitor: Visitor, pair: Pair) -> None:
    """From the list of clients to the notes about one of them, whoever was open before."""
    row = visitor.page.get_by_role("listitem").filter(has_text=pair.name)
    opens, notes = row.get_by_role("button", name="Open"), row.get_by_role("link", name="Notes")
    await expect(opens.or_(notes)).to_be_visible()
    if await opens.count():
        await opens.click()
        await visitor.is_open()
        await visitor.page.get_by_role("navigation").get_by_role("link", name="Clients").click()
    await notes.click()
    await expect(visitor.page.get_by_role("heading", name="Your private notes")).to_be_visible()


async def test_a_note_of_either_is_read_by_both_and_the_client_counts(browser: Browser, pair: Pair) -> None:
    """What the SDK wrote stands in the page; what the page wrote the SDK reads, as it was typed and with the
    same dates; a half-written one outlives a reload; a deleted one is gone for both. The client sees their
    number and no word of them.
    """
    notes = pair.to_maya.notes
    first = await notes.add(THERE)
    async with visiting(browser, pair.origin) as coach, visiting(browser, pair.origin) as client:
        await as_coach(coach, pair.practice)
        await to_notes(coach, pair)
        shown = coach.page.locator(".noted > li")
        await expect(shown).to_have_count(1)
        await expect(shown).to_contain_text(THERE)
        await expect(coach.page.get_by_text("You keep one note here.")).to_be_visible()

        # Each draft is waited for, so that none is stored under the eyes of the one after it.
        async with coach.draft_stored():
            await coach.fill("A new note", HERE)
        async with coach.draft_stored():
            await coach.press("Save the note")
        await expect(shown).to_have_count(2)
        await expect(shown.first).to_contain_text("And about Jo.")
        written, before = await notes.all()
        assert (written.text, before) == (HERE, first)
        assert written.kept_until == first.kept_until
        assert written.written_at >= first.written_at

        async with coach.draft_stored():
            await coach.fill("A new note", HALF)
        coach.page.once("dialog", lambda dialog: dialog.accept())
        await coach.page.reload()
        await expect(coach.page.get_by_label("A new note")).to_have_value(HALF)

        await client.page.goto(pair.origin)
        await client.unlock(pair.client.name, MAYA_PASSWORD)
        await client.is_open()
        await client.page.wait_for_function(HAS_HALF)
        await client.page.goto(f"{pair.origin}/our-work/notes")
        await expect(client.page.get_by_text("Anna keeps two notes about your work.")).to_be_visible()
        told = await client.page.locator("main").inner_text()
        assert not any(line in told for line in (THERE, "Berlin", HALF))
        await expect(client.page.get_by_label("A new note")).to_have_count(0)

        await shown.last.get_by_role("button", name="Delete").click()
        await coach.press("Delete the note")
        await expect(shown).to_have_count(1)
        await expect(coach.page.get_by_text("You keep one note here.")).to_be_visible()
        assert [one.text for one in await notes.all()] == [HERE]
        await notes.expire(written.id)
        await coach.press("Throw away")
        assert coach.errors == []
        assert client.errors == []
