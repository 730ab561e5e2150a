"""Runs the migrations. Owns how alembic is led over the writing connection, each step whole; when, is
`relay.store.migrate`'s.

A module of its own because alembic and SQLAlchemy take 25 MB of memory, and a relay whose file is new needs
neither.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import StaticPool


def upgrade(database: sqlite3.Connection, scripts: Path, number: str) -> None:
    """Run what is missing up to that number, each migration in a transaction of its own."""
    engine = create_engine("sqlite://", creator=lambda: database, poolclass=StaticPool)
    event.listen(engine, "begin", _begin)
    settings = Config()
    settings.set_main_option("script_location", str(scripts))
    with engine.connect() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, number)


def _begin(connection: Connection) -> None:
    """The driver leaves transactions to us, so that a migration that fails leaves nothing behind."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
