"""Overview: how one engagement stands, in one answer: before it begins, while it lasts, and once it has gone.

Owns what is counted into it. Asks the relay for nothing but the reply to an invitation: who calls has taken
in what is new.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from client_sdk.attending import Attending
from client_sdk.changes import ProposedChange
from client_sdk.core import Core
from client_sdk.finding import slug
from client_sdk.messages import EngagementSummary, Waiting, instant
from client_sdk.outbox import Outbox
from client_sdk.replying import reply_to
from client_sdk.standing import Standing
from keys.policy import parse_policy


class Overview:
    """Sums one engagement up."""

    def __init__(self, core: Core, outbox: Outbox, standing: Standing, attending: Attending) -> None:
        self._core = core
        self._outbox = outbox
        self._standing = standing
        self._attending = attending

    async def invited(self) -> EngagementSummary:
        """Return how it stands before both have signed, with what the invited person has said."""
        said = await reply_to(self._core, self._standing.item)
        return replace(self._as_pinned("invited"), reply=said)

    def gone(self) -> EngagementSummary:
        """Return how it stands once the relay knows it no more."""
        return self._as_pinned("gone")

    def present(self, proposals: Sequence[ProposedChange]) -> EngagementSummary:
        """Return how it stands by what was signed; `proposals` are those of both."""
        terms = self._standing.terms
        return self._summary(self._standing.state, terms.work_ends_at, terms.ends_at, proposals)

    def _as_pinned(self, state: str) -> EngagementSummary:
        """By the policy that my own vault keeps: there are no acts to be asked."""
        policy = parse_policy(self._standing.item.policy)
        return self._summary(state, policy.work_ends_at, policy.hold_ends_at, ())

    def _summary(
        self, state: str, work_ends_at: int, ends_at: int, proposals: Sequence[ProposedChange]
    ) -> EngagementSummary:
        tally, name = self._attending.tally(), self._standing.item.their_name
        queued = [one for one in self._outbox.waiting() if one.engagement_id == self._standing.engagement_id]
        waiting = (
            Waiting(one.id, one.kind, one.mine, one.proposed_at) for one in proposals if one.state == "open"
        )
        return EngagementSummary(
            engagement_id=self._standing.engagement_id.hex(),
            handle=slug(name),
            name=name,
            state=state,
            here=tally.here,
            unread=tally.unread,
            waiting=len(queued),
            work_ends_at=instant(work_ends_at),
            hold_ends_at=instant(ends_at),
            next_deletion_at=instant(tally.next.at) if tally.next.at else None,
            files=tally.files,
            next_messages=tally.next.messages,
            next_files=tally.next.files,
            unread_goes_at=instant(tally.unread_goes_at) if tally.unread_goes_at else None,
            unread_going=tally.unread_going,
            proposals=tuple(waiting),
            notices=tally.notices,
        )
