"""The operator of a simulated world: what relays do by themselves, and what goes wrong with machines.

Owns how often a relay sweeps, ends or is cut off. Judges nothing.
"""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar, Final

from keys.names import DAY_SECONDS
from relay.core.errors import KeeperAway
from relay.operator.simulation.players import Player
from relay.operator.simulation.relays import Relay
from relay.operator.simulation.world import DAYS_AHEAD

JUMPS: Final = (120, 3 * 3600, 5 * DAY_SECONDS, 400 * DAY_SECONDS)
STAYS_AWAY: Final = 0.7


class Operator(Player):
    """Sweeps, ticks, restarts; and has machines whose clocks cannot be relied on. A step is of one relay."""

    weights: ClassVar[dict[str, int]] = {
        "sweep": 40, "keep": 25, "note": 15, "record": 8, "restart": 4, "keeper_goes": 5, "clock_jumps": 3,
    }  # fmt: skip

    def __str__(self) -> str:
        return "operator"

    async def sweep(self) -> None:
        """As the relay's loop does, where the clock may be acted on."""
        for relay in self._one_up():
            await self.sweep_at(relay)

    async def sweep_at(self, relay: Relay) -> None:
        """The same, at that relay."""
        at = relay.clock.act_at()
        if at is not None:
            await relay.network.run(lambda: relay.flows.expire.sweep(at, self._between))

    async def keep(self) -> None:
        """The keeper's days, its tick, and what waits for it."""
        for relay in self._one_up():
            await self.keep_at(relay)

    async def keep_at(self, relay: Relay) -> None:
        """The same, by that relay."""
        keepers = relay.flows.keepers
        await relay.network.run(lambda: keepers.store_ahead(relay.now(), DAYS_AHEAD))
        if relay.clock.act_at() is not None:
            with suppress(KeeperAway):
                await self._world.keeper.tick()
        await relay.network.run(keepers.drain)

    async def note(self) -> None:
        """Time has come this far."""
        for relay in self._world.up:
            await relay.note()

    async def record(self) -> None:
        """Receipts of the days that are over, and the log, by who has the pen."""
        for relay in self._one_up():
            if await relay.has_pen():
                await self._record_at(relay)

    async def _record_at(self, relay: Relay) -> None:
        at, flows = relay.clock.act_at(), relay.flows
        if at is not None:
            await relay.network.run(lambda: flows.acceptances.catch_up(at, self._between))
            await relay.network.run(lambda: flows.log.batch(at))
        await relay.network.run(flows.log.sign)

    async def restart(self) -> None:
        """A process dies, and another begins a moment later; one of several may take its time."""
        relay = self._machine.chance.choice(self._world.relays)
        if relay.is_up:
            await self._machine.pause(10)
            await self._world.stop(relay)
            if self._world.is_shared and self._machine.happens(STAYS_AWAY):
                return
        await self._world.start(relay)

    async def keeper_goes(self) -> None:
        """The keeper is away for a while; or comes back."""
        self._world.keeper.away = not self._world.keeper.away

    async def clock_jumps(self) -> None:
        """A wall clock jumps for a while; or is put right."""
        jump = self._machine.chance.choice(JUMPS) * self._machine.chance.choice((-1, 1))
        for relay in self._one_up():
            self._world.set_clock(relay, 0 if relay.host.jump_seconds else jump)

    def _one_up(self) -> list[Relay]:
        """Any relay that is there, if one is."""
        up = self._world.up
        return [self._machine.chance.choice(up)] if up else []

    async def _between(self) -> None:
        await self._machine.pause(0.05)


class OperatorOfSeveral(Operator):
    """The line between relays breaks, too, seen or unseen."""

    weights: ClassVar[dict[str, int]] = {
        **Operator.weights,
        "restart": 6,
        "clock_jumps": 5,
        "line_breaks": 10,
    }

    async def line_breaks(self) -> None:
        """Of one relay."""
        for relay in self._one_up():
            if relay.line is not None:
                if self._machine.happens(0.5):
                    relay.line.fall_deaf()
                else:
                    relay.line.cut()
