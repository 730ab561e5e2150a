"""The door as it runs: real workers, forked from a real template, before a house in this process."""

from __future__ import annotations

import asyncio
import io
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from relay.core.ports import Store
from relay.logs import open_log
from relay.service.door_workers import DoorWorkers, Times, Worker
from relay.smtp_door.limits import Limits
from relay.smtp_door.listening import listening
from relay.smtp_door.plan import Listener, Plan
from tests.door.test_full_path import DOOR, Doorstep, standing
from tests.flow.cast import MAIL_DOMAIN

NEVER = 1e6
STAY = Times(NEVER, NEVER, NEVER, NEVER)
"""Workers that are never done."""
AT_ONCE = Times(batch_seconds=0.0)


@dataclass
class Far:
    """A house whose mail comes in through workers."""

    step: Doorstep
    workers: DoorWorkers
    log: io.StringIO

    def living(self, *, drains: bool | None = None) -> list[Worker]:
        """The workers that live; of one sort, if asked."""
        return [one for one in self.workers._workers if drains is None or one.drains is drains]

    async def accepting(self, *, but: int = 0) -> int:
        """The number of the worker that accepts, once it is another than this one."""
        return await until(lambda: next((w.pid for w in self.living(drains=False) if w.pid != but), 0))

    async def gone(self, pid: int) -> None:
        """Wait until a process has ended."""
        await until(lambda: not Path(f"/proc/{pid}").exists())


async def until(true: Callable[[], Any]) -> Any:
    """Look again and again until something is so; what it gave."""
    async with asyncio.timeout(60):
        while not (found := true()):
            await asyncio.sleep(0.01)
    return found


def plan_of(
    listener: socket.socket,
    limits: Limits | None = None,
    tls: tuple[Path, Path] | None = None,
    closed: Sequence[Path] = (),
) -> Plan:
    """What the house's workers are told."""
    return Plan(
        hostname=MAIL_DOMAIN,
        mail_domain=MAIL_DOMAIN,
        notice_address=f"notice@{MAIL_DOMAIN}",
        limits=limits or Limits(),
        listeners=[Listener(listener.fileno())],
        door_seed=DOOR.seed,
        tls=tls,
        closed=closed,
    )


@asynccontextmanager
async def far(
    store: Store,
    times: Times | None = None,
    limits: Limits | None = None,
    tls: tuple[Path, Path] | None = None,
    closed: Sequence[Path] = (),
) -> AsyncIterator[Far]:
    """A settled house before workers."""
    async with standing(store) as step:
        with listening("127.0.0.1", 0) as listener:
            plan = plan_of(listener, limits, tls, closed)
            said = io.StringIO()
            workers = DoorWorkers(plan, step.flow, open_log(lambda: 0, said), times)
            await workers.start()
            step.at = listener.getsockname()[:2]
            try:
                yield Far(step, workers, said)
            finally:
                await workers.stop()
