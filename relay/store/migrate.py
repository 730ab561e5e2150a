"""Brings a file to the newest schema. Owns when and how `relay/migrations` runs: at opening, on the writing
connection, each step whole.

Never touches a file that a newer program has written.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import StaticPool

SCRIPTS: Final = Path(__file__).resolve().parent.parent / "migrations"


class NewerSchema(RuntimeError):
    """The file was written by a newer program; this one must leave it alone."""


def bring_up(database: sqlite3.Connection, number: str = "head") -> None:
    """Run what is missing up to the newest migration or to that number, each in a transaction of its own.
    Raises NewerSchema.

    The caller holds the lock of the file (`relay.store.engine.hold`).
    """
    if _is_newer(database):
        raise NewerSchema("the store was written by a newer release")
    engine = create_engine("sqlite://", creator=lambda: database, poolclass=StaticPool)
    event.listen(engine, "begin", _begin)
    settings = Config()
    settings.set_main_option("script_location", str(SCRIPTS))
    with engine.connect() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, number)


def _begin(connection: Connection) -> None:
    """The driver leaves transactions to us, so that a migration that fails leaves nothing behind."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def knows(number: str) -> bool:
    """Whether this program has the migration of that number."""
    return number in {script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions()}


def _is_newer(database: sqlite3.Connection) -> bool:
    try:
        found: list[tuple[Any]] = database.execute("SELECT version_num FROM alembic_version").fetchall()
    except sqlite3.OperationalError:
        return False  # an empty file
    return any(not knows(number) for (number,) in found)
