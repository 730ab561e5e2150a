"""Being told by mail over HTTP: set, prove, try, end; what is wrong is refused before anything is sent."""

from __future__ import annotations

import json

import pytest

from tests.http.served import Served

ROUTE = "/v1/notice-channel"
ASKED = {
    "address": "Maya@home.example",
    "subject": "A short note",
    "phrase": "blue heron on the lake",
    "when": "daily",
    "warnings": False,
    "hour": 9,
    "quiet_from": 22,
    "quiet_until": 7,
    "offset_minutes": -90,
}


async def test_a_channel_from_end_to_end(served: Served) -> None:
    """The same shape at every step; what was set is told back to its owner alone."""
    person, mail = served.house.client, served.house.mail
    none = await served.ask("GET", ROUTE, who=person)
    assert (none.status, none.json["state"], none.json["address"]) == (200, "none", "")
    put = await served.ask("PUT", ROUTE, who=person, body=ASKED)
    wanted = ASKED | {"address": "maya@home.example", "state": "waiting"}
    assert (put.status, put.json) == (200, wanted)
    assert set(none.json) == set(wanted)
    assert (await served.ask("POST", f"{ROUTE}/test", who=person)).code == "not-allowed"
    code = {"code": mail.code()}
    confirmed = await served.ask("POST", f"{ROUTE}/confirm", who=person, body=code)
    assert (confirmed.status, confirmed.json) == (200, wanted | {"state": "confirmed"})
    assert (await served.ask("POST", f"{ROUTE}/confirm", who=person, body=code)).code == "code-refused"
    tried = await served.ask("POST", f"{ROUTE}/test", who=person)
    assert (tried.status, tried.json["state"]) == (200, "confirmed")
    assert mail.sent[-1][:2] == ("maya@home.example", "A short note")
    assert (await served.ask("GET", ROUTE, who=served.house.coach)).json["state"] == "none"
    assert (await served.ask("DELETE", ROUTE, who=person)).status == 204
    assert (await served.ask("DELETE", ROUTE, who=person)).code == "not-found"
    assert (await served.ask("GET", ROUTE, who=person)).json == none.json
    assert "home.example" not in served.said.getvalue()


async def test_what_is_left_out_has_a_default(served: Served) -> None:
    """Address, words and when are needed, no more."""
    least = {name: ASKED[name] for name in ("address", "subject", "phrase", "when")}
    told = await served.ask("PUT", ROUTE, who=served.house.client, body=least)
    assert told.json | {"warnings": True, "hour": 8, "quiet_from": 0, "quiet_until": 0} == told.json
    for name in least:
        short = {other: least[other] for other in least if other != name}
        assert (await served.ask("PUT", ROUTE, who=served.house.client, body=short)).code == "malformed"


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "maya"},
        {"address": "maya@home"},
        {"address": "a@b.example\r\nBcc: c@d.example"},
        {"address": "m" * 250 + "@b.example"},
        {"address": None},
        {"subject": ""},
        {"subject": "x" * 61},
        {"subject": "A\nBcc: x"},
        {"phrase": "go to www.lake"},
        {"phrase": "https://lake"},
        {"phrase": "a@b"},
        {"phrase": 7},
        {"when": "hourly"},
        {"when": "daily\n"},
        {"hour": 24},
        {"hour": -1},
        {"hour": "9"},
        {"hour": 9.5},
        {"quiet_from": 24},
        {"quiet_until": True},
        {"offset_minutes": 841},
        {"warnings": 1},
        {"more": 1},
    ],
    ids=lambda wrong: json.dumps(wrong)[:40],
)
async def test_bad_input_is_malformed(served: Served, wrong: dict[str, object]) -> None:
    """Nothing is sent, nothing is kept, and nothing of it is said back."""
    told = await served.ask("PUT", ROUTE, who=served.house.client, body=ASKED | wrong)
    assert (told.status, told.code) == (400, "malformed")
    assert b"lake" not in told.body
    assert served.house.mail.sent == []
    assert (await served.ask("GET", ROUTE, who=served.house.client)).json["state"] == "none"


async def test_refusals_have_their_codes(served: Served) -> None:
    """A work address, a dead one, and too many codes."""
    person = served.house.client
    work = ASKED | {"address": "maya@hr.northwind.example"}
    told = await served.ask("PUT", ROUTE, who=person, body=work)
    assert (told.status, told.code) == (403, "work-address-refused")
    served.house.mail.refusing.add("dead@home.example")
    told = await served.ask("PUT", ROUTE, who=person, body=ASKED | {"address": "dead@home.example"})
    assert (told.status, told.code) == (403, "address-refused")
    served.house.mail.full = True
    assert (await served.ask("PUT", ROUTE, who=person, body=ASKED)).code == "busy"
    served.house.mail.full = False
    for _ in range(3):
        assert (await served.ask("PUT", ROUTE, who=person, body=ASKED)).status == 200
    late = await served.ask("PUT", ROUTE, who=person, body=ASKED)
    assert (late.status, late.code) == (429, "too-many-requests")
    assert late.json["retry_after"] <= 3600
