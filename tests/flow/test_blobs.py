"""Attachments: written once, by pieces, for those who may see them."""

from __future__ import annotations

import hashlib

import pytest

from keys.names import DAY_SECONDS, Role
from relay.core import admission
from relay.core.errors import Conflict, Malformed, NotFound, TooLarge
from tests.flow.cast import Person
from tests.flow.house import House

BLOB = b"b" * 32
BYTES = bytes(range(256)) * 12


async def upload(house: House, person: Person, blob_id: bytes = BLOB, expires_at: int | None = None) -> None:
    """Upload in two pieces and finish."""
    blobs = house.flows.blobs
    expires_at = expires_at or house.work.policy.hold_ends_at
    await blobs.create(person.account_id, blob_id, expires_at, house.now)
    await blobs.append(person.account_id, blob_id, 0, BYTES[:1000], house.now)
    await blobs.append(person.account_id, blob_id, 1000, BYTES[1000:], house.now)
    sha256 = hashlib.sha256(BYTES).digest()
    await blobs.finish(person.account_id, blob_id, len(BYTES), sha256, house.now)


async def link(house: House, person: Person, role: Role, *blob_ids: bytes) -> None:
    """Deposit an envelope on which blobs hang."""
    envelope = admission.read(house.work.envelope(person, role), blob_ids)
    await house.flows.accept.deposit(person.account_id, [[envelope]], house.now)


async def read(house: House, person: Person, start: int = 0, stop: int = len(BYTES)) -> bytes:
    """Read as somebody."""
    blob = await house.flows.blobs.readable(person.account_id, BLOB, house.now)
    return b"".join([piece async for piece in house.flows.blobs.read(blob, start, stop)])


async def test_a_linked_blob_is_read_by_uploader_and_reader_alone(house: House) -> None:
    """Before the link only the uploader finds it; after it the mailbox's owner too; a stranger never."""
    await upload(house, house.coach)
    assert await read(house, house.coach) == BYTES
    for person in (house.client, house.stranger):
        with pytest.raises(NotFound):
            await read(house, person)
    await link(house, house.coach, Role.CLIENT, BLOB)
    assert await read(house, house.client, 900, 1100) == BYTES[900:1100]
    with pytest.raises(NotFound):
        await read(house, house.stranger)


async def test_a_blob_goes_with_its_last_envelope(house: House) -> None:
    """When the reader lets the message go, the attachment is not found any more."""
    await upload(house, house.coach)
    await link(house, house.coach, Role.CLIENT, BLOB)
    mailbox_id = house.work.mailbox(Role.CLIENT)
    page = await house.flows.fetch.rows(
        house.client.account_id, mailbox_id, after=0, before=None, limit=9, now=house.now
    )
    ids = [row.envelope_id for row in page.rows]
    assert await house.flows.expire.own_copies(house.client.account_id, mailbox_id, ids, house.now) == 1
    with pytest.raises(NotFound):
        await read(house, house.client)


async def test_only_the_uploader_links_and_only_what_is_finished(house: House) -> None:
    """Another's blob, an unfinished one, and one of another date are missing to a deposit."""
    await upload(house, house.coach)
    await house.flows.blobs.create(
        house.coach.account_id, b"u" * 32, house.work.policy.hold_ends_at, house.now
    )
    await upload(house, house.coach, b"o" * 32, house.now + DAY_SECONDS)
    for person, blob_id in ((house.client, BLOB), (house.coach, b"u" * 32), (house.coach, b"o" * 32)):
        with pytest.raises(Conflict) as refused:
            await link(house, person, Role.COACH, blob_id)
        assert refused.value.code == "blob-missing"


async def test_pieces_follow_each_other(house: House) -> None:
    """A piece that does not begin where the stored bytes end is told what is stored."""
    blobs, owner = house.flows.blobs, house.coach.account_id
    await blobs.create(owner, BLOB, house.work.policy.hold_ends_at, house.now)
    assert await blobs.append(owner, BLOB, 0, b"abc", house.now) == 3
    with pytest.raises(Conflict) as refused:
        await blobs.append(owner, BLOB, 4, b"d", house.now)
    assert (refused.value.code, refused.value.facts) == ("blob-offset", {"stored": 3})
    with pytest.raises(NotFound):
        await blobs.append(house.client.account_id, BLOB, 3, b"d", house.now)
    with pytest.raises(Conflict) as incomplete:
        await blobs.finish(owner, BLOB, 4, bytes(32), house.now)
    assert incomplete.value.code == "blob-incomplete"


async def test_beginning_again_changes_nothing_and_another_is_a_conflict(house: House) -> None:
    """A blob id is one account's, with one date."""
    blobs, until = house.flows.blobs, house.work.policy.hold_ends_at
    for _ in range(2):
        await blobs.create(house.coach.account_id, BLOB, until, house.now)
    for owner, date in ((house.client.account_id, until), (house.coach.account_id, until - DAY_SECONDS)):
        with pytest.raises(Conflict) as refused:
            await blobs.create(owner, BLOB, date, house.now)
        assert refused.value.code == "blob-conflict"


async def test_an_unlinked_blob_goes_after_a_day(house: House) -> None:
    """What no message names is gone after 24 hours."""
    await upload(house, house.coach)
    house.now += DAY_SECONDS
    with pytest.raises(NotFound):
        await read(house, house.coach)


async def test_bad_pieces_and_dates_are_refused(house: House) -> None:
    """Empty pieces, odd ids, dates that have passed, and what would be larger than a blob may be."""
    blobs, owner = house.flows.blobs, house.coach.account_id
    for blob_id, date in ((b"x", house.now + 9), (BLOB, house.now), (BLOB, 2**50)):
        with pytest.raises(Malformed):
            await blobs.create(owner, blob_id, date, house.now)
    with pytest.raises(Malformed):
        await blobs.append(owner, BLOB, 0, b"", house.now)
    with pytest.raises(TooLarge):
        await blobs.append(owner, BLOB, house.settings.most_blob_bytes, b"x", house.now)
