"""What deposit, rows and own expiry promise."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from relay.core.model import DAY_SECONDS, DoorMemory, Group, Outcome, Page, Reason, Row, Step
from relay.core.rows import encode_rows
from tests.contract.people import HOLD_ENDS, NOBODY, NOW, QUOTA, People, envelope, group, named

COACH, CLIENT = "work coach", "work client"


async def test_group_is_stored_in_every_mailbox_that_it_names(people: People) -> None:
    """A stored group gives each touched mailbox's newest order, and every envelope is there byte for byte."""
    mine, theirs = envelope(COACH, "m1 coach"), envelope(CLIENT, "m1 client")
    outcome = await people.put(mine, theirs)
    assert outcome == Outcome("stored", cursors=((mine.mailbox_id, 1), (theirs.mailbox_id, 1)))
    for stored in (mine, theirs):
        page = await people.store.rows(
            stored.mailbox_id, after=None, before=None, limit=10, max_bytes=1 << 20, now=NOW
        )
        (row,) = page.rows
        assert (row.raw, row.order, row.received_day) == (stored.raw, 1, NOW // DAY_SECONDS)
        assert (page.next, page.more) == (1, False)


async def test_same_bytes_again_are_repeated_and_change_nothing(people: People) -> None:
    """The key of idempotency is (mailbox, envelope id); a repeat stores no second row and moves no cursor."""
    first = envelope(COACH, "m1")
    await people.put(first)
    assert await people.put(first) == Outcome("repeated")
    assert await people.names(COACH) == [(first.envelope_id, 0)]


async def test_other_bytes_under_a_known_id_are_a_conflict(people: People) -> None:
    """An envelope id belongs to its first bytes; the group that brings others is refused whole."""
    await people.put(envelope(COACH, "m1"))
    outcome = await people.put(envelope(CLIENT, "m2"), envelope(COACH, "m1", salt="other"))
    assert outcome == Outcome("refused", "envelope-conflict")
    assert await people.names(CLIENT) == []


async def test_one_id_twice_in_a_group(people: People) -> None:
    """Twice the same bytes are one row; other bytes are a conflict, and nothing of the group stays."""
    outcome = await people.put(envelope(COACH, "m1"), envelope(COACH, "m1"))
    assert outcome.status == "stored"
    assert len(await people.names(COACH)) == 1
    assert (
        await people.put(envelope(COACH, "m2"), envelope(COACH, "m2", salt="x"))
    ).code == "envelope-conflict"
    assert len(await people.names(COACH)) == 1


async def test_a_half_known_group_stores_its_other_half(people: People) -> None:
    """What was there is left, what is new is stored, and the answer says stored."""
    await people.put(envelope(COACH, "m1"))
    assert (await people.put(envelope(COACH, "m1"), envelope(CLIENT, "m1"))).status == "stored"
    assert len(await people.names(COACH)) == len(await people.names(CLIENT)) == 1


async def test_a_refused_group_undoes_nothing_of_its_neighbours(people: People) -> None:
    """Groups of one request stand alone: the one in the middle is refused, the others stay."""
    groups = [group(envelope(COACH, "m1")), group(envelope("nowhere", "m2")), group(envelope(COACH, "m3"))]
    outcomes = await people.store.deposit(groups, now=NOW, quota_bytes=QUOTA)
    assert [o.status for o in outcomes] == ["stored", "refused", "stored"]
    assert outcomes[1].code == "not-found"
    assert len(await people.names(COACH)) == 2


async def test_a_full_mailbox_refuses_and_never_evicts(people: People) -> None:
    """Past the quota nothing is stored and nothing leaves; what fits exactly is taken."""
    deposit = people.store.deposit
    (first,) = await deposit([group(envelope(COACH, "m1", size=600))], now=NOW, quota_bytes=1000)
    (second,) = await deposit([group(envelope(COACH, "m2", size=401))], now=NOW, quota_bytes=1000)
    both = group(envelope(COACH, "m3", size=200), envelope(COACH, "m4", size=201))
    (third,) = await deposit([both], now=NOW, quota_bytes=1000)
    (fourth,) = await deposit([group(envelope(COACH, "m5", size=400))], now=NOW, quota_bytes=1000)
    assert [o.code or o.status for o in (first, second, third, fourth)] == [
        "stored",
        "inbox-full",
        "inbox-full",
        "stored",
    ]


async def test_room_comes_back_when_an_envelope_goes(people: People) -> None:
    """The quota counts what is stored, so own expiry makes room."""
    await people.store.deposit([group(envelope(COACH, "m1", size=900))], now=NOW, quota_bytes=1000)
    await people.store.expire_own(named(COACH), [named("m1")], now=NOW)
    (outcome,) = await people.store.deposit(
        [group(envelope(COACH, "m2", size=900))], now=NOW, quota_bytes=1000
    )
    assert outcome.status == "stored"


async def test_what_is_due_already_is_not_taken(people: People) -> None:
    """An envelope whose date is now or before is refused."""
    assert (await people.put(envelope(COACH, "m1", expires_at=NOW))).code == "policy-refused"
    assert (await people.put(envelope(COACH, "m1", expires_at=NOW + 1))).status == "stored"


@pytest.mark.parametrize("is_swept", [False, True])
async def test_due_means_gone_swept_or_not(people: People, is_swept: bool) -> None:
    """From its second on an envelope is in no page, and its id gives the same answer before and after the
    sweep.
    """
    mail = envelope(COACH, "m1", expires_at=NOW + 100)
    await people.put(mail)
    assert await people.names(COACH, now=NOW + 99) == [(mail.envelope_id, 0)]
    if is_swept:
        await people.sweep_all(NOW + 100)
    assert (mail.envelope_id, 0) not in await people.names(COACH, now=NOW + 100)
    assert await people.put(mail, now=NOW + 100) == Outcome("repeated")
    assert await people.put(envelope(COACH, "m1", salt="other"), now=NOW + 100) == Outcome("repeated")


async def test_what_is_gone_does_not_come_back(people: People) -> None:
    """The same bytes deposited after own expiry are repeated, and the tombstone stays a tombstone."""
    mail = envelope(COACH, "m1")
    await people.put(mail)
    await people.store.expire_own(mail.mailbox_id, [mail.envelope_id], now=NOW)
    assert await people.put(mail) == Outcome("repeated")
    assert await people.names(COACH) == [(mail.envelope_id, Reason.OWN_COPY)]


async def test_own_expiry_leaves_a_tombstone_at_a_new_order(people: People) -> None:
    """A reader that follows `after` meets the tombstone: id, reason and day, nothing else; the other copy
    stays.
    """
    await people.put(envelope(COACH, "m1"), envelope(CLIENT, "m1"))
    await people.put(envelope(COACH, "m2"))
    gone = await people.store.expire_own(named(COACH), [named("m1"), named("nothing")], now=NOW + DAY_SECONDS)
    assert gone == 1
    page = await people.store.rows(
        named(COACH), after=2, before=None, limit=10, max_bytes=1 << 20, now=NOW + DAY_SECONDS
    )
    (row,) = page.rows
    assert (row.order, row.envelope_id, row.raw, row.reason) == (3, named("m1"), None, Reason.OWN_COPY)
    assert row.received_day == NOW // DAY_SECONDS + 1
    assert await people.names(COACH) == [(named("m2"), 0), (named("m1"), Reason.OWN_COPY)]
    assert await people.names(CLIENT) == [(named("m1"), 0)]
    assert await people.store.expire_own(named(COACH), [named("m1")], now=NOW + DAY_SECONDS) == 0


async def test_pages_upwards_and_downwards(people: People) -> None:
    """`after` ascends, `before` descends, `next` goes on without a gap or a repeat, `more` is exact."""
    for number in range(7):
        await people.put(envelope(COACH, f"m{number}"))

    async def orders(**where: int) -> tuple[list[int], int, bool]:
        bound: dict[str, int | None] = {"after": None, "before": None, "limit": 3} | where
        page = await people.store.rows(named(COACH), max_bytes=1 << 20, now=NOW, **bound)  # type: ignore[arg-type]
        return [row.order for row in page.rows], page.next, page.more

    assert await orders() == ([1, 2, 3], 3, True)
    assert await orders(after=3) == ([4, 5, 6], 6, True)
    assert await orders(after=6) == ([7], 7, False)
    assert await orders(after=7) == ([], 7, False)
    assert await orders(after=4) == ([5, 6, 7], 7, False)
    assert await orders(before=8) == ([7, 6, 5], 5, True)
    assert await orders(before=2) == ([1], 1, False)
    assert await orders(before=1) == ([], 1, False)


async def test_a_page_ends_at_its_bytes_but_never_before_its_first_row(people: People) -> None:
    """`max_bytes` bounds a page; one row larger than that still gets through, or a reader would stand
    still.
    """
    for number in range(4):
        await people.put(envelope(COACH, f"m{number}", size=1000))
    page = await people.store.rows(named(COACH), after=0, before=None, limit=10, max_bytes=2500, now=NOW)
    assert ([row.order for row in page.rows], page.more) == ([1, 2], True)
    page = await people.store.rows(named(COACH), after=0, before=None, limit=10, max_bytes=10, now=NOW)
    assert ([row.order for row in page.rows], page.more) == ([1], True)


async def test_a_page_as_it_travels_is_what_its_rows_make(people: People) -> None:
    """Whichever way a store joins a page, bytes, `next` and `more` are those of its rows: envelopes of all
    sizes, tombstones, a row that is due and not swept, either direction, ended by number or by bytes.
    """
    for number in range(9):
        await people.put(envelope(COACH, f"m{number}", size=300 + 97 * number))
    assert await people.store.expire_own(named(COACH), [named("m2"), named("m8")], now=NOW + 1) == 2
    seen = 0
    for now in (NOW, NOW + 1, HOLD_ENDS):
        for limit in (1, 4, 8, 9, 200):
            for max_bytes in (1, 1000, 1 << 20):
                for where in ({"after": 0}, {"after": 3}, {"after": 9}, {"before": 1}, {"before": 7}):
                    bound = {
                        "after": None,
                        "before": None,
                        "limit": limit,
                        "max_bytes": max_bytes,
                        "now": now,
                    }
                    asked = partial(people.store.rows, named(COACH), **bound | where)  # type: ignore[arg-type]
                    rows: Page[tuple[Row, ...]] = await asked()
                    travels: Page[bytes] = await asked(shape=encode_rows)
                    assert travels == Page(encode_rows(rows.rows), rows.next, rows.more)
                    seen += len(rows.rows)
    assert seen > 100


async def test_unknown_and_due_mailboxes_are_empty(people: People) -> None:
    """A page of a mailbox that is not there, or due, has nothing in it."""
    await people.put(envelope(COACH, "m1"))
    assert await people.names("nowhere") == []
    assert await people.names(COACH, now=HOLD_ENDS) == []
    assert (await people.put(envelope(COACH, "m2"), now=HOLD_ENDS)).code == "not-found"


async def test_door_memory_makes_a_second_delivery_a_repeat(people: People) -> None:
    """A hit under this hour's or the last hour's tag stores nothing, until the memory is due."""

    def delivery(name: str, *tags: str, at: int) -> Group:
        memory = DoorMemory(tuple(named(tag, 32) for tag in tags), at + 3600)
        return Group(NOBODY, (envelope(CLIENT, name),), memory)

    async def deliver(name: str, *tags: str, at: int = NOW) -> str:
        (outcome,) = await people.store.deposit([delivery(name, *tags, at=at)], now=at, quota_bytes=QUOTA)
        return outcome.status

    assert await deliver("d1", "hour 1", "hour 0") == "stored"
    assert await deliver("d2", "hour 1", "hour 0") == "repeated"
    assert await deliver("d3", "hour 2", "hour 1", at=NOW + 3599) == "repeated"
    assert await deliver("d4", "hour 2", "hour 1", at=NOW + 3600) == "stored"


async def test_a_refused_delivery_is_not_remembered(people: People) -> None:
    """The memory is written in the transaction that stores the envelope, or not at all."""
    memory = DoorMemory((named("tag", 32),), NOW + 3600)
    (refused,) = await people.store.deposit(
        [Group(NOBODY, (envelope("nowhere", "d1"),), memory)], now=NOW, quota_bytes=QUOTA
    )
    (stored,) = await people.store.deposit(
        [Group(NOBODY, (envelope(CLIENT, "d1"),), memory)], now=NOW, quota_bytes=QUOTA
    )
    assert (refused.status, stored.status) == ("refused", "stored")


async def test_many_at_once_get_orders_without_gap_or_double(people: People) -> None:
    """Concurrent deposits into one mailbox leave orders 1 to n, each once."""
    outcomes = await asyncio.gather(*(people.put(envelope(COACH, f"m{n}", size=100)) for n in range(100)))
    assert sorted(o.cursors[0][1] for o in outcomes) == list(range(1, 101))


async def test_the_same_envelope_at_once_is_stored_once(people: People) -> None:
    """Of many concurrent deposits of the same bytes one is stored, the others are repeated."""
    outcomes = await asyncio.gather(*(people.put(envelope(COACH, "m1")) for _ in range(20)))
    assert sorted(o.status for o in outcomes) == ["repeated"] * 19 + ["stored"]


async def test_an_envelope_never_outlives_its_mailbox(people: People) -> None:
    """A mailbox takes none past its own end, alone or among others, and none at all from its second on."""
    last = envelope(COACH, "m1", expires_at=HOLD_ENDS)
    late = envelope(COACH, "m2", expires_at=HOLD_ENDS + 1)
    assert (await people.put(last)).status == "stored"
    for group_of in ([late], [envelope(CLIENT, "m3"), late]):
        refused = await people.put(*group_of)
        assert (refused.status, refused.code) == ("refused", "policy-refused")
    assert await people.names(COACH, now=HOLD_ENDS - 1) == [(named("m1"), 0)]
    assert await people.names(COACH, now=HOLD_ENDS) == []
    assert (await people.put(late, now=HOLD_ENDS)).code == "not-found"


async def test_own_expiry_leaves_what_is_due_to_the_sweep(people: People) -> None:
    """From its second on a copy is not there to be taken away; its tombstone will say that it was due."""
    mail = envelope(COACH, "m1", expires_at=NOW + 100)
    await people.put(mail)
    assert await people.store.expire_own(mail.mailbox_id, [mail.envelope_id], now=NOW + 100) == 0
    await people.sweep_all(NOW + 100)
    assert await people.names(COACH, now=NOW + 100) == [(mail.envelope_id, Reason.DUE)]


async def test_what_was_never_shown_goes_unread_in_its_authors_mailbox_alone(people: People) -> None:
    """On the day of both copies the author's says so, unless the other's was acknowledged, even after it
    went, or the author's own was shortened.
    """
    store = people.store
    dates = {"m1": NOW + 100, "m2": NOW + 100, "m3": NOW + 100, "m4": NOW + 100}
    for name, date in dates.items():
        await people.put(
            envelope(COACH, f"{name} own", expires_at=date, twin=name),
            envelope(CLIENT, name, expires_at=date),
        )
    await store.expire_own(named(CLIENT), [named("m3")], now=NOW)
    shown = [named("m2"), named("m3"), named("m2"), named("unknown")]
    for _ in range(2):
        assert await store.acknowledge(named(CLIENT), shown, now=NOW) == 2
    await store.apply_act(named("work"), Step(2, b"act", [named("m4 own")], NOW + 90), now=NOW)
    await people.sweep_all(NOW + 100)
    assert dict(await people.names(COACH, now=NOW + 100)) == {
        named("m1 own"): Reason.UNREAD,
        named("m2 own"): Reason.DUE,
        named("m3 own"): Reason.DUE,
        named("m4 own"): Reason.SHORTENED,
    }
    theirs = dict(await people.names(CLIENT, now=NOW + 100))
    assert set(theirs.values()) == {Reason.DUE, Reason.OWN_COPY}
    assert await store.acknowledge(named(CLIENT), shown, now=HOLD_ENDS) == 0
    assert await store.acknowledge(named("nowhere"), shown, now=NOW) == 0


async def test_what_the_other_has_opened(people: People) -> None:
    """An author is told of own copies alone that live, and whose other copy was shown, whether that one lives
    or not; of nothing in the reader's mailbox, and of nothing once the engagement is over.
    """
    store = people.store
    for name in ("m1", "m2", "m3", "m4"):
        await people.put(
            envelope(COACH, f"{name} own", expires_at=NOW + 100, twin=name),
            envelope(CLIENT, name, expires_at=NOW + 100),
        )
    await store.acknowledge(named(CLIENT), [named(name) for name in ("m1", "m2", "m3")], now=NOW)
    await store.expire_own(named(CLIENT), [named("m2")], now=NOW)
    await store.expire_own(named(COACH), [named("m3 own")], now=NOW)
    own = [named(f"{name} own") for name in ("m4", "m3", "m2", "m1", "m1", "unknown")]
    assert await store.opened(named(COACH), own, now=NOW) == [named("m2 own"), named("m1 own")]
    assert await store.opened(named(CLIENT), [named("m1")], now=NOW) == []
    assert await store.opened(named(CLIENT), own, now=NOW) == []
    assert await store.opened(named(COACH), own, now=NOW + 100) == []
    assert await store.opened(named("nowhere"), own, now=NOW) == []


async def test_the_day_of_the_author_decides(people: People) -> None:
    """Where the other's copy stays longer it may still be shown, and the author is told of the own day."""
    await people.put(
        envelope(COACH, "own", expires_at=NOW + 50, twin="m1"), envelope(CLIENT, "m1", expires_at=NOW + 90)
    )
    await people.sweep_all(NOW + 50)
    assert await people.names(COACH, now=NOW + 50) == [(named("own"), Reason.UNREAD)]
