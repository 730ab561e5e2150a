"""Copies gone: a person's own signed word on when what their program kept on a computer went.

Owns its bytes and the one reading of them. It is a claim, not a proof, and says nothing of what people saved
or printed; nobody but its signer can make or change it. Carries dates alone. (docs/protocol.md, part 16.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from keys.encoding import Reader, exact, label, u16, u64
from keys.errors import Malformed, Refused
from keys.names import ID_BYTES, fingerprint
from keys.suite import SIGNATURE_BYTES, SignKey, verify

MOST_MOMENTS: Final = 256
"""Of more, the oldest are given up: what went at them then counts as gone at the next."""
_FIXED_BYTES: Final = 8 + ID_BYTES
_LABEL: Final = "own-gone"
MOST_BYTES: Final = _FIXED_BYTES + 16 * MOST_MOMENTS + 32 + SIGNATURE_BYTES


@dataclass(frozen=True, slots=True)
class Moment:
    """At `gone_at` nothing was left of what was due at or before `through`; both are Unix seconds UTC."""

    through: int
    gone_at: int


@dataclass(frozen=True, slots=True)
class CopiesGone:
    """What one person's program on one computer says of one engagement: its moments, in order of time."""

    engagement_id: bytes
    computer: int
    moments: tuple[Moment, ...] = ()

    def gone_at(self, due_at: int) -> int | None:
        """Return when, by this word, everything due at or before an instant was gone; None: not yet."""
        return next((one.gone_at for one in self.moments if one.through >= due_at), None)

    def with_moment(self, through: int, gone_at: int) -> CopiesGone:
        """Return this and one more moment; the same where it says nothing new."""
        last = self.moments[-1] if self.moments else Moment(0, 0)
        if through <= last.through:
            return self
        moments = (*self.moments, Moment(through, max(gone_at, last.gone_at, through)))
        return CopiesGone(self.engagement_id, self.computer, moments[-MOST_MOMENTS:])


def sign_copies_gone(gone: CopiesGone, identity: SignKey) -> bytes:
    """Return the signed bytes. `Malformed` for moments that are none."""
    _check(gone)
    head = b"\1\0" + u16(gone.computer) + u16(len(gone.moments)) + bytes(2)
    moments = b"".join(u64(one.through) + u64(one.gone_at) for one in gone.moments)
    signed = head + exact(gone.engagement_id, ID_BYTES, "engagement id") + moments
    signed += fingerprint(identity.public)
    return signed + identity.sign(label(_LABEL), signed)


def open_copies_gone(raw: bytes, engagement_id: bytes, identity_public: bytes) -> CopiesGone:
    """Parse and verify what somebody says of an engagement: `Malformed`, `Refused` where it is of another
    person or engagement, or `BadSignature` otherwise.
    """
    gone, fp = read_copies_gone(raw)
    if gone.engagement_id != engagement_id or fp != fingerprint(identity_public):
        raise Refused("of another")
    verify(identity_public, raw[-SIGNATURE_BYTES:], label(_LABEL), raw[:-SIGNATURE_BYTES])
    return gone


def read_copies_gone(raw: bytes) -> tuple[CopiesGone, bytes]:
    """Parse, and return it with the fp of who is said to have signed; the signature is not verified."""
    reader = Reader(raw)
    reader.expect(b"\1\0", "version")
    computer, count = reader.u16(), reader.between(reader.u16(), 0, MOST_MOMENTS, "moments")
    reader.reserved(2)
    engagement_id = reader.take(ID_BYTES)
    moments = tuple(Moment(reader.u64(), reader.u64()) for _ in range(count))
    fp = reader.take(32)
    reader.take(SIGNATURE_BYTES)
    reader.finish()
    gone = CopiesGone(engagement_id, computer, moments)
    _check(gone)
    return gone, fp


def _check(gone: CopiesGone) -> None:
    before = Moment(0, 0)
    if len(gone.moments) > MOST_MOMENTS:
        raise Malformed("too many moments")
    for one in gone.moments:
        if not (before.through < one.through <= one.gone_at and before.gone_at <= one.gone_at):
            raise Malformed("moments are in order, and nothing is gone before it is due")
        before = one
