"""A client's mailbox that is lost, and opened again by its coach."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from relay.http_api.models.fields import (
    Bytes32,
    Count,
    Frame,
    Id,
    Instant,
    Model,
    OptionalBox,
    OptionalFrame,
    OptionalStatement,
)


class ReopeningAsked(Model):
    """An invitation of a client whose mailbox is lost."""

    invite_id: Id
    redemption_key: Bytes32
    box: OptionalBox
    expires_at: Instant


class ClaimAsked(Model):
    """The newcomer's word on the spoken check, and the act of kind 8."""

    claim: Frame


class NextAct(Model):
    """Number and previous hash of the act that comes next, and the hash of the policy it is under."""

    number: Count
    previous: Bytes32
    policy: Bytes32


class ReopeningFields(Model):
    """A reopening as one of its people sees it; what is not theirs, or not there yet, is empty."""

    state: Literal["open", "joined", "claimed", "taken"]
    invite_id: Id
    opened_at: Instant
    expires_at: Annotated[Instant, Field(description="Once taken, the end of the time to stop it")]
    you: Literal["coach", "client", "newcomer", "former"]
    statement: OptionalStatement
    acceptance: OptionalBox
    claim: OptionalFrame
    next: NextAct


class ReopeningAnswer(Model):
    """What is under way."""

    reopening: ReopeningFields | None
