"""The mark in a file whose rows are moved to PostgreSQL. Owns its two notes, and that nobody opens such a
file by mistake: what went since is still in it.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import Final

from relay.store.engine import SettingRefused

MOVING: Final = "moving_at"
MOVED: Final = "moved_at"
SECRETS: Final = "secrets"
"""The note on the relay whose database it is (`relay.service.keyfiles.KeyFiles.mark`)."""
MARKS: Final = (MOVING, MOVED)
BACK: Final = "to go back to the file as it was then: relay restore --replay"
MARK: Final = (
    "INSERT INTO notes (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value=excluded.value"
)


def mark(database: sqlite3.Connection, name: str, at: int) -> None:
    """Write a mark, or a number in its place. Raises sqlite3.Error."""
    database.execute(MARK, (name, at))


def marked_at(database: sqlite3.Connection, name: str) -> int | None:
    """The instant of a mark, or None; None as well where there are no tables yet."""
    try:
        row = database.execute("SELECT value FROM notes WHERE name=?", (name,)).fetchone()
    except sqlite3.OperationalError:
        return None
    return int(row[0]) if row else None


def unmark(database: sqlite3.Connection) -> None:
    """Take the marks away. Raises sqlite3.Error."""
    database.execute(f"DELETE FROM notes WHERE name IN {MARKS!r}")  # noqa: S608 - names of ours


def refuse_moved(database: sqlite3.Connection) -> None:
    """Raises SettingRefused where they were moved."""
    if (at := marked_at(database, MOVED)) is not None:
        raise SettingRefused(
            f"The rows of this file were moved to PostgreSQL on {_day(at)}: set database.url; {BACK}"
        )


def refuse_marked(database: sqlite3.Connection) -> None:
    """Raises SettingRefused where they were moved, or a move has begun."""
    refuse_moved(database)
    if (at := marked_at(database, MOVING)) is not None:
        raise SettingRefused(
            f"The rows of this file are being moved to PostgreSQL since {_day(at)}:"
            f" relay migrate --to URL goes on with it; {BACK}"
        )


def _day(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"
