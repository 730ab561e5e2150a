"""The line between simulated relays: as a database's NOTIFY, it reaches whoever listens then, in one order,
or nobody. Owns what is lost and what comes late.

A line can break: both sides know it, and what was under way is lost. Or it breaks unseen: for a while its
relay hears nothing and cannot know it. Must never repeat a telling nor change the order, as NOTIFY does not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from relay.core.errors import Busy
from relay.core.words import Beats
from relay.operator.simulation.faults import Rates
from relay.operator.simulation.machine import Machine

BEATS: Final = Beats(tally=300.0, here=900.0, gone=3600.0)
"""Beats of a second would be most of what happens in a run of days."""
SPOKEN_SECONDS: Final = 0.5
LATE: Final = 0.05
UNSEEN_SECONDS: Final = 10 * BEATS.tally
AGAIN_SECONDS: Final = 5 * BEATS.tally


class Exchange:
    """All lines of the relays on one database."""

    def __init__(self, machine: Machine, rates: Rates) -> None:
        self._machine, self._rates = machine, rates
        self._lines: list[SimulatedLine] = []

    def line(self) -> SimulatedLine:
        """The line of another relay."""
        self._lines.append(SimulatedLine(self, self._machine, self._rates))
        return self._lines[-1]

    def say(self, speaker: SimulatedLine, raw: bytes) -> None:
        """Give it to all others."""
        for line in self._lines:
            if line is not speaker:
                line.say(raw)

    def leave(self, line: SimulatedLine) -> None:
        """It is heard no more."""
        self._lines.remove(line)


class SimulatedLine:
    """`relay.core.ports.Line`."""

    most_bytes = 5_000
    beats = BEATS

    def __init__(self, exchange: Exchange, machine: Machine, rates: Rates) -> None:
        self._exchange, self._machine, self._rates = exchange, machine, rates
        self._heard: Callable[[bytes], None] | None = None
        self._lost = asyncio.Event()
        self._since = 0  # counts how often it has stood: what was under way before is lost
        self._last_at = 0.0
        self.is_deaf = False

    async def tell(self, raw: bytes) -> None:
        """As the port. Where it breaks, it was said or not."""
        await self._machine.pause(SPOKEN_SECONDS)
        breaks = self._machine.happens(self._rates.line_breaks)
        if self._heard is None:
            raise Busy("no line")
        if not self.is_deaf and (not breaks or self._machine.happens(0.5)):
            self._exchange.say(self, raw)
        if breaks or self.is_deaf:
            self.cut()
            raise Busy("the line broke")

    async def listen(self, heard: Callable[[bytes], None], stands: Callable[[bool], None]) -> None:
        """As the port."""
        while True:
            if not self._machine.happens(5 * self._rates.line_breaks):
                self._lost.clear()
                self._since, self._heard = self._since + 1, heard
                stands(True)
                await self._lost.wait()
            stands(False)
            await self._machine.pause(AGAIN_SECONDS)

    def say(self, raw: bytes) -> None:
        """Another relay said it: this one hears it a moment later, or much later."""
        if self._heard is None or self.is_deaf:
            return
        late = BEATS.tally if self._machine.happens(LATE) else SPOKEN_SECONDS
        soonest = self._machine.seconds() + late * self._machine.chance.random()
        self._last_at = max(self._last_at, soonest)
        self._machine.call_at(self._last_at, self._hear, self._since, raw)

    def cut(self) -> None:
        """It breaks, or turns out to have broken."""
        self._heard, self.is_deaf = None, False
        self._since += 1
        self._lost.set()

    def fall_deaf(self) -> None:
        """It breaks unseen; that shows some beats later."""
        if self._heard is not None:
            self.is_deaf = True
            shows_at = self._machine.seconds() + UNSEEN_SECONDS * self._machine.chance.random()
            self._machine.call_at(shows_at, self._turns_out, self._since)

    def _turns_out(self, since: int) -> None:
        if since == self._since:
            self.cut()

    def _hear(self, since: int, raw: bytes) -> None:
        if since == self._since and self._heard is not None and not self.is_deaf:
            self._heard(raw)
