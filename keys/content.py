"""Content: what a person, door or relay signs: the frame inside an envelope.

Owns the frame, the attachment record, what each kind carries in fixed form, and the display fields.
Security never rests on the JSON; everything that decides is in fixed fields. Must never hand out a frame
that parsed only in part. (docs/protocol.md, Content frame.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

from keys import acts, calls, proposal, release_terms, report_steps, spoken, statement
from keys.blob import MAIL_FLAG, Attachment, read_attachment
from keys.encoding import (
    Reader,
    ascending,
    counted,
    counted_text,
    dump_json,
    exact,
    label,
    load_json,
    text_field,
    u8,
    u16,
    u64,
)
from keys.envelope import EnvelopeClass
from keys.errors import Malformed
from keys.names import DAY_SECONDS, ID_BYTES, ZERO_HASH
from keys.suite import H

MOST_RECIPIENTS: Final = 16
MOST_ATTACHMENTS: Final = 32
MOST_SUBJECT_CHARACTERS: Final = 300
MOST_TEXT_BYTES: Final = 900_000
MOST_NAME_BYTES: Final = 255
MOST_TYPE_BYTES: Final = 127
MOST_HEAD_BYTES: Final = 16 * 1024
MOST_DAYS_AFTER_OPENING: Final = 365

_AFTER_OPENING: Final = "days_after_opening"

_FRAME_HEAD_BYTES: Final = 228
_SENDER_AT: Final = 124


class ContentKind(IntEnum):
    """What a content is."""

    MESSAGE = 1
    STATEMENT = 2
    DATE = 3
    AGREEMENT = 4
    RELEASE = 5
    WITHDRAWAL = 6
    SPOKEN = 7
    OWN_GONE = 8
    MAIL = 9
    NOTICE = 10
    OWN = 11
    CALL = 12
    REPORT = 13


KINDS_OF_CLASS: Final[Mapping[EnvelopeClass, frozenset[ContentKind]]] = {
    EnvelopeClass.MESSAGE: frozenset(ContentKind)
    - {ContentKind.RELEASE, ContentKind.MAIL, ContentKind.NOTICE, ContentKind.OWN},
    EnvelopeClass.DOOR: frozenset({ContentKind.MAIL}),
    EnvelopeClass.NOTICE: frozenset({ContentKind.NOTICE}),
    EnvelopeClass.RELEASE: frozenset({ContentKind.RELEASE}),
    EnvelopeClass.OWN: frozenset({ContentKind.OWN}),
}
"""Which kinds a class of origin may carry; class 5 carries what its class of origin did."""

_ACTS: Final[Mapping[ContentKind, frozenset[acts.ActKind]]] = {
    ContentKind.DATE: frozenset({acts.ActKind.SHORTEN, acts.ActKind.EXTEND}),
    ContentKind.AGREEMENT: frozenset({acts.ActKind.POLICY}),
    ContentKind.WITHDRAWAL: frozenset({acts.ActKind.WITHDRAW}),
}
"""Which acts the fixed part of a kind may hold."""

_NOTED: Final = (ContentKind.DATE, ContentKind.AGREEMENT, ContentKind.CALL, ContentKind.REPORT)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Someone who gets an envelope of this content, and the statement it was sealed to."""

    fp: bytes
    statement_hash: bytes


@dataclass(frozen=True, slots=True)
class DoorFacts:
    """What the door saw of a mail. `peer` is a packed IPv4 or IPv6 address."""

    grade: int
    tls: bool
    received_at: int
    peer: bytes = field(repr=False)
    greeting: str = field(repr=False)
    reverse_path: str = field(repr=False)
    recipient: str = field(repr=False)
    head: bytes = field(repr=False)

    def encode(self) -> bytes:
        """Return the fixed part of a content of kind 9."""
        _check_door(self)
        start = bytes([1, self.grade, self.tls, 0]) + u64(self.received_at) + counted(self.peer, 1)
        names = (self.greeting, self.reverse_path, self.recipient)
        return start + b"".join(counted_text(name, 2) for name in names) + counted(self.head, 4)


@dataclass(frozen=True, slots=True)
class Content:
    """The fields of a frame. `shown` is the JSON object; `fixed` depends on the kind.

    `writer` and `count` number what this writer sent here; `previous_id` is the content id before it.
    Instants are Unix seconds; `expires_at` is the first second at which it is gone.
    """

    kind: ContentKind
    nonce: bytes
    thread_id: bytes
    writer: int
    count: int
    previous_id: bytes
    created_at: int
    expires_at: int
    policy_hash: bytes
    sender_fp: bytes
    checkpoint_hash: bytes
    vault_counter: int
    sender_statement_hash: bytes
    recipients: tuple[Recipient, ...]
    attachments: tuple[Attachment, ...] = ()
    fixed: bytes = field(default=b"", repr=False)
    shown: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def subject(self) -> str:
        """The subject line, perhaps empty."""
        return str(self.shown.get("subject", ""))

    @property
    def text(self) -> str:
        """The text, perhaps empty."""
        return str(self.shown.get("text", ""))

    @property
    def days_after_opening(self) -> int | None:
        """After how many days from its opening a message is to go, by its writer's wish; None: no wish."""
        days = self.shown.get(_AFTER_OPENING) if self.kind is ContentKind.MESSAGE else None
        return None if days is None else int(days)

    def file_name(self, attachment: Attachment) -> str:
        """The display name of an attachment."""
        return str(self.shown["files"][attachment.name_index]["name"])

    def file_type(self, attachment: Attachment) -> str:
        """The media type that the sender gave for an attachment."""
        return str(self.shown["files"][attachment.name_index]["type"])

    def encode(self) -> bytes:
        """Return the frame; `Malformed` for a field that the format forbids."""
        _check(self)
        counts = bytes([1, self.kind, len(self.recipients), len(self.attachments)])
        ids = exact(self.nonce, ID_BYTES, "nonce") + exact(self.thread_id, ID_BYTES, "thread id")
        sequence = u16(self.writer) + u64(self.count)[2:] + exact(self.previous_id, 32, "previous content id")
        dates = u64(self.created_at) + u64(self.expires_at)
        hashes = (self.policy_hash, self.sender_fp, self.checkpoint_hash)
        seen = b"".join(exact(one, 32, "hash") for one in hashes)
        sender = u64(self.vault_counter) + exact(self.sender_statement_hash, 32, "statement hash")
        people = b"".join(
            exact(r.fp, 32, "fp") + exact(r.statement_hash, 32, "hash") for r in self.recipients
        )
        records = b"".join(attachment.encode() for attachment in self.attachments)
        end = counted(self.fixed, 4) + counted(dump_json(dict(self.shown)), 4)
        return counts + ids + sequence + dates + seen + sender + people + records + end


def date_after_opening(opened_at: int, days: int) -> int:
    """Return when a message goes that is to be kept `days` days after it was opened: the end of the last of
    these days in UTC, the day of opening not counted.
    """
    return (opened_at // DAY_SECONDS + days + 1) * DAY_SECONDS


def content_id(class_of_origin: EnvelopeClass, frame: bytes) -> bytes:
    """Return the 32-byte id of a content: the same for every recipient, computed and never carried."""
    return H(label("content-id"), u8(class_of_origin), frame)


def sender_fp(frame: bytes) -> bytes:
    """Return the sender's fp of a frame whose signature is not yet verified, to find the key that must
    verify it.
    """
    if len(frame) < _FRAME_HEAD_BYTES:
        raise Malformed("content is too short")
    return frame[_SENDER_AT : _SENDER_AT + 32]


def parse_content(frame: bytes) -> Content:
    """Parse a content frame strictly, the fixed part of its kind and its display fields included."""
    reader = Reader(frame)
    reader.expect(b"\x01", "version")
    kind = ContentKind(reader.between(reader.u8(), 1, len(ContentKind), "kind"))
    recipient_count, attachment_count = reader.u8(), reader.u8()
    nonce, thread_id = reader.take(ID_BYTES), reader.take(ID_BYTES)
    writer, count, previous_id = reader.u16(), int.from_bytes(reader.take(6), "big"), reader.take(32)
    created_at, expires_at = reader.u64(), reader.u64()
    policy_hash, sender, checkpoint_hash = reader.take(32), reader.take(32), reader.take(32)
    vault_counter, sender_statement = reader.u64(), reader.take(32)
    recipients = tuple(Recipient(reader.take(32), reader.take(32)) for _ in range(recipient_count))
    attachments = tuple(read_attachment(reader) for _ in range(attachment_count))
    fixed, written = reader.counted(4), reader.counted(4)
    shown = load_json(written)
    reader.finish()
    if kind is ContentKind.RELEASE and written != b"{}":
        raise Malformed("a release holds its terms alone")
    sequence = (writer, count, previous_id, created_at, expires_at)
    seen = (policy_hash, sender, checkpoint_hash, vault_counter, sender_statement)
    content = Content(kind, nonce, thread_id, *sequence, *seen, recipients, attachments, fixed, shown)
    _check(content)
    return content


def parse_door_facts(fixed: bytes) -> DoorFacts:
    """Parse the fixed part of a content of kind 9."""
    reader = Reader(fixed)
    reader.expect(b"\x01", "version")
    grade, tls = reader.u8(), reader.between(reader.u8(), 0, 1, "TLS")
    reader.reserved(1)
    received_at, peer = reader.u64(), reader.counted(1)
    names = (reader.text(2), reader.text(2), reader.text(2))
    facts = DoorFacts(grade, bool(tls), received_at, peer, *names, reader.counted(4))
    reader.finish()
    _check_door(facts)
    return facts


def statement_notice(blind: bytes, signed_statement: bytes) -> bytes:
    """Return the fixed part of a content of kind 2."""
    return exact(blind, 32, "blind") + signed_statement


def parse_statement_notice(fixed: bytes) -> tuple[bytes, statement.Statement]:
    """Parse the fixed part of a content of kind 2 into blind and statement, its signatures unverified."""
    reader = Reader(fixed)
    return reader.take(32), statement.parse_statement(reader.rest())


def _check(content: Content) -> None:
    if not 1 <= len(content.recipients) <= MOST_RECIPIENTS:
        raise Malformed("a content has 1 to 16 recipients")
    ascending([recipient.fp for recipient in content.recipients], "recipients")
    if len(content.attachments) > MOST_ATTACHMENTS:
        raise Malformed("a content has at most 32 attachments")
    if not 1 <= content.count < 1 << 48 or content.expires_at < 1:
        raise Malformed("count and expires_at are at least 1")
    _check_fixed(content)
    _check_shown(content.shown)
    if content.kind is ContentKind.MESSAGE:
        _check_after_opening(content.shown)
    if content.kind is ContentKind.AGREEMENT:
        proposal.check_shown(content.shown)
    if content.kind in _NOTED:
        text_field(content.shown.get("note", ""), MOST_TEXT_BYTES)
    named = len(content.shown.get("files", ()))
    if any(attachment.name_index >= named for attachment in content.attachments):
        raise Malformed("an attachment without a name")


def _check_fixed(content: Content) -> None:
    """Check the fixed part; its own format is the business of the module that owns it."""
    if content.kind is ContentKind.STATEMENT:
        parse_statement_notice(content.fixed)
    elif content.kind in _ACTS:
        if acts.parse_act(content.fixed).core.kind not in _ACTS[content.kind]:
            raise Malformed("not an act of this kind of content")
    elif content.kind is ContentKind.SPOKEN:
        spoken.parse_result(content.fixed)
    elif content.kind is ContentKind.CALL:
        calls.parse_call(content.fixed)
    elif content.kind in _OF_KIND:
        _OF_KIND[content.kind](content)
    elif content.fixed:
        raise Malformed("this kind has no fixed part")


def _check_mail(content: Content) -> None:
    parse_door_facts(content.fixed)
    if [attachment.flags for attachment in content.attachments] != [MAIL_FLAG]:
        raise Malformed("a mail taken in is the only attachment")


def _check_release(content: Content) -> None:
    """A release is no part of a thread, has one reader who has no statement, and nothing beside its terms."""
    terms = release_terms.parse_terms(content.fixed)
    if content.recipients != (Recipient(terms.reader_fp, ZERO_HASH),) or content.expires_at != terms.ends_at:
        raise Malformed("a release is for its link's reader, until its terms end")
    if (content.writer, content.count, content.previous_id) != (0, 1, ZERO_HASH):
        raise Malformed("a release is no part of a thread")
    if content.attachments or content.shown:
        raise Malformed("a release holds its terms alone")


def _check_step(content: Content) -> None:
    step = report_steps.parse_step(content.fixed)
    report_steps.check_shown(step, content.shown)
    if isinstance(step, report_steps.SignedStep):
        if step.content[1:2] != bytes([ContentKind.RELEASE]):
            raise Malformed("a report is signed as a release")
        parse_content(step.content)


_OF_KIND: Final[Mapping[ContentKind, Callable[[Content], None]]] = {
    ContentKind.RELEASE: _check_release,
    ContentKind.REPORT: _check_step,
    ContentKind.MAIL: _check_mail,
}
"""What a kind demands beyond the form of its fixed part."""


def _check_shown(shown: Mapping[str, Any]) -> None:
    """Check the display fields that have limits; unknown names are ignored."""
    subject, text, named = shown.get("subject", ""), shown.get("text", ""), shown.get("files", [])
    if not isinstance(subject, str) or len(subject) > MOST_SUBJECT_CHARACTERS:
        raise Malformed("the subject is text of at most 300 characters")
    if not isinstance(named, list):
        raise Malformed("files is a list")
    text_field(text, MOST_TEXT_BYTES)
    for entry in named:
        if not isinstance(entry, dict):
            raise Malformed("an entry of files is an object")
        text_field(entry.get("name"), MOST_NAME_BYTES)
        text_field(entry.get("type"), MOST_TYPE_BYTES)


def _check_after_opening(shown: Mapping[str, Any]) -> None:
    """A whole number of days, however it is written: `7.0` is 7 in every JSON."""
    days = shown.get(_AFTER_OPENING, 1)
    if isinstance(days, bool) or not isinstance(days, int | float):
        raise Malformed("days after opening are a number")
    if not 1 <= days <= MOST_DAYS_AFTER_OPENING or days % 1:
        raise Malformed("1 to 365 whole days after opening")


def _check_door(facts: DoorFacts) -> None:
    if facts.grade not in range(1, 7) or len(facts.peer) not in (4, 16):
        raise Malformed("wrong grade or peer address")
    if len(facts.head) > MOST_HEAD_BYTES:
        raise Malformed("the head is cut at 16 KiB")
