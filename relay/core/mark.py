"""Mark: what an image must be to stand beside a firm's name.

Owns the strict look at its bytes. A PNG alone, because an SVG is a document that can hold scripts; its parts
are counted and summed, its picture is left to browsers. Must never read a file.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final

from relay.core.errors import Malformed

MOST_BYTES: Final = 16 * 1024
SIDES: Final = (24, 48, 72)
"""Pixels: it is drawn 24 high and wide, on screens of one, two or three pixels a point."""
SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_HEAD_BYTES: Final = 13
_AROUND_BYTES: Final = 12
"""Length, type and sum of a chunk."""
_STILL: Final = frozenset(b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT pHYs bKGD".split())
"""What a still picture is made of. Text, dates, photographers' notes and films are left out."""


def check_mark(image: bytes) -> None:
    """Raises Malformed with the reason, in words, for what cannot be a mark.

    PNG, third edition: https://www.w3.org/TR/png-3/
    """
    if len(image) > MOST_BYTES:
        raise Malformed(f"it is larger than {MOST_BYTES // 1024} KiB")
    if not image.startswith(SIGNATURE):
        raise Malformed("it is not a PNG image")
    chunks = list(_chunks(image))
    kinds = [kind for kind, _ in chunks]
    if kinds[:1] != [b"IHDR"] or kinds[-1:] != [b"IEND"] or kinds.count(b"IHDR") != 1 or b"IDAT" not in kinds:
        raise Malformed("it is damaged")
    _check_size(chunks[0][1])
    more = sorted({kind.decode("ascii", "replace") for kind in kinds if kind not in _STILL})
    if more:
        raise Malformed(f"it holds more than a still picture ({', '.join(more)}); save it without metadata")


def _check_size(head: bytes) -> None:
    width, height = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:8], "big")
    if len(head) != _HEAD_BYTES:
        raise Malformed("it is damaged")
    if width != height or width not in SIDES:
        sizes = " or ".join(f"{side} × {side}" for side in SIDES)
        raise Malformed(f"it has {width} × {height} pixels instead of {sizes}")


def _chunks(image: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and data of each chunk. Raises Malformed where they do not fill the file, or a sum is wrong."""
    at = len(SIGNATURE)
    while at < len(image):
        end = at + _AROUND_BYTES + int.from_bytes(image[at : at + 4], "big")
        inside, told = image[at + 4 : end - 4], image[end - 4 : end]
        if end > len(image) or zlib.crc32(inside).to_bytes(4, "big") != told:
            raise Malformed("it is damaged")
        yield inside[:4], inside[4:]
        at = end
