"""Attachments in memory. Owns their bytes; never opens them."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace

from relay.core.errors import Conflict, InboxFull, NotFound, TooLarge
from relay.core.model import Blob
from relay.store.limits import CHUNK_BYTES, PIECE_BYTES
from relay.store.memory.state import State, Upload


class MemoryBlobs:
    """`relay.core.ports.Blobs`."""

    _state: State

    async def create_blob(self, blob: Blob, *, now: int) -> None:
        """A row without bytes."""
        upload = self._state.uploads.get(blob.blob_id)
        if upload is None:
            fresh = replace(blob, state="uploading", stored_bytes=0)
            self._state.uploads[blob.blob_id] = Upload(fresh, min(blob.expires_at, blob.unlinked_expires_at))
        elif (upload.blob.account_id, upload.blob.expires_at) != (
            blob.account_id,
            blob.expires_at,
        ) or upload.due_at <= now:
            raise Conflict("blob-conflict")

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
        """The bytes at the end."""
        upload = self._own(blob_id, account_id, now)
        if len(piece) > PIECE_BYTES:
            raise TooLarge
        if offset != len(upload.stored):
            raise Conflict("blob-offset", stored=len(upload.stored))
        if upload.blob.state != "uploading":
            raise Conflict("blob-conflict")
        used = sum(len(u.stored) for u in self._state.uploads.values() if u.blob.account_id == account_id)
        if account_quota_bytes is not None and used + len(piece) > account_quota_bytes:
            raise InboxFull
        upload.stored += piece
        upload.blob = replace(upload.blob, stored_bytes=len(upload.stored))
        return len(upload.stored)

    async def finish_blob(
        self, blob_id: bytes, account_id: bytes, stored_bytes: int, sha256: bytes, *, now: int
    ) -> None:
        """Check and close."""
        upload = self._own(blob_id, account_id, now)
        if len(upload.stored) != stored_bytes or hashlib.sha256(upload.stored).digest() != sha256:
            raise Conflict("blob-incomplete", stored=len(upload.stored))
        if upload.blob.state == "uploading":
            upload.blob = replace(upload.blob, state="finished")

    async def blob(self, blob_id: bytes, *, now: int) -> Blob | None:
        """The row, while it may be read."""
        upload = self._state.uploads.get(blob_id)
        return upload.blob if upload is not None and self._is_live(upload, now) else None

    async def blob_readers(self, blob_id: bytes, *, now: int) -> list[bytes]:
        """Owners of the mailboxes that link it, each once."""
        links = self._state.live_links_to(blob_id, now) if await self.blob(blob_id, now=now) else []
        return sorted({self._state.mailboxes[entry.mailbox_id].account_id for entry in links})

    async def linked_bytes(self, mailbox_id: bytes, account_id: bytes) -> int:
        """What one uploader's blobs take in a mailbox; links go with their envelopes."""
        linked = {blob_id for entry in self._state.entries_of(mailbox_id) for blob_id in entry.blob_ids}
        uploads = [self._state.uploads[blob_id].blob for blob_id in linked if blob_id in self._state.uploads]
        return sum(blob.stored_bytes for blob in uploads if blob.account_id == account_id)

    async def read_blob(self, blob_id: bytes, start: int, stop: int) -> AsyncIterator[bytes]:
        """Pieces of at most 1 MiB; NotFound when it went meanwhile."""
        while start < stop:
            upload = self._state.uploads.get(blob_id)
            piece = bytes(upload.stored[start : min(stop, start + CHUNK_BYTES)]) if upload else b""
            if not piece:
                raise NotFound
            start += len(piece)
            yield piece

    async def drop_objects_due(self, *, now: int, limit: int) -> int:
        """Bytes go with their blobs."""
        return 0

    async def drop_days_over(self, *, now: int) -> int:
        """Bytes are with their blobs."""
        return 0

    async def abort_blob(self, blob_id: bytes, *, now: int) -> None:
        """An unlinked one goes; a linked one stays."""
        upload = self._state.uploads.get(blob_id)
        if upload is not None and upload.blob.state != "linked":
            del self._state.uploads[blob_id]

    def _is_live(self, upload: Upload, now: int) -> bool:
        linked = upload.blob.state == "linked"
        return upload.due_at > now and (
            not linked or bool(self._state.live_links_to(upload.blob.blob_id, now))
        )

    def _own(self, blob_id: bytes, account_id: bytes, now: int) -> Upload:
        upload = self._state.uploads.get(blob_id)
        if upload is None or upload.blob.account_id != account_id or not self._is_live(upload, now):
            raise NotFound
        return upload
