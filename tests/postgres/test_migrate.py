"""What bringing a database of PostgreSQL up to date promises: the schema of a new one, no row lost, no half
step; one does it and the others wait; and nobody writes into a schema that it does not know.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from relay.core.errors import Busy
from relay.store import migrate as files
from relay.store.engine import SettingRefused
from relay.store.migrate import SCRIPTS
from relay.store.postgres import PostgresStore, migrate
from tests.migrations.test_migrations import HERE, check_old_rows
from tests.postgres.server import Server, database_of

pytestmark = pytest.mark.postgres

GOOD = "op.execute('CREATE TABLE later (done BIGINT)')"
BAD = "op.execute('DELETE FROM notes'); op.execute('not a statement')"


@pytest.fixture
async def nine(url: str) -> str:
    """A database as the first release on PostgreSQL left it, with rows in it."""
    connection: Any = await asyncpg.connect(url)
    await connection.execute((HERE / "0009.postgres.sql").read_text())
    await connection.close()
    return url


def test_the_first_release_is_where_it_began() -> None:
    """There are rows for it; what is older was never on PostgreSQL."""
    assert sorted(file.name for file in HERE.glob("*.postgres.sql")) == ["0009.postgres.sql"]


async def test_old_rows_are_all_there_after_an_upgrade(nine: str) -> None:
    """A database as an older release left it opens, and everything in it is found, twice."""
    for _ in range(2):
        store = await PostgresStore.open(nine)
        await check_old_rows(store)
        await store.close()


async def test_a_migrated_database_is_as_a_new_one(server: Server, nine: str) -> None:
    """Tables, columns and their order, indexes, constraints and functions; but for the periods."""
    await (await PostgresStore.open(nine)).close()
    server.psql("CREATE DATABASE fresh")
    await (await PostgresStore.open(server.url("fresh"))).close()
    assert _schema(server, nine) == _schema(server, server.url("fresh"))


async def test_nothing_of_a_body_stays_where_it_was(server: Server, nine: str) -> None:
    """The table that held it was written anew: its files have no byte of it."""
    body = os.urandom(3000)
    await _ask(nine, "UPDATE mailbox_rows SET raw = $1 WHERE reason = 0", body)
    await _ask(nine, "CHECKPOINT")
    assert _files_with(server, body)
    await (await PostgresStore.open(nine)).close()
    await _ask(nine, "CHECKPOINT")
    apart = {
        (await _ask(nine, f"SELECT pg_relation_filepath(oid) FROM pg_class WHERE oid = {found}::oid"))
        for found in (await _ask(nine, _OF_PERIODS)).split()
    }
    assert _files_with(server, body) <= apart


_OF_PERIODS = """
SELECT string_agg(one::text, ' ') FROM (SELECT unnest(ARRAY[c.oid, c.reltoastrelid]) AS one FROM pg_class c
WHERE c.relname ~ '^envelope_bodies_[0-9]+$') AS found"""


async def test_several_that_start_at_once(nine: str) -> None:
    """One brings it up, the others wait and find it done."""
    stores = await asyncio.gather(*(_opened_alone(nine) for _ in range(3)))
    assert stores == [None, None, None]
    assert await _ask(nine, "SELECT version_num FROM alembic_version") == migrate.newest()


async def test_several_that_start_on_nothing(url: str) -> None:
    """The same where there were no tables."""
    await asyncio.gather(*(_opened_alone(url) for _ in range(3)))
    assert await _ask(url, "SELECT version_num FROM alembic_version") == migrate.newest()


async def test_a_step_that_fails_leaves_all_as_it_was(
    server: Server, nine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that is missing is one transaction: the steps before the one that fails are undone too."""
    before = _dump(server, nine)
    with monkeypatch.context() as patched:
        _add_step(tmp_path, patched, BAD)
        with pytest.raises(SettingRefused, match="42601"):
            await PostgresStore.open(nine)
    assert _dump(server, nine) == before
    await _opened_alone(nine)


async def test_nothing_changes_under_a_relay_that_runs(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newer release waits for the older to go, and says so in the end; once they are gone it goes on."""
    store = await PostgresStore.open(url)
    assert await store.noted("warned_day") is None
    _add_step(tmp_path, monkeypatch, GOOD)
    monkeypatch.setattr(migrate, "MOST_PAUSES", 2)
    with pytest.raises(SettingRefused, match="stop all of them"):
        await PostgresStore.open(url)
    await store.note("warned_day", 1)
    await store.close()
    await _opened_alone(url)
    assert await _ask(url, "SELECT version_num FROM alembic_version") == "9999"


async def test_a_relay_of_the_first_release_is_waited_for(nine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It knew another lock, and holds that while it runs."""
    older: Any = await asyncpg.connect(nine)
    await older.execute(f"SELECT pg_advisory_lock({migrate.FIRST_RELEASE_LOCK})")
    monkeypatch.setattr(migrate, "MOST_PAUSES", 2)
    with pytest.raises(SettingRefused, match="stop all of them"):
        await PostgresStore.open(nine)
    assert await _ask(nine, "SELECT version_num FROM alembic_version") == "0009"
    await older.close()
    await _opened_alone(nine)


async def test_a_relay_that_comes_back_to_another_schema_stands_still(
    server: Server, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lost its connections, and a newer release brought the database up meanwhile: it reads and writes no
    more.
    """
    store = await PostgresStore.open(url)
    await store.note("warned_day", 1)
    server.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name='quietbox'")
    with monkeypatch.context() as patched:
        _add_step(tmp_path, patched, GOOD)
        await _opened_alone(url)
    for _ in range(20):
        with pytest.raises(Busy):
            await store.note("warned_day", 2)
        with pytest.raises(Busy):
            await store.noted("warned_day")
    assert await _ask(url, "SELECT value FROM notes WHERE name = 'warned_day'") == 1
    await store.close()


async def _opened_alone(url: str) -> None:
    await (await PostgresStore.open(url)).close()


def _add_step(folder: Path, patched: pytest.MonkeyPatch, steps: str) -> None:
    """One migration more than there are."""
    scripts = folder / "migrations"
    (scripts / "versions").mkdir(parents=True)
    for file in (SCRIPTS / "env.py", *(SCRIPTS / "versions").glob("*.py")):
        (scripts / file.relative_to(SCRIPTS)).write_text(file.read_text())
    (scripts / "versions" / "9999_more.py").write_text(
        "from alembic import op\n"
        f"revision, down_revision, branch_labels, depends_on = '9999', '{migrate.newest()}', None, None\n"
        f"def upgrade():\n    {steps}\n"
    )
    patched.setattr(migrate, "SCRIPTS", scripts)
    patched.setattr(files, "SCRIPTS", scripts)


def _dump(server: Server, url: str, *options: str) -> list[str]:
    """What the server's own program says, without the lines that differ each time."""
    said = server.run("pg_dump", "-h", str(server.socket), "-U", "postgres", *options, database_of(url))
    return [line for line in said.splitlines() if line and not line.startswith(("--", "\\"))]


def _schema(server: Server, url: str) -> list[str]:
    return _dump(server, url, "-s", "-T", "envelope_bodies_[0-9]*", "-T", "blob_chunks_[0-9]*")


async def _ask(url: str, query: str, *bound: Any) -> Any:
    connection: Any = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query, *bound)
    finally:
        await connection.close()


def _files_with(server: Server, body: bytes) -> set[str]:
    """The tables' files in which those bytes are, below the server's folder."""
    files_ = (file for file in (server.data / "base").rglob("*") if file.is_file())
    return {str(file.relative_to(server.data)) for file in files_ if body[100:200] in file.read_bytes()}
