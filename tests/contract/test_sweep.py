"""What the sweep promises: due means gone, in bounded batches, whatever was missed."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from relay.core.model import (
    DAY_SECONDS,
    Blob,
    DoorMemory,
    Group,
    QueuedRevoke,
    Reason,
    Sender,
    Session,
    Swept,
    VaultItem,
)
from relay.store.limits import CHUNK_BYTES, PIECE_BYTES
from tests.contract.conftest import BODIES
from tests.contract.people import HOLD_ENDS, NOBODY, NOW, QUOTA, People, envelope, named

COACH, CLIENT = "work coach", "work client"
ANNA, MAYA = named("anna account"), named("maya account")
REFUSED = "DELETE FROM nothing WHERE one = ? AND other = ?"


async def test_due_at_now_goes_and_one_second_later_stays(people: People) -> None:
    """The instant in `expires_at` is the first at which it is gone; the tombstone says why and when."""
    await people.put(envelope(COACH, "m1", expires_at=NOW + 100), envelope(COACH, "m2", expires_at=NOW + 101))
    assert await people.store.sweep(now=NOW + 99, limit=50) == Swept(0, 0, 0, more=False)
    assert await people.store.sweep(now=NOW + 100, limit=50) == Swept(1, 0, 0, more=False)
    assert await people.names(COACH, now=NOW + 100) == [(named("m2"), 0), (named("m1"), Reason.DUE)]


async def test_a_missed_sweep_is_caught_up(people: People) -> None:
    """However long nothing swept, all that is due goes; there is no window."""
    for day in range(10):
        await people.put(envelope(COACH, f"m{day}", expires_at=NOW + 1 + day * DAY_SECONDS))
    assert await people.sweep_all(NOW + 300 * DAY_SECONDS) == 10


async def test_batches_are_bounded(people: People) -> None:
    """At most `limit` rows a batch, `more` exactly while something due remains."""
    for number in range(7):
        await people.put(envelope(COACH, f"m{number}", expires_at=NOW + 1))
    seen = [await people.store.sweep(now=NOW + 1, limit=3) for _ in range(3)]
    assert [(s.envelopes, s.more) for s in seen] == [(3, True), (3, True), (1, False)]


async def test_an_engagement_ends_with_all_that_is_in_it(people: People) -> None:
    """Envelopes, notes, tombstones, blobs, mailboxes, invitations and what is named after it in a vault go,
    in small batches; accounts stay.
    """
    blob = await people.upload("photo", b"12345", expires_at=HOLD_ENDS)
    drafts = VaultItem(f"drafts/{named('work').hex()}", 1, HOLD_ENDS + 5000, b"sealed drafts")
    await people.store.put_vault(ANNA, [drafts], [], now=NOW)
    await people.put(
        *[envelope(b, "m1", blob_ids=(blob.blob_id,), expires_at=HOLD_ENDS) for b in (COACH, CLIENT)]
    )
    await people.put(envelope(CLIENT, "m2", expires_at=HOLD_ENDS), envelope(CLIENT, "m3"))
    await people.put(envelope("work notes", "m4", expires_at=HOLD_ENDS))
    await people.store.expire_own(named(CLIENT), [named("m3")], now=NOW)
    gone: list[bytes] = []
    envelopes = 0
    for _ in range(60):
        swept = await people.store.sweep(now=HOLD_ENDS, limit=2)
        assert swept.envelopes + swept.blobs + swept.other_rows <= 2
        gone += swept.engagement_ids
        envelopes += swept.envelopes
        if not swept.more:
            break
    assert (gone, envelopes) == ([named("work")], 4)
    assert drafts not in await people.store.vault(ANNA, now=NOW)
    counts = await people.store.counts(now=HOLD_ENDS)
    assert (counts["envelopes"], counts["blobs"], counts["due"], counts["stored_bytes"]) == (0, 0, 0, 0)
    assert await people.store.invitation(named("maya invite"), now=HOLD_ENDS) is None
    for owner in (ANNA, MAYA):
        assert await people.store.account(owner, now=HOLD_ENDS) is not None


async def test_an_account_ends_with_all_that_is_part_of_it(people: People) -> None:
    """Vault, sessions, addresses and statements go with it, whatever dates of their own they had."""
    store, ends_at = people.store, HOLD_ENDS + 400 * DAY_SECONDS
    await store.open_session(Session(named("token", 32), MAYA, ends_at + 50), now=NOW)
    await store.put_sender(
        Sender(named("home"), MAYA, b"tag", "waiting", b"code", NOW, NOW, ends_at + 50), now=NOW
    )
    await people.sweep_all(ends_at)
    assert await store.statements(MAYA, after=0) != []  # its certificate comes first
    await store.close_engagement(named("work"), [])
    await people.sweep_all(ends_at)
    assert await store.statements(MAYA, after=0) == []
    assert await store.vault(MAYA, now=NOW) == []
    assert await store.senders_of(MAYA, now=NOW) == []
    assert await store.session(named("token", 32), now=NOW) is None
    assert (await store.counts(now=ends_at + 1000))["due"] == 0


async def test_small_things_go_at_their_second(people: People) -> None:
    """Sessions, vault items, addresses, the door's memory and queued revokes, each by its own date."""
    store, due = people.store, NOW + 10
    await store.open_session(Session(named("token", 32), ANNA, due), now=NOW)
    await store.put_sender(Sender(named("home"), ANNA, b"tag", "waiting", b"code", due, NOW, due), now=NOW)
    await store.queue_revoke(QueuedRevoke(named("keeper"), b"request", due))
    memory = DoorMemory((named("tag", 32),), due)
    await store.deposit([Group(NOBODY, (envelope(CLIENT, "m"),), memory)], now=NOW, quota_bytes=QUOTA)
    assert (await store.counts(now=due - 1))["due"] == 0
    assert (await store.counts(now=due))["due"] == 4
    assert await store.sweep(now=due, limit=50) == Swept(0, 0, 4, more=False)


async def test_counts_say_what_is_there_and_what_is_late(people: People) -> None:
    """Due is due now; overdue is due for over 60 seconds; bytes are those of envelopes and blobs."""
    await people.upload("photo", bytes(500))
    await people.put(envelope(COACH, "m1", size=100, expires_at=NOW + 10), envelope(COACH, "m2", size=200))
    wanted = {"envelopes": 2, "blobs": 1, "due": 0, "overdue": 0, "stored_bytes": 800}
    assert await people.store.counts(now=NOW + 9) == wanted
    assert await people.store.counts(now=NOW + 70) == wanted | {"due": 1}
    assert await people.store.counts(now=NOW + 71) == wanted | {"due": 1, "overdue": 1}
    await people.sweep_all(NOW + 71)
    assert await people.store.counts(now=NOW + 71) == wanted | {"envelopes": 1, "stored_bytes": 700}


@pytest.mark.parametrize("chunks", [3, 20])
async def test_a_large_blob_goes_whole(people: People, chunks: int) -> None:
    """Whatever its size and however many batches it takes, nothing of it is left or found."""
    blob_id = named("film", 32)
    blob = Blob(blob_id, ANNA, "uploading", 0, HOLD_ENDS, NOW + DAY_SECONDS)
    await people.store.create_blob(blob, now=NOW)
    for at in range(0, chunks * CHUNK_BYTES, PIECE_BYTES):
        piece = bytes(min(PIECE_BYTES, chunks * CHUNK_BYTES - at))
        await people.store.append_blob(blob_id, ANNA, at, piece, now=NOW, account_quota_bytes=1 << 30)
    await people.store.finish_blob(
        blob_id, ANNA, chunks * CHUNK_BYTES, hashlib.sha256(bytes(chunks * CHUNK_BYTES)).digest(), now=NOW
    )
    await people.sweep_all(NOW + DAY_SECONDS, limit=5)
    counts = await people.store.counts(now=NOW + DAY_SECONDS)
    assert (counts["blobs"], counts["stored_bytes"], counts["due"]) == (0, 0, 0)


@pytest.mark.parametrize("store", BODIES[1:], indirect=True)
async def test_a_file_stays_until_all_its_chunks_went(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot go is passed over, and goes once it can: without the row of its file nothing finds it."""
    await people.upload("film", bytes(CHUNK_BYTES + 1))
    over = NOW + DAY_SECONDS
    with monkeypatch.context() as refusing:
        refusing.setattr("relay.store.sweep.REMOVE_CHUNK", REFUSED)
        await people.sweep_all(over)
        assert (await people.store.counts(now=over))["due"] == 1
    await people.sweep_all(over)
    assert await _chunks(people) == 0
    assert (await people.store.counts(now=over))["blobs"] == 0


@pytest.mark.parametrize("store", BODIES[1:], indirect=True)
async def test_a_leaf_names_a_file_that_went_before_it(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An envelope that is passed over keeps no bytes of its file, and its receipt counts the file."""
    blob = await people.upload("photo", b"12345", expires_at=HOLD_ENDS)
    await people.put(envelope(COACH, "m1", blob_ids=(blob.blob_id,), expires_at=HOLD_ENDS))
    with monkeypatch.context() as refusing:
        refusing.setattr("relay.store.shred.REMOVE_ROW", REFUSED)
        await people.sweep_all(HOLD_ENDS)
        assert (await people.store.counts(now=HOLD_ENDS))["envelopes"] == 1
        assert await _chunks(people) == 0
    assert await people.sweep_all(HOLD_ENDS) == 1
    newest = await people.store.newest_leaf()
    look = await people.store.look(named(COACH), 0, newest, now=HOLD_ENDS)
    assert look is not None
    assert (len(look.gone), look.files, look.blobs_left) == (1, 1, 0)
    assert (await people.store.counts(now=HOLD_ENDS))["blobs"] == 0


async def _chunks(people: People) -> int:
    store: Any = people.store
    count: int = await store._read(
        lambda database: database.execute("SELECT count(*) FROM blob_chunks").fetchone()[0]
    )
    return count


async def test_checkpoint_of_an_idle_store_succeeds(people: People) -> None:
    """With no reader in the way the journal is cut."""
    assert await people.store.checkpoint()
