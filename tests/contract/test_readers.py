"""Reads that wait together are one job of one thread, and remain each caller's own."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from relay.core.errors import Busy, NotFound
from relay.store.engine import connect_writer
from relay.store.readers import MOST_SHARED, SharedReader


@pytest.fixture
async def reader(tmp_path: Path) -> AsyncIterator[SharedReader]:
    """A shared reader of a file with one row."""
    path = tmp_path / "store.sqlite3"
    database = connect_writer(path)
    database.execute("CREATE TABLE numbers (number INTEGER)")
    database.execute("INSERT INTO numbers VALUES (7)")
    database.close()
    shared = SharedReader(path)
    yield shared
    await shared.close()


def number(database: sqlite3.Connection) -> int:
    """The one row."""
    (found,) = database.execute("SELECT number FROM numbers").fetchone()
    return int(found)


async def test_each_gets_its_own(reader: SharedReader) -> None:
    """More reads than one job takes: each caller gets what it asked for, and all come from one thread."""
    threads = set()

    def times(factor: int, database: sqlite3.Connection) -> int:
        threads.add(threading.get_ident())
        return factor * number(database)

    async def ask(factor: int) -> int:
        return await reader.run(lambda database: times(factor, database))

    answers = await asyncio.gather(*(ask(factor) for factor in range(3 * MOST_SHARED)))
    assert answers == [7 * factor for factor in range(3 * MOST_SHARED)]
    assert len(threads) == 1
    assert threading.get_ident() not in threads


async def test_a_fault_is_its_callers_alone(reader: SharedReader) -> None:
    """What one work raises, ours or the driver's, reaches its caller; those beside it have their answers."""

    def refuses(_: sqlite3.Connection) -> int:
        raise NotFound

    def mistaken(database: sqlite3.Connection) -> int:
        return int(database.execute("SELECT number FROM nowhere").fetchone()[0])

    works = (number, refuses, mistaken, number)
    outcomes = await asyncio.gather(*(reader.run(work) for work in works), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [int, NotFound, sqlite3.OperationalError, int]


async def test_a_caller_who_goes(reader: SharedReader) -> None:
    """A caller who gives up takes nobody's answer away, and the next job comes."""
    begun, goes_on = threading.Event(), threading.Event()

    def waits(database: sqlite3.Connection) -> int:
        begun.set()
        goes_on.wait(10)
        return number(database)

    leaving, staying = (asyncio.ensure_future(reader.run(waits)) for _ in range(2))
    await asyncio.to_thread(begun.wait, 10)
    leaving.cancel()
    goes_on.set()
    assert await staying == 7
    assert await reader.run(number) == 7


async def test_nobody_is_left_waiting(tmp_path: Path) -> None:
    """At the end the running job is answered, what waits behind it and what comes later is refused."""
    path = tmp_path / "store.sqlite3"
    connect_writer(path).close()
    reader = SharedReader(path)
    begun, goes_on = threading.Event(), threading.Event()

    def waits(_: sqlite3.Connection) -> str:
        begun.set()
        goes_on.wait(10)
        return "read"

    running = asyncio.ensure_future(reader.run(waits))
    await asyncio.to_thread(begun.wait, 10)
    behind = asyncio.ensure_future(reader.run(waits))
    await asyncio.sleep(0)  # so that it has asked
    closing = asyncio.ensure_future(reader.close())
    with pytest.raises(Busy):
        await behind
    goes_on.set()
    await closing
    assert await running == "read"
    with pytest.raises(Busy):
        await reader.run(waits)
