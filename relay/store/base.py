"""What the parts of the store share: the way to the writer and to the readers, and how blobs that are due go,
their objects before their rows. Owns no table.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import Final, NamedTuple, TypeVar

from relay.core.errors import Busy
from relay.store.batches import Work
from relay.store.objects import Named, Objects
from relay.store.readers import Readers
from relay.store.shred import shred_due
from relay.store.writer import Writer

Result = TypeVar("Result")

BRIEF_SECONDS: Final = 5
"""Whoever lets something go waits no longer for the object store."""
OBJECTS_OF: Final = """
SELECT o.blob_id, o.start, o.day, o.name FROM blob_objects o JOIN blobs b ON b.blob_id = o.blob_id
WHERE o.blob_id = ? AND b.expires_at <= ?"""


class Place(NamedTuple):
    """Where a piece of a blob is."""

    blob_id: bytes
    start: int
    named: Named


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

    async def _ask(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """As `_read`, for a work of one statement."""
        return await self._readers.ask(work)

    async def _share(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        return await self._readers.share(work)

    async def _write(self, work: Work[Result]) -> Result:
        return await self._writer.submit(work)

    async def _write_locking(self, work: Work[Result]) -> Result:
        """As `_write`, for a work that locks what it decides by (`relay.store.shared`)."""
        return await self._writer.submit_locking(work)

    async def _shred(self, blob_ids: Sequence[bytes], now: int) -> None:
        """Take those of these blobs away that are due, at most 8 MiB a commit (ruling 21). Their objects are
        waited for only briefly: where their store is away, `drop_objects_due` takes them.
        """
        await self._shred_rows(blob_ids, now)
        for blob_id in blob_ids:
            with suppress(Busy):
                await self._drop_objects(await self._objects_due(OBJECTS_OF, (blob_id, now)), BRIEF_SECONDS)
                await self._shred_rows([blob_id], now)

    async def _shred_rows(self, blob_ids: Iterable[bytes], now: int) -> None:
        for blob_id in blob_ids:
            while await self._writer.submit(partial(shred_due, blob_id=blob_id, now=now)):
                pass

    async def _objects_due(self, statement: str, bound: tuple[bytes | int, ...]) -> list[Place]:
        if self.objects is None:
            return []
        found = await self._read(lambda database: database.execute(statement, bound).fetchall())
        return [Place(blob_id, start, Named(day, name)) for blob_id, start, day, name in found]

    async def _drop_objects(self, places: Sequence[Place], seconds: float) -> list[Place]:
        """Take objects away, then the rows that name them; those that are gone. Raises Busy where none
        is, of some.
        """
        if self.objects is None or not places:
            return []
        gone = set(await self.objects.drop([place.named for place in places], seconds))
        over = [place for place in places if place.named in gone]
        await self._write(partial(_forget_objects, places=[(place.blob_id, place.start) for place in over]))
        return over


def _forget_objects(database: sqlite3.Connection, places: list[tuple[bytes, int]]) -> None:
    database.executemany("DELETE FROM blob_objects WHERE blob_id=? AND start=?", places)
