"""Frames: the binary bodies of deposits and of a mailbox's rows.

Owns their layout and limits (docs/protocol.md, part 13). Pure. Must never hand out a row whose order does not
go the way that was asked for: a relay could otherwise show one row twice, or hide where a page ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from itertools import pairwise
from typing import Final

from keys.encoding import Reader, counted, exact, u16
from keys.envelope import MOST_ENVELOPE_BYTES
from keys.errors import Malformed

MOST_GROUPS: Final = 64
MOST_ENVELOPES: Final = 17
MOST_BLOBS: Final = 32
MOST_ROWS: Final = 200
DEPOSIT_BYTES: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Deposit:
    """One envelope as it is deposited, with the blobs that go when it goes."""

    envelope: bytes = field(repr=False)
    blob_ids: tuple[bytes, ...] = ()


def encode_group(deposits: tuple[Deposit, ...]) -> bytes:
    """Write the envelopes that are stored together or not at all."""
    if not 1 <= len(deposits) <= MOST_ENVELOPES:
        raise Malformed("a group has 1 to 17 envelopes")
    return u16(len(deposits)) + b"".join(_encode_deposit(one) for one in deposits)


def _encode_deposit(deposit: Deposit) -> bytes:
    if len(deposit.blob_ids) > MOST_BLOBS:
        raise Malformed("an envelope links at most 32 blobs")
    blobs = b"".join(exact(blob_id, 32, "blob id") for blob_id in deposit.blob_ids)
    return counted(deposit.envelope, 4) + u16(len(deposit.blob_ids)) + blobs


def encode_groups(groups: list[bytes]) -> bytes:
    """Write a deposit's body of encoded groups."""
    if not 1 <= len(groups) <= MOST_GROUPS:
        raise Malformed("a deposit has 1 to 64 groups")
    body = u16(len(groups)) + b"".join(groups)
    if len(body) > DEPOSIT_BYTES:
        raise Malformed("a deposit has at most 8 MiB")
    return body


class Reason(IntEnum):
    """Why a tombstone stands where an envelope was."""

    DUE = 1
    SHORTENED = 2
    OWN_COPY = 3
    CLOSED = 4
    UNREAD = 5


@dataclass(frozen=True, slots=True)
class EnvelopeRow:
    """A row that holds an envelope. `order` counts upwards in its mailbox."""

    order: int
    received_day: int
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A row that says that an envelope was there."""

    order: int
    received_day: int
    envelope_id: bytes
    reason: Reason
    gone_day: int


Row = EnvelopeRow | Tombstone


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the order asked for. `next_cursor` is where to go on; `more` whether that is worth while."""

    rows: tuple[Row, ...]
    next_cursor: int
    more: bool


def parse_rows(body: bytes, *, ascending: bool) -> tuple[Row, ...]:
    """Read a page's rows; `Malformed` when they are not strictly in the order that was asked for."""
    reader = Reader(body)
    rows: list[Row] = []
    while reader.remaining:
        rows.append(_read_row(reader))
        if len(rows) > MOST_ROWS:
            raise Malformed("too many rows")
    orders = [row.order for row in (rows if ascending else reversed(rows))]
    if any(earlier >= later for earlier, later in pairwise(orders)):
        raise Malformed("rows are not in order")
    return tuple(rows)


def _read_row(reader: Reader) -> Row:
    kind, order, received_day = reader.u8(), reader.u64(), reader.u32()
    content = reader.counted(4, MOST_ENVELOPE_BYTES)
    if kind == 1:
        return EnvelopeRow(order, received_day, content)
    if kind != 2:
        raise Malformed("unknown kind of row")
    return _read_tombstone(order, received_day, content)


def _read_tombstone(order: int, received_day: int, content: bytes) -> Tombstone:
    reader = Reader(content)
    envelope_id, reason, gone_day = reader.take(16), reader.u8(), reader.u32()
    reader.finish()
    try:
        return Tombstone(order, received_day, envelope_id, Reason(reason), gone_day)
    except ValueError:
        raise Malformed("unknown reason") from None
