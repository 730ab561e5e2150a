"""The store as one SQLite file. Owns opening and closing; the parts own their statements."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from relay.store.deletion_files import Ledger
from relay.store.engine import connect_writer, hold
from relay.store.leaves import teach
from relay.store.migrate import bring_up
from relay.store.moved import refuse_marked
from relay.store.parts import Parts
from relay.store.readers import Readers
from relay.store.writer import Writer

__all__ = ["SqliteStore"]


class SqliteStore(Parts):
    """All ports of `relay.core.ports.Store` over one file. Made by `open`."""

    _lock: int
    _ledger: Ledger | None

    @classmethod
    async def open(
        cls,
        path: Path,
        ledger: Ledger | None = None,
        random: Callable[[int], bytes] = os.urandom,
    ) -> Self:
        """Make or open the file at `path`, bring it to the newest schema, hold it until `close`. Without a
        ledger a backup of this file must never be restored. `random` gives the nonces of leaves.

        Raises Busy where another process holds it, SettingRefused or NewerSchema where it must not be
        written, as when its rows were moved away.
        """
        with ExitStack() as undo:
            lock = hold(path)
            undo.callback(os.close, lock)
            database = connect_writer(path)
            undo.callback(database.close)
            bring_up(database)
            refuse_marked(database)
            database.ledger = ledger
            database.random = random
            teach(database)
            readers = Readers(path)
            undo.pop_all()
        store = cls(Writer(database), readers)
        store._lock, store._ledger = lock, ledger
        return store

    def revision(self) -> int:
        """Counted by the writer: there is no other (ruling 18)."""
        return self._writer.revision

    async def has_pen(self) -> bool:
        """There is no other."""
        return True

    async def server_at(self) -> None:
        """There is no server."""

    async def close(self) -> None:
        """Finish what waits; a second close does nothing."""
        if self._lock >= 0:
            await self._readers.close()
            await self._writer.close()
            if self._ledger is not None:
                self._ledger.close()
            os.close(self._lock)
            self._lock = -1
