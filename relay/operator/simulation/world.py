"""Relays in their world: machine, networks, store, keeper and the people at work.

Owns how they begin, which relay people come to, who waits at which to be woken, and who keeps a history of
what was done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from keys.names import DAY_SECONDS, Role
from keys.suite import SealKey, SignKey
from relay.core.model import Invitation
from relay.flow.flows import Signs
from relay.keeper.folder import create_keeper
from relay.notify.wake import Waiter
from relay.operator.simulation.faults import FaultyKeeper, Rates
from relay.operator.simulation.lines import Exchange
from relay.operator.simulation.machine import Host, Machine
from relay.operator.simulation.model import Model, Span
from relay.operator.simulation.people import HOLD_DAYS, WORK_DAYS, Pair, Person, verified_day_key
from relay.operator.simulation.relays import Ground, Pen, Relay
from relay.operator.simulation.stores import Stores

Result = TypeVar("Result")

DAYS_AHEAD: Final = WORK_DAYS + HOLD_DAYS + 2
HISTORY: Final = 40
COACH_INVITATION: Final = 2


@dataclass
class Wait:
    """A reader who waits at a relay, since that true second. `looks_again` in any case after a while, which
    is owed where a relay ended that was cut off from the others.
    """

    relay: Relay
    waiter: Waiter
    since: float
    looks_again: bool = False


class World:
    """All that one run needs. `begin` before anything else."""

    def __init__(self, machine: Machine, folder: Path, relays: int, stores: Stores) -> None:
        self.machine = machine
        self.rates = Rates()
        self.model = Model()
        self.keeper_public = create_keeper(folder, machine.true_at(), machine.bytes)
        hosts = [Host(machine) for _ in range(relays)]
        self.keeper = FaultyKeeper(folder, machine, hosts[0], self.rates)
        signs = Signs(*(SignKey.from_seed(machine.bytes(32)) for _ in range(3)))
        exchange = Exchange(machine, self.rates) if relays > 1 else None
        ground = Ground(machine, self.rates, stores, self.keeper, signs, Pen(), exchange)
        self.relays = [Relay(ground, host) for host in hosts]
        self.pairs: list[Pair] = []
        self.waits: dict[bytes, Wait] = {}
        self.history: deque[str] = deque(maxlen=HISTORY)
        self._unsteady = 0

    async def begin(self, pairs: int) -> None:
        """Start the relays; everybody enrols, and both of each pair have signed."""
        for relay in self.relays:
            await relay.begin()
        first = self.relays[0]
        await first.flows.keepers.store_ahead(first.now(), DAYS_AHEAD)
        for number in range(pairs):
            await self._enrol(first, Person(f"coach{number}"), Person(f"client{number}"))
        self.listen()

    @property
    def store(self) -> Any:
        """What all relays stand on, without its faults."""
        return self.relays[0].store

    @property
    def is_shared(self) -> bool:
        """Whether there are several relays."""
        return len(self.relays) > 1

    @property
    def up(self) -> list[Relay]:
        """The relays that are there."""
        return [relay for relay in self.relays if relay.is_up]

    async def start(self, relay: Relay) -> None:
        """Another process begins where one ended; others have noted how far time has come."""
        for other in self.up:
            await other.note()
        await relay.begin()
        self.listen()

    async def stop(self, relay: Relay) -> None:
        """The relay's process ends where it stands. The clock is put right first: how late a relay may be
        that starts with a wrong one is another question (docs/operations.md).
        """
        await relay.note()  # as its loop did within the last minute
        line = relay.line
        if line is not None and (line.is_deaf or not relay.flows.company.stands):
            for wait in self.waits.values():
                wait.looks_again = True
        relay.end()
        self.set_clock(relay, 0)
        self.listen()

    async def ask(self, work: Callable[[Relay], Awaitable[Result]]) -> Result:
        """What people ask goes to any of the relays, over its network. Raises as `Network.call`."""
        relay = self.machine.chance.choice(self.relays) if self.is_shared else self.relays[0]
        return await relay.network.call(lambda: work(relay))

    def set_clock(self, relay: Relay, jump_seconds: int) -> None:
        """A wall clock jumps, or is put right with 0."""
        relay.host.set_clock(jump_seconds)
        self._unsteady += 1

    def asked(self) -> tuple[int, int]:
        """To be given to `span` when the answer is there."""
        return self.machine.true_at(), self._unsteady

    def span(self, asked: tuple[int, int]) -> Span:
        """The time since `asked`."""
        right = not any(relay.host.jump_seconds for relay in self.relays)
        steady = asked[1] == self._unsteady and right
        return Span(asked[0], self.machine.true_at(), steady, steady and asked[0] > self.keeper.host.shown_at)

    async def day_key(self, day: int) -> SealKey:
        """The keeper's key of a day, as senders have it."""
        keeper_id = self.keeper.keeper_id
        (raw,) = await self.ask(lambda relay: relay.flows.keepers.days(keeper_id, day, 1, relay.now()))
        return verified_day_key(raw, keeper_id, self.keeper_public)

    def tell(self, what: str) -> None:
        """For the history that a failure shows."""
        self.history.append(f"{self.machine.true_at()} {what}")

    def listen(self) -> None:
        """Whoever waits at a relay that has gone, or was let go, comes back to one that is there."""
        for pair in self.pairs:
            for role in pair.sides:
                self.wait(pair, role, again=False)

    def wait(self, pair: Pair, role: Role, *, again: bool) -> None:
        """Let a reader wait to be woken; one who does `again`."""
        box, up = pair.mailbox(role), self.up
        found = self.waits.get(box)
        if found and found.relay.is_up and not found.waiter.is_over and not again:
            return
        if found:
            found.relay.wake.leave(found.waiter)
            del self.waits[box]
        if up:
            relay = self.machine.chance.choice(up)
            waiter = relay.wake.join(pair.sides[role].account_id, [box])
            self.waits[box] = Wait(relay, waiter, self.machine.seconds())

    async def _enrol(self, relay: Relay, coach: Person, client: Person) -> None:
        now, random = relay.now(), self.machine.bytes
        pair = Pair(coach, client, self.keeper.keeper_id, now, random)
        operators = pair.invitation
        key, until = operators.redemption.public, now + DAY_SECONDS
        invitation = Invitation(
            operators.invite_id, COACH_INVITATION, bytes(16), key, b"box", b"", b"", until
        )
        await self.store.put_invitation(invitation, now=now)
        finish = coach.finish(self.keeper.keeper_id, now, random)(operators)
        await relay.flows.enrol.finish(operators.invite_id, finish, now)
        pair = Pair(coach, client, self.keeper.keeper_id, now, random)
        offer = pair.offer()
        await relay.flows.agreements.create(coach.account_id, pair.engagement_id, now)
        await relay.flows.agreements.invite(coach.account_id, pair.engagement_id, offer, now)
        await relay.flows.enrol.finish(offer.invite_id, pair.client_finish(offer), now)
        self.pairs.append(pair)
