"""What a restore takes over from the database that was: what must not go back with the rows. Owns which notes
and rows those are; writes into the new database alone.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from relay.store.log import DAY_GONE

OF_VAULT: Final = """
SELECT account_id, name, version, box, expires_at FROM vault_items WHERE account_id=? ORDER BY rowid"""
INTO_VAULT: Final = """
INSERT INTO vault_items (account_id, name, version, box, expires_at) VALUES (?, ?, ?, ?, ?)"""
LAST_INSTANT: Final = "last_instant"


def carry(database: sqlite3.Connection, live: sqlite3.Connection) -> None:
    """Take over from the database that was what must not go back with the rows: what it last knew of the time
    and of the days that keepers destroyed, and people's vaults, as their software refuses one that is older
    than it has seen. Raises the databases' faults.
    """
    _carry_notes(database, live)
    _carry_vaults(database, live)


def _carry_vaults(database: sqlite3.Connection, live: sqlite3.Connection) -> None:
    """All of an account's vault or nothing: its manifest lists the rest."""
    here = database.execute("SELECT account_id FROM accounts").fetchall()
    database.execute("BEGIN IMMEDIATE")
    for owner in here:
        kept = live.execute(OF_VAULT, owner).fetchall()
        if kept:
            database.execute("DELETE FROM vault_items WHERE account_id=?", owner)
            database.executemany(INTO_VAULT, kept)
    database.execute("COMMIT")


def _carry_notes(database: sqlite3.Connection, live: sqlite3.Connection) -> None:
    kept = live.execute("SELECT name, value FROM notes").fetchall()
    database.executemany(
        "INSERT INTO notes (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value=max(notes.value, excluded.value)",
        [
            (name, value)
            for name, value in kept
            if name == LAST_INSTANT or name.startswith(DAY_GONE.format(""))
        ],
    )
