"""Sponsors' slots in the file, and what is released into them. Owns the tables `slots` and `releases`; an
envelope is a row of its mailbox like any other, and goes like any other.

Must never let a row stand that a withdrawal, a closing or a later release has ended: each is told to the
ledger in the transaction that ends it.
"""

from __future__ import annotations

import sqlite3
from functools import partial
from typing import Final

from keys.names import Role
from keys.release import slot_of
from relay.core.errors import ActRefused, Conflict, InboxFull, NotFound, TooManyRequests
from relay.core.model import DAY_SECONDS, Mailbox, Reason, Release, SealedEnvelope, Slot, Step
from relay.store.base import Part
from relay.store.deletions import record_anew, record_gone
from relay.store.deposits import INSERT
from relay.store.inserts import insert_mailbox, need_account
from relay.store.limits import MOST_SLOT_BYTES
from relay.store.shred import expire_envelope, remove_row

FIND: Final = """
SELECT engagement_id, mailbox_id, link_id, reader_key, digits_tag, opened_at, expires_at FROM slots
WHERE {} = ? AND expires_at > ?"""
PUT: Final = """
INSERT INTO slots (engagement_id, mailbox_id, link_id, reader_key, digits_tag, opened_at, expires_at)
VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (engagement_id) DO UPDATE SET mailbox_id = excluded.mailbox_id,
    link_id = excluded.link_id, reader_key = excluded.reader_key, digits_tag = excluded.digits_tag,
    opened_at = excluded.opened_at, expires_at = excluded.expires_at"""
RELEASES: Final = """
SELECT x.act_number, x.not_before, r.expires_at, r.raw FROM releases x
JOIN mailbox_rows r ON r.mailbox_id = x.mailbox_id AND r.envelope_id = x.envelope_id
WHERE x.mailbox_id = ? AND r.reason = 0 AND r.expires_at > ? ORDER BY x.act_number"""
RELEASE_NOW: Final = """
SELECT x.act_number, x.not_before, r.expires_at, r.raw FROM releases x
JOIN mailbox_rows r ON r.mailbox_id = x.mailbox_id AND r.envelope_id = x.envelope_id
WHERE x.mailbox_id = ?1 AND x.not_before <= ?2 AND x.expires_at > ?2 AND r.reason = 0 AND r.expires_at > ?2
ORDER BY x.act_number DESC LIMIT 1"""
"""What is not served is left out by its small row alone: reading a sealed report takes time that shows."""
LIVING: Final = "SELECT envelope_id FROM mailbox_rows WHERE mailbox_id = ? AND reason = 0 AND expires_at > ?"
MAKE_ROOM: Final = """
UPDATE mailboxes SET cursor = cursor + 1, stored_bytes = stored_bytes + ?1
WHERE mailbox_id = ?2 AND expires_at >= ?3 AND stored_bytes + ?1 <= ?4 RETURNING cursor"""
REMEMBER: Final = """
INSERT INTO releases (mailbox_id, envelope_id, act_number, not_before, expires_at)
VALUES (?, ?, ?, ?, ?) ON CONFLICT (mailbox_id, envelope_id) DO UPDATE SET act_number = excluded.act_number,
    not_before = excluded.not_before, expires_at = excluded.expires_at"""


class SqlSlots(Part):
    """`relay.core.ports.Slots`."""

    async def put_slot(self, slot: Slot, account_id: bytes, *, most: int, now: int) -> None:
        """Checked, closed and opened in one transaction."""
        await self._write(partial(_put, slot=slot, account_id=account_id, most=most, now=now))

    async def close_slot(self, engagement_id: bytes, *, now: int) -> None:
        """NotFound where none is open."""
        await self._write(partial(_close, engagement_id=engagement_id, now=now))

    async def slot(self, engagement_id: bytes, *, now: int) -> Slot | None:
        """The open one."""
        return await self._read(partial(_find, column="engagement_id", value=engagement_id, now=now))

    async def slot_of_link(self, link_id: bytes, *, now: int) -> Slot | None:
        """By the link's public id."""
        return await self._read(partial(_find, column="link_id", value=link_id, now=now))

    async def releases(self, mailbox_id: bytes, *, now: int) -> list[Release]:
        """What is not due."""
        found = await self._read(lambda database: database.execute(RELEASES, (mailbox_id, now)).fetchall())
        return [Release(*row) for row in found]

    async def release_now(self, mailbox_id: bytes, *, now: int) -> Release | None:
        """The newest that has begun."""
        row = await self._read(lambda database: database.execute(RELEASE_NOW, (mailbox_id, now)).fetchone())
        return Release(*row) if row else None


def take_release(database: sqlite3.Connection, engagement_id: bytes, step: Step, now: int) -> None:
    """What a ticket or a withdrawal changes, in the transaction of its act. Raises ActRefused, InboxFull."""
    if step.release is not None:
        _release(database, engagement_id, step.release, step, now)
    if step.withdrawn:
        for mailbox_id in _mailboxes(database, engagement_id):
            if slot_of(mailbox_id) == step.withdrawn:
                _end_all(database, mailbox_id, now)


def _find(database: sqlite3.Connection, column: str, value: bytes, now: int) -> Slot | None:
    row = database.execute(FIND.format(column), (value, now)).fetchone()
    return Slot(*row) if row else None


def _mailboxes(database: sqlite3.Connection, engagement_id: bytes) -> list[bytes]:
    found = database.execute(
        "SELECT mailbox_id FROM mailboxes WHERE engagement_id = ? AND role = ?",
        (engagement_id, int(Role.SPONSOR)),
    )
    return [mailbox_id for (mailbox_id,) in found.fetchall()]


def _put(database: sqlite3.Connection, slot: Slot, account_id: bytes, most: int, now: int) -> None:
    need_account(database, account_id, now)
    known = database.execute("SELECT engagement_id FROM slots WHERE link_id = ?", (slot.link_id,)).fetchone()
    if known not in (None, (slot.engagement_id,)):
        raise Conflict("engagement-conflict")
    before = _find(database, "engagement_id", slot.engagement_id, now)
    if before is not None and before.mailbox_id != slot.mailbox_id:
        _end_all(database, before.mailbox_id, now)
    mailboxes = _mailboxes(database, slot.engagement_id)
    if slot.mailbox_id not in mailboxes:
        if len(mailboxes) >= most:
            raise TooManyRequests
        insert_mailbox(database, _mailbox(slot, account_id))
    opened_at = slot.opened_at
    if before is not None and before.mailbox_id == slot.mailbox_id:
        opened_at = before.opened_at
    facts = (slot.engagement_id, slot.mailbox_id, slot.link_id, slot.reader_key, slot.digits_tag)
    database.execute(PUT, (*facts, opened_at, slot.expires_at))


def _mailbox(slot: Slot, account_id: bytes) -> Mailbox:
    """It has no inbound address."""
    place = (slot.mailbox_id, slot.engagement_id, account_id, Role.SPONSOR)
    return Mailbox(*place, address="", cursor=0, expires_at=slot.expires_at)


def _close(database: sqlite3.Connection, engagement_id: bytes, now: int) -> None:
    slot = _find(database, "engagement_id", engagement_id, now)
    if slot is None:
        raise NotFound
    _end_all(database, slot.mailbox_id, now)
    database.execute("DELETE FROM slots WHERE engagement_id = ?", (engagement_id,))


def _release(
    database: sqlite3.Connection, engagement_id: bytes, envelope: SealedEnvelope, step: Step, now: int
) -> None:
    slot = _find(database, "engagement_id", engagement_id, now)
    if slot is None or slot.mailbox_id != envelope.mailbox_id:
        raise ActRefused("another slot is open by now")
    name = (envelope.mailbox_id, envelope.envelope_id)
    _forget(database, name, now)
    _bring_forward(database, envelope.mailbox_id, max(step.not_before, now), now)
    bound = (len(envelope.raw), envelope.mailbox_id, envelope.expires_at, MOST_SLOT_BYTES)
    place = database.execute(MAKE_ROOM, bound).fetchone()
    if place is None:
        raise InboxFull
    row = (name[0], place[0], name[1], now // DAY_SECONDS, envelope.expires_at, envelope.raw, None)
    database.execute(INSERT, row)
    record_anew(database, *name, envelope.expires_at, envelope.raw)
    database.execute(REMEMBER, (*name, step.number, step.not_before, envelope.expires_at))


def _forget(database: sqlite3.Connection, name: tuple[bytes, bytes], now: int) -> None:
    """The same terms released once more have the same envelope id: what had it, or its tombstone, makes
    room.
    """
    row = database.execute(
        "SELECT reason FROM mailbox_rows WHERE mailbox_id = ? AND envelope_id = ?", name
    ).fetchone()
    if row is None:
        return
    if row == (0,):
        expire_envelope(database, *name, Reason.SHORTENED, now)
    remove_row(database, *name, now)


def _bring_forward(database: sqlite3.Connection, mailbox_id: bytes, date: int, now: int) -> None:
    """What was released before ends as the later one begins."""
    if date <= now:
        _end_all(database, mailbox_id, now)
        return
    changed = database.execute(
        "UPDATE mailbox_rows SET expires_at = ?1, shortened = 1"
        " WHERE mailbox_id = ?2 AND reason = 0 AND expires_at > ?1 RETURNING envelope_id",
        (date, mailbox_id),
    ).fetchall()
    record_gone(database, mailbox_id, [envelope_id for (envelope_id,) in changed], date)
    database.execute(
        "UPDATE releases SET expires_at = ?1 WHERE mailbox_id = ?2 AND expires_at > ?1", (date, mailbox_id)
    )


def _end_all(database: sqlite3.Connection, mailbox_id: bytes, now: int) -> None:
    """All that lives in a slot's mailbox goes now, tombstones left."""
    for (envelope_id,) in database.execute(LIVING, (mailbox_id, now)).fetchall():
        expire_envelope(database, mailbox_id, envelope_id, Reason.SHORTENED, now)
    database.execute("DELETE FROM releases WHERE mailbox_id = ?", (mailbox_id,))
