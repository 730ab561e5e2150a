"""Several relays' stores on one database, at the same moment: nothing is stored twice or under an act that is
not the newest, positions become visible in their order, and what is done once is done once.
"""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from keys.log import leaf_hash, node_hash
from keys.names import Role
from relay.core.errors import Busy, Conflict
from relay.core.log import joined, subtrees
from relay.core.model import DoorMemory, Group, Session, Step, Tell
from relay.store.inserts import append_frame
from relay.store.postgres import PostgresStore
from relay.store.postgres import store as store_module
from relay.store.postgres.store import PEN
from relay.store.shared import claiming, lock_engagement, lock_mailboxes
from relay.store.sweep import CLAIM_ROWS
from tests.contract.people import (
    HOLD_ENDS,
    NOBODY,
    NOW,
    QUOTA,
    People,
    client_invitation,
    enrolment,
    envelope,
    group,
    mailbox,
    named,
)
from tests.contract.test_channels import channel
from tests.postgres.front import open_front
from tests.postgres.server import Server, database_of

pytestmark = pytest.mark.postgres

COACH, CLIENT, WORK = "work coach", "work client", named("work")
ENVELOPES = "SELECT count(*) FROM mailbox_rows WHERE reason = 0"


@pytest.fixture
async def stores(url: str) -> AsyncIterator[list[PostgresStore]]:
    """Three relays' stores, opened at the same moment; a coach and a client are at work."""
    opened = await asyncio.gather(*(PostgresStore.open(url) for _ in range(3)))
    await People(opened[0]).settle()
    yield opened
    for store in opened:
        await store.close()


async def test_the_same_envelope_at_two_relays_is_stored_once(stores: list[PostgresStore]) -> None:
    """Each is told that it is there, and one that it was there already."""
    for number in range(8):
        mail = envelope(COACH, f"m{number}")
        outcomes = await asyncio.gather(*(People(store).put(mail, act=1) for store in stores))
        assert sorted(one.status for one in outcomes) == ["repeated", "repeated", "stored"]
    assert len(await People(stores[1]).names(COACH)) == 8


async def test_the_same_mail_at_two_doors_comes_once(stores: list[PostgresStore]) -> None:
    """Each door seals it anew; the transaction's tag is what they have in common. Those beside it come."""

    async def take(number: int, tag: str) -> str:
        mail = envelope(CLIENT, f"{tag} sealed at {number}", envelope_class=2)
        came = Group(NOBODY, (mail,), DoorMemory((named(tag, 32),), NOW + 3600), acts=(1,))
        (outcome,) = await stores[number].deposit([came], now=NOW, quota_bytes=QUOTA)
        return outcome.status

    doors = [(number, tag) for number in range(3) for tag in ("same", f"own {number}")]
    statuses = await asyncio.gather(*(take(*door) for door in doors))
    assert [statuses.count(one) for one in ("stored", "repeated")] == [4, 2]
    assert len(await People(stores[0]).names(CLIENT)) == 4


async def test_a_mailbox_is_filled_to_its_quota_and_no_further(stores: list[PostgresStore]) -> None:
    """However many deposits come at once, at whichever relay: what fits is stored, the rest is refused."""

    async def fill(number: int) -> str:
        mail = envelope(COACH, f"m{number}", size=1000)
        (outcome,) = await stores[number % 3].deposit([group(mail)], now=NOW, quota_bytes=7_500)
        return outcome.code or outcome.status

    codes = await asyncio.gather(*(fill(number) for number in range(24)))
    assert (codes.count("stored"), codes.count("inbox-full")) == (7, 17)
    assert await _one(stores[0], "SELECT max(stored_bytes) FROM mailboxes") == 7_000


@pytest.mark.parametrize("seed", range(3))
async def test_nothing_comes_in_under_an_act_that_another_relay_has_followed(
    stores: list[PostgresStore], seed: int
) -> None:
    """While two relays take deposits the third ends the work: what came before is brought forward, and what
    comes after is to be judged anew; nothing lives past the end.
    """
    rng, ends_at, ended = random.Random(seed), NOW + 100, False

    async def deposit(task: int) -> list[str]:
        codes = []
        for number in range(12):
            after = ended
            mail = envelope(COACH, f"m {task} {number}")
            outcome = await People(stores[task % 2]).put(mail, act=1)
            assert not (after and outcome.status == "stored")
            codes.append(outcome.code or outcome.status)
            for _ in range(rng.randrange(3)):
                await asyncio.sleep(0)
        return codes

    async def end() -> None:
        nonlocal ended
        while not await People(stores[2]).names(COACH):
            await asyncio.sleep(0)
        await stores[2].apply_act(WORK, Step(2, b"close", ends_at=ends_at), now=NOW)
        ended = True

    *codes, _ = await asyncio.gather(*(deposit(task) for task in range(6)), end())
    assert {code for found in codes for code in found or ()} == {"stored", "changed"}
    late = "SELECT count(*) FROM mailbox_rows WHERE expires_at > ?"
    assert await _one(stores[0], late, ends_at) == 0
    assert (
        await People(stores[1]).put(envelope(COACH, "next", expires_at=ends_at), act=2)
    ).status == "stored"


async def test_an_act_and_a_deposit_wait_for_each_other(stores: list[PostgresStore]) -> None:
    """While a deposit has its mailbox no act is taken; while an act is being taken a deposit waits, and is
    judged by it though it began before.
    """
    held, acts = asyncio.Event(), asyncio.Event()
    newest = "SELECT max(number) FROM acts WHERE engagement_id=?"

    def hold(database: Any) -> Any:
        lock_mailboxes(database, [named(COACH)])
        held.set()
        _until_somebody_waits(database)
        return database.execute(newest, (WORK,)).fetchone()

    def act(database: Any) -> None:
        lock_engagement(database, WORK)
        append_frame(database, "acts", WORK, b"act 3", HOLD_ENDS)
        acts.set()
        _until_somebody_waits(database)

    assert (await People(stores[0]).put(envelope(COACH, "m0"), act=1)).status == "stored"
    holding = asyncio.create_task(stores[0]._write_locking(hold))
    await held.wait()
    acting = asyncio.create_task(stores[1].apply_act(WORK, Step(2, b"act 2"), now=NOW))
    assert await holding == (1,)
    await acting
    third = asyncio.create_task(stores[1]._write(act))
    await acts.wait()
    assert (await People(stores[0]).put(envelope(COACH, "m1"), act=2)).code == "changed"
    await third


async def test_a_reader_who_follows_the_cursor_misses_nothing(stores: list[PostgresStore]) -> None:
    """Three relays deposit into one mailbox, and take some away; a reader who asks only for what is above the
    last position has seen every one of them, each once at its place.
    """
    names = [f"m {number}" for number in range(120)]
    mail = iter(names)
    seen: list[tuple[int, bytes]] = []
    over = asyncio.Event()

    async def deposit(store: PostgresStore) -> None:
        for name in mail:
            assert (await People(store).put(envelope(COACH, name, size=50), act=1)).status == "stored"
            if name.endswith("7"):
                await store.expire_own(named(COACH), [named(name)], now=NOW)

    async def follow() -> None:
        cursor, last = 0, False
        while not last:
            last = over.is_set()
            page = await stores[0].rows(
                named(COACH), after=cursor, before=None, limit=7, max_bytes=1 << 22, now=NOW
            )
            seen.extend((row.order, row.envelope_id) for row in page.rows)
            cursor, last = page.next, last and not page.more

    following = asyncio.create_task(follow())
    await asyncio.gather(*(deposit(stores[number % 3]) for number in range(9)))
    over.set()
    await following
    assert seen == sorted(set(seen))
    assert {envelope_id for _, envelope_id in seen} == {named(name) for name in names}
    (mine,) = [one for one in await stores[1].mailboxes_of(named("anna account"), now=NOW) if one.role == 1]
    assert mine.cursor == len(names) + sum(name.endswith("7") for name in names)


async def test_two_sweeps_share_what_is_due(stores: list[PostgresStore]) -> None:
    """All that is due goes, each once and with its leaf, while deposits go on into the same mailboxes."""
    people, boxes = People(stores[0]), [COACH, CLIENT, "work notes"]
    due = [envelope(boxes[number % 3], f"m{number}", size=50, expires_at=NOW + 9) for number in range(90)]
    await stores[0].deposit([group(one) for one in due], now=NOW, quota_bytes=QUOTA)
    for number in range(20):
        await stores[0].open_session(Session(named(f"{number}", 32), named("anna account"), NOW + 5), now=NOW)

    async def sweep(store: PostgresStore) -> list[tuple[int, int]]:
        batches, more = [], True
        while more:
            swept = await store.sweep(now=NOW + 10, limit=8)
            batches.append((swept.envelopes, swept.other_rows))
            more = swept.more and sum(batches[-1]) > 0
        return batches

    async def deposit() -> None:
        for number in range(40):
            await People(stores[2]).put(envelope(boxes[number % 3], f"late {number}", size=50), now=NOW + 10)

    first, second, _ = await asyncio.gather(sweep(stores[0]), sweep(stores[1]), deposit())
    rest = await sweep(stores[2])
    batches = first + second + rest
    assert [sum(column) for column in zip(*batches, strict=True)] == [90, 20]
    assert await _one(stores[0], "SELECT count(DISTINCT envelope_id) FROM receipt_leaves") == 90
    assert await _one(stores[0], "SELECT count(*) FROM receipt_leaves") == 90
    sums = "SELECT (SELECT sum(stored_bytes) FROM mailboxes) - (SELECT sum(length(raw)) FROM mailbox_rows)"
    assert await _one(stores[0], sums) == 0
    assert (await people.store.counts(now=NOW + 10))["due"] == 0


async def test_what_a_killed_relay_had_is_taken_by_the_next(
    stores: list[PostgresStore], server: Server
) -> None:
    """A batch that is under way keeps others from its rows and holds up nobody; killed, it leaves them."""
    await People(stores[0]).put(
        envelope(COACH, "m1", expires_at=NOW + 9), envelope(CLIENT, "m2", expires_at=NOW + 9)
    )
    had: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def half(database: Any) -> None:
        lock_mailboxes(database, [named(COACH)])
        database.execute(claiming(database, CLAIM_ROWS), (NOW + 9, 1)).fetchall()
        had.set_result(database.execute("SELECT pg_backend_pid()").fetchone()[0])
        database.execute("SELECT pg_sleep(60)")

    under_way = asyncio.create_task(stores[0]._write_locking(half))
    number = await had
    assert (await stores[1].sweep(now=NOW + 9, limit=50)).envelopes == 1
    assert (await stores[1].sweep(now=NOW + 9, limit=50)).envelopes == 0
    await asyncio.to_thread(server.psql, f"SELECT pg_terminate_backend({number})")
    with pytest.raises(Busy):
        await under_way
    assert (await stores[2].sweep(now=NOW + 9, limit=50)).envelopes == 1
    assert await _one(stores[0], ENVELOPES) == 0


async def test_each_notice_is_one_relays(stores: list[PostgresStore]) -> None:
    """Three relays that look for what is due at the same moment get each notice once."""
    owners = [f"coach {number}" for number in range(5)]
    for owner in owners:
        await People(stores[0]).add_coach(owner)
        await stores[0].put_channel(channel(named(f"{owner} account"), owner), now=NOW)
    tells = tuple(Tell(named(f"{owner} account"), NOW + 60) for owner in owners)
    marked = replace(group(envelope(COACH, "m1")), tells=tells)
    await stores[0].deposit([marked], now=NOW, quota_bytes=QUOTA)

    async def claim(store: PostgresStore) -> list[bytes]:
        claimed = []
        while found := await store.claim_due(NOW + 180, now=NOW + 60):
            claimed.append(found.account_id)
        return claimed

    found = await asyncio.gather(*(claim(store) for store in stores))
    left = await claim(stores[0])  # what was just being claimed may have been passed over by all others
    claimed = [*left, *(account_id for one in found for account_id in one)]
    assert sorted(claimed) == sorted(named(f"{owner} account") for owner in owners)


async def test_the_log_is_one_log(stores: list[PostgresStore]) -> None:
    """Entries of three relays are in it once each, at places of their own, and its hashes are those of its
    entries.
    """
    entries = [bytes([5]) + named(f"entry {number}", 32) for number in range(24)]
    await asyncio.gather(*(stores[number % 3].put_batch(one, []) for number, one in enumerate(entries)))
    logged = await stores[1].log_entries(0, 100)
    assert sorted(logged) == sorted(entries)
    assert joined(await stores[2].tree_hashes(subtrees(0, 24))) == _root([leaf_hash(one) for one in logged])


async def test_what_a_snapshot_did_not_show_is_looked_at_again(
    stores: list[PostgresStore], server: Server, url: str
) -> None:
    """What another stored meanwhile under the same name is no fault of whoever comes second."""
    seen: list[object] = []

    def put(database: Any) -> None:
        seen.append(database.execute("SELECT value FROM notes WHERE name='same'").fetchone())
        if len(seen) == 1:
            name = database_of(url)
            server.psql("INSERT INTO notes (name, value) VALUES ('same', 1)", name)
        if seen[-1] is None:
            database.execute("INSERT INTO notes (name, value) VALUES ('same', 2)")

    await stores[0]._write(put)
    assert seen == [None, (1,)]


async def test_a_name_is_given_once(stores: list[PostgresStore]) -> None:
    """Two who enrol under one name at two relays: one of them has it."""
    people = [People(store) for store in stores]
    for number in range(3):
        await people[0].add_draft(f"draft {number}")
        await stores[0].put_invitation(client_invitation(f"kim {number}", f"draft {number}"), now=NOW)

    async def enrol(number: int) -> str:
        box = mailbox(f"client {number}", f"draft {number}", f"kim {number}", Role.CLIENT, HOLD_ENDS)
        found = enrolment(f"kim {number}", Role.CLIENT, box)
        kim = replace(found, account=replace(found.account, name_tag=named("kim")))
        try:
            await stores[number].enrol(kim, now=NOW)
        except Conflict as conflict:
            return conflict.code
        return "enrolled"

    ends = await asyncio.gather(*(enrol(number) for number in range(3)))
    assert sorted(ends) == ["enrolled", "name-taken", "name-taken"]


async def test_an_act_has_one_follower(stores: list[PostgresStore]) -> None:
    """Three relays take another next act at the same moment: one is the next, and two are out of order."""

    async def act(number: int) -> str:
        try:
            await stores[number].apply_act(WORK, Step(2, b"act of %d" % number), now=NOW)
        except Conflict as conflict:
            return conflict.code
        return "taken"

    ends = await asyncio.gather(*(act(number) for number in range(3)))
    assert sorted(ends) == ["act-out-of-order", "act-out-of-order", "taken"]


async def test_one_has_the_pen_until_its_connection_ends(stores: list[PostgresStore], server: Server) -> None:
    """The others are told that they have not; cut off, it has it no more, and another takes it."""
    assert [await store.has_pen() for store in (*stores, *stores)] == [True, False, False] * 2
    holder = f"SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype='advisory' AND objid={PEN}"
    server.psql(holder)
    assert not await stores[0].has_pen()
    assert await stores[1].has_pen()
    assert not await stores[0].has_pen()


async def test_a_relay_that_stands_still_loses_the_pen(
    stores: list[PostgresStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its process was stopped and its connection goes on: another writes receipts and the log."""
    monkeypatch.setattr(store_module, "PEN_MILLISECONDS", 200)
    assert await stores[0].has_pen()
    async with asyncio.timeout(60):
        while not await stores[1].has_pen():
            await asyncio.sleep(0.05)


async def test_a_relay_that_stands_still_keeps_nobody_waiting(stores: list[PostgresStore]) -> None:
    """Its process was stopped, or its machine vanished, with a mailbox locked: the server undoes what it
    began, and another relay's deposit is stored. (How long it waits by itself see below.)
    """
    async with stores[0]._engine.connect() as connection:
        await connection.exec_driver_sql("BEGIN")
        await connection.exec_driver_sql("SELECT mailbox_id FROM mailboxes FOR NO KEY UPDATE")
        await connection.exec_driver_sql("SET idle_in_transaction_session_timeout = 200")
        async with asyncio.timeout(60):
            outcome = await People(stores[1]).put(envelope(COACH, "m"), act=1)
        assert outcome.status == "stored"
        await connection.invalidate()


async def test_connections_notice_a_machine_that_vanished(server: Server, url: str) -> None:
    """Those over a network ask whether the other end is there; the server asks too."""
    with open_front() as front, front.to(server.socket / ".s.PGSQL.5432"):
        store = await PostgresStore.open(f"{url.partition('@')[0]}@127.0.0.1:{front.port}/{database_of(url)}")
        async with store._engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            line = driver._transport.get_extra_info("socket")
            assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 30_000
            found = await connection.exec_driver_sql("SHOW idle_in_transaction_session_timeout")
            assert found.scalar() == "30s"
        await store.close()


def _until_somebody_waits(database: Any) -> None:
    """For a lock; or until they might have done so."""
    for _ in range(200):
        if database.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone() != (0,):
            return
        database.execute("SELECT pg_sleep(0.02)")


async def _one(store: PostgresStore, statement: str, *bound: Any) -> Any:
    return (await store._read(lambda database: database.execute(statement, bound).fetchone()))[0]


def _root(hashes: list[bytes]) -> bytes:
    """RFC 6962, 2.1."""
    if len(hashes) == 1:
        return hashes[0]
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return node_hash(_root(hashes[:half]), _root(hashes[half:]))
