"""Typed codes in the file. Owns the table `codes`."""

from __future__ import annotations

import sqlite3
from functools import partial

from relay.core.errors import Conflict, NotFound, TooManyRequests
from relay.core.model import Code
from relay.store.base import Part
from relay.store.inserts import need_account

COLUMNS = "nameplate, account_id, subject, expires_at, proof_check, box"


class SqlCodes(Part):
    """`relay.core.ports.Codes`."""

    async def put_code(self, code: Code, *, most: int, now: int) -> Code:
        """What is due has no nameplate any more, swept or not."""
        return await self._write(partial(_put, code=code, most=most, now=now))

    async def seal_code(
        self, account_id: bytes, nameplate: str, check: bytes, box: bytes, *, now: int
    ) -> None:
        """Both together."""
        await self._write(
            partial(_seal, account_id=account_id, nameplate=nameplate, check=check, box=box, now=now)
        )

    async def code(self, nameplate: str, *, now: int) -> Code | None:
        """The one that has this nameplate."""
        found = f"SELECT {COLUMNS} FROM codes WHERE nameplate=? AND expires_at>?"  # noqa: S608 - names from here
        row = await self._read(lambda database: database.execute(found, (nameplate, now)).fetchone())
        return Code(*row) if row else None


def drop_code(database: sqlite3.Connection, subject: bytes) -> None:
    """What the code led to is not open any more."""
    database.execute("DELETE FROM codes WHERE subject=?", (subject,))


def _put(database: sqlite3.Connection, code: Code, most: int, now: int) -> Code:
    need_account(database, code.account_id, now)
    database.execute(
        "DELETE FROM codes WHERE expires_at<=? AND (nameplate=? OR subject=?)",
        (now, code.nameplate, code.subject),
    )
    found = f"SELECT {COLUMNS} FROM codes WHERE subject=?"  # noqa: S608 - names from here
    known = database.execute(found, (code.subject,)).fetchone()
    if known:
        return Code(*known)
    (count,) = database.execute(
        "SELECT count(*) FROM codes WHERE account_id=? AND expires_at>?", (code.account_id, now)
    ).fetchone()
    if count >= most:
        raise TooManyRequests
    if database.execute("SELECT 1 FROM codes WHERE nameplate=?", (code.nameplate,)).fetchone():
        raise Conflict("nameplate-taken")
    row = (code.nameplate, code.account_id, code.subject, code.expires_at, code.check, code.box)
    database.execute(f"INSERT INTO codes ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", row)  # noqa: S608 - names from here
    return code


def _seal(
    database: sqlite3.Connection, account_id: bytes, nameplate: str, check: bytes, box: bytes, now: int
) -> None:
    changed = database.execute(
        "UPDATE codes SET proof_check=?, box=? WHERE nameplate=? AND account_id=? AND expires_at>?",
        (check, box, nameplate, account_id, now),
    )
    if changed.rowcount == 0:
        raise NotFound
