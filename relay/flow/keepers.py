"""Keepers: day keys for senders, and sealed questions passed through. Owns the store of signed day keys
and the queue of revocations; sees no share.

Senders have their day keys while a keeper is away; a revocation waits for it. What passes is signed and
sealed between reader and keeper: it is not opened here, and an answer is not kept. (docs/protocol.md,
part 11.)
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Final

from keys.errors import KeysError
from keys.keeper_wire import parse_revoke
from keys.log import day_entry, day_gone_entry
from keys.names import ID_BYTES
from relay.core.errors import Busy, KeeperAway, Malformed, NotFound
from relay.core.model import DAY_SECONDS, QueuedRevoke
from relay.core.ports import Keeper, Store

MOST_DAYS_ASKED: Final = 512
MOST_DAYS_AHEAD: Final = 3_660
MOST_QUEUED: Final = 10_000
DRAINED_AT_ONCE: Final = 100


class Keepers:
    """The keepers that this relay reaches, by their ids."""

    def __init__(self, store: Store, keepers: Sequence[Keeper]) -> None:
        self._store = store
        self._keepers = {keeper.keeper_id: keeper for keeper in keepers}
        self._stored_on: dict[bytes, int] = {}

    async def days(self, keeper_id: bytes, first: int, count: int, now: int) -> list[bytes]:
        """Signed day keys of `count` days from `first` on, of today to ten years ahead; asks the keeper
        once for what is not stored. Raises NotFound, Malformed, KeeperAway.
        """
        keeper = self._keeper(keeper_id)
        today = now // DAY_SECONDS
        if not 1 <= count <= MOST_DAYS_ASKED or not today <= first <= today + MOST_DAYS_AHEAD - count:
            raise Malformed("days")
        stored = await self._store.days(keeper_id, first, count)
        if len(stored) == count:
            return stored
        asked = await keeper.days(first, count)
        fresh = [(first + number, raw) for number, raw in enumerate(asked)]
        if len(asked) != count or any(raw[:20] != keeper_id + day.to_bytes(4, "big") for day, raw in fresh):
            raise KeeperAway("not the days that were asked for")
        await self._store.put_days(keeper_id, fresh, [day_entry(raw) for raw in asked])
        return await self._store.days(keeper_id, first, count)

    @property
    def ids(self) -> tuple[bytes, ...]:
        """All that this relay reaches."""
        return tuple(self._keepers)

    async def of_day(self, day: int, now: int) -> dict[bytes, bytes]:
        """The signed key of a day of each keeper. Raises Malformed for a day that none has, KeeperAway."""
        found = [(keeper_id, await self.days(keeper_id, day, 1, now)) for keeper_id in self._keepers]
        return {keeper_id: signed[0] for keeper_id, signed in found}

    async def open(self, keeper_id: bytes, request: bytes) -> bytes:
        """Pass an open request on, and its answer back. Raises NotFound, Malformed, KeeperAway."""
        keeper = self._keeper(keeper_id)
        if request[:ID_BYTES] != keeper_id:
            raise Malformed("another keeper's request")
        return await keeper.open(request)

    async def revoke(self, keeper_id: bytes, request: bytes, now: int) -> bytes | None:
        """Pass a revocation on; None where it waits for its keeper. Raises NotFound, Malformed, Busy."""
        keeper = self._keeper(keeper_id)
        try:
            lock = parse_revoke(request, keeper_id).lock
        except KeysError as fault:
            raise Malformed(detail=str(fault)) from None
        try:
            return await keeper.revoke(request)
        except KeeperAway:
            pass
        if not now // DAY_SECONDS <= lock.period <= now // DAY_SECONDS + MOST_DAYS_AHEAD:
            raise Malformed("no day that a keeper has")
        if len(await self._store.queued_revokes(keeper_id, MOST_QUEUED)) >= MOST_QUEUED:
            raise Busy
        await self._store.queue_revoke(QueuedRevoke(keeper_id, request, (lock.period + 1) * DAY_SECONDS))
        return None

    async def days_gone(self, keeper_id: bytes, first: int) -> list[bytes]:
        """A keeper's signed words on days destroyed, of days from `first` on. Raises NotFound, KeeperAway."""
        return await self._keeper(keeper_id).days_gone(first)

    async def store_ahead(self, now: int, days: int) -> None:
        """Have the day keys of every keeper at hand, for so many days from today on, so that who writes need
        not wait for one that is away. One that is away now is asked again the next time.
        """
        await asyncio.gather(*(self._store_ahead(keeper_id, now, days) for keeper_id in self._keepers))

    async def _store_ahead(self, keeper_id: bytes, now: int, days: int) -> None:
        today = now // DAY_SECONDS
        if self._stored_on.get(keeper_id, -1) >= today:
            return
        with contextlib.suppress(KeeperAway, Malformed):  # Malformed: its clock is a day away from ours
            for first in range(today, today + days, MOST_DAYS_ASKED):
                await self.days(keeper_id, first, min(MOST_DAYS_ASKED, today + days - first), now)
            self._stored_on[keeper_id] = today

    async def log_days_gone(self) -> None:
        """Log every keeper's word on the days that it has destroyed since it was last asked. One that is away
        is asked again tomorrow: it keeps its words for two months.
        """
        for keeper_id in self._keepers:
            last = await self._store.last_day_gone(keeper_id)
            try:
                words = await self.days_gone(keeper_id, 0 if last is None else last + 1)
            except KeeperAway:
                continue
            entries = [(int.from_bytes(raw[16:20], "big"), day_gone_entry(raw)) for raw in words]
            await self._store.put_days_gone(keeper_id, entries)

    async def drain(self) -> int:
        """Hand waiting revocations to the keepers that answer; returns how many were taken. Run it each
        minute.
        """
        taken = await asyncio.gather(*(self._drain(keeper) for keeper in self._keepers.values()))
        return sum(taken)

    async def _drain(self, keeper: Keeper) -> int:
        taken = 0
        for revoke in await self._store.queued_revokes(keeper.keeper_id, DRAINED_AT_ONCE):
            try:
                await keeper.revoke(revoke.request)
            except KeeperAway:
                break
            except Malformed:
                pass  # the keeper will never take it: nothing is gained by asking again
            await self._store.drop_revoke(revoke)
            taken += 1
        return taken

    def _keeper(self, keeper_id: bytes) -> Keeper:
        keeper = self._keepers.get(keeper_id)
        if keeper is None:
            raise NotFound
        return keeper
