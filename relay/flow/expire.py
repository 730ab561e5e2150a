"""Expire: what is due goes, and what an owner lets go. Owns the sweep's batches and their pace.

One sweep takes everything that is due at or before now, never a window; it stops for nothing but the
store itself. Deposits go on between batches. What has gone gets its
receipts after the journal was truncated. (docs/architecture.md, A message's way.)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from relay.core.errors import Malformed
from relay.core.ports import Store, Wake
from relay.flow.fetch import MOST_IDS, Fetch
from relay.flow.receipts import Receipts
from relay.flow.standings import Standings

CHECKPOINT_TRIES: Final = 5
OBJECTS_TOGETHER: Final = 64


@dataclass(frozen=True, slots=True)
class Sweep:
    """What one sweep did. `shredded` is False where the journal was busy and bytes may remain until the
    next.
    """

    batches: int
    envelopes: int
    blobs: int
    other_rows: int
    shredded: bool


class Expire:
    """Takes things away. `batch_rows` bounds one transaction of the sweep; 20 leave deposits three
    quarters of their rate.
    """

    def __init__(
        self,
        store: Store,
        standings: Standings,
        fetch: Fetch,
        wake: Wake,
        receipts: Receipts,
        *,
        batch_rows: int,
    ) -> None:
        self._store = store
        self._standings = standings
        self._fetch = fetch
        self._wake = wake
        self._receipts = receipts
        self._batch_rows = batch_rows

    async def own_copies(
        self, account_id: bytes, mailbox_id: bytes, envelope_ids: Sequence[bytes], now: int
    ) -> int:
        """Take the caller's own copies away, now; returns how many were there. Raises NotFound, Malformed."""
        if len(envelope_ids) > MOST_IDS:
            raise Malformed("too many envelopes")
        await self._fetch.owned(account_id, mailbox_id, now, writes=True)
        expired = await self._store.expire_own(mailbox_id, envelope_ids, now=now)
        mailbox = await self._store.mailbox(mailbox_id, now=now) if expired else None
        if mailbox is not None:
            self._wake.mailbox(mailbox_id, mailbox.cursor)
        return expired

    async def sweep(self, now: int, pause: Callable[[], Awaitable[None]]) -> Sweep:
        """Take away all that is due at `now`, batch by batch with `pause` between, then truncate the journal,
        look again and write receipts.

        The caller has made sure that the clock may be acted on. Notes `last_sweep_at` when all is gone.
        """
        batches = envelopes = blobs = other_rows = 0
        more = True
        while more:
            if batches:
                await pause()
            swept = await self._store.sweep(now=now, limit=self._batch_rows)
            batches += 1
            envelopes, blobs = envelopes + swept.envelopes, blobs + swept.blobs
            other_rows += swept.other_rows
            more = swept.more and swept.envelopes + swept.blobs + swept.other_rows > 0
            self._tell(swept.engagement_ids)
        newest_leaf = await self._receipts.newest_leaf()
        shredded = await self._shred(pause)
        await self._store.note("last_sweep_at", now)
        if shredded and await self._store.has_pen():
            await self._certify(newest_leaf, now, pause)
        return Sweep(batches, envelopes, blobs, other_rows, shredded)

    async def drop_objects(self, now: int, pause: Callable[[], Awaitable[None]]) -> int:
        """Take away what an object store has of blobs that are due at `now`, apart from the sweep, which
        waits for no such store; returns how many pieces. Raises Busy while it is away.
        """
        dropped = 0
        while gone := await self._store.drop_objects_due(now=now, limit=OBJECTS_TOGETHER):
            dropped += gone
            await pause()
        return dropped

    async def _certify(self, newest_leaf: int, now: int, pause: Callable[[], Awaitable[None]]) -> None:
        """Receipts for what has gone; of what has ended, certificates in the place of its last rows."""
        await self._receipts.after_sweep(newest_leaf, now)
        if await self._receipts.close_ended(now):
            await self._shred(pause)

    async def _shred(self, pause: Callable[[], Awaitable[None]]) -> bool:
        for _ in range(CHECKPOINT_TRIES):
            if await self._store.checkpoint():
                return True
            await pause()
        return False

    def _tell(self, engagement_ids: Sequence[bytes]) -> None:
        for engagement_id in engagement_ids:
            self._standings.forget(engagement_id)
            self._wake.engagement(engagement_id)
