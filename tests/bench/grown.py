"""A store that has grown: so many mailboxes of other people, so many messages in them. Owns the rows, which
are written into a stopped relay's file directly, as ten million deposits would take an hour.

Ids are random as real ones are; a body has a hundred bytes, so that the file fits a disk: what a query costs
depends on rows and indexes, not on what they carry elsewhere.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from keys.names import DAY_SECONDS

BODY_BYTES: Final = 100
ROWS_TOGETHER: Final = 200_000

COUNT: Final = "WITH RECURSIVE n(i) AS (SELECT :start UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :end)"
PEOPLE: Final = (
    "CREATE TEMP TABLE crowd (i INTEGER PRIMARY KEY, account BLOB, engagement BLOB, mailbox BLOB)",
    f"INSERT INTO crowd {COUNT} SELECT i, randomblob(16), randomblob(16), randomblob(16) FROM n",
    """
    INSERT INTO accounts (account_id, name_tag, role, fp, expires_at)
    SELECT account, randomblob(32), 2, randomblob(32), :ends_at FROM crowd""",
    """
    INSERT INTO engagements (engagement_id, state, notes_mailbox_id, expires_at)
    SELECT engagement, 'active', randomblob(16), :ends_at FROM crowd""",
    """
    INSERT INTO mailboxes
    (mailbox_id, engagement_id, account_id, role, address, cursor, stored_bytes, expires_at)
    SELECT mailbox, engagement, account, 2, lower(hex(randomblob(10))), :each, :each * :body_bytes, :ends_at
    FROM crowd""",
)
MESSAGES: Final = f"""
INSERT INTO mailbox_rows
(mailbox_id, position, envelope_id, received_day, expires_at, shortened, reason, raw, acknowledged)
{COUNT}
SELECT c.mailbox, n.i / :mailboxes + 1, randomblob(16), :today, :first_due_at + (n.i * 7919) % 5184000, 0, 0,
randomblob(:body_bytes), 0 FROM n JOIN crowd c ON c.i = n.i % :mailboxes"""


def grow(file: Path, mailboxes: int, messages: int, now: int) -> None:
    """Add so many mailboxes, and messages that expire within 60 days after a month. The relay is stopped."""
    bound = {
        "start": 0,
        "end": mailboxes,
        "each": messages // mailboxes + 1,
        "mailboxes": mailboxes,
        "body_bytes": BODY_BYTES,
        "today": now // DAY_SECONDS,
        "first_due_at": now + 30 * DAY_SECONDS,
        "ends_at": now + 400 * DAY_SECONDS,
    }
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("PRAGMA synchronous=OFF")
        database.execute("PRAGMA cache_size=-1000000")
        for statement in PEOPLE:
            database.execute(statement, bound)
        for start in range(0, messages, ROWS_TOGETHER):
            part = {"start": start, "end": min(messages, start + ROWS_TOGETHER)}
            database.execute(MESSAGES, bound | part)
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
