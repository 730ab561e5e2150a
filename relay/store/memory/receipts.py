"""Receipts and leaves in memory. Owns their numbering and the second look; signs nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from relay.core.errors import Conflict
from relay.core.model import Engagement
from relay.core.model import State as Standing
from relay.core.receipts import (
    MOST_LEAVES,
    Arrived,
    Batched,
    Look,
    NewReceipt,
    ReceiptKind,
    StoredReceipt,
    Tip,
    Unlogged,
    Waiting,
    promised_at,
)
from relay.store.limits import account_end
from relay.store.memory.state import Entry, KeptLeaf, KeptReceipt, State


class MemoryReceipts:
    """`relay.core.ports.Receipts`."""

    _state: State

    async def newest_leaf(self) -> int:
        """The position of the newest leaf, 0 without one."""
        return max(self._state.leaves, default=0)

    async def mailboxes_to_look_at(self, up_to: int, *, now: int) -> list[bytes]:
        """Those with waiting leaves, or with something due that is still there."""
        waiting = {
            one.mailbox_id for one in self._state.leaves.values() if not one.number and one.position <= up_to
        }
        return sorted(waiting | {entry.mailbox_id for entry in self._stuck(now)})

    async def look(self, mailbox_id: bytes, after: int, up_to: int, *, now: int) -> Look | None:
        """Ask for every id again."""
        state = self._state
        found = [one for one in self._leaves(mailbox_id, 0) if after < one.position <= up_to][:MOST_LEAVES]
        stuck = [] if after else [entry for entry in self._stuck(now) if entry.mailbox_id == mailbox_id]
        if not found and not stuck:
            return None
        left_dues = [(entry.expires_at, promised_at(entry.raw)) for entry in stuck]
        gone, files, files_left, rows_left = [], set(), set(), len(stuck)
        for one in found:
            entry = state.entries.get((mailbox_id, one.leaf.envelope_id))
            is_left = entry is not None and not entry.reason
            left = {b for b in one.blob_ids if b in state.uploads and state.uploads[b].due_at <= now}
            if is_left or left:
                rows_left += is_left
                files_left |= left
                left_dues.append((one.due_at, one.promised_at))
                continue
            gone.append(Waiting(one.position, one.leaf, one.due_at, one.promised_at))
            files |= {blob_id for blob_id in one.blob_ids if blob_id not in state.uploads}
        owner = (found[0].account_id, found[0].expires_at) if found else self._owner(mailbox_id)
        deletions = await self.deletions_of([mailbox_id])
        return Look(
            account_id=owner[0],
            mailbox_id=mailbox_id,
            expires_at=owner[1],
            tip=await self.tip(mailbox_id),
            gone=tuple(gone),
            files=len(files),
            rows_left=rows_left,
            blobs_left=len(files_left),
            left_dues=tuple(left_dues),
            end=found[-1].position if found else up_to,
            more=len(found) == MOST_LEAVES,
            last_deletion=deletions[-1] if deletions else "",
        )

    async def put_receipt(self, receipt: NewReceipt) -> None:
        """Check all, then store all."""
        self._check(receipt)
        self._put(receipt)

    def _check(self, receipt: NewReceipt) -> None:
        newest = self._of_mailbox(receipt.mailbox_id)[-1:]
        tip = Tip(newest[0].number, newest[0].receipt_hash) if newest else Tip()
        waiting = [self._state.leaves[at].number == 0 for at in receipt.positions if at in self._state.leaves]
        if tip != receipt.tip or waiting != [True] * len(receipt.positions):
            raise Conflict("receipt-out-of-order")

    def _put(self, receipt: NewReceipt) -> None:
        state, number = self._state, receipt.tip.number + 1
        state.receipt_count += 1
        mailbox = state.mailboxes.get(receipt.mailbox_id)
        ends_at = max(receipt.expires_at, account_end(mailbox.expires_at) if mailbox else 0)
        state.receipts[state.receipt_count] = KeptReceipt(
            order=state.receipt_count,
            account_id=receipt.account_id,
            mailbox_id=receipt.mailbox_id,
            number=number,
            kind=receipt.kind,
            note=receipt.note,
            receipt_hash=receipt.receipt_hash,
            day=receipt.day,
            expires_at=ends_at,
        )
        for position in receipt.positions:
            state.leaves[position] = replace(state.leaves[position], number=number, blob_ids=())
        for leaf in receipt.leaves:
            place = (state.next_leaf(), receipt.account_id, receipt.mailbox_id, number)
            state.leaves[place[0]] = KeptLeaf(*place, leaf, 0, 0, (), ends_at)

    async def tip(self, mailbox_id: bytes) -> Tip:
        """The newest of a mailbox."""
        newest = self._of_mailbox(mailbox_id)[-1:]
        return Tip(newest[0].number, newest[0].receipt_hash) if newest else Tip()

    async def receipts_of(
        self, account_id: bytes, *, after: int, limit: int, most_leaves: int, now: int
    ) -> tuple[list[StoredReceipt], bool]:
        """At least one, however many leaves it has."""
        found = [
            one
            for one in self._state.receipts.values()
            if one.account_id == account_id and one.order > after and one.expires_at > now
        ]
        page: list[StoredReceipt] = []
        leaf_count = 0
        for one in found[:limit]:
            leaves = tuple(kept.leaf for kept in self._leaves(one.mailbox_id, one.number))
            leaf_count += len(leaves)
            if page and leaf_count > most_leaves:
                return page, True
            page.append(StoredReceipt(one.order, one.note, leaves, one.batch))
        return page, len(found) > limit

    async def living_mailboxes(self, after: bytes, limit: int, *, now: int) -> list[tuple[bytes, bytes, int]]:
        """Ascending by id."""
        found = [
            (one.mailbox_id, one.account_id, one.expires_at)
            for one in self._state.mailboxes.values()
            if one.mailbox_id > after and one.expires_at > now
        ]
        return sorted(found)[:limit]

    async def accepted_down_to(self, mailbox_id: bytes, day: int) -> int | None:
        """The lowest that is still here."""
        orders = [
            entry.order
            for one in self._of_mailbox(mailbox_id)
            if one.kind is ReceiptKind.ACCEPTANCE and one.day == day
            for kept in self._leaves(mailbox_id, one.number)
            if (entry := self._state.entries.get((mailbox_id, kept.leaf.envelope_id))) and not entry.reason
        ]
        return min(orders, default=None)

    async def arrived(
        self, mailbox_id: bytes, day: int, before: int, limit: int, *, now: int
    ) -> tuple[list[Arrived], int]:
        """From the newest on."""
        entries = [entry for entry in self._state.entries_of(mailbox_id)[::-1] if entry.order < before][
            :limit
        ]
        arrived = [
            Arrived(entry.order, entry.envelope_id, hashlib.sha256(entry.raw).digest())
            for entry in entries
            if entry.received_day == day and not entry.reason and entry.expires_at > now
        ]
        is_last = len(entries) < limit or entries[-1].received_day < day
        return arrived, 0 if is_last else entries[-1].order

    async def unlogged(self, before_day: int, limit: int) -> list[Unlogged]:
        """The oldest day first, acceptances before the others."""
        found = [one for one in self._state.receipts.values() if one.batch is None and one.day < before_day]
        found.sort(key=lambda one: (one.day, one.kind is not ReceiptKind.ACCEPTANCE, one.order))
        return [Unlogged(one.order, one.kind, one.day, one.receipt_hash) for one in found[:limit]]

    async def put_batch(self, entry: bytes, paths: Sequence[tuple[int, Sequence[bytes]]]) -> int:
        """The entry and every path."""
        receipts = self._state.receipts
        if any(order not in receipts or receipts[order].batch for order, _ in paths):
            raise Conflict("receipt-out-of-order")
        index = len(self._state.log)
        self._state.log.append(entry)
        for place, (order, path) in enumerate(paths):
            batch = Batched(index, receipts[order].day, place, tuple(path))
            receipts[order] = replace(receipts[order], batch=batch)
        return index

    async def ended_engagements(self, limit: int) -> list[Engagement]:
        """Those of which nothing is left but what a certificate says."""
        return [one for one in self._state.engagements.values() if one.state is Standing.GONE][:limit]

    async def deletions_of(self, mailbox_ids: Sequence[bytes]) -> list[str]:
        """In order."""
        return [
            one.note
            for mailbox_id in mailbox_ids
            for one in self._of_mailbox(mailbox_id)
            if one.kind is ReceiptKind.DELETION
        ]

    async def close_engagement(self, engagement_id: bytes, certificates: Sequence[NewReceipt]) -> None:
        """Certificates in, what they were drawn from out."""
        engagement = self._state.engagements.get(engagement_id)
        if engagement is None or engagement.state is not Standing.GONE:
            raise Conflict("receipt-out-of-order")
        for certificate in certificates:
            self._check(certificate)
        for certificate in certificates:
            self._put(certificate)
        self._state.proposals.pop(engagement_id, None)
        self._state.spoken_runs.pop(engagement_id, None)
        del self._state.engagements[engagement_id]

    def _stuck(self, now: int) -> list[Entry]:
        return [
            entry for entry in self._state.entries.values() if not entry.reason and entry.expires_at <= now
        ]

    def _leaves(self, mailbox_id: bytes, number: int) -> list[KeptLeaf]:
        found = (
            one for one in self._state.leaves.values() if (one.mailbox_id, one.number) == (mailbox_id, number)
        )
        return sorted(found, key=lambda one: one.position)

    def _of_mailbox(self, mailbox_id: bytes) -> list[KeptReceipt]:
        return sorted(
            (one for one in self._state.receipts.values() if one.mailbox_id == mailbox_id),
            key=lambda one: one.number,
        )

    def _owner(self, mailbox_id: bytes) -> tuple[bytes, int]:
        mailbox = self._state.mailboxes[mailbox_id]
        return mailbox.account_id, account_end(mailbox.expires_at)
