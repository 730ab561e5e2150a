"""Blobs: attachments come in piece by piece and go out by ranges. Owns who may do which, and the limits
of size.

A blob is written once, by one account; only that account's deposit links it; whoever owns a mailbox with
a live link may read it. To everybody else it is not there. (docs/protocol.md, parts 7 and 13.)
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from relay.core.errors import Malformed, NotFound, TooLarge
from relay.core.model import Blob
from relay.core.ports import Store
from relay.core.retention import check_date

BLOB_ID_BYTES: Final = 32
MOST_PIECE_BYTES: Final = 8 * 1024 * 1024


class Blobs:
    """Takes and gives attachments. Sizes are of stored, sealed bytes."""

    def __init__(
        self, store: Store, *, most_bytes: int, account_quota_bytes: int, unlinked_keep_seconds: int
    ) -> None:
        self._store = store
        self._most_bytes = most_bytes
        self._account_quota_bytes = account_quota_bytes
        self._unlinked_keep_seconds = unlinked_keep_seconds

    async def create(self, account_id: bytes, blob_id: bytes, expires_at: int, now: int) -> None:
        """Begin an upload; the same again changes nothing. Raises Malformed, Conflict `blob-conflict`."""
        if len(blob_id) != BLOB_ID_BYTES:
            raise Malformed("blob id")
        check_date(expires_at, now)
        gone_at = min(expires_at, now + self._unlinked_keep_seconds)
        blob = Blob(blob_id, account_id, "uploading", 0, expires_at, gone_at)
        await self._store.create_blob(blob, now=now)

    async def append(self, account_id: bytes, blob_id: bytes, offset: int, piece: bytes, now: int) -> int:
        """Add a piece where the stored bytes end; returns the new length. Conflict `blob-offset` with
        `stored`.
        """
        if not piece or len(piece) > MOST_PIECE_BYTES or offset < 0:
            raise Malformed("piece")
        if offset + len(piece) > self._most_bytes:
            raise TooLarge("blob")
        return await self._store.append_blob(
            blob_id, account_id, offset, piece, now=now, account_quota_bytes=self._account_quota_bytes
        )

    async def finish(
        self, account_id: bytes, blob_id: bytes, stored_bytes: int, sha256: bytes, now: int
    ) -> None:
        """Check length and hash of what was uploaded. Conflict `blob-incomplete`; repeated: no change."""
        await self._store.finish_blob(blob_id, account_id, stored_bytes, sha256, now=now)

    async def readable(self, account_id: bytes, blob_id: bytes, now: int) -> Blob:
        """A blob that this account uploaded, or that is linked in one of its mailboxes. Raises NotFound."""
        blob = await self._store.blob(blob_id, now=now)
        if blob is None:
            raise NotFound
        if blob.account_id == account_id:
            return blob
        if blob.state != "linked" or account_id not in await self._store.blob_readers(blob_id, now=now):
            raise NotFound
        return blob

    def read(self, blob: Blob, start: int, stop: int) -> AsyncIterator[bytes]:
        """The stored bytes from `start` up to `stop`, piece by piece; `readable` said that they may be
        seen.
        """
        return self._store.read_blob(blob.blob_id, start, stop)
