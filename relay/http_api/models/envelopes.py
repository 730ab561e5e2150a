"""Envelopes, blobs, pages of a mailbox and of its index, and a keeper's days. The bytes themselves are
in no model.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from relay.http_api.models.fields import Bytes32, Id, Instant, Model, QueryNumber


class GroupOutcome(Model):
    """What became of a group; `code` where it was refused."""

    status: Literal["stored", "repeated", "refused"]
    code: str | None = None


class DepositAnswer(Model):
    """Outcomes, in the order of the groups."""

    groups: list[GroupOutcome]


class RowsQuery(Model):
    """Which page."""

    after: QueryNumber = 0
    before: QueryNumber | None = None
    limit: QueryNumber = 50


class IndexQuery(Model):
    """Above which segment."""

    after_day: QueryNumber = 0
    after_number: QueryNumber = 0


class EnvelopesAsked(Model):
    """Envelopes of one mailbox by their ids, 1 to 1,024."""

    envelope_ids: Annotated[list[Id], Field(min_length=1, max_length=1024)]


class ExpireAnswer(Model):
    """How many were there."""

    expired: int


class AcknowledgeAnswer(Model):
    """How many of them are, or were, in the mailbox."""

    acknowledged: int


class OpenedAnswer(Model):
    """Those that the other has opened; none unless both have signed read marks."""

    opened: list[Id]


class BlobAsked(Model):
    """An attachment to begin."""

    blob_id: Bytes32
    expires_at: Instant


class OffsetQuery(Model):
    """Where the piece goes."""

    offset: QueryNumber


class StoredAnswer(Model):
    """The length that is stored."""

    stored: int


class FinishAsked(Model):
    """What the whole blob must be."""

    stored_length: Annotated[int, Field(ge=1, le=2**40)]
    sha256: Bytes32


class DaysQuery(Model):
    """Which days."""

    first: QueryNumber
    count: QueryNumber
