"""The spoken check over HTTP: who sees which value when, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from keys.names import Role
from relay.flow.spoken import RUNS
from tests.flow.cast import Person
from tests.flow.house import House
from tests.http.served import Answer, Served, b64

COMMITMENT, OTHER, R1, R2 = (b64(letter * 32) for letter in (b"c", b"o", b"1", b"2"))
NOTHING = {"commitment": None, "client_random": None, "coach_random": None, "expires_at": None}


async def ask(served: Served, who: Person, **fields: Any) -> Answer:
    """A step, or without fields a look."""
    path = f"/v1/engagements/{b64(served.house.work.engagement_id)}/spoken-check"
    return await served.ask("PUT" if fields else "GET", path, who=who, body=fields or None)


async def test_a_run(served: Served) -> None:
    """Both see each value once it is there, and whoever waits is woken; after two minutes it is over."""
    house = served.house
    coach, client = house.coach, house.client
    assert (await ask(served, client)).json == NOTHING
    begun = await ask(served, coach, commitment=COMMITMENT)
    assert begun.json == NOTHING | {"commitment": COMMITMENT, "expires_at": house.now + 120}
    assert (await ask(served, client)).json == begun.json
    await ask(served, client, commitment=COMMITMENT, random=R2)
    assert (await ask(served, coach)).json["client_random"] == R2
    whole = await ask(served, coach, commitment=COMMITMENT, random=R1)
    assert whole.json == (await ask(served, client)).json
    assert (whole.status, whole.json["coach_random"]) == (200, R1)
    house.now += 120
    assert (await ask(served, client)).json == NOTHING


async def test_out_of_order(served: Served) -> None:
    """A step before its turn, in another run, or a second time otherwise changes nothing."""
    coach, client = served.house.coach, served.house.client
    steps: list[tuple[Person, dict[str, Any]]] = [
        (client, {"commitment": COMMITMENT}),
        (client, {"commitment": COMMITMENT, "random": R2}),
    ]
    for who, fields in steps:
        refused = await ask(served, who, **fields)
        assert (refused.status, refused.code) == (409, "check-out-of-order")
    await ask(served, coach, commitment=COMMITMENT)
    assert (await ask(served, coach, commitment=COMMITMENT, random=R1)).code == "check-out-of-order"
    assert (await ask(served, client, commitment=OTHER, random=R2)).code == "check-out-of-order"
    await ask(served, client, commitment=COMMITMENT, random=R2)
    assert (await ask(served, client, commitment=COMMITMENT, random=R1)).code == "check-out-of-order"
    assert (await ask(served, coach)).json["client_random"] == R2


async def test_bad_input(served: Served) -> None:
    """What is no 32 bytes, misses its commitment or brings more is refused."""
    for fields in (
        {"commitment": b64(b"c" * 31)},
        {"commitment": COMMITMENT, "random": b64(b"1" * 33)},
        {"commitment": COMMITMENT, "random": 7},
        {"random": R1},
        {"commitment": COMMITMENT, "more": 1},
    ):
        assert (await ask(served, served.house.coach, **fields)).code == "malformed"


async def test_so_many_runs(served: Served) -> None:
    """Runs are few: each is one chance for whoever stands between."""
    house = served.house
    for number in range(RUNS):
        assert (await ask(served, house.coach, commitment=b64(bytes([number]) * 32))).status == 200
    assert (await ask(served, house.coach, commitment=OTHER)).status == 429
    house.now += 3600
    assert (await ask(served, house.coach, commitment=OTHER)).status == 200


async def test_only_while_they_work(house: House, served: Served) -> None:
    """After the end of the work there is none."""
    house.now = house.work.policy.work_ends_at
    assert (await ask(served, house.coach, commitment=COMMITMENT)).code == "engagement-closed"


@pytest.mark.parametrize("role", [Role.COACH, Role.CLIENT])
async def test_both_are_members(served: Served, role: Role) -> None:
    """Each of the two sees the run; nobody else does (tests/http/test_rights.py)."""
    who = served.house.coach if role is Role.COACH else served.house.client
    assert (await ask(served, who)).status == 200
    assert (await ask(served, served.house.stranger)).code == "not-found"
