"""Runs a relay: `relay serve`. Owns the order of start and end, and the one line that says it is ready.

What was due is swept before a port opens. SIGTERM and SIGINT end the listening first, then what is under way,
then the loops and the keeper, then the store.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from keys.errors import KeysError
from keys.web import MANIFEST, parse_manifest
from relay.config import Settings
from relay.dumps import no_dumps
from relay.event_loop import loop_factory
from relay.keeper.client import SocketKeeper
from relay.logs import Log
from relay.open_files import make_room
from relay.service import control
from relay.service.assembly import House
from relay.service.backups import Backups
from relay.service.desk import keeper_state
from relay.service.keeper_child import supervise
from relay.service.loops import Loops
from relay.service.opening import opened
from relay.service.places import STATIC

PARTS: Final = ("http", "smtp", "sweep")
KEEPER_STARTS_SECONDS: Final = 20.0
KEEPER_LOOK_SECONDS: Final = 0.05
OBJECTS_BETWEEN_COLLECTIONS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to run: the file of the settings (a backup is told of it), which parts, and whether this is a
    worker, which shares its ports and ends with the program that started it.
    """

    config: Path
    parts: Collection[str] = PARTS
    is_worker: bool = False


def run(settings: Settings, wanted: Wanted, log: Log, ready: Callable[[str], None]) -> None:
    """Run until SIGTERM or SIGINT. `ready` is given the line that says where the parts listen.

    Raises what `opened` raises, OSError for a port that is taken, and an exception group where a part fails.
    """
    no_dumps()  # it holds the pepper, and whose mail it is
    make_room(settings.http.max_connections + settings.smtp.max_connections, log)
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(serve(settings, wanted, log, ready))


async def serve(settings: Settings, wanted: Wanted, log: Log, ready: Callable[[str], None]) -> None:
    """Run all parts: where a loop fails for good, all end and the failure is raised."""
    ended = asked_to_end(with_parent=wanted.is_worker)
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(opened(settings))
        loops, company = _loops(house, log), house.flows.company
        await stack.enter_async_context(beside(company.keep(house.clock.now, partial(_say_line, log))))
        stack.push_async_callback(company.leave)
        if settings.keeper.autostart:
            await stack.enter_async_context(beside(supervise(settings, log)))
        await loops.sweep_once()
        from relay.service import doors  # imported here, while the keeper starts beside it

        if settings.keeper.autostart:
            await keeper_is_up(house.keeper, house.clock.now())
        sweeping = _lasting(house, loops, wanted, log) if "sweep" in wanted.parts else []
        await stack.enter_async_context(beside(loops.keeping(), loops.comparing(), *sweeping))
        await stack.enter_async_context(_control(house, log))
        places = [
            await doors.OPEN[part](house, log, stack, shared=wanted.is_worker)
            for part in doors.OPEN
            if part in wanted.parts
        ]
        _spare_what_stays()
        ready(" ".join(("ready", *places)))
        await ended.wait()
        log.info("relay.ending")


def _lasting(house: House, loops: Loops, wanted: Wanted, log: Log) -> list[Coroutine[Any, Any, None]]:
    """What goes on beside the doors."""
    backups = Backups(house.settings, wanted.config, house.places, house.clock, log)
    return [
        loops.sweeping(),
        loops.dropping_objects(),
        loops.recording(),
        loops.telling(),
        backups.keep(),
    ]


def _say_line(log: Log, found: bool) -> None:
    """The line to the other relays stands, or has been lost."""
    if found:
        log.info("line.stands")
    else:
        log.warning("line.lost")


def _spare_what_stays() -> None:
    """Take what has been loaded out of the collector's rounds, and let them come when more than the requests
    under way could be garbage: they were a fifteenth of a deposit's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)


def _loops(house: House, log: Log) -> Loops:
    settings = house.settings
    return Loops(
        store=house.store,
        flows=house.flows,
        keeper=house.keeper,
        clock=house.clock,
        log=log,
        sweep_seconds=settings.limits.sweep_seconds,
        driven=settings.clock.offset_file is not None,
        web_manifest=_web_manifest(),
    )


def _web_manifest() -> str | None:
    """The list of the web inbox's files, where the installed release carries one."""
    try:
        text = (STATIC / MANIFEST).read_text("ascii")
        parse_manifest(text)
    except (OSError, ValueError, KeysError):
        return None
    return text


@asynccontextmanager
async def beside(*lasting: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run these while the context lasts; the failure of one ends it and is raised in an exception group."""
    own_failure: Exception | None = None
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one) for one in lasting]
        try:
            yield
        except Exception as failure:  # noqa: BLE001 - raised below, so that the group does not wrap it
            own_failure = failure
        finally:
            for task in tasks:
                task.cancel()
    if own_failure is not None:
        raise own_failure


@asynccontextmanager
async def _control(house: House, log: Log) -> AsyncIterator[None]:
    there = asyncio.Event()
    path = house.places.control
    async with beside(control.serve(house.desk, path, log, there.set)):
        await there.wait()
        yield


async def keeper_is_up(keeper: SocketKeeper, now: int) -> None:
    """Wait for a keeper that was just started, but not long: deposits do not need it."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(KEEPER_STARTS_SECONDS):
            while await keeper_state(keeper, now) == "away":  # noqa: ASYNC110 - another program tells no event
                await asyncio.sleep(KEEPER_LOOK_SECONDS)


def asked_to_end(*, with_parent: bool = False) -> asyncio.Event:
    """Set by SIGTERM and SIGINT; `with_parent` by the end of standard input, too, the other end of which is
    held by whoever started us.
    """
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    if with_parent:
        loop.add_reader(sys.stdin.fileno(), _parent_has_gone, loop, ended)
    return ended


def _parent_has_gone(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    loop.remove_reader(sys.stdin.fileno())
    ended.set()
