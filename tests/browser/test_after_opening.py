"""Kept until it was read and seven days, in the browser: both sides of it, and where it cannot be chosen."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest_asyncio
from playwright.async_api import Browser, Locator, Route, expect

from client_sdk import AfterOpening
from client_sdk.messages import instant
from keys.content import date_after_opening
from tests.browser.conftest import MAYA_PASSWORD, Practice
from tests.browser.visitor import PATIENCE_MILLISECONDS, Client, Visitor, visiting

NAME = "Ada Seven"
CHOICE = "Until Anna has read it, then seven more days"


@dataclass
class Marked:
    """A practice, and a client with whom read marks are signed."""

    practice: Practice
    client: Client


@pytest_asyncio.fixture(scope="module")
async def marked(practice: Practice) -> Marked:
    """Both have signed read marks."""
    offered = await practice.anna.invite(NAME, hold=timedelta(days=30), read_marks=True)
    client = await practice.take_in(NAME, link=offered.link)
    # An empty inbox offers another button.
    await practice.anna.engagement(NAME).send(subject="First", text="x")
    return Marked(practice, client)


def a_week_on(practice: Practice) -> datetime:
    """When something goes that is opened now."""
    return instant(date_after_opening(practice.relay.now(), 7))


def in_words(day: datetime) -> str:
    """A date as the page says it."""
    return f"{day:%A} {day.day} {day:%B} {day.year}"


async def entered(visitor: Visitor, client: Client) -> None:
    """Open the inbox."""
    await visitor.page.goto(visitor.origin)
    await visitor.unlock(client.name, MAYA_PASSWORD)
    await visitor.is_open()


def line(visitor: Visitor) -> Locator:
    """Until when the open message is kept."""
    return visitor.page.locator(".message-foot .kept").last


async def test_who_writes_it(browser: Browser, marked: Marked) -> None:
    """The choice survives a lock with its draft; what is sent says for what it waits, and once the coach has
    opened it, in the open page, on which date it goes; the coach's copy has that date too.
    """
    practice = marked.practice
    to_ada = practice.anna.engagement(NAME)
    async with visiting(browser, practice.origin) as visitor:
        await entered(visitor, marked.client)
        await visitor.see("First")
        await visitor.press("Write")
        await visitor.fill("Subject", "Heron week")
        await visitor.fill("Message", "Read it when you can.")
        async with visitor.draft_stored():
            await visitor.page.get_by_label(CHOICE).check()
        await visitor.lock()
        await entered(visitor, marked.client)
        await visitor.see("First")
        await visitor.press("Write")
        await expect(visitor.page.get_by_label(CHOICE)).to_be_checked()
        await visitor.press("Send to Anna")
        told = visitor.page.get_by_text("or seven days after Anna has read it").first
        await expect(told).to_be_visible(timeout=2 * PATIENCE_MILLISECONDS)
        await visitor.open("Heron week")
        await expect(line(visitor)).to_contain_text("or seven days after Anna has read it.")
        [sent] = [one async for one in to_ada.messages(mark=False) if one.subject == "Heron week"]
        assert sent.days_after_opening == 7
        date = a_week_on(practice)
        assert (await to_ada.message(sent.id)).kept_until == date
        said = f"Deleted on {in_words(date)}, seven whole days after Anna has read it."
        await expect(line(visitor)).to_have_text(said)
        assert visitor.errors == []


async def test_who_reads_it(browser: Browser, marked: Marked) -> None:
    """In view for two seconds it is read: the date comes forward for both, says what it tells its writer, and
    a second browser leaves it as it is.
    """
    practice = marked.practice
    to_ada = practice.anna.engagement(NAME)
    sent = await to_ada.send(subject="Egret week", text="For you.", keep=AfterOpening(7))
    plain = await to_ada.send(subject="Egret plain", text="For you.")
    assert sent.kept_until == plain.kept_until
    for _ in range(2):
        async with visiting(browser, practice.origin) as visitor:
            await entered(visitor, marked.client)
            await visitor.open("Egret week")
            date = a_week_on(practice)
            told = f"Deleted on {in_words(date)}, seven whole days after you have read it."
            await expect(line(visitor)).to_have_text(told)
            shows = "Anna asked for this, and sees by its date on which day you opened it."
            await expect(visitor.page.get_by_text(shows)).to_be_visible()
            assert visitor.errors == []
    assert (await to_ada.message(sent.id)).kept_until == date
    assert (await to_ada.message(plain.id)).kept_until == plain.kept_until
    assert "after Ada Seven has opened it" in (await to_ada.why(sent.id)).text


async def test_without_a_line_the_date_follows_at_the_next_look(browser: Browser, marked: Marked) -> None:
    """The act cannot be stored: nobody is troubled, and at the next look at the message its date follows."""
    practice = marked.practice
    to_ada = practice.anna.engagement(NAME)
    sent = await to_ada.send(subject="Stork week", text="For you.", keep=AfterOpening(7))
    async with visiting(browser, practice.origin) as visitor:
        await entered(visitor, marked.client)
        tried = asyncio.Event()

        async def refuse(route: Route) -> None:
            await route.abort()
            tried.set()

        await visitor.page.context.route("**/acts", refuse)
        await visitor.open("Stork week")
        await expect(line(visitor)).to_contain_text("or seven days after you have read it.")
        await asyncio.wait_for(tried.wait(), PATIENCE_MILLISECONDS / 1000)
        assert (await to_ada.message(sent.id)).kept_until == sent.kept_until
        await visitor.page.context.unroute("**/acts")
        await visitor.page.go_back()
        await visitor.open("Stork week")
        await expect(line(visitor)).to_contain_text("seven whole days after you have read it.")
    assert (await to_ada.message(sent.id)).kept_until == a_week_on(practice)


async def test_without_read_marks_it_cannot_be_chosen(browser: Browser, practice: Practice) -> None:
    """The other choices are there."""
    client = await practice.take_in("Ada Plain")
    await practice.anna.engagement("Ada Plain").send(subject="First", text="x")
    async with visiting(browser, practice.origin) as visitor:
        await entered(visitor, client)
        await visitor.see("First")
        await visitor.press("Write")
        await expect(visitor.page.get_by_label("For 30 days")).to_be_visible()
        await expect(visitor.page.get_by_label(CHOICE)).to_have_count(0)
        assert visitor.errors == []
