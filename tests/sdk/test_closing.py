"""Closing and reopening over a real relay: a plan first, then held, then gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from client_sdk import Attachment, errors
from client_sdk.wire import Response
from client_sdk.words import utc_day
from tests.sdk.house import House, opened_house, subjects
from tests.service.programs import DAY_SECONDS

LOST = Response(502, {}, b"")


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house of its own, with two messages and a file, one of which goes soon."""
    async with opened_house(tmp_path, lying=True) as house:
        await house.to_maya.send(subject="stays", text="x", attach=[Attachment.from_bytes(b"a", "a")])
        await house.to_anna.send(subject="soon", text="x", keep=timedelta(days=3))
        yield house


def day(house: House, days: int) -> datetime:
    """Midnight at the end of a day from today on."""
    midnight = house.anna._core.now() // DAY_SECONDS * DAY_SECONDS
    return datetime.fromtimestamp(midnight + (days + 1) * DAY_SECONDS, UTC)


async def test_a_plan_changes_nothing(house: House) -> None:
    """The plan says what is held, what goes when, who is told and how long backups last; nothing is done."""
    plan = await house.to_maya.plan_close(hold=timedelta(days=30))
    assert (plan.plan.held.messages, plan.plan.held.files, plan.plan.held.notes) == (2, 1, 0)
    assert (plan.plan.sooner.messages, plan.plan.sooner.files) == (1, 0)
    assert plan.plan.gone_at == day(house, 30)
    said = plan.summary()
    assert "Maya Okafor is told" in said
    assert "2 messages and 1 file" in said
    assert "Backups" in said
    assert "Maya" not in repr(plan)
    assert (await house.to_maya.summary()).state == "active"
    assert len(house.to_maya._standing.terms.acts) == 1
    await house.to_maya.send(subject="still open", text="x")


async def test_closed_held_and_gone(house: House) -> None:
    """After the act nothing new can be written; reading and files go on; all has the new end; then it is
    gone.
    """
    plan = await house.to_maya.plan_close(hold=timedelta(days=30))
    await plan.confirm()
    await plan.confirm()  # a second time changes nothing
    for side in (house.to_anna, house.to_maya):
        summary = await side.summary()
        assert (summary.state, summary.hold_ends_at) == ("held", plan.plan.gone_at)
        assert await subjects(side) == ["stays", "soon"]
        with pytest.raises(errors.EngagementClosed):
            await side.send(text="too late")
        with pytest.raises(errors.EngagementClosed):
            await side.agreement.propose(hold=timedelta(days=200))
        with pytest.raises(errors.EngagementClosed):
            await side.plan_close()
        (kept,) = [one async for one in side.messages() if one.subject == "stays"]
        assert kept.kept_until == plan.plan.gone_at
        assert await kept.attachments[0].read() == b"a"
        assert "Anna Harrow closed the work on" in (await side.why(kept.id)).text
        assert "Anna Harrow closed the work on" in (await side.why()).text
    house.relay.move_clock(32 * DAY_SECONDS)
    await asyncio.to_thread(house.relay.command, "expire", "run")
    assert (await house.to_anna.summary()).state == "gone"
    assert await house.to_anna.reminders() == []
    fresh = await house.reopen("maya")
    with pytest.raises(errors.NotFound):
        fresh.engagement()
    await fresh.close()


async def test_what_one_alone_may_not(house: House) -> None:
    """Less than seven days, longer than agreed, a day that has passed: refused before anything is signed."""
    with pytest.raises(errors.Misused, match="seven days"):
        await house.to_maya.plan_close(hold=timedelta(days=3))
    with pytest.raises(errors.RetentionExceeded):
        await house.to_maya.plan_close(hold=timedelta(days=1000))
    for wrong in ({"hold": timedelta(hours=5)}, {"work_ends": day(house, -3).date()}):
        with pytest.raises(errors.Misused):
            await house.to_maya.plan_close(**wrong)  # type: ignore[arg-type]
    with pytest.raises(errors.RetentionExceeded):
        await house.to_maya.plan_close(work_ends=day(house, 900).date())


async def test_without_recall_the_end_stays(house: House) -> None:
    """Where the agreement denies recall, one alone may close but not bring the end of the hold forward."""
    made = await house.to_anna.agreement.propose(recall=False)
    await house.to_maya.agreement.agree(made.id)
    with pytest.raises(errors.Refused, match="needs-both"):
        await house.to_maya.plan_close(hold=timedelta(days=30))
    ends_at = (await house.to_maya.summary()).hold_ends_at
    plan = await house.to_anna.plan_close()
    await plan.confirm()
    house.relay.move_clock(2)  # two computers may read the same second differently
    summary = await house.to_maya.summary()
    assert (summary.state, summary.hold_ends_at) == ("held", ends_at)


async def test_a_last_day_to_come(house: House) -> None:
    """Closing may name a day to come: until then the work goes on, with the new end for what is written."""
    last = utc_day(house.anna._core.now()) + timedelta(days=5)
    plan = await house.to_maya.plan_close(work_ends=last, hold=timedelta(days=10))
    await plan.confirm()
    assert (await house.to_anna.summary()).state == "active"
    sent = await house.to_anna.send(subject="a last word", text="x")
    assert sent.kept_until == plan.plan.gone_at == day(house, 15)
    house.relay.move_clock(7 * DAY_SECONDS)
    with pytest.raises(errors.EngagementClosed):
        await house.to_anna.send(text="x")
    assert (await house.to_maya.summary()).state == "held"


async def test_reopened_by_both(house: House) -> None:
    """Held, one proposes and the other signs: the work goes on; what the closing brought forward stays so."""
    with pytest.raises(errors.EngagementOpen):
        await house.to_maya.reopen(day(house, 20).date())
    plan = await house.to_maya.plan_close(hold=timedelta(days=30))
    await plan.confirm()
    house.relay.move_clock(DAY_SECONDS)
    until = utc_day(house.anna._core.now()) + timedelta(days=20)
    made = await house.to_anna.reopen(until)
    assert (made.kind, made.state) == ("reopen", "open")
    assert (await house.to_maya.summary()).state == "held"
    (seen,) = await house.to_maya.agreement.proposals()
    assert seen.sentences[0].startswith("The work goes on until ")
    with pytest.raises(errors.RetentionExceeded):
        await house.to_maya.reopen(day(house, 999).date())
    with pytest.raises(errors.Misused):
        await house.to_maya.reopen(utc_day(0))
    assert (await house.to_maya.reopen(until)).state == "agreed"  # the same day signs what is proposed
    for side in (house.to_maya, house.to_anna):
        assert (await side.summary()).state == "active"
        (kept,) = [one async for one in side.messages() if one.subject == "stays"]
        assert kept.kept_until == plan.plan.gone_at
    sent = await house.to_anna.send(subject="again", text="x")
    assert sent.kept_until > plan.plan.gone_at
    assert (await house.to_maya.message(sent.id)).kept_until == sent.kept_until


async def test_a_lost_answer_closes_once(house: House) -> None:
    """The act is stored and its answer lost: confirming again finds it done."""
    assert house.liar is not None
    plan = await house.to_maya.plan_close(hold=timedelta(days=30))
    house.liar.lie = lambda method, path, honest: LOST if path.endswith("/acts") else honest
    with pytest.raises(errors.ServerUnavailable):
        await plan.confirm(timeout=30)
    house.liar.lie = None
    await plan.confirm()
    assert len(house.to_maya._standing.terms.acts) == 2
