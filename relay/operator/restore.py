"""`relay restore FILE [--rehearse]`: a database from a backup, without what was promised to be gone. Owns its
order, and that the old database is not touched before the new one is whole.

All is done in a folder of its own: rows in, the ledger applied, what is due swept, everything checked. One
rename then puts the new file in place; or its rows go into an empty database of PostgreSQL, that opens for
nobody until they are all there. Interrupted before it, the command can be given again. A rehearsal does the
same and removes what it made.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from relay.config import Settings
from relay.keeper.disk import sync_file, sync_folder
from relay.operator.backup import OPEN, alone, now_of, troubles
from relay.operator.replaying import ledger_troubles, records_for, refuse_missing, signer, unjoined_told
from relay.operator.standing import instant
from relay.operator.stopped import Exit, Stopped
from relay.operator.sweeping import sweep_file
from relay.service.keyfiles import read_backup_key, read_key_files
from relay.service.opening import ledger_of
from relay.service.places import PRIVATE_FILE, PRIVATE_FOLDER, Places
from relay.store.backup_file import Head, opened, read_head
from relay.store.deletion_files import Withheld
from relay.store.engine import connect_reader, connect_writer
from relay.store.migrate import knows
from relay.store.moved import SECRETS, mark
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
from relay.store.replay import Replayed, replay


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


@dataclass(frozen=True, slots=True)
class Beside:
    """What a backup is restored with: the ledgers of further relays of the same database, the names of those
    that are lost, and the database of PostgreSQL that was, where it can still be read.
    """

    ledgers: Sequence[Path] = ()
    without: Collection[str] = ()
    former: SecretStr | None = None


def restore(settings: Settings, path: Path, beside: Beside = Beside()) -> Restored:
    """Put a backup in the place of the file, or into an empty database of PostgreSQL. Raises Stopped."""
    places, url = Places(settings.relay.data_dir), settings.database.url
    with troubles(path), alone(places.lock, OPEN):
        if url is not None:
            return _restore_into(url, settings, path, beside)
        withheld = Withheld()
        with _workplace(places.restoring) as folder:
            done = _rebuild(settings, path, folder, withheld, beside)
            settle(places.database)
            withheld.release(ledger_of(settings))
            _swap(folder / places.database.name, places.database)
    return done


def _restore_into(url: SecretStr, settings: Settings, path: Path, beside: Beside) -> Restored:
    from relay.operator import on_postgres

    places, withheld = Places(settings.relay.data_dir), Withheld()
    keys = read_key_files(places.secrets)
    on_postgres.check_empty(url, keys)
    with _workplace(places.restoring) as folder:
        done = _rebuild(settings, path, folder, withheld, beside)
        file, release = folder / places.database.name, partial(withheld.release, ledger_of(settings))
        on_postgres.fill(url, file, keys, now_of(settings), release)
    return done


def rehearse(settings: Settings, path: Path, beside: Beside = Beside()) -> Restored:
    """Do all of it apart, beside a running relay too, and leave nothing but the note of when. Raises
    Stopped.
    """
    places = Places(settings.relay.data_dir)
    with troubles(path), alone(places.rehearsal_lock, "Another rehearsal is under way."):
        with _workplace(places.rehearsing) as folder:
            done = _rebuild(settings, path, folder, Withheld(), beside)
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
    yield from unjoined_told(done.replayed)
    if not done.swept:
        yield "The clock cannot be vouched for, so nothing was swept yet: first relay clock accept."


def compared(done: Restored) -> Iterator[str]:
    """Each count beside the live database's, for a rehearsal."""
    for name, count in done.restored.items():
        beside = "" if done.live is None else f", {done.live[name]:,} in the live database"
        yield f"{name:<12}{count:,} restored{beside}"


def _rebuild(settings: Settings, path: Path, folder: Path, withheld: Withheld, beside: Beside) -> Restored:
    places, url = Places(settings.relay.data_dir), settings.database.url
    keys = read_key_files(places.secrets)
    target = folder / places.database.name
    with path.open("rb") as file:
        head = read_head(file)
        _check_schema(path, head)
        with closing(connect_writer(target)) as database, ledger_troubles():
            records = records_for(settings, beside.ledgers, head.created_at)
            load_as(database, head.schema, opened(file, head, read_backup_key(places.secrets)))
            refuse_missing(settings, beside.ledgers, beside.without, database)
            backed_up = counts(database)
            replayed = replay(database, records, signer(settings.relay.origin, keys))
            if url is None:
                carry_from(places.database, database)
            else:
                mark(database, SECRETS, keys.mark)
            if beside.former is not None:
                _carry_from(beside.former, database)
    swept = asyncio.run(sweep_file(settings, target, keys, withheld))
    with closing(connect_reader(target)) as database:
        if not is_whole(database):
            raise Stopped("The rows of this backup do not belong together. Nothing was changed.")
        restored, outside = counts(database), locked_out(database)
    return Restored(head, backed_up, restored, _live(settings), replayed, outside, swept)


def _carry_from(former: SecretStr, database: sqlite3.Connection) -> None:
    from relay.operator import moving, on_postgres

    moving.without_password(former.get_secret_value(), "--former")
    on_postgres.carry_from(former, database)


def _live(settings: Settings) -> Counts | None:
    if settings.database.url is None:
        return counts_of(Places(settings.relay.data_dir).database)
    from relay.operator import on_postgres

    return on_postgres.counts_of(settings.database.url)


def _check_schema(path: Path, head: Head) -> None:
    if not knows(head.schema):
        raise Stopped(
            f"{path} was made by a newer release (schema {head.schema}): restore it with that one.",
            Exit.REFUSED,
        )


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


def _note_rehearsal(path: Path, now: int) -> None:
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, PRIVATE_FILE)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{now}\n")
    fresh.replace(path)
