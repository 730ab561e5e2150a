"""A serving relay on a free port of loopback, with the people of the flow tests."""

from __future__ import annotations

import io
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from relay.store.sqlite import SqliteStore
from tests.flow.house import House
from tests.http.served import LIMITS, Served, serve


@pytest.fixture(scope="session")
async def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which everybody is enrolled, to be copied."""
    path = tmp_path_factory.mktemp("settled") / "store.sqlite3"
    store = await SqliteStore.open(path)
    await House(store).settle()
    await store.checkpoint()
    await store.close()
    return path


@pytest.fixture
async def house(settled: Path, tmp_path: Path) -> AsyncIterator[House]:
    """A house on a file, with everybody enrolled."""
    store = await SqliteStore.open(Path(shutil.copy(settled, tmp_path / "store.sqlite3")))
    yield House(store, seed="another day")
    await store.close()


@pytest.fixture(scope="module", autouse=True)
def hurry() -> Iterator[None]:
    """Let a connection linger only for a moment after a body that was not read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("relay.http_api.listener.LINGER_SECONDS", 0.1)
        yield


@pytest.fixture
def static_root(tmp_path: Path) -> Path:
    """A small built inbox."""
    root = tmp_path / "static"
    (root / "assets").mkdir(parents=True)
    (root / ".vite").mkdir()
    (root / "index.html").write_text("<!doctype html><title>Quietbox</title>")
    (root / "assets" / "index-Gr3Iqp_c.js").write_text("export {};")
    (root / "assets" / "plain.css").write_text("body {}")
    (root / "assets" / "large.txt").write_text("Said again and again.\n" * 500)
    (root / ".vite" / "manifest.json").write_text("{}")
    return root


@pytest.fixture
async def served(house: House, static_root: Path) -> AsyncIterator[Served]:
    """The house, served."""
    async with serve(house, static_root, said=io.StringIO()) as found:
        yield found


@pytest.fixture(scope="module")
async def standing(settled: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """A house that is served to all tests of a file whose requests change nothing."""
    folder = tmp_path_factory.mktemp("standing")
    store = await SqliteStore.open(Path(shutil.copy(settled, folder / "store.sqlite3")))
    (folder / "static").mkdir()
    async with serve(House(store, seed="another day"), folder / "static", said=io.StringIO()) as found:
        yield found
    await store.close()


@pytest.fixture
async def hasty(house: House, static_root: Path) -> AsyncIterator[Served]:
    """The house, served to peers who have a second for what they send and take."""
    limits = replace(LIMITS, header_seconds=1, body_seconds=1)
    async with serve(house, static_root, said=io.StringIO(), limits=limits) as found:
        yield found
