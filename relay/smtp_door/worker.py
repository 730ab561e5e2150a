"""A door worker: the one process that holds mail in clear, and not for long.

Owns its connections from their greeting to their goodbye. It accepts when it is told to, stops when it is
told to, lets its peers go between two mails, and ends when the last has gone or the relay says so; with it
ends all that it has seen. It must never open a file but the certificate's and the name servers' list, and
never start another process.
"""

from __future__ import annotations

import asyncio
import os
import socket
from typing import Final, NoReturn

from relay.event_loop import loop_factory
from relay.flow.mail_sink import MailDoor
from relay.flow.sender_proof import SenderChecks
from relay.logs import Log, take_over
from relay.smtp_door import calls
from relay.smtp_door.calls import Order
from relay.smtp_door.frames import Frames
from relay.smtp_door.link import FarPlaces, FarReception, Link
from relay.smtp_door.listening import Certificate
from relay.smtp_door.plan import Plan
from relay.smtp_door.resolver import DnsResolver
from relay.smtp_door.server import Door

SETTLE_SECONDS: Final = 0.1
"""What the kernel handed over just before the listening ended is an open connection by then."""
LEAVE_SECONDS: Final = 10.0
"""After it has stopped to accept, a worker bears peers that are between two mails for so long."""


def work(plan: Plan, relay: socket.socket, certificate: Certificate | None, log: Log) -> NoReturn:
    """Be a worker, to the end of the process. `relay` is its socket to the relay."""
    code = 1
    try:
        take_over(log)
        try:
            with asyncio.Runner(loop_factory=loop_factory()) as runner:
                runner.run(_serve(plan, relay, certificate, log))
            code = 0
        except Exception as failure:  # noqa: BLE001 - the last word of this process, to the log alone
            log.error("door.worker_failed", failure=failure)
    finally:
        os._exit(code)  # nothing runs that could keep, print or dump what this process holds


async def _serve(plan: Plan, relay: socket.socket, certificate: Certificate | None, log: Log) -> None:
    frames = await Frames.open(relay, calls.MOST_ANSWER_BYTES)
    orders: asyncio.Queue[Order] = asyncio.Queue()
    link = Link(frames, orders.put_nowait)
    door = _door(plan, link, certificate, log)
    told = asyncio.ensure_future(link.run())
    obeying = asyncio.ensure_future(_obey(plan, door, orders))
    await asyncio.wait({told, obeying}, return_when=asyncio.FIRST_COMPLETED)
    if obeying.done():
        obeying.result()
        await frames.sent()
        frames.close()


async def _obey(plan: Plan, door: Door, orders: asyncio.Queue[Order]) -> None:
    """Do as told until all is over."""
    leaving: asyncio.Future[None] | None = None
    while True:
        match await orders.get():
            case Order.ACCEPT:
                for listener in plan.listeners:
                    found = socket.socket(fileno=listener.descriptor)
                    await door.listen(found, implicit_tls=listener.implicit_tls)
            case Order.DRAIN:
                door.close()
                leaving = asyncio.ensure_future(_drain(door, orders))
            case Order.MAKE_ROOM:
                door.make_room()
            case Order.END:
                if leaving is not None:
                    leaving.cancel()
                await door.stop()
                return await door.emptied()


async def _drain(door: Door, orders: asyncio.Queue[Order]) -> None:
    """Bear the peers for a while, then let each go between two mails; with the last one all is over."""
    try:
        async with asyncio.timeout(LEAVE_SECONDS):
            await asyncio.sleep(SETTLE_SECONDS)
            await door.emptied()
    except TimeoutError:
        door.leave()
        await door.emptied()
    orders.put_nowait(Order.END)


def _door(plan: Plan, link: Link, certificate: Certificate | None, log: Log) -> Door:
    checks = None
    if plan.checks is not None:
        checks = SenderChecks(DnsResolver(plan.checks.nameservers), plan.checks.seconds)
    sinks = MailDoor(
        FarReception(link),
        plan.door_key,
        os.urandom,
        own_names={plan.mail_domain, plan.hostname},
        notice_address=plan.notice_address,
        checks=checks,
    )
    return Door(
        sinks,
        plan.limits,
        log,
        hostname=plan.hostname,
        tls=certificate,
        require_tls=plan.require_tls,
        places=FarPlaces(link),
    )
