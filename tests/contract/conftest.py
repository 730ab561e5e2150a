"""The bodies under contract. Each test runs on every body; a new one is added to `BODIES` alone."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from relay.core.ports import Store
from relay.store.counts import wrong_files, wrong_mailboxes
from relay.store.memory import MemoryStore
from relay.store.postgres import PostgresStore
from relay.store.sqlite import SqliteStore
from tests.contract.people import NOW, People
from tests.postgres.server import Server, started

EMPTY = """DO $$ DECLARE one text; BEGIN SET session_replication_role = replica;
    FOR one IN SELECT quote_ident(tablename) FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP EXECUTE 'DELETE FROM ' || one; END LOOP; END $$"""

BODIES = ("memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


@pytest.fixture(scope="session")
async def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store at the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "store.sqlite3"
    store = await SqliteStore.open(path)
    await store.checkpoint()
    await store.close()
    return path


@pytest.fixture
def path(migrated: Path, tmp_path: Path) -> Path:
    """A file of one's own."""
    return Path(shutil.copy(migrated, tmp_path / "store.sqlite3"))


@pytest.fixture
async def sqlite(path: Path) -> AsyncIterator[SqliteStore]:
    """The file's body."""
    store = await SqliteStore.open(path)
    yield store
    await store.close()


@pytest.fixture(params=BODIES)
async def store(request: pytest.FixtureRequest, path: Path) -> AsyncIterator[Store]:
    """Every body in turn. What each test leaves, living mailboxes and files count it rightly."""
    body: MemoryStore | SqliteStore | PostgresStore
    if request.param == "memory":
        body = MemoryStore()
    elif request.param == "sqlite":
        body = await SqliteStore.open(path)
    else:
        body = await PostgresStore.open(request.getfixturevalue("database"))
    yield body
    if not isinstance(body, MemoryStore):
        assert await body._read(lambda database: wrong_mailboxes(database, NOW)) == 0
        assert await body._read(lambda database: wrong_files(database, NOW)) == 0
    await body.close()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server for all tests of this process."""
    found = started()
    with ThreadPoolExecutor(1) as aside:  # a loop may be running here
        aside.submit(asyncio.run, _template(found)).result()
    yield found
    found.remove()


async def _template(server: Server) -> None:
    server.psql("CREATE DATABASE template")
    store = await PostgresStore.open(server.url("template"))
    await store.close()


@pytest.fixture
def database(server: Server) -> str:
    """An empty database: emptied for each test, as to make one takes a second."""
    server.psql(EMPTY, "template")
    return server.url("template")


@pytest.fixture
async def people(store: Store) -> People:
    """A coach and a client at work, on every body."""
    found = People(store)
    await found.settle()
    return found
