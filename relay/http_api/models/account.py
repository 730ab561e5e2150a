"""Ways in, sessions, pages that are reloaded, the vault and what happened to an account; with the invitation
that makes one.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from relay.http_api.models.fields import (
    MOST_INSTANT,
    MOST_ORDER,
    Box,
    Bytes32,
    Count,
    Id,
    Instant,
    ItemBox,
    Model,
    OptionalBox,
    OptionalFrame,
    QueryNumber,
    ReplyBox,
    RoleNumber,
    Signature,
    Sized,
    Statement,
    Wrap,
)

TabBox = Annotated[bytes, Sized(234, 234)]
Label = Annotated[bytes, Sized(136, 136)]
OptionalLabel = Annotated[bytes, Sized(0, 136)]
LoginName = Annotated[str, Field(min_length=3, max_length=64, pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]
MethodKind = Annotated[str, Field(pattern="^(password|sheet|device|passkey)$")]
Kdf = Annotated[int, Field(ge=0, le=1)]


class InvitationAnswer(Model):
    """An open invitation. Kind 1 is a client's, 2 a coach's, 3 a client's whose mailbox is reopened."""

    kind: Annotated[int, Field(ge=1, le=3)]
    box: Box
    expires_at: Instant


class ReplyAsked(Model):
    """What somebody says who does not join, sealed for the coach."""

    box: ReplyBox
    ends: Annotated[bool, Field(description="The invitation is over with it")]


class MethodFields(Model):
    """A way in: its login key, and the account key wrapped under its secret."""

    method_id: Id
    kind: MethodKind
    kdf: Kdf
    salt: Annotated[Id, Field(description="Zeros for kdf 0")]
    login_key: Bytes32
    wrap: Wrap


class VaultItemFields(Model):
    """An opaque item of a vault."""

    name: Annotated[str, Field(min_length=1, max_length=64, pattern="^[a-z0-9/-]+$")]
    version: Annotated[int, Field(ge=1, le=MOST_ORDER)]
    expires_at: Instant
    box: ItemBox


class RedeemAsked(Model):
    """A *Finish*. The last two are a client's."""

    account_id: Id
    name: LoginName
    methods: Annotated[list[MethodFields], Field(min_length=1, max_length=8)]
    statement: Statement
    vault: Annotated[list[VaultItemFields], Field(min_length=1, max_length=4096)]
    acceptance: OptionalBox | None = None
    act: OptionalFrame | None = None
    leaf: Annotated[Bytes32 | None, Field(description="The statement's hash in the log")] = None


class MailboxFields(Model):
    """A mailbox of the caller's."""

    mailbox_id: Id
    role: RoleNumber
    engagement_id: Id
    address: str
    expires_at: Instant
    cursor: Count


class RedeemAnswer(Model):
    """A new account."""

    account_id: Id
    mailboxes: list[MailboxFields]


class StartAsked(Model):
    """Who wants to sign in."""

    name: LoginName


class WayInFields(Model):
    """A way in as a login answer tells it."""

    method_id: Id
    kind: MethodKind
    kdf: Kdf
    salt: Id


class StartAnswer(Model):
    """What is to be answered; of the same shape for a name that nobody has."""

    account_id: Id
    methods: list[WayInFields]
    challenge: Bytes32


class SessionAsked(Model):
    """The answer to a challenge."""

    account_id: Id
    method_id: Id
    challenge: Bytes32
    nonce: Bytes32
    signature: Signature
    opening: Annotated[bool, Field(description="What an inbox is opened with is to come along")] = False


class AccountAnswer(Model):
    """The caller's account."""

    account_id: Id
    role: Literal["coach", "client"]
    expires_at: Instant
    mailboxes: list[MailboxFields]


class MethodAsked(Model):
    """A way in; a password or a sheet takes the place of the one before."""

    method: MethodFields


class MethodsAnswer(Model):
    """The caller's ways in."""

    methods: list[WayInFields]


class SessionFields(Model):
    """An open session of the caller's."""

    session_id: Id
    expires_at: Instant
    seen_at: Annotated[int, Field(ge=0, le=MOST_INSTANT, description="0: not known since the last start")]
    label: OptionalLabel
    current: bool


class SessionsAnswer(Model):
    """What is open."""

    sessions: list[SessionFields]


class TabAsked(Model):
    """The relay's half of what a page needs to be reloaded; forgotten after `idle_seconds` of silence."""

    token: Bytes32
    half: Bytes32
    box: TabBox
    idle_seconds: Annotated[int, Field(ge=60, le=86_400)]
    label: Label


class ResumeAsked(Model):
    """A page that is reloaded."""

    token: Bytes32


class LeaveAsked(Model):
    """A page that is being left; `locked`: its owner has locked it, and it does not come back."""

    token: Bytes32
    locked: bool = False


class TabAnswer(Model):
    """The relay's half."""

    half: Bytes32
    box: TabBox


class StatementAsked(Model):
    """The next card of the caller's chain, and its hash in the log."""

    statement: Statement
    leaf: Bytes32 | None = None


class VaultWanted(Model):
    """Which items are asked for, and the version of the manifest that the caller holds (0: none)."""

    known: Annotated[int, Field(ge=0, le=MOST_ORDER)]
    names: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=1024)]


class VaultAnswer(Model):
    """Items of a vault, all of one instant."""

    items: list[VaultItemFields]


class VaultAsked(Model):
    """A write of the vault, the manifest among its items."""

    items: Annotated[list[VaultItemFields], Field(min_length=1, max_length=4096)]
    removed: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=4096)]


class HappeningsQuery(Model):
    """Above which number."""

    after: QueryNumber = 0


class HappeningFields(Model):
    """1 a way in was added, 2 the password or 4 the sheet replaced, 3 the sheet used, 5 a reopening begun,
    6 taken.
    """

    number: Count
    kind: Annotated[int, Field(ge=1, le=6)]
    at: Instant
    method_id: Annotated[Id, Field(description="Zeros where it was no way in")]
    own: Annotated[bool, Field(description="This session did it")]


class HappeningsAnswer(Model):
    """What happened to the account, ascending."""

    happenings: list[HappeningFields]
