"""What goes wrong between the parts: a store that fails before or after its commit, a keeper that is away or
dies while it writes, a network that loses, delays and repeats.

Owns how often. Must never change what a part answers when it does answer.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from relay.core.errors import Busy, KeeperAway, Malformed, RelayError
from relay.keeper.client import CALLERS_FAULT
from relay.keeper.service import Keeper, KeeperRefusal
from relay.operator.simulation.machine import Host, Machine

Result = TypeVar("Result")

STORE_SECONDS: Final = 0.02
NETWORK_SECONDS: Final = 2.0


class Lost(Exception):
    """No answer came: what was asked may have been done, or not."""


class Crash(BaseException):
    """The process is gone at this point."""


@dataclass
class Rates:
    """In what share of all cases a thing goes wrong; all zeros while a run is set up and at its end."""

    store_before: float = 0.0
    store_after: float = 0.0
    keeper_away: float = 0.0
    keeper_dies: float = 0.0
    line_breaks: float = 0.0
    pen_lost: float = 0.0
    request_lost: float = 0.0
    answer_lost: float = 0.0
    repeated: float = 0.0


STORMY: Final = Rates(
    store_before=0.01,
    store_after=0.01,
    keeper_away=0.03,
    keeper_dies=0.02,
    line_breaks=0.01,
    pen_lost=0.1,
    request_lost=0.03,
    answer_lost=0.03,
    repeated=0.05,
)


class FaultyStore:
    """A store whose calls take time, and fail with Busy before they do anything or after they have done
    it. One relay's process has it.
    """

    def __init__(self, inner: Any, machine: Machine, rates: Rates) -> None:
        self._inner, self._machine, self._rates = inner, machine, rates
        self._waits: dict[str, bool] = {}
        self.is_over = False

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name not in self._waits:
            self._waits[name] = inspect.iscoroutinefunction(found)
        return self._shaken(found) if self._waits[name] else found

    def _shaken(self, work: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def shaken(*arguments: Any, **named: Any) -> Any:
            await self._machine.pause(STORE_SECONDS)
            if self.is_over or self._machine.happens(self._rates.store_before):
                raise Busy("simulated, before")
            result = await work(*arguments, **named)
            await self._machine.pause(STORE_SECONDS)
            if self._machine.happens(self._rates.store_after):
                raise Busy("simulated, after")
            return result

        return shaken

    def end(self) -> None:
        """The process is gone: nothing of it is done any more."""
        self.is_over = True


class FaultyKeeper:
    """The product's keeper behind the port that the relay knows. It may be away; and it may die at any point
    of a write, and then begins anew from its files.
    """

    def __init__(self, folder: Path, machine: Machine, host: Host, rates: Rates) -> None:
        self._folder, self._machine, self.host, self._rates = folder, machine, host, rates
        self.away = False
        self.keeper = self._begin()
        self.keeper_id = self.keeper.keeper_id

    async def days(self, first: int, count: int) -> list[bytes]:
        """See `relay.core.ports.Keeper`, as for all below."""
        return self._ask(lambda keeper: keeper.days(first, count))

    async def days_gone(self, first: int) -> list[bytes]:
        return self._ask(lambda keeper: keeper.days_gone(first))

    async def open(self, request: bytes) -> bytes:
        return self._ask(lambda keeper: keeper.open(request))

    async def revoke(self, request: bytes) -> bytes:
        return self._ask(lambda keeper: keeper.revoke(request))

    async def tick(self) -> dict[str, int]:
        return self._ask(lambda keeper: keeper.tick())

    async def status(self) -> dict[str, int | str]:
        return self._ask(lambda keeper: keeper.status())

    def restart(self) -> None:
        """Begin anew from what is on disk."""
        self.keeper = self._begin()

    def _begin(self) -> Keeper:
        read, random = self.host.read, self._machine.bytes
        return Keeper(self._folder, read=read, offset=int, random=random, step=self._step)

    def _step(self, _point: str) -> None:
        if self.host.jump_seconds == 0 and self._machine.happens(self._rates.keeper_dies):
            raise Crash

    def _ask(self, work: Callable[[Keeper], Result]) -> Result:
        if self.away or self._machine.happens(self._rates.keeper_away):
            raise KeeperAway
        try:
            return work(self.keeper)
        except KeeperRefusal as refusal:
            raise (Malformed if refusal.code in CALLERS_FAULT else KeeperAway)(refusal.code) from None
        except Crash:
            self.restart()
            raise KeeperAway from None


class Network:
    """Between people and a relay. A request may be lost, its answer too, and it may come twice. `gate` is
    what each request passes first, as in `relay.http_api.app`.
    """

    def __init__(self, machine: Machine, rates: Rates) -> None:
        self._machine, self._rates = machine, rates
        self.gate: Callable[[], object] = bool
        self.is_there = False
        self._under_way: dict[int, asyncio.Task[Any]] = {}
        self._number = 0

    async def call(self, work: Callable[[], Awaitable[Result]]) -> Result:
        """Ask once. Raises Lost, and what the relay raises; Busy is Lost too, as the relay may have stored
        before it failed.
        """
        await self._machine.pause(NETWORK_SECONDS)
        if not self.is_there or self._machine.happens(self._rates.request_lost):
            raise Lost
        if self._machine.happens(self._rates.repeated):
            self._start(self._again(work))
        try:
            result = await self._start(self._served(work))
        except (Busy, asyncio.CancelledError):
            raise Lost from None
        await self._machine.pause(NETWORK_SECONDS)
        if self._machine.happens(self._rates.answer_lost):
            raise Lost
        return result

    async def run(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do something within the relay itself; trouble is passed over, as its loops do."""
        try:
            await self._start(work())
        except (RelayError, asyncio.CancelledError):
            return

    def cut(self) -> None:
        """The relay's process is gone: whatever it was doing it does no more."""
        for task in list(self._under_way.values()):
            task.cancel()

    async def quiet(self) -> None:
        """Wait until nothing is under way."""
        while self._under_way:
            await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def _again(self, work: Callable[[], Awaitable[Any]]) -> None:
        await self._machine.pause(60 * NETWORK_SECONDS)
        if not self.is_there:
            return
        try:
            await self._served(work)
        except Exception:  # noqa: BLE001 - nobody waits for the answer of a repeated request
            return

    async def _served(self, work: Callable[[], Awaitable[Result]]) -> Result:
        self.gate()
        return await work()

    def _start(self, work: Awaitable[Result]) -> asyncio.Task[Result]:
        self._number += 1
        number = self._number
        task: asyncio.Task[Result] = asyncio.ensure_future(work)
        self._under_way[number] = task
        task.add_done_callback(lambda _: self._under_way.pop(number, None))
        return task
