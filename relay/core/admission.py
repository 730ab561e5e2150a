"""Admission: from the bytes of a deposit to a `SealedEnvelope`, and who may put which into which mailbox.

Owns the table of writers and the rules of classes (docs/protocol.md, parts 5 and 12). It looks at the
clear part of an envelope alone and checks no signature: the session says who deposits, the reader's
software says who wrote. Nothing else in the relay may make a `SealedEnvelope`.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from keys.envelope import (
    HEADER_BYTES,
    MAGIC,
    MOST_ENVELOPE_BYTES,
    MOST_INNER_BYTES,
    MOST_KEEPERS,
    ZERO_TAG,
    EnvelopeClass,
    parse_envelope,
)
from keys.errors import Malformed as MalformedFormat
from keys.locks import KEEPER_LOCK_BYTES, KEEPER_PAYLOAD_BYTES, READER_LOCK_BYTES, SHARE_BYTES, LockType
from keys.names import ZERO_ID, Role, day_of
from keys.padding import FLOOR_BYTES, padded_length
from keys.stream import plain_length
from relay.core.errors import (
    EngagementClosed,
    Malformed,
    NotAllowed,
    NotFound,
    PolicyMissing,
    PolicyRefused,
    TooLarge,
)
from relay.core.lifecycle import takes
from relay.core.model import PARTIES, SealedEnvelope, State
from relay.core.policy import Place, Standing, check_date

DOOR: Final = ZERO_ID
"""The account id under which the door deposits."""
BLOB_ID_BYTES: Final = 32
MOST_BLOBS: Final = 32

_WRITERS: Final = {
    Role.COACH: frozenset({Role.COACH, Role.CLIENT}),
    Role.CLIENT: frozenset({Role.COACH, Role.CLIENT}),
    Role.NOTES: frozenset({Role.COACH}),
    Role.SPONSOR: frozenset[Role](),
}
Facts = tuple[bytes, bytes, int, bytes, int]
"""Mailbox id, envelope id, class, policy tag, `expires_at`."""

_HEADER: Final = struct.Struct(">8s16s16s16sQII")
_LOCK_HEAD: Final = struct.Struct(">4s8sI")
_READER_LOCK: Final = bytes([LockType.READER, 0, 0, SHARE_BYTES])
_KEEPER_LOCK: Final = bytes([LockType.KEEPER, 0, 0, KEEPER_PAYLOAD_BYTES])
_LEAST_BYTES: Final = HEADER_BYTES + READER_LOCK_BYTES + KEEPER_LOCK_BYTES
_USUAL_STARTS: Final = {
    MAGIC + bytes([1, 1, envelope_class, locks]): locks
    for envelope_class in (EnvelopeClass.MESSAGE, EnvelopeClass.DOOR, EnvelopeClass.OWN)
    for locks in range(2, 2 + MOST_KEEPERS)
}
_DOOR_WRITES_TO: Final = frozenset(PARTIES)
_OWNERS: Final = frozenset({EnvelopeClass.RESEALED, EnvelopeClass.OWN})
"""Only into one's own mailbox."""
_GIVEN_BACK: Final = (Role.COACH, Role.CLIENT, EnvelopeClass.RESEALED)
"""But what a coach gives back to a client whose lost mailbox was reopened (part 25)."""


def read(raw: bytes, blob_ids: tuple[bytes, ...] = ()) -> SealedEnvelope:
    """Read the clear part of one envelope and the blobs that hang on it. Raises Malformed, TooLarge."""
    if len(raw) > MOST_ENVELOPE_BYTES:
        raise TooLarge("envelope")
    if blob_ids:
        _check_blob_ids(blob_ids)
    facts = _usual(raw) or _any(raw)
    return SealedEnvelope(*facts, raw=raw, blob_ids=blob_ids)


def _check_blob_ids(blob_ids: tuple[bytes, ...]) -> None:
    if len(blob_ids) > MOST_BLOBS or len(set(blob_ids)) != len(blob_ids):
        raise Malformed("blob ids")
    if any(len(blob_id) != BLOB_ID_BYTES for blob_id in blob_ids):
        raise Malformed("blob id")


def _usual(raw: bytes) -> Facts | None:
    """The facts of an envelope of the usual form: a policy's tag, a reader's lock, keepers' locks. None
    for any other, and for whatever might be malformed: `keys.envelope` judges that.

    A deposit is the relay's busiest path. This takes a tenth of the time of a whole parse and takes
    nothing that the parse would refuse (a property test shows it).
    """
    if len(raw) < _LEAST_BYTES:
        return None
    start, *facts, size_bytes, reserved = _HEADER.unpack_from(raw)
    locks = _USUAL_STARTS.get(start)
    if locks is None or reserved or facts[2] == ZERO_TAG or not facts[3] or not _possible_body(size_bytes):
        return None
    if len(raw) != HEADER_BYTES + READER_LOCK_BYTES + (locks - 1) * KEEPER_LOCK_BYTES + size_bytes:
        return None
    if raw[HEADER_BYTES : HEADER_BYTES + 4] != _READER_LOCK:
        return None
    day, last = day_of(facts[3]), b""
    for at in range(HEADER_BYTES + READER_LOCK_BYTES, len(raw) - size_bytes, KEEPER_LOCK_BYTES):
        kind, key_id, period = _LOCK_HEAD.unpack_from(raw, at)
        if kind != _KEEPER_LOCK or period != day or key_id <= last:
            return None
        last = key_id
    return facts[0], facts[1], start[6], facts[2], facts[3]


def _any(raw: bytes) -> Facts:
    try:
        header = parse_envelope(raw).header
    except MalformedFormat as fault:
        raise Malformed(detail=str(fault)) from None
    envelope_class = int(header.envelope_class)
    return header.mailbox_id, header.envelope_id, envelope_class, header.policy_tag, header.expires_at


@lru_cache(maxsize=1024)
def _possible_body(size_bytes: int) -> bool:
    """Whether a padded inner text gives a body of this length; there are some hundred such lengths."""
    try:
        plain_bytes = plain_length(size_bytes)
    except MalformedFormat:
        return False
    return FLOOR_BYTES <= plain_bytes <= MOST_INNER_BYTES and padded_length(plain_bytes) == plain_bytes


def admit(
    envelope: SealedEnvelope, standing: Standing, account_id: bytes, now: int, *, unbound_keep_seconds: int
) -> None:
    """Let `account_id` (or `DOOR`) put `envelope` into a mailbox of the engagement in `standing`, or
    raise.

    NotFound for a mailbox that is none of the depositor's business, as for one that is not there;
    NotAllowed for a class that this writer must not use, and for a later date that both did not agree to;
    PolicyMissing, EngagementClosed, PolicyRefused (with `latest`) by the state.
    """
    place = _check_writer(envelope, standing, account_id)
    state = standing.state_at(now)
    if not takes(state, envelope.envelope_class):
        raise PolicyMissing if state is State.DRAFT else EngagementClosed
    if envelope.envelope_class == EnvelopeClass.RESEALED:
        own = place.account_id == account_id
        _check_extended(envelope, place, standing, now) if own else _check_given_back(envelope, standing, now)
    elif envelope.policy_tag == ZERO_TAG:
        _check_unbound(envelope, now, min(now + unbound_keep_seconds, standing.ends_at))
    else:
        _check_bound(envelope, standing, now)


def admit_notice(
    envelope: SealedEnvelope, standing: Standing, now: int, *, unbound_keep_seconds: int
) -> None:
    """Let the relay put a notice of its own into a party's mailbox. Raises as `admit`."""
    place = standing.places.get(envelope.mailbox_id)
    if place is None or place.role not in PARTIES:
        raise NotFound
    if envelope.envelope_class != EnvelopeClass.NOTICE or envelope.policy_tag != ZERO_TAG:
        raise NotAllowed("the relay writes class 3 alone")
    if not takes(standing.state_at(now), EnvelopeClass.NOTICE):
        raise EngagementClosed
    _check_unbound(envelope, now, min(now + unbound_keep_seconds, standing.ends_at))


def with_twin(
    group: Sequence[SealedEnvelope], standing: Standing, account_id: bytes
) -> tuple[SealedEnvelope, ...]:
    """A group as it is stored. Of one message into both parties' mailboxes, the author's copy remembers the
    other's id, so that the author can be told on the day that it was never looked at. The day is one for
    both: by a copy of their own that goes sooner an author would be told while the message lives.
    """
    if len(group) != len(PARTIES) or any(one.envelope_class != EnvelopeClass.MESSAGE for one in group):
        return tuple(group)
    if len({one.expires_at for one in group}) > 1:
        return tuple(group)
    places = [standing.places.get(one.mailbox_id) for one in group]
    if {place.role for place in places if place} != set(PARTIES):
        return tuple(group)
    owns = [place is not None and place.account_id == account_id for place in places]
    ids = [one.envelope_id for one in reversed(group)]
    return tuple(
        replace(one, twin_id=other) if own else one for one, own, other in zip(group, owns, ids, strict=True)
    )


def _check_writer(envelope: SealedEnvelope, standing: Standing, account_id: bytes) -> Place:
    place = standing.places.get(envelope.mailbox_id)
    if place is None:
        raise NotFound
    if account_id == DOOR:
        if envelope.envelope_class != EnvelopeClass.DOOR or place.role not in _DOOR_WRITES_TO:
            raise NotAllowed("the door writes class 2 to coach or client alone")
        return place
    role = standing.role_of(account_id)
    if role is None or role not in _WRITERS[place.role]:
        raise NotFound
    if envelope.envelope_class == EnvelopeClass.MESSAGE:
        return place
    if standing.reopened and (role, place.role, envelope.envelope_class) == _GIVEN_BACK:
        return place
    if envelope.envelope_class not in _OWNERS or place.account_id != account_id:
        raise NotAllowed(f"class {envelope.envelope_class} by a person")
    return place


def _check_extended(envelope: SealedEnvelope, place: Place, standing: Standing, now: int) -> None:
    """What is sealed anew lives until exactly the date that both signed for exactly this envelope, under a
    policy that is or was in force here.
    """
    agreed = standing.extended.get((place.role, envelope.envelope_id))
    if place.role not in PARTIES or agreed != envelope.expires_at:
        raise NotAllowed("a later date that both have not agreed to")
    _check_given_back(envelope, standing, now)


def _check_given_back(envelope: SealedEnvelope, standing: Standing, now: int) -> None:
    """Of what is sealed anew the reader judges the date; here it lies within the hold."""
    if envelope.policy_tag not in standing.known_tags:
        raise PolicyRefused("not a policy of this engagement", latest=standing.ends_at)
    if not now < envelope.expires_at <= standing.ends_at:
        raise PolicyRefused(latest=standing.ends_at)


def _check_unbound(envelope: SealedEnvelope, now: int, latest: int) -> None:
    if not now < envelope.expires_at <= latest:
        raise PolicyRefused(latest=latest)


def _check_bound(envelope: SealedEnvelope, standing: Standing, now: int) -> None:
    if envelope.policy_tag != standing.policy_tag:
        raise PolicyRefused("not the policy in force", latest=standing.latest(now))
    check_date(standing, envelope.expires_at, now)
