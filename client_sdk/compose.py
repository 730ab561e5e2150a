"""Compose: from a draft to the sealed bytes that are deposited.

Owns the sending steps of docs/protocol.md, part 14, that need no network: choice of the reading key, policy
and date, the content frame, both envelopes in one group, and what a later recall needs. Pure: time,
randomness, count and day keys are arguments. Must never seal to a stale key, to another set of keepers than
the pinned one, or past the date that both signed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from client_sdk.attachment import FileLabel
from client_sdk.errors import (
    EngagementClosed,
    Misused,
    NotTrusted,
    RecipientKeyStale,
    RetentionExceeded,
    TooLarge,
)
from client_sdk.frames import Deposit, encode_group
from client_sdk.parties import Place
from client_sdk.terms import Terms
from keys.blob import Attachment
from keys.content import (
    MOST_ATTACHMENTS,
    MOST_NAME_BYTES,
    MOST_SUBJECT_CHARACTERS,
    MOST_TEXT_BYTES,
    MOST_TYPE_BYTES,
    Content,
    ContentKind,
    Recipient,
    content_id,
)
from keys.envelope import HEADER_BYTES, MOST_INNER_BYTES, EnvelopeClass, parse_envelope
from keys.errors import Refused
from keys.names import Random
from keys.policy import Policy
from keys.sealing import Addressing, Part, ReaderTarget, seal_envelope, sign_content
from keys.statement import Statement, choose_reading_key
from keys.suite import SealKey
from keys.terms import InForce

FRAME_SLACK_BYTES: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person wrote. `records` are the sealed files, in the order of `files`.

    Of another kind than a message, `fixed` is its fixed part and `shown` its display fields. The reader's
    software is asked to let a message go `days_after_opening` days after it was opened.
    """

    subject: str = field(repr=False)
    text: str = field(repr=False)
    files: tuple[FileLabel, ...] = field(default=(), repr=False)
    records: tuple[Attachment, ...] = field(default=(), repr=False)
    kind: ContentKind = ContentKind.MESSAGE
    fixed: bytes = field(default=b"", repr=False)
    shown: Mapping[str, Any] = field(default_factory=dict, repr=False)
    days_after_opening: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """Where a writer stands: the count of this content and the content id of the one before it."""

    writer: int
    count: int
    previous_id: bytes


@dataclass(frozen=True, slots=True)
class Composed:
    """A sealed message: one group for the relay, and what its recall needs: header and keepers' locks of
    each copy.
    """

    content_id: bytes
    group: bytes = field(repr=False)
    own_envelope_id: bytes
    their_envelope_id: bytes
    their_locks: bytes = field(repr=False)
    own_locks: bytes = field(repr=False)
    expires_at: int


def check_draft(subject: str, text: str, files: Sequence[FileLabel]) -> None:
    """Refuse what no content may hold: `Misused` or `TooLarge`."""
    if len(subject) > MOST_SUBJECT_CHARACTERS:
        raise Misused(f"A subject has at most {MOST_SUBJECT_CHARACTERS} characters.")
    if not _is_text(subject) or not _is_text(text):
        raise Misused("The text holds half a character.")
    if len(text.encode()) > MOST_TEXT_BYTES:
        raise TooLarge(MOST_TEXT_BYTES)
    if len(files) > MOST_ATTACHMENTS:
        raise Misused(f"A message has at most {MOST_ATTACHMENTS} files.")
    for one in files:
        if not _is_text(one.name) or not 0 < len(one.name.encode()) <= MOST_NAME_BYTES:
            raise Misused("A file's name has 1 to 255 bytes.")
        if not _is_text(one.media_type) or len(one.media_type.encode()) > MOST_TYPE_BYTES:
            raise Misused("A media type has at most 127 bytes.")


def _is_text(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def choose_date(policy: Policy | InForce, wanted_at: int | None, now: int) -> int:
    """Return when a new message goes: the wanted instant, or the agreement's default.

    `RetentionExceeded` past what both signed, `Misused` for an instant that is not to come.
    """
    latest = policy.latest(now)
    if latest <= now:
        raise EngagementClosed
    if wanted_at is None:
        return policy.default_expires_at(now)
    if wanted_at <= now:
        raise Misused("The date to keep it until has passed.")
    if wanted_at > latest:
        raise RetentionExceeded(datetime.fromtimestamp(latest, UTC))
    return wanted_at


def compose(
    place: Place,
    terms: Terms,
    draft: Draft,
    step: Step,
    *,
    expires_at: int,
    now: int,
    day_keys: Mapping[bytes, SealKey],
    random: Random,
) -> Composed:
    """Sign a message and seal it into both mailboxes.

    `day_keys` holds the verified key of each required keeper, by keeper id, for the day of `expires_at`.
    """
    _check_keepers(place, day_keys)
    choose_date(terms.in_force, expires_at, now)
    content = _content(place, terms.policy, draft, step, expires_at, now, random)
    frame = content.encode()
    if len(frame) > MOST_INNER_BYTES - FRAME_SLACK_BYTES:
        raise TooLarge(MOST_INNER_BYTES)
    part = sign_content(frame, EnvelopeClass.MESSAGE, place.me.identity)
    keys = [day_keys[keeper_id] for keeper_id in place.keeper_ids]
    theirs = seal_envelope(_to_other(place, terms.policy, expires_at, now), [part], keys, random)
    own = seal_envelope(_to_self(place, terms.policy, expires_at, now), [part], keys, random)
    blobs = tuple(record.blob_id for record in draft.records)
    return _composed(part, theirs, own, blobs, expires_at)


def _composed(part: Part, theirs: bytes, own: bytes, blobs: tuple[bytes, ...], expires_at: int) -> Composed:
    return Composed(
        content_id=content_id(EnvelopeClass.MESSAGE, part.content),
        group=encode_group((Deposit(theirs, blobs), Deposit(own, blobs))),
        own_envelope_id=parse_envelope(own).header.envelope_id,
        their_envelope_id=parse_envelope(theirs).header.envelope_id,
        their_locks=_locks(theirs),
        own_locks=_locks(own),
        expires_at=expires_at,
    )


def _locks(raw: bytes) -> bytes:
    """Return an envelope's header and its keepers' locks."""
    return raw[:HEADER_BYTES] + b"".join(lock.record for lock in parse_envelope(raw).keeper_locks)


def _check_keepers(place: Place, day_keys: Mapping[bytes, SealKey]) -> None:
    """Refuse to seal unless both people require exactly the pinned keepers, and each has given its key."""
    pinned = place.pins.keeper_set
    if place.other.card.keeper_set != pinned or place.me.statement.card.keeper_set != pinned:
        raise NotTrusted("keeper-set")
    if set(day_keys) != set(place.keeper_ids):
        raise NotTrusted("keeper-missing")


def _content(
    place: Place, policy: Policy, draft: Draft, step: Step, expires_at: int, now: int, random: Random
) -> Content:
    return Content(
        kind=draft.kind,
        nonce=random(16),
        thread_id=random(16),
        writer=step.writer,
        count=step.count,
        previous_id=step.previous_id,
        created_at=now,
        expires_at=expires_at,
        policy_hash=policy.hash,
        sender_fp=place.me.fp,
        checkpoint_hash=place.me.checkpoint_hash,
        vault_counter=place.me.vault_counter,
        sender_statement_hash=place.me.statement.hash,
        recipients=(Recipient(place.other.fp, place.other.hash),),
        attachments=draft.records,
        fixed=draft.fixed,
        shown=_shown(draft),
    )


def _shown(draft: Draft) -> dict[str, Any]:
    """Return the display fields of a draft."""
    if draft.kind is not ContentKind.MESSAGE:
        return dict(draft.shown)
    shown: dict[str, Any] = {"subject": draft.subject, "text": draft.text}
    if draft.files:
        shown["files"] = [{"name": one.name, "type": one.media_type} for one in draft.files]
    if draft.days_after_opening is not None:
        shown["days_after_opening"] = draft.days_after_opening
    return shown


def _to_other(place: Place, policy: Policy, expires_at: int, now: int) -> Addressing:
    """Address the other person's envelope: I may revoke it, unless the policy denies recall."""
    access = place.other.card.access_public
    revoker = place.me.access.public if policy.author_may_recall else access
    return _addressing(place.other, place.their_mailbox, policy, expires_at, access, revoker, now)


def _to_self(place: Place, policy: Policy, expires_at: int, now: int) -> Addressing:
    """Address my own copy: the other party may revoke it, unless the policy denies recall."""
    access = place.me.access.public
    revoker = place.other.card.access_public if policy.author_may_recall else access
    return _addressing(place.me.statement, place.my_mailbox, policy, expires_at, access, revoker, now)


def _addressing(
    reader: Statement,
    mailbox_id: bytes,
    policy: Policy,
    expires_at: int,
    access: bytes,
    revoker: bytes,
    now: int,
) -> Addressing:
    try:
        reading_key = choose_reading_key(reader.card, now)
    except Refused as cause:
        raise RecipientKeyStale from cause
    return Addressing(
        envelope_class=EnvelopeClass.MESSAGE,
        mailbox_id=mailbox_id,
        policy_tag=policy.tag,
        expires_at=expires_at,
        recipient_fp=reader.fp,
        target=ReaderTarget(SealKey.from_bytes(reading_key.public), reading_key.epoch),
        reader_access=access,
        revoker_access=revoker,
    )
