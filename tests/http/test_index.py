"""The sealed index over HTTP: its layout both ways, its limits, and what is refused."""

from __future__ import annotations

import struct

import pytest

from keys.names import Role
from relay.core.model import DAY_SECONDS
from tests.flow.cast import NOW
from tests.http.served import Served, b64

DAY = NOW // DAY_SECONDS + 20
BOX = bytes(100)
Segment = tuple[int, int, int, int, bytes]


def segment(
    number: int = 0, version: int = 1, *, day: int = DAY, expires_at: int = 0, box: bytes = BOX
) -> Segment:
    """A segment as it is written, by default until the end of its day."""
    return day, number, version, expires_at or (day + 1) * DAY_SECONDS, box


def index_body(*segments: Segment, said: int | None = None) -> bytes:
    """The body of a write."""
    body = struct.pack(">H", len(segments) if said is None else said)
    for *fields, box in segments:
        body += struct.pack(">IQQQI", *fields, len(box)) + box
    return body


def path_of(served: Served) -> str:
    """The client's index."""
    return f"/v1/mailboxes/{b64(served.house.work.mailbox(Role.CLIENT))}/index"


async def test_what_was_written_is_read_in_order(served: Served) -> None:
    """Segments come back byte for byte, by day and number, and above a place where one is named."""
    client, path = served.house.client, path_of(served)
    body = index_body(segment(7), segment(0, day=DAY + 1))
    assert (await served.ask("PUT", path, who=client, raw=body)).status == 204
    assert (await served.ask("PUT", path, who=client, raw=body)).status == 204
    whole = [struct.pack(">IQQI", day, n, 1, len(BOX)) + BOX for day, n in ((DAY, 7), (DAY + 1, 0))]
    told = await served.ask("GET", path, who=client)
    assert (told.body, told.headers["quietbox-more"]) == (b"".join(whole), "0")
    rest = await served.ask("GET", f"{path}?after_day={DAY}&after_number=7", who=client)
    assert rest.body == whole[1]
    assert (await served.ask("DELETE", path, who=client)).status == 204
    assert (await served.ask("GET", path, who=client)).body == b""


async def test_pages_of_a_large_index(served: Served) -> None:
    """An answer has at most 4 MiB; the rest follows."""
    client, path = served.house.client, path_of(served)
    large = bytes(65_536)
    for first in (0, 40):
        body = index_body(*(segment(first + at, box=large) for at in range(40)))
        assert (await served.ask("PUT", path, who=client, raw=body)).status == 204
    told = await served.ask("GET", path, who=client)
    assert told.headers["quietbox-more"] == "1"
    assert 3 * 1024 * 1024 < len(told.body) <= 4 * 1024 * 1024 + 64 * 24
    count = len(told.body) // (24 + len(large))
    rest = await served.ask("GET", f"{path}?after_day={DAY}&after_number={count - 1}", who=client)
    assert (len(rest.body) // (24 + len(large)), rest.headers["quietbox-more"]) == (80 - count, "0")


async def test_another_version_is_a_conflict(served: Served) -> None:
    """Who was second is told so, and nothing of the write is kept."""
    client, path = served.house.client, path_of(served)
    await served.ask("PUT", path, who=client, raw=index_body(segment()))
    told = await served.ask("PUT", path, who=client, raw=index_body(segment(box=bytes(99)), segment(1)))
    assert (told.status, told.code) == (409, "index-conflict")
    assert (await served.ask("GET", path, who=client)).body.count(struct.pack(">Q", 1)) == 1


GOOD = index_body(segment(), segment(1))
ODD = {
    "empty": b"",
    "no segment": index_body(),
    "cut": GOOD[:-1],
    "a byte more": GOOD + b"\0",
    "fewer than said": index_body(segment(), said=2),
    "more than said": index_body(segment(), segment(1), said=1),
    "65 segments": index_body(*(segment(number) for number in range(65))),
    "not ascending": index_body(segment(1), segment(0)),
    "one twice": index_body(segment(1), segment(1)),
    "version 0": index_body(segment(version=0)),
    "version 2^53": index_body(segment(version=2**53)),
    "number 2^53": index_body(segment(number=2**53)),
    "number 2^64 - 1": index_body(segment(number=2**64 - 1)),
    "due": index_body(segment(expires_at=NOW)),
    "later than its day": index_body(segment(expires_at=(DAY + 1) * DAY_SECONDS + 1)),
    "a day that is over": index_body(segment(day=NOW // DAY_SECONDS - 1)),
    "date far away": index_body(segment(day=2**32 - 1)),
    "box of 72 bytes": index_body(segment(box=bytes(72))),
    "length beyond the end": GOOD[:30] + b"\xff\xff\xff\xff" + GOOD[34:],
}


@pytest.mark.parametrize("name", ODD)
async def test_odd_writes_are_malformed(served: Served, name: str) -> None:
    """Counts, lengths, order, versions and dates are checked before anything is stored."""
    told = await served.ask("PUT", path_of(served), who=served.house.client, raw=ODD[name])
    assert (told.status, told.code) == (400, "malformed")
    assert (await served.ask("GET", path_of(served), who=served.house.client)).body == b""


async def test_a_box_over_its_limit_is_too_large(served: Served) -> None:
    """64 KiB are the most that a segment has."""
    body = index_body(segment(box=bytes(65_537)))
    told = await served.ask("PUT", path_of(served), who=served.house.client, raw=body)
    assert (told.status, told.code) == (413, "too-large")
