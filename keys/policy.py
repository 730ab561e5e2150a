"""Policy: the machine-readable part of the agreement, which the relay enforces.

Owns the frame's bytes, its hash and tag, and the arithmetic of dates. Must never round a date up past what
both parties signed. (docs/protocol.md, Policy and acts.)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from keys.encoding import Reader, ascending, counted_text, exact, label, u8, u16, u32, u64
from keys.errors import Malformed
from keys.names import DAY_SECONDS, ID_BYTES, TAG_BYTES, ZERO_HASH
from keys.suite import H

MOST_DAYS: Final = 3_650
MOST_DOMAINS: Final = 64
MOST_PLACES: Final = 8
MOST_PHONES: Final = 8
LATE_SECONDS: Final = 300

_AUTHOR_MAY_RECALL: Final = 1
_READ_MARKS: Final = 2
_SPONSOR_TOLD_CALLS: Final = 4
_WORK_PHONES: Final = 8
_ALL_FLAGS: Final = _AUTHOR_MAY_RECALL | _READ_MARKS | _SPONSOR_TOLD_CALLS | _WORK_PHONES
_DOMAIN: Final = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\Z"
)


@dataclass(frozen=True, slots=True)
class Policy:
    """What coach and client signed. Days are whole; `longest_keep_days` 0 leaves only the end of the hold.
    Of `personal_phones` those are personal that neither mark names: bit i (1, 2, 4 …) of one is the i-th
    number, a work number of the coach or of the client.
    """

    engagement_id: bytes
    number: int
    previous_hash: bytes
    coach_fp: bytes
    work_ends_at: int
    hold_days: int
    longest_keep_days: int
    agreement_hash: bytes
    author_may_recall: bool = True
    read_marks: bool = False
    refused_domains: tuple[str, ...] = field(default=(), repr=False)
    places: tuple[str, ...] = field(default=(), repr=False)
    personal_phones: tuple[str, ...] = field(default=(), repr=False)
    sponsor_name: str = field(default="", repr=False)
    sponsor_scope: str = field(default="", repr=False)
    sponsor_told_calls: bool = False
    coach_work_phones: int = 0
    client_work_phones: int = 0

    @property
    def hold_ends_at(self) -> int:
        """The first second at which everything of the engagement is gone."""
        return self.work_ends_at + self.hold_days * DAY_SECONDS

    def latest(self, instant: int) -> int:
        """Return the latest `expires_at` of something made at `instant`."""
        if not self.longest_keep_days:
            return self.hold_ends_at
        return min(self.hold_ends_at, instant + self.longest_keep_days * DAY_SECONDS)

    def default_expires_at(self, instant: int) -> int:
        """Return the `expires_at` of something made at `instant` whose author chose none.

        The end of the hold; or, where the longest keep ends earlier, that instant rounded down to midnight
        UTC (unless this would be at or before `instant`).
        """
        latest = self.latest(instant)
        midnight = latest - latest % DAY_SECONDS
        return midnight if latest < self.hold_ends_at and midnight > instant else latest

    def allows(self, expires_at: int, now: int) -> bool:
        """Whether a relay may take something until `expires_at`: 300 seconds of slack, never past the
        hold.
        """
        return now < expires_at <= min(self.latest(now) + LATE_SECONDS, self.hold_ends_at)

    def encode(self) -> bytes:
        """Return the frame; `Malformed` for a field that the format forbids."""
        _check(self)
        flags = _AUTHOR_MAY_RECALL * self.author_may_recall + _READ_MARKS * self.read_marks
        flags += _SPONSOR_TOLD_CALLS * self.sponsor_told_calls
        marks = bytes([self.coach_work_phones, self.client_work_phones])
        flags += _WORK_PHONES * any(marks)
        ids = exact(self.engagement_id, ID_BYTES, "engagement id") + u32(self.number)
        hashes = exact(self.previous_hash, 32, "previous hash") + exact(self.coach_fp, 32, "fp")
        days = u64(self.work_ends_at) + u32(self.hold_days) + u32(self.longest_keep_days)
        fixed = (
            bytes([1, flags, 0, 0]) + ids + hashes + days + exact(self.agreement_hash, 32, "agreement hash")
        )
        lists = u16(len(self.refused_domains)) + _texts(self.refused_domains)
        lists += u8(len(self.places)) + _texts(self.places)
        lists += u8(len(self.personal_phones)) + _texts(self.personal_phones)
        sponsor = counted_text(self.sponsor_name, 1) + counted_text(self.sponsor_scope, 2)
        return fixed + lists + sponsor + (marks if any(marks) else b"")

    @property
    def hash(self) -> bytes:
        """The 32-byte policy hash."""
        return policy_hash(self.encode())

    @property
    def tag(self) -> bytes:
        """The first 16 bytes of the hash, which envelopes carry in clear."""
        return self.hash[:TAG_BYTES]


def policy_hash(frame: bytes) -> bytes:
    """Return H(L("policy") ‖ frame)."""
    return H(label("policy"), frame)


def agreement_hash(salt: bytes, text: str) -> bytes:
    """Return the hash of the human-readable agreement under a 32-byte random salt."""
    return H(label("agreement"), exact(salt, 32, "agreement salt"), text.encode("utf-8"))


def parse_policy(frame: bytes) -> Policy:
    """Parse a policy frame strictly."""
    reader = Reader(frame)
    reader.expect(b"\x01", "version")
    flags = reader.between(reader.u8(), 0, _ALL_FLAGS, "flags")
    reader.reserved(2)
    policy = Policy(
        engagement_id=reader.take(ID_BYTES),
        number=reader.u32(),
        previous_hash=reader.take(32),
        coach_fp=reader.take(32),
        work_ends_at=reader.u64(),
        hold_days=reader.u32(),
        longest_keep_days=reader.u32(),
        agreement_hash=reader.take(32),
        author_may_recall=bool(flags & _AUTHOR_MAY_RECALL),
        read_marks=bool(flags & _READ_MARKS),
        refused_domains=_read_texts(reader, reader.u16(), MOST_DOMAINS),
        places=_read_texts(reader, reader.u8(), MOST_PLACES),
        personal_phones=_read_texts(reader, reader.u8(), MOST_PHONES),
        sponsor_name=reader.text(1),
        sponsor_scope=reader.text(2),
        sponsor_told_calls=bool(flags & _SPONSOR_TOLD_CALLS),
        coach_work_phones=reader.u8() if flags & _WORK_PHONES else 0,
        client_work_phones=reader.u8() if flags & _WORK_PHONES else 0,
    )
    reader.finish()
    if flags & _WORK_PHONES and not policy.coach_work_phones | policy.client_work_phones:
        raise Malformed("no number is marked")
    _check(policy)
    return policy


def _check(policy: Policy) -> None:
    if policy.number < 1 or (policy.number == 1) != (policy.previous_hash == ZERO_HASH):
        raise Malformed("only a first policy has no previous one")
    if policy.work_ends_at % DAY_SECONDS:
        raise Malformed("work ends at midnight UTC")
    if not (0 <= policy.hold_days <= MOST_DAYS and 0 <= policy.longest_keep_days <= MOST_DAYS):
        raise Malformed("days must be 0 to 3,650")
    if len(policy.refused_domains) > MOST_DOMAINS or not all(map(_DOMAIN.match, policy.refused_domains)):
        raise Malformed("refused domains are at most 64 lower-case names")
    if len(policy.places) > MOST_PLACES or len(policy.personal_phones) > MOST_PHONES:
        raise Malformed("at most 8 places and 8 phone numbers")
    marked = policy.coach_work_phones | policy.client_work_phones
    both = policy.coach_work_phones & policy.client_work_phones
    if both or not 0 <= marked < 1 << len(policy.personal_phones):
        raise Malformed("a number is of one of the two, and is there")
    ascending([domain.encode("ascii") for domain in policy.refused_domains], "refused domains")


def _texts(texts: tuple[str, ...]) -> bytes:
    return b"".join(counted_text(text, 1) for text in texts)


def _read_texts(reader: Reader, count: int, most: int) -> tuple[str, ...]:
    reader.between(count, 0, most, "number of texts")
    return tuple(reader.text(1) for _ in range(count))
