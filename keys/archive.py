"""Archive: the lock of a copy that somebody took of what they may read.

Owns the head of a locked copy and the key that a password gives: what follows the head is a stream. Must
never take parameters of the password's stretching from the file. (docs/protocol.md, part 26.)
"""

from __future__ import annotations

from typing import Final

from keys.encoding import Reader, exact, label
from keys.unlock import SALT_BYTES, normalise_password, stretch

MAGIC: Final = b"QBA1"
LOCK_BYTES: Final = len(MAGIC) + SALT_BYTES
"""What stands before the stream."""
ARCHIVE_CONTEXT: Final = label("archive")


def archive_head(salt: bytes) -> bytes:
    """Return the 20 bytes before the stream; `salt` is 16 fresh random bytes."""
    return MAGIC + exact(salt, SALT_BYTES, "salt")


def parse_archive_head(head: bytes) -> bytes:
    """Return the salt of a head. `Malformed` for what is no head of a locked copy."""
    reader = Reader(head)
    reader.expect(MAGIC, "magic")
    salt = reader.take(SALT_BYTES)
    reader.finish()
    return salt


def archive_key(password: str, salt: bytes) -> bytes:
    """Return the 32-byte key of the stream. `Malformed` for what is no password.

    Takes a few tenths of a second and 64 MiB.
    """
    return stretch(normalise_password(password), salt)[:32]
