"""The simulated machine: its two clocks, and where chance comes from.

Owns the seed. Everything that is drawn in a run is drawn here, in the order in which things happen.
"""

from __future__ import annotations

import random
from typing import Final

from relay.clock import Reading
from relay.operator.simulation.loop import SimulatedLoop

START_AT: Final = 1_800_000_000 - 1_800_000_000 % 86_400 + 36_000
"""The first instant: ten in the morning, UTC."""


class Machine:
    """`jump_seconds` is how far the wall clock is from where it should be; the monotonic one is always
    right.
    """

    def __init__(self, seed: int, loop: SimulatedLoop) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - a simulation has to be repeatable
        self.jump_seconds = 0
        self._loop = loop

    def read(self) -> Reading:
        """Both clocks."""
        passed = self._loop.time()
        return Reading(START_AT + passed + self.jump_seconds, passed)

    def true_at(self) -> int:
        """The instant that it really is, Unix seconds."""
        return START_AT + int(self._loop.time())

    def bytes(self, size: int) -> bytes:
        """That many bytes from the seed."""
        return self.chance.randbytes(size)

    def happens(self, share: float) -> bool:
        """True in that share of all cases."""
        return self.chance.random() < share

    async def pause(self, most_seconds: float) -> None:
        """Wait for up to so long."""
        await self._loop.pause(self.chance.random() * most_seconds)
