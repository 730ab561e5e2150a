"""The spoken check over a real relay, over one that lies, and at two terminals."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import pytest_asyncio

from client_sdk.cli import exits
from client_sdk.errors import Conflict, Misused, NothingYet, NotTrusted
from client_sdk.spoken import LOOK_SECONDS
from client_sdk.wire import Response
from keys.encoding import dump_json, load_json, to_base64url
from tests.sdk.house import House, Lie, opened_house
from tests.sdk.test_cli import Person, Two, two
from tests.sdk.test_cli_agreement import at_terminal

__all__ = ["two"]

NEVER = to_base64url(b"n" * 32)


@pytest_asyncio.fixture(scope="module")
async def whole(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A relay, a coach and a client, with somebody before it who may lie."""
    async with opened_house(tmp_path_factory.mktemp("spoken"), lying=True) as opened:
        yield opened


@pytest.fixture
def house(whole: House) -> Iterator[House]:
    """The same, honest at the end."""
    yield whole
    assert whole.liar is not None
    whole.liar.lie = None


async def both(house: House, most_seconds: float = 20) -> tuple[str | BaseException, str | BaseException]:
    """What coach and client are shown when both start."""
    coach, client = house.to_maya.spoken_check, house.to_anna.spoken_check
    starting = coach.start(timeout=most_seconds), client.start(timeout=most_seconds)
    shown = await asyncio.gather(*starting, return_exceptions=True)
    return shown[0], shown[1]


def changed(name: str) -> Lie:
    """A lie about one value of a run, wherever it is shown."""

    def lie(_method: str, path: str, honest: Response) -> Response:
        if not path.endswith("/spoken-check") or honest.status != 200:
            return honest
        told = load_json(honest.body)
        if told.get(name) is not None:
            told[name] = NEVER
        return Response(honest.status, honest.headers, dump_json(told))

    return lie


async def test_both_see_the_same(house: House) -> None:
    """Six digits, the same on both sides, others at the next run; who says so is remembered by both."""
    with pytest.raises(Misused):
        await house.to_maya.spoken_check.same()
    assert await house.to_maya.spoken_check.heard() == []
    first, second = await both(house), await both(house)
    assert first[0] == first[1] != second[0] == second[1]
    assert isinstance(first[0], str)
    assert len(first[0]) == 6
    assert first[0].isdigit()
    await house.to_anna.spoken_check.same()
    assert [one.mine for one in await house.to_anna.spoken_check.heard()] == [True]
    assert [one.mine for one in await house.to_maya.spoken_check.heard()] == [False]
    assert not [one async for one in house.to_maya.messages()]  # it is no message


async def test_alone(house: House) -> None:
    """Who starts alone waits, and is told that nobody came; nothing is shown."""
    for side in (house.to_maya, house.to_anna):
        with pytest.raises(NothingYet):
            await side.spoken_check.start(timeout=3 * LOOK_SECONDS)
        with pytest.raises(Misused):
            await side.spoken_check.same()


async def test_a_number_changed_on_its_way_to_the_coach(house: House) -> None:
    """The two read different digits to each other."""
    assert house.liar is not None
    house.liar.lie = changed("client_random")
    coach, client = await both(house, 6)
    assert isinstance(coach, str)  # the client's side waits for its own number, which it is not shown
    assert isinstance(client, NothingYet)


async def test_a_number_changed_on_its_way_to_the_client(house: House) -> None:
    """What does not fit the commitment is found by the client's software, before any digits are shown."""
    assert house.liar is not None
    house.liar.lie = changed("coach_random")
    coach, client = await both(house)
    assert isinstance(coach, str)
    assert isinstance(client, NotTrusted)
    assert client.reason == "spoken-check"


async def test_another_commitment(house: House) -> None:
    """A commitment that the coach has not made is answered by nobody: the relay has nothing to put it in."""
    assert house.liar is not None
    house.liar.lie = changed("commitment")
    coach, client = await both(house, 6)
    assert isinstance(coach, NothingYet)
    assert isinstance(client, Conflict)


def at_two_terminals(two: Two, annas: str, mayas: str) -> list[tuple[int, str]]:
    """Both start the command and answer its question; exit code and screen of each."""
    people: list[tuple[Person, str, str]] = [(two.anna, "maya", annas), (two.maya, "anna", mayas)]
    question = "Type yes or no:"
    with ThreadPoolExecutor() as pool:
        running = [
            pool.submit(at_terminal, one, [(question, said)], "check", other) for one, other, said in people
        ]
        return [one.result() for one in running]


def test_at_two_terminals(two: Two) -> None:
    """Both read the same six digits on their screens; *no* ends with 8 and says what to do."""
    assert "Not yet." in two.anna.mailbox("check", "maya", "--when").stderr
    (coach, annas), (client, mayas) = at_two_terminals(two, "yes", "no")
    (shown,) = re.findall(r"^\d{3} \d{3}\b", annas, re.MULTILINE)
    assert shown in mayas
    assert (coach, client) == (exits.DONE, exits.KEY_CHANGED)
    assert "You have heard Maya Okafor’s voice say it." in annas
    assert "Write nothing more here. Ring Anna Harrow" in mayas
    assert [one["mine"] for one in two.maya.objects("check", "anna", "--when", "--json")] == [False]
    assert "you heard" in two.anna.mailbox("check", "maya", "--when").stdout
    two.anna.mailbox("check", "maya", "--json", code=exits.USAGE)
