"""What leaves and receipts promise on every body: nothing goes without a leaf, nothing is numbered twice."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from keys.receipts import Leaf
from relay.core.errors import Conflict
from relay.core.model import DAY_SECONDS, State
from relay.core.ports import Store
from relay.core.receipts import Batched, Look, NewReceipt, ReceiptKind, Tip
from relay.store.limits import account_end
from tests.contract.people import HOLD_ENDS, NOW, People, envelope, named

COACH, CLIENT, NOTES = "work coach", "work client", "work notes"
ANNA, MAYA = named("anna account"), named("maya account")
FAR = 1 << 40


async def look_at(store: Store, box: str, now: int = NOW, up_to: int = FAR) -> Look:
    """The look at a mailbox of which something waits."""
    found = await store.look(named(box), 0, up_to, now=now)
    assert found is not None
    return found


def receipt(look: Look, text: str, kind: ReceiptKind = ReceiptKind.DELETION, day: int = 1) -> NewReceipt:
    """A receipt for all that a look found gone."""
    return NewReceipt(
        account_id=look.account_id,
        mailbox_id=look.mailbox_id,
        kind=kind,
        tip=look.tip,
        note=text,
        receipt_hash=named(text, 32),
        day=day,
        expires_at=look.expires_at,
        positions=tuple(one.position for one in look.gone),
    )


async def test_whatever_goes_leaves_a_leaf(people: People) -> None:
    """Due, let go by its owner, or gone with the engagement: a leaf with the hash of its bytes, the date that
    governed and the date of its header, waits in its mailbox.
    """
    store, due = people.store, NOW + 10
    sent = [envelope(CLIENT, "m1", expires_at=due), envelope(CLIENT, "m2"), envelope(NOTES, "m3")]
    await people.put(*sent)
    await people.sweep_all(due)
    await store.expire_own(named(CLIENT), [named("m2")], now=due + 1)
    await people.sweep_all(HOLD_ENDS)
    look, notes = await look_at(store, CLIENT, HOLD_ENDS), await look_at(store, NOTES, HOLD_ENDS)
    found = [(one.leaf.envelope_id, one.leaf.envelope_hash) for one in (*look.gone, *notes.gone)]
    assert found == [(one.envelope_id, hashlib.sha256(one.raw).digest()) for one in sent]
    assert [one.due_at for one in look.gone] == [due, HOLD_ENDS - 1]
    assert [one.promised_at for one in look.gone] == [due, HOLD_ENDS - 1]
    assert len({one.leaf.nonce for one in (*look.gone, *notes.gone)}) == 3
    assert (look.account_id, notes.account_id, look.left, look.tip) == (MAYA, ANNA, 0, Tip())


async def test_a_tombstone_leaves_none(people: People) -> None:
    """What has gone before goes without another leaf."""
    await people.put(envelope(CLIENT, "m1", expires_at=NOW + 1))
    await people.sweep_all(NOW + 1)
    await people.sweep_all(HOLD_ENDS)
    assert len((await look_at(people.store, CLIENT, HOLD_ENDS)).gone) == 1


async def test_a_receipt_takes_its_leaves_once(people: People) -> None:
    """A receipt for leaves that have one, or that is not the next of its mailbox, is refused and changes
    nothing.
    """
    store = people.store
    await people.put(*[envelope(CLIENT, f"m{number}", expires_at=NOW + 1) for number in range(3)])
    await people.sweep_all(NOW + 1)
    look = await look_at(store, CLIENT)
    first = receipt(look, "first")
    half = replace(first, positions=first.positions[:2])
    await store.put_receipt(half)
    for wrong in (half, replace(first, tip=await store.tip(named(CLIENT)))):
        with pytest.raises(Conflict):
            await store.put_receipt(wrong)
    again = await look_at(store, CLIENT)
    assert (again.tip, len(again.gone), again.last_deletion) == (Tip(1, named("first", 32)), 1, "first")
    await store.put_receipt(receipt(again, "second"))
    assert await store.look(named(CLIENT), 0, FAR, now=NOW) is None
    assert await store.mailboxes_to_look_at(FAR, now=NOW) == []
    (one, two), more = await store.receipts_of(MAYA, after=0, limit=9, most_leaves=9, now=NOW)
    assert ([one.note, two.note], more) == (["first", "second"], False)
    assert [*one.leaves, *two.leaves] == [waiting.leaf for waiting in look.gone]


async def test_a_look_stops_at_its_leaf(people: People) -> None:
    """What went after the journal was cut waits for the next sweep."""
    store = people.store
    await people.put(envelope(CLIENT, "m1", expires_at=NOW + 1), envelope(COACH, "m2", expires_at=NOW + 2))
    assert await store.newest_leaf() == 0
    await people.sweep_all(NOW + 1)
    newest = await store.newest_leaf()
    await people.sweep_all(NOW + 2)
    assert await store.mailboxes_to_look_at(newest, now=NOW + 2) == [named(CLIENT)]
    assert await store.look(named(COACH), 0, newest, now=NOW + 2) is None


async def test_a_file_goes_with_its_last_envelope(people: People) -> None:
    """It is nobody's loss while another envelope keeps it; then it counts for both mailboxes that had it."""
    store, due = people.store, NOW + 10
    blob = await people.upload("photo", b"12345", expires_at=due)
    await people.put(*[envelope(b, "m1", blob_ids=(blob.blob_id,), expires_at=due) for b in (COACH, CLIENT)])
    await store.expire_own(named(CLIENT), [named("m1")], now=NOW)
    early = await look_at(store, CLIENT)
    assert (len(early.gone), early.files, early.blobs_left) == (1, 0, 0)
    assert (await look_at(store, CLIENT, due)).blobs_left == 1
    await people.sweep_all(due)
    for box in (COACH, CLIENT):
        look = await look_at(store, box, due)
        assert (len(look.gone), look.files, look.left) == (1, 1, 0)


async def test_receipts_end_thirty_days_after_their_mailbox(people: People) -> None:
    """Receipts and leaves live on when the engagement is gone, and then go with what is theirs."""
    store = people.store
    await people.put(envelope(CLIENT, "m1", expires_at=NOW + 1))
    await people.sweep_all(NOW + 1)
    await store.put_receipt(receipt(await look_at(store, CLIENT), "first"))
    end = account_end(HOLD_ENDS)
    await people.sweep_all(end - 1)
    await store.close_engagement(named("work"), [])
    shown, _ = await store.receipts_of(MAYA, after=0, limit=9, most_leaves=9, now=end - 1)
    assert [len(one.leaves) for one in shown] == [1]
    assert await store.receipts_of(MAYA, after=0, limit=9, most_leaves=9, now=end) == ([], False)
    await people.sweep_all(end)
    assert (await store.counts(now=end))["due"] == 0
    assert await store.newest_leaf() == 0


async def test_what_both_had_signed_waits_for_its_certificates(people: People) -> None:
    """All in it goes; members, policies and acts stay until the certificates are written, with them or not at
    all; a draft leaves nothing to certify.
    """
    store = people.store
    await people.add_draft("draft")
    await people.sweep_all(HOLD_ENDS)
    (ended,) = await store.ended_engagements(9)
    assert (ended.engagement_id, ended.state, len(ended.acts), len(ended.members)) == (
        named("work"),
        State.GONE,
        1,
        2,
    )
    assert await store.engagement(named("work"), now=HOLD_ENDS) is None
    assert (await store.counts(now=HOLD_ENDS))["due"] == 0
    look = Look(MAYA, named(CLIENT), account_end(HOLD_ENDS), Tip(), (), 0, 0, 0, (), 0, False, "")
    good = receipt(look, "certificate", ReceiptKind.CLOSING)
    with pytest.raises(Conflict):
        await store.close_engagement(named("work"), [good, replace(good, tip=Tip(3, b"x" * 32))])
    assert (await store.receipts_of(MAYA, after=0, limit=9, most_leaves=9, now=NOW))[0] == []
    await store.close_engagement(named("work"), [good])
    assert await store.ended_engagements(9) == []
    with pytest.raises(Conflict):
        await store.close_engagement(named("work"), [good])


async def test_pages_of_receipts(people: People) -> None:
    """Ascending over all mailboxes of an account, bounded by count and by leaves, and nobody else's."""
    store = people.store
    for number, box in enumerate((COACH, NOTES, COACH, CLIENT), 1):
        await people.put(envelope(box, f"m{number}", expires_at=NOW + number))
        await people.sweep_all(NOW + number)
        await store.put_receipt(receipt(await look_at(store, box), f"r{number}"))

    async def page(after: int, limit: int, most_leaves: int) -> tuple[list[str], bool]:
        shown, more = await store.receipts_of(
            ANNA, after=after, limit=limit, most_leaves=most_leaves, now=NOW
        )
        return [one.note for one in shown], more

    assert await page(0, 9, 9) == (["r1", "r2", "r3"], False)
    assert await page(0, 2, 9) == (["r1", "r2"], True)
    assert await page(0, 9, 1) == (["r1"], True)
    assert await page(2, 9, 9) == (["r3"], False)


async def test_a_batch_logs_the_receipts_of_a_day(people: People) -> None:
    """Receipts of days that are over, oldest first; each is told its place and path, once."""
    store = people.store
    for number in (1, 2, 3):
        await people.put(envelope(CLIENT, f"m{number}", expires_at=NOW + number))
        await people.sweep_all(NOW + number)
        await store.put_receipt(receipt(await look_at(store, CLIENT), f"r{number}", day=5 + number // 3))
    waiting = await store.unlogged(6, 9)
    assert [(one.day, one.receipt_hash) for one in waiting] == [(5, named("r1", 32)), (5, named("r2", 32))]
    paths = [(one.order, [b"%032d" % one.order]) for one in waiting]
    assert await store.put_batch(bytes([5]) + bytes(32), paths) == 0
    with pytest.raises(Conflict):
        await store.put_batch(bytes([5]) + b"x" * 32, paths)
    assert await store.log_size() == 1
    shown, _ = await store.receipts_of(MAYA, after=0, limit=9, most_leaves=9, now=NOW)
    assert [one.batch for one in shown] == [
        *(Batched(0, 5, at, tuple(path)) for at, (_, path) in enumerate(paths)),
        None,
    ]
    assert [one.day for one in await store.unlogged(99, 9)] == [6]


async def test_what_came_on_a_day_is_found_from_the_newest_on(people: People) -> None:
    """Rows of other days, tombstones and what is due are passed over; the end of the day ends the reading."""
    store, day = people.store, NOW // DAY_SECONDS
    await people.put(envelope(CLIENT, "m0"), now=NOW - DAY_SECONDS)
    await people.put(
        *[envelope(CLIENT, f"m{number}") for number in (1, 2, 3)], envelope(CLIENT, "m4", expires_at=NOW + 5)
    )
    await store.expire_own(named(CLIENT), [named("m2")], now=NOW)
    await people.put(envelope(CLIENT, "m5"), now=NOW + DAY_SECONDS)
    now, before, found = NOW + DAY_SECONDS, 1 << 60, []
    while before:
        arrived, before = await store.arrived(named(CLIENT), day, before, 2, now=now)
        found += [one.envelope_id for one in arrived]
    assert found == [named("m3"), named("m1")]
    assert await store.accepted_down_to(named(CLIENT), day) is None
    leaf = Leaf(bytes(32), named("m3"), bytes(32))
    accepted = NewReceipt(
        MAYA, named(CLIENT), ReceiptKind.ACCEPTANCE, Tip(), "a", bytes(32), day, HOLD_ENDS, (), (leaf,)
    )
    await store.put_receipt(accepted)
    assert await store.accepted_down_to(named(CLIENT), day) == 4
    assert await store.accepted_down_to(named(CLIENT), day - 1) is None


async def test_living_mailboxes_in_order(people: People) -> None:
    """Ascending by id, after a given one, none that is due."""
    store = people.store
    every = await store.living_mailboxes(b"", 9, now=NOW)
    assert [one[0] for one in every] == sorted(named(box) for box in (COACH, CLIENT, NOTES))
    assert await store.living_mailboxes(every[0][0], 1, now=NOW) == every[1:2]
    assert await store.living_mailboxes(b"", 9, now=HOLD_ENDS) == []
