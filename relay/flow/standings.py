"""Standings: where engagements stand, remembered, so that a deposit asks the store nothing before it
writes.

Owns a bounded memory of `Standing` by engagement and mailbox. Whoever changes an engagement says
`forget`; a load that was under way then is not remembered. Must never outlive a change that this process
made or was told of. Another relay's change may be told late: what reads rests on a memory of this second
then, what an owner writes on none; of a deposit the store looks at the acts.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from relay.core.errors import NotFound
from relay.core.policy import Standing, standing_of
from relay.core.ports import Store

MOST_REMEMBERED = 4096


class Standings:
    """Looks up standings in the store, each once until it is forgotten."""

    def __init__(self, store: Store, most: int = MOST_REMEMBERED) -> None:
        self._store = store
        self._most = most
        self._read_at: dict[bytes, int] = {}  # by engagement, where others write too
        self._of: OrderedDict[bytes, Standing] = OrderedDict()
        self._by_mailbox: dict[bytes, bytes] = {}
        self._changing: list[bytes] = []
        self._changes = 0

    @contextmanager
    def changing(self, engagement_id: bytes) -> Iterator[None]:
        """While an act is being taken: it is committed before its answer comes, and files may be shredded in
        between, so nothing of the engagement is remembered meanwhile.
        """
        self._changing.append(engagement_id)
        self.forget(engagement_id)
        try:
            yield
        finally:
            self._changing.remove(engagement_id)
            self.forget(engagement_id)

    def remembered(self, mailbox_id: bytes, now: int) -> Standing | None:
        """The standing of a mailbox's engagement, if it is at hand and not over."""
        standing = self._of.get(self._by_mailbox.get(mailbox_id, b""))
        return standing if standing is not None and now < standing.expires_at else None

    async def of_mailbox(self, mailbox_id: bytes, now: int, *, writes: bool = False) -> Standing:
        """The standing of a mailbox's engagement, for who reads, or `writes` what no act governs. Raises
        NotFound.
        """
        standing = self.remembered(mailbox_id, now)
        if standing is not None and self._serves(standing, now, writes):
            return standing
        changes = self._changes
        engagement = await self._store.engagement_of_mailbox(mailbox_id, now=now)
        if engagement is None:
            raise NotFound
        standing = standing_of(engagement)
        if changes == self._changes and standing.engagement_id not in self._changing:
            self._remember(standing)
            if self._store.shared:
                self._read_at[standing.engagement_id] = now
        return standing

    def _serves(self, standing: Standing, now: int, writes: bool) -> bool:
        if not self._store.shared:
            return True
        return not writes and self._read_at.get(standing.engagement_id) == now

    def forget_mailbox(self, mailbox_id: bytes) -> None:
        """Something about the engagement of this mailbox has changed."""
        self.forget(self._by_mailbox.get(mailbox_id, b""))

    def forget(self, engagement_id: bytes) -> None:
        """Something about this engagement has changed."""
        self._changes += 1
        standing = self._of.pop(engagement_id, None)
        self._read_at.pop(engagement_id, None)
        for mailbox_id in standing.places if standing else ():
            self._by_mailbox.pop(mailbox_id, None)

    def forget_all(self) -> None:
        """Anything may have changed."""
        self._changes += 1
        self._of.clear()
        self._read_at.clear()
        self._by_mailbox.clear()

    def _remember(self, standing: Standing) -> None:
        self._of[standing.engagement_id] = standing
        for mailbox_id in standing.places:
            self._by_mailbox[mailbox_id] = standing.engagement_id
        while len(self._of) > self._most:
            self.forget(next(iter(self._of)))
