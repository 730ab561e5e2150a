"""What `relay doctor` looks at of backups: their age, their end, their key, the ledger, and rehearsals; and
of the file that a move has left.

Owns these checks alone; `relay.operator.examination` owns the list, and what a finding is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from relay.clock import ClockError
from relay.config import Settings
from relay.core.model import DAY_SECONDS
from relay.operator.backup import now_of
from relay.operator.findings import FINE, WARNING, WRONG, Finding
from relay.operator.standing import backed_up, instant
from relay.operator.stopped import Stopped
from relay.service.backups import HOUR_SECONDS
from relay.service.keyfiles import BACKUP_NAME, KeyMissing, read_backup_key
from relay.service.places import Places
from relay.store.deletion_files import ledger_days
from relay.store.engine import SettingRefused, connect_reader
from relay.store.moved import MOVED, marked_at

REHEARSAL_LATE_SECONDS: Final = 92 * DAY_SECONDS


def examine_backups(settings: Settings) -> Iterator[Finding]:
    """All of them. A relay that keeps no backups has nothing to look at."""
    if not settings.backup.tail_days:
        yield Finding("backup", "kept", WARNING, "this relay keeps no backups: backup.tail_days is 0")
        return
    try:
        now = now_of(settings)
        found = backed_up(settings, now)
    except (Stopped, ClockError) as failure:
        yield Finding("backup", "folder", WRONG, f"{failure}")
        return
    yield _tail(settings, found["backups_past_tail"])
    yield _age(settings, found["last_backup_at"], now)
    yield _elsewhere(settings)
    yield _key(settings)
    yield _ledger(settings, found["first_backup_at"])
    yield _rehearsal(settings, now)


def examine_left_file(settings: Settings) -> Iterator[Finding]:
    """The file whose rows were moved to PostgreSQL: like a backup, it must end with the tail."""
    file, days = Places(settings.relay.data_dir).database, settings.backup.tail_days
    if not file.exists():
        return
    moved_at, advice = None, f"delete {file}, with what begins with its name"
    with suppress(sqlite3.Error, SettingRefused), closing(connect_reader(file)) as reader:
        moved_at = marked_at(reader, MOVED)
    if moved_at is None:
        yield Finding("data", "file", WARNING, f"{file} is of no use where database.url is set", advice)
        return
    late = now_of(settings) - moved_at > days * DAY_SECONDS
    found = f"{file} has all rows as they were on {instant(moved_at)}, and nothing goes from it"
    yield Finding("data", "file", WRONG if late else WARNING, found, advice)


def _tail(settings: Settings, past: int) -> Finding:
    days = settings.backup.tail_days
    if past:
        found = f"{past} are older than the {days} days that people are told"
        return Finding("backup", "tail", WRONG, found, "relay backup prune")
    return Finding("backup", "tail", FINE, f"none is older than the {days} days that people are told")


def _age(settings: Settings, last_at: int | None, now: int) -> Finding:
    if last_at is None:
        return Finding(
            "backup", "newest", WARNING, "there is none", "relay backup create, or backup.every_hours"
        )
    late_seconds = max(2 * settings.backup.every_hours * HOUR_SECONDS, DAY_SECONDS)
    late = now - last_at > late_seconds
    advice = "relay backup create, or backup.every_hours" if late else ""
    return Finding("backup", "newest", WARNING if late else FINE, instant(last_at), advice)


def _elsewhere(settings: Settings) -> Finding:
    folder, advice = settings.backup.folder, "set backup.folder, or copy the backups to another machine"
    try:
        here = folder.stat().st_dev == settings.relay.data_dir.stat().st_dev
    except OSError:
        here = True
    if here:
        return Finding("backup", "elsewhere", WARNING, "they are on the disk of the database", advice)
    return Finding("backup", "elsewhere", FINE, "they are not on the disk of the database")


def _key(settings: Settings) -> Finding:
    secrets = Places(settings.relay.data_dir).secrets
    try:
        read_backup_key(secrets)
    except KeyMissing as missing:
        advice = "" if (secrets / BACKUP_NAME).exists() else "relay backup create draws one"
        return Finding("backup", "key", WARNING, f"{missing}", advice)
    return Finding("backup", "key", FINE, f"keep a copy of secrets/{BACKUP_NAME} apart from the backups")


def _ledger(settings: Settings, first_at: int | None) -> Finding:
    folder = settings.backup.ledger
    days: list[int] = []
    with suppress(OSError):
        days = ledger_days(folder)
    if first_at is not None and (not days or days[0] > first_at // DAY_SECONDS):
        found = f"in {folder} it does not reach back to the oldest backup, which cannot be restored"
        return Finding("backup", "ledger", WRONG, found, "find the lost files, or make a new backup")
    since = f"it reaches back to {instant(days[0] * DAY_SECONDS)}" if days else "nothing was recorded yet"
    return Finding("backup", "ledger", FINE, since)


def _rehearsal(settings: Settings, now: int) -> Finding:
    at = _rehearsed_at(Places(settings.relay.data_dir).rehearsed)
    if at is None or now - at > REHEARSAL_LATE_SECONDS:
        found = "never rehearsed" if at is None else f"last rehearsed {instant(at)}"
        return Finding("backup", "rehearsal", WARNING, found, "relay restore FILE --rehearse")
    return Finding("backup", "rehearsal", FINE, f"last rehearsed {instant(at)}")


def _rehearsed_at(path: Path) -> int | None:
    with suppress(OSError, ValueError):
        return int(path.read_text())
    return None
