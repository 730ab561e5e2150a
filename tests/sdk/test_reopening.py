"""A lost inbox over a real relay: the client's software is erased entirely, and the conversation comes back
out of the coach's copies; the former key stops it, and a substituted key gets nothing.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from client_sdk import AsyncAccount, Attachment, Home
from client_sdk.errors import (
    Conflict,
    InvitationClosed,
    MailboxReopened,
    Misused,
    NotFound,
    NothingYet,
    NotTrusted,
    Refused,
    RelayError,
    ReopeningPending,
)
from client_sdk.wire import Response
from keys.encoding import dump_json, from_base64url, load_json, to_base64url
from keys.invitation import invitation_keys, parse_link
from tests.sdk.house import CHEAP, MAYAS, House, opened_house, subjects


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A relay, a coach and a client, with somebody before it who may lie."""
    async with opened_house(tmp_path, lying=True) as opened:
        yield opened


async def join(house: House, link: str, where: str = "maya-again") -> AsyncAccount:
    """Whoever has the link comes, on a computer that has seen nothing."""
    home = Home(house.folder / where, file_cost=CHEAP)
    return await AsyncAccount.accept(link, name="Maya Okafor", home=home, password=MAYAS)


async def check(house: House, newcomer: AsyncAccount) -> tuple[str, str]:
    """Both start, and read the digits."""
    coach, client = house.to_maya.reopening, newcomer.engagement().reopening
    first, second = await asyncio.gather(coach.start(timeout=30), client.start(timeout=30))
    return first, second


async def reopened(house: House, where: str = "maya-again") -> tuple[AsyncAccount, int]:
    """All of it, and how much was given back."""
    offered = await house.to_maya.reopening.open(welcome="Welcome back.")
    newcomer = await join(house, offered.link, where)
    first, second = await check(house, newcomer)
    assert first == second
    assert await newcomer.engagement().reopening.same() == 0
    return newcomer, await house.to_maya.reopening.same(timeout=30)


async def erase(house: House) -> None:
    """Everything of the client's computer is gone."""
    await house.maya.close()
    shutil.rmtree(house.folder / "maya")


async def test_the_conversation_comes_back(house: House) -> None:
    """Both directions and a file, with the same dates; not what was taken back, deleted by its own date or
    only the client's; and work goes on from there, in both directions.
    """
    plan = house.folder / "plan.txt"
    plan.write_text("The plan.")
    await house.to_maya.send(subject="one", attach=[Attachment.from_path(plan)])
    await house.to_anna.send(subject="two")
    taken_back = await house.to_maya.send(subject="three")
    sooner = await house.to_maya.send(subject="four")
    brief = await house.to_maya.send(subject="five", keep=timedelta(minutes=5))
    await subjects(house.to_maya)
    await house.to_maya.recall(taken_back.id)
    await house.to_maya.shorten(sooner.id, timedelta(days=2))
    dates = {one.subject: one.kept_until async for one in house.to_maya.messages()}
    house.relay.move_clock(600)
    await house.anna.close()
    house.anna = await house.reopen("anna")
    assert brief.kept_until < max(dates.values())
    await erase(house)
    newcomer, given = await reopened(house)
    assert given == 3
    again = newcomer.engagement()
    back = [one async for one in again.messages()][::-1]
    assert [one.subject for one in back] == ["one", "two", "four"]
    assert [one.mine for one in back] == [False, True, False]
    assert {one.subject: one.kept_until for one in back} == {
        name: date for name, date in dates.items() if name in ("one", "two", "four")
    }
    assert {one.marks for one in back} == {("given-back",)}
    (file,) = back[0].attachments
    saved = await file.save_to(house.folder)
    assert Path(saved).read_text() == "The plan."
    assert await house.to_maya.reopening.give_back() == 0
    await house.to_maya.send(subject="six")
    await again.send(subject="seven")
    assert (await subjects(again))[-2:] == ["six", "seven"]
    assert (await subjects(house.to_maya))[-2:] == ["six", "seven"]
    elsewhere = await house.elsewhere("anna", "anna-elsewhere")
    assert (await subjects(elsewhere.engagement("Maya Okafor")))[-2:] == ["six", "seven"]
    await elsewhere.close()
    await newcomer.close()
    await house.anna.close()


async def test_what_was_given_back_can_be_taken_back(house: House) -> None:
    """A recall and a sooner date by either reach the copies on both sides, given back or not."""
    sent = await house.to_maya.send(subject="by Anna")
    await house.to_anna.send(subject="by Maya")
    await subjects(house.to_maya)
    await erase(house)
    newcomer, _ = await reopened(house)
    again = newcomer.engagement()
    assert await subjects(again) == ["by Anna", "by Maya"]
    await house.to_maya.recall(sent.id)
    assert await subjects(again) == ["by Maya"]
    (mine,) = [one async for one in again.messages()]
    await again.shorten(mine.id, timedelta(days=1))
    dates = [[one.kept_until async for one in side.messages()] for side in (again, house.to_maya)]
    assert dates[0] == dates[1]
    await again.recall(mine.id)
    assert await subjects(house.to_maya) == []
    await newcomer.close()


async def test_nothing_comes_before_both_have_said_so(house: House) -> None:
    """The newcomer sees nothing and writes nothing; the coach gives nothing without a claim; the link serves
    once, and a new one ends it.
    """
    await house.to_maya.send(subject="secret")
    with pytest.raises(NotFound):
        await house.to_maya.reopening.start(timeout=5)
    first = await house.to_maya.reopening.open()
    newcomer = await join(house, first.link)
    with pytest.raises(ReopeningPending):
        await subjects(newcomer.engagement())
    with pytest.raises(ReopeningPending):
        await newcomer.engagement().send(subject="let me in")
    with pytest.raises(Misused):
        await newcomer.engagement().reopening.same()
    with pytest.raises(Misused):
        await house.to_maya.reopening.give_back()
    with pytest.raises(InvitationClosed):
        await join(house, first.link, "second")
    assert (await house.to_anna.reopening.state()).you == "client"  # type: ignore[union-attr]
    await check(house, newcomer)
    with pytest.raises(NothingYet):  # the newcomer has not said so
        await house.to_maya.reopening.same(timeout=2)
    await house.to_anna.reopening.end()
    with pytest.raises(RelayError):
        await newcomer.engagement().reopening.state()
    second = await house.to_maya.reopening.open()
    assert second.link != first.link
    await newcomer.close()


async def test_the_former_key_stops_it(house: House) -> None:
    """Within 48 hours: the inbox that was there before goes on as if nothing had been, and the other one is
    shut; after them it is too late.
    """
    await house.to_maya.send(subject="for Maya alone")
    await subjects(house.to_maya)
    other, given = await reopened(house)
    assert given == 1
    with pytest.raises(MailboxReopened):
        await house.to_anna.send(subject="I am still here")
    state = await house.to_anna.reopening.state()
    assert state is not None
    assert (state.state, state.you) == ("taken", "former")
    await house.to_anna.reopening.stop()
    assert await subjects(house.to_anna) == ["for Maya alone"]
    await house.to_anna.send(subject="it was not me")
    assert (await subjects(house.to_maya))[-1] == "it was not me"
    await house.to_maya.send(subject="now I know")
    assert (await subjects(house.to_anna))[-1] == "now I know"
    with pytest.raises(RelayError):
        await subjects(other.engagement())
    await other.close()
    third, _ = await reopened(house, "third")
    house.relay.move_clock(48 * 3600 + 60)
    with pytest.raises((Refused, NotFound, Conflict, RelayError)):
        await house.to_anna.reopening.stop()
    await third.close()


async def test_a_substituted_key_gets_nothing(house: House) -> None:
    """A relay that shows the coach another newcomer than the one who accepted by this link is caught, at the
    acceptance; and digits of two different keys differ.
    """
    assert house.liar is not None
    await house.to_maya.send(subject="secret")
    offered = await house.to_maya.reopening.open()
    newcomer = await join(house, offered.link)
    keys = invitation_keys(parse_link(offered.link).secret)

    def lie(method: str, path: str, honest: Response) -> Response:
        if method != "GET" or not path.endswith("/reopening"):
            return honest
        told = load_json(honest.body)
        found = told["reopening"]
        if isinstance(found, dict) and found["acceptance"]:
            changed = bytearray(from_base64url(str(found["acceptance"])))
            changed[-1] ^= 1
            found["acceptance"] = to_base64url(bytes(changed))
        return Response(honest.status, honest.headers, dump_json(told))

    house.liar.lie = lie
    with pytest.raises(NotTrusted):
        await house.to_maya.reopening.start(timeout=5)
    house.liar.lie = None
    assert keys.invite_id
    first, second = await check(house, newcomer)
    assert first == second
    await newcomer.close()
