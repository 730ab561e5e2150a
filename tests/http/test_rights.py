"""Who may see and do what: every route, every person, every object; what is foreign is as what never was."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from keys.names import DAY_SECONDS, Role
from relay.http_api.app import ROUTES
from tests.flow.cast import KEEPER_ID, Person, Work
from tests.flow.house import House
from tests.http.served import Served, b64, deposit_body
from tests.http.test_index import index_body, segment

FOREIGN = [
    ("GET", "/v1/engagements/{engagement}", None),
    ("GET", "/v1/engagements/{engagement}/statements?role=1", None),
    ("GET", "/v1/engagements/{engagement}/acts?after=0", None),
    ("POST", "/v1/engagements/{engagement}/acts", "act"),
    ("POST", "/v1/engagements/{engagement}/invitation", "invitation"),
    ("PUT", "/v1/engagements/{engagement}/proposal", "act"),
    ("DELETE", "/v1/engagements/{engagement}/proposal", None),
    ("GET", "/v1/engagements/{engagement}/spoken-check", None),
    ("PUT", "/v1/engagements/{engagement}/spoken-check", "check"),
    ("PUT", "/v1/engagements/{engagement}/slot", "slot"),
    ("DELETE", "/v1/engagements/{engagement}/slot", None),
    ("GET", "/v1/engagements/{engagement}/release", None),
    ("POST", "/v1/engagements/{engagement}/release", bytes(4) + (2).to_bytes(4, "big") + b"no"),
    ("POST", "/v1/engagements/{engagement}/reopening", "reopening"),
    ("GET", "/v1/engagements/{engagement}/reopening", None),
    ("DELETE", "/v1/engagements/{engagement}/reopening", None),
    ("PUT", "/v1/engagements/{engagement}/reopening/claim", "claim"),
    ("GET", "/v1/mailboxes/{mailbox}/envelopes", None),
    ("POST", "/v1/mailboxes/{mailbox}/acknowledge", "expire"),
    ("POST", "/v1/mailboxes/{mailbox}/opened", "expire"),
    ("POST", "/v1/mailboxes/{mailbox}/expire", "expire"),
    ("POST", "/v1/mailboxes/{mailbox}/address", None),
    ("GET", "/v1/mailboxes/{mailbox}/index", None),
    ("PUT", "/v1/mailboxes/{mailbox}/index", index_body(segment())),
    ("DELETE", "/v1/mailboxes/{mailbox}/index", None),
    ("GET", "/v1/blobs/{blob}", None),
    ("PUT", "/v1/blobs/{blob}?offset=0", b"piece"),
    ("POST", "/v1/blobs/{blob}/finish", "finish"),
    ("DELETE", "/v1/invitations/{invitation}", None),
    ("DELETE", "/v1/methods/{method}", None),
    ("DELETE", "/v1/sessions/{session}", None),
    ("DELETE", "/v1/senders/{sender}", None),
    ("POST", "/v1/mailboxes/{mailbox}/rules", "rule"),
    ("POST", "/v1/rules/{rule}/challenge", "challenge"),
    ("DELETE", "/v1/rules/{rule}", None),
]


@pytest.mark.parametrize(("method", "path", "body"), FOREIGN, ids=[f"{one[0]} {one[1]}" for one in FOREIGN])
async def test_a_foreign_id_and_an_unknown_one_are_answered_alike(
    served: Served, method: str, path: str, body: object
) -> None:
    """To a stranger what is there and what never was are the same bytes, headers and status."""
    house, stranger = served.house, served.house.stranger
    await house.flows.blobs.create(
        house.coach.account_id, b"b" * 32, house.work.policy.hold_ends_at, house.now
    )
    rule_id, sender_id = await _rule(house, house.client, "maya@post.example")
    foreign = {
        "engagement": b64(house.work.engagement_id),
        "mailbox": b64(house.work.mailbox(Role.CLIENT)),
        "blob": b64(b"b" * 32),
        "invitation": b64(house.work.invitation.invite_id),
        "method": b64(house.client.ways[0].method_id),
        "session": b64(await _session_id(house, house.client)),
        "sender": b64(sender_id),
        "rule": b64(rule_id),
    }
    unknown = {name: b64(bytes(32 if name == "blob" else 16)) for name in foreign}
    told = []
    for ids in (foreign, unknown):
        sent: Any = _bodies(house).get(str(body)) if isinstance(body, str) else None
        raw = body if isinstance(body, bytes) else None
        told.append(await served.ask(method, path.format(**ids), who=stranger, body=sent, raw=raw))
    for answer in told:
        answer.headers.pop("date")
    assert told[0] == told[1]
    assert told[0].status == 404


async def test_a_deposit_into_a_foreign_mailbox_is_as_into_none(served: Served) -> None:
    """A stranger's deposit finds no mailbox, whether there is one or not."""
    house = served.house
    into = house.work.envelope(house.stranger, Role.CLIENT)
    nowhere = house.work.envelope(house.stranger, Role.CLIENT, mailbox=b"u" * 16)
    told = [
        await served.ask("POST", "/v1/envelopes", who=house.stranger, raw=deposit_body([(raw, [])]))
        for raw in (into, nowhere)
    ]
    assert told[0].body == told[1].body
    assert (told[0].status, told[0].code) == (404, "not-found")


MATRIX: list[tuple[str, str, tuple[int, int, int]]] = [
    ("GET", "/v1/engagements/{engagement}", (404, 200, 200)),
    ("GET", "/v1/engagements/{engagement}/statements?role=1", (404, 200, 200)),
    ("GET", "/v1/engagements/{engagement}/statements?role=2", (404, 200, 200)),
    ("GET", "/v1/engagements/{engagement}/acts", (404, 200, 200)),
    ("POST", "/v1/engagements/{engagement}/invitation", (404, 409, 403)),
    ("PUT", "/v1/engagements/{engagement}/proposal", (404, 403, 403)),
    ("DELETE", "/v1/engagements/{engagement}/proposal", (404, 204, 204)),
    ("PUT", "/v1/engagements/{engagement}/slot", (404, 200, 403)),
    ("DELETE", "/v1/engagements/{engagement}/slot", (404, 404, 404)),  # none is open
    ("GET", "/v1/engagements/{engagement}/release", (404, 200, 200)),
    ("PUT", "/v1/engagements/{engagement}/reopening/claim", (404, 404, 404)),
    ("GET", "/v1/engagements/{engagement}/reopening", (404, 200, 200)),
    ("DELETE", "/v1/engagements/{engagement}/reopening", (404, 404, 404)),
    ("POST", "/v1/engagements/{engagement}/reopening", (404, 204, 403)),
    ("POST", "/v1/mailboxes/{coachs}/acknowledge", (404, 200, 404)),
    ("POST", "/v1/mailboxes/{clients}/acknowledge", (404, 404, 200)),
    ("POST", "/v1/mailboxes/{notes}/acknowledge", (404, 200, 404)),
    ("POST", "/v1/mailboxes/{coachs}/opened", (404, 200, 404)),
    ("POST", "/v1/mailboxes/{clients}/opened", (404, 404, 200)),
    ("POST", "/v1/mailboxes/{notes}/opened", (404, 200, 404)),
    ("GET", "/v1/mailboxes/{coachs}/envelopes", (404, 200, 404)),
    ("GET", "/v1/mailboxes/{clients}/envelopes", (404, 404, 200)),
    ("GET", "/v1/mailboxes/{notes}/envelopes", (404, 200, 404)),
    ("POST", "/v1/mailboxes/{coachs}/expire", (404, 200, 404)),
    ("POST", "/v1/mailboxes/{clients}/expire", (404, 404, 200)),
    ("POST", "/v1/mailboxes/{notes}/expire", (404, 200, 404)),
    ("POST", "/v1/mailboxes/{coachs}/address", (404, 200, 404)),
    ("POST", "/v1/mailboxes/{clients}/address", (404, 404, 200)),
    ("POST", "/v1/mailboxes/{notes}/address", (404, 200, 404)),
    ("GET", "/v1/mailboxes/{coachs}/index", (404, 200, 404)),
    ("GET", "/v1/mailboxes/{clients}/index", (404, 404, 200)),
    ("GET", "/v1/mailboxes/{notes}/index", (404, 200, 404)),
    ("DELETE", "/v1/mailboxes/{coachs}/index", (404, 204, 404)),
    ("DELETE", "/v1/mailboxes/{clients}/index", (404, 404, 204)),
    ("GET", "/v1/blobs/{to_client}", (404, 200, 200)),
    ("GET", "/v1/blobs/{unlinked}", (404, 200, 404)),
    ("PUT", "/v1/blobs/{unlinked}?offset=0", (404, 200, 404)),
    ("POST", "/v1/blobs/{unlinked}/finish", (404, 409, 404)),
    ("DELETE", "/v1/methods/{coachs_method}", (404, 204, 404)),
    ("DELETE", "/v1/methods/{clients_method}", (404, 404, 204)),
    ("DELETE", "/v1/sessions/{coachs_session}", (404, 204, 404)),
    ("DELETE", "/v1/sessions/{clients_session}", (404, 404, 204)),
    ("GET", "/v1/sessions", (200, 200, 200)),
    ("GET", "/v1/methods", (200, 200, 200)),
    ("GET", "/v1/account/rows", (200, 200, 200)),
    ("DELETE", "/v1/account", (403, 403, 204)),
    ("DELETE", "/v1/senders/{coachs_sender}", (404, 204, 404)),
    ("POST", "/v1/mailboxes/{coachs}/rules", (404, 201, 404)),
    ("POST", "/v1/mailboxes/{clients}/rules", (404, 404, 404)),  # for the coach's address
    ("POST", "/v1/mailboxes/{notes}/rules", (404, 404, 404)),
    ("POST", "/v1/rules/{coachs_rule}/challenge", (404, 200, 404)),
    ("DELETE", "/v1/rules/{coachs_rule}", (404, 204, 404)),
    ("GET", "/v1/rules", (200, 200, 200)),
    ("DELETE", "/v1/invitations/{invitation}", (404, 410, 404)),
    ("PUT", "/v1/codes/{code}", (404, 204, 404)),
    ("GET", "/v1/browser-offer", (200, 200, 200)),
    ("DELETE", "/v1/browser-offer", (204, 204, 204)),
    ("POST", "/v1/codes", (404, 404, 404)),  # for an invitation that was used
    ("GET", "/v1/keepers/{keeper}/days?first={today}&count=1", (200, 200, 200)),
    ("GET", "/v1/account", (200, 200, 200)),
    ("POST", "/v1/vault/items", (200, 200, 200)),
    ("GET", "/v1/opening", (200, 200, 200)),
    ("GET", "/v1/senders", (200, 200, 200)),
    ("GET", "/v1/notice-channel", (200, 200, 200)),
    ("DELETE", "/v1/notice-channel", (404, 404, 404)),
    ("POST", "/v1/notice-channel/test", (403, 403, 403)),
    ("GET", "/v1/engagements", (200, 200, 200)),
    ("POST", "/v1/engagements", (201, 201, 403)),
    ("DELETE", "/v1/sessions", (204, 204, 204)),
]


Case = tuple[str, str, str, int]
CASES: list[Case] = [
    (who, method, path, status)
    for method, path, wanted in MATRIX
    for who, status in zip(("nobody", "stranger", "coach", "client"), (401, *wanted), strict=True)
]
QUIET = [case for case in CASES if case[1] == "GET" or case[3] >= 400]
"""What changes nothing, so that all may be asked of one house."""


PACKED = ("/v1/account", "/v1/vault/items")
"""By gzip (docs/decisions/0036); and an opening without an engagement."""


def name_of(case: Case) -> str:
    """Who does what."""
    return " ".join(case[:3])


async def _status(served: Served, ids: dict[str, str], case: Case) -> int:
    """How the case is answered; by gzip what holds no text of somebody else, and nothing else."""
    who, method, path, _ = case
    house = served.house
    person: Person | None = None if who == "nobody" else getattr(house, who)
    bodies = _bodies(house) | {"rules": {"sender_id": ids["coachs_sender"]}}
    bodies["items"] = {"known": 0, "names": []}
    kind = path.partition("?")[0].rsplit("/", 1)[-1]
    body: object = (
        {"engagement_id": b64(b"e" * 16)} if path == "/v1/engagements" and method == "POST" else None
    )
    body = body or (bodies.get(kind) if method in ("POST", "PUT") else None)
    raw = b"piece" if method == "PUT" and body is None else None
    gzip = {"Accept-Encoding": "gzip"}
    told = await served.ask(method, path.format(**ids), who=person, body=body, raw=raw, headers=gzip)
    own = path in PACKED or (path == "/v1/opening" and told.json.get("engagement") is None)
    assert told.headers.get("content-encoding") == ("gzip" if own and told.status == 200 else None)
    return told.status


@pytest.fixture(scope="module")
async def objects(standing: Served) -> dict[str, str]:
    """One of each kind, in the house of all."""
    return await _objects(standing)


@pytest.mark.parametrize("case", QUIET, ids=name_of)
async def test_no_object_is_for_anybody_else(standing: Served, objects: dict[str, str], case: Case) -> None:
    """What the matrix of routes, people and objects refuses, and what it lets be read: no session 401."""
    assert await _status(standing, objects, case) == case[-1]


@pytest.mark.parametrize("case", [case for case in CASES if case not in QUIET], ids=name_of)
async def test_each_object_is_for_whom_it_is_for(served: Served, case: Case) -> None:
    """What the matrix lets be changed: for each person what is theirs."""
    assert await _status(served, await _objects(served), case) == case[-1]


def test_the_matrix_and_the_foreign_list_cover_every_route_with_an_object() -> None:
    """A new route with an id in its path is in the matrix, or it is open to all."""
    covered = {path.partition("?")[0].split("{")[0] for _, path, _ in MATRIX}
    for bound in ROUTES:
        if bound.session and "{" in bound.path:
            assert bound.path.split("{")[0] in covered, bound.path


async def _session_id(house: House, person: Person) -> bytes:
    """The id of one more session of somebody's."""
    opened = await house.open(person)
    found = await house.flows.access.sessions(opened.token, person.account_id, house.now)
    (session_id,) = [one.session_id for one in found if one.current]
    return session_id


async def _rule(house: House, person: Person, address: str) -> tuple[bytes, bytes]:
    """A rule of somebody's, and the confirmed address that it is for."""
    await house.flows.senders.add(person.account_id, address, house.now)
    await house.flows.senders.confirm(person.account_id, house.mail.code(), house.now)
    (sender,) = await house.flows.senders.all_of(person.account_id, house.now)
    mailbox_id = house.work.mailbox(Role.COACH if person is house.coach else Role.CLIENT)
    rule = await house.flows.rules.add(person.account_id, mailbox_id, sender.sender_id, house.now)
    return rule.rule_id, sender.sender_id


async def _objects(served: Served) -> dict[str, str]:
    house = served.house
    flows, until = house.flows, house.work.policy.hold_ends_at
    for blob_id in (b"u" * 32, b"l" * 32):
        await flows.blobs.create(house.coach.account_id, blob_id, until, house.now)
    await flows.blobs.append(house.coach.account_id, b"l" * 32, 0, b"bytes", house.now)
    await flows.blobs.finish(
        house.coach.account_id, b"l" * 32, 5, hashlib.sha256(b"bytes").digest(), house.now
    )
    linked = deposit_body([(house.work.envelope(house.coach, Role.CLIENT), [b"l" * 32])])
    assert (await served.ask("POST", "/v1/envelopes", who=house.coach, raw=linked)).status == 201
    rule_id, sender_id = await _rule(house, house.coach, "anna@post.example")
    ids = {
        "engagement": house.work.engagement_id,
        "coachs": house.work.mailbox(Role.COACH),
        "clients": house.work.mailbox(Role.CLIENT),
        "notes": house.work.mailbox(Role.NOTES),
        "to_client": b"l" * 32,
        "unlinked": b"u" * 32,
        "coachs_method": house.coach.ways[1].method_id,
        "clients_method": house.client.ways[1].method_id,
        "coachs_session": await _session_id(house, house.coach),
        "clients_session": await _session_id(house, house.client),
        "coachs_sender": sender_id,
        "coachs_rule": rule_id,
        "invitation": house.work.invitation.invite_id,
        "keeper": KEEPER_ID,
    }
    waiting = Work(house.coach, Person("tom"), now=house.now)
    await house.invite(waiting)
    code = await flows.codes.assign(house.coach.account_id, waiting.invitation.invite_id, house.now)
    texts = {"today": str(house.now // DAY_SECONDS), "code": code.nameplate}
    return {name: b64(one) for name, one in ids.items()} | texts


def _bodies(house: House) -> dict[str, dict[str, object]]:
    work = house.work
    return {
        "acts": {"act": b64(work.agreed().encode())},
        "act": {"act": b64(work.agreed().encode())},
        "slot": {
            "link_id": b64(b"l" * 16),
            "reader_key": b64(work.invitation.redemption.public),
            "digits": "204857",
        },
        "invitation": {
            "invite_id": b64(b"i" * 16),
            "redemption_key": b64(work.invitation.redemption.public),
            "box": b64(work.invitation_box),
            "expires_at": house.now + DAY_SECONDS,
            "policy": b64(work.policy.encode()),
            "act": b64(work.offered()),
        },
        "reopening": {
            "invite_id": b64(b"j" * 16),
            "redemption_key": b64(work.invitation.redemption.public),
            "box": b64(work.invitation_box),
            "expires_at": house.now + DAY_SECONDS,
        },
        "claim": {"claim": b64(b"claim")},
        "proposal": {"act": b64(work.agreed().encode())},
        "acknowledge": {"envelope_ids": [b64(bytes(16))]},
        "expire": {"envelope_ids": [b64(bytes(16))]},
        "opened": {"envelope_ids": [b64(bytes(16))]},
        "rule": {"sender_id": b64(bytes(16))},
        "challenge": {"address": "anna@post.example"},
        "check": {"commitment": b64(bytes(32))},
        "{code}": {"check": b64(bytes(32)), "box": b64(bytes(108))},
        "codes": {"subject": b64(work.invitation.invite_id)},
        "finish": {"stored_length": 9, "sha256": b64(bytes(32))},
    }
