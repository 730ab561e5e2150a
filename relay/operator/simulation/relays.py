"""A simulated relay: its process, that ends where it stands and begins anew, on the store that it may have
with others.

What only memory held is lost with the process; store and keeper's files are not. Owns what a process is made
of. Must never do anything for its relay once that has ended.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Final

from keys.names import DAY_SECONDS
from relay.clock import SystemClock
from relay.core.errors import Busy
from relay.core.pepper import Pepper
from relay.flow.flows import Flows, Ports, Settings, Signs, build
from relay.notify.wake import WakeHub
from relay.operator.simulation.faults import FaultyKeeper, FaultyStore, Network, Rates
from relay.operator.simulation.lines import Exchange, SimulatedLine
from relay.operator.simulation.machine import Host, Machine
from relay.operator.simulation.people import ORIGIN
from relay.operator.simulation.stores import Stores
from relay.service import time_watch

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


class Pen:
    """Which of several relays writes receipts and the log; its connection may be lost."""

    def __init__(self) -> None:
        self.holder: object = None

    def taken_by(self, seat: object) -> bool:
        """Take it where nobody has it; whether this one has it."""
        self.holder = self.holder or seat
        return self.holder is seat


class Seat(FaultyStore):
    """The store as one of several relays has it."""

    shared = True

    def __init__(self, inner: Any, machine: Machine, rates: Rates, pen: Pen) -> None:
        super().__init__(inner, machine, rates)
        self._pen = pen

    async def has_pen(self) -> bool:
        """As the port."""
        if self.is_over:
            raise Busy("simulated, over")
        if self._pen.holder is self and self._machine.happens(self._rates.pen_lost):
            self._pen.holder = None
            return False
        return self._pen.taken_by(self)

    def end(self) -> None:
        """Its connections end with the process, the pen's as well."""
        super().end()
        if self._pen.holder is self:
            self._pen.holder = None


@dataclass
class Ground:
    """What relays stand on. Without `exchange` there is one alone."""

    machine: Machine
    rates: Rates
    stores: Stores
    keeper: FaultyKeeper
    signs: Signs
    pen: Pen
    exchange: Exchange | None


class Relay:
    """One relay. `begin` before anything else."""

    store: Any
    clock: SystemClock
    flows: Flows
    wake: WakeHub

    def __init__(self, ground: Ground, host: Host) -> None:
        self.host = host
        self.network = Network(ground.machine, ground.rates)
        self.line: SimulatedLine | None = None
        self.is_up = False
        self._ground = ground
        self._seat: FaultyStore | None = None
        self._company: asyncio.Future[None] | None = None

    def now(self) -> int:
        """This relay's instant, by which it refuses."""
        return self.clock.now()

    async def begin(self) -> None:
        """A process begins."""
        ground = self._ground
        self.store = await ground.stores.opened()
        known_at = await self.store.noted(time_watch.LAST_INSTANT)
        self.clock = SystemClock(last_known_at=known_at, read=self.host.read, synchronised=lambda: False)
        self.wake = WakeHub()
        self.line = ground.exchange.line() if ground.exchange else None
        self._seat = self._take_seat()
        ports = Ports(
            self._seat,
            (ground.keeper,),
            self.wake,
            _NoMail(),
            Pepper(b"p" * 32),
            ground.machine.bytes,
            ground.signs,
            self.line,
        )
        self.flows = build(ports, SETTINGS)
        if self.line is not None:
            self._company = asyncio.ensure_future(self.flows.company.keep(self.now, _say_nothing))
        self.network.gate = self.clock.serving_at
        self.network.is_there = self.is_up = True

    def end(self) -> None:
        """The process is gone, in whatever it was doing."""
        self.network.is_there = self.is_up = False
        self.network.cut()
        self.part()
        if self._seat is not None:
            self._seat.end()

    def part(self) -> None:
        """It hears and tells nothing any more."""
        if self._company is not None and self.line is not None and self._ground.exchange is not None:
            self._company.cancel()
            self.line.cut()
            self._ground.exchange.leave(self.line)
            self._company = None

    async def note(self) -> None:
        """Time has come this far, as a relay notes it each minute."""
        await time_watch.note_instant(self.store, self.clock)

    async def has_pen(self) -> bool:
        """Whether it writes what is written once for all."""
        return self._seat is not None and await self._seat.has_pen()

    def _take_seat(self) -> FaultyStore:
        ground = self._ground
        if ground.exchange is None:
            return FaultyStore(self.store, ground.machine, ground.rates)
        return Seat(self.store, ground.machine, ground.rates, ground.pen)


def _say_nothing(_: bool) -> None:
    """Nobody reads a log here."""
