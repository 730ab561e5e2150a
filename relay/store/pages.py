"""Pages of a mailbox as they travel, joined by SQLite itself. Owns the statements; the layout is that of
`relay.core.rows`.

A page of fifty is one row to the driver, which else gives up the interpreter's lock, and takes five of
SQLite's, for each row and column (docs/performance.md). What is out of the ordinary, a page that its bytes
end, goes row by row.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from relay.core.model import Page
from relay.core.rows import ENVELOPE_KIND, HEAD, TOMBSTONE, TOMBSTONE_KIND

MOST_JOINED_BYTES: Final = 8 * 1024 * 1024
"""SQLite joins no more on a connection that was prepared: two hundred of the largest envelopes would be 240
MB in memory before their sum is known."""

_ROWS: Final = """
SELECT r.position, r.envelope_id, r.received_day, r.raw, r.reason
FROM mailbox_rows r JOIN mailboxes m ON m.mailbox_id = r.mailbox_id AND m.expires_at > :now
WHERE r.mailbox_id = :mailbox_id AND r.position {after} :start AND r.expires_at > :now
ORDER BY r.position {order} LIMIT :limit"""
_JOINED: Final = f"""
SELECT CAST(group_concat(
    row_head(iif(raw IS NULL, {TOMBSTONE_KIND}, {ENVELOPE_KIND}), position, received_day,
        coalesce(length(raw), {TOMBSTONE.size}))
    || coalesce(raw, row_tombstone(envelope_id, reason, received_day)), '') AS BLOB),
    {{last}}(position), count(*)
FROM ({_ROWS})"""  # noqa: S608 - words of ours
"""Text that is no text: SQLite joins bytes as they are, and a subquery with a limit keeps its order."""
_BEYOND: Final = """
SELECT EXISTS (SELECT 1 FROM mailbox_rows
WHERE mailbox_id = :mailbox_id AND position {after} :start AND expires_at > :now)"""
_UP: Final = {"after": ">", "order": "ASC", "last": "max"}
_DOWN: Final = {"after": "<", "order": "DESC", "last": "min"}
_STATEMENTS: Final = {
    descending: (_JOINED.format(**words), _BEYOND.format(**words))
    for descending, words in ((False, _UP), (True, _DOWN))
}


def prepare(database: sqlite3.Connection) -> sqlite3.Connection:
    """Teach a reading connection to write a row's frame."""
    database.create_function("row_head", 4, HEAD.pack, deterministic=True)
    database.create_function("row_tombstone", 3, TOMBSTONE.pack, deterministic=True)
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_JOINED_BYTES)
    return database


def joined_page(
    database: sqlite3.Connection,
    mailbox_id: bytes,
    *,
    start: int,
    descending: bool,
    limit: int,
    max_bytes: int,
    now: int,
) -> Page[bytes] | None:
    """A page on a prepared connection; None where it is to be made row by row, since `max_bytes` may end
    it.
    """
    statement, beyond = _STATEMENTS[descending]
    bound = {"mailbox_id": mailbox_id, "start": start, "limit": limit, "now": now}
    try:
        joined, last, count = database.execute(statement, bound).fetchone()
    except sqlite3.DataError:  # beyond what is joined
        return None
    if not count:
        return Page(b"", start, False)
    if len(joined) > max_bytes:
        return None
    more = count == limit and bool(database.execute(beyond, {**bound, "start": last}).fetchone()[0])
    return Page(joined, last, more)
