"""What `relay.flow` needs from the outside, as Protocols. Owns the seam between decisions and adapters;
contains no behaviour.

`Store` has two bodies, SQLite and memory, under one contract suite (`tests/contract`). Every method that
writes returns only after the transaction that holds its change is on disk; writes waiting at the same
moment share one commit. Reads never return what is due at `now`. Writes are all or nothing and raise the
errors of `relay.core.errors`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from relay.core.model import (
    Account,
    Blob,
    Engagement,
    Enrolment,
    Group,
    Invitation,
    Mailbox,
    Outcome,
    Page,
    QueuedRevoke,
    Sender,
    Session,
    Swept,
    VaultItem,
)


class Envelopes(Protocol):
    """Mailboxes' contents."""

    async def deposit(self, groups: Sequence[Group], *, now: int, quota_bytes: int) -> list[Outcome]:
        """Store groups, each all or nothing. Same (mailbox, envelope id) and bytes: `repeated`. Other
        bytes: refused `envelope-conflict`.

        A blob must be finished, the depositor's, and unlinked or linked within this group with its own date
        equal: else `blob-missing`. A mailbox past `quota_bytes`: `inbox-full`. A hit in the door's memory:
        `repeated`.
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
    ) -> Page:
        """A page of a mailbox: above `after` ascending, or below `before` descending. Envelopes due at
        `now` are left out.
        """

    async def expire_own(self, mailbox_id: bytes, envelope_ids: Sequence[bytes], *, now: int) -> int:
        """Take the owner's copies away, tombstones left. Returns how many were there. Blobs with no link
        left go too.
        """

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

    async def put_method(self, account_id: bytes, method_id: bytes, sealed: bytes, *, now: int) -> None: ...

    async def remove_method(self, account_id: bytes, method_id: bytes, *, now: int) -> None:
        """NotFound if absent; NotAllowed for the last one."""

    async def open_session(self, session: Session, *, now: int) -> None: ...

    async def session(self, token_tag: bytes, *, now: int) -> Session | None: ...

    async def close_session(self, token_tag: bytes) -> None: ...

    async def vault(self, account_id: bytes, *, now: int) -> list[VaultItem]: ...

    async def put_vault(
        self, account_id: bytes, items: Sequence[VaultItem], removed: Sequence[str], *, now: int
    ) -> None:
        """All or nothing; each version one above the stored (1 for new): Conflict `vault-conflict`."""

    async def add_statement(self, account_id: bytes, number: int, statement: bytes, *, now: int) -> None:
        """The next link of a chain. The same bytes again: no change. Another number or bytes: Conflict
        `statement-conflict`.
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

    async def apply_act(
        self,
        engagement_id: bytes,
        number: int,
        act: bytes,
        *,
        shorten: Sequence[bytes],
        date: int,
        now: int,
        policy: bytes = b"",
        ends_at: int = 0,
    ) -> list[tuple[bytes, int]]:
        """Append an act (Conflict `act-out-of-order` unless `number` is the next; the same bytes again: no
        change) and bring the named envelopes of the coach's and the client's mailbox forward to `date`;
        those then due go in the same transaction. Returns the (mailbox id, cursor) pairs that changed.

        An act of kind 1 brings `policy`, the newest in force from then on, and `ends_at`, the end of its
        hold: engagement, mailboxes and both accounts (30 days longer) live at least so long; never moves
        back.
        """


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


class Senders(Protocol):
    """Personal addresses, as keyed hashes."""

    async def put_sender(self, sender: Sender, *, now: int) -> None: ...

    async def senders_of(self, account_id: bytes, *, now: int) -> list[Sender]: ...

    async def confirm_sender(self, account_id: bytes, code_tag: bytes, *, now: int) -> Sender:
        """CodeRefused if no waiting one fits."""

    async def remove_sender(self, account_id: bytes, sender_id: bytes, *, now: int) -> None: ...


class KeeperDays(Protocol):
    """Signed day keys and what waits for a keeper. Holds nothing of a person but the queue."""

    async def put_days(self, keeper_id: bytes, days: Sequence[tuple[int, bytes]]) -> None: ...

    async def days(self, keeper_id: bytes, first: int, count: int) -> list[bytes]: ...

    async def queue_revoke(self, revoke: QueuedRevoke) -> None: ...

    async def queued_revokes(self, keeper_id: bytes, limit: int) -> list[QueuedRevoke]: ...

    async def drop_revoke(self, revoke: QueuedRevoke) -> None: ...

    async def note(self, name: str, value: int) -> None:
        """Remember an instant of the relay itself: `last_instant`, `last_sweep_at`, `keeper_tick_day`."""

    async def noted(self, name: str) -> int | None: ...


class Store(Envelopes, Accounts, Engagements, Blobs, Senders, KeeperDays, Protocol):
    """All of the above over one file (or one memory)."""

    async def close(self) -> None: ...


class Keeper(Protocol):
    """A keeper as the relay reaches it. Raises `KeeperAway` when it does not answer."""

    keeper_id: bytes

    async def days(self, first: int, count: int) -> list[bytes]: ...

    async def open(self, request: bytes) -> bytes: ...

    async def revoke(self, request: bytes) -> bytes: ...

    async def tick(self) -> dict[str, int]: ...

    async def status(self) -> dict[str, int | str]: ...


class Wake(Protocol):
    """Tells waiting readers to look, without content."""

    def mailbox(self, mailbox_id: bytes, cursor: int) -> None: ...

    def engagement(self, engagement_id: bytes) -> None: ...

    def opened(self, account_id: bytes, engagement_id: bytes, mailbox_ids: Sequence[bytes]) -> None:
        """A draft began: whoever waits for this account waits for these too."""


class MailOut(Protocol):
    """Outgoing mail of the relay itself: codes and notices, never content."""

    async def send(self, recipient: str, subject: str, text: str) -> None:
        """Hand over one plain-text mail. Raises `Busy` when it cannot be handed over now."""


class Sink(Protocol):
    """What `flow` hands the door for one mail: sealed chunk by chunk into a staging blob (ruling 22)."""

    async def write(self, piece: bytes) -> None: ...

    async def abort(self) -> None: ...

    async def commit(self) -> None:
        """Finish the blob, seal and store the envelope. Returns after commit; a `RelayError` says why not."""
