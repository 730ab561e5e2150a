# ruff: noqa: ASYNC109 (the synchronous twin has no other way to bound a call)
"""Attachments: the bytes of files on their way out and in.

Owns sealing a file into the outbox, uploading the sealed bytes in pieces with resumption, and downloading by
ranges into a checked file. A file is sealed once: what is sent again is the stored ciphertext. Must never
hold a large file in memory, and never give a file its name before length, hash, padding and every chunk were
right. (docs/protocol.md, parts 7 and 13.)
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, Protocol

from client_sdk import errors, protocol
from client_sdk.attachment import Attachment
from client_sdk.bounds import bounded
from client_sdk.files import new_file
from client_sdk.messages import Progress
from client_sdk.session import Session
from client_sdk.wire import BlobOffset
from keys.blob import MOST_BLOB_BYTES, BlobOpener, BlobSealer
from keys.blob import Attachment as Record
from keys.errors import KeysError
from keys.names import Random
from keys.stream import SALT_BYTES

PIECE_BYTES: Final = protocol.blobs.PIECE_BYTES
RANGE_BYTES: Final = 4 * 1024 * 1024
WHOLE_BYTES: Final = 64 * 1024 * 1024

OnProgress = Callable[[Progress], None]


# --- out ----------------------------------------------------------------------------------------------------


def seal_to_file(
    attachment: Attachment, target: Path, name_index: int, expires_at: int, random: Random
) -> Record:
    """Seal a file into `target`, on disk when this returns; returns the record that names it."""
    if attachment.size_bytes > MOST_BLOB_BYTES:
        raise errors.TooLarge(MOST_BLOB_BYTES)
    sealer = BlobSealer(random(32), random(32), expires_at, random(SALT_BYTES))
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(sealer.start)
        for piece in attachment.pieces():
            file.write(sealer.update(piece))
        for last in sealer.finish():
            file.write(last)
        file.flush()
        os.fsync(file.fileno())
    return sealer.record(name_index)


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A sealed file of the outbox that has to be at the relay before its message."""

    blob_id: bytes
    stored_bytes: int
    sha256: bytes
    expires_at: int
    path: Path = field(repr=False)


class Meter:
    """Adds up what several files have come to, and tells it."""

    def __init__(self, total: int, on_progress: OnProgress | None) -> None:
        self._total = total
        self._tell = on_progress
        self._done = 0

    def at(self, done: int) -> None:
        """So many bytes are done now."""
        self._done = done
        if self._tell:
            self._tell(Progress(min(done, self._total), self._total))

    @property
    def done(self) -> int:
        """How many bytes are done."""
        return self._done


async def upload(session: Session, sealed: SealedFile, meter: Meter) -> None:
    """Bring a sealed file to the relay, going on from what is stored there; may be repeated after
    anything.
    """
    base = meter.done
    await session.call(protocol.blobs.create_blob(sealed.blob_id, sealed.expires_at))
    offset = await session.call(protocol.blobs.stored_length(sealed.blob_id))
    with sealed.path.open("rb") as file:
        coming = _read_ahead(file, offset)
        try:
            while offset < sealed.stored_bytes:
                meter.at(base + offset)
                piece = await coming
                coming = _read_ahead(file, offset + len(piece))
                reached = await _put(session, sealed.blob_id, offset, piece)
                if reached != offset + len(piece):
                    await coming
                    coming = _read_ahead(file, reached)
                offset = reached
        finally:
            await asyncio.wait([coming])
    await session.call(protocol.blobs.finish_blob(sealed.blob_id, sealed.stored_bytes, sealed.sha256))
    meter.at(base + sealed.stored_bytes)


def _read_ahead(file: IO[bytes], offset: int) -> asyncio.Future[bytes]:
    """Begin to read the next piece, while the last is on its way."""

    def read() -> bytes:
        file.seek(offset)
        return file.read(PIECE_BYTES)

    return asyncio.get_running_loop().run_in_executor(None, read)


async def _put(session: Session, blob_id: bytes, offset: int, piece: bytes) -> int:
    """Send one piece; returns where to go on."""
    try:
        await session.call(protocol.blobs.put_piece(blob_id, offset, piece))
    except BlobOffset as other:
        if not offset <= other.stored <= offset + len(piece):
            raise
        return other.stored
    return offset + len(piece)


# --- in -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AsyncReceivedFile:
    """A file of a message, not yet fetched."""

    name: str = field(repr=False)
    media_type: str = field(repr=False)
    size_bytes: int
    _record: Record = field(repr=False)
    _session: Session = field(repr=False)
    _random: Random = field(repr=False)

    async def save_to(
        self, folder: Path | str, *, on_progress: OnProgress | None = None, timeout: float | None = None
    ) -> Path:
        """Fetch the file into a folder under a safe name, never over another; returns where it is.

        `NotTrusted` where what came is not what was sent: nothing is left then.
        """
        async with bounded(timeout):
            with new_file(folder, self.name, self._random) as file:
                await self._fetch(file, on_progress)
                return await asyncio.to_thread(file.finish)

    async def read(self, *, on_progress: OnProgress | None = None, timeout: float | None = None) -> bytes:
        """Fetch the file into memory. `TooLarge` above 64 MiB."""
        if self.size_bytes > WHOLE_BYTES:
            raise errors.TooLarge(WHOLE_BYTES)
        whole = _InMemory()
        async with bounded(timeout):
            await self._fetch(whole, on_progress)
        return bytes(whole.content)

    async def _fetch(self, target: _Target, on_progress: OnProgress | None) -> None:
        record = self._record
        meter, opener = Meter(record.stored_bytes, on_progress), BlobOpener(record)
        done = 0
        async with aclosing(self._ranges()) as ranges:
            async for sealed in ranges:
                meter.at(done)
                await asyncio.to_thread(lambda piece: target.write(_checked(opener.update, piece)), sealed)
                done += len(sealed)
        target.write(_checked(opener.finish))
        meter.at(record.stored_bytes)

    async def _ranges(self) -> AsyncGenerator[bytes, None]:
        """Yield the stored bytes in order, the next range being fetched while the last is opened."""
        record = self._record
        starts = range(0, record.stored_bytes, RANGE_BYTES)
        stops = (min(start + RANGE_BYTES, record.stored_bytes) for start in starts)
        calls = [protocol.blobs.blob_range(record.blob_id, *pair) for pair in zip(starts, stops, strict=True)]
        coming = asyncio.create_task(self._session.call(calls[0]))
        try:
            for call in calls[1:]:
                piece = await coming
                coming = asyncio.create_task(self._session.call(call))
                yield piece
            yield await coming
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)


def _checked(step: Callable[..., bytes | bytearray], *arguments: bytes) -> bytes | bytearray:
    """Take a step of opening; whatever fails, the file is not what was sent."""
    try:
        return step(*arguments)
    except KeysError as cause:
        raise errors.NotTrusted("file") from cause


async def fetch_into(file: AsyncReceivedFile, target: IO[bytes]) -> None:
    """Fetch a file into an open one; what was written counts only once this returns. `NotTrusted` where what
    came is not what was sent.
    """
    await file._fetch(target, None)  # noqa: SLF001 - of this module; no name for programs, which save files


class _Target(Protocol):
    """What can be written to."""

    def write(self, piece: Any, /) -> Any:
        """Add bytes."""


class _InMemory:
    """Where a small file is fetched to."""

    def __init__(self) -> None:
        self.content = bytearray()

    def write(self, piece: bytes | bytearray) -> None:
        """Add bytes."""
        self.content += piece
