"""Brings a database to the newest schema. Owns when and how: at opening, in one transaction, under a lock.

An empty database gets the tables as they are; one that exists gets what `relay/migrations` has since. Never
touches a database that a newer program has written.
"""

from __future__ import annotations

from typing import Final

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from relay.store.migrate import SCRIPTS, NewerSchema, knows
from relay.store.postgres.tables import FUNCTIONS, tables

MIGRATION_LOCK: Final = 0x51_42_4D_49


def bring_up(connection: Connection) -> None:
    """Make the tables where there are none. Raises NewerSchema."""
    connection.exec_driver_sql("BEGIN")
    try:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
        _bring_up(connection)
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise
    connection.exec_driver_sql("COMMIT")


def _bring_up(connection: Connection) -> None:
    context = MigrationContext.configure(connection)
    found = context.get_current_revision()
    newest = ScriptDirectory(str(SCRIPTS)).get_current_head()
    if found is None:
        tables().create_all(connection)
        for statement in FUNCTIONS:
            connection.exec_driver_sql(statement)
        context.stamp(ScriptDirectory(str(SCRIPTS)), "head")
    elif found != newest:
        known = "an older" if knows(found) else "a newer"
        raise NewerSchema(f"the database was written by {known} release than this one")
