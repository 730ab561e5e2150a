"""Ways in, in the file. Owns the table `methods`: how one is added and closed within a transaction, and all
of an account's; what is closed is in the ledger, so that no restored backup opens it again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence

from relay.core.errors import Conflict
from relay.store.codes import drop_code
from relay.store.deletions import record_method
from relay.store.inserts import need_account


def put_method(
    database: sqlite3.Connection,
    account_id: bytes,
    method: tuple[bytes, bytes],
    replaced: Sequence[bytes],
    now: int,
    known: Collection[bytes] | None = None,
) -> None:
    """Add a way in (method id, sealed), or replace the one of that id; close others with it. NotFound; as
    `check_ways`.
    """
    ends_at = need_account(database, account_id, now)
    check_ways(database, account_id, known)
    for method_id in replaced:
        close_method(database, account_id, method_id)
    database.execute(
        "INSERT INTO methods (account_id, method_id, sealed, expires_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (account_id, method_id) DO UPDATE SET sealed=excluded.sealed",
        (account_id, *method, ends_at),
    )


def ways_of(database: sqlite3.Connection, account_id: bytes) -> set[bytes]:
    """The ids of an account's ways in."""
    found = database.execute("SELECT method_id FROM methods WHERE account_id=?", (account_id,)).fetchall()
    return {method_id for (method_id,) in found}


def check_ways(database: sqlite3.Connection, account_id: bytes, known: Collection[bytes] | None) -> None:
    """Raise Conflict `ways-changed` where an account has others than its caller knew; None: any."""
    if known is not None and ways_of(database, account_id) != set(known):
        raise Conflict("ways-changed")


def close_method(database: sqlite3.Connection, account_id: bytes, method_id: bytes) -> None:
    """This way in opens nothing any more."""
    record_method(database, account_id, method_id)
    database.execute("DELETE FROM methods WHERE account_id=? AND method_id=?", (account_id, method_id))


def close_account(database: sqlite3.Connection, account_id: bytes) -> None:
    """No way into an account remains, nor an offer that could add one, and nothing of its vault."""
    for method_id in sorted(ways_of(database, account_id)):
        close_method(database, account_id, method_id)
    database.execute("DELETE FROM sessions WHERE account_id=?", (account_id,))
    database.execute("DELETE FROM vault_items WHERE account_id=?", (account_id,))
    drop_offers(database, account_id)


def drop_offers(database: sqlite3.Connection, account_id: bytes) -> None:
    """The offer of an account goes, and its code."""
    for (offer_id,) in database.execute(
        "SELECT offer_id FROM browser_offers WHERE account_id=?", (account_id,)
    ).fetchall():
        drop_code(database, offer_id)
    database.execute("DELETE FROM browser_offers WHERE account_id=?", (account_id,))
