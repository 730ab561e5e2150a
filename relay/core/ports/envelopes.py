"""What lies in mailboxes: envelopes, the blobs that they link, and the sealed index of a mailbox."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Protocol

from relay.core.model import Blob, Group, IndexSegment, Notes, Outcome, Page, Row, Shaped, Swept


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

    async def opened(self, mailbox_id: bytes, envelope_ids: Sequence[bytes], *, now: int) -> list[bytes]:
        """Of these envelopes of an author's own mailbox, those that live and whose other copy was shown to
        the other reader; in the order asked for.
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
