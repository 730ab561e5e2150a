"""Calls: the record that a call was held, which one writes for both.

Owns the fixed part of a content of kind 12. Must never carry what was said: the note is the writer's, in the
content's JSON. (docs/protocol.md, part 6.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from keys.encoding import Reader, u16, u64
from keys.errors import Malformed

MOST_MINUTES: Final = 1_440


@dataclass(frozen=True, slots=True)
class Call:
    """A call of so many whole minutes (1 to 1,440) that began at `held_at`, Unix seconds UTC."""

    minutes: int
    held_at: int

    def encode(self) -> bytes:
        """Return the fixed part; `Malformed` for a length that no call has."""
        _check(self)
        return b"\x01\x00" + u16(self.minutes) + u64(self.held_at)


def parse_call(fixed: bytes) -> Call:
    """Parse the fixed part of a content of kind 12 strictly."""
    reader = Reader(fixed)
    reader.expect(b"\x01", "version")
    reader.reserved(1)
    call = Call(reader.u16(), reader.u64())
    reader.finish()
    _check(call)
    return call


def _check(call: Call) -> None:
    if not 1 <= call.minutes <= MOST_MINUTES:
        raise Malformed("a call has 1 to 1,440 minutes")
