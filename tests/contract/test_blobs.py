"""What attachments promise."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from keys.names import Role
from relay.core.errors import Conflict, InboxFull, NotFound, TooLarge
from relay.core.model import DAY_SECONDS, PARTIES, Blob, Outcome, Step
from relay.core.ports import Store
from relay.store.hashes import MOST_UPLOADS, Hashes
from relay.store.limits import CHUNK_BYTES, PIECE_BYTES
from relay.store.sqlite import SqliteStore
from tests.contract.people import HOLD_ENDS, NOW, QUOTA, People, envelope, named

COACH, CLIENT = "work coach", "work client"
ANNA = named("anna account")
BLOB = Blob(named("photo", 32), ANNA, "uploading", 0, HOLD_ENDS - 1, NOW + DAY_SECONDS)


async def read(store: Store, blob_id: bytes, start: int, stop: int) -> bytes:
    """The bytes of a range."""
    return b"".join([piece async for piece in store.read_blob(blob_id, start, stop)])


async def append(people: People, offset: int, piece: bytes, quota: int = QUOTA, now: int = NOW) -> int:
    """Anna's next piece."""
    return await people.store.append_blob(
        BLOB.blob_id, ANNA, offset, piece, now=now, account_quota_bytes=quota
    )


async def test_pieces_of_any_size_read_back_in_any_range(people: People) -> None:
    """Ranges across chunk borders give exactly their bytes, in pieces of at most 1 MiB."""
    content = named("content", 2 * CHUNK_BYTES + 12_345)
    await people.store.create_blob(BLOB, now=NOW)
    offset = 0
    for size in (1, 1000, CHUNK_BYTES + 7, CHUNK_BYTES):
        offset = await append(people, offset, content[offset : offset + size])
    assert await append(people, offset, content[offset:]) == len(content)
    for start, stop in (
        (0, len(content)),
        (0, 1),
        (1, 1001),
        (500, CHUNK_BYTES + 2000),
        (offset - 1, offset + 1),
    ):
        assert await read(people.store, BLOB.blob_id, start, stop) == content[start:stop]
    assert await read(people.store, BLOB.blob_id, 5, 5) == b""
    sizes = [len(p) async for p in people.store.read_blob(BLOB.blob_id, 0, len(content))]
    assert max(sizes) <= CHUNK_BYTES


async def test_reading_past_the_end_is_not_found(people: People) -> None:
    """A range beyond what is stored raises, and never loops."""
    blob = await people.upload("photo", b"short")
    with pytest.raises(NotFound):
        await read(people.store, blob.blob_id, 0, 6)
    with pytest.raises(NotFound):
        await read(people.store, named("nothing", 32), 0, 1)


async def test_creating_again(people: People) -> None:
    """The same again changes nothing; another account's or another date is a conflict."""
    await people.store.create_blob(BLOB, now=NOW)
    await append(people, 0, b"bytes")
    await people.store.create_blob(BLOB, now=NOW)
    assert await people.store.blob(BLOB.blob_id, now=NOW) == replace(BLOB, stored_bytes=5)
    for other in (
        replace(BLOB, account_id=named("maya account")),
        replace(BLOB, expires_at=BLOB.expires_at - 1),
    ):
        with pytest.raises(Conflict) as refused:
            await people.store.create_blob(other, now=NOW)
        assert refused.value.code == "blob-conflict"


async def test_offset_must_be_what_is_stored(people: People) -> None:
    """A piece that was stored already, or leaves a gap, is a conflict that says what is stored."""
    await people.store.create_blob(BLOB, now=NOW)
    await append(people, 0, b"12345")
    for offset in (0, 4, 6):
        with pytest.raises(Conflict) as refused:
            await append(people, offset, b"x")
        assert (refused.value.code, refused.value.facts) == ("blob-offset", {"stored": 5})
    with pytest.raises(TooLarge):
        await append(people, 5, bytes(PIECE_BYTES + 1))
    assert await append(people, 5, b"") == 5


async def test_account_quota_counts_all_uploads(people: People) -> None:
    """Bytes of every blob of the account count; what fits exactly is taken."""
    await people.upload("earlier", bytes(600))
    await people.store.create_blob(BLOB, now=NOW)
    with pytest.raises(InboxFull):
        await append(people, 0, bytes(401), quota=1000)
    assert await append(people, 0, bytes(400), quota=1000) == 400


async def test_only_the_uploader_appends_and_finishes(people: People) -> None:
    """Another's blob answers as one that is not there."""
    await people.store.create_blob(BLOB, now=NOW)
    maya = named("maya account")
    with pytest.raises(NotFound):
        await people.store.append_blob(BLOB.blob_id, maya, 0, b"x", now=NOW, account_quota_bytes=QUOTA)
    with pytest.raises(NotFound):
        await people.store.finish_blob(BLOB.blob_id, maya, 0, hashlib.sha256().digest(), now=NOW)
    with pytest.raises(NotFound):
        await people.store.append_blob(named("no", 32), ANNA, 0, b"x", now=NOW, account_quota_bytes=QUOTA)


async def test_finish_checks_length_and_hash_and_may_be_repeated(people: People) -> None:
    """Only the stated bytes finish; after that nothing is appended."""
    await people.store.create_blob(BLOB, now=NOW)
    await append(people, 0, b"12345")
    right = hashlib.sha256(b"12345").digest()
    for length, digest in ((4, right), (5, hashlib.sha256(b"12346").digest()), (6, right)):
        with pytest.raises(Conflict) as refused:
            await people.store.finish_blob(BLOB.blob_id, ANNA, length, digest, now=NOW)
        assert refused.value.code == "blob-incomplete"
    for _ in range(2):
        await people.store.finish_blob(BLOB.blob_id, ANNA, 5, right, now=NOW)
    assert await people.store.blob(BLOB.blob_id, now=NOW) == replace(BLOB, state="finished", stored_bytes=5)
    with pytest.raises(Conflict) as refused:
        await append(people, 5, b"6")
    assert refused.value.code == "blob-conflict"


async def test_linking_needs_a_finished_own_unlinked_blob_of_the_same_date(people: People) -> None:
    """Anything else is `blob-missing`, and nothing of the group is stored."""
    blob = await people.upload("photo", b"12345")
    await people.store.create_blob(replace(BLOB, blob_id=named("half", 32)), now=NOW)
    cases = [
        (envelope(COACH, "m1", blob_ids=(named("half", 32),)), "anna"),
        (envelope(COACH, "m2", blob_ids=(named("none", 32),)), "anna"),
        (envelope(COACH, "m3", blob_ids=(blob.blob_id,)), "maya"),
        (envelope(COACH, "m4", blob_ids=(blob.blob_id,), expires_at=blob.expires_at - 1), "anna"),
    ]
    for mail, by in cases:
        outcome = await people.put(envelope(CLIENT, "other"), mail, by=by)
        assert outcome.code == "blob-missing"
    assert await people.names(CLIENT) == []
    both = [envelope(box, "m5", blob_ids=(blob.blob_id,)) for box in (COACH, CLIENT)]
    assert (await people.put(*both)).status == "stored"
    assert (await people.put(*both)).status == "repeated"
    late = await people.put(envelope(COACH, "m6", blob_ids=(blob.blob_id,)))
    assert late.code == "blob-missing"  # linked once, by one group


async def test_readers_are_the_owners_of_mailboxes_with_a_live_link(people: People) -> None:
    """Nobody before it is linked; then those whose mailboxes hold it, each once; nobody once it is due."""
    blob = await people.upload("photo", b"12345", expires_at=NOW + 1000)
    readers = people.store.blob_readers
    assert await readers(blob.blob_id, now=NOW) == []
    mails = [envelope(box, "m", blob_ids=(blob.blob_id,), expires_at=NOW + 1000) for box in (COACH, CLIENT)]
    await people.put(*mails)
    assert set(await readers(blob.blob_id, now=NOW)) == {ANNA, named("maya account")}
    await people.store.expire_own(named(CLIENT), [named("m")], now=NOW)
    assert await readers(blob.blob_id, now=NOW + 999) == [ANNA]
    assert await readers(blob.blob_id, now=NOW + 1000) == []
    assert await people.store.blob(blob.blob_id, now=NOW + 1000) is None


async def test_a_blob_goes_with_its_last_link(people: People) -> None:
    """Own expiry of one copy leaves it, of the last one takes it away before the answer, large ones too."""
    content = named("large", 12 * CHUNK_BYTES)
    await people.store.create_blob(BLOB, now=NOW)
    for at in range(0, len(content), PIECE_BYTES):
        await append(people, at, content[at : at + PIECE_BYTES], quota=1 << 30)
    await people.store.finish_blob(
        BLOB.blob_id, ANNA, len(content), hashlib.sha256(content).digest(), now=NOW
    )
    await people.put(*[envelope(box, "m", blob_ids=(BLOB.blob_id,)) for box in (COACH, CLIENT)])
    await people.store.expire_own(named(CLIENT), [named("m")], now=NOW)
    assert (await people.store.counts(now=NOW))["blobs"] == 1
    await people.store.expire_own(named(COACH), [named("m")], now=NOW)
    counts = await people.store.counts(now=NOW)
    assert (counts["blobs"], counts["stored_bytes"], counts["due"]) == (0, 0, 0)
    with pytest.raises(NotFound):
        await read(people.store, BLOB.blob_id, 0, 1)


async def test_an_unlinked_blob_is_gone_after_a_day(people: People) -> None:
    """At its 24th hour it is not found, cannot be linked, and the sweep takes it; a linked one stays."""
    await people.upload("lonely", b"1")
    linked = await people.upload("linked", b"2")
    await people.put(envelope(COACH, "m", blob_ids=(linked.blob_id,)))
    later = NOW + DAY_SECONDS
    assert await people.store.blob(named("lonely", 32), now=later - 1) is not None
    assert await people.store.blob(named("lonely", 32), now=later) is None
    late = await people.put(envelope(COACH, "m2", blob_ids=(named("lonely", 32),)), now=later)
    assert late.code == "blob-missing"
    await people.sweep_all(later)
    assert (await people.store.counts(now=later))["blobs"] == 1
    assert await people.store.blob(linked.blob_id, now=later) is not None


async def test_abort(people: People) -> None:
    """An unlinked blob goes now; a linked or unknown one is left as it is."""
    await people.upload("lonely", b"1")
    linked = await people.upload("linked", b"2")
    await people.put(envelope(COACH, "m", blob_ids=(linked.blob_id,)))
    for name in ("lonely", "linked", "unknown"):
        await people.store.abort_blob(named(name, 32), now=NOW)
    assert (await people.store.counts(now=NOW))["blobs"] == 1
    assert await people.store.blob(linked.blob_id, now=NOW) is not None


async def test_what_one_uploader_has_in_a_mailbox(people: People) -> None:
    """Bytes count from the link on, once a mailbox, by uploader, and no longer when the envelope has gone."""
    store, mailbox = people.store, named(COACH)
    blob = await people.upload("mail", b"12345")
    assert await store.linked_bytes(mailbox, ANNA) == 0
    linking = envelope(COACH, "one", blob_ids=(blob.blob_id,))
    outcome = await people.put(linking)
    assert outcome.status == "stored"
    assert await store.linked_bytes(mailbox, ANNA) == 5
    assert await store.linked_bytes(mailbox, named("maya account")) == 0
    assert await store.linked_bytes(named(CLIENT), ANNA) == 0
    await store.expire_own(mailbox, [linking.envelope_id], now=NOW)
    assert await store.linked_bytes(mailbox, ANNA) == 0


async def test_a_hash_survives_a_restart_in_the_middle(path: Path) -> None:
    """Half of an upload before a restart, half after it: only the hash of both finishes the blob."""
    content = named("content", CHUNK_BYTES + 12_345)
    for start, stop in ((0, 999_999), (999_999, len(content))):
        store = await SqliteStore.open(path)
        people = People(store)
        if not start:
            await people.settle()
            await store.create_blob(BLOB, now=NOW)
        await append(people, start, content[start:stop])
        if stop < len(content):
            await store.close()
    half = hashlib.sha256(content[999_999:]).digest()
    with pytest.raises(Conflict):
        await store.finish_blob(BLOB.blob_id, ANNA, len(content), half, now=NOW)
    whole = hashlib.sha256(content).digest()
    await store.finish_blob(BLOB.blob_id, ANNA, len(content), whole, now=NOW)
    await store.close()


async def test_a_refused_piece_is_no_part_of_the_hash(people: People) -> None:
    """Pieces that were refused for quota or offset leave the hash as the stored bytes have it."""
    await people.store.create_blob(BLOB, now=NOW)
    await append(people, 0, b"12345")
    with pytest.raises(InboxFull):
        await append(people, 5, b"refused", quota=6)
    with pytest.raises(Conflict):
        await append(people, 0, b"12345")
    await append(people, 5, b"6")
    right = hashlib.sha256(b"123456").digest()
    await people.store.finish_blob(BLOB.blob_id, ANNA, 6, right, now=NOW)


async def test_a_blob_made_again_is_hashed_anew(people: People) -> None:
    """After an abort the same id with other bytes of the same length has their hash."""
    for content in (b"12345", b"abcde"):
        await people.store.create_blob(BLOB, now=NOW)
        await append(people, 0, content[:3])
        await append(people, 3, content[3:])
        if content == b"12345":
            await people.store.abort_blob(BLOB.blob_id, now=NOW)
    right = hashlib.sha256(b"abcde").digest()
    await people.store.finish_blob(BLOB.blob_id, ANNA, 5, right, now=NOW)


def test_hashes_of_too_many_uploads_are_forgotten() -> None:
    """Memory is bounded: the upload that was longest without a piece is hashed from the file."""
    hashes = Hashes()
    for number in range(MOST_UPLOADS + 1):
        hashes.keep(named(f"blob {number}", 32), 1, hashlib.sha256(b"x"))
    assert hashes.after(named("blob 0", 32), 1) is None
    kept = hashes.after(named("blob 1", 32), 1)
    assert kept is not None
    assert kept.digest() == hashlib.sha256(b"x").digest()


async def test_a_sealed_anew_envelope_takes_its_blobs_along(people: People) -> None:
    """Whoever uploaded them: they live until the date of the last envelope that has them, and go with it."""
    blob = await people.upload("photo", b"12345", expires_at=NOW + 100)
    await people.put(
        *[envelope(box, "m1", expires_at=NOW + 100, blob_ids=(blob.blob_id,)) for box in (COACH, CLIENT)]
    )
    again = envelope(CLIENT, "m1 anew", expires_at=NOW + 900, blob_ids=(blob.blob_id,), envelope_class=5)
    assert (await people.put(again, by="maya")).status == "stored"
    await people.sweep_all(NOW + 100)
    assert await people.store.blob(blob.blob_id, now=NOW + 899) is not None
    assert await people.store.blob_readers(blob.blob_id, now=NOW + 100) == [named("maya account")]
    assert await people.store.blob(blob.blob_id, now=NOW + 900) is None
    await people.store.expire_own(named(CLIENT), [named("m1 anew")], now=NOW + 200)
    assert (await people.store.counts(now=NOW + 200))["blobs"] == 0


@pytest.mark.parametrize(("sides", "left"), [(PARTIES, 0), ((Role.CLIENT,), 1)])
async def test_a_recall_takes_the_file_along_whatever_links_remain(
    people: People, sides: tuple[Role, ...], left: int
) -> None:
    """A copy under a later date has it no more either. Where one side alone is shortened, the other's copy
    keeps it.
    """
    blob = await people.upload("photo", b"12345", expires_at=NOW + 100)
    await people.put(
        *[envelope(box, "m1", expires_at=NOW + 100, blob_ids=(blob.blob_id,)) for box in (COACH, CLIENT)]
    )
    again = envelope(COACH, "m1 anew", expires_at=NOW + 900, blob_ids=(blob.blob_id,), envelope_class=5)
    await people.put(again)
    step = Step(2, b"act 2", shorten=[named("m1")], date=NOW + 1, sides=sides)
    await people.store.apply_act(named("work"), step, now=NOW + 1)
    assert (await people.store.counts(now=NOW + 1))["blobs"] == left
    assert bool(await people.store.blob_readers(blob.blob_id, now=NOW + 1)) is bool(left)
    assert (named("m1 anew"), 0) in await people.names(COACH, now=NOW + 1)


@pytest.mark.parametrize("kind", [1, 5])
async def test_an_act_in_between_is_judged_first(people: People, kind: int) -> None:
    """What was let in under the acts of a moment ago is not stored beside a later one, which may name it."""
    let_in = envelope(COACH, "m1 anew", envelope_class=kind)
    await people.store.apply_act(named("work"), Step(2, b"act 2"), now=NOW)
    assert (await people.put(let_in, act=1)) == Outcome("refused", "changed")
    assert (await people.put(let_in, act=2)).status == "stored"
    assert (await people.put(let_in, act=1)).status == "repeated"


async def test_a_sealed_anew_envelope_takes_no_others_blobs(people: People) -> None:
    """None of another mailbox, none that is new, none of two envelopes together, none of what is due."""
    photo, film = [await people.upload(name, b"12345", expires_at=NOW + 100) for name in ("photo", "film")]
    fresh = await people.upload("fresh", b"12345", expires_at=NOW + 900, by="maya")
    await people.put(envelope(COACH, "m1", expires_at=NOW + 100, blob_ids=(photo.blob_id,)))
    await people.put(envelope(CLIENT, "m2", expires_at=NOW + 100, blob_ids=(film.blob_id,)))
    song = await people.upload("song", b"12345", expires_at=NOW + 100)
    await people.put(envelope(CLIENT, "m3", expires_at=NOW + 100, blob_ids=(song.blob_id,)))
    for number, blobs in enumerate(([photo], [fresh], [film, song])):
        ids = tuple(blob.blob_id for blob in blobs)
        anew = envelope(CLIENT, f"a{number}", expires_at=NOW + 900, blob_ids=ids, envelope_class=5)
        assert (await people.put(anew, by="maya")).code == "blob-missing"
    late = envelope(CLIENT, "late", expires_at=NOW + 900, blob_ids=(film.blob_id,), envelope_class=5)
    assert (await people.put(late, now=NOW + 100, by="maya")).code == "blob-missing"
    found = await people.store.blob(film.blob_id, now=NOW + 100)
    assert found is None
