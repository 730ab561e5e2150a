"""Standings: where engagements stand, remembered, so that a deposit asks the store nothing before it
writes.

Owns a bounded memory of `Standing` by engagement and mailbox. Whoever changes an engagement says
`forget`; a load that was under way then is not remembered. Must never outlive a change that this process
made or was told of.
"""

from __future__ import annotations

from collections import OrderedDict

from relay.core.errors import NotFound
from relay.core.policy import Standing, standing_of
from relay.core.ports import Engagements

MOST_REMEMBERED = 4096


class Standings:
    """Looks up standings in the store, each once until it is forgotten."""

    def __init__(self, store: Engagements, most: int = MOST_REMEMBERED) -> None:
        self._store = store
        self._most = most
        self._of: OrderedDict[bytes, Standing] = OrderedDict()
        self._by_mailbox: dict[bytes, bytes] = {}
        self._changes = 0

    def remembered(self, mailbox_id: bytes, now: int) -> Standing | None:
        """The standing of a mailbox's engagement, if it is at hand and not over."""
        standing = self._of.get(self._by_mailbox.get(mailbox_id, b""))
        return standing if standing is not None and now < standing.expires_at else None

    async def of_mailbox(self, mailbox_id: bytes, now: int) -> Standing:
        """The standing of a mailbox's engagement. Raises NotFound."""
        standing = self.remembered(mailbox_id, now)
        if standing is not None:
            return standing
        changes = self._changes
        engagement = await self._store.engagement_of_mailbox(mailbox_id, now=now)
        if engagement is None:
            raise NotFound
        standing = standing_of(engagement)
        if changes == self._changes:
            self._remember(standing)
        return standing

    def forget_mailbox(self, mailbox_id: bytes) -> None:
        """Something about the engagement of this mailbox has changed."""
        self.forget(self._by_mailbox.get(mailbox_id, b""))

    def forget(self, engagement_id: bytes) -> None:
        """Something about this engagement has changed."""
        self._changes += 1
        standing = self._of.pop(engagement_id, None)
        for mailbox_id in standing.places if standing else ():
            self._by_mailbox.pop(mailbox_id, None)

    def forget_all(self) -> None:
        """Anything may have changed."""
        self._changes += 1
        self._of.clear()
        self._by_mailbox.clear()

    def _remember(self, standing: Standing) -> None:
        self._of[standing.engagement_id] = standing
        for mailbox_id in standing.places:
            self._by_mailbox[mailbox_id] = standing.engagement_id
        while len(self._of) > self._most:
            self.forget(next(iter(self._of)))
