"""Refusals: mail that was refused at the door is told to whom it was for, as a sealed notice of the relay.

Owns who is told of what, how often, and the notice itself: class 3, kind 10, signed by the relay's notice key
(docs/protocol.md, part 18). What is not told yet rests in this process's memory alone, masked; a restart
forgets it. Never keeps or logs an address, and never lets a notice's trouble become the mail's.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from keys.content import Content, ContentKind, Recipient, content_id
from keys.encoding import counted, u64
from keys.envelope import ZERO_TAG, EnvelopeClass
from keys.errors import KeysError
from keys.names import ID_BYTES, ZERO_HASH, Random, fingerprint
from keys.sealing import Addressing, ReaderTarget, seal_envelope, sign_content
from keys.statement import choose_reading_key
from keys.suite import H, SealKey, SignKey
from relay.core.addresses import Address
from relay.core.admission import read
from relay.core.errors import RelayError
from relay.core.model import DAY_SECONDS
from relay.core.refused import MOST_ENTRIES, Refused, is_told, mask, once_an_hour
from relay.core.words import Kind, whole
from relay.flow.accept import Accept
from relay.flow.addressed import Addressed, Inboxes
from relay.flow.company import Company
from relay.flow.writers import Writer, Writers

KEEP_SECONDS: Final = 14 * DAY_SECONDS
HOUR_SECONDS: Final = 3600
MOST_NOTICES: Final = 6  # an hour, of one mailbox
MOST_MAILBOXES: Final = 10_000
MOST_MARKS: Final = 100
_NO_MARK: Final = bytes(ID_BYTES)
SUBJECT: Final = "Mail was refused"
TEXT: Final = "Mail to this inbox was refused at the door. Who sent it was told so."


@dataclass(slots=True)
class _Hour:
    """What one mailbox was told since `began_at`, and what waits for the next hour."""

    began_at: int
    notices: int = 0
    told: set[bytes] = field(default_factory=set)
    waiting: list[Refused] = field(default_factory=list)


class Refusals:
    """Tells. `longest_keep_seconds` is the relay's bound on what no policy dates."""

    def __init__(
        self,
        inboxes: Inboxes,
        accept: Accept,
        notice_key: SignKey,
        random: Random,
        company: Company,
        longest_keep_seconds: int,
    ) -> None:
        self._inboxes, self._accept, self._key, self._random = inboxes, accept, notice_key, random
        self._keep_seconds = min(KEEP_SECONDS, longest_keep_seconds)
        self._hours: OrderedDict[bytes, _Hour] = OrderedDict()
        self._writers = Writers(random)
        self._company = company
        company.hear(
            Kind.REFUSAL,
            lambda fields: self._heard(fields[0], fields[1], company.told_at(whole(fields[2]))),
        )

    async def tell(self, mailbox_id: bytes, author: Address | None, code: str, now: int) -> None:
        """Tell the mailbox's owner of one refusal, at once or with the next hour's first; nothing where they
        could do nothing about it. Never raises a RelayError.
        """
        if not is_told(code):
            return
        refused = Refused(mask(author), code, now - now % 60)
        hour, mark = self._hour(mailbox_id, now), _NO_MARK
        if once_an_hour(code):
            mark = H(counted(refused.address.encode(), 2) + code.encode())[:ID_BYTES]
            if mark in hour.told:
                return
            hour.told.add(mark)
        if hour.notices >= MOST_NOTICES:
            if len(hour.waiting) < MOST_ENTRIES:
                hour.waiting.append(refused)
            return
        hour.notices += 1
        self._company.tell(Kind.REFUSAL, mailbox_id, mark, u64(now))
        entries, hour.waiting = [*hour.waiting, refused], []
        await self._send(mailbox_id, entries, now)

    async def flush(self, now: int) -> None:
        """Tell what waits for an hour that has begun, and forget what no longer bounds anything."""
        over = [one for one, hour in self._hours.items() if not _lasts(hour, now)]
        for mailbox_id in over:
            hour = self._hours.pop(mailbox_id, None)
            if hour is None or _lasts(hour, now):
                continue
            entries = hour.waiting
            if entries:
                self._hours[mailbox_id] = _Hour(now, notices=1)
                self._company.tell(Kind.REFUSAL, mailbox_id, _NO_MARK, u64(now))
                await self._send(mailbox_id, entries, now)

    def _heard(self, mailbox_id: bytes, mark: bytes, now: int) -> None:
        """Another relay has told it something."""
        hour = self._hour(mailbox_id, now)
        hour.notices += 1
        if mark != _NO_MARK and len(hour.told) < MOST_MARKS:
            hour.told.add(mark)

    def _hour(self, mailbox_id: bytes, now: int) -> _Hour:
        hour = self._hours.pop(mailbox_id, None) or _Hour(now)
        if not _lasts(hour, now):
            hour = _Hour(now, waiting=hour.waiting)
        self._hours[mailbox_id] = hour
        if len(self._hours) > MOST_MAILBOXES:
            self._hours.popitem(last=False)
        return hour

    async def _send(self, mailbox_id: bytes, entries: Sequence[Refused], now: int) -> None:
        try:
            await self._seal(await self._inboxes.by_id(mailbox_id, now), entries, now)
        except (RelayError, KeysError):
            return  # the mailbox has gone, or a keeper's key is not to be had: the sender was told

    async def _seal(self, addressed: Addressed, entries: Sequence[Refused], now: int) -> None:
        inbox = addressed.inbox
        expires_at = min(now + self._keep_seconds, addressed.terms.ends_at)
        day_keys = await self._inboxes.day_keys(inbox.reader, expires_at, now)
        writer = self._writers.of(inbox.mailbox_id)
        await writer.take()
        try:
            frame = self._content(addressed, writer, entries, now, expires_at).encode()
            part = sign_content(frame, EnvelopeClass.NOTICE, self._key)
            raw = seal_envelope(_addressing(addressed, now, expires_at), [part], day_keys, self._random)
            await self._accept.from_relay(read(raw), now)
            writer.stored(content_id(EnvelopeClass.NOTICE, frame))
        finally:
            writer.leave()

    def _content(
        self, addressed: Addressed, writer: Writer, entries: Sequence[Refused], now: int, expires_at: int
    ) -> Content:
        reader = addressed.inbox.reader
        told = [{"address": one.address, "reason": one.code, "at": one.at} for one in entries]
        return Content(
            kind=ContentKind.NOTICE,
            nonce=self._random(16),
            thread_id=self._random(16),
            writer=writer.number,
            count=writer.count + 1,
            previous_id=writer.previous_id,
            created_at=now,
            expires_at=expires_at,
            policy_hash=ZERO_HASH,
            sender_fp=fingerprint(self._key.public),
            checkpoint_hash=ZERO_HASH,
            vault_counter=0,
            sender_statement_hash=ZERO_HASH,
            recipients=(Recipient(reader.fp, reader.hash),),
            shown={"subject": SUBJECT, "text": TEXT, "about": "refused", "refused": told},
        )


def _lasts(hour: _Hour, now: int) -> bool:
    return now - hour.began_at < HOUR_SECONDS


def _addressing(addressed: Addressed, now: int, expires_at: int) -> Addressing:
    inbox, reader = addressed.inbox, addressed.inbox.reader
    key = choose_reading_key(reader.card, now)
    return Addressing(
        envelope_class=EnvelopeClass.NOTICE,
        mailbox_id=inbox.mailbox_id,
        policy_tag=ZERO_TAG,
        expires_at=expires_at,
        recipient_fp=reader.fp,
        target=ReaderTarget(SealKey.from_bytes(key.public), key.epoch),
        reader_access=reader.card.access_public,
        revoker_access=addressed.other_access,
    )
