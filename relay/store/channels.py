"""Being told, in the file. Owns each person's channel and what is pending on it; opens no address.

What arrives is marked by the deposit itself, in its transaction (`mark_arrivals`), so that a crash after it
loses no notice. (docs/protocol.md, part 18, Being told.)
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from functools import partial
from typing import Final

from relay.core.errors import CodeRefused, NotFound
from relay.core.model import Tell
from relay.core.telling import TOLD_CLASSES, Channel, Pending, Times, Window
from relay.store.base import Part
from relay.store.deletions import record_channel
from relay.store.inserts import need_account
from relay.store.shared import claiming

TIMES: Final = ("timing", "warnings", "hour", "quiet_from", "quiet_until", "offset_minutes")
SET: Final = ("number", "sealed", "state", *TIMES, "code_tag", "code_expires_at", "expires_at")
COLUMNS: Final = ("account_id", *SET, "pending", "arrivals", "due_at", "attempts", "sent")
SELECT: Final = f"SELECT {', '.join(COLUMNS)} FROM notice_channels WHERE expires_at>?1 AND "  # noqa: S608
MARK: Final = """
UPDATE notice_channels SET arrivals=arrivals+1, pending=pending|1,
    due_at=CASE WHEN due_at=0 THEN ?2 ELSE due_at END
WHERE account_id=?1 AND state='confirmed' AND timing<>'never'"""
# A new number is a new address: what was pending for the old one goes, what was sent to the person counts.
PUT: Final = (
    f"INSERT INTO notice_channels ({', '.join(COLUMNS)})"  # noqa: S608 - names from here
    f" VALUES ({', '.join('?' * len(COLUMNS))}) ON CONFLICT (account_id) DO UPDATE SET "
    "due_at=CASE WHEN notice_channels.number=excluded.number AND notice_channels.pending<>0"
    " THEN excluded.due_at ELSE 0 END,"
    " pending=CASE WHEN notice_channels.number=excluded.number THEN notice_channels.pending ELSE 0 END,"
    " attempts=0, " + ", ".join(f"{name}=excluded.{name}" for name in SET)
)
DUE: Final = f"{SELECT} due_at>0 AND due_at<=?1 AND state='confirmed' ORDER BY due_at, account_id LIMIT 1"
STOP: Final = """
UPDATE notice_channels SET state=?3, pending=0, due_at=0, attempts=0
WHERE number=?2 AND expires_at>?1 AND state='confirmed' RETURNING account_id"""
SENT: Final = """
UPDATE notice_channels SET sent=?3, attempts=0, pending=CASE WHEN arrivals=?2 THEN 0 ELSE 1 END,
    due_at=CASE WHEN arrivals=?2 THEN 0 ELSE ?4 END
WHERE number=?1 AND state='confirmed'"""
DROP: Final = """
UPDATE notice_channels SET pending=pending & ~CAST(?3 AS INTEGER), attempts=0,
    due_at=CASE WHEN pending & ~CAST(?3 AS INTEGER)=0 THEN 0 ELSE due_at END
WHERE number=?1 AND arrivals=?2"""
WARN: Final = """
UPDATE notice_channels SET pending=pending|?2, due_at=CASE WHEN due_at=0 THEN ?3 ELSE due_at END
WHERE number=?1 AND state='confirmed'"""
_CLASSES: Final = ", ".join(f"x'{one:02x}'" for one in sorted(TOLD_CLASSES))
UNREAD: Final = (  # the class is a byte of the envelope's header (docs/protocol.md, part 5)
    f"r.reason=0 AND r.acknowledged=0 AND r.twin_id IS NULL AND substr(r.raw, 7, 1) IN ({_CLASSES})"
)
WARNED: Final = f"""
SELECT DISTINCT c.account_id FROM mailbox_rows r
JOIN mailboxes m ON m.mailbox_id=r.mailbox_id AND m.expires_at>?3
JOIN notice_channels c ON c.account_id=m.account_id AND c.state='confirmed' AND c.warnings=1
    AND c.expires_at>?3
WHERE r.expires_at>max(?1, ?3) AND r.expires_at<=?2 AND {UNREAD}"""  # noqa: S608 - names from here
STILL_UNREAD: Final = f"""
SELECT 1 FROM mailboxes m JOIN mailbox_rows r ON r.mailbox_id=m.mailbox_id
WHERE m.account_id=?1 AND m.expires_at>?3 AND +r.expires_at>?3 AND +r.expires_at<=?2 AND {UNREAD} LIMIT 1"""  # noqa: S608


class SqlChannels(Part):
    """`relay.core.ports.Channels`."""

    async def put_channel(self, channel: Channel, *, now: int) -> None:
        """The settings alone: what is pending is the table's own."""
        await self._write(partial(_put, channel=channel, now=now))

    async def channel(self, account_id: bytes, *, now: int) -> Channel | None:
        """The one of that account."""
        return await self._read(partial(_one, condition="account_id=?2", value=account_id, now=now))

    async def confirm_channel(self, account_id: bytes, code_tag: bytes, expires_at: int, *, now: int) -> None:
        """The waiting one with that code, in time."""
        bound = (account_id, code_tag, expires_at, now)
        await self._write(lambda database: _confirm(database, bound))

    async def end_channel(self, account_id: bytes, *, now: int) -> None:
        """The row goes, and the ledger knows that it has."""
        await self._write(partial(_end, account_id=account_id, now=now))

    async def stop_channel(self, number: bytes, state: str, *, now: int) -> bytes | None:
        """Whose it was; None where no confirmed one has that number."""
        return await self._write(
            lambda database: _first(database.execute(STOP, (now, number, state)).fetchone())
        )

    async def claim_due(self, until: int, *, now: int) -> Channel | None:
        """By when they are due; what another has just then is left out."""
        return await self._write_locking(partial(_claim, until=until, now=now))

    async def put_off(self, number: bytes, due_at: int, attempts: int) -> None:
        """If it still waits."""
        statement = "UPDATE notice_channels SET due_at=?, attempts=? WHERE number=? AND due_at>0"
        await self._write(lambda database: database.execute(statement, (due_at, attempts, number)).rowcount)

    async def note_sent(self, channel: Channel, sent: bytes, due_at: int) -> None:
        """What came while it was handed over is pending."""
        bound = (channel.number, channel.arrivals, sent, due_at)
        await self._write(lambda database: database.execute(SENT, bound).rowcount)

    async def remember_sent(self, number: bytes, sent: bytes) -> None:
        """What is pending stays."""
        statement = "UPDATE notice_channels SET sent=? WHERE number=?"
        await self._write(lambda database: database.execute(statement, (sent, number)).rowcount)

    async def drop_pending(self, channel: Channel, what: Pending) -> None:
        """Nothing happens where more came since."""
        bound = (channel.number, channel.arrivals, int(what))
        await self._write(lambda database: database.execute(DROP, bound).rowcount)

    async def unread_going(self, window: Window, *, now: int) -> list[bytes]:
        """By the index of what is due, so that each row is looked at three times in its life."""
        bound = (window.after, window.until, now)
        found = await self._read(lambda database: database.execute(WARNED, bound).fetchall())
        return [account_id for (account_id,) in found]

    async def has_unread_going(self, account_id: bytes, until: int, *, now: int) -> bool:
        """Over the account's mailboxes alone."""
        bound = (account_id, until, now)
        return await self._read(lambda database: database.execute(STILL_UNREAD, bound).fetchone() is not None)

    async def add_warning(self, number: bytes, what: Pending, due_at: int) -> None:
        """Beside what is pending."""
        bound = (number, int(what), due_at)
        await self._write(lambda database: database.execute(WARN, bound).rowcount)


def mark_arrivals(database: sqlite3.Connection, tells: Iterable[Tell]) -> None:
    """Within a deposit's transaction: something is pending for these accounts, each once."""
    due = {tell.account_id: tell.due_at for tell in tells}
    if due:
        database.executemany(MARK, sorted(due.items()))


def _claim(database: sqlite3.Connection, until: int, now: int) -> Channel | None:
    found = database.execute(claiming(database, DUE), (now,)).fetchone()
    if found is None:
        return None
    database.execute("UPDATE notice_channels SET due_at=? WHERE account_id=?", (until, found[0]))
    return _channel(found)


def _channel(row: tuple[object, ...]) -> Channel:
    named = dict(zip(COLUMNS, row, strict=True))
    parts = {name: named.pop(name) for name in TIMES}
    parts["warnings"] = bool(parts["warnings"])
    named["pending"] = Pending(int(str(named["pending"])))
    return Channel(times=Times(**parts), **named)  # type: ignore[arg-type]


def _row(channel: Channel) -> dict[str, object]:
    times = channel.times
    settings = {name: getattr(times if hasattr(times, name) else channel, name) for name in COLUMNS}
    return settings | {"warnings": int(times.warnings), "pending": int(channel.pending)}


def _one(database: sqlite3.Connection, condition: str, value: bytes, now: int) -> Channel | None:
    row = database.execute(SELECT + condition, (now, value)).fetchone()
    return _channel(row) if row else None


def _put(database: sqlite3.Connection, channel: Channel, now: int) -> None:
    need_account(database, channel.account_id, now)
    before = database.execute(
        "SELECT number FROM notice_channels WHERE account_id=?", (channel.account_id,)
    ).fetchone()
    if before not in (None, (channel.number,)):
        record_channel(database, channel.account_id, before[0])
    database.execute(PUT, list(_row(channel).values()))


def _confirm(database: sqlite3.Connection, bound: tuple[bytes, bytes, int, int]) -> None:
    changed = database.execute(
        "UPDATE notice_channels SET state='confirmed', code_tag=x'', expires_at=?3 WHERE account_id=?1"
        " AND state='waiting' AND code_tag=?2 AND code_expires_at>?4 AND expires_at>?4",
        bound,
    )
    if changed.rowcount == 0:
        raise CodeRefused


def _end(database: sqlite3.Connection, account_id: bytes, now: int) -> None:
    row = database.execute(
        "DELETE FROM notice_channels WHERE account_id=? AND expires_at>? RETURNING number", (account_id, now)
    ).fetchone()
    if row is None:
        raise NotFound
    record_channel(database, account_id, row[0])


def _first(row: tuple[bytes] | None) -> bytes | None:
    return row[0] if row else None
