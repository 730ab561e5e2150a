"""Connections to the file. Owns the pragmas on which durability and erasure rest, and reads them back;
holds no SQL of ours.

One connection writes and checkpoints, all others only read: SQLite up to 3.51.2 can lose commits when two
connections commit and checkpoint at once (https://sqlite.org/wal.html#walresetbug). So no connection
checkpoints by itself; `relay.store.writer` does.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from pathlib import Path
from typing import Final

from relay.core.errors import Busy
from relay.store.deletions import LedgeredConnection

OLDEST_SQLITE: Final = (3, 35, 0)  # the first with RETURNING
PAGE_BYTES: Final = 16_384  # 1.25 to 1.45 times the rate of 4 KiB pages with envelopes of 4 KiB
BUSY_MILLISECONDS: Final = (
    250  # how long a truncating checkpoint waits for readers, the writer standing still
)

# What must be in force on every connection, as SQLite itself says it. `synchronous` 2 is FULL: with NORMAL a
# power cut takes acknowledged rows. `secure_delete` 1 overwrites what is removed; builds differ in their
# default.
SETTINGS: Final = {
    "synchronous": 2,
    "secure_delete": 1,
    "foreign_keys": 1,
    "trusted_schema": 0,
    "mmap_size": 0,
    "wal_autocheckpoint": 0,
    "temp_store": 2,  # memory: no temporary file ever holds a row
    "busy_timeout": BUSY_MILLISECONDS,
}


class SettingRefused(RuntimeError):
    """SQLite does not keep a setting that this store relies on; the relay must not start."""


def connect_writer(path: Path) -> LedgeredConnection:
    """The one writing connection, without a ledger yet; makes the file, readable by its owner alone. Raises
    SettingRefused.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise SettingRefused(f"SQLite {sqlite3.sqlite_version} is too old")
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    database = sqlite3.connect(
        path,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
        factory=LedgeredConnection,
    )
    database.execute(f"PRAGMA page_size={PAGE_BYTES}")  # takes effect on an empty file alone
    _settle(database, "journal_mode", "wal")
    _settle_all(database)
    return database


def connect_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot write. Raises SettingRefused."""
    database = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    _settle(database, "query_only", 1)
    return _settle_all(database)


def hold(path: Path) -> int:
    """Take the lock beside the file, that says whose the writing connection is; give back its descriptor.
    Raises Busy.
    """
    descriptor = os.open(path.with_name(path.name + ".lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise Busy("another process holds the store") from None
    return descriptor


def _settle_all(database: sqlite3.Connection) -> sqlite3.Connection:
    for name, value in SETTINGS.items():
        _settle(database, name, value)
    return database


def _settle(database: sqlite3.Connection, name: str, value: int | str) -> None:
    """Set and read back; a build without memory mapping answers nothing where 0 is asked."""
    database.execute(f"PRAGMA {name}={value}").fetchall()
    answer = database.execute(f"PRAGMA {name}").fetchone()
    if answer != (value,) and not (name == "mmap_size" and answer is None):
        database.close()
        raise SettingRefused(f"{name} is {answer}, not {value}")
