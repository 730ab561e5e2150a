"""The stores of a simulated world: the one in memory, that several relays may share, and the file, whose
threads are none: two threads never run the same way twice.

Owns what a killed process leaves of a file. Must never change what a store does.
"""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any, Final, Protocol, Self

from keys.names import Random
from relay.store.batches import Submission
from relay.store.deletion_files import Ledger
from relay.store.engine import connect_reader, connect_writer, hold
from relay.store.leaves import teach
from relay.store.memory import MemoryStore
from relay.store.migrate import bring_up
from relay.store.readers import Read, Readers, Result
from relay.store.rebuild import is_whole
from relay.store.sqlite import SqliteStore
from relay.store.writer import Writer

NAME: Final = "simulated.sqlite3"


class Stores(Protocol):
    """Where a world's relays find their store."""

    async def opened(self) -> Any:
        """The store, for a process that begins."""

    async def is_whole(self) -> bool:
        """Whether all in it belongs together."""


class InMemory:
    """One store, whichever process asks."""

    def __init__(self, random: Random) -> None:
        self._store = MemoryStore(random)

    async def opened(self) -> MemoryStore:
        """As `Stores`, as all below."""
        return self._store

    async def is_whole(self) -> bool:
        return True


class InFile:
    """A file in `folder`. A process that begins finds what the disk had when the one before it was gone."""

    def __init__(self, folder: Path, random: Random) -> None:
        self._folder, self._random = folder, random
        self._opened = 0
        self._store: StillStore | None = None

    async def opened(self) -> StillStore:
        before, path = self._path(), self._next_path()
        if self._store is not None:
            for name in (before, before.with_name(f"{NAME}-wal")):  # as it stands; closing would tidy it
                shutil.copyfile(name, path.with_name(name.name))
            await self._store.close()
            shutil.rmtree(before.parent)
        self._store = await StillStore.open(path, random=self._random)
        return self._store

    async def is_whole(self) -> bool:
        with closing(connect_reader(self._path())) as database:
            return is_whole(database)

    def _path(self) -> Path:
        return self._folder / str(self._opened) / NAME

    def _next_path(self) -> Path:
        self._opened += 1
        path = self._path()
        path.parent.mkdir(parents=True)
        return path


class _StillWriter(Writer):
    """Commits on the loop's own thread, what waits at that moment together."""

    _is_coming = False

    def _begin(self) -> None:
        """No thread."""

    def _put(self, submission: Submission) -> None:
        super()._put(submission)
        if not self._is_coming:
            self._is_coming = True
            self._loop.call_soon(self._come)

    def _come(self) -> None:
        self._is_coming = False
        while not self._queue.empty():
            self._serve_once()

    async def close(self) -> None:
        """As the base class."""
        self._closed = True
        self._come()
        self._database.close()


class _StillReaders(Readers):
    """Reads on the loop's own thread."""

    async def share(self, work: Read[Result]) -> Result:
        """As the base class."""
        return await self.run(work)


class StillStore(SqliteStore):
    """The store as one file, without a thread."""

    @classmethod
    async def open(cls, path: Path, ledger: Ledger | None = None, random: Random = os.urandom) -> Self:
        """As the base class, for a file that is nobody else's."""
        lock = hold(path)
        database = connect_writer(path)
        bring_up(database)
        database.ledger, database.random = ledger, random
        teach(database)
        store = cls(_StillWriter(database), _StillReaders(path))
        store._lock, store._ledger = lock, ledger
        return store
