"""What a restored database is brought to before it may be used: the ledger's records applied, its counters
moved past all that was given out after the backup (docs/protocol.md, part 17). Owns those changes.

Nothing that was taken away or signed since is undone: dates come forward, acts and statements stand. The log
never goes back, and no number or position is given out twice: a reader that follows one would miss what came
under it the second time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from keys.acts import OF_REOPENING
from keys.encoding import Reader
from relay.core.log import SignedCheckpoint, joined, subtrees
from relay.store import deletion_files
from relay.store.counts import count_anew
from relay.store.deletion_files import Record
from relay.store.inserts import append_frame, end_engagement_at, insert_statement
from relay.store.ledgers import FORGET
from relay.store.limits import ACCOUNT_TAIL_SECONDS
from relay.store.log import append_entries, log_size
from relay.store.moved import unmark
from relay.store.receipts import NEXT_ORDER
from relay.store.rejoining import rejoin

BEGIN: Final = "BEGIN IMMEDIATE"
LEAP: Final = 1 << 32
"""How far positions and orders jump: more than can have come since the backup, and two million restores fit
below 2⁵³."""

FORWARD: Final = """
UPDATE mailbox_rows SET expires_at=?3, shortened=1
WHERE mailbox_id=?1 AND envelope_id=?2 AND reason=0 AND expires_at>?3"""
BYTES: Final = """
SELECT r.raw FROM mailbox_rows r WHERE r.mailbox_id = ? AND r.envelope_id = ? AND r.reason = 0"""
BACK: Final = "UPDATE mailbox_rows SET expires_at=?3, shortened=0 WHERE mailbox_id=?1 AND envelope_id=?2"
FORWARD_LINKS: Final = "UPDATE blob_links SET expires_at=?3 WHERE mailbox_id=?1 AND envelope_id=?2"
ENDED: Final = {
    deletion_files.CHANNEL: ("DELETE FROM notice_channels WHERE account_id=? AND number=?",),
    deletion_files.RULE: ("DELETE FROM rules WHERE account_id=? AND rule_id=?",),
    deletion_files.SENDER: (
        "DELETE FROM rules WHERE account_id=? AND sender_id=?",
        "DELETE FROM senders WHERE account_id=? AND sender_id=?",
    ),
}
OWNER: Final = """
SELECT account_id, expires_at + ?2 FROM mailboxes WHERE mailbox_id=?1
UNION ALL SELECT account_id, expires_at FROM receipts WHERE mailbox_id=?1 LIMIT 1"""
HEAD: Final = """
INSERT INTO receipts (position, account_id, mailbox_id, number, kind, receipt, hash, day, batch_index,
    batch_path, expires_at) VALUES (?, ?, ?, ?, 0, '', ?, 0, -1, x'', ?)"""
"""A receipt of which only number and hash are known; its owner has it, or will never."""

Sign = Callable[[int, bytes], SignedCheckpoint]


class OtherLog(Exception):
    """The ledger tells of another log than the backup has."""


@dataclass(slots=True)
class Replayed:
    """What the ledger changed: envelopes brought forward, ways in closed, engagements whose end moved, acts
    and statements added, entries of the log and chains of receipts brought up, and reopened mailboxes whose
    newcomer is not here.
    """

    envelopes: int = 0
    methods: int = 0
    engagements: int = 0
    acts: int = 0
    statements: int = 0
    entries: int = 0
    chains: int = 0
    unjoined: int = 0


@dataclass(slots=True)
class _Last:
    """Of these the last record counts. Acts and statements are by whose they are, and their number."""

    acts: dict[bytes, bytes] = field(default_factory=dict)
    statements: dict[bytes, bytes] = field(default_factory=dict)
    ends: dict[bytes, int] = field(default_factory=dict)
    entries: dict[int, bytes] = field(default_factory=dict)
    receipts: dict[bytes, tuple[int, bytes]] = field(default_factory=dict)
    gone: set[bytes] = field(default_factory=set)
    unjoined: set[bytes] = field(default_factory=set)


def replay(
    database: sqlite3.Connection, records: Iterable[Record], sign: Sign | None = None, begin: str = BEGIN
) -> Replayed:
    """Apply the ledger, in one transaction, and sign the checkpoints that came after. Raises OtherLog, the
    database's faults, and what the records raise.
    """
    database.execute(begin)
    try:
        done = _replay(database, records)
        if sign is not None:
            sign_again(database, sign)
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")
    return done


def _replay(database: sqlite3.Connection, records: Iterable[Record]) -> Replayed:
    done, last = Replayed(), _Last()
    unmark(database)
    database.execute(FORGET)  # relays that start say again which ledgers they write
    _forget_sessions(database)
    count_anew(database)
    _leap(database)
    for record in records:
        _apply(database, record, done, last)
    done.envelopes = len(last.gone)
    done.acts = sum(_act(database, Reader(body), last.unjoined) for _, body in sorted(last.acts.items()))
    done.unjoined = len(last.unjoined)
    done.statements = sum(_statement(database, Reader(body)) for _, body in sorted(last.statements.items()))
    done.engagements = sum(_end(database, *item) for item in last.ends.items())
    done.entries = _append(database, last.entries)
    done.chains = sum(_head(database, *item) for item in last.receipts.items())
    return done


def sign_again(database: sqlite3.Connection, sign: Sign) -> None:
    """Make a checkpoint for each size above the newest that is known. Which of them were given out is not
    known; all of them tell the one log.
    """
    (known,) = database.execute("SELECT coalesce(max(size), 0) FROM log_checkpoints").fetchone()
    for size in range(known + 1, log_size(database) + 1):
        signed = sign(size, root_at(database, size))
        database.execute(
            "INSERT INTO log_checkpoints (size, note, hash) VALUES (?, ?, ?)",
            (signed.size, signed.note, signed.checkpoint_hash),
        )


def root_at(database: sqlite3.Connection, size: int) -> bytes:
    """The root of the log's first `size` ≥ 1 entries, from its whole subtrees (RFC 6962, 2.1)."""
    one = "SELECT hash FROM log_hashes WHERE level=? AND number=?"
    return joined([database.execute(one, node).fetchone()[0] for node in subtrees(0, size)])


def _apply(database: sqlite3.Connection, record: Record, done: Replayed, last: _Last) -> None:
    body = record.body
    match record.kind:
        case deletion_files.GONE:
            _bring_forward(database, body, last)
        case deletion_files.ANEW:
            _release_anew(database, body, last)
        case deletion_files.METHOD:
            done.methods += database.execute(
                "DELETE FROM methods WHERE method_id=? AND account_id=?", (body[:16], body[16:])
            ).rowcount
        case deletion_files.END:
            last.ends[body[:16]] = int.from_bytes(body[16:], "big")
        case deletion_files.ENTRY:
            last.entries[int.from_bytes(body[:8], "big")] = body[8:]
        case deletion_files.RECEIPT:
            last.receipts[body[:16]] = (int.from_bytes(body[16:24], "big"), body[24:])
        case deletion_files.ACT:
            last.acts[body[:24]] = body
        case deletion_files.CHANNEL | deletion_files.RULE | deletion_files.SENDER:
            _stay_ended(database, record)
        case deletion_files.STATEMENT:
            last.statements[body[:24]] = body


def _bring_forward(database: sqlite3.Connection, body: bytes, last: _Last) -> None:
    bound = (body[16:32], body[:16], int.from_bytes(body[32:], "big"))
    if database.execute(FORWARD, bound).rowcount:
        database.execute(FORWARD_LINKS, bound)
        last.gone.add(body[:32])


def _release_anew(database: sqlite3.Connection, body: bytes, last: _Last) -> None:
    """What is here under the id has its date again, if it is what came anew: what was told before is of what
    it took the place of.
    """
    mailbox_id, envelope_id, digest = body[16:32], body[:16], body[40:]
    row = database.execute(BYTES, (mailbox_id, envelope_id)).fetchone()
    if row is not None and sha256(row[0]).digest() == digest:
        database.execute(BACK, (mailbox_id, envelope_id, int.from_bytes(body[32:40], "big")))
        last.gone.discard(body[:32])


def _stay_ended(database: sqlite3.Connection, record: Record) -> None:
    """What its owner has ended."""
    for statement in ENDED[record.kind]:
        database.execute(statement, (record.body[:16], record.body[16:]))


def _act(database: sqlite3.Connection, body: Reader, unjoined: set[bytes]) -> bool:
    """The next act of an engagement that has a first. What it brought forward has records of its own; who is
    client by it is so again.
    """
    engagement_id, number = body.take(16), body.u64()
    act, policy = body.take(body.u16()), body.take(body.u16())
    body.finish()
    newest, ends_at = database.execute(
        "SELECT (SELECT max(number) FROM acts WHERE engagement_id=?1),"
        " (SELECT expires_at FROM engagements WHERE engagement_id=?1)",
        (engagement_id,),
    ).fetchone()
    if newest is None or ends_at is None or number != newest + 1:
        return False
    append_frame(database, "acts", engagement_id, act, ends_at)
    if policy:
        append_frame(database, "policies", engagement_id, policy, ends_at)
    database.execute("DELETE FROM proposals WHERE engagement_id=?", (engagement_id,))
    if act[1] in OF_REOPENING:
        (unjoined.discard if rejoin(database, engagement_id, act) else unjoined.add)(engagement_id)
    return True


def _statement(database: sqlite3.Connection, body: Reader) -> bool:
    """The next statement of an account that is there."""
    account_id, number = body.take(16), body.u64()
    statement = body.take(body.u16())
    body.finish()
    newest, ends_at = database.execute(
        "SELECT (SELECT max(number) FROM statements WHERE account_id=?1),"
        " (SELECT expires_at FROM accounts WHERE account_id=?1)",
        (account_id,),
    ).fetchone()
    if ends_at is None or number != (newest or 0) + 1:
        return False
    insert_statement(database, account_id, number, statement, ends_at)
    return True


def _forget_sessions(database: sqlite3.Connection) -> None:
    """Nobody is signed in to a restored relay, and the door's keyed memory has lost its key. An index would
    quote what has gone since; people's software makes it again.
    """
    database.execute("DELETE FROM sessions")
    database.execute("DELETE FROM door_memory")
    database.execute("DELETE FROM index_segments")


def _leap(database: sqlite3.Connection) -> None:
    database.execute("UPDATE mailboxes SET cursor=cursor+?", (LEAP,))
    database.execute(
        "INSERT INTO notes (name, value) SELECT ?1, coalesce(max(position), 0) + ?2 FROM receipts WHERE true"
        " ON CONFLICT (name) DO UPDATE SET value=notes.value + ?2",
        (NEXT_ORDER, LEAP),
    )


def _end(database: sqlite3.Connection, engagement_id: bytes, ends_at: int) -> bool:
    """The end that the last act left. One without an act is a draft, whose end only comes forward."""
    row = database.execute(
        "SELECT 1 FROM engagements e WHERE engagement_id=?1 AND expires_at<>?2"
        " AND (expires_at>?2 OR EXISTS (SELECT 1 FROM acts a WHERE a.engagement_id=?1))",
        (engagement_id, ends_at),
    ).fetchone()
    if row is not None:
        end_engagement_at(database, engagement_id, ends_at)
    return row is not None


def _append(database: sqlite3.Connection, entries: dict[int, bytes]) -> int:
    """Entries that the backup has must be the same; those after them are appended, without a gap."""
    size = log_size(database)
    for index in sorted(entries):
        if index >= size:
            break
        (known,) = database.execute("SELECT entry FROM log_entries WHERE position=?", (index,)).fetchone()
        if known != entries[index]:
            raise OtherLog(f"the log has another entry {index}")
    fresh = sorted(index for index in entries if index >= size)
    if fresh != list(range(size, size + len(fresh))):
        raise OtherLog("the log has a gap")
    append_entries(database, [entries[index] for index in fresh])
    return len(fresh)


def _head(database: sqlite3.Connection, mailbox_id: bytes, head: tuple[int, bytes]) -> bool:
    """Let the chain of a mailbox go on from there; False where the backup is as far, or knows no owner."""
    (newest,) = database.execute(
        "SELECT coalesce(max(number), 0) FROM receipts WHERE mailbox_id=?", (mailbox_id,)
    ).fetchone()
    owner = database.execute(OWNER, (mailbox_id, ACCOUNT_TAIL_SECONDS)).fetchone()
    if newest >= head[0] or owner is None:
        return False
    (order,) = database.execute(
        "UPDATE notes SET value=value+1 WHERE name=? RETURNING value", (NEXT_ORDER,)
    ).fetchone()
    account_id, expires_at = owner
    database.execute(HEAD, (order, account_id, mailbox_id, *head, expires_at))
    return True
