"""Attachments in the file, in chunks of at most 1 MiB. Owns their rows; never opens them, never holds more
than a piece.
"""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections.abc import AsyncIterator, Callable
from functools import partial

from relay.core.errors import Conflict, InboxFull, NotFound, TooLarge
from relay.core.model import Blob
from relay.store.base import Part
from relay.store.hashes import Hashes
from relay.store.limits import CHUNK_BYTES, PIECE_BYTES
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
        stored_bytes = await self._writer.submit(
            lambda database: _append(
                database, _own(database, blob_id, account_id, now), offset, piece, account_quota_bytes
            ),
            len(piece),
        )
        if running is not None and hashing is not None:
            await hashing
            self._hashes.keep(blob_id, stored_bytes, running)
        return stored_bytes

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
            while hashed_bytes < blob.stored_bytes:
                step = partial(_hash_piece, running=running, blob=blob, start=hashed_bytes)
                hashed_bytes += await self._read(step)
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
            piece = await self._read(partial(_piece, blob_id=blob_id, start=start, stop=stop))
            start += len(piece)
            yield piece

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


def _append(
    database: sqlite3.Connection, blob: Blob, offset: int, piece: bytes, quota_bytes: int | None
) -> int:
    if offset != blob.stored_bytes:
        raise Conflict("blob-offset", stored=blob.stored_bytes)
    if blob.state != "uploading":
        raise Conflict("blob-conflict")
    if quota_bytes is not None and _held_bytes(database, blob.account_id) + len(piece) > quota_bytes:
        raise InboxFull
    database.executemany(
        "INSERT INTO blob_chunks (blob_id, start, expires_at, chunk) VALUES (?, ?, ?, ?)",
        (
            (blob.blob_id, offset + at, blob.expires_at, memoryview(piece)[at : at + CHUNK_BYTES])
            for at in range(0, len(piece), CHUNK_BYTES)
        ),
    )
    stored_bytes = offset + len(piece)
    database.execute("UPDATE blobs SET stored_bytes=? WHERE blob_id=?", (stored_bytes, blob.blob_id))
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


def _piece(database: sqlite3.Connection, blob_id: bytes, start: int, stop: int) -> bytes:
    """From `start` to the end of its chunk, or to `stop`; read in place, as a column is copied twice."""
    if not hasattr(database, "blobopen"):  # PostgreSQL reads a part of a column as it is
        (piece,) = database.execute(PIECE, (blob_id, start, stop)).fetchone() or (b"",)
        if not piece:
            raise NotFound
        return bytes(piece)
    row = database.execute(CHUNK_AT, (blob_id, start)).fetchone()
    if row is None:
        raise NotFound
    number, skipped_bytes, chunk_bytes = row
    wanted_bytes = min(chunk_bytes - skipped_bytes, stop - start)
    if wanted_bytes <= 0:
        raise NotFound
    with database.blobopen("blob_chunks", "chunk", number, readonly=True) as chunk:
        chunk.seek(skipped_bytes)
        return chunk.read(wanted_bytes)


def _hash_piece(database: sqlite3.Connection, running: hashlib._Hash, blob: Blob, start: int) -> int:
    """Hash what `_piece` reads; returns how much that was."""
    piece = _piece(database, blob.blob_id, start, blob.stored_bytes)
    running.update(piece)
    return len(piece)


def _in_a_thread(update: Callable[[bytes], None], piece: bytes) -> asyncio.Future[None]:
    return asyncio.get_running_loop().run_in_executor(None, update, piece)
