"""Two relays on one store, that tell each other nothing: what one remembers is what was, once the other has
changed it, and nothing may rest on it.
"""

from __future__ import annotations

import asyncio

import pytest

from keys.names import DAY_SECONDS, Role
from relay.core.errors import EngagementClosed, NotFound, NotSignedIn
from relay.core.ports import Store
from tests.flow.house import House
from tests.flow.test_accept import deposit
from tests.flow.test_policy import act
from tests.flow.test_telling import run, set_up, write

WEEK = 7 * DAY_SECONDS


@pytest.fixture
async def town(store: Store, monkeypatch: pytest.MonkeyPatch) -> tuple[House, House]:
    """The relay where people have settled, and another one."""
    monkeypatch.setattr(store, "shared", True)
    here, there = House(store), House(store, seed="there")
    await here.settle()
    there.coach, there.client, there.stranger, there.work = here.coach, here.client, here.stranger, here.work
    return here, there


@pytest.mark.parametrize("many", [1, 3])
async def test_what_one_has_closed_takes_nothing_at_the_other(town: tuple[House, House], many: int) -> None:
    """The other remembers an open engagement; its deposits, alone and in company, are refused by the act."""
    here, there = town
    first, *rest = [here.work.envelope(here.coach, Role.CLIENT) for _ in range(1 + many)]
    await deposit(there, there.coach, [first])
    await act(here, here.coach, here.work.close(here.work.first_core, here.coach, date=here.now))
    if many == 1:
        with pytest.raises(EngagementClosed):
            await deposit(there, there.coach, rest)
    else:
        outcomes = await deposit(there, there.coach, *([one] for one in rest))
        assert [one.code for one in outcomes] == ["engagement-closed"] * many


async def test_many_at_once_are_judged_anew_each(town: tuple[House, House]) -> None:
    """Several groups under an act that was the newest: what the newest allows is stored all the same."""
    here, there = town
    own = [here.work.envelope(here.coach, Role.COACH) for _ in range(3)]
    await deposit(there, there.coach, [own[0]])
    later = here.now + WEEK + DAY_SECONDS
    await act(here, here.client, here.work.close(here.work.first_core, here.client, date=later))
    outcomes = await deposit(there, there.coach, [own[1]], [own[0]], [own[2]])
    assert [one.status for one in outcomes] == ["stored", "repeated", "stored"]


async def test_what_one_has_begun_is_no_draft_at_the_other(empty: House, store: Store) -> None:
    """The other remembers a draft, which takes nothing: before it refuses, it looks."""
    store.shared = True
    there = House(store, seed="there")
    there.coach, there.client, there.work = empty.coach, empty.client, empty.work
    await empty.enrol_coach(empty.coach)
    await empty.invite()
    note = empty.work.envelope(empty.coach, Role.COACH)
    await there.flows.fetch.owned(empty.coach.account_id, empty.work.mailbox(Role.COACH), there.now)
    await empty.enrol_client()
    (outcome,) = await deposit(there, there.coach, [note])
    assert outcome.status == "stored"


async def test_a_session_that_ended_at_one_ends_at_the_other(town: tuple[House, House]) -> None:
    """It writes nothing more at once, and reads nothing more from the next second on."""
    here, there = town
    opened = await there.open(there.client)
    assert there.flows.access.remembered(opened.token, there.now) == here.client.account_id
    await here.flows.access.close(opened.token)
    assert there.flows.access.remembered(opened.token, there.now, writes=True) is None
    assert there.flows.access.remembered(opened.token, there.now + 1) is None
    with pytest.raises(NotSignedIn):
        await there.flows.access.caller(opened.token, there.now, writes=True)
    with pytest.raises(NotSignedIn):
        await there.flows.access.caller(opened.token, there.now)


async def test_who_writes_is_looked_for_in_the_store(town: tuple[House, House]) -> None:
    """A session of one relay is known at the other, whoever asks first and for what."""
    here, there = town
    opened = await here.open(here.client)
    for writes in (True, False):
        caller = await there.flows.access.caller(opened.token, there.now, writes=writes)
        assert caller == here.client.account_id
    with pytest.raises(NotFound):
        await there.flows.fetch.owned(
            here.stranger.account_id, here.work.mailbox(Role.CLIENT), there.now, writes=True
        )


async def test_two_relays_leave_a_way_in(town: tuple[House, House]) -> None:
    """A password taken away at one and the sheet at the other, at the same moment: one of them stays."""
    here, there = town
    password, sheet = (way.method_id for way in here.client.ways[:2])
    ends = await asyncio.gather(
        here.flows.ways.remove(here.client.account_id, password, here.now),
        there.flows.ways.remove(here.client.account_id, sheet, here.now),
        return_exceptions=True,
    )
    assert sorted(type(end).__name__ for end in ends) == ["NoneType", "NotAllowed"]
    assert len(await here.flows.ways.all(here.client.account_id, here.now)) >= 1


async def test_who_wants_to_be_told_at_one_is_told_of_what_comes_at_the_other(
    town: tuple[House, House],
) -> None:
    """The other remembers one who does not; what comes there is pending all the same, and told once."""
    here, there = town
    await write(there)
    await set_up(here)
    await write(there)
    here.now, there.now = here.now + 1200, there.now + 1200
    assert await run(there) + await run(here) == 1
