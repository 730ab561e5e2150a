"""Engagements in memory. Owns states, invitations, acts and mailboxes; reads no signed frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from keys.names import Role
from relay.core import lifecycle
from relay.core.errors import Conflict, Gone, NotFound
from relay.core.model import PARTIES, Engagement, Invitation, Mailbox, Reason, Step
from relay.store.memory.reopenings import check_swap, swap_client
from relay.store.memory.slots import check_release, take_release
from relay.store.memory.state import State, segment_place


class MemoryEngagements:
    """`relay.core.ports.Engagements`."""

    _state: State

    async def create_engagement(
        self, engagement: Engagement, mailboxes: Sequence[Mailbox], *, now: int
    ) -> None:
        """A draft; its mailboxes share its end."""
        known = self._state.engagements.get(engagement.engagement_id)
        if known is not None:
            if _coach_of(known) == _coach_of(engagement) and known.expires_at > now:
                return
            raise Conflict("engagement-conflict")
        for owner in {m.account_id for m in engagement.members} | {m.account_id for m in mailboxes}:
            account = self._state.accounts.get(owner)
            if account is None or account.expires_at <= now:
                raise NotFound
        if any(mailbox.mailbox_id in self._state.mailboxes for mailbox in mailboxes):
            raise Conflict("engagement-conflict")
        self._state.engagements[engagement.engagement_id] = engagement
        for mailbox in mailboxes:
            self._state.mailboxes[mailbox.mailbox_id] = replace(mailbox, cursor=0)
        self._state.end_engagement_at(engagement.engagement_id, engagement.expires_at)

    async def engagement(self, engagement_id: bytes, *, now: int) -> Engagement | None:
        """The engagement with each member's newest statement."""
        engagement = self._state.engagements.get(engagement_id)
        if engagement is None or engagement.expires_at <= now:
            return None
        members = [replace(m, statement=self._state.statements[m.account_id][-1]) for m in engagement.members]
        proposals = self._state.proposals.get(engagement_id, {})
        return replace(
            engagement, members=tuple(members), proposals=tuple(proposals[role] for role in sorted(proposals))
        )

    async def engagements_of(self, account_id: bytes, *, now: int) -> list[Engagement]:
        """Those in which the account is a member, oldest first."""
        found = []
        for engagement_id, known in self._state.engagements.items():
            engagement = await self.engagement(engagement_id, now=now)
            if engagement is not None and any(m.account_id == account_id for m in known.members):
                found.append(engagement)
        return found

    async def engagement_of_mailbox(self, mailbox_id: bytes, *, now: int) -> Engagement | None:
        """The engagement that a mailbox belongs to."""
        mailbox = await self.mailbox(mailbox_id, now=now)
        return await self.engagement(mailbox.engagement_id, now=now) if mailbox else None

    async def mailboxes_of(self, account_id: bytes, *, now: int) -> list[Mailbox]:
        """An account's mailboxes, oldest first."""
        return [
            m
            for m in self._state.mailboxes.values()
            if m.account_id == account_id and m.expires_at > now and m.role is not Role.SPONSOR
        ]

    async def mailbox(self, mailbox_id: bytes, *, now: int) -> Mailbox | None:
        """The mailbox, while it is not due. A sponsor's is found by its slot alone."""
        mailbox = self._state.mailboxes.get(mailbox_id)
        if mailbox is None or mailbox.expires_at <= now or mailbox.role is Role.SPONSOR:
            return None
        return mailbox

    async def mailbox_by_address(self, address: str, *, now: int) -> Mailbox | None:
        """The mailbox of an inbound address."""
        for mailbox in self._state.mailboxes.values():
            if mailbox.address == address and await self.mailbox(mailbox.mailbox_id, now=now):
                return mailbox
        return None

    async def change_address(self, mailbox_id: bytes, address: str, *, now: int) -> None:
        """The old address ends here."""
        mailbox = await self.mailbox(mailbox_id, now=now)
        if mailbox is None:
            raise NotFound
        self._state.mailboxes[mailbox_id] = replace(mailbox, address=address)

    async def put_invitation(self, invitation: Invitation, *, now: int) -> None:
        """A client's needs a living draft, whose end it may move on."""
        known = self._state.invitations.get(invitation.invite_id)
        if known is not None:
            if (known.redemption_key, known.engagement_id) != (
                invitation.redemption_key,
                invitation.engagement_id,
            ):
                raise Conflict("invitation-conflict")
            return
        if invitation.kind == 1:
            engagement = await self.engagement(invitation.engagement_id, now=now)
            if engagement is None:
                raise NotFound
            lifecycle.after(engagement.state, "accept")
            for earlier in [
                i for i in self._state.invitations.values() if i.engagement_id == invitation.engagement_id
            ]:
                self._state.invitations[earlier.invite_id] = replace(
                    earlier, state="withdrawn", box=b"", acceptance=b""
                )
                self._state.drop_code(earlier.invite_id)
            self._state.end_engagement_at(
                engagement.engagement_id, max(engagement.expires_at, invitation.expires_at)
            )
        self._state.invitations[invitation.invite_id] = invitation

    async def invitation(self, invite_id: bytes, *, now: int) -> Invitation | None:
        """The row while it exists; due, it has lost all that was sealed or signed."""
        known = self._state.invitations.get(invite_id)
        if known is None or known.expires_at > now:
            return known
        return replace(known, box=b"", policy=b"", act=b"", answer=b"", acceptance=b"")

    async def invitation_of(self, engagement_id: bytes, *, now: int) -> Invitation | None:
        """The newest of an engagement that is not due."""
        found = [
            i
            for i in self._state.invitations.values()
            if i.engagement_id == engagement_id and i.expires_at > now
        ]
        return found[-1] if found else None

    async def withdraw_invitation(self, invite_id: bytes, *, now: int) -> None:
        """A draft whose invitation is withdrawn is withdrawn with it."""
        known = self._state.invitations.get(invite_id)
        if known is None or known.expires_at <= now:
            raise NotFound
        if known.state == "used":
            raise Gone("invitation-used")
        if known.state == "withdrawn":
            return
        self._state.invitations[invite_id] = replace(known, state="withdrawn", box=b"", acceptance=b"")
        self._state.drop_code(invite_id)
        engagement = self._state.engagements.get(known.engagement_id)
        if engagement is not None:
            state = lifecycle.after(engagement.state, "withdraw")
            self._state.engagements[engagement.engagement_id] = replace(engagement, state=state)

    async def reply_to_invitation(self, invite_id: bytes, box: bytes, *, ends: bool, now: int) -> None:
        """It stands where the acceptance would."""
        known = self._state.invitations.get(invite_id)
        if known is None or known.expires_at <= now:
            raise NotFound
        if known.acceptance == box:
            return
        if known.state != "open":
            raise Gone(f"invitation-{known.state}")
        self._state.invitations[invite_id] = replace(known, acceptance=box)
        if ends:
            self._state.invitations[invite_id] = replace(known, acceptance=box, state="declined", box=b"")
            self._state.drop_code(invite_id)

    async def apply_act(self, engagement_id: bytes, step: Step, *, now: int) -> list[tuple[bytes, int]]:
        """Check the number, then change all."""
        engagement = await self._need_engagement(engagement_id, now)
        if 1 <= step.number <= len(engagement.acts) and engagement.acts[step.number - 1] == step.act:
            return []
        if step.number != len(engagement.acts) + 1:
            raise Conflict("act-out-of-order")
        check_release(self._state, engagement_id, step, now)
        check_swap(self._state, engagement_id, step.swap, now)
        policies = (*engagement.policies, step.policy) if step.policy else engagement.policies
        self._state.engagements[engagement_id] = replace(
            engagement, acts=(*engagement.acts, step.act), policies=policies, proposals=()
        )
        self._state.proposals.pop(engagement_id, None)
        cursors = self._shorten(engagement_id, step, now)
        take_release(self._state, engagement_id, step, now)
        if step.ends_at not in (0, engagement.expires_at):
            self._state.end_engagement_at(engagement_id, step.ends_at)
        if step.swap:
            swap_client(self._state, engagement_id, step.swap, now)
        return cursors

    async def put_proposal(
        self, engagement_id: bytes, role: Role, number: int, act: bytes, *, now: int
    ) -> None:
        """It ends with the engagement, or with the next act."""
        engagement = await self._need_engagement(engagement_id, now)
        if number != len(engagement.acts) + 1:
            raise Conflict("act-out-of-order")
        self._state.proposals.setdefault(engagement_id, {})[role] = act

    async def drop_proposals(self, engagement_id: bytes, *, now: int) -> None:
        """Those of both sides."""
        await self._need_engagement(engagement_id, now)
        self._state.proposals.pop(engagement_id, None)

    async def _need_engagement(self, engagement_id: bytes, now: int) -> Engagement:
        engagement = await self.engagement(engagement_id, now=now)
        if engagement is None:
            raise NotFound
        return engagement

    def _shorten(self, engagement_id: bytes, step: Step, now: int) -> list[tuple[bytes, int]]:
        both = [m for m in self._state.mailboxes.values() if m.engagement_id == engagement_id]
        cursors: dict[bytes, int] = {}
        recalled: list[bytes] = []
        for mailbox in sorted(both, key=lambda m: m.role):
            for envelope_id in step.shorten if mailbox.role in step.sides else ():
                entry = self._state.entries.get((mailbox.mailbox_id, envelope_id))
                if entry is None or entry.reason or entry.expires_at <= max(step.date, now):
                    continue
                entry.expires_at, entry.why = step.date, Reason.SHORTENED
                self._state.bring_segment_forward(segment_place(entry), step.date)
                if step.date <= now:
                    blob_ids = entry.blob_ids
                    recalled += blob_ids
                    self._state.expire(entry, Reason.SHORTENED, now)
                    self._state.drop_due_uploads(blob_ids, now)
                    cursors[mailbox.mailbox_id] = entry.order
        if len(step.sides) == len(PARTIES):
            self._state.drop_linked_uploads(recalled)
        return list(cursors.items())


def _coach_of(engagement: Engagement) -> set[bytes]:
    return {member.account_id for member in engagement.members if member.role is Role.COACH}
