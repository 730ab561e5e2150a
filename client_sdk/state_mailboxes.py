"""State of mailboxes: how far each was taken in and read, what was seen of it, and what has left it.

Owns the tables `mailbox`, `seen` and `stone` of `state`, which makes one change of several calls. An order
never moves back. Must never hold a text or a name: contents are known here by their ids.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from client_sdk.state_outgoing import StateOfOutgoing

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


class StateOfMailboxes:
    """What is remembered of the mailboxes of one account."""

    def __init__(self, base: sqlite3.Connection, outgoing: StateOfOutgoing) -> None:
        self._base = base
        self._outgoing = outgoing

    # --- how far each has come ------------------------------------------------------------------------------

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

    def due_through(self, mailbox_id: bytes, now: int) -> int:
        """Return the latest date of what is due in a mailbox and still remembered here; 0: nothing is."""
        row = self._base.execute(
            "SELECT max(expires_at) FROM seen WHERE mailbox_id = ? AND expires_at <= ?", (mailbox_id, now)
        ).fetchone()
        return int(row[0] or 0)

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
            content_id = opened or self._outgoing.content_of(envelope_id)
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
