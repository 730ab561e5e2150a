"""Brings a database to the newest schema. Owns when and how: at opening, in one transaction, under a lock
that no relay may hold meanwhile.

An empty database gets the tables as they are; one that exists gets what `relay/migrations` has since the
first release on PostgreSQL (0009). Each connection of a relay holds the lock together with the others', and
is given only where the schema is the one that the relay knows: so none writes into another. Never touches a
database that a newer program has written.
"""

from __future__ import annotations

from typing import Any, Final

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from relay.store.engine import SettingRefused
from relay.store.faults import Fault
from relay.store.migrate import SCRIPTS, NewerSchema, knows
from relay.store.postgres.tables import make

MIGRATION_LOCK: Final = 0x51_42_4D_49
FIRST_RELEASE_LOCK: Final = 0x51_42_52_31
"""What a relay of the first release holds while it runs."""
ALONE: Final = f"""
SELECT pg_try_advisory_xact_lock({MIGRATION_LOCK}) AND pg_try_advisory_xact_lock({FIRST_RELEASE_LOCK})"""
TOGETHER: Final = f"SELECT pg_try_advisory_lock_shared({MIGRATION_LOCK})"
NUMBER: Final = "SELECT version_num FROM alembic_version"
PAUSE_SECONDS: Final = 0.1
MOST_PAUSES: Final = 300
MOST_JOIN_PAUSES: Final = 30


class OtherSchema(Fault):
    """The database is being brought to another schema, or was."""


def bring_up(connection: Connection) -> None:
    """Make the tables where there are none, run what is missing where there are some; wait up to half a
    minute for others that do so or that still run. Raises NewerSchema, SettingRefused.
    """
    for _ in range(MOST_PAUSES):
        if _is_newest(connection) or _try(connection):
            return
        connection.exec_driver_sql(f"SELECT pg_sleep({PAUSE_SECONDS})")
    raise SettingRefused(
        "the database has to be brought to this release's tables, and others have it open: stop all of them"
        " that are of an older release, or wait for the one that is doing it"
    )


def newest() -> str:
    """The number of the newest migration."""
    return ScriptDirectory(str(SCRIPTS)).get_current_head() or ""


def join(driver: Any, known: str) -> None:
    """Let a new connection of a relay that knows this schema stand beside the others', after a moment where
    somebody looks at it alone, as one does who starts at the same time. Raises OtherSchema.
    """
    cursor, joined = driver.cursor(), False
    for pause in range(MOST_JOIN_PAUSES + 1):
        if pause:
            cursor.execute(f"SELECT pg_sleep({PAUSE_SECONDS})")
        cursor.execute(TOGETHER)
        (joined,) = cursor.fetchone()
        if joined:
            break
    cursor.execute(NUMBER)
    (number,) = cursor.fetchone()
    cursor.close()
    if not joined or number != known:
        driver.close()
        raise OtherSchema("the database is not at this release's schema")


def _number(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _is_newest(connection: Connection) -> bool:
    found = _number(connection)
    if found is not None and not knows(found):
        raise NewerSchema("the database was written by a newer release than this one")
    return found == newest()


def _try(connection: Connection) -> bool:
    """Do it, in one transaction; False where others have the database open."""
    connection.exec_driver_sql("BEGIN")
    try:
        if alone := bool(connection.exec_driver_sql(ALONE).scalar()):
            _bring_up(connection)
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise
    connection.exec_driver_sql("COMMIT" if alone else "ROLLBACK")
    return alone


def _bring_up(connection: Connection) -> None:
    if _number(connection) is None:
        make(connection)
        MigrationContext.configure(connection).stamp(ScriptDirectory(str(SCRIPTS)), "head")
    elif not _is_newest(connection):
        _upgrade(connection)


def _upgrade(connection: Connection) -> None:
    """All of it in the transaction that is open: alembic begins none of its own then."""
    from alembic import command
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(SCRIPTS))
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
