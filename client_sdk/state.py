"""State: what this computer remembers of an account between runs, in one private SQLite file.

Owns the file, its format, and facts about the account; the tables of mailboxes, writers and what is sent
belong to the three modules `state_…`. No SQL stands anywhere else in the SDK. Everything of a person has an
`expires_at` and leaves at the first opening after it. Must never hold text, names or keys, and never say that
something is saved before it is on disk.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from client_sdk.state_mailboxes import StateOfMailboxes
from client_sdk.state_outgoing import StateOfOutgoing
from client_sdk.state_writers import StateOfWriters

FORMAT: Final = 3
BUSY_SECONDS: Final = 20.0

_SCHEMA: Final = """
CREATE TABLE fact(
    name TEXT PRIMARY KEY, content BLOB NOT NULL, expires_at INTEGER NOT NULL DEFAULT 4611686018427387904
) WITHOUT ROWID;
CREATE TABLE mailbox(
    mailbox_id BLOB PRIMARY KEY, taken_order INTEGER NOT NULL DEFAULT 0, read_order INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE seen(
    mailbox_id BLOB NOT NULL, content_id BLOB NOT NULL, row_order INTEGER NOT NULL, envelope_id BLOB NOT NULL,
    flags INTEGER NOT NULL, gap INTEGER NOT NULL, gap_after INTEGER NOT NULL, expires_at INTEGER NOT NULL,
    kind INTEGER NOT NULL, files INTEGER NOT NULL, created_at INTEGER NOT NULL, promised_at INTEGER NOT NULL,
    since_act INTEGER NOT NULL, reminded INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY(mailbox_id, content_id)
) WITHOUT ROWID;
CREATE TABLE stone(
    mailbox_id BLOB NOT NULL, envelope_id BLOB NOT NULL, row_order INTEGER NOT NULL, expires_at INTEGER NOT
    NULL, content_id BLOB NOT NULL, reason TEXT NOT NULL, gone_day INTEGER NOT NULL,
    told INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(mailbox_id, envelope_id)
) WITHOUT ROWID;
CREATE TABLE writer(
    engagement_id BLOB NOT NULL, fp BLOB NOT NULL, writer INTEGER NOT NULL, count INTEGER NOT NULL,
    content_id BLOB NOT NULL, row_order INTEGER NOT NULL, expires_at INTEGER NOT NULL,
    headed INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(engagement_id, fp, writer)
) WITHOUT ROWID;
CREATE TABLE own(engagement_id BLOB PRIMARY KEY, writer INTEGER NOT NULL, expires_at INTEGER NOT NULL) WITHOUT
ROWID; CREATE TABLE outbox(
    content_id BLOB PRIMARY KEY, engagement_id BLOB NOT NULL, sealed BLOB NOT NULL, details BLOB NOT NULL,
    previous_id BLOB NOT NULL, expires_at INTEGER NOT NULL, place INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE sent(
    envelope_id BLOB PRIMARY KEY, content_id BLOB NOT NULL, engagement_id BLOB NOT NULL, locks BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;
"""
_FROM_FORMAT_1: Final = ";".join(
    ["DROP TABLE seen", "DROP TABLE stone", "UPDATE mailbox SET taken_order = 0"]
    + [one for one in _SCHEMA.split(";") if " seen(" in one or " stone(" in one]
    + [""]
)
"""What was seen is forgotten and taken in again: the mailbox has all of it."""
_FROM_FORMAT_2: Final = (
    "ALTER TABLE fact ADD COLUMN expires_at INTEGER NOT NULL DEFAULT 4611686018427387904;"
    "ALTER TABLE writer ADD COLUMN headed INTEGER NOT NULL DEFAULT 0;"
)
FOREVER: Final = 1 << 62
"""The date of a fact about this computer itself; what tells of an engagement has a date of its own."""
_DATED: Final = ("fact", "seen", "stone", "writer", "own", "sent")
"""The outbox is not among them: a message that was not sent in time is reported, then goes."""


class State:
    """The remembered state of one account. Every method that changes something returns once it is on disk."""

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600, exist_ok=True)
        self._base = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        self._base.execute("PRAGMA secure_delete = ON")
        self._base.execute("PRAGMA synchronous = FULL")
        self._prepare()
        self.outgoing = StateOfOutgoing(self._base)
        self.writers = StateOfWriters(self._base)
        self.mailboxes = StateOfMailboxes(self._base, self.outgoing)

    def _prepare(self) -> None:
        with self.changing():
            found = self._base.execute("PRAGMA user_version").fetchone()[0]
            steps = {0: _SCHEMA, 1: _FROM_FORMAT_1 + _FROM_FORMAT_2, 2: _FROM_FORMAT_2}.get(found, "")
            for statement in steps.split(";")[:-1]:
                self._base.execute(statement)
            self._base.execute(f"PRAGMA user_version = {max(found, FORMAT)}")

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Make several changes one: all on disk, or none. Other programs of this account wait meanwhile."""
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    def forget_due(self, now: int) -> None:
        """Take away everything that is due."""
        with self.changing():
            for table in _DATED:
                self._base.execute(f"DELETE FROM {table} WHERE expires_at <= ?", (now,))  # noqa: S608 (a constant)

    # --- facts ----------------------------------------------------------------------------------------------

    def fact(self, name: str) -> bytes:
        """Return a fact, or nothing where it was never noted."""
        row = self._base.execute("SELECT content FROM fact WHERE name = ?", (name,)).fetchone()
        return bytes(row[0]) if row else b""

    def note(self, name: str, content: bytes, expires_at: int = FOREVER) -> None:
        """Remember a fact until a date, in place of what it was."""
        self._base.execute("INSERT OR REPLACE INTO fact VALUES (?, ?, ?)", (name, content, expires_at))

    def number(self, name: str) -> int:
        """Return a fact that is a number; 0 where it was never noted."""
        return int.from_bytes(self.fact(name), "big")

    def note_number(self, name: str, number: int) -> None:
        """Remember a number."""
        self.note(name, number.to_bytes(8, "big"))
