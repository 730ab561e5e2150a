"""What the doors of a running relay are given: the context of the HTTP interface, and the plan of the SMTP
door's processes. Decides nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final, cast

from keys.envelope import MOST_ENVELOPE_BYTES
from relay.config import Listen, Settings
from relay.core.colours import firm_colours
from relay.flow.door import Door as DoorFlow
from relay.flow.refusals import Refusals
from relay.http_api.app import create_app
from relay.http_api.context import Context, Health, Limits, RelayFacts, Waits
from relay.http_api.listener import listen
from relay.logs import Log
from relay.service import time_watch
from relay.service.assembly import House, flow_settings, known_keepers, ring_tail_days
from relay.service.desk import FurtherWatch, keeper_state
from relay.service.door_workers import DoorWorkers
from relay.service.keyfiles import KeyFiles
from relay.service.mark import read_mark
from relay.service.places import STATIC
from relay.smtp_door.limits import Limits as DoorLimits
from relay.smtp_door.listening import Certificate, listening
from relay.smtp_door.plan import Checks, Listener, Plan

TELL_SECONDS: Final = 5.0


async def open_http(house: House, log: Log, stack: AsyncExitStack, *, shared: bool = False) -> str:
    """Open the HTTP port, to be closed with the stack; says where. A `shared` one other workers have, too.
    Raises OSError.
    """
    context, at = http_context(house, log), house.settings.http.listen
    listener = await listen(create_app(context), context.limits, at.host, at.port, shared=shared)
    stack.push_async_callback(listener.close)
    return f"http={Listen(listener.host, listener.port)}"


async def open_smtp(house: House, log: Log, stack: AsyncExitStack, *, shared: bool = False) -> str:
    """Open the SMTP ports, to be closed with the stack; says where. Raises OSError, as for a certificate that
    cannot be used, or where there are no name servers.
    """
    said, listeners = [], []
    for name, at in _smtp_ports(house.settings):
        listener = stack.enter_context(listening(at.host, at.port, shared=shared))
        listeners.append(Listener(listener.fileno(), implicit_tls=name == "smtps"))
        said.append(f"{name}={Listen(*listener.getsockname()[:2])}")
    reception = door_reception(house)
    telling = asyncio.ensure_future(tell_refusals(reception.refusals, house, log))
    stack.callback(telling.cancel)
    door = DoorWorkers(door_plan(house, listeners), reception, log)
    stack.push_async_callback(door.stop)
    await door.start()
    return " ".join(said)


async def tell_refusals(refusals: Refusals, house: House, log: Log) -> None:
    """Tell what waited for the next hour, when it has come."""
    while True:
        await asyncio.sleep(TELL_SECONDS)
        try:
            await refusals.flush(house.clock.now())
        except Exception as failure:  # noqa: BLE001 - whatever it was, the next notice must come
            log.error("refusals.trouble", failure=failure)


def _smtp_ports(settings: Settings) -> list[tuple[str, Listen]]:
    ports, begins_with_tls = [("smtp", settings.smtp.listen)], settings.smtp.listen_tls
    return ports if begins_with_tls is None else [*ports, ("smtps", begins_with_tls)]


OPEN: Final = {"http": open_http, "smtp": open_smtp}
"""How each part that has a port is opened."""


def http_context(house: House, log: Log) -> Context:
    """What the HTTP interface is given."""
    far = (house.keeper,) if house.keeper.is_far else ()
    further = FurtherWatch((*far, *house.desk.further), house.clock)
    return Context(
        flows=house.flows,
        facts=relay_facts(house.settings, house.keys),
        limits=_http_limits(house.settings),
        waits=cast(Waits, house.waits),  # its `leave` is given nothing but what its `join` gave
        now=house.clock.now,
        serving_at=house.clock.serving_at,
        health=lambda: _health(house, further),
        log=log,
        static_root=STATIC if (STATIC / "index.html").exists() else None,
    )


def relay_facts(settings: Settings, keys: KeyFiles) -> RelayFacts:
    """What `GET /v1/relay` tells. Raises MarkRefused."""
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
        colours=firm_colours(settings.relay.colour) if settings.relay.colour else None,
        mark=read_mark(settings.relay.mark),
    )


def door_reception(house: House) -> DoorFlow:
    """Who decides about mail that comes in."""
    keepers, numbers = known_keepers(house.settings, house.keys), flow_settings(house.settings)
    return DoorFlow(house.ports, house.flows, numbers, keepers, house.clock.serving_at)


def door_plan(house: House, listeners: Sequence[Listener]) -> Plan:
    """What the door's processes are told. Raises OSError and ssl.SSLError for a certificate that they could
    not work with.
    """
    settings, smtp = house.settings, house.settings.smtp
    tls = (smtp.tls_cert, smtp.tls_key) if smtp.tls_cert and smtp.tls_key else None
    if tls is not None:
        Certificate(*tls)
    return Plan(
        hostname=smtp.greeting,
        mail_domain=smtp.domain,
        notice_address=settings.mail_from.lower(),
        limits=_door_limits(settings),
        listeners=listeners,
        door_seed=house.keys.door.seed,
        tls=tls,
        require_tls=smtp.require_tls,
        checks=_sender_checks(settings),
        offset_file=settings.clock.offset_file,
        closed=_closed(settings),
    )


def _closed(settings: Settings) -> list[Path]:
    """The folders of the relay and of what works for it, in which the door has nothing to look for."""
    keeper, backup = settings.keeper, settings.backup
    folders = (
        settings.relay.data_dir,
        keeper.folder,
        keeper.mirror,
        keeper.ring_backups,
        backup.folder,
        backup.ledger,
        settings.mail.folder,
    )
    return [folder for folder in folders if folder is not None and folder.is_dir()]


def _sender_checks(settings: Settings) -> Checks | None:
    smtp = settings.smtp
    if not smtp.check_senders:
        return None
    nameservers = [(server.host, server.port) for server in smtp.nameservers]
    return Checks(nameservers, smtp.sender_check_seconds)


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


async def _keeper_state(house: House) -> str:
    """Of the first keeper; one that is far is watched with the further ones."""
    return "here" if house.keeper.is_far else await keeper_state(house.keeper, house.clock.now())


async def _health(house: House, further: FurtherWatch) -> Health:
    """A further keeper that is away counts as the local one: what needs its share cannot be read."""
    keeper, all_here = await asyncio.gather(_keeper_state(house), further.all_here())
    clock_ok = time_watch.agreed(house.clock) and keeper != "stopped"
    return Health(keeper != "away" and all_here, clock_ok, house.clock.offset_seconds())
