"""Sponsors' slots in memory, and what is released into them."""

from __future__ import annotations

from dataclasses import replace

from keys.names import Role
from keys.release import slot_of
from relay.core.errors import ActRefused, Conflict, InboxFull, NotFound, TooManyRequests
from relay.core.model import DAY_SECONDS, Mailbox, Reason, Release, SealedEnvelope, Slot, Step
from relay.store.limits import MOST_SLOT_BYTES
from relay.store.memory.state import Entry, State


class MemorySlots:
    """`relay.core.ports.Slots`."""

    _state: State

    async def put_slot(self, slot: Slot, account_id: bytes, *, most: int, now: int) -> None:
        """Check, close, open."""
        account = self._state.accounts.get(account_id)
        if account is None or account.expires_at <= now:
            raise NotFound
        for known in self._state.slots.values():
            if known.link_id == slot.link_id and known.engagement_id != slot.engagement_id:
                raise Conflict("engagement-conflict")
        mailboxes = _mailboxes(self._state, slot.engagement_id)
        if slot.mailbox_id not in mailboxes and len(mailboxes) >= most:
            raise TooManyRequests
        before = await self.slot(slot.engagement_id, now=now)
        if before is not None and before.mailbox_id != slot.mailbox_id:
            end_all(self._state, before.mailbox_id, now)
        if slot.mailbox_id not in mailboxes:
            place = (slot.mailbox_id, slot.engagement_id, account_id, Role.SPONSOR)
            self._state.mailboxes[slot.mailbox_id] = Mailbox(*place, "", 0, slot.expires_at)
        if before is not None and before.mailbox_id == slot.mailbox_id:
            slot = replace(slot, opened_at=before.opened_at)
        self._state.slots[slot.engagement_id] = slot

    async def close_slot(self, engagement_id: bytes, *, now: int) -> None:
        """NotFound where none is open."""
        slot = await self.slot(engagement_id, now=now)
        if slot is None:
            raise NotFound
        end_all(self._state, slot.mailbox_id, now)
        del self._state.slots[engagement_id]

    async def slot(self, engagement_id: bytes, *, now: int) -> Slot | None:
        """The open one."""
        slot = self._state.slots.get(engagement_id)
        return slot if slot is not None and slot.expires_at > now else None

    async def slot_of_link(self, link_id: bytes, *, now: int) -> Slot | None:
        """By the link's public id."""
        found = [one for one in self._state.slots.values() if one.link_id == link_id]
        return found[0] if found and found[0].expires_at > now else None

    async def releases(self, mailbox_id: bytes, *, now: int) -> list[Release]:
        """What is not due."""
        living = [
            (self._state.tickets[mailbox_id, entry.envelope_id], entry)
            for entry in self._state.entries_of(mailbox_id)
            if entry.reason is None and entry.expires_at > now
        ]
        found = [Release(*ticket[:2], entry.expires_at, entry.raw) for ticket, entry in living]
        return sorted(found, key=lambda one: one.act_number)

    async def release_now(self, mailbox_id: bytes, *, now: int) -> Release | None:
        """The newest that has begun."""
        come = [one for one in await self.releases(mailbox_id, now=now) if one.not_before <= now]
        return come[-1] if come else None


def take_release(state: State, engagement_id: bytes, step: Step, now: int) -> None:
    """What a ticket or a withdrawal changes."""
    if step.release is not None:
        _release(state, step.release, step, now)
    if step.withdrawn:
        for mailbox_id in _mailboxes(state, engagement_id):
            if slot_of(mailbox_id) == step.withdrawn:
                end_all(state, mailbox_id, now)


def check_release(state: State, engagement_id: bytes, step: Step, now: int) -> None:
    """Refuse a ticket, before anything changes."""
    envelope, slot = step.release, state.slots.get(engagement_id)
    if envelope is None:
        return
    if slot is None or slot.expires_at <= now or slot.mailbox_id != envelope.mailbox_id:
        raise ActRefused("another slot is open by now")
    stays = [one for one in state.entries_of(envelope.mailbox_id) if one.reason is None]
    if step.not_before <= now:
        stays = []
    held = sum(len(one.raw) for one in stays if one.envelope_id != envelope.envelope_id)
    if envelope.expires_at > state.mailboxes[envelope.mailbox_id].expires_at:
        raise InboxFull
    if held + len(envelope.raw) > MOST_SLOT_BYTES:
        raise InboxFull


def _mailboxes(state: State, engagement_id: bytes) -> list[bytes]:
    return [
        one.mailbox_id
        for one in state.mailboxes.values()
        if one.engagement_id == engagement_id and one.role is Role.SPONSOR
    ]


def _release(state: State, envelope: SealedEnvelope, step: Step, now: int) -> None:
    mailbox_id, name = envelope.mailbox_id, (envelope.mailbox_id, envelope.envelope_id)
    known = state.entries.get(name)
    if known is not None:
        if known.reason is None:
            state.expire(known, Reason.SHORTENED, now)
        state.drop_entry(known)
    if step.not_before <= now:
        end_all(state, mailbox_id, now)
    for entry in state.entries_of(mailbox_id):
        if entry.reason is None and entry.expires_at > step.not_before:
            entry.expires_at, entry.why = step.not_before, Reason.SHORTENED
    state.entry_count += 1
    order = state.mailboxes[mailbox_id].cursor + 1
    state.mailboxes[mailbox_id] = replace(state.mailboxes[mailbox_id], cursor=order)
    state.tickets[name] = (step.number, step.not_before)
    day = now // DAY_SECONDS
    state.put_entry(Entry(state.entry_count, *name, order, day, envelope.expires_at, envelope.raw, ()))


def end_all(state: State, mailbox_id: bytes, now: int) -> None:
    """All that lives in a slot's mailbox goes now, tombstones left."""
    for entry in state.entries_of(mailbox_id):
        if entry.reason is None and entry.expires_at > now:
            state.expire(entry, Reason.SHORTENED, now)
