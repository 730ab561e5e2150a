"""`relay restore FILE [--rehearse]`: a database from a backup, without what was promised to be gone. Owns its
order, and that the old database is not touched before the new one is whole.

All is done in a folder of its own: rows in, the ledger applied, what is due swept, everything checked. One
rename then puts the new database in place. Interrupted before it, nothing has changed and the command can be
given again. A rehearsal does the same and removes what it made.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from keys.log import Checkpoint, checkpoint_hash
from keys.notes import sign_note
from relay.config import Settings
from relay.core.log import SignedCheckpoint
from relay.core.model import DAY_SECONDS
from relay.keeper.disk import sync_file, sync_folder
from relay.operator.backup import now_of, refuse_postgres, troubles
from relay.operator.standing import instant
from relay.operator.stopped import Exit, Stopped
from relay.operator.sweeping import sweep_file
from relay.service.keyfiles import KeyFiles, read_backup_key, read_key_files
from relay.service.lock import StoreHeld, store_held
from relay.service.opening import ledger_of
from relay.service.places import PRIVATE_FILE, PRIVATE_FOLDER, Places
from relay.store.backup_file import Head, opened, read_head
from relay.store.deletions import LedgerDamaged, Withheld, ledger_days, records_since
from relay.store.engine import connect_reader, connect_writer
from relay.store.migrate import knows
from relay.store.rebuild import (
    Counts,
    carry_from,
    counts,
    counts_of,
    has_journal,
    is_whole,
    load_as,
    locked_out,
    settle,
)
from relay.store.replay import OtherLog, Replayed, replay, sign_again


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore made. `live` counts the database that was there, None without a readable one; `swept` is
    False where the clock could not be trusted.
    """

    head: Head
    backed_up: Counts
    restored: Counts
    live: Counts | None
    replayed: Replayed
    locked_out: int
    swept: bool

    @property
    def deleted(self) -> int:
        """Messages that the backup held and that are gone again."""
        return self.backed_up["messages"] - self.restored["messages"]


def restore(settings: Settings, path: Path) -> Restored:
    """Put a backup in the place of the database. Raises Stopped."""
    refuse_postgres(settings)
    places = Places(settings.relay.data_dir)
    with troubles(path), _alone(places.lock, "A relay or a command has the database open: stop it first."):
        withheld = Withheld()
        with _workplace(places.restoring) as folder:
            done = _rebuild(settings, path, folder, withheld)
            settle(places.database)
            withheld.release(ledger_of(settings))
            _swap(folder / places.database.name, places.database)
    return done


def rehearse(settings: Settings, path: Path) -> Restored:
    """Do all of it apart, beside a running relay too, and leave nothing but the note of when. Raises
    Stopped.
    """
    refuse_postgres(settings)
    places = Places(settings.relay.data_dir)
    with troubles(path), _alone(places.rehearsal_lock, "Another rehearsal is under way."):
        with _workplace(places.rehearsing) as folder:
            done = _rebuild(settings, path, folder, Withheld())
        _note_rehearsal(places.rehearsed, now_of(settings))
    return done


def told(done: Restored) -> Iterator[str]:
    """What was restored, for people."""
    yield f"{done.restored['messages']:,} restored, {done.deleted:,} deleted again as promised."
    yield f"The backup is of {instant(done.head.created_at)}; what came later is not in it."
    if done.replayed.methods:
        yield f"{done.replayed.methods:,} ways in stay closed."
    if done.locked_out:
        yield f"{done.locked_out:,} accounts have no way in left: theirs were made after the backup."
    if not done.swept:
        yield "The clock cannot be vouched for, so nothing was swept yet: first relay clock accept."


def compared(done: Restored) -> Iterator[str]:
    """Each count beside the live database's, for a rehearsal."""
    for name, count in done.restored.items():
        beside = "" if done.live is None else f", {done.live[name]:,} in the live database"
        yield f"{name:<12}{count:,} restored{beside}"


def _rebuild(settings: Settings, path: Path, folder: Path, withheld: Withheld) -> Restored:
    places = Places(settings.relay.data_dir)
    keys = read_key_files(places.secrets)
    target = folder / places.database.name
    with path.open("rb") as file:
        head = read_head(file)
        _check_head(settings, path, head)
        with closing(connect_writer(target)) as database:
            load_as(database, head.schema, opened(file, head, read_backup_key(places.secrets)))
            backed_up = counts(database)
            replayed = _replayed(settings, database, keys)
            carry_from(places.database, database)
    swept = asyncio.run(sweep_file(settings, target, keys, withheld))
    with closing(connect_reader(target)) as database:
        if not is_whole(database):
            raise Stopped("The rows of this backup do not belong together. Nothing was changed.")
        restored, outside = counts(database), locked_out(database)
    return Restored(head, backed_up, restored, counts_of(places.database), replayed, outside, swept)


def _check_head(settings: Settings, path: Path, head: Head) -> None:
    if not knows(head.schema):
        raise Stopped(
            f"{path} was made by a newer release (schema {head.schema}): restore it with that one.",
            Exit.REFUSED,
        )
    ledger = settings.backup.ledger
    days = ledger_days(ledger) if ledger.is_dir() else []
    if not days or days[0] > head.created_at // DAY_SECONDS:
        reaches = f"reaches back to {instant(days[0] * DAY_SECONDS)}" if days else f"is not in {ledger}"
        raise Stopped(
            f"This backup is of {instant(head.created_at)}, and the ledger of deletions {reaches}:"
            " what has gone since would come back. Nothing was changed.",
            Exit.REFUSED,
        )


def _replayed(settings: Settings, database: sqlite3.Connection, keys: KeyFiles) -> Replayed:
    """Apply all of the ledger: a backup that was made while the clock was ahead bears a later date than the
    records of what went after it, and what the backup knows already changes nothing.
    """
    try:
        done = replay(database, records_since(settings.backup.ledger, 0))
    except (LedgerDamaged, OtherLog) as failure:
        raise Stopped(
            f"The ledger cannot be applied: {failure}. Nothing was changed.", Exit.REFUSED
        ) from None
    sign_again(database, _signer(settings.relay.origin, keys))
    return done


def _signer(origin: str, keys: KeyFiles) -> Callable[[int, bytes], SignedCheckpoint]:
    name = f"{urlsplit(origin).netloc}/log"

    def sign(size: int, root: bytes) -> SignedCheckpoint:
        text = Checkpoint(name, size, root).encode()
        return SignedCheckpoint(size, sign_note(text, name, keys.log), checkpoint_hash(text))

    return sign


def _swap(fresh: Path, old: Path) -> None:
    if has_journal(fresh):
        raise Stopped("The new database still has a journal. Nothing was changed; give the command again.")
    sync_file(fresh)
    fresh.rename(old)
    sync_folder(old.parent)


@contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    """An empty folder that is gone afterwards, whatever happened."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=PRIVATE_FOLDER)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone(lock: Path, sentence: str) -> Iterator[None]:
    try:
        with store_held(lock):
            yield
    except StoreHeld:
        raise Stopped(sentence) from None


def _note_rehearsal(path: Path, now: int) -> None:
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, PRIVATE_FILE)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{now}\n")
    fresh.replace(path)
