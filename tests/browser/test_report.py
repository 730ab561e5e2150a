"""The report: written by both, signed by both, let out by the client, read by the sponsor, taken back."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, Page, expect

from client_sdk.account import AsyncAccount
from tests.browser.conftest import Practice
from tests.browser.visitor import PATIENCE_MILLISECONDS, Client, Visitor, visiting
from tests.e2e.house import ANNA_PASSWORD, made_relay
from tests.service.programs import DAY_SECONDS

pytestmark = pytest.mark.browser

MAYA = "Maya Okafor"
PASSWORD = "canary pepper meadow candle"
PERSON = "Joan Reyes"
GOAL = "Lead the merger team without weekend calls"
NOTHING = "There is no report here at present."
WRONG = "Those digits do not open this page. Ask the person who gave you this link."
DOCUMENT = "() => document.querySelector('.document').innerText"


@dataclass
class Parties:
    """A relay whose agreement names a sponsor, its coach and its client."""

    practice: Practice
    client: Client

    @property
    def origin(self) -> str:
        """Where the inbox is."""
        return self.practice.origin


@dataclass(frozen=True)
class Way:
    """What a coach gives a sponsor."""

    link: str
    digits: str


@pytest.fixture(scope="module")
async def parties(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Parties]:
    """A relay of its own, because its clock moves."""
    base = tmp_path_factory.mktemp("report")
    relay = made_relay(base / "relay")
    relay.start()
    try:
        link = relay.command("coach", "invite", "Anna Harrow").stdout.strip()
        anna = await AsyncAccount.setup(link, home=base / "anna", password=ANNA_PASSWORD)
        ends = datetime.fromtimestamp(relay.now(), UTC).date() + timedelta(days=60)
        offered = await anna.invite(
            MAYA, work_ends=ends, hold=timedelta(days=30), sponsor="Northwind", sponsor_sees="A report"
        )
        client = Client(offered.link)
        practice = Practice(relay, offered.link.partition("/i/")[0], anna)
        async with visiting(browser, practice.origin) as visitor:
            await visitor.join(client, MAYA, PASSWORD)
        await anna.settle()
        yield Parties(practice, client)
        await anna.close()
    finally:
        if relay.process is not None:
            relay.process.kill()
            relay.process.communicate()


@asynccontextmanager
async def coach_at(browser: Browser, parties: Parties) -> AsyncIterator[Visitor]:
    """The coach's inbox, at the report."""
    async with visiting(browser, parties.origin) as visitor:
        await visitor.page.goto(parties.origin)
        await visitor.unlock(parties.practice.anna.login.partition("@")[0], ANNA_PASSWORD)
        await visitor.is_open()
        await visitor.press("Our work")
        await visitor.press(re.compile("^Report for Northwind"))
        yield visitor
        assert visitor.errors == []


@asynccontextmanager
async def client_at(browser: Browser, parties: Parties) -> AsyncIterator[Visitor]:
    """The client's inbox, at the report."""
    async with visiting(browser, parties.origin) as visitor:
        await visitor.page.goto(parties.origin)
        await visitor.unlock(parties.client.name, PASSWORD)
        await visitor.is_open()
        await visitor.press("Report")
        yield visitor
        assert visitor.errors == []


async def write(visitor: Visitor, words: str, *, first: bool = False) -> None:
    """Write a version, which differs in the client's words."""
    await visitor.press("Write the report" if first else "Change the report")
    await visitor.page.get_by_label("Who reads it there").fill(PERSON)
    await visitor.page.locator(".goal-fields").first.get_by_label("Goal 1", exact=True).fill(GOAL)
    await visitor.page.get_by_label("Where it stands").first.fill("Nine weeks of ten.")
    await visitor.page.get_by_label("In the words of Maya").fill(words)
    await visitor.press(re.compile("^Give it to"))
    await expect(visitor.page.get_by_role("heading", name="What has changed")).to_be_visible()


async def coach_signs(visitor: Visitor) -> Way:
    """The coach's signature under the newest version; what is shown then."""
    await visitor.press("Read it as Northwind will")
    await visitor.fill("Type your name to sign", "Anna Harrow")
    await visitor.press("Sign")
    way = visitor.page.locator(".way")
    await expect(way).to_be_visible()
    link, digits = [await one.inner_text() for one in await way.locator(".mono").all()]
    assert re.fullmatch(r"\d{6}", digits)
    return Way(link, digits)


async def client_releases(visitor: Visitor, button: str) -> str:
    """The client's signature and release; the document as it stood on the review."""
    await visitor.press("Read it as Northwind will")
    await expect(
        visitor.page.get_by_role("heading", name="This is exactly what Northwind will see. Nothing else.")
    ).to_be_visible()
    shown: str = await visitor.page.evaluate(DOCUMENT)
    await visitor.fill("Type your name to sign", "maya okafor")
    await visitor.press(button)
    return shown


@asynccontextmanager
async def sponsor_at(browser: Browser, parties: Parties, link: str) -> AsyncIterator[Visitor]:
    """The sponsor's browser, at the link."""
    async with visiting(browser, parties.origin) as visitor:
        await visitor.page.goto(link)
        yield visitor
        said = await visitor.traces()
        assert '"local":{},"session":{},"databases":[],"caches":[],"files":[],"cookies":""' in said
        assert {request.split("/v1/")[0].split("/r/")[0] for request in visitor.requests} == {parties.origin}
        assert "#" not in visitor.page.url
        await expect_no_worker(visitor.page)


async def expect_no_worker(page: Page) -> None:
    """Nothing runs behind the page."""
    assert page.workers == []
    assert page.context.service_workers == []


async def opened(visitor: Visitor, digits: str) -> None:
    """Type digits and press *Open*."""
    await visitor.fill("Six digits", digits)
    await visitor.press("Open")


async def test_a_report_from_both_hands_to_the_sponsor_and_back(browser: Browser, parties: Parties) -> None:
    """The coach writes and signs, the client adds and lets it out after the coach has signed anew; what the
    sponsor reads is word for word what the client read, and is gone with one press.
    """
    async with coach_at(browser, parties) as coach:
        await write(coach, "", first=True)
        way = await coach_signs(coach)
    async with sponsor_at(browser, parties, way.link) as sponsor:
        await opened(sponsor, way.digits)
        await expect(sponsor.page.get_by_role("heading", name=NOTHING)).to_be_visible()
    async with client_at(browser, parties) as client:
        await expect(client.page.get_by_text("Anna signed this version")).to_be_visible()
        await write(client, "I no longer answer mail at midnight.")
        await expect(client.page.get_by_text("Anna had signed the version before.")).to_be_visible()
    async with coach_at(browser, parties) as coach:
        await expect(coach.page.get_by_text("You had signed the version before.")).to_be_visible()
        await expect(coach.page.locator(".changes ins")).to_have_text("I no longer answer mail at midnight.")
        again = await coach_signs(coach)
        assert again.link == way.link
        assert again.digits != way.digits
    async with client_at(browser, parties) as client:
        shown = await client_releases(client, "Release now instead")
        await expect(
            client.page.get_by_text(re.compile("Northwind can read the report until"))
        ).to_be_visible()
        async with sponsor_at(browser, parties, again.link) as sponsor:
            await opened(sponsor, way.digits)
            await expect(sponsor.page.get_by_text(WRONG)).to_be_visible()
            await opened(sponsor, again.digits)
            await expect(sponsor.page.locator(".document")).to_be_visible()
            read: str = await sponsor.page.evaluate(DOCUMENT)
            assert sponsor.errors == [
                "Failed to load resource: the server responded with a status of 403 (Forbidden)"
            ]
        assert GOAL in read
        assert without_date(read) == without_date(shown)
        await client.press("See what Northwind sees")
        await expect(client.page.locator(".document")).to_be_visible()
        assert await client.page.evaluate(DOCUMENT) == read
        await client.press("Report")
        await client.press("Withdraw")
        await client.press("Withdraw")
        await expect(client.page.get_by_text(re.compile("^You withdrew the report"))).to_be_visible()
        await expect(client.page.get_by_text("Not yet confirmed")).to_have_count(0)
    async with sponsor_at(browser, parties, again.link) as sponsor:
        await opened(sponsor, again.digits)
        await expect(sponsor.page.get_by_role("heading", name=NOTHING)).to_be_visible()


def without_date(document: str) -> str:
    """A document without its line of dates: on the review it names the day that is offered first."""
    assert "Released by Maya Okafor on" in document
    return re.sub(r"Released by Maya Okafor on [^.]*\.", "", document)
