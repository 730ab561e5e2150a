"""Attachments in the file, in chunks of at most 1 MiB, or in an object store, a piece an object. Owns their
rows; never opens them, never holds more than a piece.
"""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from relay.core.errors import Busy, Conflict, InboxFull, NotFound, RelayError, TooLarge
from relay.core.model import DAY_SECONDS, Blob
from relay.store.base import Part
from relay.store.hashes import Hashes
from relay.store.limits import CHUNK_BYTES, PIECE_BYTES
from relay.store.objects import DROP_SECONDS, Named
from relay.store.readers import Readers
from relay.store.writer import Writer

# A blob may be read while it is not due and, once linked, while a reader may still have an envelope that
# links it.
LIVE = """
SELECT b.blob_id, b.account_id, b.state, b.stored_bytes, b.promised_at, b.unlinked_expires_at FROM blobs b
WHERE b.blob_id = :blob_id AND b.expires_at > :now AND (b.state <> 'linked' OR EXISTS (
    SELECT 1 FROM blob_links l JOIN mailboxes m ON m.mailbox_id = l.mailbox_id AND m.expires_at > :now
    WHERE l.blob_id = b.blob_id AND l.expires_at > :now))"""
READERS = """
SELECT DISTINCT m.account_id FROM blob_links l JOIN blobs b ON b.blob_id = l.blob_id AND b.expires_at > :now
JOIN mailboxes m ON m.mailbox_id = l.mailbox_id AND m.expires_at > :now
WHERE l.blob_id = :blob_id AND l.expires_at > :now ORDER BY m.account_id"""

OBJECT_AT = """
SELECT day, name, ?2 - start, stored_bytes FROM blob_objects WHERE blob_id = ?1 AND start <= ?2
ORDER BY start DESC LIMIT 1"""
DUE_OBJECTS = """
SELECT o.blob_id, o.start, o.day, o.name FROM blob_objects o JOIN blobs b ON b.blob_id = o.blob_id
WHERE b.expires_at <= ? ORDER BY b.expires_at, o.blob_id, o.start LIMIT ?"""
KEPT_LONGER = """
SELECT o.day, o.name FROM blob_objects o JOIN blobs b ON b.blob_id = o.blob_id
WHERE o.day <= ? AND b.expires_at > ?"""
INSERT_OBJECT = """
INSERT INTO blob_objects (blob_id, start, expires_at, day, name, stored_bytes) VALUES (?, ?, ?, ?, ?, ?)"""
CHUNK_AT = """
SELECT rowid, ?2 - start, length(chunk) FROM blob_chunks WHERE blob_id = ?1 AND start <= ?2
ORDER BY start DESC LIMIT 1"""
PIECE = """
SELECT substr(chunk, ?2 - start + 1, ?3 - ?2) FROM blob_chunks WHERE blob_id = ?1 AND start <= ?2
ORDER BY start DESC LIMIT 1"""
LINKED_BYTES = """
SELECT coalesce(sum(b.stored_bytes), 0) FROM blobs b WHERE b.account_id = ?2
AND b.blob_id IN (SELECT l.blob_id FROM blob_links l WHERE l.mailbox_id = ?1)"""


class SqlBlobs(Part):
    """`relay.core.ports.Blobs`."""

    def __init__(self, writer: Writer, readers: Readers) -> None:
        super().__init__(writer, readers)
        self._hashes = Hashes()
        self._objects_stuck: set[Named] = set()

    async def create_blob(self, blob: Blob, *, now: int) -> None:
        """A row without bytes."""
        await self._write(partial(_create, blob=blob, now=now))

    async def append_blob(
        self,
        blob_id: bytes,
        account_id: bytes,
        offset: int,
        piece: bytes,
        *,
        now: int,
        account_quota_bytes: int | None,
    ) -> int:
        """The bytes at the end, in one commit. TooLarge over 8 MiB, InboxFull over the account's quota."""
        if len(piece) > PIECE_BYTES:
            raise TooLarge
        running = self._hashes.after(blob_id, offset)
        hashing = None if running is None else _in_a_thread(running.update, piece)
        append = _Append(blob_id, account_id, offset, piece, now, account_quota_bytes)
        stored_bytes = await self._appended(append)
        if running is not None and hashing is not None:
            await hashing
            self._hashes.keep(blob_id, stored_bytes, running)
        return stored_bytes

    async def _appended(self, append: _Append) -> int:
        """Into the database, or an object first and then its name: what a row names is there."""
        if self.objects is None:
            return await self._writer.submit(append.chunks, len(append.piece))
        blob = await self._read(append.check)
        named = await self.objects.put(blob.expires_at, append.piece)
        try:
            return await self._write(partial(append.object, named=named))
        except Busy:
            raise  # a row may name it, if the connection was lost after the commit; else its day ends it
        except RelayError:
            with suppress(RelayError):
                await self.objects.drop([named])
            raise

    async def finish_blob(
        self, blob_id: bytes, account_id: bytes, stored_bytes: int, sha256: bytes, *, now: int
    ) -> None:
        """Check the hash, then close. Bytes once stored do not change, so hashing may go first."""
        blob = await self._read(lambda database: _own(database, blob_id, account_id, now))
        if blob.stored_bytes != stored_bytes or await self._hash(blob) != sha256:
            raise Conflict("blob-incomplete", stored=blob.stored_bytes)
        await self._write(partial(_finish, blob=blob, now=now))

    async def _hash(self, blob: Blob) -> bytes:
        """The hash that ran along with the upload, or else that of the file, chunk by chunk."""
        running = self._hashes.after(blob.blob_id, blob.stored_bytes)
        if running is None:
            running, hashed_bytes = hashlib.sha256(), 0
            async for piece in self.read_blob(blob.blob_id, 0, blob.stored_bytes):
                await _in_a_thread(running.update, piece)
                hashed_bytes += len(piece)
            self._hashes.keep(blob.blob_id, hashed_bytes, running)
        return running.digest()

    async def blob(self, blob_id: bytes, *, now: int) -> Blob | None:
        """The row, while it may be read."""
        return await self._read(lambda database: _live(database, blob_id, now))

    async def blob_readers(self, blob_id: bytes, *, now: int) -> list[bytes]:
        """Owners of the mailboxes that link it, each once."""
        bound = {"blob_id": blob_id, "now": now}
        found = await self._read(lambda database: database.execute(READERS, bound).fetchall())
        return [account_id for (account_id,) in found]

    async def linked_bytes(self, mailbox_id: bytes, account_id: bytes) -> int:
        """What one uploader's blobs take in a mailbox; links go with their envelopes."""
        bound = (mailbox_id, account_id)
        return await self._read(lambda database: int(database.execute(LINKED_BYTES, bound).fetchone()[0]))

    async def read_blob(self, blob_id: bytes, start: int, stop: int) -> AsyncIterator[bytes]:
        """Pieces of at most 1 MiB, each a read of its own; NotFound when the blob went meanwhile."""
        while start < stop:
            found = await self._read(partial(_piece, blob_id=blob_id, start=start, stop=stop))
            piece = found if isinstance(found, bytes) else await self._fetched(*found)
            start += len(piece)
            yield piece

    async def _fetched(self, named: Named, start: int, length: int) -> bytes:
        if self.objects is None:
            raise Busy("its object store is not configured")
        return await self.objects.get(named, start, length)

    async def drop_objects_due(self, *, now: int, limit: int) -> int:
        """Objects go first, then the rows that name them. What could not be taken away is passed over until
        all else has gone, then tried again; Busy says that nothing of what is left goes.
        """
        found = await self._objects_due(DUE_OBJECTS, (now, limit + len(self._objects_stuck)))
        wanted = [place for place in found if place.named not in self._objects_stuck][:limit]
        if not wanted:
            self._objects_stuck.clear()
            wanted = found[:limit]
        self._objects_stuck.update(place.named for place in wanted)
        gone = await self._drop_objects(wanted, DROP_SECONDS)
        self._objects_stuck.difference_update(place.named for place in gone)
        await self._shred_rows({place.blob_id for place in gone}, now)
        return len(gone)

    async def drop_days_over(self, *, now: int) -> int:
        """What a crash left in the object store without a row goes with its day."""
        if self.objects is None:
            return 0
        today = now // DAY_SECONDS
        found = await self._read(lambda database: database.execute(KEPT_LONGER, (today, now)).fetchall())
        return await self.objects.drop_days_before(today + 1, [Named(*one) for one in found])

    async def abort_blob(self, blob_id: bytes, *, now: int) -> None:
        """An unlinked one goes before this returns; a linked one stays."""
        await self._write(
            lambda database: (
                database.execute(
                    "UPDATE blobs SET expires_at=min(expires_at, ?) WHERE blob_id=? AND state<>'linked'",
                    (now, blob_id),
                ).rowcount
            )
        )
        await self._shred([blob_id], now)


def _live(database: sqlite3.Connection, blob_id: bytes, now: int) -> Blob | None:
    row = database.execute(LIVE, {"blob_id": blob_id, "now": now}).fetchone()
    return Blob(*row) if row else None


def _own(database: sqlite3.Connection, blob_id: bytes, account_id: bytes, now: int) -> Blob:
    """The uploader's own blob. Raises NotFound, for another's too."""
    blob = _live(database, blob_id, now)
    if blob is None or blob.account_id != account_id:
        raise NotFound
    return blob


def _create(database: sqlite3.Connection, blob: Blob, now: int) -> None:
    row = database.execute(
        "SELECT account_id, promised_at, expires_at>? FROM blobs WHERE blob_id=?", (now, blob.blob_id)
    ).fetchone()
    if row is None:
        ends_at = min(blob.expires_at, blob.unlinked_expires_at)
        database.execute(
            "INSERT INTO blobs (blob_id, account_id, state, stored_bytes, promised_at,"
            " unlinked_expires_at, expires_at) VALUES (?, ?, 'uploading', 0, ?, ?, ?)",
            (blob.blob_id, blob.account_id, blob.expires_at, blob.unlinked_expires_at, ends_at),
        )
    elif row != (blob.account_id, blob.expires_at, 1):
        raise Conflict("blob-conflict")


@dataclass(frozen=True, slots=True)
class _Append:
    """A piece to be put where a blob's bytes end."""

    blob_id: bytes
    account_id: bytes
    offset: int
    piece: bytes
    now: int
    quota_bytes: int | None

    def check(self, database: sqlite3.Connection) -> Blob:
        """The blob. Raises NotFound, Conflict `blob-offset` and `blob-conflict`, InboxFull."""
        blob = _own(database, self.blob_id, self.account_id, self.now)
        if self.offset != blob.stored_bytes:
            raise Conflict("blob-offset", stored=blob.stored_bytes)
        if blob.state != "uploading":
            raise Conflict("blob-conflict")
        if self.quota_bytes is None:
            return blob
        if _held_bytes(database, self.account_id) + len(self.piece) > self.quota_bytes:
            raise InboxFull
        return blob

    def chunks(self, database: sqlite3.Connection) -> int:
        """Store it here; returns the new length."""
        ends_at = self.check(database).expires_at
        database.executemany(
            "INSERT INTO blob_chunks (blob_id, start, expires_at, chunk) VALUES (?, ?, ?, ?)",
            (
                (self.blob_id, self.offset + at, ends_at, memoryview(self.piece)[at : at + CHUNK_BYTES])
                for at in range(0, len(self.piece), CHUNK_BYTES)
            ),
        )
        return self._grown(database)

    def object(self, database: sqlite3.Connection, named: Named) -> int:
        """Note where it is stored; returns the new length."""
        ends_at, size_bytes = self.check(database).expires_at, len(self.piece)
        bound = (self.blob_id, self.offset, ends_at, named.day, named.name, size_bytes)
        database.execute(INSERT_OBJECT, bound)
        return self._grown(database)

    def _grown(self, database: sqlite3.Connection) -> int:
        stored_bytes = self.offset + len(self.piece)
        database.execute("UPDATE blobs SET stored_bytes=? WHERE blob_id=?", (stored_bytes, self.blob_id))
        return stored_bytes


def _held_bytes(database: sqlite3.Connection, account_id: bytes) -> int:
    statement = "SELECT coalesce(sum(stored_bytes), 0) FROM blobs WHERE account_id=?"
    return int(database.execute(statement, (account_id,)).fetchone()[0])


def _finish(database: sqlite3.Connection, blob: Blob, now: int) -> None:
    """Close, unless more was appended while we hashed."""
    found = _own(database, blob.blob_id, blob.account_id, now)
    if found.stored_bytes != blob.stored_bytes:
        raise Conflict("blob-incomplete", stored=found.stored_bytes)
    database.execute(
        "UPDATE blobs SET state='finished' WHERE blob_id=? AND state='uploading'", (blob.blob_id,)
    )


def _piece(
    database: sqlite3.Connection, blob_id: bytes, start: int, stop: int
) -> bytes | tuple[Named, int, int]:
    """From `start` to the end of its chunk, or to `stop`; read in place, as a column is copied twice. Of an
    object: which it is, and which of its bytes.
    """
    if not hasattr(database, "blobopen"):  # PostgreSQL reads a part of a column as it is
        (piece,) = database.execute(PIECE, (blob_id, start, stop)).fetchone() or (b"",)
        return bytes(piece) if piece else _part_of_object(database, blob_id, start, stop)
    row = database.execute(CHUNK_AT, (blob_id, start)).fetchone()
    if row is None or row[1] >= row[2]:
        return _part_of_object(database, blob_id, start, stop)
    number, skipped_bytes, chunk_bytes = row
    wanted_bytes = min(chunk_bytes - skipped_bytes, stop - start)
    with database.blobopen("blob_chunks", "chunk", number, readonly=True) as chunk:
        chunk.seek(skipped_bytes)
        return chunk.read(wanted_bytes)


def _part_of_object(
    database: sqlite3.Connection, blob_id: bytes, start: int, stop: int
) -> tuple[Named, int, int]:
    """At most 1 MiB. Raises NotFound."""
    row = database.execute(OBJECT_AT, (blob_id, start)).fetchone()
    if row is None or row[2] >= row[3]:
        raise NotFound
    day, name, skipped_bytes, object_bytes = row
    return Named(day, name), skipped_bytes, min(object_bytes - skipped_bytes, stop - start, CHUNK_BYTES)


def _in_a_thread(update: Callable[[bytes], None], piece: bytes) -> asyncio.Future[None]:
    return asyncio.get_running_loop().run_in_executor(None, update, piece)
