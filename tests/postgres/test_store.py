"""The store in PostgreSQL beyond the contract (tests/contract runs on it too): transactions that are in each
other's way, a server that goes and comes, and settings without which nothing is promised. For several relays
on one database see test_several_stores.py.
"""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from relay.core.errors import Busy
from relay.core.model import QueuedRevoke
from relay.store.engine import SettingRefused
from relay.store.migrate import NewerSchema
from relay.store.postgres import PostgresStore
from relay.store.postgres.partitions import Past, make
from relay.store.postgres.readers import MOST_WAITING
from relay.store.postgres.store import MOST_READS
from tests.contract.people import NOW, People, envelope, named
from tests.postgres.server import Server, database_of

pytestmark = pytest.mark.postgres

FAR = 4_000_000_000
STANDING = "SELECT pid FROM pg_stat_activity WHERE application_name='quietbox' AND datname=current_database()"
KEEPER = b"k" * 16


async def test_what_another_transaction_changed_meanwhile_is_seen(server: Server, url: str) -> None:
    """A transaction that read what another then wrote is run again as a whole, and by what is there now."""
    store = await PostgresStore.open(url)
    await store.note("warned_day", 1)
    seen: list[int] = []

    def add_one(database: Any) -> None:
        (value,) = database.execute("SELECT value FROM notes WHERE name='warned_day'").fetchone()
        if not seen:
            _psql(server, url, "UPDATE notes SET value=10 WHERE name='warned_day'")
        seen.append(value)
        database.execute("UPDATE notes SET value=? WHERE name='warned_day'", (value + 1,))

    await store._write(add_one)
    assert seen == [1, 10]
    assert await store.noted("warned_day") == 11
    await store.close()


async def test_a_read_in_anothers_way_is_run_again(url: str) -> None:
    """A read that the server refuses for another's sake, is repeated; not for ever."""
    store = await PostgresStore.open(url)
    await store.note("warned_day", 3)
    tries: list[int] = []

    def read(database: Any, refused: int) -> int:
        tries.append(refused)
        if len(tries) <= refused:
            database.execute("DO $$ BEGIN RAISE EXCEPTION 'as told' USING ERRCODE = '40P01'; END $$")
        return int(database.execute("SELECT value FROM notes WHERE name='warned_day'").fetchone()[0])

    assert await store._read(lambda database: read(database, 1)) == 3
    assert await store._ask(lambda database: read(database, 3)) == 3
    tries.clear()
    with pytest.raises(Busy):
        await store._read(lambda database: read(database, 100))
    assert len(tries) < 100
    await store.close()


async def test_what_failed_in_a_lost_sweep_goes_with_the_next(server: Server, url: str) -> None:
    """A row that could not go is passed over only where the rest went: of a transaction that was lost nothing
    is held against its rows.
    """
    people = People(await PostgresStore.open(url))
    await people.settle()
    await people.put(envelope("work coach", "m1", expires_at=NOW + 1))
    await people.put(envelope("work client", "m2", expires_at=NOW + 1))
    refused = "FOR EACH ROW WHEN (OLD.envelope_id = '\\x{}') EXECUTE FUNCTION refuse()"
    for statement in (
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'bad row'; END $$",
        "CREATE TRIGGER bad BEFORE UPDATE ON mailbox_rows " + refused.format(named("m1").hex()),
        "CREATE CONSTRAINT TRIGGER lost AFTER UPDATE ON mailbox_rows DEFERRABLE INITIALLY DEFERRED "
        + refused.format(named("m2").hex()),
    ):
        _psql(server, url, statement)
    with pytest.raises(Busy):
        await people.store.sweep(now=NOW + 1, limit=50)
    _psql(server, url, "DROP FUNCTION refuse CASCADE")
    assert (await people.store.sweep(now=NOW + 1, limit=50)).envelopes == 2
    await people.store.close()


async def test_a_caller_who_hangs_up_takes_no_connection_along(server: Server, url: str) -> None:
    """Whoever asks and goes is told of the going alone; connections are kept, and others are answered."""
    store = await PostgresStore.open(url)

    def slow(database: Any) -> list[Any]:
        found: list[Any] = database.execute("SELECT pg_backend_pid(), pg_sleep(0.05)").fetchall()
        return found

    before = await asyncio.gather(*(store._read(slow) for _ in range(MOST_READS)))
    asked = [asyncio.create_task(store._read(slow)) for _ in range(3 * MOST_READS)]
    for _ in range(5):
        await asyncio.sleep(0)
    for one in asked:
        one.cancel()
    ends = await asyncio.gather(*asked, return_exceptions=True)
    assert {type(end) for end in ends} == {asyncio.CancelledError}
    after = await asyncio.gather(*(store._read(slow) for _ in range(MOST_READS)))
    assert {row[0][0] for row in after} <= {row[0][0] for row in before}
    await store.close()


async def test_a_server_that_stands_still_is_left(
    server: Server, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connections answer nothing and do not end: who waits is told to come again, what was under way has
    not happened, and the next is asked over other connections.
    """
    monkeypatch.setattr("relay.store.postgres.patience.ANSWER_SECONDS", 0.3)
    store = await PostgresStore.open(url)
    await store.note("warned_day", 1)
    still = list(map(int, _psql(server, url, STANDING).split()))
    assert len(still) == 1
    for pid in still:
        os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(Busy):
            await store.note("warned_day", 2)
        assert await store.noted("warned_day") == 1
        await store.note("warned_day", 2)
        assert await store.noted("warned_day") == 2
    finally:
        for pid in still:
            os.kill(pid, signal.SIGCONT)
    await store.close()


@pytest.mark.parametrize("name", ["pen", "periods", "a new period"])
async def test_whoever_asks_past_the_lanes_leaves_it_too(
    server: Server, url: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever holds or wants the pen, drops periods or makes one: they end without it, and are answered once
    the server answers again.
    """
    monkeypatch.setattr("relay.store.postgres.patience.ANSWER_SECONDS", 0.3)
    store = await PostgresStore.open(url)
    past = Past(store._engine)

    async def answered() -> bool:
        if name == "pen":
            return await store.has_pen()
        try:
            await (past.drop(NOW) if name == "periods" else make(store._engine, "envelope_bodies", NOW))
        except (Busy, DBAPIError):
            return False
        return True

    await store.note("warned_day", 1)
    assert name != "pen" or await answered()
    still = list(map(int, _psql(server, url, STANDING).split()))
    for pid in still:
        os.kill(pid, signal.SIGSTOP)
    try:
        async with asyncio.timeout(60):
            assert not await answered()
    finally:
        for pid in still:
            os.kill(pid, signal.SIGCONT)
    async with asyncio.timeout(60):
        while not await answered():
            pass
    await store.close()


async def test_reads_leave_a_connection_to_the_writer(url: str) -> None:
    """However many read, a write is not held up until they have ended; past a bound they are sent away."""
    store = await PostgresStore.open(url)

    def slow(database: Any) -> None:
        database.execute("SELECT pg_sleep(0.3)").fetchone()

    reads = [asyncio.create_task(store._read(slow)) for _ in range(4 * MOST_READS)]
    await asyncio.sleep(0)
    await store.note("warned_day", 5)
    assert sum(not one.done() for one in reads) >= 2 * MOST_READS
    many = [asyncio.create_task(store._read(slow)) for _ in range(MOST_WAITING)]
    await asyncio.sleep(0)
    refused = [one for one in many if one.done()]
    assert len(refused) >= 2 * MOST_READS
    for one in (*reads, *many):
        one.cancel()
    ends = await asyncio.gather(*many, return_exceptions=True)
    assert {type(end) for end in ends} == {Busy, asyncio.CancelledError}
    for one in store._readers._under_way:  # type: ignore[attr-defined]
        one.cancel()
    await store.close()


async def test_a_read_while_the_server_is_away(server: Server, url: str) -> None:
    """It is told to come again, as a write is, and is answered once the server is back."""
    store = await PostgresStore.open(url)
    assert await store.noted("warned_day") is None
    await asyncio.to_thread(server.stop, "immediate")
    for _ in range(3):
        with pytest.raises(Busy):
            await store.noted("warned_day")
    await asyncio.to_thread(server.start)
    assert await store.noted("warned_day") is None
    await store.close()


async def test_one_that_fails_takes_nobody_along(url: str) -> None:
    """What shares a transaction is undone alone."""
    store = await PostgresStore.open(url)

    def fails(database: Any) -> None:
        database.execute("INSERT INTO notes (name, value) VALUES ('lost', 1)")
        raise ZeroDivisionError

    ends = await asyncio.gather(store.note("warned_day", 5), store._write(fails), return_exceptions=True)
    assert [type(end) for end in ends] == [type(None), ZeroDivisionError]
    assert (await store.noted("warned_day"), await store.noted("lost")) == (5, None)
    await store.close()


async def test_a_server_that_was_killed_has_what_was_acknowledged(server: Server, url: str) -> None:
    """Writes go on until the server dies; started again, it has each one that was answered, and the relay
    goes on by itself.
    """
    store = await PostgresStore.open(url)
    acknowledged: list[bytes] = []

    async def write() -> None:
        while True:
            request = os.urandom(32)
            await store.queue_revoke(QueuedRevoke(KEEPER, request, FAR))
            acknowledged.append(request)

    writers = [asyncio.create_task(write()) for _ in range(8)]
    while len(acknowledged) < 200:
        await asyncio.sleep(0)
    await asyncio.to_thread(server.stop, "immediate")
    await asyncio.gather(*writers, return_exceptions=True)
    await asyncio.to_thread(server.start)
    await _note_when_back(store, "warned_day", 7)
    kept = {one.request for one in await store.queued_revokes(KEEPER, 100_000)}
    assert set(acknowledged) <= kept
    await store.close()


async def test_settings_without_which_nothing_is_promised(server: Server, url: str) -> None:
    """A server that does not sync is refused, with the name of the setting."""
    server.psql("ALTER SYSTEM SET fsync = off")
    server.psql("SELECT pg_reload_conf()")
    try:
        with pytest.raises(SettingRefused, match="fsync"):
            await PostgresStore.open(url)
    finally:
        server.psql("ALTER SYSTEM RESET fsync")
        server.psql("SELECT pg_reload_conf()")


async def test_a_newer_schema_is_left_alone(server: Server, url: str) -> None:
    """What a newer release has written is not touched."""
    await (await PostgresStore.open(url)).close()
    _psql(server, url, "UPDATE alembic_version SET version_num='9999'")
    with pytest.raises(NewerSchema):
        await PostgresStore.open(url)


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("127.0.0.1:9/none", "does not answer"),
        ("/none?host=db1.example&host=db2.example", "no URL"),
        ("/none?host=/tmp&sslmode=require", "no URL"),
    ],
)
async def test_a_database_that_is_not_there_is_told_without_its_password(where: str, words: str) -> None:
    """The sentence for the operator names the trouble and no secret."""
    with pytest.raises(SettingRefused, match=words) as refused:
        await PostgresStore.open(f"postgresql://anna:correct-horse@{where}")
    assert "correct-horse" not in str(refused.value)


async def _note_when_back(store: PostgresStore, name: str, value: int) -> None:
    """The first writes after a cut meet connections that are gone."""
    for _ in range(20):
        try:
            await store.note(name, value)
        except Busy as busy:
            last = busy
        else:
            return
    raise last


def _psql(server: Server, url: str, statement: str) -> str:
    return server.psql(statement, database_of(url))
