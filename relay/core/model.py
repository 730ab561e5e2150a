"""The things the relay holds, as frozen values. Owns their names and shapes; never holds anything in clear
that people wrote.

Every value that is stored of a person has an `expires_at` (Unix seconds; the first second at which it is
gone). The fields of a stored envelope in clear are the whole list of docs/threat-model.md: a new one needs
a reason there. Longer than other modules, because that list is read in one place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Generic, NamedTuple, TypeVar

from keys.names import Role

Shaped = TypeVar("Shaped")

DAY_SECONDS = 86_400
BEARER_TAG_BYTES = 32
MOST_BEARERS = 8
PARTIES = (Role.COACH, Role.CLIENT)
"""The two sides whose signatures an agreement has."""


class State(StrEnum):
    """An engagement's state; the steps between them are the table in `relay.core.lifecycle`."""

    DRAFT = "draft"
    ACTIVE = "active"
    HELD = "held"
    GONE = "gone"
    WITHDRAWN = "withdrawn"


class Reason(IntEnum):
    """Why a tombstone stands where an envelope was."""

    DUE = 1
    SHORTENED = 2
    OWN_COPY = 3
    CLOSED = 4
    UNREAD = 5  # due, and the other person's copy was never shown to them


@dataclass(frozen=True, slots=True)
class SealedEnvelope:
    """An envelope as stored: its bytes and the header facts that the relay acts on. Made by
    `relay.core.admission` alone.
    """

    mailbox_id: bytes
    envelope_id: bytes
    envelope_class: int
    policy_tag: bytes
    expires_at: int
    raw: bytes = field(repr=False)
    blob_ids: tuple[bytes, ...] = ()
    twin_id: bytes | None = None  # in its author's mailbox: the id of the same message in the other's


@dataclass(frozen=True, slots=True)
class Group:
    """Envelopes that are stored together or not at all. `account_id` is the depositor (the door's is 16
    zero bytes). `acts` has, by envelope, the newest act of its engagement when it was let in, which must
    still be the newest; where it is empty nothing rests on one.
    """

    account_id: bytes
    envelopes: tuple[SealedEnvelope, ...]
    door_memory: DoorMemory | None = None
    tells: tuple[Tell, ...] = ()
    blobs: tuple[WholeBlob, ...] = ()
    acts: tuple[int, ...] = ()

    def under_acts(self) -> Iterable[tuple[SealedEnvelope, int]]:
        """Each envelope with its newest act, or 0."""
        return zip(self.envelopes, self.acts or (0,) * len(self.envelopes), strict=True)


@dataclass(frozen=True, slots=True)
class DoorMemory:
    """The door's duplicate memory: a keyed hash of one SMTP transaction, kept one hour (ruling 19)."""

    tags: tuple[bytes, ...]  # under this hour's key first, then under the last hour's and other relays'
    expires_at: int


@dataclass(frozen=True, slots=True)
class Tell:
    """With a group something arrives for this account: a notice is pending then, due at this instant if none
    was before (`relay.core.telling`).
    """

    account_id: bytes
    due_at: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a group: `stored`, `repeated`, or `refused` with a code."""

    status: str
    code: str = ""
    cursors: tuple[tuple[bytes, int], ...] = ()  # (mailbox id, newest order), for the wake


class Row(NamedTuple):
    """One row of a mailbox: an envelope (`raw` set) or a tombstone (`reason` set, a number of `Reason`); of
    that, `received_day` is the day on which the envelope went. A page makes fifty.
    """

    order: int
    envelope_id: bytes
    received_day: int
    raw: bytes | None = None
    reason: int | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[Shaped]):
    """Rows in the order asked for, or what was made of them. `next` is the cursor to go on from; `more`
    whether rows remain.
    """

    rows: Shaped
    next: int
    more: bool


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox: the unit of retention, rights and inbound address."""

    mailbox_id: bytes
    engagement_id: bytes
    account_id: bytes
    role: Role
    address: str  # local part of the inbound address, random
    cursor: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Member:
    """A party of an engagement: account, mailbox, identity fingerprint and newest signed statement."""

    role: Role
    account_id: bytes
    mailbox_id: bytes
    fp: bytes
    statement: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Engagement:
    """An engagement with all that decisions need: members, policy frames in force (oldest first), signed
    acts in order, and acts that wait for the other's signature, the coach's first.
    """

    engagement_id: bytes
    state: State
    members: tuple[Member, ...]
    notes_mailbox_id: bytes
    policies: tuple[bytes, ...] = ()
    acts: tuple[bytes, ...] = ()
    proposals: tuple[bytes, ...] = ()
    expires_at: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """An act and what taking it changes: envelopes of these sides brought forward to a date, or a policy put
    in force. `ends_at` is the engagement's end from then on; 0 leaves it where it is.
    """

    number: int
    act: bytes
    shorten: Sequence[bytes] = ()
    date: int = 0
    sides: Sequence[Role] = PARTIES
    policy: bytes = b""
    ends_at: int = 0
    release: SealedEnvelope | None = None  # of a ticket
    not_before: int = 0  # of a ticket; 0: at once
    withdrawn: bytes = b""  # the slot whose releases an act of kind 7 ends
    swap: Swap | None = None


@dataclass(frozen=True, slots=True)
class Swap:
    """Who is client from an act on: `take` the newcomer of the engagement's reopening, `stop` the former
    again. `until` is how long a newcomer may be stopped. `account_id` is the newcomer's who was judged.
    """

    what: str
    until: int
    account_id: bytes
    address: str = ""  # local part of the newcomer's inbound address, random


@dataclass(frozen=True, slots=True)
class Reopening:
    """A lost mailbox that its coach reopens (docs/protocol.md, part 25). `state`: open, joined (a newcomer
    has enrolled), claimed (and signed), taken. `expires_at` is its end, once taken that of the 48 hours.
    """

    engagement_id: bytes
    invite_id: bytes
    state: str
    opened_at: int
    former_account_id: bytes
    former_mailbox_id: bytes
    account_id: bytes  # the newcomer's, as is the statement; empty until somebody has joined
    claim: bytes = field(repr=False)
    expires_at: int
    former_statement: bytes = field(default=b"", repr=False)
    statement: bytes = field(default=b"", repr=False)
    acceptance: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to an account and that its other pages are shown (part 25): kind 1 a way in was
    added, 2 the password or 4 the sheet replaced, 3 the sheet used, 5 a reopening begun, 6 taken.
    `session_id` is whose session did it, empty where none did.
    """

    account_id: bytes
    kind: int
    at: int
    expires_at: int
    method_id: bytes = bytes(16)
    session_id: bytes = b""
    number: int = 0  # given by the store, rising


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a sponsor's link leads: the mailbox of its reader, which the client's tickets alone write to.
    `digits_tag` is a keyed hash.
    """

    engagement_id: bytes
    mailbox_id: bytes
    link_id: bytes
    reader_key: bytes
    digits_tag: bytes = field(repr=False)
    opened_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Release:
    """What a ticket let into a slot: from `not_before` (0: at once) until `ends_at` at most."""

    act_number: int
    not_before: int
    ends_at: int
    envelope: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Notes:
    """How many records of its owner a notes mailbox holds, and the date of the last of them (0: none)."""

    count: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation. `redeemed_hash` is H(request body) once used: the same finish may be repeated."""

    invite_id: bytes
    kind: int  # 1 client, 2 coach
    engagement_id: bytes  # 16 zero bytes for a coach
    redemption_key: bytes
    box: bytes = field(repr=False)
    policy: bytes = field(repr=False)  # empty for a coach
    act: bytes = field(repr=False)  # with the coach's signature; empty for a coach
    expires_at: int
    state: str = "open"  # open, used, withdrawn, declined
    used_at: int = 0
    redeemed_hash: bytes = b""
    answer: bytes = field(default=b"", repr=False)  # the JSON that the redemption answered
    acceptance: bytes = field(default=b"", repr=False)  # before it is used: a reply


@dataclass(frozen=True, slots=True)
class VaultItem:
    """An opaque item of a person's vault, replaced only by the next version."""

    name: str
    version: int
    expires_at: int
    box: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class IndexSegment:
    """A box of a mailbox's sealed index: what a list shows of the envelopes of one day whose positions lie in
    one run of 64 (docs/protocol.md, part 19).
    """

    day: int
    number: int
    version: int
    expires_at: int
    box: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Method:
    """A way in: login public key and wrapped account key. Stored sealed under the pepper
    (`relay.core.pepper`).
    """

    method_id: bytes
    kind: str  # password, sheet, device, passkey
    kdf: int
    salt: bytes
    login_key: bytes = field(repr=False)
    wrap: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Account:
    """A person on this relay. `name_tag` is the keyed hash of the login name; `methods` are sealed under
    the pepper.
    """

    account_id: bytes
    name_tag: bytes
    role: Role
    fp: bytes
    methods: tuple[tuple[bytes, bytes], ...]  # (method id, sealed method)
    expires_at: int


@dataclass(frozen=True, slots=True)
class Enrolment:
    """All that one *Finish* stores, in one transaction."""

    account: Account
    statement: bytes = field(repr=False)
    vault: tuple[VaultItem, ...]
    mailboxes: tuple[Mailbox, ...]
    invite_id: bytes
    redeemed_hash: bytes
    answer: bytes = field(repr=False)
    acceptance: bytes = field(default=b"", repr=False)
    policy: bytes = field(default=b"", repr=False)
    act: bytes = field(default=b"", repr=False)
    engagement_expires_at: int = 0
    log_entry: bytes = field(default=b"", repr=False)  # of the statement; empty: it is not logged


@dataclass(frozen=True, slots=True)
class Session:
    """An open session: keyed hash of the bearer token and whose it is."""

    token_tag: bytes
    account_id: bytes
    expires_at: int


@dataclass(frozen=True, slots=True)
class Blob:
    """An attachment's row. `state` is `uploading`, `finished` or `linked`."""

    blob_id: bytes
    account_id: bytes
    state: str
    stored_bytes: int
    expires_at: int  # its own date; while unlinked the row goes after 24 hours (`unlinked_expires_at`)
    unlinked_expires_at: int


@dataclass(frozen=True, slots=True)
class WholeBlob:
    """An attachment that comes with the group that links it, in one piece, with the hash that was said of
    it; of its row's `state` and `stored_bytes` nothing is believed.
    """

    blob: Blob
    sha256: bytes
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sender:
    """A personal address that a member registered: keyed hash only; the code's hash while unconfirmed."""

    sender_id: bytes
    account_id: bytes
    address_tag: bytes
    state: str  # waiting, confirmed
    code_tag: bytes
    code_expires_at: int
    added_on: int  # a day's first second
    expires_at: int


@dataclass(frozen=True, slots=True)
class Code:
    """A typed code (docs/protocol.md, part 24): its words are not here. `subject` is the invite id or offer
    id that it leads to; check and box are empty until its owner has laid them down.
    """

    nameplate: str
    account_id: bytes
    subject: bytes
    expires_at: int
    check: bytes = b""
    box: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class BrowserOffer:
    """The account key, sealed, for one new browser. `taken_by` is the way in that it added, empty until
    then; the box goes with it.
    """

    offer_id: bytes
    account_id: bytes
    check: bytes
    box: bytes = field(repr=False)
    expires_at: int
    taken_by: bytes = b""


@dataclass(frozen=True, slots=True)
class SpokenRun:
    """A run of the spoken check (docs/protocol.md, part 20). A random number is empty until it is there."""

    engagement_id: bytes
    commitment: bytes
    client_random: bytes
    coach_random: bytes
    expires_at: int


@dataclass(frozen=True, slots=True)
class OwnCopies:
    """What somebody says of their own copies on one computer (docs/protocol.md, part 16), signed, for the
    other party of an engagement. It outlives the engagement as receipts do.
    """

    engagement_id: bytes
    author_id: bytes
    computer: int
    account_id: bytes  # whom it is told
    statement: bytes = field(repr=False)
    expires_at: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A provider's automatic forwarding (docs/protocol.md, part 18): an inbound address of its own, and by
    whom mail to it may be brought. Of the challenge and of the bearers there are keyed hashes alone.
    """

    rule_id: bytes
    mailbox_id: bytes
    account_id: bytes
    sender_id: bytes
    address: str  # local part of the inbound address, random
    state: str  # waiting, active
    token_tag: bytes  # of the newest challenge; empty: none went out
    token_expires_at: int
    token_used: int  # 1 once that challenge has come back
    bearers: bytes  # tags of `BEARER_TAG_BYTES` each, the newest last, at most `MOST_BEARERS`
    first_mails: int  # mails taken while it waited
    expires_at: int

    @property
    def bearer_tags(self) -> tuple[bytes, ...]:
        """The keyed hashes of those who may bring mail."""
        size = BEARER_TAG_BYTES
        return tuple(self.bearers[at : at + size] for at in range(0, len(self.bearers), size))

    def with_bearers(self, tags: Sequence[bytes]) -> bytes:
        """What `bearers` becomes with these known too: each once, the oldest let go beyond the limit."""
        kept = [tag for tag in self.bearer_tags if tag not in tags]
        return b"".join([*kept, *dict.fromkeys(tags)][-MOST_BEARERS:])


@dataclass(frozen=True, slots=True)
class QueuedRevoke:
    """A signed revoke that waits for its keeper (docs/protocol.md, part 11)."""

    keeper_id: bytes
    request: bytes = field(repr=False)
    expires_at: int


@dataclass(frozen=True, slots=True)
class SealedCell:
    """Bytes as a row holds them: how many, and the first few."""

    size_bytes: int
    begins: bytes


Cell = int | str | SealedCell | None


@dataclass(frozen=True, slots=True)
class TableRows:
    """Rows of one table that are about somebody: how many there are, and the newest of them."""

    table: str
    count: int
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Swept:
    """What one batch of the sweep took away."""

    envelopes: int
    blobs: int
    other_rows: int
    more: bool
    engagement_ids: tuple[bytes, ...] = ()
