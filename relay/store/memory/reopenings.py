"""Reopenings and happenings in memory. Owns who is client before and after; judges no act."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from keys.names import Role, mailbox_id
from relay.core.errors import Conflict, Gone, NotFound
from relay.core.model import Happening, Invitation, Mailbox, Member, Reason, Reopening, Swap
from relay.store.memory.state import State
from relay.store.reopenings import matches

CONFLICT: Final = "reopening-conflict"
MOST: Final = 64


class MemoryReopenings:
    """`relay.core.ports.Reopenings` and `Happenings`."""

    _state: State

    async def put_reopening(self, reopening: Reopening, invitation: Invitation, *, now: int) -> None:
        """The one before, if it was not taken, ends with it."""
        engagement = self._state.engagements.get(reopening.engagement_id)
        if engagement is None or engagement.expires_at <= now:
            raise NotFound
        known = await self.reopening(reopening.engagement_id, now=now)
        if known is not None and known.invite_id == reopening.invite_id:
            return
        if known is not None and known.state == "taken":
            raise Conflict(CONFLICT)
        end_reopening(self._state, reopening.engagement_id, now)
        if invitation.invite_id in self._state.invitations:
            raise Conflict("invitation-conflict")
        self._state.invitations[invitation.invite_id] = invitation
        self._state.reopenings[reopening.engagement_id] = reopening

    async def reopening(self, engagement_id: bytes, *, now: int) -> Reopening | None:
        """None where it is due."""
        known = self._state.reopenings.get(engagement_id)
        return _whole(self._state, known) if known is not None and known.expires_at > now else None

    async def put_claim(self, engagement_id: bytes, account_id: bytes, claim: bytes, *, now: int) -> None:
        """Of the newcomer alone."""
        known = await self.reopening(engagement_id, now=now)
        mine = known is not None and known.state in ("joined", "claimed") and known.account_id == account_id
        if known is None or not mine:
            raise Conflict(CONFLICT)
        self._state.reopenings[engagement_id] = replace(known, claim=claim, state="claimed")

    async def drop_reopening(self, engagement_id: bytes, *, now: int) -> None:
        """With the newcomer's account, and the invitation."""
        known = await self.reopening(engagement_id, now=now)
        if known is None:
            raise NotFound
        if known.state == "taken":
            raise Conflict(CONFLICT)
        end_reopening(self._state, engagement_id, now)

    async def note_happening(self, happening: Happening) -> None:
        """Nothing without the account."""
        account = self._state.accounts.get(happening.account_id)
        if account is None or account.expires_at <= happening.at:
            raise NotFound
        mine = sorted(number for owner, number in self._state.happenings if owner == happening.account_id)
        number = max([happening.at, *(one + 1 for one in mine[-1:])])
        self._state.happenings[happening.account_id, number] = replace(happening, number=number)
        for old in [*mine, number][:-MOST]:
            del self._state.happenings[happening.account_id, old]

    async def happenings(self, account_id: bytes, *, after: int, now: int) -> list[Happening]:
        """Those that are not due."""
        mine = [one for one in self._state.happenings.values() if one.account_id == account_id]
        living = [one for one in mine if one.number > after and one.expires_at > now]
        return sorted(living, key=lambda one: one.number)


def _whole(state: State, known: Reopening) -> Reopening:
    """With what is read from elsewhere."""
    invitation = state.invitations.get(known.invite_id)
    return replace(
        known,
        former_statement=state.statements[known.former_account_id][-1],
        statement=state.statements[known.account_id][-1] if known.account_id else b"",
        acceptance=invitation.acceptance if invitation else b"",
    )


def join_reopening(state: State, engagement_id: bytes, invite_id: bytes, account_id: bytes) -> None:
    """Within an enrolment: the account is the newcomer's. Raises Gone where it was opened anew meanwhile."""
    known = state.reopenings.get(engagement_id)
    if known is None or (known.invite_id, known.state) != (invite_id, "open"):
        raise Gone("invitation-withdrawn")
    state.reopenings[engagement_id] = replace(known, state="joined", account_id=account_id)


def end_reopening(state: State, engagement_id: bytes, now: int) -> None:
    """The row goes, and with it what has no reason any more."""
    known = state.reopenings.pop(engagement_id, None)
    if known is None:
        return
    if known.state == "taken":
        _end_mailbox(state, known.former_mailbox_id, now)
        state.close_account(known.former_account_id)
        return
    invitation = state.invitations.get(known.invite_id)
    if invitation is not None and invitation.state == "open":
        state.invitations[known.invite_id] = replace(invitation, state="withdrawn", box=b"")
    if known.account_id:
        state.close_account(known.account_id)
        account = state.accounts[known.account_id]
        state.accounts[known.account_id] = replace(account, expires_at=now)


def check_swap(state: State, engagement_id: bytes, swap: Swap | None, now: int) -> None:
    """Refuse an act that was judged by another reopening, before anything changes."""
    known = state.reopenings.get(engagement_id)
    if swap and (known is None or known.expires_at <= now or not matches(known, swap)):
        raise Conflict(CONFLICT)


def swap_client(state: State, engagement_id: bytes, swap: Swap, now: int) -> None:
    """With an act: the newcomer is the client, or the former is it again."""
    known = state.reopenings[engagement_id]
    new_id = mailbox_id(engagement_id, Role.CLIENT, state.accounts[known.account_id].fp)
    if swap.what == "stop":
        del state.reopenings[engagement_id]
        _set_client(state, engagement_id, known.former_account_id, known.former_mailbox_id)
        _end_mailbox(state, new_id, now)
        state.close_account(known.account_id)
        return
    ends_at = state.engagements[engagement_id].expires_at
    place = (engagement_id, known.account_id, Role.CLIENT)
    state.mailboxes[new_id] = Mailbox(new_id, *place, swap.address, 0, ends_at)
    _set_client(state, engagement_id, known.account_id, new_id)
    state.reopenings[engagement_id] = replace(known, state="taken", expires_at=swap.until)
    state.end_engagement_at(engagement_id, ends_at)


def _set_client(state: State, engagement_id: bytes, account_id: bytes, mailbox: bytes) -> None:
    engagement = state.engagements[engagement_id]
    client = Member(Role.CLIENT, account_id, mailbox, state.accounts[account_id].fp, b"")
    members = tuple(client if one.role is Role.CLIENT else one for one in engagement.members)
    state.engagements[engagement_id] = replace(engagement, members=members)


def _end_mailbox(state: State, mailbox: bytes, now: int) -> None:
    for entry in state.entries_of(mailbox):
        if entry.reason or entry.expires_at > now:
            entry.expires_at, entry.why = now, Reason.CLOSED
    for one in state.segments_of(mailbox):
        state.bring_segment_forward((mailbox, one.day, one.number), now)
    for rule in [one for one in state.rules.values() if one.mailbox_id == mailbox]:
        state.rules[rule.rule_id] = replace(rule, expires_at=now)
