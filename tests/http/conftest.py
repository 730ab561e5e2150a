"""A serving relay on a free port of loopback, with the people of the flow tests."""

from __future__ import annotations

import io
import shutil
from collections.abc import AsyncIterator
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


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a connection linger only for a moment after a body that was not read."""
    monkeypatch.setattr("relay.http_api.listener.LINGER_SECONDS", 0.1)


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


@pytest.fixture
async def hasty(house: House, static_root: Path) -> AsyncIterator[Served]:
    """The house, served to peers who have a second for what they send and take."""
    limits = replace(LIMITS, header_seconds=1, body_seconds=1)
    async with serve(house, static_root, said=io.StringIO(), limits=limits) as found:
        yield found
