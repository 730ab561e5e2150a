"""What the relay answers for: keepers' days, receipts of what has gone, and the log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from relay.core.log import Node, SignedCheckpoint
from relay.core.model import Engagement, OwnCopies, QueuedRevoke
from relay.core.receipts import Arrived, Look, NewReceipt, StoredReceipt, Tip, Unlogged


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


class OwnWords(Protocol):
    """What people say of their own copies, one word for each of their computers and engagements."""

    async def put_own_copies(self, said: OwnCopies, most: int, *, now: int) -> None:
        """Store it in the place of what the same computer said. InboxFull where `most` others have spoken."""

    async def own_copies_by(self, author_id: bytes, engagement_id: bytes, *, now: int) -> list[OwnCopies]:
        """What a party's computers have said of an engagement, ascending by computer."""

    async def own_copies_for(self, account_id: bytes, *, now: int) -> list[OwnCopies]:
        """What others have said to this account, ascending by engagement, author and computer."""


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
