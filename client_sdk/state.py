"""State: what this computer remembers of an account between runs, in one private SQLite file.

Owns counters, cursors, what was seen of each mailbox, the outbox and the locks that a recall needs.
Everything of a person has an `expires_at` and leaves at the first opening after it. Must never hold text,
names or keys, and never say that something is saved before it is on disk: a count that is forgotten is a
count used twice.

Longer than other modules: no SQL stands anywhere else in the SDK.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

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


MINE: Final = 1
SHOWN: Final = 2
READ: Final = 4
ACKNOWLEDGED: Final = 8
REPLACED: Final = "replaced"


@dataclass(frozen=True, slots=True)
class Seen:
    """A content that was taken in from a mailbox.

    `flags`: MINE, I wrote it; SHOWN, it is a message for people; READ, it was read under an earlier row;
    ACKNOWLEDGED, the relay knows that it was shown. `gap` is how many contents of its writer were missing
    before it. `promised_at` is the header's date, `since_act` the number of the act that lengthened it (0:
    none), `expires_at` when it goes by all acts.
    """

    content_id: bytes
    row_order: int
    envelope_id: bytes
    flags: int
    expires_at: int
    gap: int = 0
    gap_after: int = 0
    kind: int = 1
    files: int = 0
    created_at: int = 0
    promised_at: int = 0
    since_act: int = 0
    reminded: int = 0

    @property
    def is_read(self) -> bool:
        """Whether it was read under an earlier row."""
        return bool(self.flags & READ)


_SEEN: Final = (
    "content_id, row_order, envelope_id, flags, expires_at, gap, gap_after, kind, files, created_at, "
    "promised_at, since_act, reminded"
)


def _read_seen(row: tuple[Any, ...]) -> Seen:
    return Seen(bytes(row[0]), row[1], bytes(row[2]), *row[3:])


@dataclass(frozen=True, slots=True)
class Stone:
    """Something that left a mailbox. `content_id` is empty where it was never opened here; `gone_day` is 0
    where the relay has not said.
    """

    envelope_id: bytes
    content_id: bytes
    row_order: int
    reason: str
    gone_day: int


@dataclass(frozen=True, slots=True)
class WriterHead:
    """The last count and content id known of one writer in one engagement, and the row that held it (0:
    none).
    """

    fp: bytes
    writer: int
    count: int
    content_id: bytes
    row_order: int = 0


@dataclass(frozen=True, slots=True)
class Queued:
    """A sealed message that waits to be deposited, byte for byte."""

    content_id: bytes
    engagement_id: bytes
    sealed: bytes = field(repr=False)
    details: bytes = field(repr=False)
    previous_id: bytes
    expires_at: int


@dataclass(frozen=True, slots=True)
class SentLocks:
    """What a recall needs to make the keepers refuse an envelope that was sent from here."""

    envelope_id: bytes
    content_id: bytes
    locks: bytes = field(repr=False)


class State:
    """The remembered state of one account. Every method that changes something returns once it is on disk."""

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600, exist_ok=True)
        self._base = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        self._base.execute("PRAGMA secure_delete = ON")
        self._base.execute("PRAGMA synchronous = FULL")
        self._prepare()

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

    # --- mailboxes ------------------------------------------------------------------------------------------

    def taken_order(self, mailbox_id: bytes) -> int:
        """Return the order up to which a mailbox was taken in."""
        return self._order("taken_order", mailbox_id)

    def read_order(self, mailbox_id: bytes) -> int:
        """Return the order up to which a mailbox was read."""
        return self._order("read_order", mailbox_id)

    def _order(self, column: str, mailbox_id: bytes) -> int:
        row = self._base.execute(
            f"SELECT {column} FROM mailbox WHERE mailbox_id = ?",  # noqa: S608 (one of two constants)
            (mailbox_id,),
        ).fetchone()
        return int(row[0]) if row else 0

    def move_taken(self, mailbox_id: bytes, order: int) -> None:
        """A mailbox is taken in up to `order`; never moves back."""
        self._move("taken_order", mailbox_id, order)

    def move_read(self, mailbox_id: bytes, order: int) -> None:
        """A mailbox is read up to `order`; never moves back."""
        self._move("read_order", mailbox_id, order)

    def _move(self, column: str, mailbox_id: bytes, order: int) -> None:
        self._base.execute(
            f"INSERT INTO mailbox(mailbox_id, {column}) VALUES (?, ?) "  # noqa: S608 (one of two constants)
            f"ON CONFLICT(mailbox_id) DO UPDATE SET {column} = max({column}, excluded.{column})",
            (mailbox_id, order),
        )

    # --- what was seen --------------------------------------------------------------------------------------

    def seen(self, mailbox_id: bytes, content_id: bytes) -> Seen | None:
        """Return what is remembered of a content in a mailbox."""
        found = self._seen(mailbox_id, content_id, content_id)
        return found[0] if found else None

    def seen_between(self, mailbox_id: bytes, low: bytes, high: bytes) -> list[Seen]:
        """Return at most two contents whose id begins between two: two say that more signs are needed."""
        return self._seen(mailbox_id, low.ljust(32, b"\x00"), high.ljust(32, b"\xff"))

    def _seen(self, mailbox_id: bytes, low: bytes, high: bytes) -> list[Seen]:
        rows = self._base.execute(
            f"SELECT {_SEEN} FROM seen "  # noqa: S608 (a constant)
            "WHERE mailbox_id = ? AND content_id >= ? AND content_id <= ? LIMIT 2",
            (mailbox_id, low, high),
        )
        return [_read_seen(row) for row in rows]

    def all_seen(self, mailbox_id: bytes) -> list[Seen]:
        """Return all contents of a mailbox, as they were taken in."""
        rows = self._base.execute(
            f"SELECT {_SEEN} FROM seen WHERE mailbox_id = ? ORDER BY row_order",  # noqa: S608 (a constant)
            (mailbox_id,),
        )
        return [_read_seen(row) for row in rows]

    def remember_seen(self, mailbox_id: bytes, seen: Seen) -> None:
        """Remember a content, in place of what was known of it."""
        fields = (getattr(seen, name) for name in _SEEN.split(", "))
        self._base.execute(
            f"INSERT OR REPLACE INTO seen (mailbox_id, {_SEEN}) "  # noqa: S608 (a constant)
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (mailbox_id, *fields),
        )

    def mark(self, mailbox_id: bytes, content_ids: Collection[bytes], flag: int) -> None:
        """Set a flag of contents."""
        self._base.executemany(
            "UPDATE seen SET flags = flags | ? WHERE mailbox_id = ? AND content_id = ?",
            [(flag, mailbox_id, one) for one in content_ids],
        )

    def redate(self, mailbox_id: bytes, dates: Mapping[bytes, int]) -> None:
        """Set when contents go, by content id."""
        self._base.executemany(
            "UPDATE seen SET expires_at = ? WHERE mailbox_id = ? AND content_id = ?",
            [(expires_at, mailbox_id, content_id) for content_id, expires_at in dates.items()],
        )

    def reminded(self, mailbox_id: bytes, content_id: bytes, days: int) -> None:
        """A person has been reminded of a content, so many days before it goes."""
        self._base.execute(
            "UPDATE seen SET reminded = ? WHERE mailbox_id = ? AND content_id = ?",
            (days, mailbox_id, content_id),
        )

    def leave(
        self,
        mailbox_id: bytes,
        envelope_id: bytes,
        row_order: int,
        expires_at: int,
        *,
        reason: str = "",
        gone_day: int = 0,
    ) -> str:
        """An envelope has left its mailbox, by the row `row_order`: it counts no more, and is remembered as
        gone until `expires_at`. Returns the reason that stands: REPLACED where a newer copy took its place.
        """
        known = self._stone(mailbox_id, envelope_id)
        if known is not None and known.reason == REPLACED:
            reason, content_id = REPLACED, known.content_id
        else:
            opened = self._let_go(mailbox_id, envelope_id) or (known.content_id if known else b"")
            content_id = opened or self._sent_content(envelope_id)
        self._base.execute(
            "INSERT INTO stone VALUES (?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO UPDATE SET "
            "row_order = excluded.row_order, reason = excluded.reason, "
            "gone_day = max(gone_day, excluded.gone_day)",
            (mailbox_id, envelope_id, row_order, expires_at, content_id, reason, gone_day),
        )
        return reason

    def replace_copy(self, mailbox_id: bytes, envelope_id: bytes, content_id: bytes, expires_at: int) -> None:
        """A newer copy has taken an envelope's place: it may be let go, and nobody is told that it went."""
        self._base.execute(
            "INSERT INTO stone VALUES (?, ?, 0, ?, ?, ?, 0, 1) ON CONFLICT DO UPDATE SET "
            "content_id = excluded.content_id, reason = excluded.reason, told = 1",
            (mailbox_id, envelope_id, expires_at, content_id, REPLACED),
        )

    def replaced_copies(self, mailbox_id: bytes) -> list[bytes]:
        """Return the envelopes whose place a newer copy took and whose tombstone has not come yet."""
        rows = self._base.execute(
            "SELECT envelope_id FROM stone WHERE mailbox_id = ? AND reason = ? AND row_order = 0",
            (mailbox_id, REPLACED),
        )
        return [bytes(row[0]) for row in rows]

    def _let_go(self, mailbox_id: bytes, envelope_id: bytes) -> bytes:
        """Count a content no more; returns its id, nothing where it was never opened."""
        row = self._base.execute(
            "UPDATE seen SET flags = flags & ~? WHERE mailbox_id = ? AND envelope_id = ? "
            "RETURNING content_id",
            (SHOWN, mailbox_id, envelope_id),
        ).fetchone()
        return bytes(row[0]) if row else b""

    def _sent_content(self, envelope_id: bytes) -> bytes:
        """Return the content of an envelope that was sent from here, perhaps never opened."""
        row = self._base.execute(
            "SELECT content_id FROM sent WHERE envelope_id = ?", (envelope_id,)
        ).fetchone()
        return bytes(row[0]) if row else b""

    def _stone(self, mailbox_id: bytes, envelope_id: bytes) -> Stone | None:
        row = self._base.execute(
            "SELECT envelope_id, content_id, row_order, reason, gone_day FROM stone "
            "WHERE mailbox_id = ? AND envelope_id = ?",
            (mailbox_id, envelope_id),
        ).fetchone()
        return Stone(bytes(row[0]), bytes(row[1]), *row[2:]) if row else None

    def stones(self, mailbox_id: bytes, *, untold: bool = False) -> list[Stone]:
        """Return what has left a mailbox and was not replaced, oldest first; `untold`: not yet told of."""
        rows = self._base.execute(
            "SELECT envelope_id, content_id, row_order, reason, gone_day FROM stone "
            "WHERE mailbox_id = ? AND reason != ? AND told <= ? ORDER BY row_order",
            (mailbox_id, REPLACED, 0 if untold else 1),
        )
        return [Stone(bytes(row[0]), bytes(row[1]), *row[2:]) for row in rows]

    def told(self, mailbox_id: bytes) -> None:
        """A person has been told of everything that left so far."""
        self._base.execute("UPDATE stone SET told = 1 WHERE mailbox_id = ? AND gone_day > 0", (mailbox_id,))

    def explains_gap(self, mailbox_id: bytes, gap_after: int) -> bool:
        """Whether as many envelopes left unopened after a row as contents are missing after it.

        Then what is missing may well be those: an envelope leaves later than it came.
        """
        missing, stones = self._base.execute(
            "SELECT (SELECT coalesce(sum(gap), 0) FROM seen WHERE mailbox_id = ?1 AND gap_after >= ?2), "
            "(SELECT count(*) FROM stone WHERE mailbox_id = ?1 AND row_order > ?2 AND content_id = x'')",
            (mailbox_id, gap_after),
        ).fetchone()
        return int(missing) <= int(stones)

    # --- writers --------------------------------------------------------------------------------------------

    def writer_head(self, engagement_id: bytes, fp: bytes, writer: int) -> WriterHead | None:
        """Return the last count and content id known of a writer."""
        row = self._base.execute(
            "SELECT count, content_id, row_order FROM writer "
            "WHERE engagement_id = ? AND fp = ? AND writer = ?",
            (engagement_id, fp, writer),
        ).fetchone()
        return WriterHead(fp, writer, row[0], bytes(row[1]), row[2]) if row else None

    def writer_heads(self, engagement_id: bytes) -> list[WriterHead]:
        """Return the heads of all writers of an engagement, ascending."""
        rows = self._base.execute(
            "SELECT fp, writer, count, content_id, row_order FROM writer WHERE engagement_id = ? "
            "ORDER BY fp, writer",
            (engagement_id,),
        )
        return [WriterHead(bytes(row[0]), row[1], row[2], bytes(row[3]), row[4]) for row in rows]

    def note_headed(self, engagement_id: bytes, fp: bytes, writer: int, count: int) -> None:
        """A writer has named a head of the log in their content of that count; the first such counts."""
        self._base.execute(
            "UPDATE writer SET headed = ?1 WHERE engagement_id = ?2 AND fp = ?3 AND writer = ?4 "
            "AND (headed = 0 OR headed > ?1)",
            (count, engagement_id, fp, writer),
        )

    def was_headed(self, engagement_id: bytes, fp: bytes, writer: int, count: int) -> bool:
        """Whether a writer had named a head of the log before their content of that count."""
        row = self._base.execute(
            "SELECT headed FROM writer WHERE engagement_id = ? AND fp = ? AND writer = ?",
            (engagement_id, fp, writer),
        ).fetchone()
        return row is not None and 0 < row[0] < count

    def move_writer(self, engagement_id: bytes, head: WriterHead, expires_at: int) -> None:
        """A writer has come further; never moves back."""
        self._base.execute(
            "INSERT INTO writer VALUES (?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO UPDATE SET "
            "count = excluded.count, content_id = excluded.content_id, row_order = excluded.row_order, "
            "expires_at = excluded.expires_at WHERE excluded.count > count",
            (engagement_id, head.fp, head.writer, head.count, head.content_id, head.row_order, expires_at),
        )

    def step_back(self, engagement_id: bytes, head: WriterHead, previous_id: bytes) -> None:
        """Undo the last step of my own writer, whose content the relay has refused for good."""
        self._base.execute(
            "UPDATE writer SET count = count - 1, content_id = ? "
            "WHERE engagement_id = ? AND fp = ? AND writer = ? AND count = ? AND content_id = ?",
            (previous_id, engagement_id, head.fp, head.writer, head.count, head.content_id),
        )

    def own_writer(self, engagement_id: bytes) -> int | None:
        """Return my own writer number here, None before the first message."""
        row = self._base.execute(
            "SELECT writer FROM own WHERE engagement_id = ?", (engagement_id,)
        ).fetchone()
        return int(row[0]) if row else None

    def set_own_writer(self, engagement_id: bytes, writer: int, expires_at: int) -> None:
        """Begin as a writer."""
        self._base.execute("INSERT INTO own VALUES (?, ?, ?)", (engagement_id, writer, expires_at))

    # --- outbox and what was sent ---------------------------------------------------------------------------

    def enqueue(self, queued: Queued) -> None:
        """Put a sealed message at the end of the outbox."""
        place = self._base.execute("SELECT coalesce(max(place), 0) + 1 FROM outbox").fetchone()[0]
        self._base.execute(
            "INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                queued.content_id,
                queued.engagement_id,
                queued.sealed,
                queued.details,
                queued.previous_id,
                queued.expires_at,
                place,
            ),
        )

    def queued(self) -> list[Queued]:
        """Return what waits, first in first."""
        rows = self._base.execute(
            "SELECT content_id, engagement_id, sealed, details, previous_id, expires_at "
            "FROM outbox ORDER BY place"
        )
        return [
            Queued(bytes(row[0]), bytes(row[1]), bytes(row[2]), bytes(row[3]), bytes(row[4]), row[5])
            for row in rows
        ]

    def is_queued(self, content_id: bytes) -> bool:
        """Whether a message still waits."""
        found = self._base.execute("SELECT 1 FROM outbox WHERE content_id = ?", (content_id,))
        return found.fetchone() is not None

    def dequeue(self, content_id: bytes) -> None:
        """Take a message out of the outbox: it is acknowledged, or refused for good."""
        self._base.execute("DELETE FROM outbox WHERE content_id = ?", (content_id,))

    def remember_sent(self, locks: SentLocks, engagement_id: bytes, expires_at: int) -> None:
        """Keep what a recall needs."""
        self._base.execute(
            "INSERT OR REPLACE INTO sent VALUES (?, ?, ?, ?, ?)",
            (locks.envelope_id, locks.content_id, engagement_id, locks.locks, expires_at),
        )

    def sent_locks(self, content_id: bytes) -> list[SentLocks]:
        """Return what is kept of a content's envelopes."""
        rows = self._base.execute(
            "SELECT envelope_id, content_id, locks FROM sent WHERE content_id = ? ORDER BY envelope_id",
            (content_id,),
        )
        return [SentLocks(bytes(row[0]), bytes(row[1]), bytes(row[2])) for row in rows]

    def forget_sent(self, envelope_id: bytes) -> None:
        """A recall is confirmed: nothing more is needed for this envelope."""
        self._base.execute("DELETE FROM sent WHERE envelope_id = ?", (envelope_id,))
