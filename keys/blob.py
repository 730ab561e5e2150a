"""Blob: a file sealed once, in pieces, and the signed record that names it.

Owns the stored bytes of a file (header 64 ‖ stream of the zero-padded file) and the attachment record. Must
never call a file complete before its last, short chunk opened, its stored length and hash matched and all
that follows its plain length was zero; and never hand out padding as content. (docs/protocol.md, Blob.)

A blob is encrypted once: who resumes an upload sends the stored bytes again, and never seals again under
one key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from keys.encoding import Reader, exact, label, u16, u64
from keys.errors import Malformed, NotOpened
from keys.padding import padded_length
from keys.stream import HEAD_BYTES, ChunkOpener, Opener, Sealer, sealed_length

MAGIC: Final = b"QBB1"
BLOB_HEADER_BYTES: Final = 64
BLOB_ID_BYTES: Final = 32
MOST_BLOB_BYTES: Final = 1024**3
MAIL_FLAG: Final = 1
"""The flag of a mail as received."""

_PIECE_BYTES: Final = 1024 * 1024
_START_BYTES: Final = BLOB_HEADER_BYTES + HEAD_BYTES


@dataclass(frozen=True, slots=True)
class Attachment:
    """The record that names a blob, its key and its lengths. Names and types stand in the display fields."""

    blob_id: bytes
    blob_key: bytes = field(repr=False)
    plain_bytes: int
    stored_bytes: int
    stored_sha256: bytes
    expires_at: int
    name_index: int
    flags: int = 0

    def encode(self) -> bytes:
        """Return the 136-byte record; `Malformed` for lengths or flags that the format forbids."""
        _check(self)
        ids = exact(self.blob_id, 32, "blob id") + exact(self.blob_key, 32, "blob key")
        lengths = u64(self.plain_bytes) + u64(self.stored_bytes)
        stored = exact(self.stored_sha256, 32, "hash") + u64(self.expires_at)
        return ids + lengths + stored + u16(self.name_index) + u16(self.flags) + bytes(12)


def stored_length(plain_bytes: int) -> int:
    """Return the length of the stored blob of a file of `plain_bytes`: header, stream of the padded file."""
    return BLOB_HEADER_BYTES + sealed_length(padded_length(plain_bytes))


def read_attachment(reader: Reader) -> Attachment:
    """Read the next attachment record of a frame."""
    ids = (reader.take(32), reader.take(32))
    lengths = (reader.u64(), reader.u64())
    record = Attachment(*ids, *lengths, reader.take(32), reader.u64(), reader.u16(), reader.u16())
    reader.reserved(12)
    _check(record)
    return record


def blob_header(blob_id: bytes, expires_at: int) -> bytes:
    """Return the 64-byte header of a stored blob."""
    return (
        MAGIC + bytes([1, 1, 0, 0]) + exact(blob_id, BLOB_ID_BYTES, "blob id") + u64(expires_at) + bytes(16)
    )


def blob_context(blob_id: bytes, expires_at: int) -> bytes:
    """Return the context that binds the stream to the blob's id and first promised date."""
    return label("blob") + exact(blob_id, BLOB_ID_BYTES, "blob id") + u64(expires_at)


@dataclass(frozen=True, slots=True)
class BlobHeader:
    """The clear facts of a stored blob."""

    blob_id: bytes
    expires_at: int


def parse_blob_header(raw: bytes) -> BlobHeader:
    """Parse the first 64 bytes of a stored blob, as a relay may."""
    reader = Reader(raw[:BLOB_HEADER_BYTES])
    reader.expect(MAGIC + b"\x01\x01", "magic, version or suite")
    reader.reserved(2)
    header = BlobHeader(reader.take(BLOB_ID_BYTES), reader.u64())
    reader.reserved(16)
    if header.expires_at < 1:
        raise Malformed("a blob has a date")
    return header


class BlobSealer:
    """Seals a file of unknown length in bounded memory: `start`, then the results of `update`, then of
    `finish`.

    `blob_id`, `blob_key` and `salt` are fresh random bytes (32, 32, 24), used for this one file.
    """

    __slots__ = ("_blob", "_digest", "_plain_bytes", "_stored_bytes", "_stream", "start")

    def __init__(self, blob_id: bytes, blob_key: bytes, expires_at: int, salt: bytes) -> None:
        self._blob = (blob_id, blob_key, expires_at)
        self._stream = Sealer(blob_key, blob_context(blob_id, expires_at), salt)
        self._digest = hashlib.sha256()
        self._plain_bytes = self._stored_bytes = 0
        self.start = blob_header(blob_id, expires_at) + self._stream.head
        self._store(self.start)

    def update(self, plain: bytes) -> bytes | bytearray:
        """Take the next bytes of the file; return the next stored bytes. `Malformed` above 1 GiB."""
        self._plain_bytes += len(plain)
        if self._plain_bytes > MOST_BLOB_BYTES:
            raise Malformed("a file has at most 1 GiB")
        return self._store(self._stream.update(plain))

    def finish(self) -> Iterator[bytes | bytearray]:
        """Yield the last stored bytes, padding included, in pieces of about 1 MiB; exhaust it before
        `record`.
        """
        left = padded_length(self._plain_bytes) - self._plain_bytes
        while left:
            piece = min(left, _PIECE_BYTES)
            yield self._store(self._stream.update(bytes(piece)))
            left -= piece
        yield self._store(self._stream.finish())

    def record(self, name_index: int, flags: int = 0) -> Attachment:
        """Return the attachment record of the finished blob; `Malformed` before it is finished."""
        blob_id, blob_key, expires_at = self._blob
        lengths = (self._plain_bytes, self._stored_bytes)
        record = Attachment(blob_id, blob_key, *lengths, self._digest.digest(), expires_at, name_index, flags)
        _check(record)
        return record

    def _store(self, piece: bytes | bytearray) -> bytes | bytearray:
        self._digest.update(piece)
        self._stored_bytes += len(piece)
        return piece


class BlobOpener:
    """Opens a stored blob in bounded memory: `update` with all stored bytes in order, then `finish`.

    What `update` returned may be kept privately, but is a file only once `finish` returned. After one error
    every further call raises `NotOpened`.
    """

    __slots__ = ("_digest", "_left", "_record", "_start", "_stored_bytes", "_stream")

    def __init__(self, record: Attachment) -> None:
        self._record = record
        self._digest = hashlib.sha256()
        self._start = b""
        self._stored_bytes = 0
        self._left = record.plain_bytes
        self._stream: Opener | None = None

    def update(self, stored: bytes) -> bytes | bytearray:
        """Take the next stored bytes; return the next bytes of the file, without padding."""
        self._stored_bytes += len(stored)
        if self._stored_bytes > self._record.stored_bytes:
            raise NotOpened
        self._digest.update(stored)
        if self._stream is not None:
            return self._without_padding(self._stream.update(stored))
        self._start += stored
        if len(self._start) < _START_BYTES:
            return b""
        start, self._start = self._start, b""
        self._stream = _open_stream(self._record, start[:_START_BYTES])
        return self._without_padding(self._stream.update(start[_START_BYTES:]))

    def finish(self) -> bytes | bytearray:
        """Return the last bytes of the file; `NotOpened` unless everything of the record is met."""
        if self._stream is None or self._stored_bytes != self._record.stored_bytes:
            raise NotOpened
        last = self._without_padding(self._stream.finish())
        if self._left or self._digest.digest() != self._record.stored_sha256:
            raise NotOpened
        return last

    def _without_padding(self, plain: bytes | bytearray) -> bytes | bytearray:
        content_bytes = min(self._left, len(plain))
        self._left -= content_bytes
        if plain.count(0, content_bytes) != len(plain) - content_bytes:
            self._stored_bytes = self._record.stored_bytes + 1  # makes every further call fail
            raise NotOpened
        return plain if content_bytes == len(plain) else plain[:content_bytes]


def chunk_opener(record: Attachment, start: bytes) -> ChunkOpener:
    """Return an opener of single chunks, from the first 120 stored bytes, for partial reading of a large
    file.
    """
    _check_start(record, start)
    context = blob_context(record.blob_id, record.expires_at)
    return ChunkOpener(record.blob_key, context, start[BLOB_HEADER_BYTES:])


def _open_stream(record: Attachment, start: bytes) -> Opener:
    _check_start(record, start)
    context = blob_context(record.blob_id, record.expires_at)
    return Opener(record.blob_key, context, start[BLOB_HEADER_BYTES:])


def _check_start(record: Attachment, start: bytes) -> None:
    if start[:BLOB_HEADER_BYTES] != blob_header(record.blob_id, record.expires_at):
        raise NotOpened


def _check(record: Attachment) -> None:
    if not 0 <= record.plain_bytes <= MOST_BLOB_BYTES:
        raise Malformed("an attachment has at most 1 GiB")
    if record.stored_bytes != stored_length(record.plain_bytes):
        raise Malformed("the stored length is not that of this file")
    if record.flags not in (0, MAIL_FLAG) or record.expires_at < 1:
        raise Malformed("wrong flags or date of an attachment")
