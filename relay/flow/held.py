"""Held: how much of the door's mail a mailbox holds at most, so that not every mail has all of it added up.
Owns that memory, in this process alone; the other relays on the same database tell what they stored.

What the store said once only grows by what is stored through the door, which is told here; what goes makes
it less, and is not looked at before the mailbox seems full.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from keys.encoding import u64
from relay.core.admission import DOOR
from relay.core.ports import Blobs
from relay.core.words import Kind, whole
from relay.flow.company import Company

MOST_MAILBOXES: Final = 10_000


class Held:
    """Bytes of mail by mailbox, never too few."""

    def __init__(self, store: Blobs, company: Company) -> None:
        """The store is asked once for each mailbox."""
        self._store, self._company = store, company
        company.hear(Kind.HELD, lambda fields: self._add(fields[0], whole(fields[1])))
        self._at_most: OrderedDict[bytes, int] = OrderedDict()
        self._added_bytes = 0  # to all, ever
        company.forgets(self._at_most.clear)

    async def is_full(self, mailbox_id: bytes, quota_bytes: int) -> bool:
        """Whether the mailbox holds so much. Asks the store where it may."""
        known = self._at_most.get(mailbox_id)
        if known is None or known >= quota_bytes:
            before = self._added_bytes
            held_bytes = await self._store.linked_bytes(mailbox_id, DOOR)
            known = held_bytes + self._added_bytes - before  # others' at worst, for they came meanwhile
            self._at_most[mailbox_id] = known
            if len(self._at_most) > MOST_MAILBOXES:
                self._at_most.popitem(last=False)
        return known >= quota_bytes

    def add(self, mailbox_id: bytes, stored_bytes: int) -> None:
        """A mail of so many bytes was stored."""
        self._add(mailbox_id, stored_bytes)
        self._company.tell(Kind.HELD, mailbox_id, u64(stored_bytes))

    def _add(self, mailbox_id: bytes, stored_bytes: int) -> None:
        self._added_bytes += stored_bytes
        if mailbox_id in self._at_most:
            self._at_most[mailbox_id] += stored_bytes
