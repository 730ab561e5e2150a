"""The report over a real relay: written by both, signed, released, read with link and digits, withdrawn."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
import pytest_asyncio

from client_sdk import errors
from client_sdk.cli.reporting import _begins
from client_sdk.report_dates import tomorrow_morning
from client_sdk.report_status import SponsorWay
from client_sdk.report_text import ReportForm
from client_sdk.sponsor import open_release
from keys.report import Goal
from tests.sdk.house import House, opened_house
from tests.service.programs import DAY_SECONDS

FORM = ReportForm(
    first_day=date(2026, 9, 1),
    last_day=date(2026, 12, 31),
    person="Joan Reyes, personnel",
    goals=(Goal("Lead the merger team.", "The team says so.", "On course."),),
    client_words="I say no earlier now.",
    next_steps="A look back in spring.",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A house whose agreement names a sponsor."""
    async with opened_house(tmp_path_factory.mktemp("report")) as house:
        made = await house.to_maya.agreement.propose(
            sponsor="Northwind Ltd", sponsor_sees="one page, signed off by Maya", sponsor_calls=True
        )
        await house.to_anna.agreement.agree(made.id)
        yield house


pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Round:
    """Numbers the texts, so that each test writes another version."""

    number: int = 0

    def form(self) -> ReportForm:
        """A form that no version said yet."""
        self.number += 1
        return replace(FORM, next_steps=f"Step {self.number}.")


ROUND = Round()


def relay_now(house: House) -> datetime:
    """The relay's own time."""
    return datetime.fromtimestamp(house.relay.now(), UTC)


async def signed(house: House) -> SponsorWay:
    """A new version, signed by the coach under a new link."""
    await house.to_maya.report.write(ROUND.form())
    return await house.to_maya.report.sign(new_link=True)


async def nothing(way: SponsorWay) -> None:
    """What a sponsor is told whatever the reason."""
    with pytest.raises(errors.NothingHere) as told:
        await open_release(way.link, way.digits)
    assert str(told.value) == "There is no report here at present."


async def test_from_the_first_word_to_the_last(house: House) -> None:
    """The client begins, the coach changes and signs, the client releases at once; link and digits open just
    that document until it is withdrawn; then they open nothing.
    """
    empty = await house.to_anna.report.draft()
    assert (empty.goals, empty.person) == ((), "")
    status = await house.to_anna.report.write(FORM)
    assert [one.number for one in status.versions] == [1]
    assert await house.to_maya.report.draft() == FORM
    changed = replace(FORM, client_words="I say no earlier. Älskar te. 🌿")
    status = await house.to_maya.report.write(changed)
    assert [(one.number, one.mine) for one in status.versions] == [(2, True), (1, False)]
    way = await house.to_maya.report.sign()
    assert len(way.digits) == 6
    await nothing(way)
    assert (await house.to_anna.report.preview())[0] == "Goals and progress"
    released = await house.to_anna.report.release()
    assert released.release is not None
    assert released.release.state == "open"
    believed = await open_release(way.link, way.digits)
    assert believed.version == 2
    assert believed.report.client_words == changed.client_words
    assert (believed.report.coach_name, believed.report.client_name) == ("Anna Harrow", "Maya Okafor")
    both = await house.to_maya.report.status()
    assert both.coach_signed_at is not None
    assert both.client_signed_at is not None
    await house.to_anna.report.withdraw()
    await nothing(way)
    after = await house.to_anna.report.status()
    assert after.release is not None
    assert (after.release.state, after.release.confirmed) == ("withdrawn", True)
    await house.to_anna.report.withdraw()  # once more changes nothing


async def test_the_same_terms_again_after_a_withdrawal(house: House) -> None:
    """Whoever takes back may release the same version for the same dates once more."""
    way = await signed(house)
    for _ in range(2):
        await house.to_anna.report.release()
        assert (await open_release(way.link, way.digits)).report.sponsor_name == "Northwind Ltd"
        await house.to_anna.report.withdraw()
        await nothing(way)


async def test_nothing_leaves_before_both_and_an_edit_drops_a_signature(house: House) -> None:
    """Without the coach's signature under the newest version nothing is released, and both are told why."""
    await house.to_maya.report.write(ROUND.form())
    with pytest.raises(errors.ReportNotReady) as told:
        await house.to_anna.report.release()
    assert told.value.reason == "dropped"  # that of the version before
    await house.to_maya.report.write(ROUND.form())
    with pytest.raises(errors.ReportNotReady) as told:
        await house.to_anna.report.release()
    assert told.value.reason == "not-signed"
    way = await house.to_maya.report.sign(new_link=True)
    dropped = await house.to_anna.report.write(ROUND.form())
    assert dropped.dropped == ("coach",)
    assert (await house.to_maya.report.status()).dropped == ("coach",)
    with pytest.raises(errors.ReportNotReady) as told:
        await house.to_anna.report.release()
    assert told.value.reason == "dropped"
    again = await house.to_maya.report.sign()
    assert again.link == way.link  # the same person there keeps link and digits
    assert again.digits == ""
    await house.to_anna.report.release()


async def test_who_may_what(house: House) -> None:
    """The coach releases nothing and takes nothing back; the client opens no link."""
    await signed(house)
    for call in (house.to_maya.report.release(), house.to_maya.report.withdraw()):
        with pytest.raises(errors.ReportNotReady) as told:
            await call
        assert told.value.reason == "only-client"
    with pytest.raises(errors.ReportNotReady) as told:
        await house.to_anna.report.sign()
    assert told.value.reason == "only-coach"


async def test_a_window_is_kept(house: House) -> None:
    """The client releases later and shorter than the coach signed, never earlier or longer."""
    await house.to_maya.report.write(ROUND.form())
    now = relay_now(house)
    until = (now + timedelta(days=20)).date()
    begins = now + timedelta(days=2)
    way = await house.to_maya.report.sign(begins=begins, until=until, new_link=True)
    with pytest.raises(errors.Misused):
        await house.to_anna.report.release(until=until + timedelta(days=1))
    status = await house.to_anna.report.release(until=until - timedelta(days=1))
    assert status.release is not None
    assert status.release.state == "waiting"
    assert abs(status.release.begins_at - begins) < timedelta(seconds=1)
    await nothing(way)
    await house.to_anna.report.withdraw()


async def test_no_means_nothing_to_the_sponsor(house: House) -> None:
    """Not released, or a change asked for, is told to the coach alone."""
    way = await signed(house)
    await house.to_anna.report.answer("change", note="The first goal.")
    told = await house.to_maya.report.status()
    assert (told.answer, told.answered_by_me, told.note) == ("change", False, "The first goal.")
    await house.to_anna.report.answer("declined")
    assert (await house.to_maya.report.status()).answer == "declined"
    await nothing(way)


async def test_wrong_digits_and_then_no_digits_at_all(house: House) -> None:
    """Wrong digits are said to be wrong; after five the right ones wait too. Another link is not touched."""
    way = await signed(house)
    await house.to_anna.report.release()
    wrong = f"{(int(way.digits) + 1) % 10**6:06d}"
    for _ in range(5):
        with pytest.raises(errors.DigitsRefused):
            await open_release(way.link, wrong)
    with pytest.raises(errors.RateLimited):
        await open_release(way.link, way.digits)
    other = await signed(house)
    await nothing(other)
    for link, digits in (("https://inbox.example/r/#3.x", "123456"), (way.link, "12345")):
        with pytest.raises(errors.Misused):
            await open_release(link, digits)


async def test_a_new_link_ends_the_old_one(house: House) -> None:
    """Another reader is another link: what was released to the first is gone, whoever holds its link."""
    way = await signed(house)
    await house.to_anna.report.release()
    await open_release(way.link, way.digits)
    await house.to_maya.report.write(replace(ROUND.form(), person="Ben Adeyemi"))
    second = await house.to_maya.report.sign()
    assert second.link != way.link
    await nothing(way)
    await house.to_anna.report.release()
    assert (await open_release(second.link, second.digits)).report.sponsor_person == "Ben Adeyemi"
    await house.to_maya.report.close_link()
    await nothing(second)


async def test_calls_only_where_both_agreed(house: House) -> None:
    """The days of calls come from the log of calls, within the period, where the agreement allows it."""
    held = datetime(2026, 10, 5, 9, tzinfo=UTC)
    await house.to_maya.calls.add(held, 50)
    await house.to_maya.calls.add(datetime(2026, 8, 1, tzinfo=UTC), 20)
    await house.to_maya.report.write(replace(ROUND.form(), name_calls=True))
    lines = await house.to_anna.report.preview()
    assert "Calls: 1" in lines


async def test_tomorrow_morning_is_nine_o_clock_there() -> None:
    """One night to change one's mind, by the clock of whoever releases."""
    zone = datetime(2026, 12, 31, 23, 59, tzinfo=UTC).astimezone()
    found = tomorrow_morning(zone)
    assert (found.hour, found.date()) == (9, zone.date() + timedelta(days=1))


async def test_nine_o_clock_and_typed_times_are_those_of_their_own_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the clocks change in between, the offset is that day's and not today's."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        assert tomorrow_morning(datetime(2027, 3, 27, 12, tzinfo=UTC)) == datetime(2027, 3, 28, 7, tzinfo=UTC)
        winter = _begins(at_once=False, tomorrow=False, at="2027-01-15T14:00")
        summer = _begins(at_once=False, tomorrow=False, at="2027-07-15T14:00")
        assert (winter, summer) == (
            datetime(2027, 1, 15, 13, tzinfo=UTC),
            datetime(2027, 7, 15, 12, tzinfo=UTC),
        )
    finally:
        monkeypatch.undo()
        time.tzset()


async def test_a_relay_that_says_nothing_is_there_is_not_taken_at_its_word(house: House) -> None:
    """Where the relay lists nothing of what was let out, the keepers are told to refuse it: it may be served
    to the sponsor all the same.
    """
    way = await signed(house)
    await house.to_anna.report.release()
    await open_release(way.link, way.digits)
    releasing = house.to_anna.report._releasing
    view = await releasing._view()
    assert view is not None
    assert releasing.over(view) == []
    lying = replace(view, releases=())
    assert len(releasing.over(lying)) == 1
    await releasing.settle(lying)
    await nothing(way)


async def test_what_came_after_the_reading_is_not_signed(house: House) -> None:
    """Coach and client sign the version that they read, or none."""
    status = await house.to_maya.report.write(ROUND.form())
    read = status.versions[0].id
    await house.to_anna.report.write(ROUND.form())
    with pytest.raises(errors.ReportNotReady) as told:
        await house.to_maya.report.sign(version=read)
    assert told.value.reason == "changed"
    await house.to_maya.report.sign()
    with pytest.raises(errors.ReportNotReady) as told:
        await house.to_anna.report.release(version=read)
    assert told.value.reason == "changed"
    assert (await house.to_anna.report.status()).client_signed_at is None


async def test_z_an_ended_one_is_nothing(house: House) -> None:
    """At its end a release is nothing, as one that never was. Last here: the clock moves."""
    way = await signed(house)
    await house.to_anna.report.release(until=(relay_now(house) + timedelta(days=1)).date())
    await open_release(way.link, way.digits)
    house.relay.move_clock(3 * DAY_SECONDS)
    await nothing(way)
