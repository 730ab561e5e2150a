"""The store in PostgreSQL beyond the contract (tests/contract runs on it too): one relay at a time,
transactions that stand in each other's way, a server that goes and comes, and settings without which nothing
is promised.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

import pytest

from relay.core.errors import Busy
from relay.core.model import QueuedRevoke
from relay.store.engine import SettingRefused
from relay.store.migrate import NewerSchema
from relay.store.postgres import PostgresStore
from tests.postgres.server import Server

pytestmark = pytest.mark.postgres

FAR = 4_000_000_000
KEEPER = b"k" * 16


async def test_one_relay_at_a_time(url: str) -> None:
    """A second relay is refused while the first holds the database, and may come once it has gone."""
    first = await PostgresStore.open(url)
    with pytest.raises(Busy):
        await PostgresStore.open(url)
    await first.close()
    await first.close()
    second = await PostgresStore.open(url)
    await second.close()


async def test_a_relay_that_lost_its_hold_writes_no_more(server: Server, url: str) -> None:
    """Its connections were cut and another took over: what it remembers may be wrong, so it stops."""
    first = await PostgresStore.open(url)
    await first.note("warned_day", 1)
    _cut(server)
    second = await PostgresStore.open(url)
    with pytest.raises(Busy):
        await _note_when_back(first, "warned_day", 2)
    assert await second.noted("warned_day") == 1
    await second.close()
    await first.close()


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


async def test_a_database_that_is_not_there_is_told_without_its_password() -> None:
    """The sentence for the operator names the trouble and no secret."""
    with pytest.raises(SettingRefused) as refused:
        await PostgresStore.open("postgresql://anna:correct-horse@127.0.0.1:9/none")
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


def _cut(server: Server) -> None:
    server.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name='quietbox'")


def _psql(server: Server, url: str, statement: str) -> None:
    server.psql(statement, url.partition("@/")[2].partition("?")[0])
