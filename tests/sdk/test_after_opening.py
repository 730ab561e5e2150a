"""Kept until it was opened and so many days, over a real relay: what may be asked for, and what follows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from client_sdk import AfterOpening, errors
from client_sdk.cli.opening import keep_new
from client_sdk.messages import instant
from client_sdk.wire import Response
from keys.acts import ActKind
from keys.content import date_after_opening
from keys.encoding import to_base64url
from keys.names import DAY_SECONDS
from tests.sdk.house import House, opened_house

WEEK = AfterOpening(7)
LOST = Response(502, {}, b"")


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A coach and a client who have signed read marks, and a relay whose answers can be changed."""
    async with opened_house(tmp_path, lying=True) as opened:
        await sign_marks(opened)
        yield opened


async def sign_marks(house: House, **terms: bool) -> None:
    """Both sign read marks, or what is said of them."""
    made = await house.to_anna.agreement.propose(**({"read_marks": True} | terms))
    await house.to_maya.agreement.agree(made.id)


def a_week_on(house: House) -> datetime:
    """When something goes that is opened now."""
    return instant(date_after_opening(house.relay.now(), 7))


def shortenings(house: House) -> list[tuple[int, bool]]:
    """The acts by which dates came forward: their dates, and whether they tell a time of day."""
    acts = house.to_maya._standing.terms.acts
    found = [one.core for one in acts if one.core.kind is ActKind.SHORTEN]
    return [(core.date, core.issued_at % DAY_SECONDS != 0) for core in found]


async def test_opening_brings_the_date_forward_for_both(house: House) -> None:
    """Sealed until the agreement's date; a list that marks nothing changes nothing; who opens it gives both
    the new date at once, by one act that names the day alone; opening it again, or later, moves nothing.
    """
    sent = await house.to_maya.send(subject="a week", text="x", keep=WEEK)
    plain = await house.to_maya.send(subject="plain", text="x")
    assert sent.kept_until == plain.kept_until
    seen = {one.subject: one async for one in house.to_anna.messages(mark=False)}
    assert (seen["a week"].days_after_opening, seen["plain"].days_after_opening) == (7, None)
    assert (await house.to_maya.message(sent.id)).kept_until == sent.kept_until
    date = a_week_on(house)
    assert (await house.to_anna.message(sent.id)).kept_until == date
    assert (await house.to_maya.message(sent.id)).kept_until == date
    assert (await house.to_anna.message(plain.id)).kept_until == plain.kept_until
    house.relay.move_clock(2 * DAY_SECONDS)
    await house.to_anna.message(sent.id)
    assert shortenings(house) == [(int(date.timestamp()), False)]
    for side, words in ((house.to_anna, "act 3"), (house.to_maya, "act 3")):
        assert "asked that it goes 7 days after" in (await side.why(sent.id)).text
        assert words in (await side.why(sent.id)).text


async def test_a_list_counts_as_opened_as_its_marks_do(house: House) -> None:
    """What a list shows is opened: several of them move by one act."""
    for at in range(3):
        await house.to_anna.send(subject=f"{at}", text="x", keep=WEEK)
    assert len([one async for one in house.to_maya.messages()]) == 3
    date = a_week_on(house)
    assert [one.kept_until async for one in house.to_anna.messages()] == [date] * 3
    assert len(shortenings(house)) == 1


async def test_what_a_program_shows_itself(house: House) -> None:
    """A program that shows what it has been given says so by `acknowledge`, and the date follows."""
    sent = await house.to_anna.send(subject="watched", text="x", keep=WEEK)
    [shown] = [one async for one in house.to_maya.messages(mark=False)]
    assert (await house.to_anna.message(sent.id)).kept_until == sent.kept_until
    await house.to_maya.acknowledge(shown)
    assert (await house.to_anna.message(sent.id)).kept_until == a_week_on(house)


async def test_never_later(house: House) -> None:
    """A message that goes earlier in any case keeps its date, and no act is signed."""
    sent = await house.to_anna.send(subject="soon", text="x", keep=AfterOpening(365))
    await house.to_maya.message(sent.id)
    assert (await house.to_maya.message(sent.id)).kept_until == sent.kept_until
    sooner = await house.to_anna.send(subject="sooner", text="x", keep=WEEK)
    await house.to_anna.shorten(sooner.id, timedelta(days=2))
    date = (await house.to_maya.message(sooner.id)).kept_until
    assert date < a_week_on(house)
    assert len(shortenings(house)) == 1


async def test_an_act_that_was_not_taken_is_made_again(house: House) -> None:
    """Reading does not fail for it; when the message is next opened its date follows, from that day."""
    liar = house.liar
    assert liar is not None
    sent = await house.to_anna.send(subject="a week", text="x", keep=WEEK)
    standing = f"/v1/engagements/{to_base64url(bytes.fromhex(sent.engagement_id))}"

    def lose(_: str, path: str, honest: Response) -> Response:
        assert liar is not None
        asked = sum(1 for _, told in liar.told if told == standing)
        return LOST if path == standing and asked > 1 else honest

    liar.told, liar.lie = [], lose
    assert (await house.to_maya.message(sent.id)).kept_until == sent.kept_until
    assert not [path for _, path in liar.told if path.endswith("/acts")]
    liar.lie = None
    house.relay.move_clock(DAY_SECONDS)
    assert (await house.to_maya.message(sent.id)).kept_until == a_week_on(house)


async def test_an_answer_that_was_lost(house: House) -> None:
    """The act was stored and nobody has heard it: it is found, and not signed a second time."""
    liar = house.liar
    assert liar is not None
    sent = await house.to_anna.send(subject="a week", text="x", keep=WEEK)
    liar.lie = lambda method, path, honest: LOST if path.endswith("/acts") else honest
    await house.to_maya.message(sent.id)
    liar.lie = None
    assert (await house.to_maya.message(sent.id)).kept_until == a_week_on(house)
    assert len(shortenings(house)) == 1


async def test_two_computers(house: House) -> None:
    """A second computer of the reader's finds the date as the first left it, a day later too."""
    sent = await house.to_maya.send(subject="a week", text="x", keep=WEEK)
    other = await house.elsewhere("anna", "annas second")
    try:
        there = other.engagement("Maya Okafor")
        assert [one.days_after_opening async for one in there.messages(mark=False)] == [7]
        await house.to_anna.message(sent.id)
        date = a_week_on(house)
        house.relay.move_clock(DAY_SECONDS)
        assert (await there.message(sent.id)).kept_until == date
    finally:
        await other.close()
    await house.to_maya.summary()
    assert len(shortenings(house)) == 1


async def test_without_read_marks_it_is_not_asked_for(tmp_path: Path) -> None:
    """Refused with what is missing; and where recall is denied, too, since one alone moves one copy alone."""
    async with opened_house(tmp_path) as house:
        with pytest.raises(errors.Refused, match="no-read-marks"):
            await house.to_anna.send(subject="no", text="x", keep=WEEK)
        await sign_marks(house, recall=False)
        with pytest.raises(errors.Refused, match="no-read-marks"):
            await house.to_anna.send(subject="no", text="x", keep=WEEK)


async def test_without_read_marks_it_is_not_done(house: House) -> None:
    """Both have taken read marks out of the agreement since: the message keeps the date it was sealed with,
    and neither is shown a wish.
    """
    sent = await house.to_anna.send(subject="a week", text="x", keep=WEEK)
    await sign_marks(house, read_marks=False)
    shown = await house.to_maya.message(sent.id)
    assert (shown.kept_until, shown.days_after_opening) == (sent.kept_until, None)
    assert shortenings(house) == []


async def test_what_both_keep_longer_stays(house: House) -> None:
    """Both have agreed on a later date after the first was counted: opening the later copy moves nothing."""
    sent = await house.to_anna.send(subject="a week", text="x", keep=WEEK)
    await house.to_maya.message(sent.id)
    made = await house.to_anna.extend([sent.id], timedelta(days=40))
    await house.to_maya.agreement.agree(made.id)
    later = (await house.to_maya.message(sent.id)).kept_until
    assert later > a_week_on(house)
    assert (await house.to_maya.message(sent.id)).kept_until == later
    assert (await house.to_maya.message(sent.id)).days_after_opening is None


@pytest.mark.parametrize("days", [0, -7, 366])
def test_how_many_days(days: int) -> None:
    """1 to 365."""
    with pytest.raises(errors.Misused):
        AfterOpening(days)


def test_as_it_is_typed() -> None:
    """`--keep read+7d` counts from the opening, in whole days; everything else is read as before."""
    assert keep_new("read+7d") == keep_new(" READ+7D ") == WEEK
    assert (keep_new("30d"), keep_new(None)) == (timedelta(days=30), None)
    assert keep_new("2027-03-31") == date(2027, 3, 31)
    for wrong in ("read", "read+", "read+12h", "read+0d", "read+366d", "seen+7d", "read+2027-03-31"):
        with pytest.raises(errors.Misused):
            keep_new(wrong)
