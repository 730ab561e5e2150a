"""Receipts, and the log's proofs."""

from __future__ import annotations

from relay.http_api.models.fields import Bytes32, Count, Id, Model, QueryNumber, Statement


class ReceiptsQuery(Model):
    """Which receipts."""

    after: QueryNumber = 0
    limit: QueryNumber = 50


class LeafFields(Model):
    """An envelope that a receipt stands for."""

    nonce: Bytes32
    envelope_id: Id
    envelope_hash: Bytes32


class BatchFields(Model):
    """Where a receipt is in the log: the index of its batch's entry, and its place and path in the batch."""

    index: Count
    day: Count
    position: Count
    path: list[Bytes32]


class OwnCopiesSaid(Model):
    """A signed word on one's own copies."""

    statement: Statement


class OwnCopiesFields(Model):
    """What the other party of an engagement says of the copies on one of their computers."""

    engagement_id: Id
    statement: Statement


class OwnCopiesAnswer(Model):
    """All that was said to the caller."""

    own_copies: list[OwnCopiesFields]


class ReceiptFields(Model):
    """A signed receipt."""

    order: Count
    receipt: str
    leaves: list[LeafFields]
    batch: BatchFields | None


class ReceiptsAnswer(Model):
    """A page of receipts, ascending by order."""

    receipts: list[ReceiptFields]
    more: bool


class ConsistencyQuery(Model):
    """Two sizes of the log."""

    first: QueryNumber
    second: QueryNumber


class InclusionQuery(Model):
    """An entry, and a size of the log."""

    index: QueryNumber
    size: QueryNumber


class ProofAnswer(Model):
    """Hashes, in the order of RFC 6962."""

    proof: list[Bytes32]
