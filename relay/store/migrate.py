"""Brings a file to the newest schema. Owns when `relay/migrations` runs: at opening, on the writing
connection, where something is missing.

Never touches a file that a newer program has written.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

SCRIPTS: Final = Path(__file__).resolve().parent.parent / "migrations"


class NewerSchema(RuntimeError):
    """The file was written by a newer program; this one must leave it alone."""


def bring_up(database: sqlite3.Connection, number: str = "") -> None:
    """Run what is missing up to the newest migration or to that number, each in a transaction of its own.
    Raises NewerSchema.

    The caller holds the lock of the file (`relay.store.engine.hold`).
    """
    found, known = _numbers_in(database), _known()
    if not found <= known:
        raise NewerSchema("the store was written by a newer release")
    wanted = number or max(known)
    if found != {wanted}:
        from relay.store.upgrade import upgrade

        upgrade(database, SCRIPTS, wanted)


def knows(number: str) -> bool:
    """Whether this program has the migration of that number."""
    return number in _known()


def _known() -> set[str]:
    """The numbers of the migrations, with which their files' names begin."""
    return {path.name.partition("_")[0] for path in (SCRIPTS / "versions").glob("[0-9]*_*.py")}


def _numbers_in(database: sqlite3.Connection) -> set[str]:
    try:
        found: list[tuple[str]] = database.execute("SELECT version_num FROM alembic_version").fetchall()
    except sqlite3.OperationalError:
        return set()  # an empty file
    return {number for (number,) in found}
