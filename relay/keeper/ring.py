"""The ring: one secret seed for each day ahead, as a value and as the bytes of its file.

Owns `ring.N`, a box under the root of number N (docs/protocol.md, part 11). Pure: it never touches a disk,
and it must never show a seed in a repr or in an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from keys.box import open_box, seal_box
from keys.encoding import Reader, exact, label, u8, u32, u64
from keys.errors import Malformed

DAY_SECONDS: Final = 86_400
SEED_BYTES: Final = 32
MOST_DAYS_AHEAD: Final = 3_660
"""No day further away than ten years is ever made (docs/protocol.md, part 11)."""

MOST_DAYS: Final = MOST_DAYS_AHEAD + 1 + 366
"""What a ring may hold at most: all days ahead, and a year of days past that no tick has dropped yet."""

_VERSION: Final = 1
_PURPOSE: Final = "ring"


@dataclass(frozen=True, slots=True)
class Ring:
    """The seeds by day, the number of the root that seals them, and the highest instant ever seen."""

    number: int
    seen_at: int
    seeds: Mapping[int, bytes] = field(repr=False, default_factory=dict)

    def with_days(self, seeds: Mapping[int, bytes], seen_at: int) -> Ring:
        """This ring with further days; a day that is there keeps its seed."""
        return replace(self, seen_at=max(self.seen_at, seen_at), seeds={**seeds, **self.seeds})

    def turned(self, now: int) -> Ring:
        """The next ring: without the days that are over at `now`, under the next root."""
        over = set(self.days_over(now))
        living = {day: seed for day, seed in self.seeds.items() if day not in over}
        return Ring(self.number + 1, max(self.seen_at, now), living)

    def days_over(self, now: int) -> list[int]:
        """The days that a tick at `now` destroys, ascending."""
        today = first_living_day(now)
        return sorted(day for day in self.seeds if day < today)


def first_living_day(now: int) -> int:
    """The earliest day of expiry that is not over: of day d the last instant is gone at (d + 1) · 86400."""
    return now // DAY_SECONDS


def seal_ring(ring: Ring, root: bytes, keeper_id: bytes, nonce: bytes) -> bytes:
    """The bytes of `ring.N`; `nonce` is 24 fresh random bytes."""
    return seal_box(root, _PURPOSE, _aad(keeper_id, ring.number), encode_ring(ring), nonce)


def open_ring(box: bytes, root: bytes, keeper_id: bytes, number: int) -> Ring:
    """Open the bytes of `ring.N`. NotOpened under any other root, keeper or number; Malformed inside."""
    ring = decode_ring(open_box(root, _PURPOSE, _aad(keeper_id, number), box))
    if ring.number != number:
        raise Malformed("ring of another number")
    return ring


def _aad(keeper_id: bytes, number: int) -> bytes:
    return label("ring") + exact(keeper_id, 16, "keeper id") + u64(number)


def encode_ring(ring: Ring) -> bytes:
    """The ring in clear, as it stands in its box."""
    head = u8(_VERSION) + u64(ring.number) + u64(ring.seen_at) + u32(len(ring.seeds))
    return head + b"".join(
        u32(day) + exact(ring.seeds[day], SEED_BYTES, "day seed") for day in sorted(ring.seeds)
    )


def decode_ring(frame: bytes) -> Ring:
    """A ring in clear. Malformed for anything else."""
    reader = Reader(frame)
    reader.expect(u8(_VERSION), "version")
    number, seen_at = reader.u64(), reader.u64()
    count = reader.between(reader.u32(), 0, MOST_DAYS, "number of days")
    days = [(reader.u32(), reader.take(SEED_BYTES)) for _ in range(count)]
    reader.finish()
    if any(earlier[0] >= later[0] for earlier, later in pairwise(days)):
        raise Malformed("days must ascend")
    return Ring(number, seen_at, dict(days))
