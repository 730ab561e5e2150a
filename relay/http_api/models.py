"""Models: the JSON of every request and answer, once: they validate, and the OpenAPI description is drawn
from them.

Longer than most modules, so that all of the JSON is read in one place.

Strict and closed: a wrong type or an unknown name is refused. Bytes travel as canonical base64url without
padding. (docs/protocol.md, part 13.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
)
from pydantic_core import CoreSchema, core_schema

from keys.encoding import from_base64url, to_base64url
from keys.errors import Malformed

MOST_INSTANT = 2**53 - 1
MOST_ORDER = 2**63 - 1


def _decode(value: Any) -> Any:
    if not isinstance(value, str):
        return value  # an answer is made of bytes; in a request nothing but text can be bytes
    try:
        return from_base64url(value)
    except Malformed:
        raise ValueError("not canonical base64url") from None


@dataclass(frozen=True)
class Sized:
    """Bytes from `least` to `most`, as text outside."""

    least: int
    most: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Decode what comes, encode what goes."""
        return core_schema.no_info_before_validator_function(
            _decode,
            core_schema.bytes_schema(min_length=self.least, max_length=self.most, strict=True),
            serialization=core_schema.plain_serializer_function_ser_schema(to_base64url),
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """A string, with its lengths in characters."""
        return {
            "type": "string",
            "contentEncoding": "base64url",
            "pattern": "^[A-Za-z0-9_-]*$",
            "minLength": _text_length(self.least),
            "maxLength": _text_length(self.most),
        }


def _text_length(size_bytes: int) -> int:
    return (size_bytes * 8 + 5) // 6


def _digits(value: Any) -> Any:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 19:
        return int(value)
    raise ValueError("not a whole number")


Id = Annotated[bytes, Sized(16, 16)]
Bytes32 = Annotated[bytes, Sized(32, 32)]
Signature = Annotated[bytes, Sized(64, 64)]
Wrap = Annotated[bytes, Sized(104, 104)]
TabBox = Annotated[bytes, Sized(234, 234)]
Label = Annotated[bytes, Sized(136, 136)]
OptionalLabel = Annotated[bytes, Sized(0, 136)]
Statement = Annotated[bytes, Sized(1, 8 * 1024)]
OptionalStatement = Annotated[bytes, Sized(0, 8 * 1024)]
Frame = Annotated[bytes, Sized(1, 48 * 1024)]
OptionalFrame = Annotated[bytes, Sized(0, 48 * 1024)]
Box = Annotated[bytes, Sized(73, 1024 * 1024)]
OptionalBox = Annotated[bytes, Sized(0, 64 * 1024)]
CodeBox = Annotated[bytes, Sized(108, 108)]
ReplyBox = Annotated[bytes, Sized(4168, 4168)]
OptionalReplyBox = Annotated[bytes, Sized(0, 4168)]
OfferBox = Annotated[bytes, Sized(189, 189)]
Nameplate = Annotated[str, Field(min_length=4, max_length=4, pattern="^[0-9]{4}$")]
Digits = Annotated[str, Field(min_length=6, max_length=6, pattern="^[0-9]{6}$")]
ReleaseBytes = Annotated[bytes, Sized(1, 256 * 1024)]
LinkRequest = Annotated[bytes, Sized(1, 8 * 1024)]
Instant = Annotated[int, Field(ge=1, le=MOST_INSTANT)]
Count = Annotated[int, Field(ge=0, le=MOST_ORDER)]
RoleNumber = Annotated[int, Field(ge=1, le=4, description="1 coach, 2 client, 3 sponsor, 4 notes")]
LoginName = Annotated[str, Field(min_length=3, max_length=64, pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]
MethodKind = Annotated[str, Field(pattern="^(password|sheet|device|passkey)$")]
Kdf = Annotated[int, Field(ge=0, le=1)]
QueryNumber = Annotated[int, BeforeValidator(_digits), Field(ge=0, le=MOST_ORDER)]


class Model(BaseModel):
    """What all have in common."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class Problem(BaseModel):
    """An error (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str
    detail: str | None = None
    latest: int | None = Field(None, description="The latest date that the agreement allows now")
    retry_after: int | None = Field(None, description="Seconds")
    stored: int | None = Field(None, description="Bytes of the blob that are stored")


# --- the relay ----------------------------------------------------------------------------------------------


class HealthAnswer(Model):
    """How the relay is."""

    status: Literal["ok", "degraded"]
    keeper: Literal["here", "away"]
    clock: Literal["ok", "stopped"]
    offset_seconds: int


class KeeperFacts(Model):
    """A keeper and its verification key; `further` is one of another operator, as this relay says."""

    keeper_id: Id
    key: Bytes32
    further: bool


class RelayAnswer(Model):
    """What a relay says of itself. Nothing here is a pin."""

    name: str
    origin: str
    time: Instant
    relay_key: Bytes32
    log_key: Bytes32
    door_key: Bytes32
    notice_key: Bytes32
    keepers: tuple[KeeperFacts, ...]
    backup_tail_days: int
    max_blob_bytes: int
    max_envelope_bytes: int


# --- invitations and enrolment ------------------------------------------------------------------------------


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
    box: Box


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


# --- sessions and account -----------------------------------------------------------------------------------


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


class SealedFields(Model):
    """Bytes of a row: how many there are, and the first eight."""

    size_bytes: Count
    begins: Annotated[bytes, Sized(0, 8)]


class TableFields(Model):
    """The newest rows of a table that are about the caller, column by column."""

    table: str
    count: Count
    columns: list[str]
    rows: list[list[int | str | SealedFields | None]]


class RowsAnswer(Model):
    """What this relay has stored of the caller. Columns that hold nothing sealed are given as they lie."""

    tables: list[TableFields]


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


class VaultAnswer(Model):
    """All items of a vault."""

    items: list[VaultItemFields]


class VaultAsked(Model):
    """A write of the vault, the manifest among its items."""

    items: Annotated[list[VaultItemFields], Field(min_length=1, max_length=4096)]
    removed: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=4096)]


class SenderAsked(Model):
    """A personal address."""

    address: Annotated[str, Field(min_length=3, max_length=254)]


class CodeAsked(Model):
    """A code that went to an address."""

    code: Annotated[str, Field(min_length=8, max_length=8, pattern="^[0-9]{8}$")]


class SenderFields(Model):
    """A registered address; the relay keeps a keyed hash alone."""

    sender_id: Id
    state: Annotated[str, Field(pattern="^(waiting|confirmed)$")]
    added_on: int


class SendersAnswer(Model):
    """The registered addresses."""

    senders: list[SenderFields]


ChosenWords = Annotated[str, Field(min_length=1, max_length=60, pattern="^[^\\x00-\\x1f\\x7f]+$")]
Hour = Annotated[int, Field(ge=0, le=23)]
Timing = Annotated[str, Field(pattern="^(at-once|daily|never)$")]
ChannelState = Annotated[str, Field(pattern="^(none|waiting|confirmed|broken|refused)$")]
OffsetMinutes = Annotated[int, Field(ge=-840, le=840, description="Of the caller's clock, ahead of UTC")]


class NoticeChannelAsked(Model):
    """How the caller wants to be told by mail. Subject line and phrase hold no link (part 18)."""

    address: Annotated[str, Field(min_length=3, max_length=254)]
    subject: ChosenWords
    phrase: ChosenWords
    when: Timing
    warnings: Annotated[bool, Field(description="Whether also before something unread goes")] = True
    hour: Annotated[Hour, Field(description="For daily notices and for warnings")] = 8
    quiet_from: Hour = 0
    quiet_until: Annotated[Hour, Field(description="Equal to `quiet_from`: no quiet hours")] = 0
    offset_minutes: OffsetMinutes = 0


class NoticeChannelAnswer(Model):
    """How the caller is told by mail; empty words in state none."""

    state: ChannelState
    address: str
    subject: str
    phrase: str
    when: Timing
    warnings: bool
    hour: Hour
    quiet_from: Hour
    quiet_until: Hour
    offset_minutes: OffsetMinutes


class RuleAsked(Model):
    """A rule for a confirmed address."""

    sender_id: Id


class ChallengeAsked(Model):
    """The rule's confirmed address, in clear: the relay keeps a keyed hash alone."""

    address: Annotated[str, Field(min_length=3, max_length=254)]


class ChallengeAnswer(Model):
    """Until when the challenge is good."""

    expires_at: int


class NewRuleAnswer(Model):
    """A rule that waits for its challenge; `address` is to be entered at the provider."""

    rule_id: Id
    address: str
    state: Annotated[str, Field(pattern="^(waiting|active)$")]
    expires_at: int


class RuleFields(NewRuleAnswer):
    """A provider's automatic forwarding."""

    mailbox_id: Id
    sender_id: Id


class RulesAnswer(Model):
    """The caller's rules."""

    rules: list[RuleFields]


# --- engagements --------------------------------------------------------------------------------------------


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
    state: Literal["draft", "active", "held", "gone", "withdrawn"]
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


class EngagementsAnswer(Model):
    """All engagements of the caller."""

    engagements: list[EngagementAnswer]


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


class ActAsked(Model):
    """The next act; `policy` is the frame that an act of kind 1 puts in force."""

    act: Frame
    policy: OptionalFrame | None = None


class ProposalAsked(Model):
    """An act of kind 3 or 5 with the caller's signature alone."""

    act: Frame


class NewCodeAsked(Model):
    """A code for an open invitation or offer of the caller's."""

    subject: Id


class NewCodeAnswer(Model):
    """Where its words will be looked for, and until when."""

    nameplate: Nameplate
    expires_at: Instant


class CodeSealed(Model):
    """What the words open, and by what they are known; in the place of earlier ones."""

    check: Bytes32
    box: CodeBox


class CodeTyped(Model):
    """A nameplate, and the proof that its words give."""

    nameplate: Nameplate
    proof: Bytes32


class CodeAnswer(Model):
    """What the words open."""

    box: CodeBox


class OfferAsked(Model):
    """The account key for one new browser, sealed."""

    offer_id: Id
    check: Bytes32
    box: OfferBox
    expires_at: Instant


class OfferState(Model):
    """How the caller's offer stands."""

    state: Literal["none", "open", "used"]
    expires_at: int


class OfferLook(Model):
    """An offer, and the proof that its secret gives."""

    offer_id: Id
    proof: Bytes32


class OfferAnswer(Model):
    """An offer that is open."""

    box: OfferBox
    expires_at: Instant


class OfferTaken(Model):
    """An offer, its proof, and the new browser's own way in."""

    offer_id: Id
    proof: Bytes32
    method: MethodFields


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


# --- envelopes, blobs, keepers ------------------------------------------------------------------------------


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


class ExpireAsked(Model):
    """The caller's own copies to take away."""

    envelope_ids: Annotated[list[Id], Field(min_length=1, max_length=1024)]


class ExpireAnswer(Model):
    """How many were there."""

    expired: int


class AcknowledgeAsked(Model):
    """The caller's envelopes that were shown to a person."""

    envelope_ids: Annotated[list[Id], Field(min_length=1, max_length=1024)]


class AcknowledgeAnswer(Model):
    """How many of them are, or were, in the mailbox."""

    acknowledged: int


class AddressAnswer(Model):
    """A mailbox's inbound address."""

    address: str


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


# --- receipts and the log -----------------------------------------------------------------------------------


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


class EmptyQuery(Model):
    """No parameters."""
