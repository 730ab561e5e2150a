"""Small PNG images, made here: no file of anybody's."""

from __future__ import annotations

import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, inside: bytes = b"") -> bytes:
    """One part of a PNG, with its length and sum."""
    told = zlib.crc32(kind + inside).to_bytes(4, "big")
    return len(inside).to_bytes(4, "big") + kind + inside + told


def png(
    width: int = 24, height: int | None = None, *, more: bytes = b"", colour: bytes = b"\x7a\x1f\x5c"
) -> bytes:
    """A square of one colour with an open corner; `more` stands between its head and its picture."""
    height = height or width
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x06\0\0\0"
    full, none = colour + b"\xff", b"\0\0\0\0"
    rows = [
        b"\0" + b"".join(none if x + y < width // 3 else full for x in range(width)) for y in range(height)
    ]
    picture = chunk(b"IDAT", zlib.compress(b"".join(rows)))
    return SIGNATURE + chunk(b"IHDR", head) + more + picture + chunk(b"IEND")
