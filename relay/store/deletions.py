"""The ledger of deletions: what a transaction takes away is told here, and synced, before it commits; where
that fails the transaction fails (docs/protocol.md, part 17). Owns what is told of each act of the store, and
until when it can be untold; the files are `relay.store.deletion_files`.

A restored backup must not bring back what has gone since. A record may tell of a transaction that was lost
after it: its caller was told to come again, and of an index or a number the last record counts. Holds random
ids, hashes and dates, and of what people signed the acts, policies and statements, which are in clear and
never go back. Must never tell anything else of anybody.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any, Final

from relay.store.deletion_files import (
    ACT,
    ANEW,
    CHANNEL,
    END,
    ENTRY,
    GONE,
    INSTANT,
    METHOD,
    RECEIPT,
    RULE,
    SENDER,
    STATEMENT,
    Ledger,
    fits,
    frame,
)

SERVER_INSTANT: Final = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)"


class Ledgered:
    """What a writing connection of either kind knows besides: its ledger, what the open transaction has to
    tell it, where chance comes from, and whether it is the only one.
    """

    ledger: Ledger | None = None
    told: list[bytes]
    random: Callable[[int], bytes]
    shared = False
    """Whether others write to the database too, and connections are to a server."""
    alone = True
    """Whether this transaction sees and does what it would if no other ran meanwhile."""
    doubts = False
    """Whether a violation may be of what another has stored since the transaction began."""


class LedgeredConnection(sqlite3.Connection, Ledgered):
    """A writing connection to a file."""

    def __init__(self, *arguments: object, **named: object) -> None:
        """As `sqlite3.Connection`; without a ledger until one is set."""
        super().__init__(*arguments, **named)  # type: ignore[arg-type]
        self.told, self.random = [], os.urandom


def record_gone(
    database: sqlite3.Connection, mailbox_id: bytes, envelope_ids: Sequence[bytes], at: int
) -> None:
    """These envelopes do not live past this second: gone, shortened, or an own copy taken away."""
    for envelope_id in envelope_ids:
        _tell(database, GONE, envelope_id + mailbox_id + _u64(at))


def record_anew(
    database: sqlite3.Connection, mailbox_id: bytes, envelope_id: bytes, expires_at: int, raw: bytes
) -> None:
    """These bytes have this id from now on, until that second: what was told of it before was of others."""
    _tell(database, ANEW, envelope_id + mailbox_id + _u64(expires_at) + sha256(raw).digest())


def record_method(database: sqlite3.Connection, account_id: bytes, method_id: bytes) -> None:
    """This way in is closed."""
    _tell(database, METHOD, method_id + account_id)


def record_end(database: sqlite3.Connection, engagement_id: bytes, ends_at: int) -> None:
    """The engagement ends then. To be told whenever an end changes, later ones too: the last record counts,
    and a restored engagement never outlives it.
    """
    _tell(database, END, engagement_id + _u64(ends_at))


def record_entry(database: sqlite3.Connection, index: int, entry: bytes) -> None:
    """The log has this entry of 33 bytes at this index."""
    _tell(database, ENTRY, _u64(index) + entry)


def record_receipt(database: sqlite3.Connection, mailbox_id: bytes, number: int, receipt_hash: bytes) -> None:
    """The receipts of this mailbox have got to this number, and its hash."""
    _tell(database, RECEIPT, mailbox_id + _u64(number) + receipt_hash)


def record_act(
    database: sqlite3.Connection, engagement_id: bytes, number: int, act: bytes, policy: bytes
) -> None:
    """The engagement's act of this number, and the policy that it puts in force or nothing."""
    _tell(database, ACT, engagement_id + _u64(number) + _sized(act) + _sized(policy))


def record_statement(database: sqlite3.Connection, account_id: bytes, number: int, statement: bytes) -> None:
    """The account's statement of this number."""
    _tell(database, STATEMENT, account_id + _u64(number) + _sized(statement))


def record_channel(database: sqlite3.Connection, account_id: bytes, number: bytes) -> None:
    """This way of being told has ended."""
    _tell(database, CHANNEL, account_id + number)


def record_rule(database: sqlite3.Connection, account_id: bytes, rule_id: bytes) -> None:
    """This rule has ended."""
    _tell(database, RULE, account_id + rule_id)


def record_sender(database: sqlite3.Connection, account_id: bytes, sender_id: bytes) -> None:
    """This personal address writes here no more, and its rules have ended."""
    _tell(database, SENDER, account_id + sender_id)


def stamp(database: Any) -> None:
    """Say before what the open transaction has told by the server's clock when that was: other relays of the
    database have ledgers of their own. To be called when all of it is done: what is in each other's way
    waits for the other's commit, and so has a later instant.
    """
    if database.told:
        (at,) = database.execute(SERVER_INSTANT).fetchone()
        database.told.insert(0, frame(INSTANT, _u64(at)))


def told(database: object) -> int:
    """How much the open transaction has told; for `forget`."""
    return len(database.told) if isinstance(database, Ledgered) else 0


def forget(database: object, after: int) -> None:
    """Untell what came after that point, because it was rolled back."""
    if isinstance(database, Ledgered):
        del database.told[after:]


def write_told(database: object) -> None:
    """Bring what the open transaction has told to disk, in one sync; to be called before it commits. Raises
    OSError.
    """
    if isinstance(database, Ledgered) and database.told:
        records, database.told = database.told, []
        if database.ledger is not None:
            database.ledger.append(records)


def _tell(database: sqlite3.Connection, kind: int, body: bytes) -> None:
    if not isinstance(database, Ledgered) or database.ledger is None:
        return
    if not fits(kind, len(body)):
        raise ValueError(f"a record of kind {kind} has not {len(body)} bytes")
    record = frame(kind, body)
    if record not in database.told[-1:]:  # two parts may tell of one thing, one right after the other
        database.told.append(record)


def _sized(frame_bytes: bytes) -> bytes:
    return len(frame_bytes).to_bytes(2, "big") + frame_bytes


def _u64(number: int) -> bytes:
    return number.to_bytes(8, "big")
