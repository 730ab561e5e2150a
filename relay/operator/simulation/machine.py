"""Simulated machines: true time, the clocks of each, and where chance comes from.

Owns the seed. Everything that is drawn in a run is drawn here, in the order in which things happen.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from relay.clock import Reading
from relay.operator.simulation.loop import SimulatedLoop

START_AT: Final = 1_800_000_000 - 1_800_000_000 % 86_400 + 36_000
"""The first instant: ten in the morning, UTC."""
BELIEVED_SECONDS: Final = 2 * 86_400
"""How far a keeper lets its clock run ahead in all (docs/architecture.md, The keeper's tick)."""


class Machine:
    """Chance, and the time that it really is."""

    def __init__(self, seed: int, loop: SimulatedLoop) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - a simulation has to be repeatable
        self._loop = loop

    def seconds(self) -> float:
        """True seconds since the start."""
        return self._loop.time()

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

    def call_at(self, seconds: float, callback: Callable[..., object], *arguments: object) -> None:
        """Call it at that true second since the start."""
        self._loop.call_at(seconds, callback, *arguments)


class Host:
    """What a relay or a keeper runs on: `jump_seconds` is how far its wall clock is from where it should be;
    the monotonic one is always right. `shown_at` is the latest instant that it showed, by a jump that a
    keeper believes: it refuses by the latest that it has seen.
    """

    def __init__(self, machine: Machine) -> None:
        self.jump_seconds = 0
        self.shown_at = 0
        self._machine = machine

    def set_clock(self, jump_seconds: int) -> None:
        """The wall clock jumps, or is put right with 0."""
        if 0 < self.jump_seconds <= BELIEVED_SECONDS:
            self.shown_at = max(self.shown_at, self._machine.true_at() + self.jump_seconds)
        self.jump_seconds = jump_seconds

    def read(self) -> Reading:
        """Both clocks."""
        passed = self._machine.seconds()
        return Reading(START_AT + passed + self.jump_seconds, passed)
