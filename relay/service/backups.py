"""Backups in a running relay: made on schedule, and gone after their tail, as people are told.

Owns when, and that of the relays that share a folder one does it: whoever holds a lock, which another gets
when that one ends. Making one is left to the program `relay backup create`, so that requests do not wait for
it. Nothing is made or removed while the clock cannot be vouched for.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from relay.clock import SystemClock
from relay.config import Settings
from relay.core.model import DAY_SECONDS
from relay.logs import Log
from relay.service.lock import StoreHeld, store_held
from relay.service.places import Places
from relay.store.backup_file import BackupHeld, backups, drop_before
from relay.store.deletion_files import drop_files_before
from relay.store.ledgers import ledgers_in

HOUR_SECONDS: Final = 3_600
LOOK_SECONDS: Final = 60.0
LOOK_SECONDS_DRIVEN: Final = 0.5
TROUBLE_SECONDS: Final = 600.0


@dataclass
class Backups:
    """The loop. `config` is the file of the settings, for the program that makes a backup; `places` are those
    of this relay, which holds its store.
    """

    settings: Settings
    config: Path
    places: Places
    clock: SystemClock
    log: Log
    _not_before: float = field(default=float("-inf"), init=False)

    async def keep(self) -> None:
        """Look every so often, for good; not while another relay of this folder does."""
        while True:
            with suppress(StoreHeld), store_held(self.places.backups_lock):
                while True:
                    await self._look_now()
            await self._pause()

    async def _look_now(self) -> None:
        at = self.clock.act_at()
        if at is not None and self.clock.monotonic() >= self._not_before:
            await self._look(at)
        await self._pause()

    async def _pause(self) -> None:
        driven = self.settings.clock.offset_file is not None
        await asyncio.sleep(LOOK_SECONDS_DRIVEN if driven else LOOK_SECONDS)

    async def _look(self, at: int) -> None:
        try:
            await self._tidy(at)
            if await asyncio.to_thread(is_due, self.settings, at):
                await self._create()
        except BackupHeld:
            pass  # an operator's command is at it; the next look comes
        except Exception as failure:  # noqa: BLE001 - whatever it was, the next backup must come
            self.log.error("backup.failed", failure=failure)
            self._not_before = self.clock.monotonic() + TROUBLE_SECONDS

    async def _tidy(self, at: int) -> None:
        dropped = await asyncio.to_thread(drop_old, self.settings, at)
        if dropped:
            self.log.info("backup.dropped", count=dropped)
        if self.places.number == 1:  # whose lock a restore needs too
            await asyncio.to_thread(clear_left, self.places)

    async def _create(self) -> None:
        words = ("backup", "create", "--config", str(self.config))
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "relay", *words, stdout=asyncio.subprocess.DEVNULL
        )
        try:
            exit_code = await child.wait()
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        if exit_code:
            self.log.error("backup.failed", exit_code=exit_code)
            self._not_before = self.clock.monotonic() + TROUBLE_SECONDS
            return
        self.log.info("backup.made")


def is_due(settings: Settings, at: int) -> bool:
    """Whether the schedule asks for a backup now."""
    pause_seconds = settings.backup.every_hours * HOUR_SECONDS
    if not pause_seconds:
        return False
    made = backups(settings.backup.folder)
    return not made or abs(at - made[-1].head.created_at) >= pause_seconds


def drop_old(settings: Settings, at: int) -> int:
    """Remove the backups that are past their tail, then the files of the ledger that no other one needs; how
    many backups went. Raises BackupHeld, OSError.
    """
    tail_at = at - settings.backup.tail_days * DAY_SECONDS
    dropped = drop_before(settings.backup.folder, tail_at)
    for ledger in ledgers_in(settings.backup.ledger):
        drop_files_before(ledger, tail_at // DAY_SECONDS)
    return dropped


def clear_left(places: Places) -> None:
    """Remove what an interrupted restore or rehearsal left. The caller holds the store."""
    shutil.rmtree(places.restoring, ignore_errors=True)
    if not places.rehearsing.exists():
        return
    try:
        with store_held(places.rehearsal_lock):
            shutil.rmtree(places.rehearsing, ignore_errors=True)
    except StoreHeld:
        pass  # one is under way
