"""What people say of their own copies, in the file. Owns the table `own_copies`."""

from __future__ import annotations

import sqlite3
from functools import partial
from typing import Final

from relay.core.errors import InboxFull
from relay.core.model import OwnCopies
from relay.store.base import Part

BY: Final = """
SELECT engagement_id, author_id, computer, account_id, statement, expires_at FROM own_copies
WHERE author_id = ? AND engagement_id = ? AND expires_at > ? ORDER BY computer"""
FOR: Final = """
SELECT engagement_id, author_id, computer, account_id, statement, expires_at FROM own_copies
WHERE account_id = ? AND expires_at > ? ORDER BY engagement_id, author_id, computer"""
OTHERS: Final = """
SELECT count(*) FROM own_copies WHERE author_id = ? AND engagement_id = ? AND computer <> ?"""
PUT: Final = """
INSERT INTO own_copies (engagement_id, author_id, computer, account_id, statement, expires_at)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (engagement_id, author_id, computer) DO UPDATE SET account_id = excluded.account_id,
    statement = excluded.statement, expires_at = excluded.expires_at"""


class SqlOwnWords(Part):
    """`relay.core.ports.OwnWords`."""

    async def put_own_copies(self, said: OwnCopies, most: int, *, now: int) -> None:
        """Counted and put in one transaction."""
        await self._write(partial(_put, said=said, most=most))

    async def own_copies_by(self, author_id: bytes, engagement_id: bytes, *, now: int) -> list[OwnCopies]:
        """Ascending by computer."""
        return await self._read(partial(_all, asked=BY, values=(author_id, engagement_id, now)))

    async def own_copies_for(self, account_id: bytes, *, now: int) -> list[OwnCopies]:
        """Ascending by engagement, author and computer."""
        return await self._read(partial(_all, asked=FOR, values=(account_id, now)))


def _all(database: sqlite3.Connection, asked: str, values: tuple[bytes | int, ...]) -> list[OwnCopies]:
    return [OwnCopies(*row) for row in database.execute(asked, values)]


def _put(database: sqlite3.Connection, said: OwnCopies, most: int) -> None:
    whose = (said.author_id, said.engagement_id, said.computer)
    (others,) = database.execute(OTHERS, whose).fetchone()
    if others >= most:
        raise InboxFull
    place = (said.engagement_id, said.author_id, said.computer)
    database.execute(PUT, (*place, said.account_id, said.statement, said.expires_at))
