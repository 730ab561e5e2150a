"""Index: the sealed index of a mailbox, kept for its owner.

Owns who may read and write it, and which dates and sizes a segment may have; opens none. What compares
versions, and what takes a segment away, is the store. (docs/protocol.md, part 19.)
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from relay.core.errors import Malformed, TooLarge
from relay.core.model import DAY_SECONDS, IndexSegment
from relay.core.ports import Indexes
from relay.core.retention import check_date
from relay.flow.fetch import Fetch

MOST_BOX_BYTES: Final = 65_536
LEAST_BOX_BYTES: Final = 73  # what a box has beside one byte
MOST_AT_ONCE: Final = 64
MOST_PAGE_BYTES: Final = 4 * 1024 * 1024
MOST_NUMBER: Final = 2**53 - 1


class Index:
    """Keeps the segments of mailboxes."""

    def __init__(self, store: Indexes, fetch: Fetch) -> None:
        self._store = store
        self._fetch = fetch

    async def segments(
        self, account_id: bytes, mailbox_id: bytes, after: tuple[int, int], now: int
    ) -> tuple[list[IndexSegment], bool]:
        """A page above a (day, number), and whether there is more. Raises NotFound."""
        await self._fetch.owned(account_id, mailbox_id, now)
        return await self._store.segments(mailbox_id, after=after, max_bytes=MOST_PAGE_BYTES, now=now)

    async def put(
        self, account_id: bytes, mailbox_id: bytes, segments: Sequence[IndexSegment], now: int
    ) -> None:
        """Write segments, all or nothing. Raises NotFound, Malformed, TooLarge, InboxFull, Conflict
        `index-conflict`.
        """
        check_segments(segments, now)
        await self._fetch.owned(account_id, mailbox_id, now, writes=True)
        await self._store.put_segments(mailbox_id, segments, now=now)

    async def drop(self, account_id: bytes, mailbox_id: bytes, now: int) -> None:
        """Take all of it away. Raises NotFound."""
        await self._fetch.owned(account_id, mailbox_id, now, writes=True)
        await self._store.drop_index(mailbox_id, now=now)


def check_segments(segments: Sequence[IndexSegment], now: int) -> None:
    """Refuse what is not 1 to 64 segments in order, each with a date before the end of its day."""
    if not 1 <= len(segments) <= MOST_AT_ONCE:
        raise Malformed("number of segments")
    places = [(one.day, one.number) for one in segments]
    if any(earlier >= later for earlier, later in pairwise(places)):
        raise Malformed("segments must be ascending")
    for one in segments:
        if not 1 <= one.version <= MOST_NUMBER or one.number > MOST_NUMBER:
            raise Malformed("segment")
        if check_date(one.expires_at, now) > (one.day + 1) * DAY_SECONDS:
            raise Malformed("a segment ends with its day")
        if len(one.box) < LEAST_BOX_BYTES:
            raise Malformed("box")
        if len(one.box) > MOST_BOX_BYTES:
            raise TooLarge("segment")
