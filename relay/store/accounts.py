"""People in the file. Owns accounts, ways in, sessions, vaults and statements; opens none of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from functools import partial

from keys.names import Role
from relay.core.errors import Conflict, NotAllowed, NotFound
from relay.core.model import Account, Enrolment, Session, VaultItem
from relay.core.ports import Choose
from relay.store.base import Part
from relay.store.deletions import record_statement
from relay.store.enrol import enrol
from relay.store.inserts import extend_account, insert_statement, need_account, put_vault_item
from relay.store.log import append_entries
from relay.store.shared import each
from relay.store.ways import check_ways, close_account, close_method, put_method, ways_of

ACCOUNT = "SELECT account_id, name_tag, role, fp, expires_at FROM accounts WHERE expires_at > ? AND {} = ?"

SESSION = """
SELECT s.token_tag, s.account_id, s.expires_at FROM sessions s
JOIN accounts a ON a.account_id = s.account_id AND a.expires_at > ?2
WHERE s.token_tag = ?1 AND s.expires_at > ?2"""

ALL_ITEMS = "SELECT name, version, expires_at, box FROM vault_items WHERE account_id=? AND expires_at>?"
ITEM = """
SELECT name, version, expires_at, box FROM vault_items WHERE account_id=?1 AND name=?2 AND expires_at>?3"""
VERSIONS = "SELECT name, version FROM vault_items WHERE account_id=? AND expires_at>?"


class SqlAccounts(Part):
    """`relay.core.ports.Accounts`."""

    async def enrol(self, enrolment: Enrolment, *, now: int) -> None:
        """All of an enrolment, in one transaction."""
        await self._write(partial(enrol, enrolment=enrolment, now=now))

    async def account(self, account_id: bytes, *, now: int) -> Account | None:
        """The account, while it is not due."""
        return await self._read(partial(_account, column="account_id", value=account_id, now=now))

    async def account_by_name(self, name_tag: bytes, *, now: int) -> Account | None:
        """The living account of that name."""
        return await self._read(partial(_account, column="name_tag", value=name_tag, now=now))

    async def extend_account(self, account_id: bytes, expires_at: int) -> None:
        """Its end moves on, or stays."""
        await self._write(partial(extend_account, account_id=account_id, expires_at=expires_at))

    async def put_method(
        self,
        account_id: bytes,
        method_id: bytes,
        sealed: bytes,
        *,
        now: int,
        replaced: Sequence[bytes] = (),
        known: Collection[bytes] | None = None,
    ) -> None:
        """Add a way in, or replace the one of that id, and close others with it."""
        method = (method_id, sealed)
        await self._write(
            partial(put_method, account_id=account_id, method=method, replaced=replaced, now=now, known=known)
        )

    async def remove_method(
        self, account_id: bytes, method_id: bytes, *, now: int, known: Collection[bytes] | None = None
    ) -> None:
        """Take a way in away."""
        await self._write(
            partial(_remove_method, account_id=account_id, method_id=method_id, known=known, now=now)
        )

    async def close_account(self, account_id: bytes, *, now: int) -> None:
        """Ways in, sessions and vault go together."""
        await self._write(partial(_close_account, account_id=account_id, now=now))

    async def open_session(self, session: Session, *, now: int) -> None:
        """Remember a session."""
        await self._write(partial(_open_session, session=session, now=now))

    async def session(self, token_tag: bytes, *, now: int) -> Session | None:
        """The open session of that tag, while its account lives."""
        found = await self.sessions([token_tag], now=now)
        return found[0] if found else None

    async def sessions(self, token_tags: Sequence[bytes], *, now: int) -> list[Session]:
        """In one read."""
        asked = [(tag, now) for tag in token_tags]
        return [Session(*row) for row in await self._ask(partial(each, statement=SESSION, many=asked))]

    async def close_session(self, token_tag: bytes) -> None:
        """Forget a session, if there is one."""
        await self._write(
            lambda database: database.execute("DELETE FROM sessions WHERE token_tag=?", (token_tag,)).rowcount
        )

    async def sessions_of(self, account_id: bytes, *, now: int) -> list[Session]:
        """The open sessions of an account."""
        found = await self._read(
            lambda database: database.execute(
                "SELECT token_tag, account_id, expires_at FROM sessions WHERE account_id=? AND expires_at>?"
                " ORDER BY expires_at DESC, token_tag",
                (account_id, now),
            ).fetchall()
        )
        return [Session(*row) for row in found]

    async def vault(self, account_id: bytes, choose: Choose | None = None, *, now: int) -> list[VaultItem]:
        """The items that are not due, by name; no box is read that is not wanted."""
        return await self._read(partial(_vault, account_id=account_id, choose=choose, now=now))

    async def vault_sizes(self, account_id: bytes, *, now: int) -> dict[str, int]:
        """A length is known without the bytes."""
        found = await self._read(
            lambda database: database.execute(
                "SELECT name, length(box) FROM vault_items WHERE account_id=? AND expires_at>?",
                (account_id, now),
            ).fetchall()
        )
        return {name: int(size) for name, size in found}

    async def put_vault(
        self, account_id: bytes, items: Sequence[VaultItem], removed: Sequence[str], *, now: int
    ) -> None:
        """Compare and write item by item, all undone at the first conflict; a name in both lists is
        removed.
        """
        await self._write(partial(_put_vault, account_id=account_id, items=items, removed=removed, now=now))

    async def add_statement(
        self, account_id: bytes, number: int, statement: bytes, *, now: int, log_entry: bytes = b""
    ) -> None:
        """The next link, or the same one again."""
        await self._write(
            partial(
                _add_statement,
                account_id=account_id,
                number=number,
                statement=statement,
                log_entry=log_entry,
                now=now,
            )
        )

    async def statements(self, account_id: bytes, *, after: int) -> list[bytes]:
        """The links above a number."""
        found = await self._read(
            lambda database: database.execute(
                "SELECT statement FROM statements WHERE account_id=? AND number>? ORDER BY number",
                (account_id, after),
            ).fetchall()
        )
        return [statement for (statement,) in found]


def _account(database: sqlite3.Connection, column: str, value: bytes, now: int) -> Account | None:
    row = database.execute(ACCOUNT.format(column), (now, value)).fetchone()
    if row is None:
        return None
    account_id, name_tag, role, fp, expires_at = row
    methods = database.execute(
        "SELECT method_id, sealed FROM methods WHERE account_id=? ORDER BY rowid", (account_id,)
    ).fetchall()
    return Account(account_id, name_tag, Role(role), fp, tuple(methods), expires_at)


def _remove_method(
    database: sqlite3.Connection,
    account_id: bytes,
    method_id: bytes,
    known: Collection[bytes] | None,
    now: int,
) -> None:
    need_account(database, account_id, now)
    check_ways(database, account_id, known)
    found = ways_of(database, account_id)
    if method_id not in found:
        raise NotFound
    if len(found) == 1:
        raise NotAllowed
    close_method(database, account_id, method_id)


def _close_account(database: sqlite3.Connection, account_id: bytes, now: int) -> None:
    need_account(database, account_id, now)
    close_account(database, account_id)


def _open_session(database: sqlite3.Connection, session: Session, now: int) -> None:
    need_account(database, session.account_id, now)
    database.execute(
        "INSERT INTO sessions (token_tag, account_id, expires_at) VALUES (?, ?, ?)",
        (session.token_tag, session.account_id, session.expires_at),
    )


def _vault(
    database: sqlite3.Connection, account_id: bytes, choose: Choose | None, now: int
) -> list[VaultItem]:
    if choose is None:
        found = database.execute(ALL_ITEMS, (account_id, now)).fetchall()
    else:
        versions = dict(database.execute(VERSIONS, (account_id, now)).fetchall())
        found = each(database, ITEM, [(account_id, name, now) for name in choose(versions)])
    return sorted((VaultItem(*row) for row in found), key=lambda item: item.name)


def _put_vault(
    database: sqlite3.Connection,
    account_id: bytes,
    items: Sequence[VaultItem],
    removed: Sequence[str],
    now: int,
) -> None:
    need_account(database, account_id, now)
    for item in items:
        row = database.execute(
            "SELECT version FROM vault_items WHERE account_id=? AND name=? AND expires_at>?",
            (account_id, item.name, now),
        ).fetchone()
        if item.version != (row[0] if row else 0) + 1:
            raise Conflict("vault-conflict")
        put_vault_item(database, account_id, item)
    for name in removed:
        database.execute("DELETE FROM vault_items WHERE account_id=? AND name=?", (account_id, name))


def _add_statement(
    database: sqlite3.Connection, account_id: bytes, number: int, statement: bytes, log_entry: bytes, now: int
) -> None:
    ends_at = need_account(database, account_id, now)
    (newest,) = database.execute(
        "SELECT max(number) FROM statements WHERE account_id=?", (account_id,)
    ).fetchone()
    known = database.execute(
        "SELECT statement FROM statements WHERE account_id=? AND number=?", (account_id, number)
    ).fetchone()
    if known == (statement,):
        return
    if number != newest + 1:
        raise Conflict("statement-conflict")
    insert_statement(database, account_id, number, statement, ends_at)
    record_statement(database, account_id, number, statement)
    append_entries(database, [log_entry] if log_entry else [])
