"""Dates over a real relay: longer by both, shorter by either, why, what went unread, what is reminded of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from client_sdk import AsyncEngagement, Attachment, errors
from client_sdk.wire import Response
from tests.sdk.house import House, Standing, opened_house, standing, subjects
from tests.service.programs import DAY_SECONDS

KEEP = timedelta(days=3)
LONGER = timedelta(days=30)
LOST = Response(502, {}, b"")


APART = pytest.mark.parametrize("house", ["apart"], indirect=True, ids=[""])
"""For tests that let time pass: a relay of their own."""


@pytest_asyncio.fixture(scope="module")
async def relay(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Standing]:
    """A relay for all others, whose answers can be lost on their way."""
    async with standing(tmp_path_factory.mktemp("dates"), lying=True) as found:
        yield found


@pytest_asyncio.fixture
async def house(request: pytest.FixtureRequest, relay: Standing, tmp_path: Path) -> AsyncIterator[House]:
    """Two people of one's own."""
    apart = hasattr(request, "param")
    async with opened_house(tmp_path, lying=True) if apart else relay.house(tmp_path) as house:
        yield house


async def extended(house: House, message_id: str) -> None:
    """The client proposes to keep a message longer, the coach agrees, the client's software follows."""
    made = await house.to_anna.extend([message_id], LONGER)
    await house.to_maya.agreement.agree(made.id)
    await house.to_anna.summary()


@APART
async def test_longer_by_both(house: House) -> None:
    """Both sign, each side seals its own copy again: one message with its file, still read, kept for both
    past its first date, and told of by nobody as gone.
    """
    sent = await house.to_maya.send(
        subject="to keep", text="words", attach=[Attachment.from_bytes(b"a file", "a.txt")], keep=KEEP
    )
    other = await house.to_maya.send(subject="to go", text="x", keep=KEEP)
    assert [one.unread async for one in house.to_anna.messages(unread=True)] == [True, True]
    made = await house.to_anna.extend([sent.id], LONGER)
    assert (made.kind, made.state) == ("extend", "open")
    (seen,) = await house.to_maya.agreement.proposals()
    assert seen.sentences[0].startswith("1 message would be kept until ")
    assert seen.effects == ("Everything else keeps its date.",)
    assert (await house.to_maya.message(sent.id)).kept_until == sent.kept_until
    assert (await house.to_maya.agreement.agree(seen.id)).state == "agreed"
    assert (await house.to_anna.agreement.proposals())[0].state == "agreed"
    for side in (house.to_maya, house.to_anna):
        got = await side.message(sent.id)
        assert got.kept_until > sent.kept_until + timedelta(days=26)
        assert (got.text, got.unread, got.marks) == ("words", False, ())
        assert sorted(await subjects(side)) == ["to go", "to keep"]
        assert await side.gone() == []
        why = await side.why(sent.id)
        assert why.goes_at == got.kept_until
        assert "Both of you signed on" in why.text
        assert "longer" in why.text
    house.relay.move_clock(4 * DAY_SECONDS)
    await asyncio.to_thread(house.relay.command, "expire", "run")
    fresh = await house.elsewhere("maya", "maya's phone")
    for side in (house.to_maya, house.to_anna, fresh.engagement()):
        assert await subjects(side) == ["to keep"]
        (file,) = (await side.message(sent.id)).attachments
        assert await file.read() == b"a file"
        with pytest.raises(errors.NotFound):
            await side.message(other.id)
    await fresh.close()


async def test_again_longer_and_then_shorter(house: House) -> None:
    """What was lengthened can be lengthened once more; either then brings it forward or takes it back for
    both.
    """
    sent = await house.to_maya.send(subject="twice", text="x", keep=KEEP)
    await extended(house, sent.id)
    made = await house.to_maya.extend([sent.id], timedelta(days=60))
    await house.to_anna.agreement.agree(made.id)
    until = {(await side.message(sent.id)).kept_until for side in (house.to_maya, house.to_anna)}
    assert len(until) == 1
    assert until.pop() > sent.kept_until + timedelta(days=56)
    await house.to_anna.shorten(sent.id, timedelta(days=1))
    for side in (house.to_maya, house.to_anna):
        assert (await side.message(sent.id)).kept_until < sent.kept_until
        assert "Maya Okafor brought the date forward" in (await side.why(sent.id)).text
    await house.to_maya.recall(sent.id)
    for side in (house.to_maya, house.to_anna):
        with pytest.raises(errors.Deleted):
            await side.message(sent.id)
        assert await subjects(side) == []


async def test_killed_in_the_middle(house: House) -> None:
    """Whatever is lost on the way, sealing again goes on at the next run, once, and the older copies go."""
    assert house.liar is not None
    sent = await house.to_maya.send(subject="interrupted", text="x", keep=KEEP)
    made = await house.to_anna.extend([sent.id], LONGER)
    house.liar.lie = lambda method, path, honest: LOST if path == "/v1/envelopes" else honest
    await house.to_maya.agreement.agree(made.id)  # it is agreed; what its answer lost is made up for
    house.liar.lie = lambda method, path, honest: LOST if path.endswith("/expire") else honest
    again = await house.reopen("anna")
    side = again.engagement("maya")
    assert await subjects(side) == ["interrupted"]
    house.liar.lie = None
    assert (await side.message(sent.id)).kept_until > sent.kept_until
    assert again._core.state.mailboxes.replaced_copies(side.mailbox_id) == []
    assert await subjects(side) == ["interrupted"]
    await again.close()


async def test_what_cannot_be_kept_longer(house: House) -> None:
    """Past the end of the hold, not later, unknown, gone or no messages at all: refused, nothing proposed."""
    sent = await house.to_maya.send(subject="x", text="x", keep=KEEP)
    with pytest.raises(errors.RetentionExceeded):
        await house.to_anna.extend([sent.id], timedelta(days=900))
    with pytest.raises(errors.RetentionExceeded):
        await house.to_anna.extend([sent.id], None)
    for wrong, keep in (([sent.id], timedelta(days=1)), ([], LONGER), (["nonsense"], LONGER)):
        with pytest.raises(errors.Misused):
            await house.to_anna.extend(wrong, keep)
    with pytest.raises(errors.NotFound):
        await house.to_anna.extend(["0" * 32], LONGER)
    assert await house.to_maya.agreement.proposals() == []


async def test_nothing_is_agreed_unseen(house: House) -> None:
    """Who no longer has a message does not sign that it is kept longer; an act that came first overtakes."""
    sent = await house.to_maya.send(subject="mine is gone", text="x", keep=KEEP)
    await house.to_anna.message(sent.id)
    made = await house.to_maya.extend([sent.id], LONGER)
    await house.to_anna.expire(sent.id)
    with pytest.raises(errors.Refused, match="not-held"):
        await house.to_anna.agreement.agree(made.id)
    await house.to_anna.agreement.decline(made.id)
    assert [one.state for one in await house.to_maya.agreement.proposals()] == ["declined"]
    other = await house.to_maya.send(subject="x", text="x", keep=KEEP)
    made = await house.to_maya.extend([other.id], LONGER)
    await house.to_anna.shorten(other.id, timedelta(days=1))
    assert [one.state for one in await house.to_maya.agreement.proposals()] == ["overtaken"]
    with pytest.raises(errors.NotFound):
        await house.to_anna.agreement.agree(made.id)


async def test_only_one_copy_without_recall(house: House) -> None:
    """Where the agreement denies recall, one alone shortens their own copy alone, and is told so."""
    made = await house.to_maya.agreement.propose(recall=False)
    await house.to_anna.agreement.agree(made.id)
    sent = await house.to_maya.send(subject="stays", text="x", keep=KEEP)
    with pytest.raises(errors.Refused, match="recall-denied"):
        await house.to_maya.recall(sent.id)
    assert await house.to_anna.shorten(sent.id, timedelta(days=1)) is False
    assert (await house.to_anna.message(sent.id)).kept_until < sent.kept_until
    assert (await house.to_maya.message(sent.id)).kept_until == sent.kept_until
    assert "each of you for their own copy" in (await house.to_maya.why(sent.id)).text


async def test_why(house: House) -> None:
    """Every stored thing says when it goes, who decided that and who can change it."""
    chosen = await house.to_maya.send(subject="chosen", text="x", keep=KEEP)
    default = await house.to_anna.send(subject="default", text="x")
    told = await house.to_anna.why(chosen.id)
    assert told.goes_at == chosen.kept_until
    assert told.decided[1] == (
        "Anna Harrow chose this date when it was written; the agreement (number 1) allows it."
    )
    assert told.changeable == ("Sooner: either of you, for both. Later: only both of you together.",)
    assert "That is the end of the hold" in (await house.to_maya.why(default.id)).text
    whole = await house.to_anna.why()
    assert whole.goes_at == (await house.to_anna.summary()).hold_ends_at
    assert (await house.to_maya.why("notes")).goes_at == whole.goes_at
    assert (await house.to_maya.why("account")).goes_at == whole.goes_at + timedelta(days=30)
    with pytest.raises(errors.NotFound):
        await house.to_maya.why("invitation")
    offered = await house.anna.invite("Tom Field")
    assert (await house.anna.engagement("tom").why()).goes_at == offered.expires_at
    for wrong in ("nonsense", ""):
        with pytest.raises(errors.Misused):
            await house.to_anna.why(wrong)


# --- unread -------------------------------------------------------------------------------------------------


async def went(side: AsyncEngagement) -> list[str]:
    """Why what left has left."""
    return [one.reason for one in await side.gone()]


@APART
async def test_went_unread(house: House) -> None:
    """What was shown is told to the relay, and what never was is told to its writer alone once it has gone;
    looking without marking shows nothing to anybody, and a relay that is away fails no reading.
    """
    assert house.liar is not None
    read = await house.to_maya.send(subject="read", text="x", keep=timedelta(days=1))
    await house.to_anna.message(read.id)
    unread = await house.to_maya.send(subject="unread", text="x", keep=timedelta(days=1))
    assert [one.subject async for one in house.to_anna.messages(mark=False)] == ["unread", "read"]
    later = await house.to_maya.send(subject="lost", text="x")
    house.liar.lie = lambda method, path, honest: LOST if path.endswith("/acknowledge") else honest
    assert (await house.to_anna.message(later.id)).subject == "lost"
    house.liar.lie, house.liar.told = None, []
    await house.to_anna.message(later.id)
    await house.to_anna.message(later.id)
    assert sum(path.endswith("/acknowledge") for _, path in house.liar.told) == 1
    house.relay.move_clock(2 * DAY_SECONDS)
    await asyncio.to_thread(house.relay.command, "expire", "run")
    gone = {one.id: one for one in await house.to_maya.gone()}
    assert (gone[read.id].reason, gone[unread.id].reason) == ("due", "unread")
    assert gone[unread.id].on is not None
    assert await went(house.to_anna) == ["due", "due"]
    assert len(await house.to_maya.gone(new=True)) == 2
    assert await house.to_maya.gone(new=True) == []
    with pytest.raises(errors.Deleted) as caught:
        await house.to_maya.message(unread.id)
    assert (caught.value.reason, caught.value.on) == ("unread", gone[unread.id].on)


@APART
async def test_reminders(house: House) -> None:
    """What is unread is reminded of 7 days and 1 day before, once each; the summary says it too."""
    sent = await house.to_maya.send(subject="x", text="x", keep=timedelta(days=9))
    assert await house.to_anna.reminders() == []
    summary = await house.to_anna.summary()
    assert (summary.unread, summary.unread_going, summary.unread_goes_at) == (1, 1, sent.kept_until)
    assert (summary.next_deletion_at, summary.next_messages, summary.next_files) == (sent.kept_until, 1, 0)
    for days, told in ((3, 7), (5, None), (8, 1)):
        house.relay.move_clock(days * DAY_SECONDS)
        found = await house.to_anna.reminders()
        assert [one.days for one in found] == ([told] if told else [])
        assert await house.to_anna.reminders() == []
    assert await house.to_maya.reminders() == []
