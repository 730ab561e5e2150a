"""Bad input for each route: wrong types, unknown names, too much, too slow, no JSON."""

from __future__ import annotations

import asyncio
import json
import re

import pytest
from pydantic import ValidationError

from keys.names import DAY_SECONDS, Role
from relay.core.errors import Malformed, RelayError
from relay.flow.vault import MOST_ITEMS
from relay.http_api.app import ROUTES
from relay.http_api.bodies import strict_json
from relay.http_api.models.engagements import EngagementAsked
from relay.http_api.models.fields import Model
from relay.http_api.problems import STATUS
from relay.http_api.routes import Bytes, Route, parse
from tests.flow.cast import KEEPER_ID
from tests.flow.house import House
from tests.http.served import Answer, Served, b64, deposit_body

SESSION_ROUTES = [one for one in ROUTES if one.session]
JSON_ROUTES = [one for one in ROUTES if one.body is not None and issubclass(one.body, Model)]
MODELS = list(
    dict.fromkeys(one.body for one in JSON_ROUTES if one.body is not None and issubclass(one.body, Model))
)
BINARY_ROUTES = [one for one in ROUTES if one.body is Bytes]
TOGETHER = 20  # the listener has a limit of connections
EMPTY_ROUTES = [one for one in ROUTES if one.body is None and one.method != "HEAD"]


def name_of(bound: Route) -> str:
    """For the test's id."""
    return f"{bound.method} {bound.path}"


def template(bound: Route) -> str:
    """The path with bare names."""
    return re.sub(r":[^}]+}", "}", bound.path)


def path_of(bound: Route, house: House) -> str:
    """The route with ids of the engagement, and with the query it needs."""
    ids = {
        "invite_id": house.work.invitation.invite_id,
        "engagement_id": house.work.engagement_id,
        "mailbox_id": house.work.mailbox(Role.CLIENT),
        "keeper_id": KEEPER_ID,
        "blob_id": b"b" * 32,
        "method_id": house.client.ways[0].method_id,
        "sender_id": b"s" * 16,
        "rule_id": b"r" * 16,
        "session_id": b"s" * 16,
        "hash": b"h" * 32,
        "mark_id": b"m" * 16,
    }
    words = {"level": "0", "place": "000", "nameplate": "4417"} | {
        name: b64(one) for name, one in ids.items()
    }
    path = template(bound).format(**words)
    query = {
        "PUT /v1/blobs/{blob_id}": "?offset=0",
        "GET /v1/keepers/{keeper_id}/days": f"?first={house.now // DAY_SECONDS}&count=1",
        "GET /v1/engagements/{engagement_id}/statements": "?role=1",
    }
    return path + query.get(name_of(bound), "")


async def ask(
    served: Served, bound: Route, raw: bytes, content_type: str | None = None, **headers: str
) -> Answer:
    """Send bytes to a route, signed in where it needs that."""
    sent = dict(headers)
    if content_type is not None:
        sent["Content-Type"] = content_type
    who = served.house.client if bound.session else None
    return await served.ask(bound.method, path_of(bound, served.house), who=who, raw=raw, headers=sent)


@pytest.mark.parametrize("bound", SESSION_ROUTES, ids=name_of)
async def test_no_route_that_needs_a_session_answers_without(standing: Served, bound: Route) -> None:
    """No token, an unknown one, an odd one and another scheme are all not signed in."""
    path = path_of(bound, standing.house)
    for header in (
        None,
        "Bearer " + "A" * 43,
        "Bearer x",
        "Bearer " + "A" * 42 + "B",
        "Basic eDp5",
        "bearer " + "A" * 43,
    ):
        headers = {"Authorization": header} if header else {}
        told = await standing.ask(bound.method, path, headers=headers)
        assert told.status == 401, header
        if bound.method != "HEAD":
            assert told.code == "not-signed-in"


BAD_JSON = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b'{"a": 1, "a": 2}',
    b'{"a": NaN}',
    b'{"a": Infinity}',
    b"\xff\xfe{}",
    b'{"a": "\\ud800"}',
    b'{"a": ' + b"[" * 33 + b"]" * 33 + b"}",
    b'{"a": ' + b"9" * 5000 + b"}",
    b"{} {}",
    b"\xef\xbb\xbf{}",
]


@pytest.mark.parametrize("bound", JSON_ROUTES, ids=name_of)
async def test_what_is_no_strict_json_is_malformed(standing: Served, bound: Route) -> None:
    """Each of these is answered with 400, never with 500."""
    for raw in BAD_JSON:
        told = await ask(standing, bound, raw, "application/json")
        assert (told.status, told.code) == (400, "malformed"), raw[:40]


@pytest.mark.parametrize("part", [b"[]", b"{}", b"1"])
def test_json_of_too_many_parts_is_not_taken_apart(part: bytes) -> None:
    """Four million bytes of next to nothing would hold up everybody who is served."""
    assert strict_json(b'{"a":[' + b",".join([part] * 20_000) + b"]}")
    with pytest.raises(Malformed):
        strict_json(b'{"a":[' + b",".join([part] * 66_000) + b"]}")


async def test_the_largest_vault_is_written_at_once(served: Served) -> None:
    """No honest body has more parts than are taken."""
    house = served.house
    more = [
        {
            "name": f"read/{number:x}",
            "version": 1,
            "expires_at": house.now + DAY_SECONDS,
            "box": b64(bytes(80)),
        }
        for number in range(MOST_ITEMS - 2)
    ]
    every = {"known": 0, "names": []}
    items = (await served.ask("POST", "/v1/vault/items", who=house.client, body=every)).json["items"]
    asked = {"items": [*(item | {"version": 2} for item in items), *more], "removed": []}
    assert (await served.ask("PUT", "/v1/vault", who=house.client, body=asked)).status == 204


@pytest.mark.parametrize("bound", JSON_ROUTES, ids=name_of)
async def test_an_unknown_name_and_a_missing_field_are_malformed(standing: Served, bound: Route) -> None:
    """A body is closed, and the problem names the field and nothing of its value."""
    for raw, detail in ((b"{}", "field "), (b'{"unknown": "canary"}', "field ")):
        told = await ask(standing, bound, raw, "application/json")
        assert (told.status, told.code) == (400, "malformed")
        assert told.json["detail"].startswith(detail)
        assert b"canary" not in told.body


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_refuses_every_other_type(model: type[Model]) -> None:
    """Nothing is turned into what it is not: no truth into a number, no number into text."""
    for name, field in model.model_fields.items():
        other = 1 if field.annotation is bool else True
        wrong: list[object] = [other, 1.5, {"x": 1}, "\x00", [["x"]], "A" * 6_000_000]
        for value in wrong + ([None] if field.is_required() else []):
            with pytest.raises(ValidationError) as refused:
                model.model_validate({name: value})
            assert any(error["loc"][0] == name for error in refused.value.errors()), (name, value)


@pytest.mark.parametrize("text", ["", "A", "AAAA=", "AA AA", "AAAB", "AAA/", "Ä" * 22, "A" * 21 + "B"])
def test_bytes_are_canonical_base64url_of_the_right_length(text: str) -> None:
    """Padding, other alphabets, set unused bits and other lengths are refused."""
    with pytest.raises(Malformed):
        parse(EngagementAsked, {"engagement_id": text})


@pytest.mark.parametrize("bound", JSON_ROUTES + BINARY_ROUTES, ids=name_of)
async def test_other_content_types_and_encodings_are_refused(standing: Served, bound: Route) -> None:
    """The type is exactly the demanded one; nothing is decompressed; a form never reaches a handler."""
    right = "application/octet-stream" if bound.body is Bytes else "application/json"
    for wrong in (
        "text/plain",
        "application/x-www-form-urlencoded",
        right + "; charset=utf-8",
        right.upper(),
    ):
        told = await ask(standing, bound, b"{}", wrong)
        assert (told.status, told.code) == (415, "unsupported-type"), wrong
    told = await ask(standing, bound, b"{}", right, **{"Content-Encoding": "gzip"})
    assert (told.status, told.code) == (415, "unsupported-type")


@pytest.mark.parametrize("bound", JSON_ROUTES + BINARY_ROUTES, ids=name_of)
async def test_a_body_over_the_limit_is_refused_before_it_is_read(standing: Served, bound: Route) -> None:
    """The announced length is enough to refuse; without one, the limit holds while reading."""
    head = await _head(standing, bound, f"Content-Length: {bound.most_bytes + 1}")
    told = await standing.talk(head)
    assert told.startswith(b"HTTP/1.1 413 ")
    assert b'"too-large"' in told
    chunk = b"%x\r\n" % (bound.most_bytes + 1) + bytes(bound.most_bytes + 1) + b"\r\n0\r\n\r\n"
    head = await _head(standing, bound, "Transfer-Encoding: chunked", "Connection: close")
    told = await standing.talk(head + chunk)
    assert told.startswith(b"HTTP/1.1 413 ")


async def test_a_body_that_drips_is_given_up(hasty: Served) -> None:
    """On every route a body that does not come in time is answered with 408, and the connection ends."""

    async def drip(bound: Route) -> bytes:
        head = await _head(hasty, bound, "Content-Length: 20")
        return await hasty.talk(head + b"{")

    bodies = JSON_ROUTES + BINARY_ROUTES
    told = [
        one
        for at in range(0, len(bodies), TOGETHER)
        for one in await asyncio.gather(*(drip(bound) for bound in bodies[at : at + TOGETHER]))
    ]
    assert all(one.startswith(b"HTTP/1.1 408 ") for one in told)
    assert all(b'"too-slow"' in one for one in told)


async def _head(served: Served, bound: Route, *further: str) -> bytes:
    """The head of a request to a route, signed in where it needs that."""
    right = "application/octet-stream" if bound.body is Bytes else "application/json"
    lines = [
        f"{bound.method} {path_of(bound, served.house)} HTTP/1.1",
        "Host: relay.example",
        f"Content-Type: {right}",
        *further,
    ]
    if bound.session:
        lines.append(f"Authorization: Bearer {await served.token(served.house.client)}")
    return "\r\n".join([*lines, "", ""]).encode()


@pytest.mark.parametrize("bound", EMPTY_ROUTES, ids=name_of)
async def test_a_body_where_none_is_taken_is_malformed(standing: Served, bound: Route) -> None:
    """A request without content carries none."""
    told = await ask(standing, bound, b"{}", "application/json")
    assert (told.status, told.code) == (400, "malformed")


@pytest.mark.parametrize("bound", ROUTES, ids=name_of)
async def test_unknown_twice_given_and_odd_parameters_are_malformed(standing: Served, bound: Route) -> None:
    """A query is closed like a body."""
    path = path_of(bound, standing.house)
    joint = "&" if "?" in path else "?"
    who = standing.house.client if bound.session else None
    for odd in ("x=1", "after=1&after=2", "limit=1.5", "limit=-1", "limit=", "limit=1e3", "first=٣", "limit"):
        told = await standing.ask(bound.method, path + joint + odd, who=who)
        assert told.status == 400, odd


@pytest.mark.parametrize("bound", [one for one in ROUTES if "{" in one.path], ids=name_of)
async def test_what_is_no_id_is_not_found(standing: Served, bound: Route) -> None:
    """A path that holds no id is as one that nobody has."""
    who = standing.house.client if bound.session else None
    bare = template(bound)
    name = bare[bare.index("{") : bare.index("}") + 1]
    for odd in ("x", "A" * 21, "A" * 23, "A" * 21 + "B", "%00" * 22, "..", "a.b", "A" * 5000):
        path = path_of(bound, standing.house)
        target = bare.replace(name, odd) + ("?" + path.partition("?")[2] if "?" in path else "")
        raw = b"" if bound.body is None else b"{}"
        right = "application/octet-stream" if bound.body is Bytes else "application/json"
        headers = {} if bound.body is None else {"Content-Type": right}
        told = await standing.ask(
            bound.method, target, who=who, raw=None if bound.body is None else raw, headers=headers
        )
        # ".." makes another route of one, which may ask for another type
        assert told.status in ((400, 404, 415) if odd == ".." else (400, 404)), odd


async def test_odd_deposits_are_malformed(served: Served) -> None:
    """Counts, lengths and ends are checked; each cut and each trailing byte is refused."""
    house = served.house
    raw = house.work.envelope(house.coach, Role.CLIENT)
    good = deposit_body([(raw, [b"b" * 32])])
    odd = [good[:cut] for cut in (0, 1, 3, 7, 100, len(good) - 33, len(good) - 1)]
    odd += [
        good + b"x",
        bytes(2),
        b"\x00\x41" + bytes(400),
        b"\x00\x01\x00\x00",
        b"\x00\x01\x00\x12" + bytes(400),
        b"\x00\x01\x00\x01\xff\xff\xff\xff" + bytes(100),
        deposit_body([(raw, [bytes([number]) * 32 for number in range(33)])]),
        deposit_body([(raw, [b"b" * 32, b"b" * 32])]),
        deposit_body([(b"", [])]),
    ]
    for body in odd:
        told = await served.ask("POST", "/v1/envelopes", who=house.coach, raw=body)
        assert (told.status, told.code) == (400, "malformed"), len(body)
    told = await served.ask(
        "POST", "/v1/envelopes", who=house.coach, raw=deposit_body([(bytes(1_200_001), [])])
    )
    assert (told.status, told.code) == (413, "too-large")


async def test_what_a_handler_raises_is_a_fixed_answer(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours is a 500 without a word of it, and the log names the class alone."""

    async def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("canary-in-the-text")

    monkeypatch.setattr(served.house.store, "mailboxes_of", fail)
    told = await served.ask("GET", "/v1/account", who=served.house.client)
    assert (told.status, told.code) == (500, "internal")
    assert b"canary" not in told.body
    assert "ZeroDivisionError" in served.said.getvalue()
    assert "canary" not in served.said.getvalue()


def test_every_code_has_a_status() -> None:
    """No error of the tree is answered as a fault of ours for want of a line in the table."""
    tree = _subclasses(RelayError)
    codes = {one.code for one in tree if one.__module__ == RelayError.__module__}
    assert codes <= set(STATUS)


async def test_logs_hold_no_ids_and_no_addresses(served: Served) -> None:
    """After all kinds of requests the log has routes, methods, statuses and steps of time alone."""
    house = served.house
    await served.ask("GET", f"/v1/engagements/{b64(house.work.engagement_id)}", who=house.client)
    await served.ask("POST", "/v1/senders", who=house.client, body={"address": "maya@post.example"})
    await served.ask("GET", "/canary-path")
    lines = [json.loads(line) for line in served.said.getvalue().splitlines()]
    assert {line["event"] for line in lines} == {"http.request"}
    assert {name for line in lines for name in line} == {
        "at",
        "level",
        "event",
        "route",
        "method",
        "status",
        "milliseconds",
    }
    assert "/v1/engagements/{engagement_id}" in {line["route"] for line in lines}
    said = served.said.getvalue()
    for secret in (b64(house.work.engagement_id), "maya", "post.example", "127.0.0.1", "canary"):
        assert secret not in said


def _subclasses(error: type[RelayError]) -> set[type[RelayError]]:
    return {error} | {deeper for one in error.__subclasses__() for deeper in _subclasses(one)}
