"""Admission: from the bytes of a deposit to a `SealedEnvelope`, and who may put which into which mailbox.

Owns the table of writers and the rules of classes (docs/protocol.md, parts 5 and 12). It looks at the
clear part of an envelope alone and checks no signature: the session says who deposits, the reader's
software says who wrote. Nothing else in the relay may make a `SealedEnvelope`.
"""

from __future__ import annotations

from typing import Final

from keys.envelope import MOST_ENVELOPE_BYTES, ZERO_TAG, EnvelopeClass, parse_envelope
from keys.errors import Malformed as MalformedFormat
from keys.names import ZERO_ID
from relay.core.errors import (
    EngagementClosed,
    Malformed,
    NotAllowed,
    NotFound,
    PolicyMissing,
    PolicyRefused,
    TooLarge,
)
from relay.core.lifecycle import takes_messages
from relay.core.model import Role, SealedEnvelope, State
from relay.core.policy import Standing, check_date

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
_DOOR_WRITES_TO: Final = frozenset({Role.COACH, Role.CLIENT})


def read(raw: bytes, blob_ids: tuple[bytes, ...] = ()) -> SealedEnvelope:
    """Read the clear part of one envelope and the blobs that hang on it. Raises Malformed, TooLarge."""
    if len(raw) > MOST_ENVELOPE_BYTES:
        raise TooLarge("envelope")
    if len(blob_ids) > MOST_BLOBS or len(set(blob_ids)) != len(blob_ids):
        raise Malformed("blob ids")
    if any(len(blob_id) != BLOB_ID_BYTES for blob_id in blob_ids):
        raise Malformed("blob id")
    try:
        header = parse_envelope(raw).header
    except MalformedFormat as fault:
        raise Malformed(str(fault)) from None
    return SealedEnvelope(
        mailbox_id=header.mailbox_id,
        envelope_id=header.envelope_id,
        envelope_class=int(header.envelope_class),
        policy_tag=header.policy_tag,
        expires_at=header.expires_at,
        raw=raw,
        blob_ids=blob_ids,
    )


def admit(
    envelope: SealedEnvelope, standing: Standing, account_id: bytes, now: int, *, unbound_keep_seconds: int
) -> None:
    """Let `account_id` (or `DOOR`) put `envelope` into a mailbox of the engagement in `standing`, or
    raise.

    NotFound for a mailbox that is none of the depositor's business, as for one that is not there;
    NotAllowed for a class that this writer must not use; PolicyMissing, EngagementClosed, PolicyRefused
    (with `latest`) by the state.
    """
    _check_writer(envelope, standing, account_id)
    state = standing.state_at(now)
    if not takes_messages(state):
        raise PolicyMissing if state is State.DRAFT else EngagementClosed
    if envelope.policy_tag == ZERO_TAG:
        _check_unbound(envelope, now, unbound_keep_seconds)
    else:
        _check_bound(envelope, standing, now)


def _check_writer(envelope: SealedEnvelope, standing: Standing, account_id: bytes) -> None:
    place = standing.places.get(envelope.mailbox_id)
    if place is None:
        raise NotFound
    if account_id == DOOR:
        if envelope.envelope_class != EnvelopeClass.DOOR or place.role not in _DOOR_WRITES_TO:
            raise NotAllowed("the door writes class 2 to coach or client alone")
        return
    role = standing.role_of(account_id)
    if role is None or role not in _WRITERS[place.role]:
        raise NotFound
    if envelope.envelope_class == EnvelopeClass.MESSAGE:
        return
    if envelope.envelope_class != EnvelopeClass.OWN or place.account_id != account_id:
        raise NotAllowed(f"class {envelope.envelope_class} by a person")


def _check_unbound(envelope: SealedEnvelope, now: int, keep_seconds: int) -> None:
    latest = now + keep_seconds
    if not now < envelope.expires_at <= latest:
        raise PolicyRefused(latest=latest)


def _check_bound(envelope: SealedEnvelope, standing: Standing, now: int) -> None:
    if standing.policy is None:
        raise PolicyMissing
    if envelope.policy_tag != standing.policy_tag:
        raise PolicyRefused("not the policy in force", latest=standing.latest(now))
    check_date(standing, envelope.expires_at, now)
