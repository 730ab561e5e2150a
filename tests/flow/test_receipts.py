"""Receipts through the flows: what went is looked for again, signed, chained and logged; each is checked by a
program that imports nothing of ours.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from keys.encoding import to_base64url
from keys.names import DAY_SECONDS, Role
from keys.notes import open_note
from keys.receipts import Acceptance, Closing, Deletion, Receipt, mailbox_pseudonym, parse_receipt
from relay.core.errors import Busy, Malformed
from relay.core.ports import Store
from relay.core.receipts import StoredReceipt
from relay.store.sqlite import SqliteStore
from tests.flow.cast import ORIGIN, Person
from tests.flow.house import LOG_KEY, RELAY_KEY, SETTINGS, House
from tests.flow.test_accept import deposit
from tests.receipts import independent

AUTHORITY = ORIGIN.partition("://")[2]


async def no_pause() -> None:
    """Batches follow each other."""


async def shown(house: House, person: Person) -> list[StoredReceipt]:
    """All receipts of somebody."""
    found, more = await house.flows.receipts.of_account(person.account_id, after=0, limit=100, now=house.now)
    assert not more
    return found


async def receipts(house: House, person: Person) -> list[Receipt]:
    """What they say."""
    found = await shown(house, person)
    return [parse_receipt(open_note(one.note, AUTHORITY, RELAY_KEY.public)) for one in found]


async def sweep(house: House, at: int) -> None:
    """Let time pass and sweep."""
    house.now = at
    await house.flows.expire.sweep(at, no_pause)


async def next_day(house: House, days: int = 1) -> None:
    """Let days pass, each ending with receipts and a checkpoint."""
    house.now += days * DAY_SECONDS
    await house.flows.acceptances.catch_up(house.now, no_pause)
    await house.flows.log.batch(house.now)
    await house.flows.log.sign()


async def saved(house: House, person: Person) -> dict[str, Any]:
    """A file of receipts, as a person keeps it."""
    found = await shown(house, person)
    note = await house.flows.log.checkpoint()
    size = int(note.splitlines()[1])
    indexes = {one.batch.index for one in found if one.batch}
    proofs = {index: await house.flows.log.inclusion(index, size) for index in indexes}
    return {
        "version": 1,
        "host": AUTHORITY,
        "relay_key": to_base64url(RELAY_KEY.public),
        "log_key": to_base64url(LOG_KEY.public),
        "receipts": [_as_json(one) for one in found],
        "checkpoint": note,
        "proofs": [
            {"index": index, "proof": [to_base64url(one) for one in proof]} for index, proof in proofs.items()
        ],
    }


def _as_json(one: StoredReceipt) -> dict[str, Any]:
    leaves = [
        {
            "nonce": to_base64url(leaf.nonce),
            "envelope_id": to_base64url(leaf.envelope_id),
            "envelope_hash": to_base64url(leaf.envelope_hash),
        }
        for leaf in one.leaves
    ]
    batch = one.batch and {
        "index": one.batch.index,
        "day": one.batch.day,
        "position": one.batch.position,
        "path": [to_base64url(step) for step in one.batch.path],
    }
    return {"order": one.order, "receipt": one.note, "leaves": leaves, "batch": batch}


async def send(house: House, count: int = 1, *, until: int, role: Role = Role.CLIENT) -> list[bytes]:
    """Messages from the coach."""
    raws = [house.work.envelope(house.coach, role, expires_at=until) for _ in range(count)]
    await deposit(house, house.coach, raws)
    return raws


async def test_what_went_has_a_receipt_that_a_stranger_can_check(house: House) -> None:
    """A sweep, an own copy, a day, a batch, a checkpoint: every receipt verifies from the protocol's text
    alone, down to the log's root.
    """
    first, second = house.now + DAY_SECONDS, house.now + 3 * DAY_SECONDS
    await house.flows.acceptances.catch_up(house.now, no_pause)
    await send(house, 3, until=first)
    (kept,) = await send(house, until=second)
    await sweep(house, first)
    await house.flows.expire.own_copies(
        house.client.account_id, house.work.mailbox(Role.CLIENT), [kept[24:40]], house.now
    )
    await sweep(house, first + 20)
    await next_day(house)
    held = await saved(house, house.client)
    before: dict[str, bytes] = {}
    kinds = []
    for item in held["receipts"]:
        found = independent.check_one(item, held, before)
        assert independent.check_logged(item, found, held)
        kinds.append((found["type"], len(item["leaves"])))
    assert kinds == [("deletion", 3), ("deletion", 1)]
    one, two = await receipts(house, house.client)
    assert isinstance(one, Deletion)
    assert isinstance(two, Deletion)
    assert (one.asked, one.removed, one.left, one.envelopes, one.files) == (3, 3, 0, 3, 0)
    assert (one.done_at, one.due_first, one.due_last) == (first, first, first)
    assert one.keys_until == -(-first // DAY_SECONDS) * DAY_SECONDS
    assert one.backups_until == first + house.settings.backup_tail_seconds
    assert (two.due_first, two.done_at) == (second, first + 20)
    assert one.mailbox == two.mailbox == mailbox_pseudonym(house.work.mailbox(Role.CLIENT))


async def test_backups_of_the_ring_count_as_keys(store: Store) -> None:
    """Where the keeper can be restored as it was 14 days ago, a receipt does not say that the key of a day
    went with that day.
    """
    house = House(store, replace(SETTINGS, ring_tail_seconds=14 * DAY_SECONDS))
    await house.settle()
    due = house.now + DAY_SECONDS
    await send(house, until=due)
    await sweep(house, due)
    (one,) = await receipts(house, house.client)
    assert isinstance(one, Deletion)
    assert one.keys_until == (-(-due // DAY_SECONDS) + 14) * DAY_SECONDS


async def test_more_than_a_sweep_should_wait_for_comes_with_the_next(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is due in the meantime does not wait for receipts; none is left out, and none comes twice."""
    monkeypatch.setattr("relay.flow.receipts.MAILBOXES_A_SWEEP", 1)
    monkeypatch.setattr("relay.flow.receipts.MAILBOXES_TOGETHER", 1)
    due = house.now + DAY_SECONDS
    await send(house, until=due)
    await send(house, until=due, role=Role.COACH)
    for count in (1, 2, 2):
        await sweep(house, house.now + DAY_SECONDS)
        assert len(await receipts(house, house.client) + await receipts(house, house.coach)) == count


async def test_a_day_is_accepted_once(house: House) -> None:
    """The day after, each mailbox gets one receipt of what it took and still has; nothing twice, and missed
    days are caught up.
    """
    until, mailbox_id = house.now + 30 * DAY_SECONDS, house.work.mailbox(Role.CLIENT)
    await house.flows.acceptances.catch_up(house.now, no_pause)
    raws = await send(house, 3, until=until)
    await house.flows.expire.own_copies(house.client.account_id, mailbox_id, [raws[0][24:40]], house.now)
    await sweep(house, house.now)
    house.now += DAY_SECONDS
    late = await send(house, 1, until=until)
    await next_day(house, 5)
    await next_day(house, 0)
    found = await receipts(house, house.client)
    days = [(type(one), one.day, one.count) for one in found if isinstance(one, Acceptance)]
    first = house.now // DAY_SECONDS - 6
    assert days == [(Acceptance, first, 2), (Acceptance, first + 1, 1)]
    told = await shown(house, house.client)
    named = [leaf.envelope_id for one in told[1:] for leaf in one.leaves]
    assert named == [raw[24:40] for raw in (*raws[1:], *late)]
    assert all(one.batch for one in told)
    held = await saved(house, house.client)
    before: dict[str, bytes] = {}
    for item in held["receipts"]:
        assert independent.check_logged(item, independent.check_one(item, held, before), held)
    assert await receipts(house, house.coach) == []


async def test_a_changed_receipt_is_found_out(house: House) -> None:
    """The stranger's program says no to another leaf, another path and another text."""
    await send(house, 2, until=house.now + 5)
    await sweep(house, house.now + 5)
    await next_day(house)
    held = await saved(house, house.client)
    item = held["receipts"][0]
    found = independent.check_one(item, held, {})
    other = to_base64url(bytes(32))
    for wrong in (
        item | {"leaves": item["leaves"][:1]},
        item | {"leaves": [item["leaves"][0] | {"nonce": other}, item["leaves"][1]]},
        item | {"receipt": item["receipt"].replace("left: 0", "left: 1")},
    ):
        with pytest.raises(Exception):  # noqa: B017, PT011 - whatever it is, it is not a good receipt
            independent.check_one(wrong, held, {})
    with pytest.raises(AssertionError):
        independent.check_logged(
            item | {"batch": item["batch"] | {"day": item["batch"]["day"] + 1}}, found, held
        )


async def test_what_is_left_is_said_once_and_then_what_went(store: Store, house: House) -> None:
    """A row that cannot go counts as left; the same is not said each sweep; when it went, a further receipt
    says so.
    """
    if not isinstance(store, SqliteStore):
        pytest.skip("only a file can hold on to a row")
    due = house.now + 5
    raws = await send(house, 3, until=due)
    stuck = raws[1][24:40]
    await store._writer.submit(
        lambda database: (
            database.execute("CREATE TABLE held (envelope_id BLOB)").rowcount,
            database.execute("INSERT INTO held VALUES (?)", (stuck,)).rowcount,
            database.execute(
                "CREATE TRIGGER hold BEFORE UPDATE ON mailbox_rows"
                " WHEN old.envelope_id IN (SELECT envelope_id FROM held)"
                " BEGIN SELECT RAISE(ABORT, 'held'); END"
            ).rowcount,
        )
    )
    for after in (0, 20, 40):
        await sweep(house, due + after)
    (partial,) = await receipts(house, house.client)
    assert isinstance(partial, Deletion)
    assert (partial.asked, partial.removed, partial.left, partial.rows_left) == (3, 2, 1, 1)
    assert len((await shown(house, house.client))[0].leaves) == 2
    await store._writer.submit(lambda database: database.execute("DROP TRIGGER hold").rowcount)
    await sweep(house, due + 60)
    _, rest = await receipts(house, house.client)
    assert isinstance(rest, Deletion)
    assert (rest.number, rest.asked, rest.removed, rest.left) == (2, 1, 1, 0)


async def test_no_receipt_before_the_journal_is_cut(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a reader keeps the journal, nothing is signed; the next sweep that cuts it says what went."""
    await send(house, 1, until=house.now + 5)

    async def busy() -> bool:
        return False

    with monkeypatch.context() as held:
        held.setattr(house.store, "checkpoint", busy)
        await sweep(house, house.now + 5)
    assert await shown(house, house.client) == []
    await sweep(house, house.now + 20)
    assert len(await shown(house, house.client)) == 1


async def test_what_goes_after_the_cut_waits(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """An own copy that goes between the cut and the second look has its bytes in the journal: its receipt
    comes with the next sweep.
    """
    first, second = await send(house, 2, until=house.now + DAY_SECONDS)
    expire, mailbox_id = house.flows.expire, house.work.mailbox(Role.CLIENT)
    account_id, cut = house.client.account_id, house.store.checkpoint
    await expire.own_copies(account_id, mailbox_id, [first[24:40]], house.now)

    async def cut_and_go() -> bool:
        done = await cut()
        await expire.own_copies(account_id, mailbox_id, [second[24:40]], house.now)
        return done

    with monkeypatch.context() as between:
        between.setattr(house.store, "checkpoint", cut_and_go)
        await sweep(house, house.now)
    assert [len(one.leaves) for one in await shown(house, house.client)] == [1]
    await sweep(house, house.now + 20)
    assert [len(one.leaves) for one in await shown(house, house.client)] == [1, 1]


async def test_an_ended_engagement_is_certified_to_both(house: House) -> None:
    """When the hold is over all that was in it goes, notes included; coach and client each get a certificate
    over the whole, and the engagement's last rows go with it.
    """
    end = house.work.policy.hold_ends_at
    await send(house, 3, until=house.now + 5)
    await sweep(house, house.now + 5)
    await send(house, 2, until=end, role=Role.COACH)
    note = house.work.envelope(house.coach, Role.NOTES, expires_at=end)
    await deposit(house, house.coach, [note])
    await sweep(house, end)
    for person, chain in ((house.client, 1), (house.coach, 1)):
        certificate = (await receipts(house, person))[-1]
        assert isinstance(certificate, Closing)
        assert (certificate.asked, certificate.removed, certificate.left) == (6, 6, 0)
        assert (certificate.envelopes, certificate.files, certificate.notes) == (6, 0, 1)
        assert (certificate.acts, certificate.chain, certificate.number) == (1, chain, chain + 1)
        assert (certificate.work_ended_at, certificate.hold_ended_at) == (house.work.policy.work_ends_at, end)
        assert certificate.keys_until == -(-end // DAY_SECONDS) * DAY_SECONDS
    assert await house.store.ended_engagements(9) == []
    await next_day(house)
    held = await saved(house, house.client)
    before: dict[str, bytes] = {}
    for item in held["receipts"]:
        assert independent.check_logged(item, independent.check_one(item, held, before), held)
    house.now = end + 30 * DAY_SECONDS
    assert await shown(house, house.client) == []


async def test_a_certificate_waits_for_every_receipt(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a receipt is to be written the engagement is not certified; nothing is lost by failing."""
    end = house.work.policy.hold_ends_at
    await send(house, 2, until=end)

    async def fails(_: object) -> None:
        raise Busy

    with monkeypatch.context() as failing:
        failing.setattr(house.store, "put_receipt", fails)
        with pytest.raises(Busy):
            await sweep(house, end)
        assert await house.flows.receipts.close_ended(end) == []
    await sweep(house, end + 20)
    assert [type(one) for one in await receipts(house, house.client)] == [Deletion, Closing]


async def test_odd_pages_are_malformed(house: House) -> None:
    """1 to 100 receipts, above an order that the store can hold."""
    for after, limit in ((0, 0), (0, 101), (-1, 5), (2**63, 5)):
        with pytest.raises(Malformed):
            await house.flows.receipts.of_account(
                house.client.account_id, after=after, limit=limit, now=house.now
            )
