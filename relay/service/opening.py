"""Opens a relay's store for one program: the lock, the keys, the newest schema, the clock. Owns their order,
and that all is closed again.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from relay.clock import ClockError, SystemClock
from relay.config import Settings
from relay.core.ports import Line
from relay.keeper.sockets import MOST_RELAYS
from relay.service.assembly import House, build
from relay.service.keyfiles import KeyFiles, KeyMissing, read_key_files
from relay.service.lock import StoreHeld, place_held
from relay.service.places import Places
from relay.service.time_watch import check_server, compare, note_instant, open_clock
from relay.store.deletion_files import Ledger
from relay.store.engine import SettingRefused
from relay.store.ledgers import ledger_folder
from relay.store.migrate import NewerSchema
from relay.store.objects import Objects
from relay.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from relay.store.postgres import PostgresStore  # its driver is an extra

START_FAILURES = (KeyMissing, StoreHeld, ClockError, NewerSchema, SettingRefused)
"""Why a store cannot be opened; the text of each is a sentence for the operator."""


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[House]:
    """A relay's parts over its store, which is held alone where it is a file. Raises START_FAILURES."""
    folder, most = settings.relay.data_dir, 1 if settings.database.url is None else MOST_RELAYS
    keys = read_key_files(Places(folder).secrets)
    with place_held(folder, most) as places:
        store = await _open_store(settings, places, keys)
        try:
            store.objects = objects_of(settings)
            clock = await open_clock(store, settings.clock.offset_file)
            await compare(store, clock)
            check_server(clock)
            yield build(settings, keys, store, clock, _line(settings), places)
            await note_instant(store, clock)
        finally:
            await store.close()


async def _open_store(settings: Settings, places: Places, keys: KeyFiles) -> SqliteStore | PostgresStore:
    url = settings.database.url
    if url is None:
        return await SqliteStore.open(places.database, ledger_of(settings))
    if find_spec("asyncpg") is None:
        raise SettingRefused("database.url needs a driver: pip install 'quietbox[postgres]'")
    from relay.store.postgres import PostgresStore

    ledger = ledger_of(settings, places.number)
    return await PostgresStore.open(url.get_secret_value(), ledger, secrets=keys.mark)


def _line(settings: Settings) -> Line | None:
    """The way to the other relays; a file has none."""
    if settings.database.url is None:
        return None
    from relay.store.postgres.line import PostgresLine

    return PostgresLine(settings.database.url.get_secret_value())


def ledger_of(settings: Settings, number: int = 1) -> Ledger:
    """The ledger of deletions of the relay of that number in its folder, that goes by the relay's own time.
    Raises ClockError, OSError.
    """
    folder = ledger_folder(settings.backup.ledger, number)
    return Ledger(folder, SystemClock(settings.clock.offset_file).now)


def objects_of(settings: Settings) -> Objects | None:
    """The object store that the settings name, if any; nothing is asked of it yet. Raises SettingRefused."""
    url = settings.objects.url
    if url is None:
        return None
    if find_spec("obstore") is None:
        raise SettingRefused("objects.url needs a library: pip install 'quietbox[objects]'")
    try:
        return Objects.at(url, os.urandom)
    except ValueError as fault:
        raise SettingRefused(f"objects.url: {fault}") from None
