"""An operator's command on a server: its connection, and the mark that stands in a database while such a
command is at work in it. Owns the sentences for what goes wrong with a server: none has a password, nor a
value of a row.

A database with the mark is opened by no relay. It goes with the last step of the work; a command that was
killed is given again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
from sqlalchemy import Connection
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from relay.store.engine import SettingRefused
from relay.store.faults import Fault, NotUsable
from relay.store.postgres.migrate import MIGRATION_LOCK

RELAY: Final = "quietbox"
COMMAND: Final = "quietbox command"
"""What the server calls a relay's connections, and a command's."""
LOOKED_FOR: Final = {
    "tcp_keepalives_idle": "15",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
"""Whose machine has vanished must not keep locks from others: by itself the server would notice after two
hours.
"""
CONNECTED: Final = {"application_name": COMMAND, "synchronous_commit": "on", **LOOKED_FOR}
COMMAND_LOCK: Final = 0x51_42_43_4D
ALONE: Final = {
    COMMAND_LOCK: "Another command is at work in this database.",
    MIGRATION_LOCK: "A relay has this database open: stop all of them first.",
}
"""What each connection of a relay holds together with the others' (`relay.store.postgres.migrate`) is a
command's alone."""
UNFINISHED: Final = "unfinished"
MARK: Final = (
    f"CREATE TABLE {UNFINISHED} (work text NOT NULL, relay bytea NOT NULL, begun_at bigint NOT NULL)"
)
PROGRESS: Final = f"""
CREATE TABLE {UNFINISHED}_tables
(name text PRIMARY KEY, reached bigint NOT NULL, count bigint NOT NULL, sum bytea NOT NULL)"""
THERE: Final = f"SELECT to_regclass('{UNFINISHED}') IS NOT NULL"
SENTENCES: Final = {
    "28": "The server refuses this name or its password.",
    "3D": "The server has no such database: createdb makes it.",
    "42501": "This name may not do that there: it has to own the database, or have CREATE on its schema.",
    "53": "The server has no room for that.",
    "08": "The connection to the server was lost: give the command again.",
    "57": "The server went away: give the command again.",
}


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What a command began, for which relay, and when."""

    work: str
    relay: bytes
    begun_at: int


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[AsyncConnection]:
    """A connection of one's own. Raises NotUsable, also for what happens while it is used."""
    with sentences():
        async with AsyncExitStack() as stack:
            yield await _connect(url, stack)


@asynccontextmanager
async def alone(url: str) -> AsyncIterator[AsyncConnection]:
    """The same, while no relay and no other command is at work in the database."""
    async with connected(url) as connection:
        for lock, sentence in ALONE.items():
            held = await connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({lock})")
            if not held.scalar():
                raise NotUsable(sentence)
        yield connection


def driven(url: str) -> str:
    """A URL with the name of the driver in it."""
    return url.replace("postgresql://", "postgresql+asyncpg://", 1)


async def _connect(url: str, stack: AsyncExitStack) -> AsyncConnection:
    try:
        engine = create_async_engine(
            driven(url),
            isolation_level="AUTOCOMMIT",
            poolclass=NullPool,
            connect_args={"server_settings": dict(CONNECTED)},
        )
        stack.push_async_callback(engine.dispose)
        return await stack.enter_async_context(engine.connect())
    except OSError as fault:
        raise NotUsable(f"The server does not answer: {fault}", reachable=False) from None
    except (ArgumentError, TypeError, ValueError):
        raise NotUsable("This is no URL of a database that the driver understands.") from None


def driver_of(connection: AsyncConnection) -> Any:
    """The driver's own connection, for what only it can do: COPY, and cursors."""
    if connection.sync_connection is None:
        raise ConnectionError  # it is closed
    return connection.sync_connection.connection.driver_connection


def refuse_unfinished(connection: Connection) -> None:
    """Raises SettingRefused where the mark stands."""
    if connection.exec_driver_sql(THERE).scalar():
        raise SettingRefused(
            "a command of the operator (relay migrate --to, relay restore) has not come to its end in this"
            " database: give it again"
        )


async def unfinished(connection: AsyncConnection) -> Unfinished | None:
    """The mark, if it stands."""
    if not (await connection.exec_driver_sql(THERE)).scalar():
        return None
    found = await driver_of(connection).fetchrow(f"SELECT work, relay, begun_at FROM {UNFINISHED}")  # noqa: S608 - a name of ours
    return Unfinished(*found) if found else None


async def begin(connection: AsyncConnection, mark: Unfinished) -> None:
    """Set the mark anew."""
    driver = driver_of(connection)
    async with driver.transaction():
        for table in (f"{UNFINISHED}_tables", UNFINISHED):
            await driver.execute(f"DROP TABLE IF EXISTS {table}")
        for statement in (MARK, PROGRESS):
            await driver.execute(statement)
        await driver.execute(
            f"INSERT INTO {UNFINISHED} VALUES ($1, $2, $3)",  # noqa: S608 - a name of ours
            mark.work,
            mark.relay,
            mark.begun_at,
        )


async def finish(connection: AsyncConnection) -> None:
    """Take the mark away: a relay may open the database."""
    await driver_of(connection).execute(f"DROP TABLE {UNFINISHED}_tables, {UNFINISHED}")


@contextmanager
def sentences() -> Iterator[None]:
    """The driver's faults as sentences. Raises NotUsable."""
    try:
        yield
    except ConnectionError:
        raise _named(None) from None
    except DBAPIError as fault:
        raise _named(getattr(fault.orig, "sqlstate", None)) from None
    except Fault as fault:
        raise _named(str(fault).partition(":")[0]) from None
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as fault:
        raise _named(getattr(fault, "sqlstate", None)) from None


def _named(code: str | None) -> NotUsable:
    """A sentence for a SQLSTATE (PostgreSQL, Appendix A); without one the connection is gone."""
    if code in {None, "None"}:
        return NotUsable(SENTENCES["08"], reachable=False)
    found = SENTENCES.get(code, SENTENCES.get(code[:2], f"The server did not do it (error {code})."))
    return NotUsable(found, reachable=code[:2] not in {"08", "57"})
