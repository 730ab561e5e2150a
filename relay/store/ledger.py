"""Small parts in the file: personal addresses as keyed hashes, keepers' days and queue, the relay's own
notes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import fields
from functools import partial
from itertools import compress

from relay.core.errors import CodeRefused, NotFound
from relay.core.model import QueuedRevoke, Sender
from relay.store.base import Part
from relay.store.deletions import record_sender
from relay.store.inserts import need_account
from relay.store.log import append_entries

COLUMNS = [field.name for field in fields(Sender)]  # the table has the model's names
SELECT = f"SELECT {', '.join(COLUMNS)} FROM senders WHERE account_id=? AND expires_at>?"  # noqa: S608
PUT = f"INSERT INTO senders ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608
PUT += " ON CONFLICT (sender_id) DO UPDATE SET " + ", ".join(f"{name}=excluded.{name}" for name in COLUMNS)
PUT_DAY = (
    "INSERT INTO keeper_days (keeper_id, day, signed) VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING day"
)
QUEUE = "INSERT INTO queued_revokes (keeper_id, request, expires_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
QUEUED = "SELECT keeper_id, request, expires_at FROM queued_revokes WHERE keeper_id=? ORDER BY rowid LIMIT ?"
NOTE = "INSERT INTO notes (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value=excluded.value"


class SqlLedger(Part):
    """`relay.core.ports.Senders` and `relay.core.ports.KeeperDays`."""

    async def put_sender(self, sender: Sender, *, now: int) -> None:
        """Store, or replace the one of that id. NotFound without its account."""
        await self._write(partial(_put_sender, sender=sender, now=now))

    async def senders_of(self, account_id: bytes, *, now: int) -> list[Sender]:
        """Those that are not due, oldest first."""
        found = await self._read(
            lambda database: database.execute(f"{SELECT} ORDER BY rowid", (account_id, now)).fetchall()
        )
        return [Sender(*row) for row in found]

    async def confirm_sender(self, account_id: bytes, code_tag: bytes, *, now: int) -> Sender:
        """The waiting one with that code, in time. CodeRefused."""
        return await self._write(partial(_confirm_sender, account_id=account_id, code_tag=code_tag, now=now))

    async def remove_sender(self, account_id: bytes, sender_id: bytes, *, now: int) -> None:
        """NotFound where it is not this account's. Its rules go in the same transaction."""
        await self._write(partial(_remove_sender, account_id=account_id, sender_id=sender_id, now=now))

    async def put_days(
        self, keeper_id: bytes, days: Sequence[tuple[int, bytes]], entries: Sequence[bytes] = ()
    ) -> None:
        """Signed day keys; one that is known stays as it was first signed, and is not logged again."""
        await self._write(partial(_put_days, keeper_id=keeper_id, days=days, entries=entries))

    async def days(self, keeper_id: bytes, first: int, count: int) -> list[bytes]:
        """Those known of `count` days from `first` on."""
        found = await self._read(
            lambda database: database.execute(
                "SELECT signed FROM keeper_days WHERE keeper_id=? AND day>=? AND day<? ORDER BY day",
                (keeper_id, first, first + count),
            ).fetchall()
        )
        return [signed for (signed,) in found]

    async def queue_revoke(self, revoke: QueuedRevoke) -> None:
        """Queue once."""
        row = (revoke.keeper_id, revoke.request, revoke.expires_at)
        await self._write(lambda database: database.execute(QUEUE, row).rowcount)

    async def queued_revokes(self, keeper_id: bytes, limit: int) -> list[QueuedRevoke]:
        """The oldest first."""
        found = await self._read(lambda database: database.execute(QUEUED, (keeper_id, limit)).fetchall())
        return [QueuedRevoke(*row) for row in found]

    async def drop_revoke(self, revoke: QueuedRevoke) -> None:
        """Taken by its keeper."""
        statement = "DELETE FROM queued_revokes WHERE keeper_id=? AND request=?"
        await self._write(
            lambda database: database.execute(statement, (revoke.keeper_id, revoke.request)).rowcount
        )

    async def note(self, name: str, value: int) -> None:
        """Remember."""
        await self._write(lambda database: database.execute(NOTE, (name, value)).rowcount)

    async def noted(self, name: str) -> int | None:
        """What was remembered."""
        row = await self._read(
            lambda database: database.execute("SELECT value FROM notes WHERE name=?", (name,)).fetchone()
        )
        return int(row[0]) if row else None


def _put_days(
    database: sqlite3.Connection,
    keeper_id: bytes,
    days: Sequence[tuple[int, bytes]],
    entries: Sequence[bytes],
) -> None:
    new = [database.execute(PUT_DAY, (keeper_id, day, signed)).fetchone() is not None for day, signed in days]
    append_entries(database, compress(entries, new))


def _put_sender(database: sqlite3.Connection, sender: Sender, now: int) -> None:
    need_account(database, sender.account_id, now)
    database.execute(PUT, [getattr(sender, name) for name in COLUMNS])


def _confirm_sender(database: sqlite3.Connection, account_id: bytes, code_tag: bytes, now: int) -> Sender:
    waiting = f"{SELECT} AND state='waiting' AND code_tag=? AND code_expires_at>? ORDER BY rowid LIMIT 1"
    row = database.execute(waiting, (account_id, now, code_tag, now)).fetchone()
    if row is None:
        raise CodeRefused
    database.execute("UPDATE senders SET state='confirmed', code_tag=x'' WHERE sender_id=?", (row[0],))
    found = database.execute(f"{SELECT} AND sender_id=?", (account_id, now, row[0])).fetchone()
    return Sender(*found)


def _remove_sender(database: sqlite3.Connection, account_id: bytes, sender_id: bytes, now: int) -> None:
    mine = "SELECT 1 FROM senders WHERE sender_id=? AND account_id=? AND expires_at>?"
    if database.execute(mine, (sender_id, account_id, now)).fetchone() is None:
        raise NotFound
    record_sender(database, account_id, sender_id)
    database.execute("DELETE FROM rules WHERE sender_id=?", (sender_id,))
    database.execute("DELETE FROM senders WHERE sender_id=?", (sender_id,))
