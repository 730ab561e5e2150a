"""The sweep in memory. Owns the order in which due things go: what belongs to something goes before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from relay.core.model import Reason, Swept
from relay.core.model import State as Standing
from relay.store.limits import OVERDUE_SECONDS
from relay.store.memory.reopenings import end_reopening
from relay.store.memory.state import Entry, State


class MemorySweep:
    """`sweep`, `checkpoint` and `counts` of `relay.core.ports.Envelopes`."""

    _state: State

    async def sweep(self, *, now: int, limit: int) -> Swept:
        """Take at most `limit` steps; each generator step removes one row before it names its kind."""
        steps = self._steps(now)
        taken = list(islice(steps, limit))
        kinds = [kind for kind, _ in taken]
        gone = tuple(row_id for kind, row_id in taken if kind == "engagement")
        known = kinds.count("envelope"), kinds.count("blob")
        due_accounts = [one for one in self._state.accounts.values() if one.expires_at <= now]
        waiting = len(due_accounts) - len(self._due_accounts(now))
        more = len(list(self._due_instants(now))) > waiting
        return Swept(*known, other_rows=len(taken) - sum(known), more=more, engagement_ids=gone)

    async def checkpoint(self) -> bool:
        """Nothing lingers in memory."""
        return True

    async def counts(self, *, now: int) -> dict[str, int]:
        """Totals; due and overdue count every kind of row."""
        bodies = [entry for entry in self._state.entries.values() if not entry.reason]
        uploads = list(self._state.uploads.values())
        return {
            "envelopes": len(bodies),
            "blobs": len(uploads),
            "due": len(list(self._due_instants(now))),
            "overdue": len(list(self._due_instants(now - OVERDUE_SECONDS - 1))),
            "stored_bytes": sum(len(e.raw) for e in bodies) + sum(len(u.stored) for u in uploads),
        }

    def _steps(self, now: int) -> Iterator[tuple[str, bytes]]:
        for engagement_id in [
            o.engagement_id for o in self._state.reopenings.values() if o.expires_at <= now
        ]:
            end_reopening(self._state, engagement_id, now)
            yield "small", b""
        due = [entry for entry in self._state.entries.values() if entry.expires_at <= now]
        for entry in sorted(due, key=lambda e: (e.expires_at, e.reason or 0, e.number)):
            yield self._expire_entry(entry, now)
        yield from self._small_steps(now)
        for engagement_id in [
            e.engagement_id
            for e in self._state.engagements.values()
            if e.expires_at <= now and e.state is not Standing.GONE
        ]:
            yield from self._engagement_steps(engagement_id, now)
        for account_id in self._due_accounts(now):
            yield from self._account_steps(account_id)
        for blob_id in [b for b, upload in self._state.uploads.items() if upload.due_at <= now]:
            for entry in self._state.links_to(blob_id):
                entry.blob_ids = tuple(linked for linked in entry.blob_ids if linked != blob_id)
            del self._state.uploads[blob_id]
            yield "blob", blob_id

    def _due_accounts(self, now: int) -> list[bytes]:
        """After their engagements, whose certificates are theirs."""
        members = {m.account_id for e in self._state.engagements.values() for m in e.members}
        due = [a.account_id for a in self._state.accounts.values() if a.expires_at <= now]
        return [account_id for account_id in due if account_id not in members]

    def _expire_entry(self, entry: Entry, now: int) -> tuple[str, bytes]:
        if entry.reason is None and self._state.mailboxes[entry.mailbox_id].expires_at > now:
            unread = entry.why is Reason.DUE and self._state.is_unread(entry)
            self._state.expire(entry, Reason.UNREAD if unread else entry.why, now)
            return "envelope", b""
        return self._remove_entry(entry, now)

    def _remove_entry(self, entry: Entry, now: int) -> tuple[str, bytes]:
        self._state.leave(entry, now)
        self._state.unlink(entry, now)
        self._state.drop_entry(entry)
        return ("tombstone" if entry.reason else "envelope"), b""

    def _small_steps(self, now: int) -> Iterator[tuple[str, bytes]]:
        state = self._state
        for tag in [tag for tag, expires_at in state.door_memory.items() if expires_at <= now]:
            del state.door_memory[tag]
            yield "door", b""
        for table in state.small_tables():
            for name in [name for name, row in table.items() if row.expires_at <= now]:
                del table[name]
                yield "small", b""

    def _engagement_steps(self, engagement_id: bytes, now: int) -> Iterator[tuple[str, bytes]]:
        state = self._state
        for member in state.engagements[engagement_id].members:
            for name in state.named_after(engagement_id, member.account_id):
                del state.vaults[name]
                yield "small", b""
        if state.reopenings.pop(engagement_id, None) is not None:
            yield "small", b""
        for mailbox_id in [
            m.mailbox_id for m in state.mailboxes.values() if m.engagement_id == engagement_id
        ]:
            for entry in state.entries_of(mailbox_id):
                yield self._remove_entry(entry, now)
            for rule_id in [r.rule_id for r in state.rules.values() if r.mailbox_id == mailbox_id]:
                del state.rules[rule_id]
                yield "small", b""
            for ticket in [one for one in state.tickets if one[0] == mailbox_id]:
                del state.tickets[ticket]
            del state.mailboxes[mailbox_id]
            yield "mailbox", mailbox_id
        for invite_id in [
            i.invite_id for i in state.invitations.values() if i.engagement_id == engagement_id
        ]:
            del state.invitations[invite_id]
            yield "small", b""
        engagement = state.engagements[engagement_id]
        if engagement.state in (Standing.DRAFT, Standing.WITHDRAWN):
            state.proposals.pop(engagement_id, None)
            state.spoken_runs.pop(engagement_id, None)
            del state.engagements[engagement_id]
        else:
            state.engagements[engagement_id] = replace(engagement, state=Standing.GONE)
        yield "engagement", engagement_id

    def _account_steps(self, account_id: bytes) -> Iterator[tuple[str, bytes]]:
        state = self._state
        for token_tag in [s.token_tag for s in state.sessions.values() if s.account_id == account_id]:
            del state.sessions[token_tag]
            yield "small", b""
        for code in [one for one in state.codes.values() if one.account_id == account_id]:
            del state.codes[code.nameplate]
            yield "small", b""
        for offer_id in [one.offer_id for one in state.offers.values() if one.account_id == account_id]:
            del state.offers[offer_id]
            yield "small", b""
        for name in [name for name in state.vaults if name[0] == account_id]:
            del state.vaults[name]
            yield "small", b""
        for sender_id in [s.sender_id for s in state.senders.values() if s.account_id == account_id]:
            del state.senders[sender_id]
            yield "small", b""
        for table in (state.leaves, state.receipts):
            for place in [place for place, row in table.items() if row.account_id == account_id]:
                del table[place]
                yield "small", b""
        if state.channels.pop(account_id, None) is not None:
            yield "small", b""
        for happening in [one for one in state.happenings if one[0] == account_id]:
            del state.happenings[happening]
            yield "small", b""
        del state.accounts[account_id], state.statements[account_id]
        yield "account", account_id

    def _due_instants(self, now: int) -> Iterator[int]:
        state = self._state
        for table in (*state.small_tables(), *state.parent_tables()):
            yield from (row.expires_at for row in table.values() if row.expires_at <= now)
        yield from (entry.expires_at for entry in state.entries.values() if entry.expires_at <= now)
        yield from (instant for instant in state.door_memory.values() if instant <= now)
        yield from (upload.due_at for upload in state.uploads.values() if upload.due_at <= now)
