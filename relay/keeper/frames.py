"""The frames that relay and keeper exchange: length 4 ‖ type 1 ‖ body (docs/protocol.md, part 11).

Owns types, limits and deadlines of a frame. Must never read a byte beyond the length that it has checked.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from keys.encoding import u8, u32

FRAME_BYTES: Final = 2 * 1024 * 1024
"""Type and body together; an open request of 1,024 locks has 1.3 MB."""

FRAME_SECONDS: Final = 10.0
"""For a whole frame, from its first byte on."""


class Request(IntEnum):
    """What is asked."""

    DAYS = 1
    OPEN = 2
    REVOKE = 3
    STATUS = 4
    TICK = 5
    DAYS_GONE = 6


class Answer(IntEnum):
    """What is answered: a body, or a code as text."""

    BODY = 0
    REFUSED = 255


class BadFrame(Exception):
    """A frame that is too long, empty or cut; the connection is closed."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame, as received."""

    type: int
    body: bytes


async def read_frame(
    reader: asyncio.StreamReader, first_byte_seconds: float, frame_seconds: float = FRAME_SECONDS
) -> Frame | None:
    """The next frame; None at the end of the stream. Raises BadFrame and TimeoutError."""
    async with asyncio.timeout(first_byte_seconds):
        first = await reader.read(1)
    if not first:
        return None
    async with asyncio.timeout(frame_seconds):
        return await _rest(reader, first)


async def _rest(reader: asyncio.StreamReader, first: bytes) -> Frame:
    try:
        size_bytes = int.from_bytes(first + await reader.readexactly(3), "big")
        if not 1 <= size_bytes <= FRAME_BYTES:
            raise BadFrame("length out of range")
        content = await reader.readexactly(size_bytes)
    except asyncio.IncompleteReadError:
        raise BadFrame("cut") from None
    return Frame(content[0], content[1:])


async def write_frame(
    writer: asyncio.StreamWriter, kind: int, body: bytes, frame_seconds: float = FRAME_SECONDS
) -> None:
    """Send one frame; returns when the other side has taken enough of it. Raises TimeoutError and OSError."""
    writer.write(u32(len(body) + 1) + u8(kind) + body)
    async with asyncio.timeout(frame_seconds):
        await writer.drain()
