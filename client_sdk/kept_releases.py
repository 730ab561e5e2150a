"""Kept releases: what a client keeps so that a release can be ended which the relay will not hand back.

Owns the vault item `releases/HEX` and the rule which of its entries are over. Pure. Must never call one over
that is still on its way: its number is not taken yet. (docs/protocol.md, part 23.)
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from keys.acts import ActCore, ActKind
from keys.encoding import Reader, exact, u8, u64
from keys.envelope import MOST_KEEPERS, Envelope
from keys.locks import KEEPER_LOCK_BYTES
from keys.names import ID_BYTES
from keys.release import ticket_subject

MOST_KEPT: Final = 32


@dataclass(frozen=True, slots=True)
class KeptRelease:
    """What ends one release: the number and subject of its ticket, and what its keepers have to refuse."""

    act_number: int
    subject: bytes
    mailbox_id: bytes
    ends_at: int
    header_hash: bytes
    records: tuple[bytes, ...] = field(repr=False)

    def encode(self) -> bytes:
        """Return the entry's bytes."""
        ids = u64(self.act_number) + exact(self.subject, 32, "subject")
        place = exact(self.mailbox_id, ID_BYTES, "mailbox id") + u64(self.ends_at)
        locks = b"".join(exact(one, KEEPER_LOCK_BYTES, "keeper lock") for one in self.records)
        return ids + place + exact(self.header_hash, 32, "hash") + u8(len(self.records)) + locks


def kept_of(envelope: Envelope, act_number: int) -> KeptRelease:
    """Return what there is to keep of an envelope before it is posted under an act's number."""
    return KeptRelease(
        act_number=act_number,
        subject=ticket_subject(envelope.raw),
        mailbox_id=envelope.header.mailbox_id,
        ends_at=envelope.header.expires_at,
        header_hash=envelope.header_hash,
        records=tuple(lock.record for lock in envelope.keeper_locks),
    )


def encode_kept(kept: Sequence[KeptRelease]) -> bytes:
    """Return the item, the newest entries where there are too many."""
    newest = kept[-MOST_KEPT:]
    return b"\x01" + u8(len(newest)) + b"".join(one.encode() for one in newest)


def parse_kept(plain: bytes) -> tuple[KeptRelease, ...]:
    """Parse an item strictly; `keys.errors.Malformed`."""
    reader = Reader(plain)
    reader.expect(b"\x01", "version")
    count = reader.between(reader.u8(), 0, MOST_KEPT, "releases")
    kept = tuple(_read(reader) for _ in range(count))
    reader.finish()
    return kept


def _read(reader: Reader) -> KeptRelease:
    facts = (reader.u64(), reader.take(32), reader.take(ID_BYTES), reader.u64(), reader.take(32))
    locks = reader.between(reader.u8(), 1, MOST_KEEPERS, "keepers")
    return KeptRelease(*facts, tuple(reader.take(KEEPER_LOCK_BYTES) for _ in range(locks)))


def living_tickets(acts: Sequence[ActCore], now: int) -> list[ActCore]:
    """Return the acts that let something out still: not withdrawn, not replaced by one that has begun, not
    over.
    """
    withdrawn = max((one.number for one in acts if one.kind is ActKind.WITHDRAW), default=0)
    out = [one for one in acts if one.kind is ActKind.RELEASE and one.number > withdrawn]
    current = max((one.number for one in out if one.date <= now), default=0)
    return [one for one in out if one.number >= current and one.second_date > now]


def over_now(
    kept: Sequence[KeptRelease],
    acts: Sequence[ActCore],
    open_mailbox: bytes | None,
    now: int,
    *,
    listed: Collection[int] | None = None,
) -> list[KeptRelease]:
    """Return the entries that are to be revoked, none of which has ended. `open_mailbox` is the sponsor's
    whose slot is open, empty where none is, None where that is not known. `listed` are the act numbers of
    what the relay says that it holds, asked for after `acts`; None where that is not known. What it says is
    gone has to be: its word alone closes nothing.
    """
    living = {one.subject for one in living_tickets(acts, now)}
    taken = [one for one in kept if one.act_number <= len(acts) and one.ends_at > now]
    elsewhere = [one for one in taken if open_mailbox is not None and one.mailbox_id != open_mailbox]
    unlisted = [one for one in taken if listed is not None and one.act_number not in listed]
    return [one for one in taken if one in elsewhere or one in unlisted or one.subject not in living]
