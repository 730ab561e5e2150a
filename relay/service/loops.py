"""The loops of a running relay: the sweep, the keeper's days and ticks, receipts and the log, notices by
mail, and the note of the time.

Owns when they run. Each goes on after any trouble, and none acts while the clock cannot be vouched for
(ruling 13).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from relay.clock import Standing, SystemClock
from relay.core.errors import KeeperAway
from relay.core.model import DAY_SECONDS
from relay.core.ports import Store
from relay.flow.flows import Flows
from relay.keeper.client import SocketKeeper
from relay.logs import Log
from relay.service import time_watch

LOOK_SECONDS: Final = 1.0
LOOK_SECONDS_DRIVEN: Final = 0.2
NOTE_SECONDS: Final = 60
DRAIN_SECONDS: Final = 10
TROUBLE_SECONDS: Final = 10
FAR_SECONDS: Final = 600
"""A keeper on another machine is asked so often for its words on the days that it has destroyed."""
DAYS_STORED_AHEAD: Final = 1_024
"""Day keys of about three years are at hand while a keeper is away; later days are asked for one by one."""

DAYS_AT_ONCE: Final = 512
BATCH_PAUSE_SECONDS: Final = 0.01


async def between_batches() -> None:
    """Leave the store to deposits for a moment."""
    await asyncio.sleep(BATCH_PAUSE_SECONDS)


@dataclass
class Loops:
    """What the loops share: the store, the time, and when each thing was last done (monotonic seconds)."""

    store: Store
    flows: Flows
    keeper: SocketKeeper
    clock: SystemClock
    log: Log
    sweep_seconds: int
    driven: bool
    web_manifest: str | None = None
    _swept: float = field(default=float("-inf"), init=False)
    _swept_offset: int = field(default=0, init=False)
    _noted: float = field(default=float("-inf"), init=False)
    _drained: float = field(default=float("-inf"), init=False)
    _asked_far: float = field(default=float("-inf"), init=False)
    _days_on: int = field(default=-1, init=False)
    _ticked_on: int = field(default=-1, init=False)
    _recorded_on: int = field(default=-1, init=False)
    _strays_on: int = field(default=-1, init=False)
    _warned_on: int = field(default=-1, init=False)
    _keeper_here: bool = field(default=True, init=False)
    _apart: bool = field(default=False, init=False)
    _objects_here: bool = field(default=True, init=False)

    @property
    def look_seconds(self) -> float:
        """How long a loop waits before it looks again: short where the clock is moved by hand."""
        return LOOK_SECONDS_DRIVEN if self.driven else LOOK_SECONDS

    async def sweeping(self) -> None:
        """Sweep every so often, and at once when the operator has moved the clock."""
        while True:
            if self._sweep_is_due():
                await self.sweep_once()
            await self._note_time()
            await asyncio.sleep(self.look_seconds)

    async def comparing(self) -> None:
        """Hear each minute what the database server's clock shows, and say when the two begin or cease to be
        apart.
        """
        while True:
            try:
                await time_watch.compare(self.store, self.clock)
            except Exception as failure:  # noqa: BLE001 - what was heard last goes on, by the monotonic clock
                self.log.warning("clock.not_compared", failure=failure)
            else:
                self._tell_apart()
            await asyncio.sleep(NOTE_SECONDS)

    async def keeping(self) -> None:
        """Give the keeper its tick each day, have its day keys ahead, and hand it the revokes that waited."""
        while True:
            try:
                await self.keep_once()
            except KeeperAway as away:
                self._tell_keeper(here=False, failure=away)
            except Exception as failure:  # noqa: BLE001 - whatever it was, tomorrow's tick must come
                self.log.error("keeper.trouble", failure=failure)
                await asyncio.sleep(TROUBLE_SECONDS)
            else:
                self._tell_keeper(here=True)
            await asyncio.sleep(self.look_seconds)

    async def recording(self) -> None:
        """Write the receipts of days that are over, and sign the log as it grows."""
        await self._again_and_again(
            self.record_once, lambda failure: self.log.error("log.trouble", failure=failure)
        )

    async def dropping_objects(self) -> None:
        """Take away what is due from an object store, beside the sweep: one that hangs holds up nothing."""
        while True:
            try:
                await self.drop_objects_once()
            except Exception as failure:  # noqa: BLE001 - whatever it was, the next must go
                self._tell_objects(here=False, failure=failure)
                await asyncio.sleep(TROUBLE_SECONDS)
            else:
                self._tell_objects(here=True)
            await asyncio.sleep(self.look_seconds)

    async def telling(self) -> None:
        """Send the notices that are due."""
        await self._again_and_again(
            self.tell_once, lambda failure: self.log.error("notices.trouble", failure=failure)
        )

    async def _again_and_again(
        self, once: Callable[[], Awaitable[None]], say: Callable[[Exception], None]
    ) -> None:
        while True:
            try:
                await once()
            except Exception as failure:  # noqa: BLE001 - whatever it was, the next receipt or notice must come
                say(failure)
                await asyncio.sleep(TROUBLE_SECONDS)
            await asyncio.sleep(self.look_seconds)

    async def tell_once(self) -> None:
        """Warnings of the day, then all notices that are due, if the clock may be acted on. Raises what the
        store raises.
        """
        at = self.clock.act_at()
        if at is not None and at // DAY_SECONDS > self._warned_on and await self.store.has_pen():
            await self.flows.telling.warn(at)
            self._warned_on = at // DAY_SECONDS
        while at is not None and await self.flows.telling.send_next(at):
            at = self.clock.act_at()

    async def record_once(self) -> None:
        """What receipts and log are due, if the clock may be acted on; the list of the web inbox's files
        once; of several relays by the one that has the pen. Raises what the store raises.
        """
        if not await self.store.has_pen():
            return
        at = self.clock.act_at()
        if at is not None and at // DAY_SECONDS > self._recorded_on:
            await self.flows.acceptances.catch_up(at, between_batches)
            await self.flows.log.batch(at)
            self._recorded_on = at // DAY_SECONDS
        if self.web_manifest is not None:
            await self.flows.log.note_web(self.web_manifest)
            self.web_manifest = None
        await self.flows.log.sign()

    async def sweep_once(self) -> None:
        """One sweep, if the clock may be acted on. Trouble is logged; the next sweep comes all the same."""
        at, offset_seconds = self.clock.act_at(), self.clock.offset_seconds()
        if at is None:
            return
        try:
            swept = await self.flows.expire.sweep(at, between_batches)
        except Exception as failure:  # noqa: BLE001 - whatever it was, the next sweep must come
            self.log.error("sweep.failed", failure=failure)
        else:
            if swept.envelopes or swept.blobs or not swept.shredded:
                self.log.info(
                    "sweep.done", envelopes=swept.envelopes, blobs=swept.blobs, batches=swept.batches
                )
            self._swept_offset = offset_seconds
        self._swept = self.clock.monotonic()

    async def drop_objects_once(self) -> None:
        """What an object store has of blobs that are due, and once a day what lies there under days that are
        over, if the clock may be acted on. Raises Busy while it is away, and what the store raises.
        """
        at = self.clock.act_at()
        if at is None:
            return
        await self.flows.expire.drop_objects(at, between_batches)
        if at // DAY_SECONDS > self._strays_on:
            await self.store.drop_days_over(now=at)
            self._strays_on = at // DAY_SECONDS

    async def keep_once(self) -> None:
        """What the keeper is due: the day's tick, day keys, revokes. Raises KeeperAway, and what the store
        raises.
        """
        now, at = self.clock.now(), self.clock.act_at()
        if at is not None and self._tick_is_due(at):
            await self._tick(at)
        if now // DAY_SECONDS > self._days_on:
            await self._store_days(now)
        if self.clock.monotonic() - self._drained >= DRAIN_SECONDS:
            await self.flows.keepers.store_ahead(now, DAYS_STORED_AHEAD)
            await self.flows.keepers.drain()
            self._drained = self.clock.monotonic()

    def _sweep_is_due(self) -> bool:
        moved = self.clock.offset_seconds() != self._swept_offset
        return moved or self.clock.monotonic() - self._swept >= self.sweep_seconds

    async def _note_time(self) -> None:
        if self.clock.monotonic() - self._noted < NOTE_SECONDS:
            return
        self._noted = self.clock.monotonic()
        try:
            await time_watch.note_instant(self.store, self.clock)
        except Exception as failure:  # noqa: BLE001 - the loop that sweeps must go on
            self.log.error("clock.not_noted", failure=failure)

    def _tell_apart(self) -> None:
        is_apart = self.clock.standing() is Standing.APART
        if is_apart != self._apart:
            say = self.log.error if is_apart else self.log.info
            say("clock.apart" if is_apart else "clock.agrees", seconds=int(self.clock.apart_seconds()))
            self._apart = is_apart

    def _tell_objects(self, *, here: bool, failure: BaseException | None = None) -> None:
        if here != self._objects_here:
            say = self.log.info if here else self.log.warning
            say("objects.here" if here else "objects.away", failure=failure)
            self._objects_here = here

    def _tell_keeper(self, *, here: bool, failure: BaseException | None = None) -> None:
        if here != self._keeper_here:
            say = self.log.info if here else self.log.warning
            say("keeper.here" if here else "keeper.away", failure=failure)
            self._keeper_here = here

    def _tick_is_due(self, at: int) -> bool:
        if self.keeper.is_far:
            return self.clock.monotonic() - self._asked_far >= FAR_SECONDS
        return at // DAY_SECONDS > self._ticked_on

    async def _tick(self, at: int) -> None:
        if self.keeper.is_far:  # it ticks by itself
            self._asked_far = self.clock.monotonic()
            await self.flows.keepers.log_days_gone()
            return
        if await time_watch.word_waits(self.store, self.clock.now()):
            await self.keeper.accept_clock()
            await time_watch.word_delivered(self.store)
        done = await self.keeper.tick()
        self._ticked_on = at // DAY_SECONDS
        await self.flows.keepers.log_days_gone()
        await self.store.note("keeper_tick_day", done.get("day", self._ticked_on))
        self.log.info("keeper.ticked", day=self._ticked_on, count=done.get("destroyed", 0))

    async def _store_days(self, now: int) -> None:
        today = now // DAY_SECONDS
        for first in range(today, today + DAYS_STORED_AHEAD, DAYS_AT_ONCE):
            await self.flows.keepers.days(self.keeper.keeper_id, first, DAYS_AT_ONCE, now)
        self._days_on = today
