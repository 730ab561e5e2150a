"""Own records: what a person writes down for nobody else, on its way into a mailbox of their own.

Owns sealing and storing an envelope of class 6 under the policy that both signed, so that it goes with the
rest. Must never seal one to anybody but its writer. (docs/protocol.md, parts 5 and 6.)
"""

from __future__ import annotations

from dataclasses import dataclass

from client_sdk import protocol
from client_sdk.core import Core
from client_sdk.errors import EngagementClosed, RecipientKeyStale
from client_sdk.frames import Deposit, encode_group, encode_groups
from client_sdk.parties import Place
from client_sdk.standing import Standing
from keys.content import Content, ContentKind, Recipient, content_id
from keys.envelope import HEADER_BYTES, EnvelopeClass, parse_header
from keys.errors import Refused as KeyRefused
from keys.names import ZERO_HASH, day_of
from keys.own_records import OwnRecord
from keys.sealing import Addressing, ReaderTarget, seal_envelope, sign_content
from keys.statement import choose_reading_key
from keys.suite import SealKey


@dataclass(frozen=True, slots=True)
class Stored:
    """A record that the relay has. Instants are Unix seconds."""

    content_id: bytes
    envelope_id: bytes
    written_at: int
    expires_at: int


async def store_own(
    core: Core, standing: Standing, place: Place, record: OwnRecord, *, until: int | None = None
) -> Stored:
    """Seal a record into the mailbox of `place` and store it, until the agreement's date for what is written
    now, or until an earlier instant. Raises EngagementClosed, TooLarge, ServerUnavailable.
    """
    now, terms = core.now(), standing.terms
    latest = terms.in_force.default_expires_at(now)
    expires_at = latest if until is None else min(until, latest)
    if expires_at <= now:
        raise EngagementClosed
    day_keys = await core.keepers.day_keys(day_of(expires_at))
    content = _content(core, standing, place, record, expires_at, now)
    part = sign_content(content.encode(), EnvelopeClass.OWN, place.me.identity)
    to = _to_me(place, terms.policy.tag, expires_at, now)
    raw = seal_envelope(to, [part], [day_keys[one] for one in place.keeper_ids], core.random)
    group = encode_group((Deposit(raw, ()),))
    for refusal in await core.session.call(protocol.envelopes.deposit(encode_groups([group]))):
        if refusal is not None:
            raise refusal
    header = parse_header(raw[:HEADER_BYTES])
    return Stored(content_id(EnvelopeClass.OWN, part.content), header.envelope_id, now, expires_at)


def _content(
    core: Core, standing: Standing, place: Place, record: OwnRecord, expires_at: int, now: int
) -> Content:
    """A record is complete in itself: each is the first content of a writer of its own (ruling 10)."""
    return Content(
        kind=ContentKind.OWN,
        nonce=core.random(16),
        thread_id=core.random(16),
        writer=int.from_bytes(core.random(2), "big"),
        count=1,
        previous_id=ZERO_HASH,
        created_at=now,
        expires_at=expires_at,
        policy_hash=standing.terms.policy.hash,
        sender_fp=place.me.fp,
        checkpoint_hash=place.me.checkpoint_hash,
        vault_counter=place.me.vault_counter,
        sender_statement_hash=place.me.statement.hash,
        recipients=(Recipient(place.me.fp, place.me.statement.hash),),
        attachments=(),
        shown=record.shown(),
    )


def _to_me(place: Place, policy_tag: bytes, expires_at: int, now: int) -> Addressing:
    try:
        reading_key = choose_reading_key(place.me.statement.card, now)
    except KeyRefused as cause:
        raise RecipientKeyStale from cause
    access = place.me.access.public
    return Addressing(
        envelope_class=EnvelopeClass.OWN,
        mailbox_id=place.my_mailbox,
        policy_tag=policy_tag,
        expires_at=expires_at,
        recipient_fp=place.me.fp,
        target=ReaderTarget(SealKey.from_bytes(reading_key.public), reading_key.epoch),
        reader_access=access,
        revoker_access=access,
    )
