"""What backup and restore do on a server: seal a snapshot, fill an empty database, apply the ledger in place.
Owns their connections; imported where a database has a URL, as its driver is an extra.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import SecretStr
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from keys.encoding import label
from relay.service.keyfiles import KeyFiles
from relay.store.backup_file import Backup, seal
from relay.store.carrying import carry
from relay.store.deletion_files import Record
from relay.store.engine import connect_reader
from relay.store.faults import NotUsable
from relay.store.postgres import filling, server
from relay.store.postgres.database import PostgresDatabase
from relay.store.postgres.migrate import bring_up, newest
from relay.store.postgres.rows import PostgresRows
from relay.store.rebuild import Counts, counts
from relay.store.replay import Replayed, Sign, replay

RESTORE: Final = "restore"
WHOLE: Final = "BEGIN ISOLATION LEVEL SERIALIZABLE"

Result = TypeVar("Result")


def tag_of(keys: KeyFiles) -> bytes:
    """What names this relay in a database that is being filled."""
    return sha256(label("fill") + keys.log.public).digest()


def seal_rows(url: SecretStr, folder: Path, key: bytes, now: int) -> Backup:
    """Seal one snapshot, while relays serve. Raises NotUsable, Fault, OSError, BackupHeld."""

    def work(database: PostgresDatabase) -> Backup:
        rows = PostgresRows(database)
        if rows.schema() != newest():
            raise NotUsable("The database is another release's: use that one, or relay migrate first.")
        return seal(rows, folder, key, now, os.urandom)

    return asyncio.run(_finished(url, work))


def counts_of(url: SecretStr) -> Counts | None:
    """What people would miss; None where that cannot be read."""
    try:
        return looked(url, counts)  # type: ignore[arg-type]
    except NotUsable:
        return None


def looked(url: SecretStr, work: Callable[[PostgresDatabase], Result]) -> Result:
    """Do some reading, while relays serve. Raises NotUsable, Fault."""
    return asyncio.run(_finished(url, work))


def check_empty(url: SecretStr, keys: KeyFiles) -> None:
    """Raises NotUsable for a database that cannot be restored into."""

    async def run() -> None:
        async with server.alone(url.get_secret_value()) as connection:
            await filling.refuse_full(connection, await server.unfinished(connection), tag_of(keys))

    asyncio.run(run())


def fill(url: SecretStr, file: Path, keys: KeyFiles, now: int, before_end: Callable[[], None]) -> None:
    """Fill the database with a file's rows; `before_end` is called when all of them are there and compared.
    Raises NotUsable, and what it raises; until the end no relay opens the database.
    """

    async def run() -> None:
        tag = tag_of(keys)
        async with server.alone(url.get_secret_value()) as connection:
            await filling.refuse_full(connection, await server.unfinished(connection), tag)
            await filling.begin(connection, server.Unfinished(RESTORE, tag, now))
            with closing(connect_reader(file)) as source:
                await filling.fill(connection, source, lambda *_: None)
            before_end()
            await server.finish(connection)

    asyncio.run(run())


def carry_from(url: SecretStr, file: sqlite3.Connection) -> None:
    """What `carry` takes over from a database that was, into the file in which a restore is built. Raises
    NotUsable, Fault.
    """

    def work(database: PostgresDatabase) -> None:
        if PostgresRows(database).schema() != newest():
            raise NotUsable("The former database is another release's.")
        carry(file, database)  # type: ignore[arg-type]

    asyncio.run(_finished(url, work))


def replay_there(url: SecretStr, records: Callable[[Any], Iterator[Record]], sign: Sign) -> Replayed:
    """Apply the ledger's records for a database, in one transaction. Raises NotUsable, and
    what `records` raises.
    """

    def work(database: PostgresDatabase) -> Replayed:
        return replay(database, records(database), sign, WHOLE)  # type: ignore[arg-type]

    async def run() -> Replayed:
        async with server.alone(url.get_secret_value()) as connection:
            await _refuse_unfinished(connection)
            if await filling.is_empty(connection):
                raise NotUsable("This database has no rows: put it back first, or restore a backup into it.")
            await connection.run_sync(bring_up)
            return await connection.run_sync(lambda one: work(_database(one)))

    return asyncio.run(run())


async def _finished(url: SecretStr, work: Callable[[PostgresDatabase], Result]) -> Result:
    """Do some reading in a database in which no command is at work."""
    async with server.connected(url.get_secret_value()) as connection:
        await _refuse_unfinished(connection)
        return await connection.run_sync(lambda one: work(_database(one)))


async def _refuse_unfinished(connection: AsyncConnection) -> None:
    if await server.unfinished(connection) is not None:
        raise NotUsable("A command has not come to its end in this database: give that one again first.")


def _database(connection: Connection) -> PostgresDatabase:
    return PostgresDatabase(connection, os.urandom)
