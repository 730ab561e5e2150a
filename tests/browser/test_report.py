"""The report: written by both, signed by both, let out by the client, read by the sponsor, taken back."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.browser.conftest import MAYA_PASSWORD, Practice, open_practice
from tests.browser.visitor import Client, Visitor, visiting
from tests.e2e.house import ANNA_PASSWORD
from tests.screens import judge
from tests.service.programs import DAY_SECONDS

pytestmark = pytest.mark.browser

MAYA = "Maya Okafor"
PERSON = "Joan Reyes"
GOAL = "Lead the merger team without weekend calls"
NOTHING = "There is no report here at present."
WRONG = "Those digits do not open this page. Ask the person who gave you this link."
WRITING = re.compile("^(Write|Change) the report")
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
async def parties(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Parties]:
    """A relay of its own, because its clock moves."""
    async with open_practice(tmp_path_factory.mktemp("report")) as practice:
        ends = datetime.fromtimestamp(practice.relay.now(), UTC).date() + timedelta(days=60)
        offered = await practice.anna.invite(
            MAYA, work_ends=ends, hold=timedelta(days=30), sponsor="Northwind", sponsor_sees="A report"
        )
        yield Parties(practice, await practice.take_in(MAYA, link=offered.link))


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
        await visitor.unlock(parties.client.name, MAYA_PASSWORD)
        await visitor.is_open()
        await visitor.press("Report")
        yield visitor
        assert visitor.errors == []


async def write(visitor: Visitor, words: str) -> None:
    """Write a version, which differs in the client's words."""
    await visitor.press(WRITING)
    await visitor.page.get_by_label("Who reads it there").fill(PERSON)
    await visitor.page.locator(".goal-fields").first.get_by_label("Goal 1", exact=True).fill(GOAL)
    await visitor.page.get_by_label("Where it stands").first.fill("Nine weeks of ten.")
    await visitor.page.get_by_label("In the words of Maya").fill(words)
    await visitor.press(re.compile("^Give it to"))
    await expect(visitor.page.get_by_role("heading", name="What has changed")).to_be_visible()
    await expect(visitor.page.get_by_label("In the words of Maya")).to_have_count(0)
    await expect(visitor.page.get_by_text(words).first).to_be_visible()


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
    """The client's signature and release, until it is out; the document as it stood on the review."""
    await visitor.press("Read it as Northwind will")
    await expect(
        visitor.page.get_by_role("heading", name="This is exactly what Northwind will see. Nothing else.")
    ).to_be_visible()
    await visitor.page.locator(".document").first.wait_for()
    shown: str = await visitor.page.evaluate(DOCUMENT)
    await visitor.fill("Type your name to sign", "maya okafor")
    await visitor.press(button)
    # Something released before is told in the same words: only this form's end says that this one is out.
    await expect(visitor.page.get_by_role("button", name=button)).to_have_count(0)
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
    """The coach writes and signs, the client adds and lets it out after the coach, who sees in *Clients* that
    it is waited for, has signed anew; what the sponsor reads is word for word what the client read, and is
    gone with one press.
    """
    async with coach_at(browser, parties) as coach:
        await write(coach, "")
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
        await coach.lock()  # which seals the index anew, and *Clients* reads that
    async with coach_at(browser, parties) as coach:
        await coach.press("Clients")
        row = coach.page.get_by_role("listitem").filter(has_text=MAYA)
        await expect(row.get_by_text("Report wants your signature")).to_be_visible()
        await coach.page.go_back()
        again = await coach_signs(coach)
        assert again.link == way.link
        assert again.digits != way.digits
    async with client_at(browser, parties) as client:
        shown = await client_releases(client, "Release now instead")
        await expect(client.page.locator(".card", has_text="can read the report until")).to_be_visible()
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
        sheet = client.page.get_by_role("dialog")
        await sheet.get_by_role("button", name="Withdraw", exact=True).click()
        await expect(client.page.get_by_text(re.compile("^You withdrew the report"))).to_be_visible()
        await expect(client.page.get_by_text("Not yet confirmed")).to_have_count(0)
        assert [one for one in client.requests if one.endswith("/revoke")]
    async with sponsor_at(browser, parties, again.link) as sponsor:
        await opened(sponsor, again.digits)
        await expect(sponsor.page.get_by_role("heading", name=NOTHING)).to_be_visible()


def without_date(document: str) -> str:
    """A document without its line of dates: on the review it names the day that is offered first."""
    assert "Released by Maya Okafor on" in document
    return re.sub(r"Released by Maya Okafor on [^.]*\.", "", document)


LOCKED_DOWN = """() => {
  const none = { get() { throw new DOMException("blocked", "SecurityError"); } };
  for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"]) {
    Object.defineProperty(window, name, none);
  }
  for (const name of ["WebAssembly", "Worker", "SharedWorker"]) {
    delete window[name];
  }
  const { subtle } = crypto;
  for (const name of subtle ? ["importKey", "generateKey"] : []) {
    const before = subtle[name].bind(subtle);
    subtle[name] = (...given) => {
      if (JSON.stringify(given).includes("25519")) {
        throw new DOMException("unknown", "NotSupportedError");
      }
      return before(...given);
    };
  }
}"""
"""A browser that an employer has locked down, and one whose platform knows none of the newer curves."""


@pytest.fixture(scope="module")
async def released(browser: Browser, parties: Parties) -> Way:
    """New digits, and a release for now; runs after the tests above have gone through theirs."""
    async with coach_at(browser, parties) as coach:
        await write(coach, "I sleep again.")
        way = await coach_signs(coach)
    async with client_at(browser, parties) as client:
        await client_releases(client, "Release now instead")
        await expect(client.page.locator(".card", has_text="can read the report until")).to_be_visible()
    return way


async def test_a_locked_down_browser_reads_it_by_keyboard_and_on_paper(
    browser: Browser, parties: Parties, released: Way
) -> None:
    """Without any storage, wasm, worker or platform curve the page opens, by keys alone; paper says when to
    destroy it, and carries no control; axe finds nothing at any width.
    """
    async with visiting(browser, parties.origin) as visitor:
        await visitor.page.add_init_script(f"({LOCKED_DOWN})()")
        for width in (320, 1280):
            await visitor.page.set_viewport_size({"width": width, "height": 800})
            await visitor.page.goto("about:blank")
            await visitor.page.goto(released.link)
            assert await judge.axe(visitor.page) == []
            await visitor.page.keyboard.press("Tab")
            await visitor.page.keyboard.type(released.digits)
            await visitor.page.keyboard.press("Enter")
            await expect(
                visitor.page.locator(".document h1").or_(visitor.page.locator("h1.h0"))
            ).to_be_focused()
            assert await judge.axe(visitor.page) == []
            wide = await visitor.page.evaluate("() => document.documentElement.scrollWidth")
            assert wide <= width
        await visitor.page.emulate_media(media="print")
        paper = re.compile(r"^Available until \d+ \w+ \d{4}\. Please destroy paper copies then\.$")
        await expect(visitor.page.get_by_text(paper)).to_be_visible()
        await expect(visitor.page.get_by_role("button", name="Print")).to_be_hidden()
        assert len(await visitor.page.pdf()) > 1_000
        assert visitor.errors == []


async def said_by(visitor: Visitor, digits: str) -> str:
    """The whole page after these digits, which show nothing."""
    await opened(visitor, digits)
    await expect(visitor.page.locator("h1", has_text=NOTHING)).to_be_visible()
    return await visitor.page.locator("body").inner_text()


def changed(body: bytes, at: int) -> bytes:
    """The same bytes but for one bit."""
    return body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]


async def tell(lie: bytes, route: Route) -> None:
    """Let the relay answer, and hand out something else."""
    await route.fulfill(response=await route.fetch(), body=lie)


async def test_a_server_that_lies_shows_the_sentence_and_nothing_else(
    browser: Browser, parties: Parties, released: Way
) -> None:
    """Whatever stands between and changes people, ticket, envelope or a keeper's answer is shown by the same
    page as a link to nothing; what the relay itself serves is shown.
    """
    answers: list[bytes] = []

    async def hear(route: Route) -> None:
        real = await route.fetch()
        answers.append(await real.body())
        await route.fulfill(response=real, body=answers[-1])

    async with visiting(browser, parties.origin) as visitor:
        await visitor.page.route("**/v1/release", hear)
        await visitor.page.goto(released.link)
        await opened(visitor, released.digits)
        await expect(visitor.page.locator(".document")).to_be_visible()
    (real,) = answers
    ticket_bytes = int.from_bytes(real[64:68])
    places = [0, 32, 68, 68 + ticket_bytes - 1, 68 + ticket_bytes + 1 + 16 + 4, len(real) - 1]
    lies = [changed(real, at) for at in places]
    lies += [real[:32] * 2 + real[64:], real + b"x", real[:-1], b""]
    said = set()
    for lie in lies:
        async with visiting(browser, parties.origin) as visitor:
            await visitor.page.route("**/v1/release", partial(tell, lie))
            await visitor.page.goto(released.link)
            said.add(await said_by(visitor, released.digits))
    async with visiting(browser, parties.origin) as visitor:
        await visitor.page.route(
            "**/v1/release/keepers/**", lambda route: route.fulfill(status=200, body=b"\0" * 1400)
        )
        await visitor.page.goto(released.link)
        said.add(await said_by(visitor, released.digits))
    async with visiting(browser, parties.origin) as visitor:
        await visitor.page.goto(unknown(released.link))
        said.add(await said_by(visitor, released.digits))
    assert len(said) == 1


def unknown(link: str) -> str:
    """A link of the same form that nobody was given."""
    start, _, rest = link.partition("#3.")
    return f"{start}#3.{'A' * 8}{rest[8:]}"


async def test_words_for_no_line_and_a_keeper_away(browser: Browser, parties: Parties, released: Way) -> None:
    """Each has its sentence, and the form stays."""
    async with visiting(browser, parties.origin) as visitor:
        await visitor.page.goto(f"{parties.origin}/r/")
        await expect(visitor.page.get_by_text("Open that link again")).to_be_visible()
        await visitor.page.goto(released.link)
        await opened(visitor, "12345")
        await expect(visitor.page.get_by_text("Please type all six digits.")).to_be_visible()
        await visitor.page.route("**/v1/release", lambda route: route.abort())
        await opened(visitor, released.digits)
        await expect(visitor.page.get_by_text("There is no connection.")).to_be_visible()
        await visitor.page.unroute("**/v1/release")
        await visitor.page.route("**/keepers/**", lambda route: route.fulfill(status=503, body="{}"))
        await opened(visitor, released.digits)
        await expect(visitor.page.get_by_text("Please try again in a few minutes.")).to_be_visible()
        await visitor.page.unroute("**/keepers/**")


async def test_what_waits_does_not_hide_what_can_be_read(browser: Browser, parties: Parties) -> None:
    """A second release waits for the morning while the first is read: the page says so, the list offers no
    press that would take back both unsaid, and withdrawing ends both.
    """
    async with coach_at(browser, parties) as coach:
        await write(coach, "Three times a week I cook.")
        await coach_signs(coach)
    async with client_at(browser, parties) as client:
        await client_releases(client, "Release now instead")
        await expect(client.page.locator(".card", has_text="can read the report until")).to_have_count(1)
        await client.press("Report")
    async with coach_at(browser, parties) as coach:
        await write(coach, "Four times a week I cook.")
        way = await coach_signs(coach)
    async with client_at(browser, parties) as client:
        await client_releases(client, "Release tomorrow at 09:00")
        said = "Until then Northwind can read the report that was released before."
        await expect(client.page.get_by_text(said)).to_be_visible()
        await client.press("Inbox")
        await expect(client.page.get_by_text("Northwind gets your report")).to_be_visible()
        await expect(client.page.get_by_role("button", name="Cancel")).to_have_count(0)
        async with sponsor_at(browser, parties, way.link) as sponsor:
            await opened(sponsor, way.digits)
            await expect(sponsor.page.get_by_text("Three times a week I cook.")).to_be_visible()
        await client.press("Report")
        await client.press("Withdraw")
        await client.page.get_by_role("dialog").get_by_role("button", name="Withdraw").click()
        await expect(client.page.get_by_text(re.compile("^You withdrew the report on"))).to_be_visible()
    async with sponsor_at(browser, parties, way.link) as sponsor:
        await said_by(sponsor, way.digits)


async def test_one_night_to_change_ones_mind_and_an_end(browser: Browser, parties: Parties) -> None:
    """Tomorrow at nine is the default, and *Cancel* stands in the list; what was not cancelled
    is there when its time has come, and gone when it ends, with the same sentence as before.
    """
    async with coach_at(browser, parties) as coach:
        await write(coach, "Twice a week I cook.")
        way = await coach_signs(coach)
    async with client_at(browser, parties) as client:
        await client_releases(client, "Release tomorrow at 09:00")
        waiting = client.page.locator(".card", has_text="Northwind gets the report on")
        await expect(waiting).to_be_visible()
        await client.press("Inbox")
        await client.press("Cancel")
        await expect(client.page.get_by_text("Northwind gets your report")).to_have_count(0)
        await client.press("Report")
        await client_releases(client, "Release tomorrow at 09:00")
        await expect(waiting).to_be_visible()
        await client.press("See what Northwind sees")
        await expect(client.page.get_by_text(re.compile("^Nothing until "))).to_be_visible()
    silent = set()
    async with sponsor_at(browser, parties, way.link) as sponsor:
        silent.add(await said_by(sponsor, way.digits))
    parties.practice.relay.move_clock(2 * DAY_SECONDS)
    async with sponsor_at(browser, parties, way.link) as sponsor:
        await opened(sponsor, way.digits)
        await expect(sponsor.page.get_by_text("Twice a week I cook.")).to_be_visible()
    parties.practice.relay.move_clock(62 * DAY_SECONDS)
    async with sponsor_at(browser, parties, way.link) as sponsor:
        silent.add(await said_by(sponsor, way.digits))
    assert len(silent) == 1
    async with client_at(browser, parties) as client:
        await expect(
            client.page.get_by_text(re.compile("^Northwind could read the report until"))
        ).to_be_visible()


async def test_five_wrong_tries_close_the_form_for_an_hour(
    browser: Browser, parties: Parties, released: Way
) -> None:
    """The page says so, and says nothing of what lies behind it."""
    async with visiting(browser, parties.origin) as visitor:
        await visitor.page.goto(released.link)
        for digits in ("000001", "000002", "000003", "000004", "000005"):
            await opened(visitor, digits)
            await expect(visitor.page.get_by_role("alert")).to_have_text(WRONG)
            await visitor.fill("Six digits", "")
        await opened(visitor, "000006")
        await expect(visitor.page.get_by_text("too many wrong tries")).to_be_visible()
