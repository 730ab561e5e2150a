"""What happened to accounts, in the file. Owns the table `happenings`."""

from __future__ import annotations

import sqlite3
from functools import partial
from typing import Final

from relay.core.model import Happening
from relay.store.base import Part
from relay.store.inserts import need_account

MOST: Final = 64
FIND: Final = """
SELECT account_id, kind, at, expires_at, method_id, session_id, number FROM happenings
WHERE account_id = ? AND number > ? AND expires_at > ? ORDER BY number"""
PUT: Final = """
INSERT INTO happenings (account_id, number, kind, at, method_id, session_id, expires_at)
SELECT ?1, max(coalesce(max(number) + 1, 0), ?3), ?2, ?3, ?4, ?5, ?6 FROM happenings WHERE account_id = ?1"""
"""Numbers go on from the clock where none is left to go on from."""
FORGET: Final = """
DELETE FROM happenings WHERE account_id = ?1 AND number <= (
    SELECT number FROM happenings WHERE account_id = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)"""


class SqlHappenings(Part):
    """`relay.core.ports.Happenings`."""

    async def note_happening(self, happening: Happening) -> None:
        """Nothing without the account."""
        await self._write(partial(_note, happening=happening))

    async def happenings(self, account_id: bytes, *, after: int, now: int) -> list[Happening]:
        """Those that are not due."""
        found = await self._read(lambda database: database.execute(FIND, (account_id, after, now)).fetchall())
        return [Happening(*row) for row in found]


def _note(database: sqlite3.Connection, happening: Happening) -> None:
    need_account(database, happening.account_id, happening.at)
    row = (happening.kind, happening.at, happening.method_id, happening.session_id, happening.expires_at)
    database.execute(PUT, (happening.account_id, *row))
    database.execute(FORGET, (happening.account_id, MOST))
