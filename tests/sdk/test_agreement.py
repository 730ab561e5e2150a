"""The agreement over a real relay: proposed by either, agreed by the other, declined, overtaken, kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from client_sdk import errors
from client_sdk.catalogue import catalogue
from client_sdk.compose import Draft
from client_sdk.facts import Facts, Wanted, change_sentences, check_facts, in_sentences
from keys.content import ContentKind
from keys.proposal import declined_shown
from tests.sdk.house import House, Standing, opened_house, standing
from tests.service.programs import DAY_SECONDS


@pytest_asyncio.fixture(scope="module")
async def relay(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Standing]:
    """A relay for all tests that let no time pass."""
    async with standing(tmp_path_factory.mktemp("agreement")) as found:
        yield found


@pytest_asyncio.fixture
async def house(relay: Standing, tmp_path: Path) -> AsyncIterator[House]:
    """Two people of one's own: what is signed by them stays signed."""
    async with relay.house(tmp_path) as house:
        yield house


async def test_a_change_from_end_to_end(house: House) -> None:
    """The coach proposes, the client sees sentences first and agrees; both keep the new words, the old ones
    stay readable, and what is written from then on is written under the new agreement.
    """
    before = house.to_maya.agreement.facts
    early = await house.to_maya.send(subject="before", text="x")
    made = await house.to_maya.agreement.propose(hold=timedelta(days=180), note="More time to look back.")
    assert made.sentences == ("Held for 180 days instead of 90.", "Everything else is the same.")
    assert (made.state, made.mine, made.kind) == ("open", True, "agreement")
    (seen,) = await house.to_anna.agreement.proposals()
    assert (seen.id, seen.mine, seen.note) == (made.id, False, "More time to look back.")
    assert seen.sentences == made.sentences
    assert seen.effects[0].startswith("What is here keeps its date; what is written from then on may stay")
    assert "180 days" in seen.text
    assert seen.facts is not None
    assert seen.facts.hold_days == 180
    assert house.to_anna.agreement.facts == before  # nothing has changed by a proposal
    agreed = await house.to_anna.agreement.agree(seen.id[:8])
    assert agreed.state == "agreed"
    late = await house.to_maya.send(subject="after", text="x")
    for side in (house.to_anna, house.to_maya):
        assert [one.subject async for one in side.messages()] == ["after", "before"]
        assert side.agreement.facts.hold_days == 180
        assert side.agreement.text == seen.text
        first, second = (await side.agreement.history())[::-1]
        assert (first.in_force, second.in_force) == (False, True)
        assert "90 days" in first.text
        assert second.changes == made.sentences
        assert (await side.message(early.id)).kept_until == early.kept_until
        assert (await side.agreement.proposals())[0].state == "agreed"
    assert late.kept_until == early.kept_until + timedelta(days=90)
    fresh = await house.elsewhere("maya", "maya's phone")
    assert fresh.engagement().agreement.text == seen.text  # from the vault, with nothing else at hand
    assert [one.number for one in await fresh.engagement().agreement.history()] == [2, 1]
    await fresh.close()


async def test_declined_and_taken_back(house: House) -> None:
    """Either may propose; no means that all stays; a proposal that is taken back cannot be agreed to."""
    made = await house.to_anna.agreement.propose(
        sponsor="Northwind", sponsor_sees="that the work has begun", phones=("07700 900142",)
    )
    assert made.sentences[0] == "Northwind becomes the sponsor and is shown: that the work has begun."
    (seen,) = await house.to_maya.agreement.proposals()
    assert (await house.to_maya.agreement.decline(seen.id, note="Not yet.")).state == "declined"
    (told,) = await house.to_anna.agreement.proposals()
    assert told.state == "declined"
    with pytest.raises(errors.ProposalOver) as caught:
        await house.to_maya.agreement.agree(seen.id)
    assert caught.value.state == "declined"
    again = await house.to_anna.agreement.propose(read_marks=True)
    with pytest.raises(errors.Refused, match="not-theirs"):
        await house.to_anna.agreement.agree(again.id)
    await house.to_anna.agreement.decline(again.id)
    with pytest.raises((errors.ProposalOver, errors.NotFound)):
        await house.to_maya.agreement.agree(again.id)
    assert len(await house.to_maya.agreement.history()) == 1
    assert [one async for one in house.to_maya.messages()] == []  # a proposal is no message


async def test_overtaken(house: House) -> None:
    """Once something else is signed, an open proposal is overtaken and says so; it can be made again."""
    first = await house.to_maya.agreement.propose(hold=timedelta(days=10))
    second = await house.to_anna.agreement.propose(longest_keep=timedelta(days=30))
    await house.to_maya.agreement.agree(second.id)
    for side in (house.to_maya, house.to_anna):
        states = {one.id: one.state for one in await side.agreement.proposals()}
        assert states == {first.id: "overtaken", second.id: "agreed"}
    with pytest.raises(errors.ProposalOver, match="overtaken"):
        await house.to_anna.agreement.agree(first.id)
    again = await house.to_maya.agreement.propose(hold=timedelta(days=10))
    await house.to_anna.agreement.agree(again.id)
    facts = house.to_anna.agreement.facts
    assert (facts.hold_days, facts.longest_keep_days) == (10, 30)
    sent = await house.to_maya.send(subject="x", text="x")
    assert sent.kept_until < (await house.to_maya.summary()).hold_ends_at


async def test_a_shorter_hold_takes_what_exists_along(house: House) -> None:
    """Both may bring the end forward: what would stay longer goes with it, and says who decided that."""
    sent = await house.to_maya.send(subject="kept to the end", text="x")
    before = (await house.to_anna.message(sent.id)).kept_until
    made = await house.to_maya.agreement.propose(hold=timedelta(days=1))
    assert made.effects[0].startswith("What is here and would stay longer goes on ")
    await house.to_anna.agreement.agree(made.id)
    for side in (house.to_maya, house.to_anna):
        got = await side.message(sent.id)
        assert got.kept_until == before - timedelta(days=89)
        told = await side.why(sent.id)
        assert told.goes_at == got.kept_until
        assert "Both of you signed the agreement of" in told.text
        assert (await side.summary()).next_deletion_at == got.kept_until


async def test_what_no_agreement_can_be(house: House) -> None:
    """Bad facts, no change at all, a template without a fact, an unknown number: refused, nothing sent."""
    propose = house.to_maya.agreement.propose
    for wrong in (
        {},
        {"hold": timedelta(days=90)},
        {"hold": timedelta(days=3651)},
        {"hold": timedelta(hours=36)},
        {"hold": timedelta(days=-1)},
        {"work_ends": date(2020, 1, 1)},
        {"sponsor": "Northwind"},
        {"places": ()},
        {"phones": ("1\n2",)},
        {"phones": ("1",), "work_phones": {"2": "coach"}},
        {"phones": ("1",), "work_phones": {"1": "sponsor"}},
        {"phones": tuple(str(number) for number in range(9))},
        {"refused_domains": ("a..b",)},
        {"hold": timedelta(days=5), "template": "Only ${coach}."},
        {"places": ("x" * 256,)},
    ):
        with pytest.raises(errors.Misused):
            await propose(**wrong)  # type: ignore[arg-type]
    for wrong_id in ("", "12345", "z" * 8):
        with pytest.raises(errors.Misused):
            await house.to_anna.agreement.agree(wrong_id)
    with pytest.raises(errors.NotFound):
        await house.to_anna.agreement.agree("0" * 32)
    assert await house.to_anna.agreement.proposals() == []


async def test_words_of_ones_own(house: House) -> None:
    """An agreement in one's own words needs its template again when a fact changes."""
    own = "OUR OWN WORDS\n" + catalogue().template()
    made = await house.to_maya.agreement.propose(template=own)
    assert made.sentences == ("Nothing changes but the words.",)
    await house.to_anna.agreement.agree(made.id)
    assert house.to_anna.agreement.text.startswith("OUR OWN WORDS")
    with pytest.raises(errors.Misused, match="your own"):
        await house.to_anna.agreement.propose(hold=timedelta(days=5))
    made = await house.to_anna.agreement.propose(hold=timedelta(days=5), template=own)
    assert "Anna Harrow" in made.text


async def test_a_german_agreement_stays_german(relay: Standing, tmp_path: Path) -> None:
    """An agreement in German is no text of one's own: a changed fact stands in the same words."""
    async with relay.house(tmp_path, language="de") as house:
        before = house.to_maya.agreement.text
        made = await house.to_maya.agreement.propose(hold=timedelta(days=180))
        assert made.sentences == ("Held for 180 days instead of 90.", "Everything else is the same.")
        (seen,) = await house.to_anna.agreement.proposals()
        assert seen.sentences == made.sentences
        await house.to_anna.agreement.agree(seen.id)
        for side in (house.to_anna, house.to_maya):
            newest = (await side.agreement.history())[0]
            assert "für 180 Tage" in side.agreement.text
            assert side.agreement.text.splitlines()[0] == before.splitlines()[0]
            assert before.startswith("Wie Anna Harrow und Maya Okafor aufbewahren")
            assert newest.changes == made.sentences


async def test_another_language_is_other_words(house: House) -> None:
    """Where a proposal puts the same facts into another language, nobody is told that all else stays."""
    made = await house.to_maya.agreement.propose(hold=timedelta(days=5), template=catalogue("de").template())
    assert made.sentences[-1] == "Other words of it are changed too: read it whole."


async def test_other_words_beside_a_fact_are_told(house: House) -> None:
    """Where a proposal changes a fact and, unasked, a word elsewhere, nobody is told that all else stays."""
    sly = catalogue().template().replace("Silence changes nothing.", "Silence is consent.")
    made = await house.to_maya.agreement.propose(hold=timedelta(days=5), template=sly)
    (seen,) = await house.to_anna.agreement.proposals()
    for one in (made, seen):
        assert one.sentences[-1] == "Other words of it are changed too: read it whole."
    await house.to_anna.agreement.agree(seen.id)
    assert (await house.to_anna.agreement.history())[0].changes == seen.sentences


async def test_a_proposal_taken_back_by_a_browser(house: House) -> None:
    """A browser takes its own proposal back by sending its act back; nobody signs it from then on."""
    made = await house.to_maya.agreement.propose(hold=timedelta(days=5))
    agreement = house.to_maya.agreement
    await agreement.proposals()
    (mine,) = await agreement._proposals.sealed()
    answer = Draft("", "", kind=ContentKind.AGREEMENT, fixed=mine.act.encode(), shown=declined_shown())
    await agreement._sending.send(answer)
    (seen,) = await house.to_anna.agreement.proposals()
    assert (seen.id, seen.state) == (made.id, "declined")
    with pytest.raises(errors.ProposalOver):
        await house.to_anna.agreement.agree(seen.id)


async def test_expired_proposals(tmp_path: Path) -> None:
    """A proposal whose own end has passed is expired, even if nothing was signed since."""
    async with opened_house(tmp_path) as house:
        today = house.to_maya.agreement.facts.last_day - timedelta(days=182)
        made = await house.to_maya.agreement.propose(work_ends=today, hold=timedelta(days=1))
        house.relay.move_clock(3 * DAY_SECONDS)
        (told,) = await house.to_anna.agreement.proposals()
        assert told.state == "expired"
        with pytest.raises(errors.ProposalOver, match="has passed"):
            await house.to_anna.agreement.agree(made.id)


def test_a_work_number_is_named_in_words_and_stays_marked() -> None:
    """Text and sentences of a change say whose work number one is; a mark stays while its number does."""
    words = catalogue()
    plain = Facts(date(2027, 2, 28), places=("here",), phones=("1", "2"))
    marked = Wanted(work_phones={"2": "coach"}).applied(plain)
    check_facts(marked, date(2026, 11, 23))
    assert in_sentences(marked, "Maya", words)["phones"].endswith("1 and 2 (a work number of the coach).")
    (changed, _) = change_sentences(plain, marked, words, same_words=True)
    assert "2 (a work number of the coach)" in changed
    assert Wanted(sponsor_calls=False).applied(marked) == marked
    assert Wanted(phones=("1",)).applied(marked).work_phones == ()
    assert Wanted(work_phones={}).applied(marked) == plain


def test_facts_are_those_of_the_frame() -> None:
    """What a policy says and what people read of it are the same facts, both ways."""
    facts = Facts(
        date(2027, 2, 28),
        30,
        7,
        recall=False,
        refused_domains=("northwind.example",),
        sponsor="Northwind",
        sponsor_sees="that it has begun",
        places=("inbox.harrow.example",),
        phones=("07700 900142", "07700 900143", "07700 900144"),
        read_marks=True,
        work_phones=(("07700 900142", "client"), ("07700 900144", "coach")),
    )
    policy = facts.policy(bytes(16), 2, bytes([1]) * 32, bytes(32), bytes(32))
    assert Facts.of(policy) == facts
    assert facts.hold_ends == date(2027, 3, 30)
    shown = repr(facts)
    assert "Northwind" not in shown
    assert "07700" not in shown
