"""Index: what a list shows of a mailbox, in boxes that die with their day.

Owns the key of a day, the place of a row, the bytes of segments and of the list that names them. Must never
open a segment without the shares of every keeper, nor hand out a row whose place is another's.
(docs/protocol.md, The sealed index.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from keys.box import open_box, seal_box
from keys.encoding import Reader, ascending, counted_text, exact, label, u8, u16, u32, u64
from keys.envelope import EnvelopeClass
from keys.errors import Malformed, NotOpened
from keys.names import ID_BYTES, ZERO_HASH, ZERO_ID, day_of
from keys.padding import check_padding, pad
from keys.suite import hkdf

RUN: Final = 64
"""Orders of one segment: with the longest rows it stays below 64 KiB."""
MOST_BOX_BYTES: Final = 65_536
MOST_SEGMENTS: Final = 8_192
MOST_FILES: Final = 32
MOST_AUTHOR_BYTES: Final = 120
MOST_SUBJECT_BYTES: Final = 300
MOST_WORDS_BYTES: Final = 200
MOST_NAMES_BYTES: Final = 200
MAIL: Final = 9
REPORT: Final = 13
MOST_KIND: Final = 13
MOST_GRADE: Final = 6
MOST_STEP: Final = 3
ME, OTHER, RELAY = 1, 2, 3

_VERSION: Final = b"\x01"
_CLASSES: Final = (1, 2, 3, 5, 6)
_SHARE_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Place:
    """Where a segment belongs; all of it is bound into the box."""

    account_id: bytes
    mailbox_id: bytes
    day: int
    number: int
    version: int


@dataclass(frozen=True, slots=True)
class IndexRow:
    """A row of a list. `envelope_class` 0 is the place of something that went unread, `kind` 0 what was not
    opened; then nothing else is known of it.
    """

    order: int
    envelope_id: bytes
    envelope_class: int
    created_at: int
    sealed_until: int
    origin: int = 0
    kind: int = 0
    by: int = 0
    grade: int = 0
    files: int = 0
    writer: int = 0
    count: int = 0
    file_bytes: int = 0
    content_id: bytes = ZERO_HASH
    thread_id: bytes = ZERO_ID
    author: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)
    first_words: str = field(default="", repr=False)
    names: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Listed:
    """A segment as the list names it."""

    day: int
    number: int
    version: int
    box_hash: bytes


@dataclass(frozen=True, slots=True)
class SegmentList:
    """Everything of an order above `below` and not above `up_to` is in these segments."""

    below: int
    up_to: int
    segments: tuple[Listed, ...]


def index_key(index_base: bytes, day_shares: Sequence[bytes], day: int) -> bytes:
    """Return the 32-byte key of a day's segments; the shares are those of all keepers, ascending by keeper
    id.
    """
    return day_box_key("index-day", index_base, day_shares, day)


def day_box_key(name: str, index_base: bytes, day_shares: Sequence[bytes], day: int) -> bytes:
    """Return the 32-byte key of an owner's boxes of that name that die with a day; shares as above."""
    if not 1 <= len(day_shares) <= 3:
        raise Malformed("a day has the shares of one to three keepers")
    salt = b"".join(exact(share, _SHARE_BYTES, "day share") for share in day_shares)
    return hkdf(exact(index_base, 32, "index base"), label(name) + u32(day), 32, salt)


def number_of(order: int) -> int:
    """Return the number of the segment in which the row of an order stands."""
    return order // RUN


def seal_segment(key: bytes, place: Place, rows: Sequence[IndexRow], nonce: bytes) -> bytes:
    """Seal the rows of a place; `nonce` is 24 fresh random bytes. `Malformed` for a row of another place."""
    _check_rows(place, rows)
    plain = _VERSION + b"\0" + u16(len(rows)) + b"".join(encode_row(row) for row in rows)
    return seal_box(key, "index", _aad(place), pad(plain), nonce)


def open_segment(key: bytes, place: Place, box: bytes) -> tuple[IndexRow, ...]:
    """Open a segment; `NotOpened` for any other key or place, `Malformed` for rows that are none."""
    if len(box) > MOST_BOX_BYTES:
        raise NotOpened
    return parse_rows(place, open_box(key, "index", _aad(place), box))


def parse_rows(place: Place, plain: bytes) -> tuple[IndexRow, ...]:
    """Parse the rows of a segment."""
    reader = Reader(plain)
    reader.expect(_VERSION, "version")
    reader.reserved(1)
    count = reader.between(reader.u16(), 1, RUN, "number of rows")
    rows = tuple(_read_row(reader) for _ in range(count))
    try:
        check_padding(plain, reader.position)
    except NotOpened:
        raise Malformed("zeros up to the padded length follow the rows") from None
    _check_rows(place, rows)
    return rows


def encode_row(row: IndexRow) -> bytes:
    """Return the bytes of a row."""
    _check_row(row)
    facts = bytes([row.envelope_class, row.origin, row.kind, row.by, row.grade, row.files])
    fixed = (
        u64(row.order)
        + exact(row.envelope_id, ID_BYTES, "envelope id")
        + facts
        + u16(row.writer)
        + u64(row.count)[2:]
        + u64(row.created_at)
        + u64(row.sealed_until)
        + u64(row.file_bytes)
        + exact(row.content_id, 32, "content id")
        + exact(row.thread_id, ID_BYTES, "thread id")
    )
    texts = b"".join(counted_text(text, 2) for text in (row.author, row.subject, row.first_words))
    return fixed + texts + u8(len(row.names)) + b"".join(counted_text(name, 1) for name in row.names)


def _read_row(reader: Reader) -> IndexRow:
    order, envelope_id = reader.u64(), reader.take(ID_BYTES)
    envelope_class, origin, kind, by, grade, files = reader.take(6)
    writer, count = reader.u16(), int.from_bytes(reader.take(6), "big")
    created_at, sealed_until, file_bytes = reader.u64(), reader.u64(), reader.u64()
    content_id, thread_id = reader.take(32), reader.take(ID_BYTES)
    author, subject = reader.text(2, MOST_AUTHOR_BYTES), reader.text(2, MOST_SUBJECT_BYTES)
    first_words = reader.text(2, MOST_WORDS_BYTES)
    names = tuple(reader.text(1) for _ in range(reader.between(reader.u8(), 0, MOST_FILES, "names")))
    row = IndexRow(
        order=order,
        envelope_id=envelope_id,
        envelope_class=envelope_class,
        created_at=created_at,
        sealed_until=sealed_until,
        origin=origin,
        kind=kind,
        by=by,
        grade=grade,
        files=files,
        writer=writer,
        count=count,
        file_bytes=file_bytes,
        content_id=content_id,
        thread_id=thread_id,
        author=author,
        subject=subject,
        first_words=first_words,
        names=names,
    )
    _check_row(row)
    return row


def _check_row(row: IndexRow) -> None:
    if row.order < 1 or row.sealed_until < 1 or len(row.names) > row.files:
        raise Malformed("index row")
    if not row.kind:
        if row != _bare(row) or (row.envelope_class not in (0, *_CLASSES)):
            raise Malformed("nothing is known of a row without a kind")
        return
    if row.envelope_class not in _CLASSES or not _is_origin(row) or not 1 <= row.kind <= MOST_KIND:
        raise Malformed("class or kind of an index row")
    if not ME <= row.by <= RELAY or not 1 <= row.count < 1 << 48 or row.files > MOST_FILES:
        raise Malformed("writer or files of an index row")
    if not _is_grade(row) or (row.author and row.kind != MAIL):
        raise Malformed("grade of an index row")
    limits = (
        (row.author, MOST_AUTHOR_BYTES),
        (row.subject, MOST_SUBJECT_BYTES),
        (row.first_words, MOST_WORDS_BYTES),
    )
    named_bytes = sum(1 + len(name.encode("utf-8", "replace")) for name in row.names)
    if named_bytes > MOST_NAMES_BYTES or any(len(t.encode("utf-8", "replace")) > most for t, most in limits):
        raise Malformed("text of an index row is too long")


def _is_grade(row: IndexRow) -> bool:
    """Whether a row has the grade of a mail, or the step of a report, where its kind has one."""
    if row.kind == MAIL:
        return 1 <= row.grade <= MOST_GRADE
    return row.grade <= (MOST_STEP if row.kind == REPORT else 0)


def _is_origin(row: IndexRow) -> bool:
    """Whether a class and a class of origin go together (docs/protocol.md, Envelope)."""
    if row.envelope_class == EnvelopeClass.RESEALED:
        return row.origin in (EnvelopeClass.MESSAGE, EnvelopeClass.DOOR)
    return row.origin == row.envelope_class


def _bare(row: IndexRow) -> IndexRow:
    created_at = 0 if row.envelope_class else row.created_at
    return IndexRow(row.order, row.envelope_id, row.envelope_class, created_at, row.sealed_until)


def _check_rows(place: Place, rows: Sequence[IndexRow]) -> None:
    if not 1 <= len(rows) <= RUN or len({row.envelope_id for row in rows}) != len(rows):
        raise Malformed("a segment has 1 to 64 rows, each envelope once")
    ascending([u64(row.order) for row in rows], "orders")
    if any(number_of(row.order) != place.number or day_of(row.sealed_until) != place.day for row in rows):
        raise Malformed("a row of another segment")


def _aad(place: Place) -> bytes:
    owner = exact(place.account_id, ID_BYTES, "account id") + exact(place.mailbox_id, ID_BYTES, "mailbox id")
    return label("index") + owner + u32(place.day) + u64(place.number) + u64(place.version)


# --- the list ---


def encode_list(listed: SegmentList) -> bytes:
    """Return the bytes of an item `index/...`."""
    _check_list(listed)
    rows = (
        u32(one.day) + u64(one.number) + u64(one.version) + exact(one.box_hash, 32, "hash")
        for one in listed.segments
    )
    head = _VERSION + b"\0" + u64(listed.below) + u64(listed.up_to) + u16(len(listed.segments))
    return head + b"".join(rows)


def parse_list(plain: bytes) -> SegmentList:
    """Parse an item `index/...`."""
    reader = Reader(plain)
    reader.expect(_VERSION, "version")
    reader.reserved(1)
    below, up_to = reader.u64(), reader.u64()
    count = reader.between(reader.u16(), 0, MOST_SEGMENTS, "number of segments")
    segments = tuple(Listed(reader.u32(), reader.u64(), reader.u64(), reader.take(32)) for _ in range(count))
    reader.finish()
    listed = SegmentList(below, up_to, segments)
    _check_list(listed)
    return listed


def _check_list(listed: SegmentList) -> None:
    if listed.up_to < listed.below or len(listed.segments) > MOST_SEGMENTS:
        raise Malformed("list of an index")
    if any(one.version < 1 for one in listed.segments):
        raise Malformed("versions begin at 1")
    ascending([u32(one.day) + u64(one.number) for one in listed.segments], "segments")
