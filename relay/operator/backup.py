"""`relay backup create|list|verify|prune`: sealed copies of the database, and their end. Owns the sentences
for what goes wrong.

A backup holds rows alone, and is sealed with the key in the folder of secrets. A running relay goes on: the
command only reads.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from keys.errors import KeysError
from relay.clock import ClockError, SystemClock
from relay.config import Settings
from relay.core.model import DAY_SECONDS
from relay.operator.standing import instant
from relay.operator.stopped import Exit, Stopped
from relay.service.backups import drop_old
from relay.service.keyfiles import BACKUP_NAME, KeyMissing, make_backup_key, read_backup_key
from relay.service.lock import StoreHeld, store_held
from relay.service.places import Places
from relay.store.backup_file import Backup, BackupHeld, backups, count_rows, read_head, write_backup
from relay.store.deletion_files import ledger_days, open_day
from relay.store.engine import SettingRefused
from relay.store.faults import NotUsable
from relay.store.migrate import NewerSchema, knows

OPEN: Final = "A relay or a command has the database open: stop it first."
KEEP_APART: Final = (
    "Keep a copy of {} apart from the backups: without it nothing opens them, and with it anybody."
)


@dataclass(frozen=True, slots=True)
class Verified:
    """A backup that was opened to its end. `messages` is how many rows its mailboxes have."""

    path: Path
    created_at: int
    schema: str
    rows: int
    messages: int

    def fields(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return {
            "file": str(self.path),
            "created_at": self.created_at,
            "schema": self.schema,
            "rows": self.rows,
            "mailbox_rows": self.messages,
        }


def create(settings: Settings, to: Path | None = None) -> tuple[Backup, str]:
    """Make a backup and read it again; gives it, and the sentence for a key that was drawn for it or "".
    Raises Stopped.
    """
    places = Places(settings.relay.data_dir)
    folder = to or settings.backup.folder
    _refuse_impossible(settings, folder, places)
    with troubles(folder):
        drawn = make_backup_key(places.secrets, os.urandom)
        key = read_backup_key(places.secrets)
        now = now_of(settings)
        begin_ledger(settings.backup.ledger, now)
        if settings.database.url is None:
            made = write_backup(places.database, folder, key, now, os.urandom)
        else:
            from relay.operator import on_postgres

            made = on_postgres.seal_rows(settings.database.url, folder, key, now)
    return made, KEEP_APART.format(places.secrets / BACKUP_NAME) if drawn else ""


def listed(settings: Settings) -> list[dict[str, Any]]:
    """The backups in the folder of the settings, oldest first, as `--json` prints them. Raises Stopped."""
    with troubles(settings.backup.folder):
        now = now_of(settings)
        return [
            {
                "file": str(backup.path),
                "created_at": backup.head.created_at,
                "size_bytes": backup.size_bytes,
                "past_tail": now - backup.head.created_at > settings.backup.tail_days * DAY_SECONDS,
            }
            for backup in backups(settings.backup.folder)
        ]


def told(fields: dict[str, Any]) -> Iterator[str]:
    """One of them for people."""
    late = "  past its tail: relay backup prune" if fields["past_tail"] else ""
    yield f"{instant(fields['created_at'])}  {fields['size_bytes'] / 1e6:8.1f} MB  {fields['file']}{late}"


def verify(settings: Settings, path: Path) -> Verified:
    """Open a backup to its end. Raises Stopped."""
    with troubles(path):
        with path.open("rb") as file:
            head = read_head(file)
        rows = count_rows(path, read_backup_key(Places(settings.relay.data_dir).secrets))
    if not knows(head.schema):
        raise Stopped(
            f"{path} was made by a newer release (schema {head.schema}): use that one.", Exit.REFUSED
        )
    return Verified(path, head.created_at, head.schema, sum(rows.values()), rows.get("mailbox_rows", 0))


def verified_told(fields: dict[str, Any]) -> Iterator[str]:
    """What was verified, for people."""
    yield f"whole: {fields['rows']} rows, {fields['mailbox_rows']} of them in mailboxes"
    yield f"made {instant(fields['created_at'])}, schema {fields['schema']}"


def prune(settings: Settings) -> int:
    """Remove what is past its tail; how many went. Raises Stopped."""
    with troubles(settings.backup.folder):
        clock = SystemClock(settings.clock.offset_file)
        return drop_old(settings, clock.now())


def begin_ledger(folder: Path, now: int) -> None:
    """Make sure that the ledger has a file that is not younger than the backup: it says that the ledger
    reaches so far. Raises OSError.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not any(day <= now // DAY_SECONDS for day in ledger_days(folder)):
        os.close(open_day(folder, now // DAY_SECONDS))


def now_of(settings: Settings) -> int:
    """The relay's time. Raises ClockError."""
    return SystemClock(settings.clock.offset_file).now()


@contextmanager
def troubles(path: Path) -> Iterator[None]:
    """What can go wrong with a backup, as sentences. Raises Stopped."""
    try:
        yield
    except KeysError:
        raise Stopped(
            f"{path} does not open: another relay's backup or key, or the file was cut or changed."
        ) from None
    except NotUsable as failure:
        raise Stopped(f"{failure}", Exit.ERROR if failure.reachable else Exit.NOT_REACHABLE) from None
    except (KeyMissing, BackupHeld, SettingRefused, ClockError) as failure:
        raise Stopped(f"{failure}") from None
    except NewerSchema as newer:
        raise Stopped(f"It could not be done: {newer}.", Exit.REFUSED) from None
    except FileNotFoundError as failure:
        raise Stopped(f"{failure.filename} is not there.", Exit.NOT_THERE) from None
    except (OSError, sqlite3.Error) as failure:
        raise Stopped(f"It could not be done, and nothing was changed: {failure}") from None


@contextmanager
def alone(lock: Path, sentence: str) -> Iterator[None]:
    """Hold a lock; Stopped with that sentence where another program has it."""
    try:
        with store_held(lock):
            yield
    except StoreHeld:
        raise Stopped(sentence) from None


def _refuse_impossible(settings: Settings, folder: Path, places: Places) -> None:
    if not settings.backup.tail_days:
        raise Stopped(
            "backup.tail_days is 0: people are told that this relay keeps no backups.", Exit.REFUSED
        )
    ledger = settings.backup.ledger.resolve()
    if folder.resolve() == ledger or folder.resolve() in ledger.parents:
        raise Stopped(f"The ledger in {ledger} must be outside the backups.", Exit.USAGE)
    if settings.database.url is None and not places.database.exists():
        raise Stopped("There is no database yet; `relay serve` makes it.", Exit.NOT_THERE)
