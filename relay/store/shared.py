"""What a transaction needs where others write to the same database. Owns locks, their order, and statements
for many at once; on a file, which has one writer, there is nothing to lock.

The order in which everybody locks: mailboxes by their ids, then what is in them, then what belongs to people.
Whoever holds a mailbox's lock is the only one that adds to it, takes from it, or changes what governs it;
positions are given under it, so that they become visible in their order.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Final

LOCK_MAILBOXES: Final = """
SELECT mailbox_id FROM mailboxes WHERE mailbox_id = ANY(?) ORDER BY mailbox_id FOR NO KEY UPDATE"""
LOCK_ENGAGEMENT: Final = """
SELECT mailbox_id FROM mailboxes WHERE engagement_id = ? ORDER BY mailbox_id FOR NO KEY UPDATE"""
LOCK_BLOB: Final = "UPDATE blobs SET expires_at = expires_at WHERE blob_id = ?"
"""Not locked alone: a serialisable transaction that has not seen what is done here has to fail by it."""
SKIP: Final = " SKIP LOCKED"


def is_shared(database: object) -> bool:
    """Whether others write to this database, and asking it is an exchange with a server."""
    return bool(getattr(database, "shared", False))


def is_alone(database: object) -> bool:
    """Whether nothing changes while this transaction runs, as far as it can see."""
    return bool(getattr(database, "alone", True))


def lock_mailboxes(
    database: sqlite3.Connection, mailbox_ids: Iterable[bytes], *, skip: bool = False
) -> set[bytes]:
    """Wait for these mailboxes, or with `skip` leave those out that somebody has; which are held now. What is
    asked after this shows all that was committed before.
    """
    wanted = sorted(set(mailbox_ids))
    if not wanted or not is_shared(database):
        return set(wanted)
    found = database.execute(LOCK_MAILBOXES + SKIP * skip, (wanted,))
    return {mailbox_id for (mailbox_id,) in found}


def lock_mailboxes_ahead(database: Any, mailbox_ids: Iterable[bytes]) -> None:
    """As `lock_mailboxes`, by words that travel with the next statement: each exchange is waited for."""
    wanted = sorted(set(mailbox_ids))
    if wanted and is_shared(database):
        written = ", ".join(f"'\\x{one.hex()}'::bytea" for one in wanted)
        database.ahead(LOCK_MAILBOXES.replace("?", f"ARRAY[{written}]"))


def lock_engagement(database: sqlite3.Connection, engagement_id: bytes) -> None:
    """Wait for all mailboxes of an engagement: nothing comes in that was let in under what changes now."""
    if is_shared(database):
        database.execute(LOCK_ENGAGEMENT, (engagement_id,))


def lock_blob(database: sqlite3.Connection, blob_id: bytes) -> None:
    """Wait for a blob: whether anything links it is asked after this."""
    if is_shared(database):
        database.execute(LOCK_BLOB, (blob_id,))


def claiming(database: sqlite3.Connection, statement: str, table: str = "") -> str:
    """A statement whose rows no other takes while this transaction runs, and that leaves out what another has
    taken; of a join, the rows of `table`.
    """
    return f"{statement} FOR UPDATE{' OF ' * bool(table)}{table}{SKIP}" if is_shared(database) else statement


def each(database: Any, statement: str, many: Sequence[Any]) -> list[Any]:
    """The rows that a statement finds for each of many, one after the other; one exchange with a server."""
    if is_shared(database):
        return list(database.fetchmany(statement, many))
    return [row for one in many for row in database.execute(statement, one).fetchall()]
