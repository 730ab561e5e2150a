"""Reading connections in a small pool of threads. Owns them; each read is one short snapshot, as an open
reader makes checkpoints busy.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Final, TypeVar

from relay.store.engine import connect_reader

Result = TypeVar("Result")

THREADS: Final = 4


class Readers:
    """Runs reads, at most `THREADS` at a time."""

    def __init__(self, path: Path) -> None:
        """Open the connections; the file must exist."""
        self._idle: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        self._all = [connect_reader(path) for _ in range(THREADS)]
        for database in self._all:
            self._idle.put(database)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="store-reader")

    async def run(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run `work` on one snapshot."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._read, work)

    def _read(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        database = self._idle.get()
        try:
            database.execute("BEGIN")
            try:
                return work(database)
            finally:
                database.execute("ROLLBACK")
        finally:
            self._idle.put(database)

    async def close(self) -> None:
        """Let running reads end, then close."""
        await asyncio.to_thread(self._pool.shutdown)
        for database in self._all:
            database.close()
