"""Resealing: a content that both moved back, sealed once more under the later date (class 5).

Owns what differs from the first sealing: the id that both can compute beforehand, and whose signature counts.
The content and its signature are the original's, byte for byte. Must never let a later date stand that no act
gave. (docs/protocol.md, part 5, Class 5.)
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from keys.content import content_id, parse_content
from keys.envelope import Envelope, EnvelopeClass
from keys.errors import Refused
from keys.keeper_wire import Grant
from keys.names import TAG_BYTES, Random, envelope_id
from keys.sealing import (
    Addressing,
    Opened,
    Part,
    check_content,
    check_grants,
    class_of_origin,
    open_parts,
    seal_envelope,
)
from keys.suite import SealKey


def resealed_id(part: Part, reader_fp: bytes, expires_at: int) -> bytes:
    """Return the 16-byte id that a content will have for one reader under a later date, as the act names
    it.
    """
    origin = class_of_origin(EnvelopeClass.RESEALED, part.content)
    return envelope_id(EnvelopeClass.RESEALED, content_id(origin, part.content), reader_fp, expires_at)


def reseal(to: Addressing, part: Part, day_keys: Sequence[SealKey], random: Random) -> bytes:
    """Seal an opened content's one part again, to its reader, until `to.expires_at`.

    Class and policy tag are given by the content, whatever `to` says; the revoker is the original's.
    `day_keys` and what is returned are as in `seal_envelope`.
    """
    tag = parse_content(part.content).policy_hash[:TAG_BYTES]
    resealed = replace(to, envelope_class=EnvelopeClass.RESEALED, policy_tag=tag)
    return seal_envelope(resealed, [part], day_keys, random)


def open_resealed(  # noqa: PLR0913 - as `open_envelope`, and whose former keys are mine
    envelope: Envelope,
    reader_share: bytes,
    grants: Sequence[Grant],
    *,
    revoker_access_hash: bytes,
    signers: Mapping[EnvelopeClass, Mapping[bytes, bytes]],
    my_fp: bytes,
    former_fps: Collection[bytes] = (),
    promised_at: int,
    now: int,
) -> Opened:
    """Open an envelope of class 5 as `open_envelope` opens the others.

    `signers` maps, for each class of origin, fp to public key of who may have signed: the parties a message,
    the door a mail taken in. `former_fps` count as mine (part 25). `promised_at` is the date of the act of
    kind 3 that names this envelope, or of one given back. Raises
    what `open_envelope` does: `Refused("expiry")` for another date, `Refused("class")` for another class or
    number of parts.
    """
    if envelope.header.envelope_class is not EnvelopeClass.RESEALED:
        raise Refused("class")
    shares = check_grants(envelope, grants, revoker_access_hash, now)
    parts = open_parts(envelope, reader_share, shares)
    if len(parts) != 1:
        raise Refused("class")
    origin = class_of_origin(EnvelopeClass.RESEALED, parts[0].content)
    return check_content(
        envelope,
        parts[0],
        signers=signers.get(origin, {}),
        my_fp=my_fp,
        former_fps=former_fps,
        promised_at=promised_at,
    )
