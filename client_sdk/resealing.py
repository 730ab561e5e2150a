"""Resealing: a content sealed once more to one reader, and deposited; its bytes, signature and files stay.

Owns to which key that is and who may revoke it: whoever could before. Must never decide whether a content may
be sealed again, nor until when: that is `lengthening`'s and `giving_back`'s. (docs/protocol.md, 12 and 25.)
"""

from __future__ import annotations

from dataclasses import dataclass

from client_sdk import protocol
from client_sdk.core import Core
from client_sdk.errors import RelayError
from client_sdk.frames import Deposit, encode_group, encode_groups
from client_sdk.parties import Place
from client_sdk.standing import Standing
from keys.content import Content, parse_content
from keys.envelope import EnvelopeClass
from keys.names import TAG_BYTES, day_of
from keys.resealing import reseal
from keys.sealing import Addressing, Part, ReaderTarget
from keys.statement import Card, choose_reading_key
from keys.suite import SealKey


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose copy it becomes: mailbox, fingerprint, card and access key, and the access key of the other."""

    mailbox_id: bytes
    fp: bytes
    card: Card
    access: bytes
    other_access: bytes


async def resealed(
    core: Core, standing: Standing, place: Place, part: Part, reader: Reader, until: int
) -> Deposit:
    """Seal a part once more, to a reader of this place until that second; deposits nothing."""
    content = parse_content(part.content)
    day_keys = await core.keepers.day_keys(day_of(until))
    keys = [day_keys[one] for one in place.keeper_ids]
    raw = reseal(_addressing(core, standing, content, reader, until), part, keys, core.random)
    return Deposit(raw, tuple(record.blob_id for record in content.attachments))


async def deposit_alone(core: Core, deposit: Deposit) -> RelayError | None:
    """Deposit one envelope; why the relay refuses it, or None."""
    group = encode_group((deposit,))
    (refusal,) = await core.session.call(protocol.envelopes.deposit(encode_groups([group])))
    return refusal


def _addressing(core: Core, standing: Standing, content: Content, reader: Reader, until: int) -> Addressing:
    reading_key = choose_reading_key(reader.card, core.now())
    policy = standing.terms.by_hash(content.policy_hash)
    recall = policy is not None and policy.author_may_recall
    return Addressing(
        envelope_class=EnvelopeClass.RESEALED,
        mailbox_id=reader.mailbox_id,
        policy_tag=content.policy_hash[:TAG_BYTES],
        expires_at=until,
        recipient_fp=reader.fp,
        target=ReaderTarget(SealKey.from_bytes(reading_key.public), reading_key.epoch),
        reader_access=reader.access,
        revoker_access=reader.other_access if recall else reader.access,
    )
