"""What the parts of the store share: the way to the writer and to the readers. Owns no table."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from relay.store.batches import Work
from relay.store.readers import Readers
from relay.store.shred import shred_due
from relay.store.writer import Writer

Result = TypeVar("Result")


class Part:
    """A group of methods over one file."""

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
        """Take those of these blobs away that are due, at most 8 MiB a commit (ruling 21)."""
        for blob_id in blob_ids:
            while await self._writer.submit(partial(shred_due, blob_id=blob_id, now=now)):
                pass
