"""The inbox in German, in Chromium against a real relay: joining, the list, reading, choosing a language."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import MAYA_PASSWORD, Practice
from tests.browser.visitor import visiting

pytestmark = pytest.mark.browser

NORA = "Nora Kanarienfeld"
ENGLISH_LEFT = re.compile(
    r"\b(the|and|your|you|until|with|this|message|inbox|password|deleted|kept|open|close|settings)\b",
    re.IGNORECASE,
)
GERMAN_FILES = re.compile(r"/assets/(early|late|figures)-")
"""Built of `relay/inbox/src/german`."""


async def in_german(page: Page, *, but: tuple[str, ...] = ()) -> None:
    """The page says that it is German, and no word of the most frequent English ones stands on it."""
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await expect(page.locator("html")).to_have_attribute("dir", "ltr")
    shown = await page.locator("body").inner_text()
    for text in but:
        shown = shown.replace(text, "")
    assert ENGLISH_LEFT.findall(shown) == []


async def test_joining_reading_and_settings_in_german(browser: Browser, practice: Practice) -> None:
    """Whose browser asks for German is invited, reads and chooses in German, without a choice before."""
    link = await practice.invite(NORA)
    async with visiting(browser, practice.origin, width=375, locale="de-DE") as visitor:
        page = visitor.page
        await page.goto(link)
        await expect(page.get_by_role("heading", level=1)).to_have_text(
            "Sie sind in ein privates Postfach eingeladen"
        )
        await in_german(page, but=("English",))
        early = len([one for one in visitor.requests if one.endswith(".js")])
        assert early <= 3  # the page's own script and its German, nothing behind "Weiter"
        await page.get_by_label("Ja, mein eigenes").check()
        await visitor.press("Weiter")
        await visitor.fill("Tippen Sie Ihren Namen ein, um zu unterschreiben", NORA)
        await in_german(page, but=("English", await page.locator("details").inner_text()))
        await visitor.press("Unterschreiben")
        await page.get_by_label("Ein eigenes wählen").check()
        await visitor.fill("Passwort", MAYA_PASSWORD)
        await visitor.press("Weiter")
        await page.get_by_role("heading", name="Ihr Notfallblatt").wait_for()
        await visitor.press("Kopieren")
        await page.get_by_label("Ich habe es gut verwahrt").check()
        await visitor.press("Fertig")
        await page.get_by_role("heading", name="Postfach", exact=True).wait_for()
        await practice.anna.settle()

        kept = timedelta(days=20)
        await practice.anna.engagement(NORA).send(subject="Drei Fragen", text="Bis Donnerstag.", keep=kept)
        await visitor.see("Drei Fragen")
        await expect(visitor.row("Drei Fragen")).to_contain_text(
            re.compile(r"Aufbewahrt bis \d{1,2}\. [A-Zä]")
        )
        await in_german(page)
        await visitor.row("Drei Fragen").click()
        await page.locator(".message").first.wait_for()
        await expect(page.locator(".message-foot, .kept").last).to_contain_text(
            re.compile(r"Aufbewahrt bis \w+tag, \d{1,2}\. \w+ 20\d\d, für Sie beide|Aufbewahrt bis Mittwoch")
        )
        await in_german(page)

        await page.goto(f"{practice.origin}/our-work/copy")
        await page.get_by_role("heading", name="Kopie mitnehmen").wait_for()
        names = ("open-me.html", "mailbox export open")
        await in_german(page, but=names)
        await page.get_by_label("Wer die Datei hat").check()
        await in_german(page, but=names)
        await page.goto(f"{practice.origin}/settings/language")
        await page.get_by_role("heading", name="Sprache").wait_for()
        await in_german(page, but=("English",))
        await page.get_by_label("English").check()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Language")
        await expect(page.get_by_role("link", name="Settings").last).to_be_visible()
        await expect(page.locator("html")).to_have_attribute("lang", "en")
        await page.reload()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Language")
        await page.get_by_label("As the browser says").check()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Sprache")
        assert visitor.errors == []


async def test_nobody_fetches_a_language_that_is_not_theirs(browser: Browser, practice: Practice) -> None:
    """An English page asks for no German, until somebody chooses it on the page where the inbox is locked."""
    async with visiting(browser, practice.origin, width=375) as visitor:
        page = visitor.page
        await page.goto(practice.origin)
        await expect(page.get_by_role("heading", level=1)).to_have_text("Your inbox is locked")
        assert not [one for one in visitor.requests if GERMAN_FILES.search(one)]
        await visitor.fill("Inbox name", "amber-river-42")
        await visitor.press("Deutsch")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Ihr Postfach ist gesperrt")
        await expect(page.get_by_label("Postfachname", exact=True)).to_have_value("amber-river-42")
        await expect(page).to_have_title("Gesperrt")
        await in_german(page, but=("English",))
        assert [one for one in visitor.requests if GERMAN_FILES.search(one)]
        await page.reload()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Ihr Postfach ist gesperrt")
        assert visitor.errors == []


async def test_a_new_browser_speaks_what_its_owner_chose(browser: Browser, practice: Practice) -> None:
    """A language chosen where the inbox is locked goes with its owner; a browser that never heard of it
    speaks it once the inbox is open, and stays with it.
    """
    client = await practice.take_in("Grete Kanarienvogel")
    async with visiting(browser, practice.origin) as first:
        await first.page.goto(practice.origin)
        await first.press("Deutsch")
        await first.fill("Postfachname", client.name)
        await first.fill("Passwort", MAYA_PASSWORD)
        await first.press("Öffnen")
        await first.page.get_by_role("heading", name="Postfach", exact=True).wait_for()
        await first.page.wait_for_function("() => localStorage.getItem('language-unsaved') === null")
    async with visiting(browser, practice.origin) as second:
        page = second.page
        await page.goto(practice.origin)
        await expect(page.get_by_role("heading", level=1)).to_have_text("Your inbox is locked")
        await second.fill("Inbox name", client.name)
        await second.fill("Password", MAYA_PASSWORD)
        await second.press("Open")
        await page.get_by_role("heading", name="Postfach", exact=True).wait_for()
        await in_german(page)
        await page.goto(f"{practice.origin}/settings/language")
        await expect(page.get_by_label("Deutsch")).to_be_checked()
        await page.get_by_label("As the browser says").or_(page.get_by_label("Wie im Browser")).check()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Language")
        await page.wait_for_function("() => localStorage.getItem('language-unsaved') === null")
        assert second.errors == []
