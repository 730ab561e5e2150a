"""The sweep. Owns which due rows go, in which order, and that one bad row stops nothing.

Due is what has `expires_at` at or before now, however long ago; there is no window to miss. What belongs to
something goes before it: rows before their mailbox, mailboxes before their engagement, engagements before
accounts, chunks before their blob. Of an engagement that both had signed the row is marked `gone` once
nothing is in it, and waits for its certificates (`relay.store.receipts`). A batch takes at most `limit` rows
and 8 MiB (ruling 21), each in a SAVEPOINT; a row that cannot go is passed over until a run has ended.

Several relays sweep one database together: a batch takes rows that no other has, in mailboxes that nobody is
at, and waits for a mailbox only where there is nothing else that is due.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final

from relay.core.model import Reason, State, Swept
from relay.store.base import Part
from relay.store.deletions import forget, told
from relay.store.faults import FAULTS, Repeat
from relay.store.limits import OVERDUE_SECONDS, PIECE_BYTES
from relay.store.readers import Readers
from relay.store.reopenings import end_reopening
from relay.store.shared import claiming, is_shared, lock_mailboxes
from relay.store.shred import NAMED_STILL, REMOVE_BLOB, expire_envelope, remove_row
from relay.store.writer import Writer

# Tables whose due rows go by themselves, and for those that others belong to, what goes with them.
SMALL: Final = (
    "door_memory",
    "sessions",
    "codes",
    "browser_offers",
    "vault_items",
    "index_segments",
    "rules",  # before the senders that they belong to
    "senders",
    "notice_channels",
    "spoken_runs",
    "happenings",
    "slots",
    "releases",
    "queued_revokes",
    "receipt_leaves",
    "receipts",
    "own_copies",
)
OF_ENGAGEMENT: Final = ("members", "policies", "acts", "proposals", "spoken_runs")
OF_ACCOUNT: Final = (
    "sessions",
    "codes",
    "browser_offers",
    "vault_items",
    "senders",
    "notice_channels",
    "happenings",
    "methods",
    "statements",
    "receipt_leaves",
    "receipts",
    "own_copies",
)
UNSIGNED: Final = (State.DRAFT, State.WITHDRAWN)
COUNTED: Final = (
    *SMALL,
    "reopenings",
    "invitations",
    "mailbox_rows",
    "mailboxes",
    "engagements",
    "accounts",
    "blobs",
)

BROUGHT_FORWARD: Final = {1: Reason.SHORTENED, 2: Reason.CLOSED}
"""By the column `shortened`: why an envelope goes before its own date."""
DUE_ROWS: Final = """
SELECT r.rowid, r.mailbox_id, r.envelope_id, r.reason, r.shortened, coalesce(length(r.raw), 0), m.expires_at,
    r.twin_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM mailboxes o JOIN mailbox_rows t ON t.mailbox_id = o.mailbox_id
        WHERE o.engagement_id = m.engagement_id AND o.mailbox_id <> m.mailbox_id
        AND t.envelope_id = r.twin_id AND t.acknowledged = 0)
FROM mailbox_rows r JOIN mailboxes m ON m.mailbox_id = r.mailbox_id
WHERE r.expires_at <= ? {}ORDER BY r.expires_at, r.reason, r.rowid LIMIT ?"""
DUE_IN_FILE: Final = DUE_ROWS.format("")
DUE_OF_CLAIMED: Final = DUE_ROWS.format(
    "AND (r.mailbox_id, r.envelope_id) IN (SELECT * FROM unnest(CAST(? AS bytea[]), CAST(? AS bytea[]))) "
)
CLAIM_ROWS: Final = """
SELECT mailbox_id, envelope_id FROM mailbox_rows WHERE expires_at <= ? ORDER BY expires_at, reason LIMIT ?"""
MAILBOXES_OF: Final = "SELECT mailbox_id FROM mailboxes WHERE engagement_id = ?"
NAMED_AFTER: Final = """
account_id IN (SELECT account_id FROM members WHERE engagement_id = ?1)
AND name LIKE '%/' || lower(hex(?1))"""
"""The vault items that are named after an engagement."""
OF_ITS_MAILBOXES: Final = """
mailbox_id IN (SELECT mailbox_id FROM mailboxes WHERE engagement_id = ?)"""
DUE_REOPENINGS: Final = """
SELECT rowid, engagement_id, former_mailbox_id FROM reopenings WHERE expires_at <= ? LIMIT ?"""
DUE_ENGAGEMENTS: Final = """
SELECT rowid, engagement_id, state FROM engagements WHERE expires_at <= ? AND state <> 'gone' LIMIT ?"""
DUE_ACCOUNTS: Final = """
SELECT rowid, account_id FROM accounts a WHERE expires_at <= ? AND NOT EXISTS (
    SELECT 1 FROM members m WHERE m.account_id = a.account_id) LIMIT ?"""
MARK_GONE: Final = """
UPDATE engagements SET state = 'gone' WHERE rowid = ? AND NOT EXISTS (
    SELECT 1 FROM mailboxes m WHERE m.engagement_id = engagements.engagement_id)"""
CHUNKS: Final = """
SELECT start, length(chunk) FROM blob_chunks WHERE blob_id = ? ORDER BY start DESC LIMIT ?"""
DUE_BLOBS: Final = f"""
SELECT rowid, blob_id, {NAMED_STILL} FROM blobs
WHERE expires_at <= ? AND (NOT {NAMED_STILL}
    OR EXISTS (SELECT 1 FROM blob_chunks c WHERE c.blob_id = blobs.blob_id)) LIMIT ?"""  # noqa: S608 - a phrase of ours
REMOVE_CHUNK: Final = "DELETE FROM blob_chunks WHERE blob_id = ? AND start = ?"
ROWS_OF_ENGAGEMENT: Final = """
SELECT r.rowid, r.mailbox_id, r.envelope_id, r.reason, r.shortened, coalesce(length(r.raw), 0), 0, 0
FROM mailbox_rows r JOIN mailboxes m ON m.mailbox_id = r.mailbox_id
WHERE m.engagement_id = ? ORDER BY r.rowid LIMIT ?"""

Stuck = set[tuple[str, int]]


class SqlSweep(Part):
    """`sweep`, `checkpoint` and `counts` of `relay.core.ports.Envelopes`."""

    def __init__(self, writer: Writer, readers: Readers) -> None:
        """Nothing is known to be stuck."""
        super().__init__(writer, readers)
        self._stuck: Stuck = set()

    async def sweep(self, *, now: int, limit: int) -> Swept:
        """One batch, in the next commit. A blob of which an object store has something stays until that is
        gone (`SqlBlobs.drop_objects_due`), and refuses to be read.
        """
        swept, stuck = await self._write_locking(partial(_sweep, now=now, limit=limit, stuck=self._stuck))
        self._stuck = stuck if swept.more else set()  # the next run tries them again
        return swept

    async def checkpoint(self) -> bool:
        """Cut the journal to nothing; until then it holds what the sweep took from the file."""
        return await self._writer.checkpoint()

    async def counts(self, *, now: int) -> dict[str, int]:
        """Totals; due and overdue count every kind of row."""
        return await self._read(partial(_counts, now=now))


def _sweep(database: sqlite3.Connection, now: int, limit: int, stuck: Stuck) -> tuple[Swept, Stuck]:
    """A batch, and what is stuck after it: what failed in a transaction that is then lost, may go in the
    next.
    """
    found = set(stuck)
    return _Batch(database, now, limit, found).run(), found


class _Full(Exception):
    """The batch has its rows or its bytes."""


class _Batch:
    """One batch: what is left to take, and what was taken."""

    def __init__(self, database: sqlite3.Connection, now: int, limit: int, stuck: Stuck) -> None:
        self._database = database
        self._now = now
        self._rows_left = limit
        self._bytes_left = PIECE_BYTES
        self._limit = limit
        self._stuck = stuck
        self._counts = {"envelope": 0, "blob": 0, "other": 0}
        self._ended: list[bytes] = []
        self._passed = False  # whether somebody else has what is due too

    def run(self) -> Swept:
        """Take until nothing is due or the batch is full."""
        more = False
        try:
            self._reopenings()
            self._rows(self._due_rows())
            for table in (*SMALL, "invitations"):
                self._plain(table, "expires_at <= ?", self._now)
            self._engagements()
            self._accounts()
            self._blobs()
        except _Full:
            more = True
        return Swept(
            self._counts["envelope"],
            self._counts["blob"],
            self._counts["other"],
            more or self._passed,
            tuple(self._ended),
        )

    def _due_rows(self) -> Iterator[Any]:
        """What is due in mailboxes. Where others write, each row and its mailbox is had before it is looked
        at: rows that another batch has are left out, and so are mailboxes that somebody is at.
        """
        database = self._database
        if not is_shared(database):
            yield from self._each(DUE_IN_FILE, self._now)
            return
        database.execute("SAVEPOINT claim")
        enough = self._rows_left + len(self._stuck) + 1
        claimed = database.execute(claiming(database, CLAIM_ROWS), (self._now, enough)).fetchall()
        wanted = {mailbox_id for mailbox_id, _ in claimed}
        held = lock_mailboxes(database, wanted, skip=True)
        if wanted and not held:
            database.execute("ROLLBACK TO claim")  # or we would wait for one who waits for these rows
            held = lock_mailboxes(database, [min(wanted)])
        database.execute("RELEASE claim")
        self._passed |= len(held) < len(wanted)
        found = [name for name in claimed if name[0] in held]
        bound = (self._now, *map(list, zip(*found, strict=True)), enough) if found else ()
        yield from database.execute(DUE_OF_CLAIMED, bound).fetchall() if found else ()

    def _rows(self, found: Iterator[Any]) -> None:
        for rowid, mailbox_id, envelope_id, reason, shortened, size, mailbox_ends_at, unread in found:
            leaves_tombstone = not reason and mailbox_ends_at > self._now
            why = BROUGHT_FORWARD.get(shortened, Reason.UNREAD if unread else Reason.DUE)
            act = (
                partial(expire_envelope, self._database, mailbox_id, envelope_id, why, self._now)
                if leaves_tombstone
                else partial(remove_row, self._database, mailbox_id, envelope_id, self._now)
            )
            self._take(("mailbox_rows", rowid), act, size, "other" if reason else "envelope")

    def _reopenings(self) -> None:
        """Before the rows: what one leaves behind is due then."""
        for rowid, engagement_id, mailbox_id in self._each(DUE_REOPENINGS, self._now):
            if self._holds([mailbox_id] if mailbox_id else []):
                self._take(
                    ("reopenings", rowid), partial(end_reopening, self._database, engagement_id, self._now)
                )

    def _plain(self, table: str, condition: str, value: int | bytes) -> None:
        statement = f"SELECT rowid FROM {table} WHERE {condition} LIMIT ?"  # noqa: S608 - names from here
        for (rowid,) in self._each(statement, value):
            self._take((table, rowid), partial(self._delete, table, rowid))

    def _engagements(self) -> None:
        for rowid, engagement_id, state in self._each(DUE_ENGAGEMENTS, self._now):
            found = self._database.execute(MAILBOXES_OF, (engagement_id,)).fetchall()
            if not self._holds([mailbox_id for (mailbox_id,) in found]):
                continue
            self._empty(engagement_id)
            end = partial(self._mark_gone, rowid)
            if state in UNSIGNED:
                for part in OF_ENGAGEMENT:
                    self._plain(part, "engagement_id = ?", engagement_id)
                end = partial(self._delete, "engagements", rowid)
            if self._take(("engagements", rowid), end):
                self._ended.append(engagement_id)

    def _empty(self, engagement_id: bytes) -> None:
        """Take all that was in an engagement."""
        self._plain("vault_items", NAMED_AFTER, engagement_id)
        self._rows(self._each(ROWS_OF_ENGAGEMENT, engagement_id, "r"))
        self._plain("rules", OF_ITS_MAILBOXES, engagement_id)
        self._plain("index_segments", OF_ITS_MAILBOXES, engagement_id)
        self._plain("releases", OF_ITS_MAILBOXES, engagement_id)
        self._plain("slots", "engagement_id = ?", engagement_id)
        for part in ("reopenings", "mailboxes", "invitations"):
            self._plain(part, "engagement_id = ?", engagement_id)

    def _mark_gone(self, rowid: int) -> None:
        if self._database.execute(MARK_GONE, (rowid,)).rowcount == 0:
            raise sqlite3.IntegrityError("a mailbox is still there")

    def _accounts(self) -> None:
        """After their engagements, whose certificates are theirs."""
        for rowid, account_id in self._each(DUE_ACCOUNTS, self._now):
            for part in OF_ACCOUNT:
                self._plain(part, "account_id = ?", account_id)
            self._take(("accounts", rowid), partial(self._delete, "accounts", rowid))

    def _blobs(self) -> None:
        for rowid, blob_id, is_named in self._each(DUE_BLOBS, self._now):
            for start, size in self._each(CHUNKS, blob_id):
                remove = partial(self._database.execute, REMOVE_CHUNK, (blob_id, start))
                self._take((f"chunks of {blob_id.hex()}", start), remove, size)
            if not is_named:
                self._take(("blobs", rowid), partial(self._end_blob, blob_id), kind="blob")

    def _end_blob(self, blob_id: bytes) -> None:
        """Only once all its chunks went: without its row nothing would find them."""
        if self._database.execute(CHUNKS, (blob_id, 1)).fetchone() is not None:
            raise sqlite3.IntegrityError("a chunk is still there")
        self._database.execute(REMOVE_BLOB, (blob_id,))

    def _delete(self, table: str, rowid: int) -> None:
        self._database.execute(f"DELETE FROM {table} WHERE rowid=?", (rowid,))  # noqa: S608 - names from here

    def _holds(self, mailbox_ids: Sequence[bytes]) -> bool:
        """Whether this batch has these mailboxes; nobody who is at one of them is waited for."""
        holds = lock_mailboxes(self._database, mailbox_ids, skip=True) == set(mailbox_ids)
        self._passed |= not holds
        return holds

    def _each(self, statement: str, value: int | bytes, table: str = "") -> Iterator[Any]:
        """What a statement finds and no other batch has, as far as this one reaches. Looks again while rows
        turn out to be stuck, as they may have stood before all that can go. Of a join, the rows of `table`.
        """
        known = -1
        while known < len(self._stuck):
            known = len(self._stuck)
            enough = self._rows_left + known + 1  # one more shows that there are more
            yield from self._database.execute(
                claiming(self._database, statement, table), (value, enough)
            ).fetchall()

    def _take(
        self, name: tuple[str, int], act: Callable[[], object], size_bytes: int = 0, kind: str = "other"
    ) -> bool:
        """Take one row away; False where it stays. Raises _Full."""
        if name in self._stuck:
            return False
        if self._rows_left == 0 or (size_bytes > self._bytes_left and self._rows_left < self._limit):
            raise _Full
        if not self._try(act):
            self._stuck.add(name)
            return False
        self._rows_left -= 1
        self._bytes_left -= size_bytes
        self._counts[kind] += 1
        return True

    def _try(self, act: Callable[[], object]) -> bool:
        already_told = told(self._database)
        self._database.execute("SAVEPOINT step")
        try:
            act()
        except FAULTS as fault:
            if isinstance(fault, Repeat) or not self._database.in_transaction:
                raise
            self._database.execute("ROLLBACK TO step")
            forget(self._database, after=already_told)
            return False
        finally:
            if self._database.in_transaction:
                self._database.execute("RELEASE step")
        return True


def _counts(database: sqlite3.Connection, now: int) -> dict[str, int]:
    def one(statement: str, *bound: int) -> int:
        return int(database.execute(statement, bound).fetchone()[0] or 0)

    def due(at: int) -> int:
        certified_next = one("SELECT count(*) FROM engagements WHERE expires_at<=? AND state='gone'", at)
        found = [one(f"SELECT count(*) FROM {table} WHERE expires_at<=?", at) for table in COUNTED]  # noqa: S608
        return sum(found) - certified_next

    return {
        "envelopes": one("SELECT count(*) FROM mailbox_rows WHERE reason=0"),
        "blobs": one("SELECT count(*) FROM blobs"),
        "due": due(now),
        "overdue": due(now - OVERDUE_SECONDS - 1),
        "stored_bytes": one("SELECT sum(stored_bytes) FROM mailboxes")
        + one("SELECT sum(stored_bytes) FROM blobs"),
    }
