"""The sponsor's slot over HTTP: who may put what where, and what can be told from answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from keys.encoding import Reader
from keys.envelope import EnvelopeClass
from keys.names import DAY_SECONDS, Role
from relay.core.admission import read
from relay.core.errors import RelayError
from relay.core.model import DoorMemory
from tests.flow.cast import KEEPER_ID, Person
from tests.flow.releases import DIGITS, OTHER_LINK, WRONG, Reports
from tests.http.served import Answer, Served, b64, deposit_body
from tests.http.test_index import index_body, segment


@pytest.fixture
async def reports(served: Served) -> Reports:
    """A served house with an open slot."""
    found = Reports(served.house)
    await found.open_slot()
    return found


async def look(served: Served, reports: Reports, digits: str = DIGITS) -> Answer:
    """What a sponsor's page asks first."""
    asked = {"link_id": b64(reports.link_id), "digits": digits}
    return await served.ask("POST", "/v1/release", body=asked)


async def ask_keeper(served: Served, reports: Reports, digits: str = DIGITS) -> Answer:
    """What it asks next."""
    asked = {
        "link_id": b64(reports.link_id),
        "digits": digits,
        "request": b64(KEEPER_ID + reports.reader_key + b"..."),
    }
    return await served.ask("POST", f"/v1/release/keepers/{b64(KEEPER_ID)}/open", body=asked)


async def test_the_whole_way(served: Served, reports: Reports) -> None:
    """Released with 201, once more 200; the page is given keys, ticket, keepers and envelope."""
    path = f"/v1/engagements/{b64(served.house.work.engagement_id)}/release"
    made = await reports.made()
    for status in (201, 200):
        assert (await served.ask("POST", path, who=served.house.client, raw=made.body)).status == status
    told = await look(served, reports)
    assert (told.status, told.headers["content-type"]) == (200, "application/octet-stream")
    reader = Reader(told.body)
    assert reader.take(64) == served.house.coach.identity.public + served.house.client.identity.public
    assert reader.counted(4) == made.act
    assert reader.take(17) == b"\1" + KEEPER_ID
    assert reader.counted(4) == made.envelope
    reader.finish()
    assert (await ask_keeper(served, reports)).status == 200
    for who in (served.house.coach, served.house.client):
        view = (await served.ask("GET", path, who=who)).json
        assert view["slot"]["link_id"] == b64(reports.link_id)
        assert [one["envelope"] for one in view["releases"]] == [b64(made.envelope)]


async def test_an_ordinary_account_knows_nothing_of_it(served: Served, reports: Reports) -> None:
    """The sponsor's mailbox is in no list of anybody's; what is stored of the two says that it is there."""
    await reports.release()
    for who in (served.house.coach, served.house.client):
        account = (await served.ask("GET", "/v1/account", who=who)).json
        assert b64(reports.mailbox) not in {one["mailbox_id"] for one in account["mailboxes"]}
        rows = (await served.ask("GET", "/v1/account/rows", who=who)).json["tables"]
        counts = {one["table"]: one["count"] for one in rows}
        assert counts["slots"] == 1
    assert counts["releases"] == 1


# --- silence ---

State = Callable[[Reports], Awaitable[None]]


async def _never(reports: Reports) -> None:
    """Nothing was ever released."""


async def _not_yet(reports: Reports) -> None:
    """It begins tomorrow."""
    house = reports.house
    await reports.release(not_before=house.now + DAY_SECONDS)


async def _withdrawn(reports: Reports) -> None:
    """It was there and was taken back."""
    await reports.release()
    await reports.withdraw()


async def _ended(reports: Reports) -> None:
    """Its last second has passed."""
    house = reports.house
    await reports.release(ends_at=house.now + 60)
    house.now += 60


async def _replaced(reports: Reports) -> None:
    """Another link took its place."""
    await reports.release()
    await Reports(reports.house, link=OTHER_LINK).open_slot()


STATES: dict[str, State] = {
    "never": _never,
    "not yet": _not_yet,
    "withdrawn": _withdrawn,
    "ended": _ended,
    "replaced": _replaced,
}
"""Declined is told to the coach alone, in a sealed message: at the relay it is *never*."""


@pytest.mark.parametrize("state", STATES)
async def test_silence_is_one_answer(served: Served, reports: Reports, state: str) -> None:
    """The same status, headers and bytes whatever the reason, and for a link that nobody has, for the page's
    first question and for its next.
    """
    unknown = Reports(served.house, link=b"?" * 32)
    expected = [await look(served, unknown), await ask_keeper(served, unknown)]
    await STATES[state](reports)
    told = [await look(served, reports), await ask_keeper(served, reports)]
    for one in (*expected, *told):
        assert (one.status, one.code) == (404, "nothing-here")
        for changing in ("date", "quietbox-time"):
            one.headers.pop(changing, None)
    assert told == expected
    assert told[0] == told[1]


async def test_wrong_digits_say_so_and_then_wait(served: Served, reports: Reports) -> None:
    """403 until the fifth, then 429 with a time, right digits included."""
    await reports.release()
    told = [(await look(served, reports, WRONG)) for _ in range(5)]
    assert {(one.status, one.code) for one in told} == {(403, "digits-refused")}
    late = await look(served, reports)
    assert (late.status, late.code, late.headers["retry-after"]) == (429, "too-many-requests", "3600")


@pytest.mark.parametrize("digits", ["", "20485", "2048577", "20485a", "\uff1204857", None, 204857])
async def test_what_are_no_digits(served: Served, reports: Reports, digits: object) -> None:
    """Refused before anything is looked up, and no try is counted."""
    for path in ("/v1/release", f"/v1/release/keepers/{b64(KEEPER_ID)}/open"):
        told = await served.ask("POST", path, body={"link_id": b64(reports.link_id), "digits": digits})
        assert (told.status, told.code) == (400, "malformed")


@pytest.mark.parametrize(
    "body",
    [b"", b"\0", bytes(4), bytes(8) + b"x", (9).to_bytes(4, "big") + b"short", b"\xff" * 8],
)
async def test_a_body_that_is_no_ticket(served: Served, reports: Reports, body: bytes) -> None:
    """What is cut, goes on or is empty is malformed."""
    path = f"/v1/engagements/{b64(served.house.work.engagement_id)}/release"
    told = await served.ask("POST", path, who=served.house.client, raw=body)
    assert (told.status, told.code) == (400, "malformed")


async def test_nothing_of_it_is_in_the_log(served: Served, reports: Reports) -> None:
    """Neither link, digits nor mailbox, whatever was asked."""
    await reports.release()
    await look(served, reports)
    await look(served, reports, WRONG)
    await ask_keeper(served, reports)
    said = served.said.getvalue()
    for secret in (b64(reports.link_id), reports.link_id.hex(), DIGITS, WRONG, b64(reports.mailbox)):
        assert secret not in said


# --- who may write into a slot ---


def _writes(served: Served, reports: Reports) -> list[tuple[str, str, bytes | None, object]]:
    """Every route that could write, aimed at the sponsor's mailbox: method, path, raw body, JSON."""
    house, mailbox = served.house, b64(reports.mailbox)
    release = f"/v1/engagements/{b64(house.work.engagement_id)}/release"
    into = deposit_body([(reports.envelope(), [])])
    message = deposit_body([(house.work.envelope(house.client, Role.CLIENT, mailbox=reports.mailbox), [])])
    return [
        ("POST", "/v1/envelopes", into, None),
        ("POST", "/v1/envelopes", message, None),
        ("POST", f"/v1/mailboxes/{mailbox}/expire", None, {"envelope_ids": [b64(b"e" * 16)]}),
        ("POST", f"/v1/mailboxes/{mailbox}/acknowledge", None, {"envelope_ids": [b64(b"e" * 16)]}),
        ("POST", f"/v1/mailboxes/{mailbox}/address", None, None),
        ("PUT", f"/v1/mailboxes/{mailbox}/index", index_body(segment()), None),
        ("DELETE", f"/v1/mailboxes/{mailbox}/index", None, None),
        ("GET", f"/v1/mailboxes/{mailbox}/envelopes", None, None),
        ("GET", f"/v1/mailboxes/{mailbox}/index", None, None),
        ("POST", f"/v1/mailboxes/{mailbox}/rules", None, {"sender_id": b64(b"s" * 16)}),
        ("POST", release, b"", None),
    ]


WHO = ["nobody", "coach", "client", "stranger"]


@pytest.mark.parametrize("who", WHO)
async def test_no_other_route_reaches_a_slot(served: Served, reports: Reports, who: str) -> None:
    """Whoever asks, by whichever route: the mailbox is not found, and what was released stays as it is."""
    house = served.house
    made = await reports.release()
    person: Person | None = None if who == "nobody" else getattr(house, who)
    for method, path, raw, body in _writes(served, reports):
        told = await served.ask(method, path, who=person, raw=raw, body=body)
        assert told.status in ({401} if person is None else {400, 403, 404}), (method, path)
        living = await house.store.releases(reports.mailbox, now=house.now)
        assert [one.envelope for one in living] == [made.envelope]


@pytest.mark.parametrize("who", ["nobody", "coach", "stranger"])
async def test_the_ticket_in_other_hands(served: Served, reports: Reports, who: str) -> None:
    """A right ticket that somebody else posts lets nothing in."""
    house = served.house
    person: Person | None = None if who == "nobody" else getattr(house, who)
    path = f"/v1/engagements/{b64(house.work.engagement_id)}/release"
    told = await served.ask("POST", path, who=person, raw=(await reports.made()).body)
    assert told.status == {"nobody": 401, "coach": 403, "stranger": 404}[who]
    assert await house.store.releases(reports.mailbox, now=house.now) == []


async def test_the_door_and_the_relay_itself_do_not_write_there(served: Served, reports: Reports) -> None:
    """Neither mail from outside nor a notice of the relay finds the mailbox."""
    house = served.house
    for envelope_class in (EnvelopeClass.DOOR, EnvelopeClass.NOTICE):
        tag = bytes(16) if envelope_class is EnvelopeClass.NOTICE else None
        raw = house.work.envelope(
            house.client, Role.CLIENT, mailbox=reports.mailbox, envelope_class=envelope_class, tag=tag
        )
        with pytest.raises(RelayError):
            await house.flows.accept.from_door(read(raw), DoorMemory((b"t" * 32,), house.now + 60), house.now)
        with pytest.raises(RelayError):
            await house.flows.accept.from_relay(read(raw), house.now)
    assert await house.store.releases(reports.mailbox, now=house.now) == []
