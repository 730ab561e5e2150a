"""The house of flow tests, on the file and in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from relay.core.ports import Store
from relay.store.memory import MemoryStore
from relay.store.sqlite import SqliteStore
from tests.flow.house import House


@pytest.fixture(params=("memory", "sqlite"))
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """Both bodies of the store in turn."""
    body: Store = (
        MemoryStore() if request.param == "memory" else await SqliteStore.open(tmp_path / "store.sqlite3")
    )
    yield body
    await body.close()


@pytest.fixture
def empty(store: Store) -> House:
    """A house in which nobody lives yet."""
    return House(store)


@pytest.fixture
async def house(empty: House) -> House:
    """A house with a coach, a client at work with them, and a stranger."""
    await empty.settle()
    return empty
