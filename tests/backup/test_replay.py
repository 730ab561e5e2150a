"""Applying the ledger: what went after the backup does not come back, and nothing is given out twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest

from keys.log import leaf_hash, tree_root
from relay.core.log import SignedCheckpoint
from relay.core.model import DAY_SECONDS, IndexSegment, Step
from relay.core.receipts import NewReceipt, ReceiptKind, Tip
from relay.store.backup_file import Backup, opened, read_head
from relay.store.deletion_files import ACT, ENTRY, Record, frame
from relay.store.deletions import LedgeredConnection
from relay.store.dump import load
from relay.store.engine import connect_writer
from relay.store.log import append_entries
from relay.store.migrate import bring_up
from relay.store.replay import LEAP, OtherLog, Replayed, replay, root_at, sign_again
from relay.store.sqlite import SqliteStore
from tests.backup.conftest import DAY, KEY, Place
from tests.contract.people import HOLD_ENDS, NOW, People, envelope, named
from tests.contract.test_rules import HOME, rule

COACH, CLIENT = "work coach", "work client"
ANNA = named("anna account")


@contextmanager
def brought_back(place: Place, made: Backup) -> Iterator[tuple[LedgeredConnection, Replayed]]:
    """A database with the rows of a backup, and the ledger applied."""
    database = connect_writer(place.folder / "new.db")
    with closing(database):
        bring_up(database)
        database.execute("PRAGMA foreign_keys=0")
        with made.path.open("rb") as file:
            load(database, opened(file, read_head(file), KEY))
        database.execute("PRAGMA foreign_keys=1")
        done = replay(database, place.records())
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        yield database, done


def receipt(number: int, mailbox: str = COACH, previous: bytes = bytes(32)) -> NewReceipt:
    """The receipt that follows one of that hash."""
    return NewReceipt(
        account_id=ANNA,
        mailbox_id=named(mailbox),
        kind=ReceiptKind.DELETION,
        tip=Tip(number - 1, previous) if number > 1 else Tip(),
        note=f"note {number}",
        receipt_hash=named(f"receipt {number}", 32),
        day=DAY,
        expires_at=HOLD_ENDS,
        positions=(),
        leaves=(),
    )


async def test_dates_come_forward(place: Place, people: People, store: SqliteStore) -> None:
    """Recalled, brought forward, let go: each has its new date again; what nobody touched has its own."""
    for name in ("recalled", "forward", "own", "stays"):
        await people.put(envelope(COACH, name), envelope(CLIENT, name))
    made = place.backup()
    for number, name, date in ((2, "recalled", NOW), (3, "forward", NOW + 500)):
        await store.apply_act(
            named("work"), Step(number, name.encode(), shorten=[named(name)], date=date), now=NOW
        )
    await store.expire_own(named(COACH), [named("own")], now=NOW + 1)
    with brought_back(place, made) as (database, done):
        rows = database.execute("SELECT mailbox_id, envelope_id, expires_at FROM mailbox_rows").fetchall()
        dates = {(mailbox_id, envelope_id): date for mailbox_id, envelope_id, date in rows}
        for mailbox in (COACH, CLIENT):
            assert dates[named(mailbox), named("recalled")] == NOW
            assert dates[named(mailbox), named("forward")] == NOW + 500
            assert dates[named(mailbox), named("stays")] == HOLD_ENDS - 1
        assert dates[named(COACH), named("own")] == NOW + 1
        assert dates[named(CLIENT), named("own")] == HOLD_ENDS - 1
        assert (done.envelopes, done.acts) == (5, 2)


async def test_a_closed_way_in_stays_closed(place: Place, people: People, store: SqliteStore) -> None:
    """It is in the backup and not in what is made of it; others stay, and nobody is signed in."""
    await store.put_method(ANNA, named("stolen"), b"sealed", now=NOW)
    made = place.backup()
    await store.remove_method(ANNA, named("stolen"), now=NOW)
    with brought_back(place, made) as (database, done):
        methods = database.execute("SELECT method_id FROM methods WHERE account_id=?", (ANNA,)).fetchall()
        assert methods == [(named("anna method"),)]
        assert done.methods == 1
        assert database.execute("SELECT count(*) FROM sessions").fetchone() == (0,)


@pytest.mark.parametrize("ends", [(30,), (30, 500), (500,)])
async def test_the_last_end_counts(
    place: Place, people: People, store: SqliteStore, ends: tuple[int, ...]
) -> None:
    """Closed, closed and reopened, or made longer by both: the end is the one that was signed last."""
    made = place.backup()
    for number, days in enumerate(ends, 2):
        step = Step(number, b"act %d" % number, policy=b"policy", ends_at=NOW + days * DAY_SECONDS)
        await store.apply_act(named("work"), step, now=NOW)
    with brought_back(place, made) as (database, _):
        (end,) = database.execute("SELECT expires_at FROM engagements").fetchone()
        assert end == NOW + ends[-1] * DAY_SECONDS
        acts = database.execute("SELECT number, act FROM acts WHERE number>1 ORDER BY number").fetchall()
        assert acts == [(number, b"act %d" % number) for number in range(2, 2 + len(ends))]
        policies = database.execute("SELECT count(*) FROM policies").fetchone()
        assert policies == (1 + len(ends),)


async def test_a_draft_does_not_grow_old(place: Place, people: People) -> None:
    """An engagement whose client joined after the backup is a draft again, and ends as a draft."""
    await people.add_draft("second")
    made = place.backup()
    await people.add_client("noor", "second")
    with brought_back(place, made) as (database, _):
        found = database.execute(
            "SELECT state, expires_at FROM engagements WHERE engagement_id=?", (named("second"),)
        ).fetchone()
        assert found == ("draft", NOW + 14 * DAY_SECONDS)


async def test_statements_stand(place: Place, people: People, store: SqliteStore) -> None:
    """A card that was signed after the backup is not forgotten, or an old key would be sealed to."""
    made = place.backup()
    await store.add_statement(ANNA, 2, b"anna statement 2", now=NOW)
    with brought_back(place, made) as (database, done):
        newest = database.execute(
            "SELECT statement FROM statements WHERE account_id=? ORDER BY number DESC", (ANNA,)
        ).fetchone()
        assert newest == (b"anna statement 2",)
        assert done.statements == 1


async def test_the_log_goes_on(place: Place, people: People, store: SqliteStore) -> None:
    """All entries are there again at their places with the same root, and each size has a checkpoint."""
    entries = [bytes([1]) + named(f"entry {number}", 32) for number in range(13)]
    await store._writer.submit(lambda database: append_entries(database, entries[:6]))
    made = place.backup()
    await store._writer.submit(lambda database: append_entries(database, entries[6:]))

    def sign(size: int, root: bytes) -> SignedCheckpoint:
        return SignedCheckpoint(size, f"{size}\n", root)

    with brought_back(place, made) as (database, done):
        found = database.execute("SELECT position, entry FROM log_entries ORDER BY position").fetchall()
        assert found == list(enumerate(entries))
        assert done.entries == 7
        sign_again(database, sign)
        signed = database.execute("SELECT size, hash FROM log_checkpoints ORDER BY size").fetchall()
        assert signed == [
            (size, tree_root([leaf_hash(one) for one in entries[:size]])) for size in range(1, 14)
        ]
        assert root_at(database, 13) == signed[-1][1]


async def test_another_relays_ledger(place: Place, people: People, store: SqliteStore) -> None:
    """A log that differs, or has a gap, is not this relay's: nothing is applied."""
    await store._writer.submit(lambda database: append_entries(database, [bytes(33)]))
    made = place.backup()
    with brought_back(place, made) as (database, _):
        before = database.execute("SELECT name, value FROM notes").fetchall()
        for index, entry in ((0, b"\x01" * 33), (2, bytes(33))):
            with pytest.raises(OtherLog):
                replay(database, [Record(ENTRY, index.to_bytes(8, "big") + entry)])
        assert database.execute("SELECT name, value FROM notes").fetchall() == before


async def test_no_number_is_given_twice(place: Place, people: People, store: SqliteStore) -> None:
    """The chain of receipts goes on from the last one given; positions and orders leap."""
    await store.put_receipt(receipt(1))
    await people.put(envelope(COACH, "one"))
    made = place.backup()
    await store.put_receipt(receipt(2, previous=named("receipt 1", 32)))
    await store.put_receipt(receipt(3, previous=named("receipt 2", 32)))
    await people.put(envelope(COACH, "lost"))
    with brought_back(place, made) as (database, done):
        assert done.chains == 1
        (cursor,) = database.execute(
            "SELECT cursor FROM mailboxes WHERE mailbox_id=?", (named(COACH),)
        ).fetchone()
        assert cursor > LEAP
    again = await SqliteStore.open(place.folder / "new.db")
    assert await again.tip(named(COACH)) == Tip(3, named("receipt 3", 32))
    await again.put_receipt(receipt(4, previous=named("receipt 3", 32)))
    shown, _ = await again.receipts_of(ANNA, after=0, limit=100, most_leaves=1000, now=NOW)
    assert [one.note for one in shown] == ["note 1", "note 4"]
    assert shown[-1].order > LEAP
    await again.close()


async def test_twice_is_once(place: Place, people: People, store: SqliteStore) -> None:
    """The ledger applied to a state that it already tells of changes nothing but the counters."""
    await people.put(envelope(COACH, "one"))
    await store.apply_act(named("work"), Step(2, b"act 2", shorten=[named("one")], date=NOW + 9), now=NOW)
    await store.add_statement(ANNA, 2, b"anna statement 2", now=NOW)
    made = place.backup()
    with brought_back(place, made) as (_, done):
        assert done == Replayed()


async def test_an_index_does_not_come_back(place: Place, people: People, store: SqliteStore) -> None:
    """What a list quoted on the day of the backup may have gone since: people's software makes it again."""
    await people.put(envelope(COACH, "one"))
    day = (HOLD_ENDS - 2) // DAY_SECONDS
    await store.put_segments(named(COACH), [IndexSegment(day, 0, 1, HOLD_ENDS - 1, b"box")], now=NOW)
    made = place.backup()
    with brought_back(place, made) as (database, _):
        assert database.execute("SELECT count(*) FROM index_segments").fetchone() == (0,)


async def test_rules_and_addresses_that_have_ended_stay_so(
    place: Place, people: People, store: SqliteStore
) -> None:
    """Each that its owner ended since is gone, an address with its rules; the others are as they were."""
    for name in ("gone", "stays"):
        await store.put_sender(replace(HOME, sender_id=named(name), address_tag=named(name, 32)), now=NOW)
        for rule_name in ("one", "two"):
            made = rule(f"{name}{rule_name}", sender_id=named(name))
            await store.put_rule(made, now=NOW, most=9)
    backup = place.backup()
    owner = HOME.account_id
    await store.remove_sender(owner, named("gone"), now=NOW)
    await store.remove_rule(owner, rule("staysone").rule_id, now=NOW)
    with brought_back(place, backup) as (database, _):
        assert database.execute("SELECT sender_id FROM senders").fetchall() == [(named("stays"),)]
        assert database.execute("SELECT address FROM rules").fetchall() == [("staystwoaddress",)]


async def test_of_two_acts_of_one_number_the_last_counts(
    place: Place, people: People, store: SqliteStore
) -> None:
    """The first was told and then lost in a crash; another stands in its place, and one after it."""
    made = place.backup()
    lost = place.open_ledger()
    body = named("work") + (2).to_bytes(8, "big") + b"\x00\x04lost" + b"\x00\x00"
    lost.append([frame(ACT, body)])
    lost.close()
    for number in (2, 3):
        await store.apply_act(named("work"), Step(number, b"act %d" % number), now=NOW)
    with brought_back(place, made) as (database, done):
        acts = database.execute("SELECT act FROM acts WHERE number>1 ORDER BY number").fetchall()
        assert (acts, done.acts) == ([(b"act 2",), (b"act 3",)], 2)
