"""A relay in its world: machine, network, store, keeper and the people at work.

Owns how they begin, how the relay's process ends and begins anew, and who keeps a history of what was done.
What only memory held is lost with the process; store and keeper's files are not.
"""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Final

from keys.names import DAY_SECONDS
from keys.suite import SealKey, SignKey
from relay.clock import SystemClock
from relay.core.model import Invitation
from relay.core.pepper import Pepper
from relay.flow.flows import Flows, Ports, Settings, Signs, build
from relay.keeper.folder import create_keeper
from relay.notify.wake import Waiter, WakeHub
from relay.operator.simulation.faults import FaultyKeeper, FaultyStore, Network, Rates
from relay.operator.simulation.machine import Machine
from relay.operator.simulation.model import Model, Span
from relay.operator.simulation.people import HOLD_DAYS, ORIGIN, WORK_DAYS, Pair, Person, verified_day_key
from relay.service import time_watch
from relay.store.memory import MemoryStore

DAYS_AHEAD: Final = WORK_DAYS + HOLD_DAYS + 2
HISTORY: Final = 40
COACH_INVITATION: Final = 2
SETTINGS: Final = Settings(
    origin=ORIGIN,
    mail_domain="in.simulated.example",
    notice_address="notice@in.simulated.example",
    refused_domains=(),
    mailbox_quota_bytes=1 << 28,
    account_blob_bytes=1 << 28,
    most_blob_bytes=1 << 20,
    unbound_keep_seconds=30 * DAY_SECONDS,
    invitation_keep_seconds=14 * DAY_SECONDS,
    unlinked_keep_seconds=DAY_SECONDS,
    session_seconds=12 * 3600,
    free_login_failures=5,
    sweep_batch_rows=20,
    door_mails_per_hour=12,
    backup_tail_seconds=14 * DAY_SECONDS,
    ring_tail_seconds=0,
)


class _NoMail:
    """The people here are not told by mail."""

    async def send(self, recipient: str, subject: str, text: str, *, reverse_path: str = "") -> None:
        raise AssertionError("nobody asked to be told")


class World:
    """All that one run needs. `begin` before anything else."""

    clock: SystemClock
    flows: Flows
    wake: WakeHub

    def __init__(self, machine: Machine, folder: Path) -> None:
        self.machine = machine
        self.rates = Rates()
        self.model = Model()
        self.network = Network(machine, self.rates)
        self.store = MemoryStore(machine.bytes)
        self.keeper_public = create_keeper(folder, machine.true_at(), machine.bytes)
        self.keeper = FaultyKeeper(folder, machine, self.rates)
        self.pairs: list[Pair] = []
        self.incarnation = 0
        self.waiters: dict[bytes, Waiter] = {}
        self.history: deque[str] = deque(maxlen=HISTORY)
        self._unsteady = 0
        self._signs = Signs(*(SignKey.from_seed(machine.bytes(32)) for _ in range(3)))

    async def begin(self, pairs: int) -> None:
        """Start the relay; everybody enrols, and both of each pair have signed."""
        await self.restart()
        await self.flows.keepers.store_ahead(self.now(), DAYS_AHEAD)
        for number in range(pairs):
            await self._enrol(Person(f"coach{number}"), Person(f"client{number}"))
        self._listen()

    async def restart(self) -> None:
        """The relay's process ends where it stands; another begins on the same store. The clock is put right
        first: how late a relay may be that starts with a wrong one is another question (docs/operations.md).
        """
        if self.incarnation:
            await time_watch.note_instant(self.store, self.clock)  # as its loop did within the last minute
        self.network.cut()
        self.set_clock(0)
        self.incarnation += 1
        self.wake = WakeHub()
        known_at = await self.store.noted(time_watch.LAST_INSTANT)
        self.clock = SystemClock(last_known_at=known_at, read=self.machine.read, synchronised=lambda: False)
        self.network.gate = self.clock.serving_at
        store, random = FaultyStore(self.store, self.machine, self.rates), self.machine.bytes
        pepper = Pepper(b"p" * 32)
        ports = Ports(store, (self.keeper,), self.wake, _NoMail(), pepper, random, self._signs)
        self.flows = build(ports, SETTINGS)
        self._listen()

    def now(self) -> int:
        """The relay's clock: by which it refuses."""
        return self.clock.now()

    def set_clock(self, jump_seconds: int) -> None:
        """The wall clock jumps, or is put right with 0."""
        self.machine.jump_seconds = jump_seconds
        self._unsteady += 1

    def asked(self) -> tuple[int, int]:
        """To be given to `span` when the answer is there."""
        return self.machine.true_at(), self._unsteady

    def span(self, asked: tuple[int, int]) -> Span:
        """The time since `asked`."""
        steady = asked[1] == self._unsteady and self.machine.jump_seconds == 0
        return Span(asked[0], self.machine.true_at(), steady)

    async def day_key(self, day: int) -> SealKey:
        """The keeper's key of a day, as senders have it."""
        (raw,) = await self.network.call(
            lambda: self.flows.keepers.days(self.keeper.keeper_id, day, 1, self.now())
        )
        return verified_day_key(raw, self.keeper.keeper_id, self.keeper_public)

    def tell(self, what: str) -> None:
        """For the history that a failure shows."""
        self.history.append(f"{self.machine.true_at()} {what}")

    async def _enrol(self, coach: Person, client: Person) -> None:
        now, random = self.now(), self.machine.bytes
        pair = Pair(coach, client, self.keeper.keeper_id, now, random)
        operators = pair.invitation
        key, until = operators.redemption.public, now + DAY_SECONDS
        invitation = Invitation(
            operators.invite_id, COACH_INVITATION, bytes(16), key, b"box", b"", b"", until
        )
        await self.store.put_invitation(invitation, now=now)
        finish = coach.finish(self.keeper.keeper_id, now, random)(operators)
        await self.flows.enrol.finish(operators.invite_id, finish, now)
        pair = Pair(coach, client, self.keeper.keeper_id, now, random)
        offer = pair.offer()
        await self.flows.agreements.create(coach.account_id, pair.engagement_id, now)
        await self.flows.agreements.invite(coach.account_id, pair.engagement_id, offer, now)
        await self.flows.enrol.finish(offer.invite_id, pair.client_finish(offer), now)
        self.pairs.append(pair)

    def _listen(self) -> None:
        """Every reader waits to be woken, anew after each start."""
        for pair in self.pairs:
            for role, person in pair.sides.items():
                box = pair.mailbox(role)
                self.waiters[box] = self.wake.join(person.account_id, [box])
