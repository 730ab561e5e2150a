"""Release: what lets a report out to a sponsor, judged without opening it. Owns the rules of
docs/protocol.md, part 23, that a relay can check: a client's ticket and an envelope of class 4 for the slot
that is open.

Nothing else puts an envelope into a slot. Must never let a ticket pass for another envelope, reader, date or
keeper than it names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from keys.acts import ActCore, parse_act
from keys.envelope import Envelope, parse_envelope
from keys.errors import Malformed as MalformedFormat
from keys.errors import Refused
from keys.locks import key_id_of_link
from keys.names import keeper_set, key_id
from keys.release import check_ticket
from relay.core.acts import judged_step
from relay.core.admission import read
from relay.core.errors import ActRefused, Malformed, TooLarge
from relay.core.model import DAY_SECONDS, Engagement, Slot, State, Step
from relay.core.policy import Standing, standing_of

MOST_RELEASE_BYTES: Final = 256 * 1024
"""Above every envelope of class 4: two reports of 60,000 bytes and what is around them."""
AHEAD_SECONDS: Final = 31 * DAY_SECONDS
OPEN_STATES: Final = frozenset({State.ACTIVE, State.HELD})
_DAY_KEY: Final = slice(20, 20 + 1216)


def key_ids_of(signed_days: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
    """Keeper ids by the key id of their day keys, of signed day keys by keeper id."""
    return {key_id(signed[_DAY_KEY]): keeper_id for keeper_id, signed in signed_days.items()}


def read_envelope(raw: bytes) -> Envelope:
    """Parse a release's envelope. Raises Malformed, TooLarge."""
    if len(raw) > MOST_RELEASE_BYTES:
        raise TooLarge("a release")
    try:
        return parse_envelope(raw)
    except MalformedFormat as fault:
        raise Malformed(detail=str(fault)) from None


def release_step(
    engagement: Engagement,
    slot: Slot | None,
    raw_act: bytes,
    envelope: Envelope,
    *,
    keepers: Mapping[bytes, bytes],
    keeper_set_hash: bytes,
    now: int,
) -> Step | None:
    """Judge a ticket and its envelope; None where the ticket is stored already, byte for byte.

    `keepers` are ids by the key id of the date's day key, `keeper_set_hash` those that the client's card
    demands. Raises Malformed, Conflict `act-out-of-order`, ActRefused.
    """
    step = judged_step(engagement, raw_act, b"", now)
    if step is None:
        return None
    ticket = parse_act(raw_act).core
    try:
        check_ticket(ticket, envelope)
    except Refused as fault:
        raise ActRefused(fault.code) from None
    _check_slot(slot, envelope)
    _check_dates(standing_of(engagement), ticket, now)
    _check_keepers(envelope, keepers, keeper_set_hash)
    return replace(step, release=read(envelope.raw), not_before=ticket.date)


def check_sponsor(standing: Standing, now: int) -> None:
    """Refuse where no sponsor is named by the policy in force, or the engagement is not active or held."""
    if standing.terms is None or standing.state_at(now) not in OPEN_STATES:
        raise ActRefused("there is no work here")
    if not standing.terms.policy.sponsor_name:
        raise ActRefused("the agreement names no sponsor")


def _check_slot(slot: Slot | None, envelope: Envelope) -> None:
    if slot is None or envelope.header.mailbox_id != slot.mailbox_id:
        raise ActRefused("not the slot that is open")
    if envelope.locks[0].key_id != key_id_of_link(slot.link_id):
        raise ActRefused("another link's lock")


def _check_dates(standing: Standing, ticket: ActCore, now: int) -> None:
    check_sponsor(standing, now)
    if not now < ticket.second_date <= standing.ends_at:
        raise ActRefused("a release ends within the hold")
    if ticket.date > now + AHEAD_SECONDS:
        raise ActRefused("a release begins within 31 days")


def _check_keepers(envelope: Envelope, keepers: Mapping[bytes, bytes], keeper_set_hash: bytes) -> None:
    """Every lock is of a keeper that the sponsor's page can ask, and they are those of the client's card."""
    known = [keepers.get(lock.key_id) for lock in envelope.keeper_locks]
    ids = sorted(one for one in known if one is not None)
    if len(ids) != len(known) or keeper_set(ids) != keeper_set_hash:
        raise ActRefused("not the keepers that are needed")
