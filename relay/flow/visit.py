"""Visit: what those who decide about a mail, and those who seal it, say to each other.

Owns the words of that border and nothing else. Of a mail only its SMTP facts, its author's address, who
brought it by a rule, hashes and sealed bytes may cross it: those who decide never see a byte of head or body,
and those who seal never see the store, the pepper or another mailbox (docs/architecture.md, The door's
processes).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from keys.statement import Statement
from keys.suite import SealKey
from relay.core.addresses import Address
from relay.core.rules import Claim
from relay.core.sender_checks import Grade


@dataclass(frozen=True, slots=True)
class Arrival:
    """The SMTP facts of one mail. Its repr shows none of them."""

    peer: str
    greeting: str
    tls: bool
    reverse_path: Address | None
    recipient: Address

    def __repr__(self) -> str:
        return "Arrival(…)"


class Ruled(IntEnum):
    """Whether an address is that of a provider's rule, and in which state."""

    BY_HAND = 0
    WAITING = 1
    ACTIVE = 2


@dataclass(frozen=True, slots=True)
class Inbox:
    """The addressed mailbox with what judging and sealing need of it, as it stood at `seen_at`."""

    mailbox_id: bytes
    reader: Statement
    revoker_access: bytes  # Ed25519 public key of who may revoke
    policy_hash: bytes
    refused: tuple[str, ...] = field(repr=False)  # domains, with all below them
    seen_at: int  # Unix seconds UTC
    ruled: Ruled = Ruled.BY_HAND


@dataclass(frozen=True, slots=True)
class Turn:
    """The door's place in its sequence towards one mailbox (docs/protocol.md, part 6)."""

    writer: int
    count: int  # of the content to be made, from 1
    previous_id: bytes


@dataclass(frozen=True, slots=True)
class Ready:
    """What sealing needs in its last instant: the inbox of now, the keepers' keys of the day, the turn."""

    inbox: Inbox
    day_keys: Sequence[SealKey]
    turn: Turn


@dataclass(frozen=True, slots=True)
class Sealed:
    """A mail that is sealed: its envelope, and what the deciding side cannot see in it."""

    envelope: bytes = field(repr=False)
    content_id: bytes  # 32 bytes, for the next one's previous id
    mail_hash: bytes  # SHA-256 of the mail, for the duplicate memory
    proven: bool  # whether the author was proven, so that any of a provider's machines may repeat the mail
    whole: bytes = field(default=b"", repr=False)  # the sealed bytes of a mail of which nothing was staged


class Visit(Protocol):
    """One mail's way past those who decide. Each call raises a RelayError to refuse."""

    blob_id: bytes
    received_at: int
    expires_at: int
    inbox: Inbox  # as it stood at the beginning

    async def stage(self, at_bytes: int, sealed: bytes) -> None:
        """Put the next sealed bytes of the mail into its staging blob, which the first ones begin."""

    async def look_again(self) -> Inbox:
        """The inbox of now. Raises Busy where it is another, or under another agreement, than it was."""

    async def author(self, author: Address) -> Inbox:
        """As `look_again`. Raises SenderUnknown too, unless the author is a confirmed address of the inbox's
        owner.
        """

    async def by_rule(self, author: Address | None, claim: Claim) -> Grade | None:
        """What a mail to a rule's address is taken as; None where it was its challenge, which is not kept.
        `author`: None where From names no address that can be read. Raises RuleWaiting, RuleBearer.
        """

    async def finish(self, stored_bytes: int, stored_sha256: bytes, author: Address | None = None) -> Ready:
        """Say how long the mail is and its hash, and take the turn, which is held until `deposit` or `abort`.
        What was staged ends here; of a mail of which nothing was, all comes with `deposit`. `author`: as
        `author`, where that was not asked before.
        """

    async def deposit(self, sealed: Sealed) -> None:
        """Store envelope, blob and duplicate memory in one transaction. Returns after commit."""

    async def abort(self) -> None:
        """Let the staging blob and the turn go. Repeated: no change."""


class Reception(Protocol):
    """Who decides. Each call raises a RelayError to refuse."""

    async def recipient(self, reverse_path: Address | None, recipient: Address) -> None:
        """Whether mail with this reverse path may come to this inbox at all."""

    async def failed(self, recipient: Address) -> None:
        """A report came to this return address of a notice: it could not be delivered."""

    async def open(self, arrival: Arrival) -> Visit:
        """The visit of one mail; nothing of it need be heard where it raises."""

    async def refused(
        self, reverse_path: Address | None, recipient: Address, author: Address | None, code: str
    ) -> None:
        """A mail was refused: its recipient is told, where that may help. Never raises a RelayError."""
