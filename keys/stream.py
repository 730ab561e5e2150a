"""Stream: chunked-encryption@v1 with SHA-512 and AES-256-GCM ("Cobblestone-256") for bodies and blobs.

Owns the layout: salt 24 ‖ commitment 32 ‖ chunks of 16 KiB, each with a 16-byte tag. The last chunk is
always shorter than 16 KiB (perhaps empty), so truncation shows as a missing short chunk; the chunk number
is in the nonce, so order shows; the commitment ties the bytes to one key. Must never return the plain bytes
of a chunk whose tag failed, nor call a stream complete before its short last chunk opened. (C2SP
chunked-encryption; docs/protocol.md, Stream.)

`Sealer` and `Opener` work incrementally in bounded memory; `ChunkOpener` opens any chunk by its number.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from keys.encoding import exact
from keys.errors import Malformed, NotOpened

KEY_BYTES: Final = 32
SALT_BYTES: Final = 24
COMMITMENT_BYTES: Final = 32
HEAD_BYTES: Final = SALT_BYTES + COMMITMENT_BYTES
CHUNK_BYTES: Final = 16 * 1024
TAG_BYTES: Final = 16
SEALED_CHUNK_BYTES: Final = CHUNK_BYTES + TAG_BYTES

_NONCE_BYTES: Final = 12
_SCHEDULE: Final = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"


def sealed_length(plain_bytes: int) -> int:
    """Return the length of the stream that seals `plain_bytes` bytes."""
    return HEAD_BYTES + plain_bytes + (plain_bytes // CHUNK_BYTES + 1) * TAG_BYTES


def plain_length(sealed_bytes: int) -> int:
    """Return how many plain bytes a stream of `sealed_bytes` holds; `Malformed` if no stream has that
    length.
    """
    full, last = divmod(sealed_bytes - HEAD_BYTES, SEALED_CHUNK_BYTES)
    if full < 0 or last < TAG_BYTES:
        raise Malformed("no stream has this length")
    return full * CHUNK_BYTES + last - TAG_BYTES


@dataclass(frozen=True, slots=True)
class Schedule:
    """The keys of one stream: cipher, base nonce and commitment."""

    cipher: AESGCM = field(repr=False)
    base_nonce: int = field(repr=False)
    commitment: bytes

    @classmethod
    def derive(cls, key: bytes, salt: bytes, context: bytes) -> Schedule:
        exact(key, KEY_BYTES, "stream key")
        exact(salt, SALT_BYTES, "salt")
        okm = HKDFExpand(hashes.SHA512(), 76, _SCHEDULE + salt + context).derive(key)
        return cls(AESGCM(okm[:32]), int.from_bytes(okm[32:44], "big"), okm[44:])

    @classmethod
    def of_head(cls, key: bytes, head: bytes, context: bytes) -> Schedule:
        if len(head) != HEAD_BYTES:
            raise NotOpened
        schedule = cls.derive(key, head[:SALT_BYTES], context)
        if not compare_digest(schedule.commitment, head[SALT_BYTES:]):
            raise NotOpened
        return schedule

    def seal_into(self, first: int, plain: memoryview, out: memoryview) -> None:
        """Seal consecutive chunks, the first of which has number `first`; all but the last must be full."""
        seal, base = self.cipher.encrypt_into, self.base_nonce
        for index in range(-(-len(out) // SEALED_CHUNK_BYTES)):
            nonce = (base ^ (first + index)).to_bytes(_NONCE_BYTES, "big")
            chunk = plain[index * CHUNK_BYTES : (index + 1) * CHUNK_BYTES]
            seal(nonce, chunk, None, out[index * SEALED_CHUNK_BYTES : (index + 1) * SEALED_CHUNK_BYTES])

    def open_into(self, first: int, sealed: memoryview, out: memoryview) -> None:
        """Open consecutive chunks, the first of which has number `first`; all but the last must be full."""
        open_, base = self.cipher.decrypt_into, self.base_nonce
        try:
            for index in range(-(-len(sealed) // SEALED_CHUNK_BYTES)):
                nonce = (base ^ (first + index)).to_bytes(_NONCE_BYTES, "big")
                chunk = sealed[index * SEALED_CHUNK_BYTES : (index + 1) * SEALED_CHUNK_BYTES]
                open_(nonce, chunk, None, out[index * CHUNK_BYTES : (index + 1) * CHUNK_BYTES])
        except InvalidTag:
            raise NotOpened from None

    def open_final(self, first: int, sealed: memoryview) -> bytearray:
        """Open consecutive chunks that end with the short one; `NotOpened` where that is missing."""
        full, last_bytes = divmod(len(sealed), SEALED_CHUNK_BYTES)
        if last_bytes < TAG_BYTES:
            raise NotOpened
        plain = bytearray(full * CHUNK_BYTES + last_bytes - TAG_BYTES)
        self.open_into(first, sealed, memoryview(plain))
        return plain


def seal_stream(key: bytes, context: bytes, plain: bytes, salt: bytes) -> bytes:
    """Seal `plain` at once under a 32-byte `key`; `salt` is 24 fresh random bytes."""
    schedule = Schedule.derive(key, salt, context)
    sealed = bytearray(sealed_length(len(plain)))
    sealed[:HEAD_BYTES] = salt + schedule.commitment
    schedule.seal_into(0, memoryview(plain), memoryview(sealed)[HEAD_BYTES:])
    return bytes(sealed)


def open_stream(key: bytes, context: bytes, sealed: bytes) -> bytes:
    """Open a whole stream at once; `NotOpened` whatever is wrong with it."""
    schedule = Schedule.of_head(key, sealed[:HEAD_BYTES], context)
    return bytes(schedule.open_final(0, memoryview(sealed)[HEAD_BYTES:]))


class Sealer:
    """Seals a stream piece by piece. `head` is its first 56 bytes; then the results of `update` and `finish`.

    Memory is bounded by the piece handed in; pieces of 256 KiB and more are fastest.
    """

    __slots__ = ("_finished", "_index", "_schedule", "_tail", "head")

    def __init__(self, key: bytes, context: bytes, salt: bytes) -> None:
        self._schedule = Schedule.derive(key, salt, context)
        self.head = salt + self._schedule.commitment
        self._tail = b""
        self._index = 0
        self._finished = False

    def update(self, plain: bytes) -> bytes | bytearray:
        """Take the next plain bytes; return the sealed chunks that are now full."""
        if self._finished:
            raise Malformed("the stream is finished")
        begun, whole, self._tail = _split(self._tail, memoryview(plain), CHUNK_BYTES)
        sealed = bytearray((len(begun) + len(whole)) // CHUNK_BYTES * SEALED_CHUNK_BYTES)
        out = memoryview(sealed)
        first = len(begun) // CHUNK_BYTES
        self._schedule.seal_into(self._index, memoryview(begun), out[: first * SEALED_CHUNK_BYTES])
        self._schedule.seal_into(self._index + first, whole, out[first * SEALED_CHUNK_BYTES :])
        self._index += len(sealed) // SEALED_CHUNK_BYTES
        return sealed

    def finish(self) -> bytes | bytearray:
        """Return the short last chunk; nothing may follow."""
        if self._finished:
            raise Malformed("the stream is finished")
        self._finished = True
        sealed = bytearray(len(self._tail) + TAG_BYTES)
        self._schedule.seal_into(self._index, memoryview(self._tail), memoryview(sealed))
        return sealed


class Opener:
    """Opens a stream piece by piece, from its 56-byte head and then what follows.

    What `update` returned is authentic byte for byte; that it is everything is known only after `finish`
    returned. After one `NotOpened` every further call raises it too.
    """

    __slots__ = ("_index", "_schedule", "_tail", "_usable")

    def __init__(self, key: bytes, context: bytes, head: bytes) -> None:
        self._schedule = Schedule.of_head(key, head, context)
        self._tail = b""
        self._index = 0
        self._usable = True

    def update(self, sealed: bytes) -> bytes | bytearray:
        """Take the next sealed bytes; return the plain bytes of the chunks that are now whole."""
        self._use()
        begun, whole, self._tail = _split(self._tail, memoryview(sealed), SEALED_CHUNK_BYTES)
        plain = bytearray((len(begun) + len(whole)) // SEALED_CHUNK_BYTES * CHUNK_BYTES)
        out = memoryview(plain)
        first = len(begun) // SEALED_CHUNK_BYTES
        self._schedule.open_into(self._index, memoryview(begun), out[: first * CHUNK_BYTES])
        self._schedule.open_into(self._index + first, whole, out[first * CHUNK_BYTES :])
        self._index += len(plain) // CHUNK_BYTES
        self._usable = True
        return plain

    def finish(self) -> bytes | bytearray:
        """Open the short last chunk; `NotOpened` if it is missing or changed. Nothing may follow."""
        self._use()
        return self._schedule.open_final(self._index, memoryview(self._tail))

    def _use(self) -> None:
        """Forbid further use until the step under way has succeeded."""
        if not self._usable:
            raise NotOpened
        self._usable = False


class ChunkOpener:
    """Opens chunks of a stream by number, from its 56-byte head, for resumed and partial reading."""

    __slots__ = ("_schedule",)

    def __init__(self, key: bytes, context: bytes, head: bytes) -> None:
        self._schedule = Schedule.of_head(key, head, context)

    def open_chunk(self, index: int, sealed: bytes) -> bytes:
        """Open chunk number `index`. One shorter than 16,400 bytes is the last of its stream, a full one
        never is.
        """
        if not TAG_BYTES <= len(sealed) <= SEALED_CHUNK_BYTES:
            raise NotOpened
        plain = bytearray(len(sealed) - TAG_BYTES)
        self._schedule.open_into(index, memoryview(sealed), memoryview(plain))
        return bytes(plain)


def _split(tail: bytes, piece: memoryview, size_bytes: int) -> tuple[bytes, memoryview, bytes]:
    """Split what waits and what came into the chunk that was begun, whole chunks and a new tail.

    Only the chunk that was begun is copied; it is empty where nothing waited or it is not whole yet.
    """
    missing = -len(tail) % size_bytes
    if len(piece) < missing:
        return b"", piece[:0], tail + bytes(piece)
    begun = tail + bytes(piece[:missing]) if tail else b""
    end = len(piece) - (len(piece) - missing) % size_bytes
    return begun, piece[missing:end], bytes(piece[end:])
