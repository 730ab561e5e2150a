"""The sponsor's link: its slot, what lives in it, and what whoever has link and digits asks."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from relay.http_api.models.fields import Bytes32, Count, Id, Instant, Model, Sized

Digits = Annotated[str, Field(min_length=6, max_length=6, pattern="^[0-9]{6}$")]
ReleaseBytes = Annotated[bytes, Sized(1, 256 * 1024)]
LinkRequest = Annotated[bytes, Sized(1, 8 * 1024)]


class SlotAsked(Model):
    """The slot of a sponsor's link: its public id, the access key of its reader, and six digits."""

    link_id: Id
    reader_key: Bytes32
    digits: Digits


class SlotAnswer(Model):
    """The sponsor's mailbox."""

    mailbox_id: Id


class SlotFields(Model):
    """The slot that is open."""

    link_id: Id
    mailbox_id: Id
    opened_at: Instant


class ReleaseFields(Model):
    """What lives in the slot; `not_before` 0 is at once."""

    act_number: Count
    not_before: Count
    ends_at: Instant
    envelope: ReleaseBytes


class ReleasesAnswer(Model):
    """What the sponsor sees, and will see."""

    slot: SlotFields | None
    releases: list[ReleaseFields]


class SponsorAsked(Model):
    """Whoever has link and digits."""

    link_id: Id
    digits: Digits


class SponsorKeeperAsked(Model):
    """The same, with a question for a keeper."""

    link_id: Id
    digits: Digits
    request: LinkRequest
