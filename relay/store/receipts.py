"""Receipts in the file, and the leaves that they answer for. Owns their rows and their numbering; what the
next one may say is in `relay.store.second_look`. Signs nothing.

A leaf is written in the transaction that takes its envelope away (`relay.store.leaves`); a receipt takes its
number, its place in the chain and its leaves in one transaction, so none is written twice.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final

from keys.receipts import Leaf
from relay.core.errors import Conflict
from relay.core.model import Engagement
from relay.core.receipts import (
    Arrived,
    Batched,
    Look,
    NewReceipt,
    ReceiptKind,
    StoredReceipt,
    Tip,
    Unlogged,
)
from relay.store.base import Part
from relay.store.deletions import record_receipt
from relay.store.engagements import load_engagement
from relay.store.leaves import sha256
from relay.store.limits import ACCOUNT_TAIL_SECONDS
from relay.store.log import append_entries
from relay.store.second_look import MAILBOXES, look, tip
from relay.store.shared import each

HASH_BYTES: Final = 32
NEXT_ORDER: Final = "receipt_order"
"""The note of the highest order given so far: one is never given twice, though the newest receipt may be the
first to go."""

INSERT: Final = """
INSERT INTO receipts (position, account_id, mailbox_id, number, kind, receipt, hash, day, batch_index,
    batch_path, expires_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, -1, x'', max(?, coalesce(
    (SELECT expires_at + ? FROM mailboxes WHERE mailbox_id = ?), 0)))"""
OF_ACCOUNT: Final = """
SELECT position, receipt, mailbox_id, number, day, batch_index, batch_path FROM receipts
WHERE account_id = ? AND position > ? AND expires_at > ? AND receipt <> '' ORDER BY position LIMIT ?"""
LEAVES: Final = """
SELECT nonce, envelope_id, envelope_hash FROM receipt_leaves WHERE number = ? AND mailbox_id = ?
ORDER BY position"""
ACCEPTED_DOWN_TO: Final = """
SELECT min(r.position) FROM receipts c
JOIN receipt_leaves l ON l.number = c.number AND l.mailbox_id = c.mailbox_id
JOIN mailbox_rows r ON r.mailbox_id = l.mailbox_id AND r.envelope_id = l.envelope_id AND r.reason = 0
WHERE c.mailbox_id = ? AND c.kind = 1 AND c.day = ?"""
ARRIVED: Final = """
SELECT r.position, r.received_day, r.envelope_id,
    CASE WHEN r.received_day = ?3 AND r.reason = 0 AND r.expires_at > ?4 THEN r.raw END
FROM mailbox_rows r WHERE r.mailbox_id = ?1 AND r.position < ?2 ORDER BY r.position DESC LIMIT ?5"""


class SqlReceipts(Part):
    """`relay.core.ports.Receipts`."""

    async def newest_leaf(self) -> int:
        """The position of the newest leaf, 0 without one."""
        return await self._read(
            lambda database: int(
                database.execute("SELECT coalesce(max(position), 0) FROM receipt_leaves").fetchone()[0]
            )
        )

    async def mailboxes_to_look_at(self, up_to: int, *, now: int) -> list[bytes]:
        """Those with waiting leaves up to that position, or with something due that is still there."""
        found = await self._read(lambda database: database.execute(MAILBOXES, (up_to, now)).fetchall())
        return [mailbox_id for (mailbox_id,) in found]

    async def look(self, mailbox_id: bytes, after: int, up_to: int, *, now: int) -> Look | None:
        """One snapshot, in which every id is asked for again."""
        return await self._readers.run(
            partial(look, mailbox_id=mailbox_id, after=after, up_to=up_to, now=now)
        )

    async def put_receipt(self, receipt: NewReceipt) -> None:
        """Conflict unless it is the mailbox's next and its leaves still wait."""
        await self._write(partial(_put, receipt=receipt))

    async def tip(self, mailbox_id: bytes) -> Tip:
        """The newest of a mailbox."""
        return await self._read(partial(tip, mailbox_id=mailbox_id))

    async def receipts_of(
        self, account_id: bytes, *, after: int, limit: int, most_leaves: int, now: int
    ) -> tuple[list[StoredReceipt], bool]:
        """At least one, however many leaves it has."""
        bound = (account_id, after, now, limit + 1)
        return await self._read(partial(_page, bound=bound, limit=limit, most_leaves=most_leaves))

    async def living_mailboxes(self, after: bytes, limit: int, *, now: int) -> list[tuple[bytes, bytes, int]]:
        """Ascending by id."""
        return await self._read(
            lambda database: database.execute(
                "SELECT mailbox_id, account_id, expires_at FROM mailboxes"
                " WHERE mailbox_id>? AND expires_at>? ORDER BY mailbox_id LIMIT ?",
                (after, now, limit),
            ).fetchall()
        )

    async def accepted_down_to(self, mailbox_id: bytes, day: int) -> int | None:
        """The lowest that is still here."""
        return await self._read(
            lambda database: database.execute(ACCEPTED_DOWN_TO, (mailbox_id, day)).fetchone()[0]
        )

    async def arrived(
        self, mailbox_id: bytes, day: int, before: int, limit: int, *, now: int
    ) -> tuple[list[Arrived], int]:
        """Read and hashed in one short snapshot."""
        return await self._read(
            partial(_arrived, mailbox_id=mailbox_id, day=day, before=before, limit=limit, now=now)
        )

    async def unlogged(self, before_day: int, limit: int) -> list[Unlogged]:
        """The oldest day first, acceptances before the others."""
        found = await self._read(
            lambda database: database.execute(
                "SELECT position, kind, day, hash FROM receipts WHERE batch_index=-1 AND day<?"
                " AND receipt<>'' ORDER BY day, kind<>1, position LIMIT ?",
                (before_day, limit),
            ).fetchall()
        )
        return [Unlogged(order, ReceiptKind(kind), day, digest) for order, kind, day, digest in found]

    async def put_batch(self, entry: bytes, paths: Sequence[tuple[int, Sequence[bytes]]]) -> int:
        """The entry and every path in one transaction."""
        return await self._write(partial(_put_batch, entry=entry, paths=paths))

    async def ended_engagements(self, limit: int) -> list[Engagement]:
        """Those of which nothing is left but what a certificate says."""
        return await self._read(partial(_ended, limit=limit))

    async def deletions_of(self, mailbox_ids: Sequence[bytes]) -> list[str]:
        """In order."""
        return await self._read(partial(_deletions, mailbox_ids=mailbox_ids))

    async def close_engagement(self, engagement_id: bytes, certificates: Sequence[NewReceipt]) -> None:
        """Certificates in, what they were drawn from out."""
        await self._write(partial(_close, engagement_id=engagement_id, certificates=certificates))


def _put(database: sqlite3.Connection, receipt: NewReceipt) -> None:
    number = receipt.tip.number + 1
    if tip(database, receipt.mailbox_id) != receipt.tip:
        raise Conflict("receipt-out-of-order")
    database.execute(
        INSERT,
        (
            _next_order(database),
            receipt.account_id,
            receipt.mailbox_id,
            number,
            int(receipt.kind),
            receipt.note,
            receipt.receipt_hash,
            receipt.day,
            receipt.expires_at,
            ACCOUNT_TAIL_SECONDS,
            receipt.mailbox_id,
        ),
    )
    _take_leaves(database, number, receipt.positions)
    _add_leaves(database, number, receipt)
    record_receipt(database, receipt.mailbox_id, number, receipt.receipt_hash)


def _next_order(database: sqlite3.Connection) -> int:
    """The next order; it is above all that were ever given."""
    (order,) = database.execute(
        "INSERT INTO notes (name, value) SELECT ?, coalesce(max(position), 0) + 1 FROM receipts WHERE true"
        " ON CONFLICT (name) DO UPDATE SET value=max(notes.value + 1, excluded.value) RETURNING value",
        (NEXT_ORDER,),
    ).fetchone()
    return int(order)


def _take_leaves(database: sqlite3.Connection, number: int, positions: Iterable[int]) -> None:
    """Give waiting leaves their receipt; which files there were is no longer kept."""
    bound = [(number, position) for position in positions]
    if not bound:
        return
    statement = (
        "UPDATE receipt_leaves SET number=?, blob_ids=x'' WHERE position=? AND number=0 RETURNING position"
    )
    if len(each(database, statement, bound)) != len(bound):
        raise Conflict("receipt-out-of-order")


def _add_leaves(database: sqlite3.Connection, number: int, receipt: NewReceipt) -> None:
    database.executemany(
        "INSERT INTO receipt_leaves (account_id, mailbox_id, number, nonce, envelope_id, envelope_hash,"
        " due_at, promised_at, blob_ids, expires_at) VALUES (?, ?, ?, ?, ?, ?, 0, 0, x'', ?)",
        [
            (
                receipt.account_id,
                receipt.mailbox_id,
                number,
                leaf.nonce,
                leaf.envelope_id,
                leaf.envelope_hash,
                receipt.expires_at,
            )
            for leaf in receipt.leaves
        ],
    )


def _page(
    database: sqlite3.Connection, bound: tuple[bytes, int, int, int], limit: int, most_leaves: int
) -> tuple[list[StoredReceipt], bool]:
    found = database.execute(OF_ACCOUNT, bound).fetchall()
    page: list[StoredReceipt] = []
    leaf_count = 0
    for order, note, mailbox_id, number, day, index, path in found[:limit]:
        leaves = tuple(Leaf(*row) for row in database.execute(LEAVES, (number, mailbox_id)))
        leaf_count += len(leaves)
        if page and leaf_count > most_leaves:
            return page, True
        batch = None if index < 0 else Batched(index, day, *_split_path(path))
        page.append(StoredReceipt(order, note, leaves, batch))
    return page, len(found) > limit


def _join_path(position: int, path: Sequence[bytes]) -> bytes:
    """A place in a batch and its path, as one column holds them."""
    return position.to_bytes(4, "big") + b"".join(path)


def _split_path(joined: bytes) -> tuple[int, tuple[bytes, ...]]:
    path = joined[4:]
    return int.from_bytes(joined[:4], "big"), tuple(
        path[at : at + HASH_BYTES] for at in range(0, len(path), HASH_BYTES)
    )


def _arrived(
    database: sqlite3.Connection, mailbox_id: bytes, day: int, before: int, limit: int, now: int
) -> tuple[list[Arrived], int]:
    found = database.execute(ARRIVED, (mailbox_id, before, day, now, limit)).fetchall()
    arrived = [
        Arrived(position, envelope_id, sha256(raw))
        for position, _, envelope_id, raw in found
        if raw is not None
    ]
    is_last = len(found) < limit or found[-1][1] < day
    return arrived, 0 if is_last else int(found[-1][0])


def _put_batch(
    database: sqlite3.Connection, entry: bytes, paths: Sequence[tuple[int, Sequence[bytes]]]
) -> int:
    index = append_entries(database, [entry])
    bound = [(index, _join_path(place, path), order) for place, (order, path) in enumerate(paths)]
    statement = (
        "UPDATE receipts SET batch_index=?, batch_path=? WHERE position=? AND batch_index=-1"
        " RETURNING position"
    )
    if len(each(database, statement, bound)) != len(paths):
        raise Conflict("receipt-out-of-order")
    return index


def _ended(database: sqlite3.Connection, limit: int) -> list[Engagement]:
    found = database.execute("SELECT engagement_id FROM engagements WHERE state='gone' LIMIT ?", (limit,))
    loaded = [load_engagement(database, engagement_id, now=0) for (engagement_id,) in found.fetchall()]
    return [engagement for engagement in loaded if engagement is not None]


def _deletions(database: sqlite3.Connection, mailbox_ids: Sequence[bytes]) -> list[str]:
    return [
        note
        for mailbox_id in mailbox_ids
        for (note,) in database.execute(
            "SELECT receipt FROM receipts WHERE mailbox_id=? AND kind=2 AND receipt<>'' ORDER BY number",
            (mailbox_id,),
        )
    ]


def _close(database: sqlite3.Connection, engagement_id: bytes, certificates: Sequence[NewReceipt]) -> None:
    row = database.execute("SELECT state FROM engagements WHERE engagement_id=?", (engagement_id,)).fetchone()
    if row != ("gone",):
        raise Conflict("receipt-out-of-order")
    for certificate in certificates:
        _put(database, certificate)
    for table in ("members", "policies", "acts", "proposals", "reopenings", "invitations", "engagements"):
        database.execute(f"DELETE FROM {table} WHERE engagement_id=?", (engagement_id,))  # noqa: S608 - names from here
