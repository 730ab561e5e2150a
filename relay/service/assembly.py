"""Puts flows and ports together over an open store. Owns which setting goes where; starts nothing.

It must not know the doors: a single command would import two servers for nothing.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from keys.encoding import from_base64url
from keys.names import keeper_id
from relay.clock import SystemClock
from relay.config import Settings
from relay.config.forms import parse_keeper_address
from relay.config.settings import FurtherKeeper
from relay.core.pepper import Pepper
from relay.core.ports import Line, Store
from relay.flow import flows
from relay.keeper.backup import TAIL_DAYS
from relay.keeper.client import SocketKeeper
from relay.keeper.sockets import Address, Tcp
from relay.notify.mail import open_mail_out
from relay.notify.wake import WakeHub
from relay.service.desk import Desk
from relay.service.keyfiles import KeyFiles
from relay.service.loops import between_batches
from relay.service.places import Places

HOUR_SECONDS = 3_600
DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class House:
    """All parts of one relay over an open store."""

    settings: Settings
    places: Places
    keys: KeyFiles
    store: Store
    clock: SystemClock
    keeper: SocketKeeper
    waits: WakeHub
    ports: flows.Ports
    flows: flows.Flows
    desk: Desk


def build(
    settings: Settings,
    keys: KeyFiles,
    store: Store,
    clock: SystemClock,
    line: Line | None = None,
    places: Places | None = None,
) -> House:
    """Put together what both a running relay and a single command need. `line` leads to the other relays."""
    keeper, waits = SocketKeeper(keeper_address(settings), keys.keeper_public), WakeHub()
    further = tuple(map(_further, settings.further_keepers))
    ports = flows.Ports(
        store=store,
        keepers=(keeper, *further),
        wake=waits,
        mail_out=open_mail_out(settings, clock),
        pepper=Pepper(keys.pepper),
        random=os.urandom,
        signs=flows.Signs(keys.relay, keys.log, keys.notice),
        line=line,
    )
    verbs = flows.build(ports, flow_settings(settings))
    desk = Desk(store, verbs.expire, keeper, clock, between_batches, further, lambda: verbs.company.others)
    places = places or Places(settings.relay.data_dir)
    return House(settings, places, keys, store, clock, keeper, waits, ports, verbs, desk)


def keeper_address(settings: Settings) -> Address:
    """Where the first keeper answers."""
    socket = settings.keeper.socket
    return socket if isinstance(socket, Path) else Tcp(socket.host, socket.port)


def known_keepers(settings: Settings, keys: KeyFiles) -> tuple[tuple[bytes, bytes], ...]:
    """Id and verification key of each keeper, the local one first."""
    publics = [from_base64url(keeper.key, 32) for keeper in settings.further_keepers]
    return tuple((keeper_id(public), public) for public in (keys.keeper_public, *publics))


def _further(keeper: FurtherKeeper) -> SocketKeeper:
    place = parse_keeper_address(keeper.address)
    address = Path(keeper.address) if place is None else Tcp(*place)
    return SocketKeeper(address, from_base64url(keeper.key, 32))


def ring_tail_days(settings: Settings) -> int:
    """How long backups of the local keeper's ring have the key of a day that is over; 0 without them."""
    return TAIL_DAYS if settings.keeper.ring_backups is not None else 0


def flow_settings(settings: Settings) -> flows.Settings:
    """The operator's numbers as the flows take them."""
    limits = settings.limits
    return flows.Settings(
        origin=settings.relay.origin,
        mail_domain=settings.smtp.domain,
        notice_address=settings.mail_from.lower(),
        refused_domains=settings.operator.refused_domains,
        mailbox_quota_bytes=limits.mailbox_quota_bytes,
        account_blob_bytes=limits.account_blob_bytes,
        most_blob_bytes=limits.max_blob_bytes,
        unbound_keep_seconds=limits.unbound_keep_days * DAY_SECONDS,
        invitation_keep_seconds=limits.invitation_days * DAY_SECONDS,
        unlinked_keep_seconds=limits.unlinked_blob_hours * HOUR_SECONDS,
        session_seconds=limits.session_hours * HOUR_SECONDS,
        free_login_failures=limits.login_attempts_per_minute,
        sweep_batch_rows=limits.sweep_batch_rows,
        door_mails_per_hour=limits.door_mails_per_hour,
        backup_tail_seconds=settings.backup.tail_days * DAY_SECONDS,
        ring_tail_seconds=ring_tail_days(settings) * DAY_SECONDS,
    )
