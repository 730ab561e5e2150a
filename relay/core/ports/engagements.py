"""What two people share: engagements with their acts and mailboxes, the spoken check, a lost mailbox that is
reopened, and where the sponsor's link leads.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from keys.names import Role
from relay.core.model import Engagement, Invitation, Mailbox, Release, Reopening, Slot, SpokenRun, Step


class Engagements(Protocol):
    """Engagements, invitations, acts, mailboxes."""

    async def create_engagement(
        self, engagement: Engagement, mailboxes: Sequence[Mailbox], *, now: int
    ) -> None:
        """A draft with the coach's and the notes mailbox. The same again: no change. Another coach's id:
        Conflict `engagement-conflict`.
        """

    async def engagement(self, engagement_id: bytes, *, now: int) -> Engagement | None: ...

    async def engagements_of(self, account_id: bytes, *, now: int) -> list[Engagement]: ...

    async def engagement_of_mailbox(self, mailbox_id: bytes, *, now: int) -> Engagement | None: ...

    async def mailboxes_of(self, account_id: bytes, *, now: int) -> list[Mailbox]: ...

    async def mailbox(self, mailbox_id: bytes, *, now: int) -> Mailbox | None: ...

    async def mailbox_by_address(self, address: str, *, now: int) -> Mailbox | None: ...

    async def change_address(self, mailbox_id: bytes, address: str, *, now: int) -> None: ...

    async def put_invitation(self, invitation: Invitation, *, now: int) -> None:
        """Store; of a client's engagement, an earlier unused one is withdrawn."""

    async def invitation(self, invite_id: bytes, *, now: int) -> Invitation | None:
        """The row while it exists, used and withdrawn ones too, so that its page can say which."""

    async def invitation_of(self, engagement_id: bytes, *, now: int) -> Invitation | None: ...

    async def withdraw_invitation(self, invite_id: bytes, *, now: int) -> None: ...

    async def reply_to_invitation(self, invite_id: bytes, box: bytes, *, ends: bool, now: int) -> None:
        """Keep a reply with an open invitation, in the place of an earlier one; one that ends it takes box
        and code with it, and leaves the draft. The same again changes nothing. NotFound; Gone
        `invitation-used|-withdrawn|-declined`.
        """

    async def apply_act(self, engagement_id: bytes, step: Step, *, now: int) -> list[tuple[bytes, int]]:
        """Append an act (Conflict `act-out-of-order` unless its number is the next; the same bytes again: no
        change) and bring the named envelopes of the mailboxes of its sides forward to its date; those then
        due go in the same transaction. Proposals, which have the same number, go. Returns the (mailbox id,
        cursor) pairs that changed.

        A policy is the newest in force from then on. An end is that of the engagement, its mailboxes and
        their tombstones: what is in them never outlives it, and is not moved back; both accounts live at
        least 30 days longer, and never shorter than before.


        An act of kind 6 puts its envelope into the open slot's mailbox; ActRefused where another slot is
        open by now, InboxFull. What was released there before ends when this one begins. One of kind 7 ends
        all of its slot's releases at once.
        """

    async def put_proposal(
        self, engagement_id: bytes, role: Role, number: int, act: bytes, *, now: int
    ) -> None:
        """Keep an act that waits for the other's signature, in the place of this side's earlier one, until
        an act takes its number. NotFound, Conflict `act-out-of-order` unless `number` is the next.
        """

    async def drop_proposals(self, engagement_id: bytes, *, now: int) -> None:
        """Nothing waits any more. NotFound."""


class Slots(Protocol):
    """Where sponsors' links lead, at most one an engagement. The mailbox of a slot is found by nothing else:
    `mailbox`, `mailboxes_of` and what is asked by address or by mailbox know nothing of it.
    """

    async def put_slot(self, slot: Slot, account_id: bytes, *, most: int, now: int) -> None:
        """Open a slot, with its mailbox, which is this account's; receipts go there. One that was open
        closes: its releases go in the same transaction. The same slot takes new digits. Conflict
        `engagement-conflict` for a link id that is known elsewhere, TooManyRequests where the engagement had
        `most`, NotFound.
        """

    async def close_slot(self, engagement_id: bytes, *, now: int) -> None:
        """Its releases go with it. NotFound."""

    async def slot(self, engagement_id: bytes, *, now: int) -> Slot | None: ...

    async def slot_of_link(self, link_id: bytes, *, now: int) -> Slot | None: ...

    async def releases(self, mailbox_id: bytes, *, now: int) -> list[Release]:
        """What lives in a slot's mailbox, ascending by act number."""

    async def release_now(self, mailbox_id: bytes, *, now: int) -> Release | None:
        """Of these the one of the highest act number whose not-before has come. Where there is none the work
        is the same, whatever there was or will be.
        """


class SpokenRuns(Protocol):
    """Runs of the spoken check, at most one an engagement."""

    async def spoken_run(self, engagement_id: bytes, *, now: int) -> SpokenRun | None: ...

    async def swap_spoken_run(self, before: SpokenRun | None, after: SpokenRun, *, now: int) -> None:
        """Store `after` in the place of `before`. Conflict `check-out-of-order` where another stands there,
        NotFound without the engagement.
        """


class Reopenings(Protocol):
    """Lost mailboxes that their coaches reopen, at most one an engagement. Who enrols by its invitation is
    its newcomer; the sweep ends what is due: one that was not taken with the newcomer's account, one that
    was with the former client's mailbox and ways in.
    """

    async def put_reopening(self, reopening: Reopening, invitation: Invitation, *, now: int) -> None:
        """Open one, in the place of one that was not taken. Conflict `reopening-conflict` while one that was
        may still be stopped, NotFound without the engagement.
        """

    async def reopening(self, engagement_id: bytes, *, now: int) -> Reopening | None:
        """With the newest statements of both and the acceptance."""

    async def put_claim(self, engagement_id: bytes, account_id: bytes, claim: bytes, *, now: int) -> None:
        """What the newcomer of that account claims, in the place of an earlier claim. Conflict
        `reopening-conflict` where that is not its newcomer, or it was taken.
        """

    async def drop_reopening(self, engagement_id: bytes, *, now: int) -> None:
        """End one that was not taken, with its newcomer. NotFound, Conflict `reopening-conflict`."""
