"""The bodies under contract. Each test runs on every body; a new one is added to `BODIES` alone."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from relay.core.ports import Store
from relay.store.memory import MemoryStore
from relay.store.sqlite import SqliteStore
from tests.contract.people import People

BODIES = ("memory", "sqlite")


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
    """Every body in turn."""
    body: Store = MemoryStore() if request.param == "memory" else await SqliteStore.open(path)
    yield body
    await body.close()


@pytest.fixture
async def people(store: Store) -> People:
    """A coach and a client at work, on every body."""
    found = People(store)
    await found.settle()
    return found
