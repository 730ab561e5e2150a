"""One run: begin, a storm of steps, calm, and the end of everything. Owns what is looked at when all is calm.

A run is its seed and its number of steps; with the same program it goes the same way each time.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from keys.keeper_wire import Status
from keys.names import DAY_SECONDS, Role
from relay.core.errors import RelayError
from relay.operator.simulation.faults import STORMY, Lost, Rates
from relay.operator.simulation.lines import BEATS
from relay.operator.simulation.loop import SimulatedLoop, Stuck, run
from relay.operator.simulation.machine import Machine
from relay.operator.simulation.model import Broken, Known, Letter
from relay.operator.simulation.operators import Operator, OperatorOfSeveral
from relay.operator.simulation.people import HOLD_DAYS, WORK_DAYS
from relay.operator.simulation.players import Party
from relay.operator.simulation.stores import InFile, InMemory, Stores
from relay.operator.simulation.world import World
from relay.service import time_watch

PAIRS: Final = 2
ROLES: Final = (Role.COACH, Role.CLIENT)
OPERATORS_SHARE: Final = 0.2
ASKED_AT_THE_END: Final = 5
LAST_WORDS_LOST: Final = 0.3
CALM_SECONDS: Final = 1_000.0
MEMORY: Final = Path("/dev/shm")  # noqa: S108 - where there is one: nobody pulls a plug here

Spoil = Callable[[World], None]


@dataclass(frozen=True)
class Kind:
    """What a run is of: so many steps of all people together, and so many relays on the store in memory; or
    one on a file.
    """

    steps: int = 1_000
    relays: int = 1
    on_file: bool = False


@dataclass(frozen=True)
class Verdict:
    """How a run ended: `fault` is empty where everything held; `history` leads up to it."""

    seed: int
    letters: int
    fault: str = ""
    history: tuple[str, ...] = ()


def play(seed: int, kind: Kind, spoil: Spoil | None = None) -> Verdict:
    """Play one run. `spoil` changes the world before it begins, so that a test sees a fault found."""
    loop = SimulatedLoop()  # type: ignore[abstract]  # as much of one as there is use for
    machine = Machine(seed, loop)
    with tempfile.TemporaryDirectory(prefix="simulation-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        stores = InFile(Path(folder), machine.bytes) if kind.on_file else InMemory(machine.bytes)
        world = World(machine, Path(folder) / "keeper", kind.relays, stores)
        try:
            run(_run(world, stores, kind.steps, spoil), loop)
        except (Exception, Stuck) as fault:  # noqa: BLE001 - whatever it was, it must not happen
            return Verdict(
                seed, len(world.model.letters), f"{type(fault).__name__}: {fault}", tuple(world.history)
            )
    return Verdict(seed, len(world.model.letters))


async def _run(world: World, stores: Stores, steps: int, spoil: Spoil | None) -> None:
    await world.begin(PAIRS)
    if spoil:
        spoil(world)
    parties = [Party(world, pair, role) for pair in world.pairs for role in ROLES]
    operator = OperatorOfSeveral(world) if world.is_shared else Operator(world)
    of_operator = int(steps * OPERATORS_SHARE)
    each = (steps - of_operator) // len(parties)
    _set(world, STORMY)
    await asyncio.gather(operator.play(of_operator), *(party.play(each) for party in parties))
    if world.is_shared:
        await _lose_last_words(world, operator, parties)
    await _calm(world, operator)
    for party in parties:
        await _look(world, party)
    await _write_once_more(world, parties)
    await _end(world, operator, parties)
    if not await stores.is_whole():
        raise Broken("all that is stored belongs together")


def _set(world: World, rates: Rates) -> None:
    vars(world.rates).update(vars(rates))


async def _lose_last_words(world: World, operator: Operator, parties: list[Party]) -> None:
    """What is told last is lost often, and a relay ends when it has answered: nothing comes after it that
    would wake who was to be woken.
    """
    world.rates.line_breaks = LAST_WORDS_LOST
    for party in parties:
        world.wait(party.pair, party.role, again=True)
    for party in parties:
        with suppress(Lost, RelayError):
            await party.send()
    if world.machine.happens(0.5):
        await operator.restart()


async def _calm(world: World, operator: Operator) -> None:
    """Nothing goes wrong any more, and what waited is done; of a relay that ended the others know it by
    now.
    """
    _set(world, Rates())
    world.keeper.away = False
    for relay in world.relays:
        if not relay.is_up:
            await world.start(relay)
        world.set_clock(relay, 0)
        await relay.network.quiet()
        await time_watch.accept(world.store, relay.clock)
    if world.is_shared:
        await asyncio.sleep(2 * BEATS.gone)
    await operator.keep()
    await operator.sweep()
    first = world.relays[0]
    for letter in world.model.letters.values():
        if letter.revoked is Known.MAYBE and letter.expires_at > world.machine.true_at():
            request = letter.pair.revoke(letter.role, letter.raw, world.machine.true_at())
            await first.flows.keepers.revoke(letter.pair.keeper_id, request, first.now())
            letter.revoked = Known.YES


async def _look(world: World, party: Party) -> None:
    """Each mailbox holds what it should; its reader was woken, or let go to look, and its reader's cursor has
    passed all of it.
    """
    if world.machine.true_at() >= party.pair.policy.hold_ends_at:
        return
    await party.read()
    _must_be_woken(world, party)
    await party.follow()
    world.model.check_followed(party.mailbox_id, _there(world, party))
    for _ in range(ASKED_AT_THE_END):
        await party.ask_keeper()


def _there(world: World, party: Party) -> list[Letter]:
    now = world.machine.true_at()
    return [one for one in world.model.surely_in(party.mailbox_id) if one.expires_at > now]


def _must_be_woken(world: World, party: Party) -> None:
    wait = world.waits[party.mailbox_id]
    told, _ = wait.waiter.take()
    owed = [one.order for one in _there(world, party) if one.asked_at > wait.since]
    if told.get(party.mailbox_id, 0) < max(owed, default=0) and not (wait.waiter.is_over or wait.looks_again):
        raise Broken(f"a reader is woken: {party} for {max(owed)}, told {told}")


async def _write_once_more(world: World, parties: list[Party]) -> None:
    """When all is calm nobody is sent to look in vain: who waits is woken, at whatever relay."""
    there = [
        party for party in parties if world.machine.true_at() < party.pair.policy.hold_ends_at - DAY_SECONDS
    ]
    for party in there:
        world.wait(party.pair, party.role, again=True)
    for party in there:
        with suppress(RelayError):  # work may have ended
            await party.send()
    await asyncio.sleep(CALM_SECONDS)
    for party in there:
        await party.read()
        _must_be_woken(world, party)
        if world.waits[party.mailbox_id].waiter.is_over:
            raise Broken(f"nobody is let go when all is calm: {party}")


async def _end(world: World, operator: Operator, parties: list[Party]) -> None:
    """Past the end of every engagement nothing is left, and nothing opens."""
    for relay in world.relays:
        relay.part()
    await asyncio.sleep((WORK_DAYS + HOLD_DAYS + 1) * DAY_SECONDS)
    await operator.note()
    await operator.keep()
    first = world.relays[0]
    for _ in range(2):
        await operator.sweep_at(first)
    counts = await world.store.counts(now=first.now())
    left = {name: counts[name] for name in ("envelopes", "blobs", "overdue") if counts[name]}
    if left:
        raise Broken(f"nothing is left past the end: {left}")
    for party in parties:
        for letter in world.model.locked(party.mailbox_id)[:: len(world.model.letters) // 50 + 1]:
            await _must_not_open(world, party, letter)


async def _must_not_open(world: World, party: Party, letter: Letter) -> None:
    request, read = party.pair.ask(party.role, letter.raw, world.machine.true_at())
    answer = await world.relays[0].flows.keepers.open(party.pair.keeper_id, request)
    if read(answer, world.keeper_public) is Status.HERE:
        raise Broken(f"nothing opens past the end: {letter}")
