"""Engagements: their parties, invitations, acts and proposals, the spoken check; and what an inbox is opened
with, which is an account beside its engagement.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from relay.http_api.models.account import AccountAnswer, VaultAnswer
from relay.http_api.models.fields import (
    MOST_INSTANT,
    Bytes32,
    Frame,
    Id,
    Instant,
    Model,
    OptionalBox,
    OptionalFrame,
    OptionalReplyBox,
    QueryNumber,
    RoleNumber,
    Statement,
    Wrap,
)

EngagementState = Literal["draft", "active", "held", "gone", "withdrawn"]


class EngagementAsked(Model):
    """A draft to begin; the id is 16 random bytes."""

    engagement_id: Id


class MemberFields(Model):
    """A party of an engagement."""

    role: RoleNumber
    mailbox_id: Id
    account_id: Id
    statement: Statement


class InvitationState(Model):
    """The invitation of an engagement, to its coach."""

    invite_id: Id
    state: Annotated[str, Field(pattern="^(open|used|withdrawn|declined)$")]
    expires_at: Instant
    acceptance: OptionalBox
    reply: Annotated[OptionalReplyBox, Field(description="Of somebody who has not joined; the newest alone")]


class NotesFields(Model):
    """The coach's notes, of which both know how many there are and when the last of them goes."""

    count: int
    expires_at: Annotated[int, Field(ge=0, le=MOST_INSTANT, description="0: there are none")]


class EngagementAnswer(Model):
    """An engagement as a member sees it."""

    engagement_id: Id
    state: EngagementState
    ends_at: Annotated[Instant, Field(description="The first second at which nothing of it is there")]
    notes: NotesFields
    members: list[MemberFields]
    policies: list[Frame]
    acts: list[Frame]
    proposals: Annotated[list[Frame], Field(description="Acts that wait for the other, the coach's first")]
    invitation: InvitationState | None


class OpeningAnswer(Model):
    """What an inbox is opened with."""

    account: AccountAnswer
    vault: VaultAnswer
    engagement: Annotated[EngagementAnswer | None, Field(description="Where the caller has one alone")]


class SessionAnswer(Model):
    """An open session."""

    session: str
    wrap: Wrap
    expires_at: Instant
    opening: Annotated[OpeningAnswer | None, Field(description="Where it was asked for")] = None


class ListedInvitation(Model):
    """An invitation that was not accepted, to its coach."""

    state: Annotated[str, Field(pattern="^(open|used|withdrawn|declined)$")]
    expires_at: Instant
    reply: Annotated[OptionalReplyBox, Field(description="Of somebody who has not joined; the newest alone")]


class ListedEngagement(Model):
    """What a list says of an engagement."""

    engagement_id: Id
    state: EngagementState
    ends_at: Annotated[Instant, Field(description="The first second at which nothing of it is there")]
    acts: Annotated[int, Field(ge=0, description="Number of the newest act; 0: none")]
    asked: Annotated[int, Field(ge=0, description="Proposals of the other that wait for the caller")]
    invitation: ListedInvitation | None


class EngagementsAnswer(Model):
    """All engagements of the caller."""

    engagements: list[ListedEngagement]


class ActsAnswer(Model):
    """Acts of an engagement, ascending."""

    acts: list[Frame]


class ActsQuery(Model):
    """After which number."""

    after: QueryNumber = 0


class StatementsAnswer(Model):
    """A part of a party's chain, ascending."""

    statements: list[Statement]


class StatementsQuery(Model):
    """Whose chain, and after which number."""

    role: QueryNumber
    after: QueryNumber = 0


class InvitationAsked(Model):
    """An invitation of a client."""

    invite_id: Id
    redemption_key: Bytes32
    box: OptionalBox
    expires_at: Instant
    policy: Frame
    act: Frame


class ActAsked(Model):
    """The next act; `policy` is the frame that an act of kind 1 puts in force."""

    act: Frame
    policy: OptionalFrame | None = None


class ProposalAsked(Model):
    """An act of kind 3 or 5 with the caller's signature alone."""

    act: Frame


class SpokenAsked(Model):
    """A commitment begins a run; with a random number it is a step of the run that it began."""

    commitment: Bytes32
    random: Bytes32 | None = None


class SpokenAnswer(Model):
    """The run that is under way; all null without one. A random number is null until it is there."""

    commitment: Bytes32 | None
    client_random: Bytes32 | None
    coach_random: Bytes32 | None
    expires_at: int | None
