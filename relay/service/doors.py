"""What the doors of a running relay are given: the context of the HTTP interface, and the SMTP door. Starts
neither.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final, cast

from keys.envelope import MOST_ENVELOPE_BYTES
from relay.config import Listen, Settings
from relay.flow.door import Door as DoorFlow
from relay.flow.mail_sink import MailDoor
from relay.flow.sender_proof import SenderChecks
from relay.http_api.app import create_app
from relay.http_api.context import Context, Health, Limits, RelayFacts, Waits
from relay.http_api.listener import listen
from relay.logs import Log
from relay.service import time_watch
from relay.service.assembly import House, flow_settings, known_keepers, ring_tail_days
from relay.service.desk import FurtherWatch, keeper_state
from relay.service.keyfiles import KeyFiles
from relay.smtp_door.limits import Limits as DoorLimits
from relay.smtp_door.resolver import DnsResolver
from relay.smtp_door.server import Certificate, Door

STATIC = Path(__file__).resolve().parent.parent / "static"


async def open_http(house: House, log: Log, stack: AsyncExitStack) -> str:
    """Open the HTTP port, to be closed with the stack; says where. Raises OSError."""
    context, at = http_context(house, log), house.settings.http.listen
    listener = await listen(create_app(context), context.limits, at.host, at.port)
    stack.push_async_callback(listener.close)
    return f"http={Listen(listener.host, listener.port)}"


async def open_smtp(house: House, log: Log, stack: AsyncExitStack) -> str:
    """Open the SMTP port, to be closed with the stack; says where. Raises OSError."""
    door, smtp = smtp_door(house, log), house.settings.smtp
    stack.push_async_callback(door.stop)
    said = f"smtp={Listen(*await door.start(smtp.listen.host, smtp.listen.port))}"
    if (at := smtp.listen_tls) is not None:
        said += f" smtps={Listen(*await door.start(at.host, at.port, implicit_tls=True))}"
    return said


OPEN: Final = {"http": open_http, "smtp": open_smtp}
"""How each part that has a port is opened."""


def http_context(house: House, log: Log) -> Context:
    """What the HTTP interface is given."""
    further = FurtherWatch(house.desk.further, house.clock)
    return Context(
        flows=house.flows,
        facts=relay_facts(house.settings, house.keys),
        limits=_http_limits(house.settings),
        waits=cast(Waits, house.waits),  # its `leave` is given nothing but what its `join` gave
        now=house.clock.now,
        health=lambda: _health(house, further),
        log=log,
        static_root=STATIC if (STATIC / "index.html").exists() else None,
    )


def relay_facts(settings: Settings, keys: KeyFiles) -> RelayFacts:
    """What `GET /v1/relay` tells."""
    return RelayFacts(
        name=settings.relay.name,
        origin=settings.relay.origin,
        mail_domain=settings.smtp.domain,
        relay_key=keys.relay.public,
        log_key=keys.log.public,
        door_key=keys.door.public,
        notice_key=keys.notice.public,
        keepers=known_keepers(settings, keys),
        backup_tail_days=settings.backup.tail_days + ring_tail_days(settings),
        max_blob_bytes=settings.limits.max_blob_bytes,
        max_envelope_bytes=MOST_ENVELOPE_BYTES,
    )


def smtp_door(house: House, log: Log) -> Door:
    """The SMTP door over the flow that seals what comes in."""
    smtp = house.settings.smtp
    tls = Certificate(smtp.tls_cert, smtp.tls_key) if smtp.tls_cert and smtp.tls_key else None
    return Door(
        _door_flow(house), _door_limits(house.settings), log, hostname=smtp.greeting, tls=tls,
        require_tls=smtp.require_tls,
    )  # fmt: skip


def _door_flow(house: House) -> MailDoor:
    keepers, numbers = known_keepers(house.settings, house.keys), flow_settings(house.settings)
    reception = DoorFlow(house.ports, house.flows, numbers, keepers, house.clock.now)
    return MailDoor(
        reception, house.keys.door, house.ports.random,
        own_domain=house.settings.smtp.domain, checks=_sender_checks(house.settings),
    )  # fmt: skip


def _sender_checks(settings: Settings) -> SenderChecks | None:
    smtp = settings.smtp
    if not smtp.check_senders:
        return None
    resolver = DnsResolver([(server.host, server.port) for server in smtp.nameservers])
    return SenderChecks(resolver, smtp.sender_check_seconds)


def _http_limits(settings: Settings) -> Limits:
    http, limits = settings.http, settings.limits
    return Limits(
        header_seconds=http.header_seconds,
        body_seconds=http.body_seconds,
        max_connections=http.max_connections,
        max_connections_per_address=http.max_connections_per_address,
        max_deposit_bytes=limits.max_deposit_bytes,
        requests_per_minute=limits.requests_per_minute,
    )


def _door_limits(settings: Settings) -> DoorLimits:
    smtp = settings.smtp
    return DoorLimits(
        max_mail_bytes=smtp.max_bytes,
        idle_seconds=smtp.idle_seconds,
        connection_seconds=smtp.transaction_seconds,
        max_connections=smtp.max_connections,
        max_connections_per_address=smtp.max_connections_per_address,
        max_commands=smtp.max_commands,
        max_junk_commands=smtp.max_junk_commands,
    )


async def _health(house: House, further: FurtherWatch) -> Health:
    """A further keeper that is away counts as the local one: what needs its share cannot be read."""
    keeper, all_here = await asyncio.gather(keeper_state(house.keeper), further.all_here())
    clock_ok = time_watch.agreed(house.clock) and keeper != "stopped"
    return Health(keeper != "away" and all_here, clock_ok, house.clock.offset_seconds())
