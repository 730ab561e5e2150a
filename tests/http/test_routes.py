"""Each route with what it is meant for: the answers of docs/protocol.md, part 13.

Longer than other modules: one test or a few for each route of one table.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re

import pytest
from openapi_spec_validator import validate

from keys.acts import ActKind
from keys.encoding import from_base64url
from keys.names import DAY_SECONDS, Role
from keys.reply import BOX_BYTES, sign_reply
from relay.http_api.app import ROUTES
from relay.http_api.context import Health
from tests.flow.cast import KEEPER_ID, Person, Work
from tests.flow.house import House, operators
from tests.flow.test_keepers import revocation
from tests.http.served import Answer, Served, b64, deposit_body

EXPECTS = "Expect: 100-continue\r\n"


async def test_about_the_relay(served: Served) -> None:
    """Anybody may see health, keys and limits."""
    told = await served.ask("GET", "/healthz")
    assert told.json == {"status": "ok", "keeper": "here", "clock": "ok", "offset_seconds": 0}
    served.health = Health(False, False, 7)
    assert (await served.ask("GET", "/healthz")).json == {
        "status": "degraded",
        "keeper": "away",
        "clock": "stopped",
        "offset_seconds": 7,
    }
    told = await served.ask("GET", "/v1/relay")
    assert told.json["time"] == served.house.now
    assert told.json["keepers"][0]["keeper_id"] == b64(KEEPER_ID)
    assert told.json["max_envelope_bytes"] == 1_200_000
    assert told.json["backup_tail_days"] == 14
    assert told.headers["quietbox-time"] == str(served.house.now)
    assert told.headers["cache-control"] == "no-store"
    assert told.headers["server"] == "quietbox"
    assert told.headers["content-type"].startswith("application/json")
    assert "strict-transport-security" in told.headers


async def test_the_description_is_valid_openapi(served: Served) -> None:
    """The description validates, and names every route once."""
    told = await served.ask("GET", "/v1/openapi.json")
    described = told.json
    validate(described)
    assert described["openapi"] == "3.1.0"
    operations = [one for path in described["paths"].values() for one in path.values()]
    assert len(operations) == len({one["operationId"] for one in operations}) == 1 + len(ROUTES)
    assert all(one["summary"] for one in operations)
    assert {"session": []} in described["paths"]["/v1/envelopes"]["post"]["security"]
    assert "security" not in described["paths"]["/v1/relay"]["get"]


async def answered(served: Served, person: Person) -> dict[str, str]:
    """The fields that answer a fresh challenge."""
    way, nonce = person.ways[0], bytes(32)
    started = (await served.ask("POST", "/v1/sessions/start", body={"name": person.name})).json
    challenge = from_base64url(started["challenge"])
    return {
        "account_id": started["account_id"],
        "method_id": b64(way.method_id),
        "challenge": started["challenge"],
        "nonce": b64(nonce),
        "signature": b64(person.answer(way, person.account_id, challenge, nonce)),
    }


async def test_what_an_inbox_is_opened_with(served: Served) -> None:
    """It comes with the answered challenge where it is asked for, else by itself; it is what the single
    routes say. A coach of several engagements chooses first; nothing of an account comes with a refusal.
    """
    house = served.house
    answer = await answered(served, house.client)
    plain = await served.ask("POST", "/v1/sessions", body=answer)
    assert "opening" not in plain.json
    for wrong in ("yes", 1, None):
        told = await served.ask("POST", "/v1/sessions", body=answer | {"opening": wrong})
        assert told.code == "malformed"
    refused = await served.ask("POST", "/v1/sessions", body=answer | {"opening": True})
    assert refused.code == "login-refused"
    assert "opening" not in refused.json
    fresh = await answered(served, house.client)
    brought = (await served.ask("POST", "/v1/sessions", body=fresh | {"opening": True})).json["opening"]
    every = {"known": 0, "names": []}
    first = await served.ask("POST", "/v1/vault/items", who=house.client, body=every)
    assert brought["vault"] == first.json
    single = {
        "account": "/v1/account",
        "engagement": f"/v1/engagements/{b64(house.work.engagement_id)}",
    }
    for name, path in single.items():
        assert brought[name] == (await served.ask("GET", path, who=house.client)).json
    assert (await served.ask("GET", "/v1/opening", who=house.client)).json == brought
    further = {"engagement_id": b64(b"another of hers!")}
    assert (await served.ask("POST", "/v1/engagements", who=house.coach, body=further)).status == 201
    coachs = (await served.ask("GET", "/v1/opening", who=house.coach)).json
    assert coachs["engagement"] is None
    assert len(coachs["account"]["mailboxes"]) == 4
    assert (await served.ask("GET", "/v1/opening", who=house.stranger)).json["engagement"] is None


async def test_what_an_opening_is_compressed_with(served: Served) -> None:
    """It is by gzip where no engagement comes along and the caller takes it; an answered challenge alone, and
    what the other person has chosen bytes of, never is.
    """
    house, gzip = served.house, {"Accept-Encoding": "br, gzip"}

    async def encoding(person: Person, headers: dict[str, str], **more: bool) -> str | None:
        body = await answered(served, person) | more
        told = await served.ask("POST", "/v1/sessions", body=body, headers=headers)
        assert told.json["session"]
        return told.headers.get("content-encoding")

    assert await encoding(house.coach, gzip, opening=True) is None
    further = {"engagement_id": b64(b"another of hers!")}
    assert (await served.ask("POST", "/v1/engagements", who=house.coach, body=further)).status == 201
    assert await encoding(house.coach, gzip, opening=True) == "gzip"
    assert await encoding(house.coach, gzip) is None
    assert await encoding(house.coach, {}, opening=True) is None


async def test_signing_in_and_locking(served: Served) -> None:
    """Start, answer, use, lock: afterwards the token is worth nothing."""
    person, way = served.house.client, served.house.client.ways[0]
    started = (await served.ask("POST", "/v1/sessions/start", body={"name": person.name})).json
    assert started["methods"][0] == {
        "method_id": b64(way.method_id),
        "kind": "password",
        "kdf": 1,
        "salt": b64(way.salt),
    }
    nonce = bytes(32)
    challenge = from_base64url(started["challenge"])
    answer = {
        "account_id": started["account_id"],
        "method_id": b64(way.method_id),
        "challenge": started["challenge"],
        "nonce": b64(nonce),
        "signature": b64(person.answer(way, person.account_id, challenge, nonce)),
    }
    opened = await served.ask("POST", "/v1/sessions", body=answer)
    assert opened.status == 201
    assert opened.json["wrap"] == b64(way.wrap)
    assert (await served.ask("POST", "/v1/sessions", body=answer)).code == "login-refused"
    bearer = {"Authorization": f"Bearer {opened.json['session']}"}
    account = (await served.ask("GET", "/v1/account", headers=bearer)).json
    assert account["account_id"] == b64(person.account_id)
    assert account["role"] == "client"
    assert account["mailboxes"][0]["role"] == 2
    assert account["mailboxes"][0]["address"].endswith("@in.harrow.example")
    assert (await served.ask("DELETE", "/v1/sessions", headers=bearer)).status == 204
    refused = await served.ask("GET", "/v1/account", headers=bearer)
    assert (refused.status, refused.code) == (401, "not-signed-in")
    assert refused.headers["www-authenticate"] == "Bearer"


async def test_a_page_is_reloaded_while_its_session_is_open(served: Served) -> None:
    """The half that it left comes back for its token alone, until it locks; sizes are checked."""
    client, token = served.house.client, b64(b"t" * 32)
    tab = {
        "token": token,
        "half": b64(b"h" * 32),
        "box": b64(b"b" * 234),
        "idle_seconds": 900,
        "label": b64(b"l" * 136),
    }
    for wrong in ({"idle_seconds": 59}, {"idle_seconds": 86_401}, {"half": b64(b"h")}, {"more": 1}):
        told = await served.ask("PUT", "/v1/sessions/tab", who=client, body=tab | wrong)
        assert told.code == "malformed"
    assert (await served.ask("PUT", "/v1/sessions/tab", who=client, body=tab)).status == 204
    resumed = await served.ask("POST", "/v1/sessions/resume", body={"token": token})
    assert (resumed.status, resumed.json) == (200, {"half": tab["half"], "box": tab["box"]})
    (listed,) = (await served.ask("GET", "/v1/sessions", who=client)).json["sessions"]
    assert (listed["label"], listed["seen_at"], listed["current"]) == (tab["label"], served.house.now, True)
    for told_token in (token, b64(bytes(32))):
        for how in ({}, {"locked": False}):
            left = await served.ask("POST", "/v1/sessions/leave", body={"token": told_token} | how)
            assert left.status == 204
    for wrong in ({"locked": 1}, {"locked": "yes"}, {"more": True}):
        told = await served.ask("POST", "/v1/sessions/leave", body={"token": token} | wrong)
        assert told.code == "malformed"
    assert (await served.ask("POST", "/v1/sessions/resume", body={"token": token})).status == 200
    assert (await served.ask("DELETE", "/v1/sessions", who=client)).status == 204
    for told_token in (token, b64(bytes(32))):
        gone = await served.ask("POST", "/v1/sessions/resume", body={"token": told_token})
        assert (gone.status, gone.code) == (401, "not-signed-in")


async def test_a_start_has_one_shape_for_known_and_unknown_names(served: Served) -> None:
    """Same status, same headers, same names and types: nothing tells that nobody has the name."""
    shapes = set()
    for name in (served.house.client.name, "nobody-here-7", "nobody-else-8"):
        told = await served.ask("POST", "/v1/sessions/start", body={"name": name})
        fields = told.json
        method = fields["methods"][0]
        lengths = [len(fields[key]) for key in ("account_id", "challenge")]
        shapes.add(
            json.dumps(
                [told.status, sorted(told.headers), list(fields), list(method), lengths, len(method["salt"])]
            )
        )
    assert len(shapes) == 1


async def test_enrolment_and_the_same_finish_again(served: Served) -> None:
    """A coach's finish over HTTP; the same bytes again give the same answer, other bytes find it used."""
    house = served.house
    coach = Person("late")
    keys = operators(coach)
    await house.store.put_invitation(house.operators_invitation(coach), now=house.now)
    path = f"/v1/invitations/{b64(keys.invite_id)}"
    seen = await served.ask("GET", path)
    assert (seen.status, seen.json["kind"]) == (200, 2)
    body = json.dumps(_finish(house, coach)).encode()
    headers = {
        "Content-Type": "application/json",
        "Quietbox-Redeem": b64(keys.redemption.sign(b"quietbox/v1/redeem\0", hashlib.sha256(body).digest())),
    }
    first = await served.ask("POST", path + "/redeem", raw=body, headers=headers)
    again = await served.ask("POST", path + "/redeem", raw=body, headers=headers)
    assert first.status == again.status == 201
    assert first.body == again.body
    assert first.json == {"account_id": b64(coach.account_id), "mailboxes": []}
    assert (await served.ask("GET", path)).code == "invitation-used"
    for bad in ("", "A" * 86, "!"):
        told = await served.ask(
            "POST", path + "/redeem", raw=body, headers=headers | {"Quietbox-Redeem": bad}
        )
        assert (told.status, told.code) == (403, "not-allowed")
    unknown = await served.ask("POST", f"/v1/invitations/{b64(bytes(16))}/redeem", raw=body, headers=headers)
    assert (unknown.status, unknown.code) == (404, "invitation-unknown")


async def test_a_clients_finish_answers_with_the_mailbox(served: Served) -> None:
    """The answer names account and mailbox, and the invitation's page then says that it was used."""
    house = served.house
    client = Person("lena")
    work = Work(house.coach, client, now=house.now)
    await house.invite(work)
    body = json.dumps(
        _finish(house, client) | {"acceptance": b64(work.acceptance()), "act": b64(work.agreed().encode())}
    ).encode()
    path = f"/v1/invitations/{b64(work.invitation.invite_id)}"
    headers = {"Content-Type": "application/json", "Quietbox-Redeem": b64(work.sign_redemption(body))}
    told = await served.ask("POST", path + "/redeem", raw=body, headers=headers)
    assert told.status == 201
    assert told.json["mailboxes"][0]["mailbox_id"] == b64(work.mailbox(Role.CLIENT))
    gone = await served.ask("GET", path)
    assert (gone.status, gone.code) == (410, "invitation-used")


async def test_engagements_over_http(served: Served) -> None:
    """Begin, invite, withdraw, list and look; the coach sees the acceptance, the client does not."""
    house, work = served.house, served.house.work
    path = f"/v1/engagements/{b64(work.engagement_id)}"
    told = await served.ask("GET", path, who=house.coach)
    assert told.json["state"] == "active"
    assert told.json["policies"] == [b64(work.policy.encode())]
    assert told.json["invitation"]["state"] == "used"
    assert told.json["invitation"]["acceptance"]
    assert [member["role"] for member in told.json["members"]] == [1, 2]
    assert (await served.ask("GET", path, who=house.client)).json["invitation"] is None
    listed = (await served.ask("GET", "/v1/engagements", who=house.client)).json
    assert [one["engagement_id"] for one in listed["engagements"]] == [b64(work.engagement_id)]
    chain = await served.ask("GET", path + "/statements?role=1&after=0", who=house.client)
    assert chain.json == {"statements": [b64(house.coach.statement())]}

    other = Work(house.coach, house.stranger, now=house.now)
    asked = {"engagement_id": b64(other.engagement_id)}
    begun = await served.ask("POST", "/v1/engagements", who=house.coach, body=asked)
    assert (begun.status, begun.json["state"]) == (201, "draft")
    offer = {
        "invite_id": b64(other.invitation.invite_id),
        "redemption_key": b64(other.invitation.redemption.public),
        "box": b64(other.invitation_box),
        "expires_at": house.now + DAY_SECONDS,
        "policy": b64(other.policy.encode()),
        "act": b64(other.offered()),
    }
    path = f"/v1/engagements/{b64(other.engagement_id)}/invitation"
    assert (await served.ask("POST", path, who=house.coach, body=offer)).status == 204
    invite = f"/v1/invitations/{b64(other.invitation.invite_id)}"
    assert (await served.ask("DELETE", invite, who=house.coach)).status == 204
    assert (await served.ask("GET", invite)).code == "invitation-withdrawn"


async def test_a_reply_over_http(served: Served) -> None:
    """Whoever has the link says something without joining, once more in its place, and an end; the coach
    alone sees it.
    """
    house = served.house
    work = Work(house.coach, Person("lena"), now=house.now)
    await house.invite(work)
    path = f"/v1/invitations/{b64(work.invitation.invite_id)}"
    shown = f"/v1/engagements/{b64(work.engagement_id)}"
    before = (await served.ask("GET", shown, who=house.coach)).json["invitation"]
    assert (before["state"], before["reply"]) == ("open", "")
    for kind, ends, state in ((1, False, "open"), (2, True, "declined")):
        box = bytes([kind]) * BOX_BYTES
        told = await _reply(served, work, {"box": b64(box), "ends": ends})
        assert told.status == 204
        assert (await _reply(served, work, {"box": b64(box), "ends": ends})).status == 204
        now = (await served.ask("GET", shown, who=house.coach)).json["invitation"]
        assert (now["state"], now["reply"], now["acceptance"]) == (state, b64(box), "")
    assert (await served.ask("GET", shown, who=house.stranger)).code == "not-found"
    gone = await served.ask("GET", path)
    assert (gone.status, gone.code) == (410, "invitation-declined")
    late = await _reply(served, work, {"box": b64(b"x" * BOX_BYTES), "ends": False})
    assert (late.status, late.code) == (410, "invitation-declined")
    assert (await served.ask("DELETE", path, who=house.coach)).status == 204


async def _reply(
    served: Served, work: Work, fields: dict[str, object], *, path: str = "", signature: bytes | None = None
) -> Answer:
    body = json.dumps(fields).encode()
    signature = sign_reply(work.invitation, body) if signature is None else signature
    headers = {"Content-Type": "application/json", "Quietbox-Redeem": b64(signature)}
    path = path or f"/v1/invitations/{b64(work.invitation.invite_id)}/reply"
    return await served.ask("PUT", path, raw=body, headers=headers)


async def test_bad_replies(served: Served) -> None:
    """What is not signed by the link's key, too short, too long, of no invitation or of another kind changes
    nothing.
    """
    house = served.house
    work = Work(house.coach, Person("lena"), now=house.now)
    await house.invite(work)
    box = b64(bytes(BOX_BYTES))
    good: dict[str, object] = {"box": box, "ends": True}
    body = json.dumps(good).encode()
    other = Work(house.coach, Person("nora"), now=house.now)
    for signature in (
        b"",
        bytes(64),
        sign_reply(other.invitation, body),
        sign_reply(work.invitation, body + b" "),
        work.sign_redemption(body),
    ):
        told = await _reply(served, work, good, signature=signature)
        assert (told.status, told.code) == (403, "not-allowed")
    for fields in (
        good | {"box": b64(bytes(BOX_BYTES - 1))},
        good | {"box": b64(bytes(BOX_BYTES + 1))},
        good | {"box": b64(bytes(60_000))},
        good | {"box": box + "="},
        good | {"ends": 1},
        good | {"why": "no"},
        {"box": box},
        {"ends": True},
        {},
    ):
        told = await _reply(served, work, fields)
        assert (told.status, told.code) in {(400, "malformed"), (413, "too-large")}
    unknown = await _reply(served, work, good, path=f"/v1/invitations/{b64(bytes(16))}/reply")
    assert (unknown.status, unknown.code) == (404, "invitation-unknown")
    used = await _reply(served, house.work, good)
    assert (used.status, used.code) == (410, "invitation-used")
    keys = operators(house.coach)
    path = f"/v1/invitations/{b64(keys.invite_id)}/reply"
    told = await _reply(served, work, good, path=path, signature=sign_reply(keys, body))
    assert (told.status, told.code) == (403, "not-allowed")
    shown = await served.ask("GET", f"/v1/engagements/{b64(work.engagement_id)}", who=house.coach)
    assert (shown.json["invitation"]["state"], shown.json["invitation"]["reply"]) == ("open", "")


async def test_acts_over_http(served: Served) -> None:
    """An act is taken; one out of order is a conflict that names the next number; one short of a
    signature is refused.
    """
    house, work = served.house, served.house.work
    path = f"/v1/engagements/{b64(work.engagement_id)}/acts"
    close = work.close(work.first_core, house.client, date=house.now + 60)
    skips = work.close(close.core, house.client, date=house.now)
    told = await served.ask("POST", path, who=house.client, body={"act": b64(skips.encode())})
    assert (told.status, told.code, told.json["next"]) == (409, "act-out-of-order", 2)
    alone = work.act(ActKind.REOPEN, work.first_core, house.client, date=house.now + 60)
    told = await served.ask("POST", path, who=house.client, body={"act": b64(alone.encode())})
    assert (told.status, told.code) == (403, "act-refused")
    for _ in range(2):
        told = await served.ask("POST", path, who=house.client, body={"act": b64(close.encode())})
        assert told.status == 204


async def test_proposals_over_http(served: Served) -> None:
    """What one has signed is shown to both with the end and the notes, until either takes it away."""
    house, work = served.house, served.house.work
    path = f"/v1/engagements/{b64(work.engagement_id)}"
    alone = work.act(
        ActKind.EXTEND, work.first_core, house.coach, date=house.now + 60, envelope_ids=[b"x" * 16]
    )
    sent = {"act": b64(alone.encode())}
    assert (await served.ask("PUT", f"{path}/proposal", who=house.coach, body=sent)).status == 204
    for person in (house.coach, house.client):
        shown = (await served.ask("GET", path, who=person)).json
        assert shown["proposals"] == [b64(alone.encode())]
        assert shown["ends_at"] == work.policy.hold_ends_at
        assert shown["notes"] == {"count": 0, "expires_at": 0}
    refused = await served.ask("PUT", f"{path}/proposal", who=house.client, body=sent)
    assert (refused.status, refused.code) == (403, "act-refused")
    malformed = await served.ask("PUT", f"{path}/proposal", who=house.client, body={"act": "AQ"})
    assert (malformed.status, malformed.code) == (400, "malformed")
    for _ in range(2):
        assert (await served.ask("DELETE", f"{path}/proposal", who=house.client)).status == 204
    assert (await served.ask("GET", path, who=house.coach)).json["proposals"] == []


async def test_acknowledging_over_http(served: Served) -> None:
    """It says how many of the ids the mailbox knows, as often as asked; none and too many are refused."""
    house, work = served.house, served.house.work
    raw = work.envelope(house.coach, Role.CLIENT)
    await served.ask("POST", "/v1/envelopes", who=house.coach, raw=deposit_body([(raw, [])]))
    path = f"/v1/mailboxes/{b64(work.mailbox(Role.CLIENT))}/acknowledge"
    ids = [b64(raw[24:40]), b64(b"n" * 16)]
    for _ in range(2):
        told = await served.ask("POST", path, who=house.client, body={"envelope_ids": ids})
        assert (told.status, told.json) == (200, {"acknowledged": 1})
    for odd in ([], ids * 513, ["short"]):
        told = await served.ask("POST", path, who=house.client, body={"envelope_ids": odd})
        assert (told.status, told.code) == (400, "malformed")


async def test_asking_what_was_opened_over_http(served: Served) -> None:
    """Without read marks in the agreement the answer is empty, whatever was opened; none and too many are
    refused.
    """
    house, work = served.house, served.house.work
    raws = [work.envelope(house.coach, role) for role in (Role.CLIENT, Role.COACH)]
    await served.ask("POST", "/v1/envelopes", who=house.coach, raw=deposit_body([(raw, []) for raw in raws]))
    path = f"/v1/mailboxes/{b64(work.mailbox(Role.CLIENT))}/acknowledge"
    await served.ask("POST", path, who=house.client, body={"envelope_ids": [b64(raws[0][24:40])]})
    path, ids = f"/v1/mailboxes/{b64(work.mailbox(Role.COACH))}/opened", [b64(raws[1][24:40])]
    told = await served.ask("POST", path, who=house.coach, body={"envelope_ids": ids})
    assert (told.status, told.json) == (200, {"opened": []})
    for odd in ([], ids * 1025, ["short"]):
        told = await served.ask("POST", path, who=house.coach, body={"envelope_ids": odd})
        assert (told.status, told.code) == (400, "malformed")


async def test_deposit_and_rows(served: Served) -> None:
    """What was deposited comes back byte for byte, with cursor and more; again it is repeated, changed a
    conflict.
    """
    house, work = served.house, served.house.work
    first = work.envelope(house.coach, Role.CLIENT, fresh=False)
    other = work.envelope(house.coach, Role.CLIENT, fresh=False)
    own = work.envelope(house.coach, Role.COACH)
    body = deposit_body([(first, []), (own, [])])
    told = await served.ask("POST", "/v1/envelopes", who=house.coach, raw=body)
    assert (told.status, told.json) == (201, {"groups": [{"status": "stored"}]})
    told = await served.ask("POST", "/v1/envelopes", who=house.coach, raw=body)
    assert (told.status, told.json) == (201, {"groups": [{"status": "repeated"}]})
    told = await served.ask("POST", "/v1/envelopes", who=house.coach, raw=deposit_body([(other, [])]))
    assert (told.status, told.code) == (409, "envelope-conflict")
    third = work.envelope(house.coach, Role.CLIENT)
    told = await served.ask(
        "POST", "/v1/envelopes", who=house.coach, raw=deposit_body([(other, [])], [(third, [])])
    )
    assert told.status == 207
    assert told.json == {"groups": [{"status": "refused", "code": "envelope-conflict"}, {"status": "stored"}]}
    path = f"/v1/mailboxes/{b64(work.mailbox(Role.CLIENT))}/envelopes"
    page = await served.ask("GET", path + "?limit=1", who=house.client)
    assert page.headers["quietbox-more"] == "1"
    assert page.body[0] == 1
    assert page.body[17:] == first
    assert int.from_bytes(page.body[9:13], "big") == house.now // DAY_SECONDS
    after = page.headers["quietbox-next"]
    page = await served.ask("GET", path + f"?after={after}", who=house.client)
    assert (page.headers["quietbox-more"], page.body[17:]) == ("0", third)
    back = await served.ask("GET", path + f"?before={page.headers['quietbox-next']}", who=house.client)
    assert back.body[17:] == first


async def test_a_stored_deposit_is_answered_alike(served: Served) -> None:
    """Kept alive or closing, in HTTP/1.0, after `Expect`: the same status, fields and body; the ready-made
    answer lacks nothing and a connection goes on after it.
    """
    closing, answers = "Connection: close\r\n", set()
    for version, heads in (("1.1", ("", closing)), ("1.0", ("",)), ("1.1", (EXPECTS + closing,))):
        requests = [await _raw_deposit(served, version, head) for head in heads]
        told = (await served.talk(b"".join(requests))).removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
        assert told.count(b"HTTP/1.") == told.count(b"\r\nDate: ") == len(heads)
        for one in told.split(b"HTTP/1.")[1:]:
            head, _, body = one.partition(b"\r\n\r\n")
            status, *fields = head.split(b"\r\n")
            alike = frozenset(field for field in fields if not field.startswith((b"Date", b"Connection")))
            answers.add((status[2:], alike, body))
    ((status, fields, body),) = answers
    assert (status, body) == (b"201 Created", b'{"groups":[{"status":"stored"}]}')
    assert b"Content-Length: 32" in fields
    assert b"Quietbox-Time: %d" % served.house.now in fields


async def _raw_deposit(served: Served, version: str, fields: str) -> bytes:
    """A deposit of something new, as bytes."""
    coach = served.house.coach
    body = deposit_body([(served.house.work.envelope(coach, Role.CLIENT), [])])
    head = f"POST /v1/envelopes HTTP/{version}\r\nHost: a\r\n"
    head += f"Authorization: Bearer {await served.token(coach)}\r\n"
    head += f"Content-Type: application/octet-stream\r\nContent-Length: {len(body)}\r\n{fields}\r\n"
    return head.encode() + body


async def test_a_refused_date_tells_the_latest(served: Served) -> None:
    """A problem of the agreement carries the latest date that it allows."""
    house, work = served.house, served.house.work
    late = work.envelope(house.coach, Role.CLIENT, expires_at=work.policy.hold_ends_at + 1)
    told = await served.ask("POST", "/v1/envelopes", who=house.coach, raw=deposit_body([(late, [])]))
    assert (told.status, told.code) == (403, "policy-refused")
    assert told.json["latest"] == work.policy.hold_ends_at
    assert told.json["status"] == 403
    assert told.json["type"] == "urn:quietbox:problem:policy-refused"


async def test_expiring_own_copies_leaves_tombstones(served: Served) -> None:
    """The row that comes after is a tombstone of 21 bytes that says why."""
    house, work = served.house, served.house.work
    raw = work.envelope(house.coach, Role.CLIENT)
    await served.ask("POST", "/v1/envelopes", who=house.coach, raw=deposit_body([(raw, [])]))
    path = f"/v1/mailboxes/{b64(work.mailbox(Role.CLIENT))}"
    asked = {"envelope_ids": [b64(raw[24:40])]}
    told = await served.ask("POST", path + "/expire", who=house.client, body=asked)
    assert told.json == {"expired": 1}
    page = await served.ask("GET", path + "/envelopes", who=house.client)
    assert page.body[0] == 2
    assert page.body[13:17] == (21).to_bytes(4, "big")
    assert page.body[17:33] == raw[24:40]
    assert page.body[33] == 3
    assert len(page.body) == 38


async def test_a_new_address(served: Served) -> None:
    """The answer is the whole new inbound address."""
    path = f"/v1/mailboxes/{b64(served.house.work.mailbox(Role.CLIENT))}/address"
    told = await served.ask("POST", path, who=served.house.client)
    assert told.json["address"].endswith("@in.harrow.example")


async def test_the_vault_over_http(served: Served) -> None:
    """Read, write, conflict."""
    house = served.house
    path, every = "/v1/vault/items", {"known": 0, "names": []}
    items = (await served.ask("POST", path, who=house.client, body=every)).json["items"]
    assert [item["name"] for item in items] == ["identity", "manifest"]
    asked = {"items": [item | {"version": 2} for item in items], "removed": []}
    assert (await served.ask("PUT", "/v1/vault", who=house.client, body=asked)).status == 204
    told = await served.ask("PUT", "/v1/vault", who=house.client, body=asked)
    assert (told.status, told.code) == (409, "vault-conflict")


async def test_a_vault_comes_in_parts(served: Served) -> None:
    """Its first part comes where the manifest is not the known one; what is named after an engagement, but
    for the small item, when it is asked for. What is no name, or too much of them, is refused.
    """
    house, path, hexed = served.house, "/v1/vault/items", "ab" * 16
    every = {"known": 0, "names": []}
    items = (await served.ask("POST", path, who=house.client, body=every)).json["items"]
    (manifest,) = [item for item in items if item["name"] == "manifest"]
    later = [f"standing/{hexed}", f"read/{hexed}", f"engagement/{hexed}"]
    added = [manifest | {"version": 2}, *(manifest | {"name": one, "version": 1} for one in later)]
    put = {"items": added, "removed": []}
    assert (await served.ask("PUT", "/v1/vault", who=house.client, body=put)).status == 204

    async def names(known: int, *asked: str) -> list[str]:
        body = {"known": known, "names": list(asked)}
        told = await served.ask("POST", path, who=house.client, body=body)
        return [item["name"] for item in told.json["items"]]

    first = [later[2], "identity", "manifest"]
    assert await names(0) == await names(1) == first
    assert await names(2) == []
    assert await names(2, later[0], f"index/{hexed}") == [later[0]]
    assert await names(1, later[1]) == sorted([later[1], *first])
    for wrong in (
        {"known": -1, "names": []},
        {"known": 0, "names": ["../x"]},
        {"known": 0, "names": [""]},
        {"known": 0, "names": ["a" * 65]},
        {"known": 0, "names": ["card"] * 1025},
        {"known": 0},
        {"names": []},
    ):
        assert (await served.ask("POST", path, who=house.client, body=wrong)).code == "malformed"


async def test_a_list_of_engagements(served: Served) -> None:
    """It has of each its state, end and number of acts, and neither statement, policy nor act; the acts come
    by their numbers, to members alone.
    """
    house, work = served.house, served.house.work
    (listed,) = (await served.ask("GET", "/v1/engagements", who=house.coach)).json["engagements"]
    assert listed.keys() == {"engagement_id", "state", "ends_at", "acts", "asked", "invitation"}
    assert (listed["state"], listed["acts"], listed["asked"]) == ("active", 1, 0)
    assert listed["invitation"] is None
    path = f"/v1/engagements/{b64(work.engagement_id)}/acts"
    whole = (await served.ask("GET", path.removesuffix("/acts"), who=house.client)).json["acts"]
    assert (await served.ask("GET", path, who=house.client)).json["acts"] == whole
    assert (await served.ask("GET", path + "?after=1", who=house.client)).json["acts"] == []
    assert (await served.ask("GET", path, who=house.stranger)).status == 404
    assert (await served.ask("GET", path + "?after=x", who=house.client)).code == "malformed"


async def test_ways_in_and_statements_over_http(served: Served) -> None:
    """A device is added and removed; a card follows; a rival of it is a conflict."""
    house, person = served.house, served.house.client
    way = person.way("device")
    fields = {
        "method_id": b64(way.method_id),
        "kind": "device",
        "kdf": 0,
        "salt": b64(way.salt),
        "login_key": b64(way.keys.login.public),
        "wrap": b64(way.wrap),
    }
    assert (await served.ask("POST", "/v1/methods", who=person, body={"method": fields})).status == 204
    path = f"/v1/methods/{b64(way.method_id)}"
    assert (await served.ask("DELETE", path, who=person)).status == 204
    assert (await served.ask("DELETE", path, who=person)).code == "not-found"
    first = person.statement()
    for card, status in ((person.statement(2, first), 204), (person.statement(2, first, house.now + 1), 409)):
        told = await served.ask("POST", "/v1/statements", who=person, body={"statement": b64(card)})
        assert told.status == status


async def test_senders_over_http(served: Served) -> None:
    """Register, confirm, list, remove; a work address is refused."""
    person = served.house.client
    told = await served.ask("POST", "/v1/senders", who=person, body={"address": "maya@post.example"})
    assert told.status == 202
    code = {"code": served.house.mail.code()}
    assert (await served.ask("POST", "/v1/senders/confirm", who=person, body=code)).status == 204
    assert (await served.ask("POST", "/v1/senders/confirm", who=person, body=code)).code == "code-refused"
    (sender,) = (await served.ask("GET", "/v1/senders", who=person)).json["senders"]
    assert sender["state"] == "confirmed"
    assert (await served.ask("DELETE", f"/v1/senders/{sender['sender_id']}", who=person)).status == 204
    told = await served.ask("POST", "/v1/senders", who=person, body={"address": "m@northwind.example"})
    assert (told.status, told.code) == (403, "work-address-refused")


async def test_rules_over_http(served: Served) -> None:
    """Make, test, list, end; the answer names the inbound address, and never the personal one."""
    person, mailbox = served.house.client, b64(served.house.work.mailbox(Role.CLIENT))
    address = {"address": "maya@post.example"}
    await served.ask("POST", "/v1/senders", who=person, body=address)
    body = {"code": served.house.mail.code()}
    await served.ask("POST", "/v1/senders/confirm", who=person, body=body)
    (sender,) = (await served.ask("GET", "/v1/senders", who=person)).json["senders"]
    path, asked = f"/v1/mailboxes/{mailbox}/rules", {"sender_id": sender["sender_id"]}
    made = await served.ask("POST", path, who=person, body=asked)
    assert made.status == 201
    assert re.fullmatch("[a-z2-7]{16}@in.harrow.example", made.json["address"])
    (rule,) = (await served.ask("GET", "/v1/rules", who=person)).json["rules"]
    assert rule == made.json | asked | {"mailbox_id": mailbox, "state": "waiting"}
    where = f"/v1/rules/{rule['rule_id']}"
    told = await served.ask("POST", f"{where}/challenge", who=person, body=address)
    assert (told.status, told.json) == (200, {"expires_at": served.house.now + 3600})
    assert served.house.mail.sent[-1][2].startswith("quietbox-rule ")
    for body in ({"address": "tom@post.example"}, {"address": "no address"}):
        told = await served.ask("POST", f"{where}/challenge", who=person, body=body)
        assert told.status in (400, 404)
    answers = [await served.ask("POST", path, who=person, body=asked) for _ in range(4)]
    assert [told.status for told in answers] == [201, 201, 201, 429]
    assert (await served.ask("DELETE", where, who=person)).status == 204
    assert (await served.ask("DELETE", where, who=person)).code == "not-found"
    assert len((await served.ask("GET", "/v1/rules", who=person)).json["rules"]) == 3


async def test_blobs_over_http(served: Served) -> None:
    """Upload in pieces, resume by the stored length, finish, link, read whole and by range."""
    house, work = served.house, served.house.work
    blob_id, raw = b"b" * 32, bytes(range(256)) * 8
    until = work.policy.hold_ends_at
    path = f"/v1/blobs/{b64(blob_id)}"
    begun = {"blob_id": b64(blob_id), "expires_at": until}
    assert (await served.ask("POST", "/v1/blobs", who=house.coach, body=begun)).status == 201
    told = await served.ask("PUT", path + "?offset=0", who=house.coach, raw=raw[:1000])
    assert told.json == {"stored": 1000}
    told = await served.ask("PUT", path + "?offset=5", who=house.coach, raw=raw)
    assert (told.status, told.code, told.json["stored"]) == (409, "blob-offset", 1000)
    told = await served.ask("HEAD", path, who=house.coach)
    assert (told.status, told.headers["content-length"]) == (200, "1000")
    await served.ask("PUT", path + "?offset=1000", who=house.coach, raw=raw[1000:])
    finish = {"stored_length": len(raw), "sha256": b64(hashlib.sha256(raw).digest())}
    for bad in (finish | {"stored_length": 7}, finish | {"sha256": b64(bytes(32))}):
        told = await served.ask("POST", path + "/finish", who=house.coach, body=bad)
        assert (told.status, told.code) == (409, "blob-incomplete")
    assert (await served.ask("POST", path + "/finish", who=house.coach, body=finish)).status == 204
    assert (await served.ask("GET", path, who=house.client)).code == "not-found"
    envelope = work.envelope(house.coach, Role.CLIENT)
    body = deposit_body([(envelope, [blob_id])])
    assert (await served.ask("POST", "/v1/envelopes", who=house.coach, raw=body)).status == 201
    told = await served.ask("GET", path, who=house.client)
    assert (told.status, told.body) == (200, raw)
    told = await served.ask("GET", path, who=house.client, headers={"Range": "bytes=5-9"})
    assert (told.status, told.body) == (206, raw[5:10])
    assert told.headers["content-range"] == f"bytes 5-9/{len(raw)}"
    told = await served.ask("GET", path, who=house.client, headers={"Range": "bytes=2040-"})
    assert told.body == raw[2040:]
    for odd in ("bytes=9-5", "bytes=9999-", "bytes=-5", "bytes=0-1,3-4", "lines=0-1", "bytes=0-1 "):
        told = await served.ask("GET", path, who=house.client, headers={"Range": odd})
        if odd != "bytes=0-1 ":  # white space around a field's value is no part of it
            assert (told.status, told.code) == (400, "malformed"), odd


async def test_keepers_over_http(served: Served) -> None:
    """Day keys, a question passed through, a revocation that waits while the keeper is away."""
    house = served.house
    path, today = f"/v1/keepers/{b64(KEEPER_ID)}", house.now // DAY_SECONDS
    days = await served.ask("GET", f"{path}/days?first={today}&count=2", who=house.client)
    assert len(days.body) == 2600
    told = await served.ask("POST", path + "/open", who=house.client, raw=KEEPER_ID + b"question")
    assert (told.status, told.body[:13]) == (200, b"sealed answer")
    revoke = revocation(house)
    assert len((await served.ask("POST", path + "/revoke", who=house.coach, raw=revoke)).body) == 64
    house.keeper.away = True
    told = await served.ask("POST", path + "/revoke", who=house.coach, raw=revoke)
    assert (told.status, told.body) == (202, b"")
    told = await served.ask("POST", path + "/open", who=house.client, raw=KEEPER_ID + b"question")
    assert (told.status, told.code) == (503, "keeper-away")


async def test_a_waiting_reader_is_told(served: Served) -> None:
    """The stream begins at once, tells mailbox and cursor after a deposit, and the engagement after an
    act.
    """
    house, work = served.house, served.house.work
    bearer = {"Authorization": f"Bearer {await served.token(house.client)}"}
    async with served.http.get(served.origin + "/v1/wake", headers=bearer) as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"
        assert await stream.content.readuntil(b"\n\n") == b":\n\n"
        raw = deposit_body([(work.envelope(house.coach, Role.CLIENT), [])])
        await served.ask("POST", "/v1/envelopes", who=house.coach, raw=raw)
        event, fields = _event(await stream.content.readuntil(b"\n\n"))
        assert event == "wake"
        assert fields["mailbox_id"] == b64(work.mailbox(Role.CLIENT))
        assert fields["cursor"] >= 1
        close = work.close(work.first_core, house.coach, date=house.now + 60)
        path = f"/v1/engagements/{b64(work.engagement_id)}/acts"
        await served.ask("POST", path, who=house.coach, body={"act": b64(close.encode())})
        assert _event(await stream.content.readuntil(b"\n\n")) == (
            "engagement",
            {"engagement_id": b64(work.engagement_id)},
        )
    async with asyncio.timeout(5):
        while house.wake.waiting():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("way", ["closing", "ending"])
async def test_a_stream_ends_with_its_session(
    served: Served, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the next heartbeat after the session's end the stream ends."""
    monkeypatch.setattr("relay.http_api.events.HEARTBEAT_SECONDS", 0.05)
    bearer = {"Authorization": f"Bearer {await served.token(served.house.client)}"}
    async with served.http.get(served.origin + "/v1/wake", headers=bearer) as stream:
        for _ in range(2):
            assert await stream.content.readuntil(b"\n\n") == b":\n\n"
        if way == "closing":
            await served.ask("DELETE", "/v1/sessions", who=served.house.client)
        else:
            served.house.now += 12 * 3600
        async with asyncio.timeout(5):
            await stream.content.read()


def _event(block: bytes) -> tuple[str, dict[str, object]]:
    event, fields = block.decode().strip().split("\n")
    return event.removeprefix("event: "), json.loads(fields.removeprefix("data: "))


def _finish(house: House, person: Person) -> dict[str, object]:
    finish = house.finish(person, b"", b"")
    return {
        "account_id": b64(finish.account_id),
        "name": finish.name,
        "methods": [
            {
                "method_id": b64(one.method_id),
                "kind": one.kind,
                "kdf": one.kdf,
                "salt": b64(one.salt),
                "login_key": b64(one.login_key),
                "wrap": b64(one.wrap),
            }
            for one in finish.methods
        ],
        "statement": b64(finish.statement),
        "vault": [
            {"name": one.name, "version": one.version, "expires_at": one.expires_at, "box": b64(one.box)}
            for one in finish.vault
        ],
    }
