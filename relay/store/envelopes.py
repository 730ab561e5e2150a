"""Mailboxes' contents in the file. Owns deposit, rows and own expiry; never looks into an envelope.

Deposit and rows are the hot paths: the driver's own statements, few for each envelope, as each costs a
switch between threads. All of a group's checks come before its first change, so a refusal leaves nothing.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from keys.envelope import EnvelopeClass
from relay.core.model import DAY_SECONDS, DoorMemory, Group, Notes, Outcome, Page, Reason, Row, SealedEnvelope
from relay.store.base import Part
from relay.store.channels import mark_arrivals
from relay.store.shred import expire_envelope

Name = tuple[bytes, bytes]
Bound = tuple[bytes | int | None, ...]

PLACE = """
SELECT m.expires_at, m.stored_bytes, r.reason, r.expires_at, r.raw = ?3
FROM mailboxes m LEFT JOIN mailbox_rows r ON r.mailbox_id = m.mailbox_id AND r.envelope_id = ?2
WHERE m.mailbox_id = ?1"""
NEWEST_ACT = """
SELECT max(a.number) FROM acts a JOIN mailboxes m ON m.engagement_id = a.engagement_id
WHERE m.mailbox_id = ?"""
MAKE_ROOM = """
UPDATE mailboxes SET cursor = cursor + ?1, stored_bytes = stored_bytes + ?2
WHERE mailbox_id = ?3 AND expires_at >= ?4 AND stored_bytes + ?2 <= ?5 RETURNING cursor"""
INSERT = """
INSERT INTO mailbox_rows
(mailbox_id, position, envelope_id, received_day, expires_at, shortened, reason, raw, twin_id)
VALUES (?, ?, ?, ?, ?, 0, 0, ?, ?)"""
PAGE = """
SELECT r.position, r.envelope_id, r.received_day, r.reason, r.raw
FROM mailbox_rows r JOIN mailboxes m ON m.mailbox_id = r.mailbox_id AND m.expires_at > :now
WHERE r.mailbox_id = :mailbox_id AND r.position {} :start AND r.expires_at > :now
ORDER BY r.position {} LIMIT :limit"""
LIVING_LINKS = """
SELECT l.envelope_id, l.blob_id FROM blob_links l JOIN mailbox_rows r
ON r.mailbox_id = l.mailbox_id AND r.envelope_id = l.envelope_id AND r.reason = 0 AND r.expires_at > ?2
WHERE l.mailbox_id = ?1 AND l.envelope_id IN (SELECT envelope_id FROM blob_links
    WHERE blob_id = ?3 AND mailbox_id = ?1)"""
ACKNOWLEDGE = """
UPDATE mailbox_rows SET acknowledged = 1 WHERE mailbox_id = ?1 AND envelope_id = ?2 AND acknowledged = 0"""
IS_HERE = """
SELECT 1 FROM mailbox_rows r JOIN mailboxes m ON m.mailbox_id = r.mailbox_id AND m.expires_at > ?3
WHERE r.mailbox_id = ?1 AND r.envelope_id = ?2"""
NOTES = """
SELECT count(*), coalesce(max(r.expires_at), 0) FROM mailbox_rows r
JOIN mailboxes m ON m.mailbox_id = r.mailbox_id AND m.expires_at > ?2
WHERE r.mailbox_id = ?1 AND r.reason = 0 AND r.expires_at > ?2 AND substr(r.raw, 7, 1) = ?3"""
ASCENDING, DESCENDING = PAGE.format(">", "ASC"), PAGE.format("<", "DESC")


class Deposit(NamedTuple):
    """A group as it waits for the writer."""

    group: Group
    now: int
    quota_bytes: int


class _NotSimple(Exception):
    """A group needs to be looked at by itself."""


class SqliteEnvelopes(Part):
    """`relay.core.ports.Envelopes` but for the sweep."""

    async def deposit(self, groups: Sequence[Group], *, now: int, quota_bytes: int) -> list[Outcome]:
        """Groups that wait at the same moment, of whichever callers, are stored together."""
        if not groups:
            return []
        deposits = [Deposit(group, now, quota_bytes) for group in groups]
        size_bytes = sum([len(envelope.raw) for group in groups for envelope in group.envelopes])
        return await self._writer.submit_items(deposit_together, deposits, size_bytes)

    async def rows(
        self,
        mailbox_id: bytes,
        *,
        after: int | None,
        before: int | None,
        limit: int,
        max_bytes: int,
        now: int,
    ) -> Page:
        """A page of what is not due; at least one row, however large, where there is one."""
        statement, start = (ASCENDING, after or 0) if before is None else (DESCENDING, before)
        bound = {"mailbox_id": mailbox_id, "start": start, "limit": limit + 1, "now": now}
        return await self._share(
            lambda database: _page(database.execute(statement, bound), start, limit, max_bytes)
        )

    async def acknowledge(self, mailbox_id: bytes, envelope_ids: Sequence[bytes], *, now: int) -> int:
        """Whether the row still holds the envelope makes no difference: it was shown."""
        return await self._write(
            partial(_acknowledge, mailbox_id=mailbox_id, envelope_ids=envelope_ids, now=now)
        )

    async def notes(self, mailbox_id: bytes, *, now: int) -> Notes:
        """The class is a byte of the envelope's header (docs/protocol.md, part 5)."""
        bound = (mailbox_id, now, bytes([EnvelopeClass.OWN]))
        found = await self._read(lambda database: database.execute(NOTES, bound).fetchone())
        return Notes(*found)

    async def expire_own(self, mailbox_id: bytes, envelope_ids: Sequence[bytes], *, now: int) -> int:
        """Tombstones with the reason `OWN_COPY`; blobs without a link go before this returns."""
        expired, lonely = await self._write(
            partial(_expire_own, mailbox_id=mailbox_id, ids=envelope_ids, now=now)
        )
        await self._shred(lonely, now)
        return expired


def deposit_together(database: sqlite3.Connection, deposits: Sequence[Deposit]) -> list[Outcome]:
    """Store groups of new envelopes with one statement for each mailbox and one for all rows; where one of
    them is not as simple as that (known, refused, with a blob), each group by itself.
    """
    database.execute("SAVEPOINT together")
    try:
        return _deposit_new(database, deposits)
    except (sqlite3.IntegrityError, _NotSimple):
        database.execute("ROLLBACK TO together")
        return [_deposit_group(database, *deposit) for deposit in deposits]
    finally:
        database.execute("RELEASE together")


def _deposit_new(database: sqlite3.Connection, deposits: Sequence[Deposit]) -> list[Outcome]:
    """Raises _NotSimple, or IntegrityError for an id that is known."""
    waiting: dict[bytes, list[tuple[int, SealedEnvelope]]] = {}
    for number, deposit in enumerate(deposits):
        if deposit.group.door_memory or not deposit.group.envelopes:
            raise _NotSimple
        for envelope in deposit.group.envelopes:
            if envelope.blob_ids or envelope.under_act or envelope.expires_at <= deposit.now:
                raise _NotSimple
            waiting.setdefault(envelope.mailbox_id, []).append((number, envelope))
    now, quota_bytes = max(d.now for d in deposits), min(d.quota_bytes for d in deposits)
    cursors: list[dict[bytes, int]] = [{} for _ in deposits]
    rows: list[Bound] = []
    for mailbox_id, envelopes in waiting.items():
        added_bytes = sum(len(envelope.raw) for _, envelope in envelopes)
        last = max(now + 1, *[envelope.expires_at for _, envelope in envelopes])
        newest = database.execute(
            MAKE_ROOM, (len(envelopes), added_bytes, mailbox_id, last, quota_bytes)
        ).fetchone()
        if newest is None:
            raise _NotSimple
        for position, (number, envelope) in enumerate(envelopes, newest[0] - len(envelopes) + 1):
            cursors[number][mailbox_id] = position
            rows.append(_row_of(envelope, position, deposits[number].now))
    database.executemany(INSERT, rows)
    mark_arrivals(database, [tell for deposit in deposits for tell in deposit.group.tells])
    return [Outcome("stored", cursors=tuple(found.items())) for found in cursors]


def _row_of(envelope: SealedEnvelope, position: int, now: int) -> Bound:
    name, day = envelope.envelope_id, now // DAY_SECONDS
    return (envelope.mailbox_id, position, name, day, envelope.expires_at, envelope.raw, envelope.twin_id)


def _deposit_group(database: sqlite3.Connection, group: Group, now: int, quota_bytes: int) -> Outcome:
    if group.door_memory and _is_remembered(database, group.door_memory, now):
        return Outcome("repeated")
    fresh: dict[Name, SealedEnvelope] = {}
    added_bytes: dict[bytes, int] = {}
    for envelope in group.envelopes:
        code = _refusal(database, envelope, fresh, quota_bytes - added_bytes.get(envelope.mailbox_id, 0), now)
        if code == "":
            fresh[envelope.mailbox_id, envelope.envelope_id] = envelope
            added_bytes[envelope.mailbox_id] = added_bytes.get(envelope.mailbox_id, 0) + len(envelope.raw)
        elif code != "repeated":
            return Outcome("refused", code)
    if not all(_may_link(database, envelope, group.account_id, now) for envelope in fresh.values()):
        return Outcome("refused", "blob-missing")
    if group.door_memory:
        database.execute(
            "INSERT OR REPLACE INTO door_memory (tag, expires_at) VALUES (?, ?)",
            (group.door_memory.tags[0], group.door_memory.expires_at),
        )
    cursors = {envelope.mailbox_id: _insert(database, envelope, now) for envelope in fresh.values()}
    mark_arrivals(database, group.tells if fresh else ())
    return Outcome("stored", cursors=tuple(cursors.items())) if fresh else Outcome("repeated")


def _is_remembered(database: sqlite3.Connection, memory: DoorMemory, now: int) -> bool:
    found = [
        database.execute("SELECT 1 FROM door_memory WHERE tag=? AND expires_at>?", (tag, now)).fetchone()
        for tag in memory.tags
    ]
    return any(found)


def _refusal(
    database: sqlite3.Connection,
    envelope: SealedEnvelope,
    fresh: dict[Name, SealedEnvelope],
    room_bytes: int,
    now: int,
) -> str:
    """Why an envelope is not stored: a code, `repeated`, or nothing."""
    name = (envelope.mailbox_id, envelope.envelope_id)
    row = database.execute(PLACE, (*name, envelope.raw)).fetchone()
    if row is None or row[0] <= now:
        return "not-found"
    _, stored_bytes, reason, expires_at, is_same = row
    if reason is not None and (reason or expires_at <= now):
        return "repeated"  # it was here; what is gone does not come back
    if name in fresh:
        is_same = fresh[name].raw == envelope.raw
    if is_same is not None:
        return "repeated" if is_same else "envelope-conflict"
    if not now < envelope.expires_at <= row[0]:
        return "policy-refused"
    if envelope.under_act and database.execute(NEWEST_ACT, name[:1]).fetchone() != (envelope.under_act,):
        return "busy"  # an act came in between: who comes again is judged by it
    return "inbox-full" if stored_bytes + len(envelope.raw) > room_bytes else ""


def _may_link(database: sqlite3.Connection, envelope: SealedEnvelope, account_id: bytes, now: int) -> bool:
    if envelope.envelope_class == EnvelopeClass.RESEALED:
        return _may_inherit(database, envelope, now)
    for blob_id in envelope.blob_ids:
        row = database.execute(
            "SELECT state, account_id, promised_at FROM blobs WHERE blob_id=? AND expires_at>?",
            (blob_id, now),
        ).fetchone()
        if row != ("finished", account_id, envelope.expires_at):
            return False
    return True


def _may_inherit(database: sqlite3.Connection, envelope: SealedEnvelope, now: int) -> bool:
    """Whether all blobs of a re-sealed envelope hang on one living envelope of its mailbox: it is that one
    under a later date.
    """
    wanted = set(envelope.blob_ids)
    found = database.execute(LIVING_LINKS, (envelope.mailbox_id, now, next(iter(wanted), b""))).fetchall()
    held: dict[bytes, set[bytes]] = {}
    for envelope_id, blob_id in found:
        held.setdefault(envelope_id, set()).add(blob_id)
    return not wanted or any(wanted <= blob_ids for blob_ids in held.values())


def _insert(database: sqlite3.Connection, envelope: SealedEnvelope, now: int) -> int:
    """Store one envelope at the next position of its mailbox, which is given back."""
    bound = (1, len(envelope.raw), envelope.mailbox_id, envelope.expires_at, sys.maxsize)
    (position,) = database.execute(MAKE_ROOM, bound).fetchone()
    name = (envelope.mailbox_id, envelope.envelope_id)
    database.execute(INSERT, _row_of(envelope, position, now))
    for blob_id in dict.fromkeys(envelope.blob_ids):
        database.execute(
            "INSERT INTO blob_links (blob_id, mailbox_id, envelope_id, expires_at) VALUES (?, ?, ?, ?)",
            (blob_id, *name, envelope.expires_at),
        )
        database.execute(
            "UPDATE blobs SET expires_at=max(?1, CASE state WHEN 'linked' THEN expires_at ELSE 0 END),"
            " state='linked' WHERE blob_id=?2",
            (envelope.expires_at, blob_id),
        )
    return int(position)


def _page(found: sqlite3.Cursor, start: int, limit: int, max_bytes: int) -> Page:
    rows: list[Row] = []
    used = 0
    for position, envelope_id, day, reason, raw in found:
        used += len(raw) if raw else 0
        if len(rows) == limit or (rows and used > max_bytes):
            return Page(tuple(rows), rows[-1].order, more=True)
        if reason:
            rows.append(Row(position, envelope_id, day, reason=Reason(reason), gone_day=day))
        else:
            rows.append(Row(position, envelope_id, day, raw))
    return Page(tuple(rows), rows[-1].order if rows else start, more=False)


def _acknowledge(
    database: sqlite3.Connection, mailbox_id: bytes, envelope_ids: Sequence[bytes], now: int
) -> int:
    """What was acknowledged before is not written again: a row is written whole, its envelope with it."""
    names = [(mailbox_id, envelope_id) for envelope_id in dict.fromkeys(envelope_ids)]
    known = [name for name in names if database.execute(IS_HERE, (*name, now)).fetchone()]
    database.executemany(ACKNOWLEDGE, known)
    return len(known)


def _expire_own(
    database: sqlite3.Connection, mailbox_id: bytes, ids: Sequence[bytes], now: int
) -> tuple[int, list[bytes]]:
    expired, lonely = 0, []
    for envelope_id in ids:
        row = database.execute(
            "SELECT 1 FROM mailbox_rows WHERE mailbox_id=? AND envelope_id=? AND reason=0 AND expires_at>?",
            (mailbox_id, envelope_id, now),
        ).fetchone()
        if row is not None:
            expired += 1
            lonely += expire_envelope(database, mailbox_id, envelope_id, Reason.OWN_COPY, now)[1]
    return expired, lonely
