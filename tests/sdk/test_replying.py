"""Replies to an invitation over a real relay: who does not join says so, and the coach is told."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from client_sdk import AsyncAccount, InvitationReply, errors
from tests.sdk.house import MAYAS, House, opened_house

WISH = "Thirty days of hold.\n\nUnd bitte sonntags nichts: Grüße!"


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A relay, a coach and a client."""
    async with opened_house(tmp_path_factory.mktemp("replies")) as house:
        yield house


async def said_to(house: House, name: str) -> InvitationReply | None:
    """What the coach is shown."""
    return (await house.anna.engagement(name).summary()).reply


async def test_asked_and_joined_all_the_same(house: House) -> None:
    """A wish leaves the invitation open, the newest stands, and with the acceptance it is gone."""
    link = (await house.anna.invite("Tom Field")).link
    assert await said_to(house, "Tom Field") is None
    for text in ("Something else.", WISH, f"  {WISH} "):
        await AsyncAccount.reply(link, "change", text)
    assert await said_to(house, "Tom Field") == InvitationReply("change", WISH)
    tom = await AsyncAccount.accept(link, name="Tom Field", home=house.home("tom"), password=MAYAS)
    await tom.close()
    with pytest.raises(errors.InvitationClosed, match="already used"):
        await AsyncAccount.reply(link, "no")
    await house.anna.settle()
    assert await said_to(house, "Tom Field") is None


async def test_declined_and_invited_again(house: House) -> None:
    """It opens nothing any more, and the same name invited again begins without the reply."""
    for kind in ("no", "work-device"):
        link = (await house.anna.invite("Lea Brandt")).link
        assert await said_to(house, "Lea Brandt") is None
        await AsyncAccount.reply(link, kind)
        assert await said_to(house, "Lea Brandt") == InvitationReply(kind)
        for late in (AsyncAccount.look(link), AsyncAccount.reply(link, "change", "Wait.")):
            with pytest.raises(errors.InvitationClosed, match="declined"):
                await late
        with pytest.raises(errors.NotFound):
            await house.anna.invitation_code("Lea Brandt")
    assert len([one for one in house.anna.engagements() if one.name == "Lea Brandt"]) == 1


async def test_who_watches_is_told_once(house: House) -> None:
    """What was there at first and what comes, each once, with what it was."""
    link = (await house.anna.invite("Iris Tal")).link
    await AsyncAccount.reply(link, "change", "Less.")
    engagement_id = house.anna.engagement("Iris Tal").id
    heard = []
    async for event in house.anna.watch():
        if event.engagement_id == engagement_id:
            heard.append((event.kind, event.reason))
            if len(heard) == 1:
                await AsyncAccount.reply(link, "no")
        if len(heard) == 2:
            break
    assert heard == [("replied", "change"), ("replied", "no")]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("change", ""),
        ("change", "  "),
        ("change", "x" * 4001),
        ("change", "\ud800"),
        ("no", "No."),
        ("maybe", ""),
    ],
)
async def test_what_is_no_reply(house: House, kind: str, text: str) -> None:
    """Nothing is sent."""
    link = (await house.anna.invite("Rosa Winter")).link
    with pytest.raises(errors.Misused):
        await AsyncAccount.reply(link, kind, text)  # type: ignore[arg-type]
    assert await said_to(house, "Rosa Winter") is None


async def test_no_link_of_a_clients(house: House) -> None:
    """A coach's link, half a link, and the link of an invitation that nobody made."""
    link = (await house.anna.invite("Nora Lind")).link
    for wrong in (link.replace("#1.", "#2."), link[:-3], "hello"):
        with pytest.raises(errors.Misused):
            await AsyncAccount.reply(wrong, "no")
    with pytest.raises(errors.InvitationClosed, match="not known"):
        await AsyncAccount.reply(f"{link[:-20]}{'A' * 20}", "no")
