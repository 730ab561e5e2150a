"""Typed codes and offers to new browsers over HTTP: who gets what, how often one may try, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from keys.codes import proof_check
from relay.core.errors import CodeRefused, TooManyRequests
from relay.flow.codes import NETWORK_TRIES, TRIES
from relay.flow.offers import OFFERS
from tests.flow.cast import Person, Work
from tests.flow.house import House
from tests.http.served import Answer, Served, b64

PROOF, OTHER = b"p" * 32, b"q" * 32
BOX, LATER_BOX = b64(b"b" * 108), b64(b"l" * 108)
SEALED = {"check": b64(proof_check(PROOF)), "box": BOX}
OFFER_ID = b"o" * 16


async def invited(house: House) -> Work:
    """One more client who is invited and has not come."""
    work = Work(house.coach, Person("tom"), now=house.now)
    await house.invite(work)
    return work


async def coded(served: Served, work: Work) -> str:
    """The nameplate of an invitation's code, which is laid down."""
    asked = {"subject": b64(work.invitation.invite_id)}
    made = await served.ask("POST", "/v1/codes", who=served.house.coach, body=asked)
    assert (made.status, made.json["expires_at"]) == (200, served.house.now + 10 * 86_400)
    nameplate = str(made.json["nameplate"])
    path = f"/v1/codes/{nameplate}"
    assert (await served.ask("PUT", path, who=served.house.coach, body=SEALED)).status == 204
    return nameplate


async def typed(served: Served, nameplate: str, proof: bytes = PROOF) -> Answer:
    """Somebody types a code."""
    asked = {"nameplate": nameplate, "proof": b64(proof)}
    return await served.ask("POST", "/v1/codes/open", body=asked)


def offer_fields(house: House, **changed: Any) -> dict[str, Any]:
    """An offer as it is made."""
    fields = {"offer_id": b64(OFFER_ID), "check": b64(proof_check(PROOF)), "box": b64(b"o" * 189)}
    return {**fields, "expires_at": house.now + 300, **changed}


def way_fields(person: Person, kind: str = "passkey") -> dict[str, Any]:
    """A fresh way in of somebody."""
    way = person.way(kind)
    return {
        "method_id": b64(way.method_id),
        "kind": way.kind,
        "kdf": way.kdf,
        "salt": b64(way.salt),
        "login_key": b64(way.keys.login.public),
        "wrap": b64(way.wrap),
    }


async def look(served: Served, proof: bytes = PROOF, offer_id: bytes = OFFER_ID) -> Answer:
    """A new browser looks at an offer."""
    asked = {"offer_id": b64(offer_id), "proof": b64(proof)}
    return await served.ask("POST", "/v1/browser-offer/look", body=asked)


async def take(served: Served, method: dict[str, Any], proof: bytes = PROOF) -> Answer:
    """A new browser takes an offer."""
    asked = {"offer_id": b64(OFFER_ID), "proof": b64(proof), "method": method}
    return await served.ask("POST", "/v1/browser-offer/take", body=asked)


async def state(served: Served) -> Any:
    """How the client's offer stands."""
    return (await served.ask("GET", "/v1/browser-offer", who=served.house.client)).json["state"]


# --- codes --------------------------------------------------------------------------------------------------


async def test_a_code_leads_to_its_box(served: Served) -> None:
    """Its proof gives the box, as often as it is shown; new words end the earlier ones."""
    house = served.house
    work = await invited(house)
    nameplate = await coded(served, work)
    for _ in range(2 * TRIES):
        assert (await typed(served, nameplate)).json == {"box": BOX}
    assert await coded(served, work) == nameplate
    fresh = {"check": b64(proof_check(OTHER)), "box": LATER_BOX}
    await served.ask("PUT", f"/v1/codes/{nameplate}", who=house.coach, body=fresh)
    assert (await typed(served, nameplate)).code == "code-refused"
    assert (await typed(served, nameplate, OTHER)).json == {"box": LATER_BOX}


async def test_wrong_words_and_unknown_nameplates_are_one_answer(served: Served) -> None:
    """So that nobody counts nameplates: a wrong proof, a code that is not laid down yet and a nameplate that
    nobody has are the same bytes, and so is the wait after five.
    """
    house = served.house
    known = await coded(served, await invited(house))
    third = Work(house.coach, Person("lea"), now=house.now)
    await house.invite(third)
    asked = {"subject": b64(third.invitation.invite_id)}
    empty = (await served.ask("POST", "/v1/codes", who=house.coach, body=asked)).json["nameplate"]
    unknown = next(f"{one:04d}" for one in range(3) if f"{one:04d}" not in (known, empty))
    told: dict[str, list[Answer]] = {}
    for nameplate in (known, empty, unknown):
        told[nameplate] = [await typed(served, nameplate, OTHER) for _ in range(TRIES + 1)]
        for answer in told[nameplate]:
            answer.headers.pop("date")
    assert told[known] == told[empty] == told[unknown]
    assert [answer.status for answer in told[known]] == [403] * TRIES + [429]
    assert told[known][0].code == "code-refused"
    assert (await typed(served, known)).status == 429  # the right words wait too
    house.now += 3600
    assert (await typed(served, known)).status == 200


async def test_one_network_does_not_use_up_every_nameplate(served: Served) -> None:
    """A network that has come to the end of its tries counts nowhere: what it asks for then is open to
    others.
    """
    house = served.house
    flow, nameplate = house.flows.codes, await coded(served, await invited(house))
    others = [f"{one:04d}" for one in range(10) if f"{one:04d}" != nameplate]
    for number in range(NETWORK_TRIES):
        with pytest.raises(CodeRefused):
            await flow.open(others[number // TRIES], OTHER, b"net", house.now)
    for _ in range(TRIES):
        with pytest.raises(TooManyRequests):
            await flow.open(nameplate, OTHER, b"net", house.now)
    assert b64(await flow.open(nameplate, PROOF, b"elsewhere", house.now)) == BOX


async def test_a_nameplate_that_waits_costs_a_network_nothing(served: Served) -> None:
    """Whoever comes to one that others have used up keeps their own tries for another."""
    house = served.house
    flow, nameplate = house.flows.codes, await coded(served, await invited(house))
    used_up = next(f"{one:04d}" for one in range(2) if f"{one:04d}" != nameplate)
    for _ in range(TRIES):
        with pytest.raises(CodeRefused):
            await flow.open(used_up, OTHER, b"net", house.now)
    for _ in range(2 * NETWORK_TRIES):
        with pytest.raises(TooManyRequests):
            await flow.open(used_up, OTHER, b"elsewhere", house.now)
    assert b64(await flow.open(nameplate, PROOF, b"elsewhere", house.now)) == BOX


async def test_the_empty_proof_opens_nothing(served: Served) -> None:
    """A code that is not laid down has no check that any proof could fit."""
    house = served.house
    asked = {"subject": b64((await invited(house)).invitation.invite_id)}
    made = await served.ask("POST", "/v1/codes", who=house.coach, body=asked)
    assert (await typed(served, made.json["nameplate"], bytes(32))).code == "code-refused"


async def test_whose_codes_they_are(served: Served) -> None:
    """Only the coach gets one for an invitation, only while it is open, and only its owner lays it down."""
    house = served.house
    work = await invited(house)
    for who, subject in (
        (house.client, work.invitation.invite_id),
        (house.stranger, work.invitation.invite_id),
        (house.coach, house.work.invitation.invite_id),  # it was used
        (house.coach, bytes(16)),
    ):
        refused = await served.ask("POST", "/v1/codes", who=who, body={"subject": b64(subject)})
        assert (refused.status, refused.code) == (404, "not-found")
    nameplate = await coded(served, work)
    for path, who in ((nameplate, house.stranger), ("abcd", house.coach), ("441", house.coach)):
        assert (await served.ask("PUT", f"/v1/codes/{path}", who=who, body=SEALED)).code == "not-found"
    await house.enrol_client(work)
    assert (await typed(served, nameplate)).code == "code-refused"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/codes/open", {"nameplate": "441", "proof": b64(PROOF)}),
        ("/v1/codes/open", {"nameplate": "٤٤١٧", "proof": b64(PROOF)}),
        ("/v1/codes/open", {"nameplate": "4417\n", "proof": b64(PROOF)}),
        ("/v1/codes/open", {"nameplate": 4417, "proof": b64(PROOF)}),
        ("/v1/codes/open", {"nameplate": "4417", "proof": b64(PROOF[:-1])}),
        ("/v1/codes/open", {"nameplate": "4417"}),
        ("/v1/codes/open", {"nameplate": "4417", "proof": b64(PROOF), "words": "hazel"}),
        ("/v1/browser-offer/look", {"offer_id": b64(b"o"), "proof": b64(PROOF)}),
        ("/v1/browser-offer/take", {"offer_id": b64(OFFER_ID), "proof": b64(PROOF)}),
        ("/v1/browser-offer/take", {"offer_id": b64(OFFER_ID), "proof": b64(PROOF), "method": {}}),
    ],
)
async def test_bad_input_of_anybody(served: Served, path: str, body: dict[str, Any]) -> None:
    """What is not of the form is refused before anything is looked up, and is no try."""
    assert (await served.ask("POST", path, body=body)).code == "malformed"


async def test_too_much(served: Served) -> None:
    """Nobody sends the open routes more than they need."""
    for path in ("/v1/codes/open", "/v1/browser-offer/look", "/v1/browser-offer/take"):
        refused = await served.ask("POST", path, body={"nameplate": "4" * 9000})
        assert (refused.status, refused.code) == (413, "too-large")


async def test_a_box_of_another_size(served: Served) -> None:
    """A code's box and an offer's have one size each."""
    house = served.house
    nameplate = await coded(served, await invited(house))
    longer = {**SEALED, "box": b64(b"b" * 109)}
    refused = await served.ask("PUT", f"/v1/codes/{nameplate}", who=house.coach, body=longer)
    assert refused.code == "malformed"
    for changed in (
        {"box": b64(b"o" * 188)},
        {"expires_at": house.now},
        {"expires_at": house.now + 301},
        {"check": b64(b"c" * 31)},
        {"offer_id": b64(b"o" * 17)},
    ):
        fields = offer_fields(house, **changed)
        refused = await served.ask("PUT", "/v1/browser-offer", who=house.client, body=fields)
        assert refused.code == "malformed"


# --- offers -------------------------------------------------------------------------------------------------


async def test_a_new_browser_comes_in(served: Served) -> None:
    """Looking spends nothing; its own way in spends the offer, and opens the account from then on."""
    house = served.house
    assert await state(served) == "none"
    fields = offer_fields(house)
    for _ in range(2):
        assert (await served.ask("PUT", "/v1/browser-offer", who=house.client, body=fields)).status == 204
    assert await state(served) == "open"
    for _ in range(50):
        assert (await look(served)).json == {"box": fields["box"], "expires_at": fields["expires_at"]}
    way = house.client.way("passkey")
    house.client.ways.append(way)
    method = {
        "method_id": b64(way.method_id),
        "kind": way.kind,
        "kdf": way.kdf,
        "salt": b64(way.salt),
        "login_key": b64(way.keys.login.public),
        "wrap": b64(way.wrap),
    }
    assert (await take(served, method)).status == 204
    assert await state(served) == "used"
    assert (await house.open(house.client, way)).wrap == way.wrap
    assert (await take(served, method)).status == 204  # the answer was lost
    for again in (await take(served, way_fields(house.client)), await look(served)):
        assert (again.status, again.code) == (410, "offer-used")
    told = await served.ask("GET", "/v1/account/happenings", who=house.client)
    happened = [(one["kind"], one["method_id"], one["own"]) for one in told.json["happenings"]]
    assert happened == [(1, b64(way.method_id), False)]  # every other page of the account is told, once


async def test_a_password_takes_the_place_of_the_one_before(served: Served) -> None:
    """As where it is changed in the settings."""
    house = served.house
    await served.ask("PUT", "/v1/browser-offer", who=house.client, body=offer_fields(house))
    assert (await take(served, way_fields(house.client, "password"))).status == 204
    ways = await served.ask("GET", "/v1/methods", who=house.client)
    kinds = [one["kind"] for one in ways.json["methods"]]
    assert kinds == ["password", "sheet"]
    assert ways.json["methods"][0]["method_id"] != b64(house.client.ways[0].method_id)


async def test_who_has_no_proof(served: Served) -> None:
    """An offer that is not there, has ended or was taken back is as one whose proof is wrong."""
    house = served.house
    fields = offer_fields(house)
    await served.ask("PUT", "/v1/browser-offer", who=house.client, body=fields)
    wrong = [await look(served, OTHER), await look(served, offer_id=b"x" * 16)]
    wrong.append(await take(served, way_fields(house.client), OTHER))
    house.now += 300
    wrong.append(await look(served))
    house.now -= 300
    await served.ask("DELETE", "/v1/browser-offer", who=house.client)
    wrong.append(await look(served))
    for answer in wrong:
        assert (answer.status, answer.body) == (403, wrong[0].body)
    assert wrong[0].code == "code-refused"
    assert await state(served) == "none"


async def test_an_offer_by_words(served: Served) -> None:
    """An offer has a code as an invitation has, which goes when the offer is taken."""
    house = served.house
    await served.ask("PUT", "/v1/browser-offer", who=house.client, body=offer_fields(house))
    asked = {"subject": b64(OFFER_ID)}
    made = await served.ask("POST", "/v1/codes", who=house.client, body=asked)
    assert made.json["expires_at"] == house.now + 300
    path = f"/v1/codes/{made.json['nameplate']}"
    await served.ask("PUT", path, who=house.client, body=SEALED)
    assert (await typed(served, made.json["nameplate"])).json == {"box": BOX}
    assert (await served.ask("POST", "/v1/codes", who=house.coach, body=asked)).code == "not-found"
    await take(served, way_fields(house.client))
    assert (await typed(served, made.json["nameplate"])).code == "code-refused"
    assert (await served.ask("POST", "/v1/codes", who=house.client, body=asked)).code == "not-found"


async def test_a_foreign_offer_id(served: Served) -> None:
    """Who makes up somebody's offer id learns that it is taken, and changes nothing."""
    house = served.house
    await served.ask("PUT", "/v1/browser-offer", who=house.client, body=offer_fields(house))
    refused = await served.ask("PUT", "/v1/browser-offer", who=house.coach, body=offer_fields(house))
    assert (refused.status, refused.code) == (409, "offer-conflict")
    assert await state(served) == "open"


async def test_so_many_offers(served: Served) -> None:
    """An account makes so many within an hour."""
    house = served.house
    for number in range(OFFERS + 1):
        fields = offer_fields(house, offer_id=b64(bytes([number]) * 16))
        answer = await served.ask("PUT", "/v1/browser-offer", who=house.client, body=fields)
        assert answer.status == (204 if number < OFFERS else 429)


async def test_who_has_left_offers_nothing(served: Served) -> None:
    """With the account its offer goes: nobody makes a way into it any more."""
    house = served.house
    await served.ask("PUT", "/v1/browser-offer", who=house.client, body=offer_fields(house))
    assert (await served.ask("DELETE", "/v1/account", who=house.client)).status == 204
    assert (await take(served, way_fields(house.client))).code == "code-refused"
