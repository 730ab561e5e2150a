"""Acceptances: once a day each mailbox is told, signed, what it took the day before and still has.

Owns which days are done. Rows are read in small pieces with pauses, so that deposits go on; after a downtime
the missed days are caught up, and what a receipt names is not named again. (docs/protocol.md, part 16.)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from relay.core.model import DAY_SECONDS
from relay.core.ports import Store
from relay.core.receipts import MOST_LEAVES, Arrived, acceptance
from relay.core.retention import ACCOUNT_SECONDS
from relay.flow.notary import Notary

DAY_DONE: Final = "accepted_day"
"""The note of the last day whose receipts are all written."""
MAILBOXES_AT_ONCE: Final = 64
ROWS_AT_ONCE: Final = 64
NEWEST: Final = 2**63 - 1

Pause = Callable[[], Awaitable[None]]
Owned = tuple[bytes, bytes, int]


class Acceptances:
    """Writes acceptance receipts."""

    def __init__(self, store: Store, notary: Notary) -> None:
        self._store = store
        self._notary = notary

    async def catch_up(self, now: int, pause: Pause) -> int:
        """Write the receipts of all whole days that have none yet; how many. A relay begins with its first
        day.
        """
        today = now // DAY_SECONDS
        done = await self._store.noted(DAY_DONE)
        if done is None:
            await self._store.note(DAY_DONE, today - 1)
            return 0
        written = 0
        for day in range(done + 1, today):
            of_day = await self._of_day(day, now, pause)
            written += of_day
            if of_day or day == today - 1:  # what was empty is looked at again
                await self._store.note(DAY_DONE, day)
        return written

    async def _of_day(self, day: int, now: int, pause: Pause) -> int:
        written, after = 0, b""
        while found := await self._store.living_mailboxes(after, MAILBOXES_AT_ONCE, now=now):
            for owned in found:
                written += await self._of_mailbox(owned, day, now, pause)
            after = found[-1][0]
            await pause()
        return written

    async def _of_mailbox(self, owned: Owned, day: int, now: int, pause: Pause) -> int:
        mailbox_id, written = owned[0], 0
        named = await self._store.accepted_down_to(mailbox_id, day)
        before = NEWEST if named is None else named
        collected: list[Arrived] = []
        while before:
            arrived, before = await self._store.arrived(mailbox_id, day, before, ROWS_AT_ONCE, now=now)
            collected += arrived
            if collected and (not before or len(collected) > MOST_LEAVES - ROWS_AT_ONCE):
                await self._write(owned, day, collected)
                written, collected = written + 1, []
            if before:
                await pause()
        return written

    async def _write(self, owned: Owned, day: int, arrived: list[Arrived]) -> None:
        mailbox_id, account_id, expires_at = owned
        leaves = [self._notary.new_leaf(one.envelope_id, one.envelope_hash) for one in reversed(arrived)]
        async with self._notary.lock:
            tip = await self._store.tip(mailbox_id)
            receipt = acceptance(self._notary.new_id(), mailbox_id, tip, leaves, day)
            await self._store.put_receipt(
                self._notary.sign(
                    receipt,
                    tip,
                    account_id=account_id,
                    mailbox_id=mailbox_id,
                    day=day,
                    expires_at=expires_at + ACCOUNT_SECONDS,
                    leaves=leaves,
                )
            )
