"""One run: begin, a storm of steps, calm, and the end of everything. Owns what is looked at when all is calm.

A run is its seed and its number of steps; with the same program it goes the same way each time.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from keys.keeper_wire import Status
from keys.names import DAY_SECONDS, Role
from relay.operator.simulation.faults import STORMY, Rates
from relay.operator.simulation.loop import SimulatedLoop, Stuck, run
from relay.operator.simulation.machine import Machine
from relay.operator.simulation.model import Broken, Known, Letter
from relay.operator.simulation.people import HOLD_DAYS, WORK_DAYS
from relay.operator.simulation.players import Operator, Party
from relay.operator.simulation.world import World
from relay.service import time_watch

PAIRS: Final = 2
ROLES: Final = (Role.COACH, Role.CLIENT)
OPERATORS_SHARE: Final = 0.2
ASKED_AT_THE_END: Final = 5
MEMORY: Final = Path("/dev/shm")  # noqa: S108 - where there is one: nobody pulls a plug here

Spoil = Callable[[World], None]


@dataclass(frozen=True)
class Verdict:
    """How a run ended: `fault` is empty where everything held; `history` leads up to it."""

    seed: int
    letters: int
    fault: str = ""
    history: tuple[str, ...] = ()


def play(seed: int, steps: int, spoil: Spoil | None = None) -> Verdict:
    """Play one run. `spoil` changes the world before it begins, so that a test sees a fault found."""
    loop = SimulatedLoop()  # type: ignore[abstract]  # as much of one as there is use for
    machine = Machine(seed, loop)
    with tempfile.TemporaryDirectory(prefix="simulation-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        world = World(machine, Path(folder) / "keeper")
        try:
            run(_run(world, steps, spoil), loop)
        except (Exception, Stuck) as fault:  # noqa: BLE001 - whatever it was, it must not happen
            return Verdict(
                seed, len(world.model.letters), f"{type(fault).__name__}: {fault}", tuple(world.history)
            )
    return Verdict(seed, len(world.model.letters))


async def _run(world: World, steps: int, spoil: Spoil | None) -> None:
    await world.begin(PAIRS)
    if spoil:
        spoil(world)
    parties = [Party(world, pair, role) for pair in world.pairs for role in ROLES]
    operator = Operator(world)
    of_operator = int(steps * OPERATORS_SHARE)
    each = (steps - of_operator) // len(parties)
    _set(world, STORMY)
    await asyncio.gather(operator.play(of_operator), *(party.play(each) for party in parties))
    await _calm(world, operator)
    for party in parties:
        await _look(world, party)
    await _end(world, operator, parties)


def _set(world: World, rates: Rates) -> None:
    vars(world.rates).update(vars(rates))


async def _calm(world: World, operator: Operator) -> None:
    """Nothing goes wrong any more, and what waited is done."""
    _set(world, Rates())
    world.keeper.away = False
    world.set_clock(0)
    await world.network.quiet()
    await time_watch.accept(world.store, world.clock)
    await operator.keep()
    await operator.sweep()
    for letter in world.model.letters.values():
        if letter.revoked is Known.MAYBE and letter.expires_at > world.machine.true_at():
            request = letter.pair.revoke(letter.role, letter.raw, world.machine.true_at())
            await world.flows.keepers.revoke(letter.pair.keeper_id, request, world.now())
            letter.revoked = Known.YES


async def _look(world: World, party: Party) -> None:
    """Each mailbox holds what it should; its reader's cursor has passed all of it, and its reader was
    woken.
    """
    if world.machine.true_at() >= party.pair.policy.hold_ends_at:
        return
    await party.read()
    await party.follow()
    now = world.machine.true_at()
    there = [one for one in world.model.surely_in(party.mailbox_id) if one.expires_at > now]
    world.model.check_followed(party.mailbox_id, there)
    told, _ = world.waiters[party.mailbox_id].take()
    newest = max((one.order for one in there if one.incarnation == world.incarnation), default=0)
    if told.get(party.mailbox_id, 0) < newest:
        raise Broken(f"a reader is woken: {party} for {newest}, told {told}")
    for _ in range(ASKED_AT_THE_END):
        await party.ask_keeper()


async def _end(world: World, operator: Operator, parties: list[Party]) -> None:
    """Past the end of every engagement nothing is left, and nothing opens."""
    await asyncio.sleep((WORK_DAYS + HOLD_DAYS + 1) * DAY_SECONDS)
    await operator.note()
    await operator.keep()
    for _ in range(2):
        await operator.sweep()
    counts = await world.store.counts(now=world.now())
    left = {name: counts[name] for name in ("envelopes", "blobs", "overdue") if counts[name]}
    if left:
        raise Broken(f"nothing is left past the end: {left}")
    for party in parties:
        for letter in world.model.locked(party.mailbox_id)[:: len(world.model.letters) // 50 + 1]:
            await _must_not_open(world, party, letter)


async def _must_not_open(world: World, party: Party, letter: Letter) -> None:
    request, read = party.pair.ask(party.role, letter.raw, world.machine.true_at())
    status = read(await world.flows.keepers.open(party.pair.keeper_id, request), world.keeper_public)
    if status is Status.HERE:
        raise Broken(f"nothing opens past the end: {letter}")
