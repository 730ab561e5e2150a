"""Receipts: what went is looked for again, and then signed. Owns when a deletion receipt and a certificate
are written, and what an account is shown.

A receipt follows a sweep whose journal was truncated, and a second look at the store for every id: it says
what that look found, never what the sweep meant to do. (docs/protocol.md, part 16; docs/architecture.md.)
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Final

from keys.acts import parse_act
from keys.receipts import Deletion
from relay.core.errors import Conflict, Malformed
from relay.core.model import DAY_SECONDS, PARTIES, Engagement, Member
from relay.core.policy import terms_of
from relay.core.ports import Store
from relay.core.receipts import (
    MOST_LEAVES,
    Lifetime,
    Look,
    NewReceipt,
    StoredReceipt,
    closing,
    deletion,
)
from relay.core.retention import ACCOUNT_SECONDS
from relay.flow.notary import Notary

MOST_RECEIPTS: Final = 100
MOST_LEAVES_SHOWN: Final = 2 * MOST_LEAVES
MOST_ORDER: Final = 2**63 - 1
CLOSED_AT_ONCE: Final = 16
MAILBOXES_TOGETHER: Final = 64
"""Their receipts share commits: most things are due at a midnight, in all mailboxes at once."""
MAILBOXES_A_SWEEP: Final = 4096
"""What is due in the meantime must not wait for receipts; those wait for the next sweep."""


class Receipts:
    """Writes deletion receipts and certificates, and shows an account its own. `backup_tail_seconds` is how
    long a backup may hold what has gone, `ring_tail_seconds` how long one of the ring has a day's key after
    that day.
    """

    def __init__(
        self, store: Store, notary: Notary, *, backup_tail_seconds: int, ring_tail_seconds: int
    ) -> None:
        self._store = store
        self._notary = notary
        self._backup_tail_seconds = backup_tail_seconds
        self._ring_tail_seconds = ring_tail_seconds

    async def newest_leaf(self) -> int:
        """How far the leaves go before a journal is truncated: a receipt speaks of none above."""
        return await self._store.newest_leaf()

    async def after_sweep(self, up_to: int, now: int) -> int:
        """Look again for all that waits up to that leaf, and write what there is to say; how many receipts.

        The journal was truncated after `up_to` was read. A mailbox whose chain grew meanwhile is left for the
        next sweep, and so is what is more than one sweep should wait for.
        """
        written = 0
        async with self._notary.lock:
            waiting = await self._store.mailboxes_to_look_at(up_to, now=now)
            for at in range(0, min(len(waiting), MAILBOXES_A_SWEEP), MAILBOXES_TOGETHER):
                together = waiting[at : at + MAILBOXES_TOGETHER]
                written += await _sum_of([self._of_mailbox(one, up_to, now) for one in together])
        return written

    async def close_ended(self, now: int) -> list[bytes]:
        """Write the certificates of engagements of which nothing is left and every deletion has its receipt;
        the ids of those engagements.
        """
        closed = []
        async with self._notary.lock:
            for engagement in await self._store.ended_engagements(CLOSED_AT_ONCE):
                if not await self._waits(engagement, now):
                    certificates = await self._certificates(engagement, now)
                    await self._store.close_engagement(engagement.engagement_id, certificates)
                    closed.append(engagement.engagement_id)
        return closed

    async def of_account(
        self, account_id: bytes, *, after: int, limit: int, now: int
    ) -> tuple[list[StoredReceipt], bool]:
        """An account's receipts above an order, and whether there are more. Raises Malformed."""
        if not 1 <= limit <= MOST_RECEIPTS or not 0 <= after <= MOST_ORDER:
            raise Malformed("page")
        return await self._store.receipts_of(
            account_id, after=after, limit=limit, most_leaves=MOST_LEAVES_SHOWN, now=now
        )

    async def _of_mailbox(self, mailbox_id: bytes, up_to: int, now: int) -> int:
        after = written = 0
        while look := await self._store.look(mailbox_id, after, up_to, now=now):
            if look.gone or (after == 0 and look.left != self._left_before(look)):
                try:
                    await self._store.put_receipt(self._receipt(look, now))
                except Conflict:
                    return written
                written += 1
            if not look.more:
                break
            after = look.end
        return written

    def _receipt(self, look: Look, now: int) -> NewReceipt:
        receipt = deletion(
            self._notary.new_id(), look, now, self._backup_tail_seconds, self._ring_tail_seconds
        )
        return self._notary.sign(
            receipt,
            look.tip,
            account_id=look.account_id,
            mailbox_id=look.mailbox_id,
            day=now // DAY_SECONDS,
            expires_at=look.expires_at,
            positions=[one.position for one in look.gone],
        )

    def _left_before(self, look: Look) -> int:
        """What the newest receipt of this mailbox said was left: the same is not said again."""
        found = self._notary.read_deletions([look.last_deletion] if look.last_deletion else [])
        return found[0].left if found else 0

    async def _waits(self, engagement: Engagement, now: int) -> bool:
        for mailbox_id in _mailboxes(engagement):
            if await self._store.look(mailbox_id, 0, MOST_ORDER, now=now) is not None:
                return True
        return False

    async def _certificates(self, engagement: Engagement, now: int) -> list[NewReceipt]:
        deletions = await self._deletions(_mailboxes(engagement))
        notes = await self._deletions([engagement.notes_mailbox_id])
        parties = [member for member in engagement.members if member.role in PARTIES]
        return [await self._certificate(engagement, one, deletions, notes, now) for one in parties]

    async def _deletions(self, mailbox_ids: list[bytes]) -> list[Deletion]:
        notes = await self._store.deletions_of(mailbox_ids)
        return await asyncio.to_thread(self._notary.read_deletions, notes)  # of years of work: thousands

    async def _certificate(
        self,
        engagement: Engagement,
        member: Member,
        deletions: list[Deletion],
        notes: list[Deletion],
        now: int,
    ) -> NewReceipt:
        tip = await self._store.tip(member.mailbox_id)
        certificate = closing(
            self._notary.new_id(),
            member.mailbox_id,
            tip,
            lifetime(engagement),
            now,
            deletions=deletions,
            notes=notes,
        )
        return self._notary.sign(
            certificate,
            tip,
            account_id=member.account_id,
            mailbox_id=member.mailbox_id,
            day=now // DAY_SECONDS,
            expires_at=max(engagement.expires_at, now) + ACCOUNT_SECONDS,
        )


async def _sum_of(counted: Sequence[Coroutine[None, None, int]]) -> int:
    """Run all of them to their end, then raise what one of them raised."""
    found = await asyncio.gather(*counted, return_exceptions=True)
    for one in found:
        if isinstance(one, BaseException):
            raise one
    return sum(one for one in found if isinstance(one, int))


def lifetime(engagement: Engagement) -> Lifetime:
    """What the signed frames of an ended engagement say of it as a whole."""
    terms = terms_of(engagement)
    return Lifetime(
        acts=len(engagement.acts),
        began_at=parse_act(engagement.acts[0]).core.issued_at if engagement.acts else 0,
        work_ended_at=terms.work_ends_at if terms else engagement.expires_at,
        hold_ended_at=engagement.expires_at,
    )


def _mailboxes(engagement: Engagement) -> list[bytes]:
    """Those of the parties, and the notes."""
    return [*(member.mailbox_id for member in engagement.members), engagement.notes_mailbox_id]
