"""The coach's notes, asked for by the client: by no road is it more than a mailbox that never was."""

from __future__ import annotations

import hashlib

import pytest

from keys.envelope import EnvelopeClass
from keys.names import Role
from tests.flow.test_receipts import next_day, sweep
from tests.http.served import Answer, Served, b64, deposit_body
from tests.http.test_index import index_body, segment

FILE, NOWHERE = b"f" * 32, b"n" * 32
Road = tuple[str, str, object]
ROADS: list[Road] = [
    ("GET", "/v1/mailboxes/{mailbox}/envelopes", None),
    ("GET", "/v1/mailboxes/{mailbox}/envelopes?before=9&limit=1", None),
    ("POST", "/v1/mailboxes/{mailbox}/acknowledge", "envelopes"),
    ("POST", "/v1/mailboxes/{mailbox}/expire", "envelopes"),
    ("POST", "/v1/mailboxes/{mailbox}/address", None),
    ("POST", "/v1/mailboxes/{mailbox}/rules", {"sender_id": b64(bytes(16))}),
    ("GET", "/v1/mailboxes/{mailbox}/index", None),
    ("PUT", "/v1/mailboxes/{mailbox}/index", index_body(segment())),
    ("DELETE", "/v1/mailboxes/{mailbox}/index", None),
    ("GET", "/v1/blobs/{blob}", None),
    ("HEAD", "/v1/blobs/{blob}", None),
    ("PUT", "/v1/blobs/{blob}?offset=5", b"more"),
    ("POST", "/v1/blobs/{blob}/finish", {"stored_length": 5, "sha256": b64(bytes(32))}),
    ("POST", "/v1/envelopes", "deposit"),
    ("POST", "/v1/envelopes", "deposit with the file"),
]


@pytest.fixture(scope="module")
async def noted(standing: Served) -> bytes:
    """A note with a file in the house of all; the note's envelope id."""
    house = standing.house
    coach, until = house.coach.account_id, house.work.policy.hold_ends_at
    await house.flows.blobs.create(coach, FILE, until, house.now)
    await house.flows.blobs.append(coach, FILE, 0, b"bytes", house.now)
    await house.flows.blobs.finish(coach, FILE, 5, hashlib.sha256(b"bytes").digest(), house.now)
    note = house.work.envelope(house.coach, Role.NOTES, envelope_class=EnvelopeClass.OWN)
    told = await standing.ask("POST", "/v1/envelopes", who=house.coach, raw=deposit_body([(note, [FILE])]))
    assert told.status == 201
    return note[24:40]


async def ask(served: Served, road: Road, mailbox: bytes, blob: bytes, envelope_id: bytes) -> Answer:
    """The client takes a road."""
    method, path, sent = road
    house = served.house
    if sent == "envelopes":
        sent = {"envelope_ids": [b64(envelope_id)]}
    elif isinstance(sent, str):
        envelope = house.work.envelope(house.client, Role.NOTES, mailbox=mailbox)
        sent = deposit_body([(envelope, [blob] if sent.endswith("file") else [])])
    raw = sent if isinstance(sent, bytes) else None
    body = None if raw is not None else sent
    told = await served.ask(
        method, path.format(mailbox=b64(mailbox), blob=b64(blob)), who=house.client, body=body, raw=raw
    )
    told.headers.pop("date")
    return told


@pytest.mark.parametrize("road", ROADS, ids=[f"{at} {one[0]} {one[1]}" for at, one in enumerate(ROADS)])
async def test_to_the_client_the_notes_are_not_there(standing: Served, noted: bytes, road: Road) -> None:
    """Status, headers and body are those of a mailbox and a file that never were: 404, whatever is asked."""
    real = await ask(standing, road, standing.house.work.mailbox(Role.NOTES), FILE, noted)
    none = await ask(standing, road, b"u" * 16, NOWHERE, b"u" * 16)
    assert real == none
    assert real.status == 404
    read = await standing.ask("GET", f"/v1/blobs/{b64(FILE)}", who=standing.house.coach)
    assert read.body == b"bytes"


async def test_the_client_is_told_nothing_of_a_note_but_its_number(served: Served) -> None:
    """A note comes and goes: the client's account, receipts, rows and wake have nothing of it; the log has
    what it has for everybody, and no id in it. The engagement says how many there are.
    """
    house = served.house
    notes = house.work.mailbox(Role.NOTES)
    paths = ("/v1/account", "/v1/receipts", "/v1/engagements", "/v1/opening")
    before = [(await served.ask("GET", path, who=house.client)).body for path in paths[:3]]
    ends = house.now + 5
    note = house.work.envelope(house.coach, Role.NOTES, expires_at=ends, envelope_class=EnvelopeClass.OWN)
    sent = deposit_body([(note, [])])
    assert (await served.ask("POST", "/v1/envelopes", who=house.coach, raw=sent)).status == 201
    shown = await served.ask("GET", f"/v1/engagements/{b64(house.work.engagement_id)}", who=house.client)
    assert shown.json["notes"]["count"] == 1
    await sweep(house, ends)
    await next_day(house)
    served.tokens.clear()  # a session lives for half a day
    after = [(await served.ask("GET", path, who=house.client)).body for path in paths[:3]]
    assert after == before
    (receipt,) = (await served.ask("GET", "/v1/receipts", who=house.coach)).json["receipts"]
    assert len(receipt["leaves"]) == 1
    for path in (*paths, "/v1/account/rows"):
        told = (await served.ask("GET", path, who=house.client)).body
        assert b64(notes).encode() not in told
        assert b64(note[24:40]).encode() not in told
    entries = b"".join(await house.store.log_entries(0, 10_000))
    assert notes not in entries
    assert note[24:40] not in entries
