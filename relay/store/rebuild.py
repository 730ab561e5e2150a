"""A new database from a dump, and the end of the old one: the steps of a restore that know the file. Owns
what is counted, what is checked, and that no journal of one database meets another.

Decides nothing: the order, and whether to go on, is the operator's command.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from relay.store.carrying import carry
from relay.store.dump import load
from relay.store.engine import SettingRefused, connect_reader, connect_writer
from relay.store.migrate import bring_up

BESIDE: Final = ("-wal", "-shm", "-journal")
COUNTED: Final = {
    "messages": "SELECT count(*) FROM mailbox_rows WHERE reason=0",
    "files": "SELECT count(*) FROM blobs",
    "engagements": "SELECT count(*) FROM engagements",
    "accounts": "SELECT count(*) FROM accounts",
}
LOCKED_OUT: Final = (
    "SELECT count(*) FROM accounts a WHERE NOT EXISTS"
    " (SELECT 1 FROM methods m WHERE m.account_id = a.account_id)"
)

Counts = Mapping[str, int]


def load_as(database: sqlite3.Connection, schema: str, pieces: Iterator[bytes | bytearray]) -> None:
    """Fill an empty file with a dump of that schema, and bring it to the newest. Raises Malformed,
    sqlite3.Error.
    """
    bring_up(database, schema)
    database.execute("PRAGMA foreign_keys=0")
    load(database, pieces)
    bring_up(database)
    database.execute("PRAGMA foreign_keys=1")


def counts(database: sqlite3.Connection) -> Counts:
    """What people would miss."""
    return {name: int(database.execute(query).fetchone()[0]) for name, query in COUNTED.items()}


def counts_of(path: Path) -> Counts | None:
    """The same of a file; None where it cannot be read, which is what a restore is for."""
    if path.exists():
        with suppress(sqlite3.Error, SettingRefused), closing(connect_reader(path)) as database:
            return counts(database)
    return None


def locked_out(database: sqlite3.Connection) -> int:
    """Accounts without a way in."""
    return int(database.execute(LOCKED_OUT).fetchone()[0])


def is_whole(database: sqlite3.Connection) -> bool:
    """Whether pages are sound and every row has what it belongs to."""
    (verdict,) = database.execute("PRAGMA integrity_check(1)").fetchone()
    return verdict == "ok" and database.execute("PRAGMA foreign_key_check").fetchone() is None


def carry_from(live: Path, database: sqlite3.Connection) -> None:
    """What `carry` takes over, where the old file can be read and is sound."""
    if live.exists():
        with suppress(sqlite3.Error, SettingRefused), closing(connect_reader(live)) as reader:
            if reader.execute("PRAGMA quick_check(1)").fetchone() == ("ok",):
                carry(database, reader)


def has_journal(path: Path) -> bool:
    """Whether commits stand beside the file."""
    journal = path.with_name(path.name + BESIDE[0])
    return journal.exists() and journal.stat().st_size > 0


def settle(old: Path) -> None:
    """Bring the journal of the old database into it, or it would be taken for the new one's. Where that
    cannot be done there is nothing in it to keep. Raises OSError.
    """
    if old.exists():
        with suppress(sqlite3.Error, SettingRefused), closing(connect_writer(old)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    for ending in BESIDE:
        old.with_name(old.name + ending).unlink(missing_ok=True)
