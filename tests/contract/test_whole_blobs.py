"""What is promised of blobs that come with the envelope that links them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from hashlib import sha256

import pytest

from relay.core.errors import TooLarge
from relay.core.model import DAY_SECONDS, Blob, DoorMemory, Group, WholeBlob
from relay.store.limits import CHUNK_BYTES
from relay.store.sqlite import SqliteStore
from tests.contract.people import HOLD_ENDS, NOBODY, NOW, QUOTA, People, envelope, named

CLIENT = "work client"


def mail_of(
    name: str,
    content: bytes = b"sealed",
    *,
    expires_at: int = HOLD_ENDS - 1,
    tag: str = "",
    box: str = CLIENT,
) -> Group:
    """One mail of the door with the blob that it brings, and perhaps the memory of its transaction."""
    blob = Blob(named(f"{name} blob", 32), NOBODY, "finished", len(content), expires_at, NOW + DAY_SECONDS)
    mail = envelope(box, name, blob_ids=(blob.blob_id,), envelope_class=2, expires_at=expires_at)
    memory = DoorMemory((named(tag, 32), named(f"{tag} before", 32)), NOW + 3600) if tag else None
    return Group(NOBODY, (mail,), memory, (), (WholeBlob(blob, sha256(content).digest(), content),))


async def deposit(people: People, *groups: Group, now: int = NOW, quota: int = QUOTA) -> list[str]:
    """What became of each, in short."""
    outcomes = await people.store.deposit(groups, now=now, quota_bytes=quota)
    return [outcome.code or outcome.status for outcome in outcomes]


async def content_of(people: People, name: str) -> bytes | None:
    """The bytes of a mail's blob, where it is there."""
    blob = await people.store.blob(named(f"{name} blob", 32), now=NOW)
    if blob is None:
        return None
    pieces = people.store.read_blob(blob.blob_id, 0, blob.stored_bytes)
    return b"".join([piece async for piece in pieces])


async def test_a_blob_that_comes_with_its_envelope_is_as_one_that_was_uploaded(people: People) -> None:
    """Row, bytes, links and sums are the same as after three calls and a deposit, and it goes with its last
    link.
    """
    content = named("content", 200_000)
    store, whole = people.store, mail_of("m1", content)
    assert await deposit(people, whole) == ["stored"]
    staged = replace(whole.blobs[0].blob, blob_id=named("staged", 32))
    await store.create_blob(staged, now=NOW)
    await store.append_blob(staged.blob_id, NOBODY, 0, content, now=NOW, account_quota_bytes=None)
    await store.finish_blob(staged.blob_id, NOBODY, len(content), sha256(content).digest(), now=NOW)
    mail = envelope(CLIENT, "m2", blob_ids=(staged.blob_id,), envelope_class=2)
    assert await deposit(people, Group(NOBODY, (mail,))) == ["stored"]
    one = await store.blob(named("m1 blob", 32), now=NOW)
    other = await store.blob(staged.blob_id, now=NOW)
    assert one is not None
    assert replace(one, blob_id=staged.blob_id) == other
    assert await store.blob_readers(one.blob_id, now=NOW) == await store.blob_readers(staged.blob_id, now=NOW)
    assert await store.linked_bytes(named(CLIENT), NOBODY) == 2 * len(content)
    assert await content_of(people, "m1") == content
    await people.sweep_all(NOW + DAY_SECONDS)
    assert await content_of(people, "m1") == content
    assert await store.expire_own(named(CLIENT), [named("m1")], now=NOW) == 1
    counts = await store.counts(now=NOW)
    assert (counts["envelopes"], counts["blobs"]) == (1, 1)
    await people.sweep_all(HOLD_ENDS - 1)
    assert (await store.counts(now=HOLD_ENDS - 1))["blobs"] == 0


def wrong_blobs() -> dict[str, tuple[Group, str]]:
    """Groups that bring what they must not, each with the code of its refusal."""
    good = mail_of("m1")
    (whole,), (mail,) = good.blobs, good.envelopes
    other = mail_of("m2").blobs
    dated = replace(whole, blob=replace(whole.blob, expires_at=mail.expires_at - 1))
    return {
        "other bytes": (replace(good, blobs=(replace(whole, content=b"sealee"),)), "blob-incomplete"),
        "fewer bytes": (replace(good, blobs=(replace(whole, content=b"seale"),)), "blob-incomplete"),
        "another length": (
            replace(good, blobs=(replace(whole, blob=replace(whole.blob, stored_bytes=7)),)),
            "blob-incomplete",
        ),
        "another's": (
            replace(good, blobs=(replace(whole, blob=replace(whole.blob, account_id=named("a"))),)),
            "blob-incomplete",
        ),
        "another date": (replace(good, blobs=(dated,)), "blob-missing"),
        "one that is not named": (replace(good, blobs=(whole, *other)), "blob-conflict"),
        "one twice": (replace(good, blobs=(whole, whole)), "blob-conflict"),
        "one named and not brought": (
            replace(good, envelopes=(replace(mail, blob_ids=(*mail.blob_ids, named("no", 32))),)),
            "blob-missing",
        ),
        "an envelope sealed anew": (
            replace(good, envelopes=(replace(mail, envelope_class=5),)), "blob-missing",
        ),
        "a mailbox that is not there": (mail_of("m1", box="nowhere"), "not-found"),
        "a date past its mailbox's": (mail_of("m1", expires_at=HOLD_ENDS + 1), "policy-refused"),
    }  # fmt: skip


@pytest.mark.parametrize("case", wrong_blobs())
@pytest.mark.parametrize("alone", [True, False])
async def test_a_group_that_brings_a_wrong_blob_leaves_nothing(
    people: People, case: str, alone: bool
) -> None:
    """It is refused whole, its transaction is not remembered, and neighbours in the same write are stored."""
    group, code = wrong_blobs()[case]
    group = replace(group, door_memory=DoorMemory((named("tag", 32),), NOW + 3600))
    others = [] if alone else [mail_of("n1", tag="n1"), mail_of("n2")]
    assert await deposit(people, group, *others) == [code, *["stored"] * len(others)]
    counts = await people.store.counts(now=NOW)
    assert (counts["envelopes"], counts["blobs"]) == (len(others), len(others))
    assert await content_of(people, "m1") is None
    assert await deposit(people, mail_of("m1", tag="tag")) == ["stored"]
    assert await content_of(people, "m1") == b"sealed"


async def test_a_known_blob_is_not_written_again(people: People) -> None:
    """Under a known id nothing else is stored, whoever's it is, and in whichever state."""
    await people.upload("m1 blob", b"anna's")
    assert await deposit(people, mail_of("m1")) == ["blob-conflict"]
    assert await content_of(people, "m1") == b"anna's"
    assert await deposit(people, mail_of("m2")) == ["stored"]
    again = mail_of("m2", b"others")
    (mail,) = again.envelopes
    changed = replace(mail, envelope_id=named("m3"))
    assert await deposit(people, replace(again, envelopes=(changed,))) == ["blob-conflict"]
    assert await content_of(people, "m2") == b"sealed"


async def test_the_same_mail_again_is_repeated(people: People) -> None:
    """The same group, and the same transaction with another blob, change nothing, in one write or in two."""
    first, second = mail_of("m1", tag="t"), mail_of("m2", tag="t")
    assert await deposit(people, first, second, first) == ["stored", "repeated", "repeated"]
    assert await deposit(people, first, second) == ["repeated", "repeated"]
    without = replace(first, door_memory=None)
    assert await deposit(people, without) == ["repeated"]
    assert await content_of(people, "m2") is None
    await people.store.expire_own(named(CLIENT), [named("m1")], now=NOW)
    assert await deposit(people, without) == ["repeated"]
    assert (await people.store.counts(now=NOW))["blobs"] == 0


async def test_a_transaction_that_is_known_stores_no_other_mail(people: People) -> None:
    """New mails of a transaction that is remembered, or that comes twice in one write, under this hour's or
    the last hour's tag, leave nothing.
    """
    assert await deposit(people, mail_of("m1", tag="t"), mail_of("m2", tag="t")) == ["stored", "repeated"]
    assert await deposit(people, mail_of("m3", tag="t")) == ["repeated"]
    later = replace(mail_of("m4"), door_memory=DoorMemory((named("u", 32), named("t", 32)), NOW + 3600))
    assert await deposit(people, later) == ["repeated"]
    assert await deposit(people, mail_of("m5", tag="v"), mail_of("m6", tag="t")) == ["stored", "repeated"]
    assert [await content_of(people, f"m{n}") is not None for n in range(1, 7)] == [
        True, False, False, False, True, False,
    ]  # fmt: skip


async def test_a_full_mailbox_takes_no_blob(people: People) -> None:
    """What is refused for room brings nothing in."""
    assert await deposit(people, mail_of("m1"), mail_of("m2"), quota=1_500) == ["stored", "inbox-full"]
    assert await content_of(people, "m2") is None


async def test_a_blob_of_more_than_a_chunk_is_too_large(people: People) -> None:
    """Such a blob has to be uploaded in pieces."""
    assert await deposit(people, mail_of("m1", bytes(CHUNK_BYTES))) == ["stored"]
    with pytest.raises(TooLarge):
        await deposit(people, mail_of("m2", bytes(CHUNK_BYTES + 1)))
    assert (await people.store.counts(now=NOW))["blobs"] == 1


async def test_mails_at_once_share_a_transaction(sqlite: SqliteStore) -> None:
    """Mails of many callers with their blobs, and plain deposits among them, need fewer commits than there
    are mails, and each is whole.
    """
    people = People(sqlite)
    await people.settle()
    before = sqlite._writer.commits
    mails = [mail_of(f"m{n}", b"%d" % n, tag=f"t{n}") for n in range(60)]
    plain = [Group(named("anna account"), (envelope(CLIENT, f"p{n}"),)) for n in range(20)]
    outcomes = await asyncio.gather(*(deposit(people, group) for group in [*mails, *plain]))
    assert outcomes == [["stored"]] * 80
    assert sqlite._writer.commits - before <= 40
    assert [await content_of(people, f"m{n}") for n in range(60)] == [b"%d" % n for n in range(60)]
