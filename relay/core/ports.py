"""What `relay.flow` needs from the outside, as Protocols. Owns the seam between decisions and adapters;
contains no behaviour.

`Store` has three bodies, SQLite, PostgreSQL and memory, under one contract suite (`tests/contract`). Every
method that writes returns only after the transaction that holds its change is on disk; writes waiting at the
same moment share one commit. Reads never return what is due at `now`. Writes are all or nothing and raise the
errors of `relay.core.errors`. Longer than other modules: the seam is one list, read beside its bodies.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from typing import Protocol

from keys.names import Role
from relay.core.log import Node, SignedCheckpoint
from relay.core.model import (
    Account,
    Blob,
    BrowserOffer,
    Code,
    Engagement,
    Enrolment,
    Group,
    Happening,
    IndexSegment,
    Invitation,
    Mailbox,
    Notes,
    Outcome,
    Page,
    QueuedRevoke,
    Release,
    Reopening,
    Row,
    Rule,
    Sender,
    Session,
    Shaped,
    Slot,
    SpokenRun,
    Step,
    Swept,
    TableRows,
    VaultItem,
)
from relay.core.receipts import Arrived, Look, NewReceipt, StoredReceipt, Tip, Unlogged
from relay.core.telling import Channel, Pending, Window
from relay.core.words import Beats


class Envelopes(Protocol):
    """Mailboxes' contents."""

    async def deposit(self, groups: Sequence[Group], *, now: int, quota_bytes: int) -> list[Outcome]:
        """Store groups, each all or nothing. Same (mailbox, envelope id) and bytes: `repeated`. Other
        bytes: refused `envelope-conflict`.

        A blob must be finished, the depositor's, and unlinked or linked within this group with its own date
        equal: else `blob-missing`. Those of an envelope of class 5 must all be linked by one living envelope
        of its mailbox, whoever uploaded them, and live at least as long as it. Nothing outlives its mailbox:
        `policy-refused`. A mailbox past `quota_bytes`: `inbox-full`. A hit in the door's memory: `repeated`.

        A blob that the group brings is stored, finished and linked, with it: the depositor's, of that length
        and hash, else `blob-incomplete`; not known yet, and linked by an envelope of the group that is new,
        else `blob-conflict`. Of a group that is repeated nothing is. Raises TooLarge for one over 1 MiB.
        """

    async def rows(
        self,
        mailbox_id: bytes,
        *,
        after: int | None,
        before: int | None,
        limit: int,
        max_bytes: int,
        now: int,
        shape: Callable[[Iterable[Row]], Shaped] = tuple,  # type: ignore[assignment]
    ) -> Page[Shaped]:
        """A page of a mailbox: above `after` ascending, or below `before` descending. Envelopes due at
        `now` are left out. `shape` is what becomes of the rows where they are read, in a thread perhaps.
        """

    async def expire_own(self, mailbox_id: bytes, envelope_ids: Sequence[bytes], *, now: int) -> int:
        """Take the owner's copies away, tombstones left. Returns how many were there. Blobs with no link
        left go too.
        """

    async def acknowledge(self, mailbox_id: bytes, envelope_ids: Sequence[bytes], *, now: int) -> int:
        """Remember of these envelopes of a mailbox, gone ones too, that they were shown to its reader.
        Returns how many of them it knows; 0 for a mailbox that is due.
        """

    async def notes(self, mailbox_id: bytes, *, now: int) -> Notes:
        """The living records of its owner (class 6) in a notes mailbox."""

    async def sweep(self, *, now: int, limit: int) -> Swept:
        """Take away at most `limit` rows that are due at or before `now`, of every kind; tombstones left
        for envelopes. One bad row stops nothing.
        """

    async def checkpoint(self) -> bool:
        """Truncate the journal. False when it was busy and bytes may remain."""

    async def counts(self, *, now: int) -> dict[str, int]:
        """Totals for `relay status`: envelopes, blobs, due, overdue (due for over 60 s), stored_bytes."""


class Accounts(Protocol):
    """People, sessions, vaults, statements."""

    async def enrol(self, enrolment: Enrolment, *, now: int) -> None:
        """Store all of an enrolment and mark its invitation used. Conflict `name-taken`, Gone
        `invitation-used|-withdrawn|-expired`.

        Repeated with the same `redeemed_hash`: no change, no error. A client's enrolment adds the policy
        and the act to the engagement and makes it active.
        """

    async def account(self, account_id: bytes, *, now: int) -> Account | None: ...

    async def account_by_name(self, name_tag: bytes, *, now: int) -> Account | None: ...

    async def extend_account(self, account_id: bytes, expires_at: int) -> None:
        """A coach's account lives on at each unlock; never moves back."""

    async def put_method(
        self,
        account_id: bytes,
        method_id: bytes,
        sealed: bytes,
        *,
        now: int,
        replaced: Sequence[bytes] = (),
        known: Collection[bytes] | None = None,
    ) -> None:
        """Add a way in, or replace the one of that id; those in `replaced` are closed with it. Conflict
        `ways-changed` unless the account's ways in are those in `known`, where that is given.
        """

    async def remove_method(
        self, account_id: bytes, method_id: bytes, *, now: int, known: Collection[bytes] | None = None
    ) -> None:
        """NotFound if absent; NotAllowed for the last one; Conflict as in `put_method`."""

    async def close_account(self, account_id: bytes, *, now: int) -> None:
        """Its ways in, sessions and vault go: nobody opens it again. The rest goes at its date. NotFound."""

    async def open_session(self, session: Session, *, now: int) -> None: ...

    async def session(self, token_tag: bytes, *, now: int) -> Session | None: ...

    async def sessions(self, token_tags: Sequence[bytes], *, now: int) -> list[Session]:
        """Those of these tags that are open."""

    async def close_session(self, token_tag: bytes) -> None: ...

    async def sessions_of(self, account_id: bytes, *, now: int) -> list[Session]:
        """The open sessions of an account, the one that lasts longest first."""

    async def vault(self, account_id: bytes, *, now: int) -> list[VaultItem]: ...

    async def put_vault(
        self, account_id: bytes, items: Sequence[VaultItem], removed: Sequence[str], *, now: int
    ) -> None:
        """All or nothing; each version one above the stored (1 for new): Conflict `vault-conflict`."""

    async def add_statement(
        self, account_id: bytes, number: int, statement: bytes, *, now: int, log_entry: bytes = b""
    ) -> None:
        """The next link of a chain, and its entry in the log where there is one. The same bytes again: no
        change. Another number or bytes: Conflict `statement-conflict`.
        """

    async def statements(self, account_id: bytes, *, after: int) -> list[bytes]: ...


class Engagements(Protocol):
    """Engagements, invitations, acts, mailboxes."""

    async def create_engagement(
        self, engagement: Engagement, mailboxes: Sequence[Mailbox], *, now: int
    ) -> None:
        """A draft with the coach's and the notes mailbox. The same again: no change. Another coach's id:
        Conflict `engagement-conflict`.
        """

    async def engagement(self, engagement_id: bytes, *, now: int) -> Engagement | None: ...

    async def engagements_of(self, account_id: bytes, *, now: int) -> list[Engagement]: ...

    async def engagement_of_mailbox(self, mailbox_id: bytes, *, now: int) -> Engagement | None: ...

    async def mailboxes_of(self, account_id: bytes, *, now: int) -> list[Mailbox]: ...

    async def mailbox(self, mailbox_id: bytes, *, now: int) -> Mailbox | None: ...

    async def mailbox_by_address(self, address: str, *, now: int) -> Mailbox | None: ...

    async def change_address(self, mailbox_id: bytes, address: str, *, now: int) -> None: ...

    async def put_invitation(self, invitation: Invitation, *, now: int) -> None:
        """Store; of a client's engagement, an earlier unused one is withdrawn."""

    async def invitation(self, invite_id: bytes, *, now: int) -> Invitation | None:
        """The row while it exists, used and withdrawn ones too, so that its page can say which."""

    async def invitation_of(self, engagement_id: bytes, *, now: int) -> Invitation | None: ...

    async def withdraw_invitation(self, invite_id: bytes, *, now: int) -> None: ...

    async def reply_to_invitation(self, invite_id: bytes, box: bytes, *, ends: bool, now: int) -> None:
        """Keep a reply with an open invitation, in the place of an earlier one; one that ends it takes box
        and code with it, and leaves the draft. The same again changes nothing. NotFound; Gone
        `invitation-used|-withdrawn|-declined`.
        """

    async def apply_act(self, engagement_id: bytes, step: Step, *, now: int) -> list[tuple[bytes, int]]:
        """Append an act (Conflict `act-out-of-order` unless its number is the next; the same bytes again: no
        change) and bring the named envelopes of the mailboxes of its sides forward to its date; those then
        due go in the same transaction. Proposals, which have the same number, go. Returns the (mailbox id,
        cursor) pairs that changed.

        A policy is the newest in force from then on. An end is that of the engagement, its mailboxes and
        their tombstones: what is in them never outlives it, and is not moved back; both accounts live at
        least 30 days longer, and never shorter than before.


        An act of kind 6 puts its envelope into the open slot's mailbox; ActRefused where another slot is
        open by now, InboxFull. What was released there before ends when this one begins. One of kind 7 ends
        all of its slot's releases at once.
        """

    async def put_proposal(
        self, engagement_id: bytes, role: Role, number: int, act: bytes, *, now: int
    ) -> None:
        """Keep an act that waits for the other's signature, in the place of this side's earlier one, until
        an act takes its number. NotFound, Conflict `act-out-of-order` unless `number` is the next.
        """

    async def drop_proposals(self, engagement_id: bytes, *, now: int) -> None:
        """Nothing waits any more. NotFound."""


class Blobs(Protocol):
    """Attachments, in pieces."""

    async def create_blob(self, blob: Blob, *, now: int) -> None:
        """The same again: no change. Another account's or date: Conflict `blob-conflict`."""

    async def append_blob(
        self,
        blob_id: bytes,
        account_id: bytes,
        offset: int,
        piece: bytes,
        *,
        now: int,
        account_quota_bytes: int | None,
    ) -> int:
        """Add bytes at exactly the stored length (Conflict `blob-offset` with `stored`); returns the new
        length. A quota of None: what the account holds is not counted here.
        """

    async def finish_blob(
        self, blob_id: bytes, account_id: bytes, stored_bytes: int, sha256: bytes, *, now: int
    ) -> None:
        """Check length and hash, in bounded memory: Conflict `blob-incomplete`. Repeated: no change."""

    async def blob(self, blob_id: bytes, *, now: int) -> Blob | None: ...

    async def blob_readers(self, blob_id: bytes, *, now: int) -> list[bytes]:
        """Account ids whose mailboxes hold a live linked envelope."""

    async def linked_bytes(self, mailbox_id: bytes, account_id: bytes) -> int:
        """Stored bytes of the blobs of this uploader that this mailbox's envelopes link."""

    def read_blob(self, blob_id: bytes, start: int, stop: int) -> AsyncIterator[bytes]:
        """The stored bytes from `start` up to `stop`, in pieces of at most 1 MiB."""

    async def abort_blob(self, blob_id: bytes, *, now: int) -> None:
        """An unlinked blob goes now."""

    async def drop_objects_due(self, *, now: int, limit: int) -> int:
        """Where bytes are kept apart from the rows: those of at most so many pieces of due blobs go, and the
        rows of blobs of which nothing is left; returns how many pieces that were, 0 when there are no more.
        Raises Busy.
        """

    async def drop_days_over(self, *, now: int) -> int:
        """Where bytes are kept apart from the rows: what is left there of days that are over goes, whether a
        row names it or not; returns how much that was. Raises Busy.
        """


class Indexes(Protocol):
    """Mailboxes' sealed indexes. A segment goes with the first envelope of its place that goes."""

    async def segments(
        self, mailbox_id: bytes, *, after: tuple[int, int], max_bytes: int, now: int
    ) -> tuple[list[IndexSegment], bool]:
        """Segments above a (day, number), ascending, at least one where there is one; and whether there are
        more.
        """

    async def put_segments(self, mailbox_id: bytes, segments: Sequence[IndexSegment], *, now: int) -> None:
        """All or nothing; each version one above the stored (1 for new): Conflict `index-conflict`. The same
        again: no change. Nothing outlives its mailbox. InboxFull over 8,192 segments or 32 MiB; NotFound.
        """

    async def drop_index(self, mailbox_id: bytes, *, now: int) -> None:
        """All segments of a mailbox go. NotFound."""


class Senders(Protocol):
    """Personal addresses, as keyed hashes."""

    async def put_sender(self, sender: Sender, *, now: int) -> None: ...

    async def senders_of(self, account_id: bytes, *, now: int) -> list[Sender]: ...

    async def confirm_sender(self, account_id: bytes, code_tag: bytes, *, now: int) -> Sender:
        """CodeRefused if no waiting one fits."""

    async def remove_sender(self, account_id: bytes, sender_id: bytes, *, now: int) -> None:
        """Its rules end with it. NotFound."""


class Rules(Protocol):
    """Providers' automatic forwarding. A rule lives with its mailbox and its confirmed sender; what is not
    found, or whose sender or mailbox is due or gone, is not there.
    """

    async def put_rule(self, rule: Rule, *, now: int, most: int) -> None:
        """Store a waiting rule. NotFound unless mailbox and confirmed sender are there and of its account;
        TooManyRequests where the mailbox has `most` already.
        """

    async def rules_of(self, account_id: bytes, *, now: int) -> list[Rule]:
        """Oldest first."""

    async def rule_by_address(self, address: str, *, now: int) -> Rule | None: ...

    async def put_challenge(self, rule_id: bytes, token_tag: bytes, expires_at: int, *, now: int) -> None:
        """Remember the challenge that goes out, in the place of an earlier one. NotFound."""

    async def activate_rule(
        self, rule_id: bytes, token_tag: bytes, bearers: Sequence[bytes], *, now: int
    ) -> None:
        """The challenge has come back: the rule is active until its mailbox ends, and knows these bearers
        too. CodeRefused unless it is its newest challenge, in time. The same challenge again: no change.
        """

    async def count_first_mail(self, rule_id: bytes, most: int, *, now: int) -> None:
        """Count a mail that a waiting rule takes. TooManyRequests where it has taken `most`, NotFound."""

    async def remove_rule(self, account_id: bytes, rule_id: bytes, *, now: int) -> None:
        """Its address ends here. NotFound."""


class Slots(Protocol):
    """Where sponsors' links lead, at most one an engagement. The mailbox of a slot is found by nothing else:
    `mailbox`, `mailboxes_of` and what is asked by address or by mailbox know nothing of it.
    """

    async def put_slot(self, slot: Slot, account_id: bytes, *, most: int, now: int) -> None:
        """Open a slot, with its mailbox, which is this account's; receipts go there. One that was open
        closes: its releases go in the same transaction. The same slot takes new digits. Conflict
        `engagement-conflict` for a link id that is known elsewhere, TooManyRequests where the engagement had
        `most`, NotFound.
        """

    async def close_slot(self, engagement_id: bytes, *, now: int) -> None:
        """Its releases go with it. NotFound."""

    async def slot(self, engagement_id: bytes, *, now: int) -> Slot | None: ...

    async def slot_of_link(self, link_id: bytes, *, now: int) -> Slot | None: ...

    async def releases(self, mailbox_id: bytes, *, now: int) -> list[Release]:
        """What lives in a slot's mailbox, ascending by act number."""

    async def release_now(self, mailbox_id: bytes, *, now: int) -> Release | None:
        """Of these the one of the highest act number whose not-before has come. Where there is none the work
        is the same, whatever there was or will be.
        """


class SpokenRuns(Protocol):
    """Runs of the spoken check, at most one an engagement."""

    async def spoken_run(self, engagement_id: bytes, *, now: int) -> SpokenRun | None: ...

    async def swap_spoken_run(self, before: SpokenRun | None, after: SpokenRun, *, now: int) -> None:
        """Store `after` in the place of `before`. Conflict `check-out-of-order` where another stands there,
        NotFound without the engagement.
        """


class Codes(Protocol):
    """Typed codes, one a subject. One whose invitation or offer is not open any more is gone."""

    async def put_code(self, code: Code, *, most: int, now: int) -> Code:
        """Give a subject a nameplate; the code that it has already, where it has one. NotFound without the
        account, Conflict `nameplate-taken`, TooManyRequests where the account has `most` already.
        """

    async def seal_code(
        self, account_id: bytes, nameplate: str, check: bytes, box: bytes, *, now: int
    ) -> None:
        """Lay down check and box of one's own, in the place of earlier ones. NotFound."""

    async def code(self, nameplate: str, *, now: int) -> Code | None: ...


class BrowserOffers(Protocol):
    """Offers to new browsers, at most one an account."""

    async def put_offer(self, offer: BrowserOffer, *, now: int) -> None:
        """Store, in the place of the account's earlier one. The same again: no change. Another under its id:
        Conflict `offer-conflict`. NotFound without the account.
        """

    async def offer(self, offer_id: bytes, *, now: int) -> BrowserOffer | None:
        """A used one too, without its box."""

    async def offer_of(self, account_id: bytes, *, now: int) -> BrowserOffer | None: ...

    async def take_offer(
        self,
        offer_id: bytes,
        method_id: bytes,
        sealed: bytes,
        *,
        now: int,
        replaced: Sequence[bytes] = (),
        known: Collection[bytes] | None = None,
    ) -> None:
        """Add a way in to the offer's account, as `put_method` does, and use the offer up. By the same way in
        again: no change. NotFound; Gone `offer-used`.
        """

    async def drop_offer(self, account_id: bytes, *, now: int) -> None:
        """Take it back, if there is one."""


class Reopenings(Protocol):
    """Lost mailboxes that their coaches reopen, at most one an engagement. Who enrols by its invitation is
    its newcomer; the sweep ends what is due: one that was not taken with the newcomer's account, one that
    was with the former client's mailbox and ways in.
    """

    async def put_reopening(self, reopening: Reopening, invitation: Invitation, *, now: int) -> None:
        """Open one, in the place of one that was not taken. Conflict `reopening-conflict` while one that was
        may still be stopped, NotFound without the engagement.
        """

    async def reopening(self, engagement_id: bytes, *, now: int) -> Reopening | None:
        """With the newest statements of both and the acceptance."""

    async def put_claim(self, engagement_id: bytes, account_id: bytes, claim: bytes, *, now: int) -> None:
        """What the newcomer of that account claims, in the place of an earlier claim. Conflict
        `reopening-conflict` where that is not its newcomer, or it was taken.
        """

    async def drop_reopening(self, engagement_id: bytes, *, now: int) -> None:
        """End one that was not taken, with its newcomer. NotFound, Conflict `reopening-conflict`."""


class Happenings(Protocol):
    """What happened to accounts, for their owners' other pages."""

    async def note_happening(self, happening: Happening) -> None:
        """Remember it, with the next number of its account; of more than 64 the oldest go."""

    async def happenings(self, account_id: bytes, *, after: int, now: int) -> list[Happening]:
        """Those above a number, ascending."""


class Channels(Protocol):
    """How people are told by mail, one channel each, and what is pending on it."""

    async def put_channel(self, channel: Channel, *, now: int) -> None:
        """Store, or replace the settings of the account's own. What is pending stays, due at `due_at` from
        now on, unless the number is another; what was sent is remembered. NotFound without the account.
        """

    async def channel(self, account_id: bytes, *, now: int) -> Channel | None: ...

    async def confirm_channel(self, account_id: bytes, code_tag: bytes, expires_at: int, *, now: int) -> None:
        """CodeRefused unless it waits for this code, in time; it lives until `expires_at` then."""

    async def end_channel(self, account_id: bytes, *, now: int) -> None:
        """No restored backup brings it back. NotFound."""

    async def stop_channel(self, number: bytes, state: str, *, now: int) -> bytes | None:
        """Set a confirmed one to `broken` or `refused`, nothing pending; whose it is, None if there is
        none.
        """

    async def claim_due(self, until: int, *, now: int) -> Channel | None:
        """The confirmed one that has had something due for the longest, as it was: nobody else gets it before
        `until`, when it is due again if nothing else was said of it.
        """

    async def put_off(self, number: bytes, due_at: int, attempts: int) -> None:
        """What is pending, if it still is, is due then."""

    async def note_sent(self, channel: Channel, sent: bytes, due_at: int) -> None:
        """The notice that was due has gone. What arrived since `channel` was read is due at `due_at`."""

    async def remember_sent(self, number: bytes, sent: bytes) -> None:
        """A notice went that was not pending: it counts as any other."""

    async def drop_pending(self, channel: Channel, what: Pending) -> None:
        """It was read meanwhile; no change where something arrived since `channel` was read."""

    async def unread_going(self, window: Window, *, now: int) -> list[bytes]:
        """Accounts that want to be warned and have something unread that goes within the window."""

    async def has_unread_going(self, account_id: bytes, until: int, *, now: int) -> bool:
        """Whether this account has something unread that goes until then."""

    async def add_warning(self, number: bytes, what: Pending, due_at: int) -> None:
        """A warning, or that something happened, is pending, due then unless something is due already."""


class About(Protocol):
    """What is stored of one person, row by row, for that person."""

    async def rows_about(self, account_id: bytes, *, now: int) -> list[TableRows]:
        """Every table that can hold something of an account, with its newest rows; none of anybody else."""


class KeeperDays(Protocol):
    """Signed day keys and what waits for a keeper. Holds nothing of a person but the queue."""

    async def put_days(
        self, keeper_id: bytes, days: Sequence[tuple[int, bytes]], entries: Sequence[bytes] = ()
    ) -> None:
        """Keep signed day keys as they were first signed. `entries` are their entries in the log, in the same
        order: of those days that are new here.
        """

    async def days(self, keeper_id: bytes, first: int, count: int) -> list[bytes]: ...

    async def queue_revoke(self, revoke: QueuedRevoke) -> None: ...

    async def queued_revokes(self, keeper_id: bytes, limit: int) -> list[QueuedRevoke]: ...

    async def drop_revoke(self, revoke: QueuedRevoke) -> None: ...

    async def note(self, name: str, value: int) -> None:
        """Remember an instant of the relay itself: `last_instant`, `last_sweep_at`, `keeper_tick_day`,
        `warned_day`.
        """

    async def noted(self, name: str) -> int | None: ...


class Receipts(Protocol):
    """Leaves of what has gone, and the receipts that answer for them (docs/protocol.md, part 16).

    Whatever takes an envelope away leaves its leaf in the same transaction; it waits until `put_receipt`.
    """

    async def newest_leaf(self) -> int:
        """The position of the newest leaf; later ones are higher."""

    async def mailboxes_to_look_at(self, up_to: int, *, now: int) -> list[bytes]:
        """Mailboxes with waiting leaves up to that position, or with an envelope that is due and still
        here.
        """

    async def look(self, mailbox_id: bytes, after: int, up_to: int, *, now: int) -> Look | None:
        """Ask again for every row and blob of the waiting leaves of a mailbox between two positions, at most
        `MOST_LEAVES`; None where none waits and nothing is left. What is left without a leaf is counted where
        `after` is 0.
        """

    async def put_receipt(self, receipt: NewReceipt) -> None:
        """Store the next receipt of a mailbox with its leaves. Conflict `receipt-out-of-order` where its
        `tip` is not the newest, or one of its leaves does not wait any more.
        """

    async def tip(self, mailbox_id: bytes) -> Tip: ...

    async def receipts_of(
        self, account_id: bytes, *, after: int, limit: int, most_leaves: int, now: int
    ) -> tuple[list[StoredReceipt], bool]:
        """An account's receipts over all its mailboxes above an order, ascending, at least one where there is
        one; and whether there are more.
        """

    async def living_mailboxes(self, after: bytes, limit: int, *, now: int) -> list[tuple[bytes, bytes, int]]:
        """(mailbox id, account id, expires_at) of mailboxes above an id, ascending."""

    async def accepted_down_to(self, mailbox_id: bytes, day: int) -> int | None:
        """The lowest position of that day that an acceptance receipt names and that is still here."""

    async def arrived(
        self, mailbox_id: bytes, day: int, before: int, limit: int, *, now: int
    ) -> tuple[list[Arrived], int]:
        """Of `limit` rows below a position, descending, those that came on `day` and are still here, hashed;
        and the position to go on below, 0 at the end of that day.
        """

    async def unlogged(self, before_day: int, limit: int) -> list[Unlogged]:
        """Receipts of days before that one which no batch has, by day, acceptances first."""

    async def put_batch(self, entry: bytes, paths: Sequence[tuple[int, Sequence[bytes]]]) -> int:
        """Append a batch's entry to the log, and tell its receipts (order, path from the leaf up, in the
        order of the batch) where they are; the entry's index. Conflict where one has been logged.
        """

    async def ended_engagements(self, limit: int) -> list[Engagement]:
        """Engagements in state `gone`: all that was in them has been taken away."""

    async def deletions_of(self, mailbox_ids: Sequence[bytes]) -> list[str]:
        """The deletion receipts of these mailboxes."""

    async def close_engagement(self, engagement_id: bytes, certificates: Sequence[NewReceipt]) -> None:
        """Store the certificates of an ended engagement and take away the rest of it. Conflict as in
        `put_receipt`.
        """


class LogStore(Protocol):
    """The log: entries that are only ever appended, and what was signed of it."""

    async def log_size(self) -> int: ...

    async def tree_hashes(self, nodes: Sequence[Node]) -> list[bytes]:
        """The hashes of whole subtrees. NotFound for one that is not whole."""

    async def log_entries(self, first: int, count: int) -> list[bytes]:
        """Those there are of `count` entries from `first` on."""

    async def newest_checkpoint(self) -> SignedCheckpoint | None: ...

    async def checkpoint_of(self, checkpoint_hash: bytes) -> SignedCheckpoint | None: ...

    async def put_checkpoint(self, checkpoint: SignedCheckpoint) -> None:
        """Keep one. The same again: no change. Another for its size: Conflict `checkpoint-conflict`."""

    async def put_days_gone(self, keeper_id: bytes, entries: Sequence[tuple[int, bytes]]) -> None:
        """Log (day, entry) of a keeper's destroyed days, those above the last one that is logged."""

    async def last_day_gone(self, keeper_id: bytes) -> int | None:
        """The last one that is logged."""


class Store(
    Envelopes,
    Accounts,
    About,
    Engagements,
    Blobs,
    Indexes,
    Senders,
    Channels,
    Rules,
    Slots,
    SpokenRuns,
    Reopenings,
    Happenings,
    Codes,
    BrowserOffers,
    KeeperDays,
    Receipts,
    LogStore,
    Protocol,
):
    """All of the above over one database (or one memory)."""

    shared: bool
    """Whether other relays write to it too, so that what is remembered of it may be what was."""

    def revision(self) -> int:
        """A number that becomes another before any caller hears of a commit, unless that stored envelopes and
        what came with them alone. What was read of anything else under the same number stands as it was.
        """

    async def has_pen(self) -> bool:
        """Whether this relay is the one that writes what is written once for all: receipts, the log, and
        warnings. Of several relays on one database one has the pen, until its connection ends.
        """

    async def server_at(self) -> float | None:
        """The instant that the clock of the store's own server shows, in Unix seconds UTC; None where there
        is no such server. Raises Busy.
        """

    async def close(self) -> None: ...


class Keeper(Protocol):
    """A keeper as the relay reaches it. Raises `KeeperAway` when it does not answer."""

    keeper_id: bytes

    async def days(self, first: int, count: int) -> list[bytes]: ...

    async def days_gone(self, first: int) -> list[bytes]:
        """Signed words of 152 bytes on days destroyed, from `first` on, ascending, at most 62."""

    async def open(self, request: bytes) -> bytes: ...

    async def revoke(self, request: bytes) -> bytes: ...

    async def tick(self) -> dict[str, int]: ...

    async def status(self) -> dict[str, int | str]: ...


class Wake(Protocol):
    """Tells waiting readers to look, without content."""

    def mailbox(self, mailbox_id: bytes, cursor: int) -> None: ...

    def engagement(self, engagement_id: bytes) -> None: ...

    def account(self, account_id: bytes) -> None:
        """Something happened to this account."""

    def opened(self, account_id: bytes, engagement_id: bytes, mailbox_ids: Sequence[bytes]) -> None:
        """A draft began: whoever waits for this account waits for these too."""

    def let_go(self) -> None:
        """Something may have been missed: whoever waits is to come back and look."""


class Line(Protocol):
    """The way to the other relays on the same database. What is said reaches those that listen then, or
    nobody.
    """

    most_bytes: int
    """Longest telling."""
    beats: Beats

    async def tell(self, raw: bytes) -> None:
        """Say it to all the others. Raises `Busy` where it was perhaps not said."""

    async def listen(self, heard: Callable[[bytes], None], stands: Callable[[bool], None]) -> None:
        """Give each telling of the others to `heard`, until cancelled. `stands` is told True when the line
        stands, from where on nothing is missed, and False when it has been lost, and again after each try
        that failed.
        """


class MailOut(Protocol):
    """Outgoing mail of the relay itself: codes and notices, never content."""

    async def send(self, recipient: str, subject: str, text: str, *, reverse_path: str = "") -> None:
        """Hand over one plain-text mail; it is returned to `reverse_path`, or to the notice address. Raises
        `Busy` when it cannot be handed over now, `AddressRefused` when the recipient is refused for good.
        """


class Resolver(Protocol):
    """The DNS."""

    async def ask(self, name: str, kind: str) -> Sequence[str]:
        """The records of a kind (A, AAAA, MX, PTR, TXT) of a lower-case ASCII name; none where there is no
        such name or record. MX: hosts, the most preferred first; TXT: each record's strings in one, Latin-1
        for its bytes. Raises `DnsTrouble` where a server failed or did not answer.
        """


class Sink(Protocol):
    """What `flow` hands the door for one mail: sealed chunk by chunk into a staging blob (ruling 22)."""

    async def write(self, piece: bytes) -> None: ...

    async def abort(self, code: str = "") -> None:
        """Let all of it go. `code`: why the mail is refused, which its recipient may be told."""

    async def commit(self) -> None:
        """Finish the blob, seal and store the envelope. Returns after commit; a `RelayError` says why not."""
