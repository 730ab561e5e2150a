"""What the parts of the store share: the way to the writer and to the readers, and how blobs that are due go,
their objects before their rows. Owns no table.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Final, TypeVar

from relay.core.errors import Busy
from relay.store.batches import Work
from relay.store.objects import Named, Objects
from relay.store.readers import Readers
from relay.store.shred import shred_due
from relay.store.writer import Writer

Result = TypeVar("Result")


DUE_OBJECTS: Final = """
SELECT o.blob_id, o.start, o.day, o.name FROM blob_objects o JOIN blobs b ON b.blob_id = o.blob_id
WHERE b.expires_at <= ? LIMIT ?"""
OBJECTS_OF: Final = """
SELECT o.blob_id, o.start, o.day, o.name FROM blob_objects o JOIN blobs b ON b.blob_id = o.blob_id
WHERE o.blob_id = ? AND b.expires_at <= ?"""


class Part:
    """A group of methods over one file."""

    objects: Objects | None = None
    """Where pieces of attachments go, if not into the database: whoever opens the store says so."""

    def __init__(self, writer: Writer, readers: Readers) -> None:
        """Use this writer and these readers, which others own."""
        self._writer = writer
        self._readers = readers

    async def _read(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        return await self._readers.run(work)

    async def _share(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        return await self._readers.share(work)

    async def _write(self, work: Work[Result]) -> Result:
        return await self._writer.submit(work)

    async def _write_locking(self, work: Work[Result]) -> Result:
        """As `_write`, for a work that locks what it decides by (`relay.store.shared`)."""
        return await self._writer.submit_locking(work)

    async def _shred(self, blob_ids: Sequence[bytes], now: int) -> None:
        """Take those of these blobs away that are due, at most 8 MiB a commit (ruling 21). Where the object
        store is away, the sweep tries again.
        """
        for blob_id in blob_ids:
            with suppress(Busy):
                await self._drop_objects(OBJECTS_OF, (blob_id, now))
            while await self._writer.submit(partial(shred_due, blob_id=blob_id, now=now)):
                pass

    async def _drop_objects(self, statement: str, bound: tuple[bytes | int, ...]) -> None:
        """Take objects of due blobs away, then the rows that name them. Raises Busy."""
        if self.objects is None:
            return
        found = await self._read(lambda database: database.execute(statement, bound).fetchall())
        if found:
            await self.objects.drop([Named(day, name) for _, _, day, name in found])
            places = [(blob_id, start) for blob_id, start, _, _ in found]
            await self._write(partial(_forget_objects, places=places))


def _forget_objects(database: sqlite3.Connection, places: list[tuple[bytes, int]]) -> None:
    database.executemany("DELETE FROM blob_objects WHERE blob_id=? AND start=?", places)
