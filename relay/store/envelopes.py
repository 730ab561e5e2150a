"""Mailboxes' contents in the file. Owns rows and own expiry, and the way to deposits
(`relay.store.deposits`); never looks into an envelope.

Rows are a hot path: the driver's own statements, few for each page, as each costs a switch between threads.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Final

from keys.envelope import EnvelopeClass
from relay.core.model import Group, Notes, Outcome, Page, Reason, Row, Shaped
from relay.core.rows import encode_rows
from relay.store.base import Part
from relay.store.deposits import Deposit, deposit_each, deposit_together
from relay.store.pages import joined_page
from relay.store.shared import each
from relay.store.shred import expire_envelope
from relay.store.whole import check_sizes

PAGE = """
SELECT r.position, r.envelope_id, r.received_day, r.raw, nullif(r.reason, 0)
FROM mailbox_rows r JOIN mailboxes m ON m.mailbox_id = r.mailbox_id AND m.expires_at > :now
WHERE r.mailbox_id = :mailbox_id AND r.position {} :start AND r.expires_at > :now
ORDER BY r.position {} LIMIT :limit"""
OPENED = """
SELECT r.envelope_id FROM mailbox_rows r JOIN mailboxes m ON m.mailbox_id = r.mailbox_id
WHERE r.mailbox_id = ?1 AND r.envelope_id = ?2 AND r.reason = 0 AND r.expires_at > ?3 AND EXISTS (
    SELECT 1 FROM mailboxes o JOIN mailbox_rows t ON t.mailbox_id = o.mailbox_id
    WHERE o.engagement_id = m.engagement_id AND o.mailbox_id <> m.mailbox_id
    AND t.envelope_id = r.twin_id AND t.acknowledged = 1)"""
ACKNOWLEDGE = """
UPDATE mailbox_rows SET acknowledged = 1 WHERE mailbox_id = ?1 AND envelope_id = ?2 AND acknowledged = 0"""
IS_HERE = """
SELECT 1 FROM mailbox_rows r JOIN mailboxes m ON m.mailbox_id = r.mailbox_id AND m.expires_at > ?3
WHERE r.mailbox_id = ?1 AND r.envelope_id = ?2"""
NOTES = """
SELECT count(*), coalesce(max(r.expires_at), 0) FROM mailbox_rows r
JOIN mailboxes m ON m.mailbox_id = r.mailbox_id AND m.expires_at > ?2
WHERE r.mailbox_id = ?1 AND r.reason = 0 AND r.expires_at > ?2 AND substr(r.raw, 7, 1) = ?3"""
_AS_ROW: Final[Callable[[Sequence[object]], Row]] = partial(tuple.__new__, Row)
"""`Row._make`, without a call in Python for each row: the statement's columns are a row's fields."""
ASCENDING, DESCENDING = PAGE.format(">", "ASC"), PAGE.format("<", "DESC")


class SqlEnvelopes(Part):
    """`relay.core.ports.Envelopes` but for the sweep."""

    async def deposit(self, groups: Sequence[Group], *, now: int, quota_bytes: int) -> list[Outcome]:
        """Groups that wait at the same moment, of whichever callers, are stored together."""
        blob_bytes = check_sizes(groups)
        if not groups:
            return []
        deposits = [Deposit(group, now, quota_bytes) for group in groups]
        size_bytes = sum([len(envelope.raw) for group in groups for envelope in group.envelopes])
        outcomes = await self._writer.submit_items(deposit_together, deposits, size_bytes + blob_bytes)
        later = [one for one, outcome in zip(deposits, outcomes, strict=True) if outcome is None]
        if later:
            found = iter(await self._write(partial(deposit_each, deposits=later)))
            return [outcome or next(found) for outcome in outcomes]
        return [outcome for outcome in outcomes if outcome is not None]

    async def rows(
        self,
        mailbox_id: bytes,
        *,
        after: int | None,
        before: int | None,
        limit: int,
        max_bytes: int,
        now: int,
        shape: Callable[[Iterable[Row]], Shaped] = tuple,  # type: ignore[assignment]
    ) -> Page[Shaped]:
        """A page of what is not due; at least one row, however large, where there is one.

        `shape` runs in the reading thread: what it joins is at hand there, and goes back to the allocator of
        the thread that it came from.
        """
        statement, start = (ASCENDING, after or 0) if before is None else (DESCENDING, before)
        bound = {"mailbox_id": mailbox_id, "start": start, "limit": limit + 1, "now": now}

        def read(database: sqlite3.Connection) -> Page[Any]:
            if shape is encode_rows and isinstance(database, sqlite3.Connection):  # not PostgreSQL's
                page = joined_page(
                    database, mailbox_id, start=start, descending=before is not None, limit=limit,
                    max_bytes=max_bytes, now=now,
                )  # fmt: skip
                if page is not None:
                    return page
            return _page(database.execute(statement, bound), start, limit, max_bytes, shape)

        return await self._share(read)

    async def acknowledge(self, mailbox_id: bytes, envelope_ids: Sequence[bytes], *, now: int) -> int:
        """Whether the row still holds the envelope makes no difference: it was shown."""
        return await self._write(
            partial(_acknowledge, mailbox_id=mailbox_id, envelope_ids=envelope_ids, now=now)
        )

    async def opened(self, mailbox_id: bytes, envelope_ids: Sequence[bytes], *, now: int) -> list[bytes]:
        """As the port; one question for each, in one exchange with a server."""
        asked = [(mailbox_id, one, now) for one in dict.fromkeys(envelope_ids)]
        return [one for (one,) in await self._read(lambda database: each(database, OPENED, asked))]

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


def _page(
    found: sqlite3.Cursor, start: int, limit: int, max_bytes: int, shape: Callable[[Iterable[Row]], Shaped]
) -> Page[Shaped]:
    rows: list[Row] = []
    used, more = 0, False
    for row in map(_AS_ROW, found):
        used += len(row[3] or b"")
        more = len(rows) == limit or (bool(rows) and used > max_bytes)
        if more:
            break
        rows.append(row)
    return Page(shape(rows), rows[-1].order if rows else start, more)


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
