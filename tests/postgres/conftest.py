"""A server for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres.server import Server, database_of, started


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One for all tests of a file."""
    found = started()
    yield found
    found.remove()


@pytest.fixture
def url(server: Server, request: pytest.FixtureRequest) -> str:
    """An empty database."""
    name = f"test_{abs(hash(request.node.name)) % 10**9}"
    server.psql(f"CREATE DATABASE {name}")
    return server.url(name)


@pytest.fixture
def another(server: Server, url: str) -> str:
    """A further empty one beside it."""
    name = f"{database_of(url)}_b"
    server.psql(f"CREATE DATABASE {name}")
    return server.url(name)
