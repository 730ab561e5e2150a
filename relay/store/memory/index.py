"""The sealed index in memory. Owns the segments; opens none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from relay.core.errors import Conflict, InboxFull, NotFound
from relay.core.model import IndexSegment
from relay.store.limits import MOST_INDEX_BYTES, MOST_SEGMENTS
from relay.store.memory.state import State


class MemoryIndex:
    """`relay.core.ports.Indexes`."""

    _state: State

    async def segments(
        self, mailbox_id: bytes, *, after: tuple[int, int], max_bytes: int, now: int
    ) -> tuple[list[IndexSegment], bool]:
        """A page of what is not due; at least one, however large, where there is one."""
        mailbox = self._state.mailboxes.get(mailbox_id)
        if mailbox is None or mailbox.expires_at <= now:
            return [], False
        living = [one for one in self._state.segments_of(mailbox_id) if one.expires_at > now]
        page: list[IndexSegment] = []
        used = 0
        for one in [one for one in living if (one.day, one.number) > after]:
            used += len(one.box)
            if page and used > max_bytes:
                return page, True
            page.append(one)
        return page, False

    async def put_segments(self, mailbox_id: bytes, segments: Sequence[IndexSegment], *, now: int) -> None:
        """Compare every version, then write."""
        ends_at = self._end_of(mailbox_id, now)
        after = {(one.day, one.number): one for one in self._state.segments_of(mailbox_id)}
        for one in segments:
            stored = after.get((one.day, one.number))
            living = stored if stored is not None and stored.expires_at > now else None
            if living is not None and (living.version, living.box) == (one.version, one.box):
                continue
            if one.version != (living.version if living else 0) + 1:
                raise Conflict("index-conflict")
            after[one.day, one.number] = replace(one, expires_at=min(one.expires_at, ends_at))
        if len(after) > MOST_SEGMENTS or sum(len(one.box) for one in after.values()) > MOST_INDEX_BYTES:
            raise InboxFull
        for place, one in after.items():
            self._state.segments[(mailbox_id, *place)] = one

    async def drop_index(self, mailbox_id: bytes, *, now: int) -> None:
        """All segments of a mailbox."""
        self._end_of(mailbox_id, now)
        for one in self._state.segments_of(mailbox_id):
            del self._state.segments[mailbox_id, one.day, one.number]

    def _end_of(self, mailbox_id: bytes, now: int) -> int:
        mailbox = self._state.mailboxes.get(mailbox_id)
        if mailbox is None or mailbox.expires_at <= now:
            raise NotFound
        return mailbox.expires_at
