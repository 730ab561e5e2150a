"""What the memory holds. Owns the dictionaries, and the
few steps that several parts take on them; holds no promise by itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any, Final, Protocol, cast

from keys.names import Role
from keys.receipts import Leaf
from relay.core.log import SignedCheckpoint
from relay.core.model import (
    DAY_SECONDS,
    Account,
    Blob,
    BrowserOffer,
    Code,
    Engagement,
    Happening,
    IndexSegment,
    Invitation,
    Mailbox,
    OwnCopies,
    QueuedRevoke,
    Reason,
    Reopening,
    Rule,
    Sender,
    Session,
    Slot,
    SpokenRun,
    VaultItem,
)
from relay.core.model import State as Standing
from relay.core.receipts import Batched, ReceiptKind, promised_at
from relay.core.telling import Channel
from relay.store.limits import INDEX_RUN, account_end


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
    why: Reason = Reason.DUE  # it goes, where it is there until its date
    reason: Reason | None = None
    acknowledged: bool = False
    twin_id: bytes | None = None


@dataclass(slots=True)
class Upload:
    """A blob with its bytes. `due_at` is when it goes: its date once linked, at most 24 hours
    before, at once without its last link."""

    blob: Blob
    due_at: int
    stored: bytearray = field(default_factory=bytearray, repr=False)


@dataclass(frozen=True, slots=True)
class KeptLeaf:
    """A leaf; `number` is its receipt's, 0 while that is to be written."""

    position: int
    account_id: bytes
    mailbox_id: bytes
    number: int
    leaf: Leaf = field(repr=False)
    due_at: int
    promised_at: int
    blob_ids: tuple[bytes, ...]
    expires_at: int


@dataclass(frozen=True, slots=True)
class KeptReceipt:
    """A receipt and where it is in the log."""

    order: int
    account_id: bytes
    mailbox_id: bytes
    number: int
    kind: ReceiptKind
    note: str = field(repr=False)
    receipt_hash: bytes
    day: int
    expires_at: int
    batch: Batched | None = None


_BY_ORDER: Final = attrgetter("order")


def segment_place(entry: Entry) -> tuple[bytes, int, int]:
    """Where the index has the row of an envelope."""
    return entry.mailbox_id, (promised_at(entry.raw) - 1) // DAY_SECONDS, entry.order // INDEX_RUN


class Expiring(Protocol):
    """Whatever has an end."""

    @property
    def expires_at(self) -> int:
        """Unix seconds; the first second at which it is gone."""


@dataclass(slots=True)
class State:
    """Every table as a dictionary. `random` gives the nonces of leaves."""

    random: Callable[[int], bytes]
    entries: dict[tuple[bytes, bytes], Entry] = field(default_factory=dict)
    boxes: dict[bytes, dict[bytes, Entry]] = field(default_factory=dict)  # the same rows, by mailbox
    uploads: dict[bytes, Upload] = field(default_factory=dict)
    door_memory: dict[bytes, int] = field(default_factory=dict)
    accounts: dict[bytes, Account] = field(default_factory=dict)
    statements: dict[bytes, list[bytes]] = field(default_factory=dict)
    vaults: dict[tuple[bytes, str], VaultItem] = field(default_factory=dict)
    sessions: dict[bytes, Session] = field(default_factory=dict)
    engagements: dict[bytes, Engagement] = field(default_factory=dict)
    proposals: dict[bytes, dict[Role, bytes]] = field(default_factory=dict)
    mailboxes: dict[bytes, Mailbox] = field(default_factory=dict)
    segments: dict[tuple[bytes, int, int], IndexSegment] = field(default_factory=dict)
    invitations: dict[bytes, Invitation] = field(default_factory=dict)
    senders: dict[bytes, Sender] = field(default_factory=dict)
    rules: dict[bytes, Rule] = field(default_factory=dict)
    spoken_runs: dict[bytes, SpokenRun] = field(default_factory=dict)
    own_copies: dict[tuple[bytes, bytes, int], OwnCopies] = field(default_factory=dict)
    reopenings: dict[bytes, Reopening] = field(default_factory=dict)
    happenings: dict[tuple[bytes, int], Happening] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    offers: dict[bytes, BrowserOffer] = field(default_factory=dict)
    channels: dict[bytes, Channel] = field(default_factory=dict)
    slots: dict[bytes, Slot] = field(default_factory=dict)
    tickets: dict[tuple[bytes, bytes], tuple[int, int]] = field(default_factory=dict)
    days: dict[tuple[bytes, int], bytes] = field(default_factory=dict)
    revokes: dict[tuple[bytes, bytes], QueuedRevoke] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    receipts: dict[int, KeptReceipt] = field(default_factory=dict)
    leaves: dict[int, KeptLeaf] = field(default_factory=dict)
    log: list[bytes] = field(default_factory=list)
    checkpoints: dict[int, SignedCheckpoint] = field(default_factory=dict)
    days_gone: dict[bytes, int] = field(default_factory=dict)
    entry_count: int = 0
    receipt_count: int = 0
    leaf_count: int = 0

    def small_tables(self) -> tuple[dict[Any, Expiring], ...]:
        """Tables whose rows go by themselves, whatever they belong to."""
        tables = (
            self.sessions,
            self.codes,
            self.offers,
            self.vaults,
            self.segments,
            self.rules,
            self.senders,
            self.channels,
            self.spoken_runs,
            self.own_copies,
            self.slots,
            self.happenings,
            self.revokes,
            self.leaves,
            self.receipts,
            self.invitations,
        )
        return cast(tuple[dict[Any, Expiring], ...], tables)

    def parent_tables(self) -> tuple[dict[Any, Expiring], ...]:
        """Tables whose rows go after what belongs to them."""
        living = {name: one for name, one in self.engagements.items() if one.state is not Standing.GONE}
        return cast(tuple[dict[Any, Expiring], ...], (self.reopenings, self.mailboxes, living, self.accounts))

    def drop_code(self, subject: bytes) -> None:
        """What the code led to is not open any more."""
        for name in [name for name, one in self.codes.items() if one.subject == subject]:
            del self.codes[name]

    def drop_offers(self, account_id: bytes) -> None:
        """The offers of an account go, and their codes."""
        for offer_id in [one.offer_id for one in self.offers.values() if one.account_id == account_id]:
            self.drop_code(offer_id)
            del self.offers[offer_id]

    def close_account(self, account_id: bytes) -> None:
        """No way into an account remains, nor an offer that could add one, and nothing of its vault."""
        self.accounts[account_id] = replace(self.accounts[account_id], methods=())
        for token_tag in [one.token_tag for one in self.sessions.values() if one.account_id == account_id]:
            del self.sessions[token_tag]
        for place in [place for place in self.vaults if place[0] == account_id]:
            del self.vaults[place]
        self.drop_offers(account_id)

    def entries_of(self, mailbox_id: bytes) -> list[Entry]:
        """The rows of a mailbox, by order."""
        return sorted(self.boxes.get(mailbox_id, {}).values(), key=_BY_ORDER)

    def put_entry(self, entry: Entry) -> None:
        """Put a row into its mailbox, in the place of one of the same envelope."""
        self.entries[entry.mailbox_id, entry.envelope_id] = entry
        self.boxes.setdefault(entry.mailbox_id, {})[entry.envelope_id] = entry

    def drop_entry(self, entry: Entry) -> None:
        """Take a row away."""
        del self.entries[entry.mailbox_id, entry.envelope_id]
        del self.boxes[entry.mailbox_id][entry.envelope_id]

    def segments_of(self, mailbox_id: bytes) -> list[IndexSegment]:
        """The segments of a mailbox's index, by day and number."""
        found = [one for (owner, _, _), one in self.segments.items() if owner == mailbox_id]
        return sorted(found, key=lambda one: (one.day, one.number))

    def bring_segment_forward(self, place: tuple[bytes, int, int], date: int) -> None:
        """A segment goes no later than that."""
        found = self.segments.get(place)
        if found is not None:
            self.segments[place] = replace(found, expires_at=min(found.expires_at, date))

    def next_order(self, mailbox_id: bytes) -> int:
        """Take the next order of a mailbox."""
        mailbox = self.mailboxes[mailbox_id]
        self.mailboxes[mailbox_id] = replace(mailbox, cursor=mailbox.cursor + 1)
        return mailbox.cursor + 1

    def expire(self, entry: Entry, reason: Reason, now: int) -> None:
        """Take the body away and leave a tombstone until the end of the mailbox."""
        self.leave(entry, now)
        self.unlink(entry, now)
        entry.order = self.next_order(entry.mailbox_id)
        entry.raw, entry.reason, entry.twin_id = b"", reason, None
        entry.received_day = now // DAY_SECONDS
        entry.expires_at = self.mailboxes[entry.mailbox_id].expires_at

    def leave(self, entry: Entry, now: int) -> None:
        """Write the leaf of an envelope that goes, and take its row of the index away; nothing for a
        tombstone."""
        if entry.reason:
            return
        self.segments.pop(segment_place(entry), None)
        mailbox = self.mailboxes[entry.mailbox_id]
        leaf = Leaf(self.random(32), entry.envelope_id, hashlib.sha256(entry.raw).digest())
        position = self.next_leaf()
        self.leaves[position] = KeptLeaf(
            position=position,
            account_id=mailbox.account_id,
            mailbox_id=entry.mailbox_id,
            number=0,
            leaf=leaf,
            due_at=min(entry.expires_at, mailbox.expires_at),
            promised_at=promised_at(entry.raw),
            blob_ids=entry.blob_ids,
            expires_at=account_end(max(mailbox.expires_at, now)),
        )

    def next_leaf(self) -> int:
        """Take the next position of a leaf."""
        self.leaf_count += 1
        return self.leaf_count

    def is_unread(self, entry: Entry) -> bool:
        """Whether this is its author's copy of a message that was never shown to the other."""
        return any(not one.acknowledged for one in self._twins(entry))

    def is_opened(self, entry: Entry) -> bool:
        """Whether this is its author's copy of a message that was shown to the other."""
        return any(one.acknowledged for one in self._twins(entry))

    def _twins(self, entry: Entry) -> list[Entry]:
        if entry.twin_id is None:
            return []
        engagement_id = self.mailboxes[entry.mailbox_id].engagement_id
        return [
            one
            for one in self.entries.values()
            if one.envelope_id == entry.twin_id
            and one.mailbox_id != entry.mailbox_id
            and self.mailboxes[one.mailbox_id].engagement_id == engagement_id
        ]

    def unlink(self, entry: Entry, now: int) -> None:
        """Take an entry's links away; a blob that loses its last one is due."""
        blob_ids, entry.blob_ids = entry.blob_ids, ()
        for blob_id in blob_ids:
            if blob_id in self.uploads and not self.links_to(blob_id):
                self.uploads[blob_id].due_at = min(now, self.uploads[blob_id].due_at)

    def links_to(self, blob_id: bytes) -> list[Entry]:
        """The entries that link a blob."""
        return [entry for entry in self.entries.values() if blob_id in entry.blob_ids]

    def link(self, blob_id: bytes, expires_at: int) -> None:
        """Mark a blob as linked: from now on it lives until the date of its latest envelope."""
        upload = self.uploads[blob_id]
        upload.due_at = max(expires_at, upload.due_at if upload.blob.state == "linked" else 0)
        upload.blob = replace(upload.blob, state="linked")

    def drop_due_uploads(self, blob_ids: tuple[bytes, ...], now: int) -> None:
        """Let those of these blobs go that are due."""
        for blob_id in blob_ids:
            if blob_id in self.uploads and self.uploads[blob_id].due_at <= now:
                del self.uploads[blob_id]

    def drop_linked_uploads(self, blob_ids: Sequence[bytes]) -> None:
        """Let these blobs go, whatever links them."""
        for blob_id in blob_ids:
            for entry in self.links_to(blob_id):
                entry.blob_ids = tuple(one for one in entry.blob_ids if one != blob_id)
            self.uploads.pop(blob_id, None)

    def live_links_to(self, blob_id: bytes, now: int) -> list[Entry]:
        """Those of them that a reader may still have."""
        return [
            e
            for e in self.links_to(blob_id)
            if e.expires_at > now and self.mailboxes[e.mailbox_id].expires_at > now
        ]

    def end_engagement_at(self, engagement_id: bytes, ends_at: int) -> None:
        """Set one end for an engagement, its mailboxes and their tombstones; nothing in them, or
        named after it, outlives it, their accounts do."""
        engagement = self.engagements[engagement_id]
        before = engagement.expires_at
        self.engagements[engagement_id] = replace(engagement, expires_at=ends_at)
        for invitation in [one for one in self.invitations.values() if one.engagement_id == engagement_id]:
            sooner = min(invitation.expires_at, ends_at)
            self.invitations[invitation.invite_id] = replace(invitation, expires_at=sooner)
        for mailbox in [m for m in self.mailboxes.values() if m.engagement_id == engagement_id]:
            self.mailboxes[mailbox.mailbox_id] = replace(mailbox, expires_at=ends_at)
            if engagement_id in self.slots:
                self.slots[engagement_id] = replace(self.slots[engagement_id], expires_at=ends_at)
            for entry in self.entries_of(mailbox.mailbox_id):
                if entry.reason:
                    entry.expires_at = ends_at
                elif entry.expires_at > ends_at:
                    entry.expires_at, entry.why = ends_at, Reason.CLOSED
            for name in self.named_after(engagement_id, mailbox.account_id):
                if self.vaults[name].expires_at > ends_at or self.vaults[name].expires_at == before:
                    self.vaults[name] = replace(self.vaults[name], expires_at=ends_at)
            self._end_rules_at(mailbox.mailbox_id, ends_at)
            for one in self.segments_of(mailbox.mailbox_id):
                self.bring_segment_forward((mailbox.mailbox_id, one.day, one.number), ends_at)
            self.extend_account(mailbox.account_id, account_end(ends_at))
            self._end_receipts_at(mailbox.mailbox_id, account_end(ends_at))

    def _end_rules_at(self, mailbox_id: bytes, ends_at: int) -> None:
        for rule in [one for one in self.rules.values() if one.mailbox_id == mailbox_id]:
            if rule.state == "active" or rule.expires_at > ends_at:
                self.rules[rule.rule_id] = replace(rule, expires_at=ends_at)

    def _end_receipts_at(self, mailbox_id: bytes, ends_at: int) -> None:
        for order, receipt in self.receipts.items():
            if receipt.mailbox_id == mailbox_id:
                self.receipts[order] = replace(receipt, expires_at=ends_at)
        for position, leaf in self.leaves.items():
            if leaf.mailbox_id == mailbox_id:
                self.leaves[position] = replace(leaf, expires_at=ends_at)

    def named_after(self, engagement_id: bytes, account_id: bytes) -> list[tuple[bytes, str]]:
        """The vault items of an account that are named after an engagement."""
        end = f"/{engagement_id.hex()}"
        return [name for name in self.vaults if name[0] == account_id and name[1].endswith(end)]

    def extend_account(self, account_id: bytes, expires_at: int) -> None:
        """Let an account live until then; never move its end back."""
        account = self.accounts.get(account_id)
        if account is not None and account.expires_at < expires_at:
            self.accounts[account_id] = replace(account, expires_at=expires_at)
        for sender in [one for one in self.senders.values() if one.account_id == account_id]:
            if sender.state == "confirmed" and sender.expires_at < expires_at:
                self.senders[sender.sender_id] = replace(sender, expires_at=expires_at)
        channel = self.channels.get(account_id)
        if channel is not None and channel.state != "waiting" and channel.expires_at < expires_at:
            self.channels[account_id] = replace(channel, expires_at=expires_at)
