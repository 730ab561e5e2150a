"""Ways in, in the file. Owns the table `methods`: how one is added and closed within a transaction; what is
closed is in the ledger, so that no restored backup opens it again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from relay.store.deletions import record_method
from relay.store.inserts import need_account


def put_method(
    database: sqlite3.Connection,
    account_id: bytes,
    method: tuple[bytes, bytes],
    replaced: Sequence[bytes],
    now: int,
) -> None:
    """Add a way in (method id, sealed), or replace the one of that id; close others with it. NotFound."""
    ends_at = need_account(database, account_id, now)
    for method_id in replaced:
        close_method(database, account_id, method_id)
    database.execute(
        "INSERT INTO methods (account_id, method_id, sealed, expires_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (account_id, method_id) DO UPDATE SET sealed=excluded.sealed",
        (account_id, *method, ends_at),
    )


def close_method(database: sqlite3.Connection, account_id: bytes, method_id: bytes) -> None:
    """This way in opens nothing any more."""
    record_method(database, account_id, method_id)
    database.execute("DELETE FROM methods WHERE account_id=? AND method_id=?", (account_id, method_id))
