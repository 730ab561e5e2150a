"""What the memory holds. Owns the dictionaries, and the
few steps that several parts take on them; holds no promise by itself."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Protocol, cast

from relay.core.model import (
    DAY_SECONDS,
    Account,
    Blob,
    Engagement,
    Invitation,
    Mailbox,
    QueuedRevoke,
    Reason,
    Sender,
    Session,
    VaultItem,
)
from relay.store.limits import account_end


@dataclass(slots=True)
class Entry:
    """A row of a mailbox: an envelope, or with `reason` the tombstone in its place."""

    number: int  # position among all rows ever stored: ties in the sweep's order
    mailbox_id: bytes
    envelope_id: bytes
    order: int
    received_day: int
    expires_at: int
    raw: bytes = field(repr=False)
    blob_ids: tuple[bytes, ...]
    shortened: bool = False
    reason: Reason | None = None


@dataclass(slots=True)
class Upload:
    """A blob with its bytes. `due_at` is when it goes: its date once linked, at most 24 hours
    before, at once without its last link."""

    blob: Blob
    due_at: int
    stored: bytearray = field(default_factory=bytearray, repr=False)


class Expiring(Protocol):
    """Whatever has an end."""

    @property
    def expires_at(self) -> int:
        """Unix seconds; the first second at which it is gone."""


@dataclass(slots=True)
class State:
    """Every table as a dictionary."""

    entries: dict[tuple[bytes, bytes], Entry] = field(default_factory=dict)
    uploads: dict[bytes, Upload] = field(default_factory=dict)
    door_memory: dict[bytes, int] = field(default_factory=dict)
    accounts: dict[bytes, Account] = field(default_factory=dict)
    statements: dict[bytes, list[bytes]] = field(default_factory=dict)
    vaults: dict[tuple[bytes, str], VaultItem] = field(default_factory=dict)
    sessions: dict[bytes, Session] = field(default_factory=dict)
    engagements: dict[bytes, Engagement] = field(default_factory=dict)
    mailboxes: dict[bytes, Mailbox] = field(default_factory=dict)
    invitations: dict[bytes, Invitation] = field(default_factory=dict)
    senders: dict[bytes, Sender] = field(default_factory=dict)
    days: dict[tuple[bytes, int], bytes] = field(default_factory=dict)
    revokes: dict[tuple[bytes, bytes], QueuedRevoke] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    entry_count: int = 0

    def small_tables(self) -> tuple[dict[Any, Expiring], ...]:
        """Tables whose rows go by themselves, whatever they belong to."""
        tables = (self.sessions, self.vaults, self.senders, self.revokes, self.invitations)
        return cast(tuple[dict[Any, Expiring], ...], tables)

    def parent_tables(self) -> tuple[dict[Any, Expiring], ...]:
        """Tables whose rows go after what belongs to them."""
        return cast(tuple[dict[Any, Expiring], ...], (self.mailboxes, self.engagements, self.accounts))

    def entries_of(self, mailbox_id: bytes) -> list[Entry]:
        """The rows of a mailbox, by order."""
        return sorted((e for e in self.entries.values() if e.mailbox_id == mailbox_id), key=lambda e: e.order)

    def next_order(self, mailbox_id: bytes) -> int:
        """Take the next order of a mailbox."""
        mailbox = self.mailboxes[mailbox_id]
        self.mailboxes[mailbox_id] = replace(mailbox, cursor=mailbox.cursor + 1)
        return mailbox.cursor + 1

    def expire(self, entry: Entry, reason: Reason, now: int) -> None:
        """Take the body away and leave a tombstone until the end of the mailbox."""
        self.unlink(entry, now)
        entry.order = self.next_order(entry.mailbox_id)
        entry.raw, entry.reason, entry.shortened = b"", reason, False
        entry.received_day = now // DAY_SECONDS
        entry.expires_at = self.mailboxes[entry.mailbox_id].expires_at

    def unlink(self, entry: Entry, now: int) -> None:
        """Take an entry's links away; a blob that loses its last one is due."""
        blob_ids, entry.blob_ids = entry.blob_ids, ()
        for blob_id in blob_ids:
            if blob_id in self.uploads and not self.links_to(blob_id):
                self.uploads[blob_id].due_at = min(now, self.uploads[blob_id].due_at)

    def links_to(self, blob_id: bytes) -> list[Entry]:
        """The entries that link a blob."""
        return [entry for entry in self.entries.values() if blob_id in entry.blob_ids]

    def link(self, blob_id: bytes) -> None:
        """Mark a blob as linked: from now on it lives until its own date."""
        upload = self.uploads[blob_id]
        upload.blob = replace(upload.blob, state="linked")
        upload.due_at = upload.blob.expires_at

    def drop_due_uploads(self, blob_ids: tuple[bytes, ...], now: int) -> None:
        """Let those of these blobs go that are due."""
        for blob_id in blob_ids:
            if blob_id in self.uploads and self.uploads[blob_id].due_at <= now:
                del self.uploads[blob_id]

    def live_links_to(self, blob_id: bytes, now: int) -> list[Entry]:
        """Those of them that a reader may still have."""
        return [
            e
            for e in self.links_to(blob_id)
            if e.expires_at > now and self.mailboxes[e.mailbox_id].expires_at > now
        ]

    def end_engagement_at(self, engagement_id: bytes, ends_at: int) -> None:
        """Set one end for an engagement, its mailboxes and their tombstones; nothing in them
        outlives it, their accounts do."""
        engagement = self.engagements[engagement_id]
        self.engagements[engagement_id] = replace(engagement, expires_at=ends_at)
        for mailbox in [m for m in self.mailboxes.values() if m.engagement_id == engagement_id]:
            self.mailboxes[mailbox.mailbox_id] = replace(mailbox, expires_at=ends_at)
            for entry in self.entries_of(mailbox.mailbox_id):
                entry.expires_at = ends_at if entry.reason else min(entry.expires_at, ends_at)
            self.extend_account(mailbox.account_id, account_end(ends_at))

    def extend_account(self, account_id: bytes, expires_at: int) -> None:
        """Let an account live until then; never move its end back."""
        account = self.accounts.get(account_id)
        if account is not None and account.expires_at < expires_at:
            self.accounts[account_id] = replace(account, expires_at=expires_at)
        for sender in [one for one in self.senders.values() if one.account_id == account_id]:
            if sender.state == "confirmed" and sender.expires_at < expires_at:
                self.senders[sender.sender_id] = replace(sender, expires_at=expires_at)
