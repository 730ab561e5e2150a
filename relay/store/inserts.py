"""Rows of people and engagements as they are first written, and how their ends move. Owns that what is part
of something has its end.

An engagement, its mailboxes, members, policies, acts, proposals and tombstones share one end, and what is
named after it in a vault has none later; what waits in a mailbox never outlives it, and is not moved back
when the end is; an account outlives its last mailbox by 30 days (ruling 16).
"""

from __future__ import annotations

import sqlite3

from relay.core.errors import NotFound
from relay.core.model import Account, Engagement, Mailbox, Member, VaultItem
from relay.store.deletions import record_end, record_gone
from relay.store.leaves import move_ends
from relay.store.limits import account_end
from relay.store.segments import end_segments_at
from relay.store.shared import lock_engagement

# The tables whose rows end with their account, and with their engagement.
OF_ACCOUNT = ("accounts", "methods", "statements")
OF_ENGAGEMENT = ("engagements", "mailboxes", "members", "policies", "acts", "proposals", "slots")

BRING_FORWARD = """
UPDATE mailbox_rows SET expires_at = ?1, shortened = 2
WHERE mailbox_id = ?2 AND reason = 0 AND expires_at > ?1 RETURNING envelope_id"""
RULES_END = """
UPDATE rules SET expires_at = ?1 WHERE mailbox_id = ?2 AND (state = 'active' OR expires_at > ?1)"""
# What ended with the engagement goes on with it: a reopening gives back what a closing took from a vault.
NAMED_AFTER = """
UPDATE vault_items SET expires_at = ?1 WHERE account_id = ?2 AND name LIKE '%/' || lower(hex(?3))
AND (expires_at > ?1 OR expires_at = ?4)"""


def need_account(database: sqlite3.Connection, account_id: bytes, now: int) -> int:
    """The end of a living account. Raises NotFound."""
    row = database.execute(
        "SELECT expires_at FROM accounts WHERE account_id=? AND expires_at>?", (account_id, now)
    ).fetchone()
    if row is None:
        raise NotFound
    return int(row[0])


def extend_account(database: sqlite3.Connection, account_id: bytes, expires_at: int) -> None:
    """Let an account and what is part of it live until then; never move its end back."""
    for table in OF_ACCOUNT:
        database.execute(
            f"UPDATE {table} SET expires_at=? WHERE account_id=? AND expires_at<?",  # noqa: S608 - names from here
            (expires_at, account_id, expires_at),
        )
    database.execute(
        "UPDATE senders SET expires_at=? WHERE account_id=? AND state='confirmed' AND expires_at<?",
        (expires_at, account_id, expires_at),
    )
    database.execute(
        "UPDATE notice_channels SET expires_at=? WHERE account_id=? AND state<>'waiting' AND expires_at<?",
        (expires_at, account_id, expires_at),
    )


def end_engagement_at(database: sqlite3.Connection, engagement_id: bytes, ends_at: int) -> None:
    """Set one end for an engagement and all that is part of it. What is in its mailboxes is brought forward
    to it, never back; their accounts live at least 30 days longer.
    """
    lock_engagement(database, engagement_id)
    (before,) = database.execute(
        "SELECT expires_at FROM engagements WHERE engagement_id=?", (engagement_id,)
    ).fetchone()
    for table in OF_ENGAGEMENT:
        database.execute(
            f"UPDATE {table} SET expires_at=? WHERE engagement_id=?",  # noqa: S608 - names from here
            (ends_at, engagement_id),
        )
    database.execute(
        "UPDATE invitations SET expires_at=?1 WHERE engagement_id=?2 AND expires_at>?1",
        (ends_at, engagement_id),
    )
    owned = database.execute(
        "SELECT mailbox_id, account_id FROM mailboxes WHERE engagement_id=?", (engagement_id,)
    )
    for mailbox_id, account_id in owned.fetchall():
        end_mailbox_at(database, mailbox_id, ends_at)
        database.execute(NAMED_AFTER, (ends_at, account_id, engagement_id, before))
        extend_account(database, account_id, account_end(ends_at))
    record_end(database, engagement_id, ends_at)


def end_mailbox_at(database: sqlite3.Connection, mailbox_id: bytes, ends_at: int) -> None:
    """Bring all that is in a mailbox forward to an end, never back."""
    brought = database.execute(BRING_FORWARD, (ends_at, mailbox_id)).fetchall()
    record_gone(database, mailbox_id, [envelope_id for (envelope_id,) in brought], ends_at)
    database.execute(
        "UPDATE blob_links SET expires_at=?1 WHERE mailbox_id=?2 AND expires_at>?1", (ends_at, mailbox_id)
    )
    database.execute(
        "UPDATE mailbox_rows SET expires_at=? WHERE mailbox_id=? AND reason<>0", (ends_at, mailbox_id)
    )
    database.execute(RULES_END, (ends_at, mailbox_id))
    database.execute(
        "UPDATE releases SET expires_at=?1 WHERE mailbox_id=?2 AND expires_at>?1", (ends_at, mailbox_id)
    )
    end_segments_at(database, mailbox_id, ends_at)
    move_ends(database, mailbox_id, account_end(ends_at))


def insert_account(database: sqlite3.Connection, account: Account) -> None:
    """An account with its ways in."""
    database.execute(
        "INSERT INTO accounts (account_id, name_tag, role, fp, expires_at) VALUES (?, ?, ?, ?, ?)",
        (account.account_id, account.name_tag, int(account.role), account.fp, account.expires_at),
    )
    database.executemany(
        "INSERT INTO methods (account_id, method_id, sealed, expires_at) VALUES (?, ?, ?, ?)",
        [(account.account_id, *method, account.expires_at) for method in account.methods],
    )


def insert_statement(
    database: sqlite3.Connection, account_id: bytes, number: int, statement: bytes, ends_at: int
) -> None:
    """A link of a chain."""
    database.execute(
        "INSERT INTO statements (account_id, number, statement, expires_at) VALUES (?, ?, ?, ?)",
        (account_id, number, statement, ends_at),
    )


def put_vault_item(database: sqlite3.Connection, account_id: bytes, item: VaultItem) -> None:
    """An item, in the place of its earlier version."""
    database.execute(
        "INSERT INTO vault_items (account_id, name, version, expires_at, box) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (account_id, name) DO UPDATE SET version=excluded.version,"
        " expires_at=excluded.expires_at, box=excluded.box",
        (account_id, item.name, item.version, item.expires_at, item.box),
    )


def insert_engagement(database: sqlite3.Connection, engagement: Engagement) -> None:
    """An engagement without its parts."""
    database.execute(
        "INSERT INTO engagements (engagement_id, state, notes_mailbox_id, expires_at) VALUES (?, ?, ?, ?)",
        (engagement.engagement_id, engagement.state, engagement.notes_mailbox_id, engagement.expires_at),
    )


def insert_mailbox(database: sqlite3.Connection, mailbox: Mailbox) -> None:
    """An empty mailbox."""
    database.execute(
        "INSERT INTO mailboxes (mailbox_id, engagement_id, account_id, role, address, cursor, stored_bytes,"
        " expires_at) VALUES (?, ?, ?, ?, ?, 0, 0, ?)",
        (
            mailbox.mailbox_id,
            mailbox.engagement_id,
            mailbox.account_id,
            int(mailbox.role),
            mailbox.address,
            mailbox.expires_at,
        ),
    )


def insert_member(database: sqlite3.Connection, engagement_id: bytes, member: Member, ends_at: int) -> None:
    """A party; its statement is read from its account's chain."""
    database.execute(
        "INSERT INTO members (engagement_id, role, account_id, mailbox_id, fp, expires_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (engagement_id, int(member.role), member.account_id, member.mailbox_id, member.fp, ends_at),
    )


def append_frame(
    database: sqlite3.Connection, table: str, engagement_id: bytes, frame: bytes, ends_at: int
) -> None:
    """The next frame of `policies` or `acts`, numbered from 1."""
    column = {"policies": "policy", "acts": "act"}[table]
    database.execute(
        f"INSERT INTO {table} (engagement_id, number, {column}, expires_at)"  # noqa: S608 - names from here
        f" SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3 FROM {table} WHERE engagement_id=?1",
        (engagement_id, frame, ends_at),
    )
