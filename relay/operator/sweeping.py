"""A sweep of a file that no relay has open, by a command for which nothing due may be left."""

from __future__ import annotations

from pathlib import Path

from relay.config import Settings
from relay.service.assembly import build
from relay.service.keyfiles import KeyFiles
from relay.service.loops import between_batches
from relay.service.time_watch import note_instant, open_clock
from relay.store.deletion_files import Ledger
from relay.store.sqlite import SqliteStore


async def sweep_file(settings: Settings, database: Path, keys: KeyFiles, ledger: Ledger) -> bool:
    """Take away all that is due, with its receipts; False where the clock cannot be acted on. Raises what
    opening the file raises.
    """
    store = await SqliteStore.open(database, ledger)
    try:
        clock = await open_clock(store, settings.clock.offset_file)
        house = build(settings, keys, store, clock)
        at = clock.act_at()
        if at is not None:
            await house.flows.expire.sweep(at, between_batches)
            await note_instant(store, clock)
        return at is not None
    finally:
        await store.close()
