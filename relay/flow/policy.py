"""Policy: drafts, invitations, agreements and the signed acts that change them. Owns who may begin,
invite and act.

An act is applied once, in order, by the rules of `relay.core.acts`; whoever waits for the engagement is
told. To a stranger an engagement is not there. (docs/protocol.md, parts 10, 12 and 13.)
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Final

from keys.acts import parse_act
from keys.box import OVERHEAD_BYTES
from keys.names import ZERO_ID, Random, Role, mailbox_id
from keys.statement import parse_statement
from keys.suite import is_strict_public
from relay.core.acts import check_offer, check_proposal, next_step
from relay.core.errors import Malformed, NotAllowed, NotFound, TooManyRequests
from relay.core.lifecycle import after
from relay.core.model import Engagement, Invitation, Mailbox, Member, Notes, State, Step
from relay.core.policy import standing_of
from relay.core.ports import Store, Wake
from relay.core.retention import DRAFT_SECONDS, check_date
from relay.flow.fetch import Fetch
from relay.flow.membership import joined
from relay.flow.standings import Standings
from relay.flow.whole import to_the_end

MOST_MAILBOXES: Final = 2048
MOST_BOX_BYTES: Final = 64 * 1024
_LOCAL_RANDOM_BYTES: Final = 10
WAITING: Final = (State.DRAFT, State.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Offer:
    """An invitation of a client, as its coach posts it."""

    invite_id: bytes
    redemption_key: bytes
    box: bytes = field(repr=False)
    expires_at: int
    policy: bytes = field(repr=False)
    act: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class View:
    """An engagement as a member sees it. The invitation is shown to the coach alone."""

    engagement: Engagement
    state: State
    ends_at: int
    notes: Notes
    invitation: Invitation | None


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list says of an engagement to a member. `asked`: how many proposals of the other wait;
    `invitation`: to the coach, while nobody has accepted.
    """

    engagement: Engagement
    state: State
    ends_at: int
    asked: int
    invitation: Invitation | None


class Agreements:
    """Begins engagements and takes the acts that govern them. `invitation_keep_seconds` bounds an unused
    invitation.
    """

    def __init__(
        self,
        store: Store,
        standings: Standings,
        fetch: Fetch,
        wake: Wake,
        random: Random,
        *,
        invitation_keep_seconds: int,
    ) -> None:
        self._store = store
        self._standings = standings
        self._fetch = fetch
        self._wake = wake
        self._random = random
        self._invitation_keep_seconds = invitation_keep_seconds

    async def create(self, account_id: bytes, engagement_id: bytes, now: int) -> View:
        """Begin a draft with the coach's and the notes mailbox; the same again changes nothing. Raises
        NotAllowed for anybody but a coach, Conflict `engagement-conflict`.
        """
        account = await self._store.account(account_id, now=now)
        if account is None or account.role is not Role.COACH:
            raise NotAllowed("only a coach begins")
        if engagement_id == ZERO_ID or len(engagement_id) != len(ZERO_ID):
            raise Malformed("engagement id")
        if len(await self._store.mailboxes_of(account_id, now=now)) >= MOST_MAILBOXES:
            raise TooManyRequests
        statement = (await self._store.statements(account_id, after=0))[-1]
        draft, mailboxes = self._draft(account_id, engagement_id, statement, now + DRAFT_SECONDS)
        await self._store.create_engagement(draft, mailboxes, now=now)
        self._wake.opened(account_id, engagement_id, [mailbox.mailbox_id for mailbox in mailboxes])
        return await self.one(account_id, engagement_id, now)

    async def all_of(self, account_id: bytes, now: int) -> list[Listed]:
        """All engagements of a member, of each what a list says."""
        engagements = await self._store.engagements_of(account_id, now=now)
        return [await self._listed(engagement, account_id, now) for engagement in engagements]

    async def one(self, account_id: bytes, engagement_id: bytes, now: int) -> View:
        """An engagement of a member. Raises NotFound."""
        engagement, _ = await joined(self._store, account_id, engagement_id, now)
        return await self._view(engagement, account_id, now)

    async def invite(self, account_id: bytes, engagement_id: bytes, offer: Offer, now: int) -> None:
        """Offer a draft to a client; replaces an unused invitation. Raises NotFound, NotAllowed, Malformed,
        ActRefused, Conflict.
        """
        engagement, role = await joined(self._store, account_id, engagement_id, now)
        if role is not Role.COACH:
            raise NotAllowed("only the coach invites")
        after(engagement.state, "accept")
        check_date(offer.expires_at, now, self._invitation_keep_seconds)
        check_invitation(offer.invite_id, offer.redemption_key, offer.box)
        coach_public = parse_statement(_coach(engagement).statement).card.identity_public
        check_offer(engagement_id, coach_public, offer.policy, offer.act, now)
        await self._store.put_invitation(_invitation(engagement_id, offer), now=now)
        self._changed(engagement_id)

    async def withdraw(self, account_id: bytes, invite_id: bytes, now: int) -> None:
        """Withdraw an unused invitation of one's own engagement. Raises NotFound, Gone once it was used."""
        invitation = await self._store.invitation(invite_id, now=now)
        if invitation is None:
            raise NotFound
        _, role = await joined(self._store, account_id, invitation.engagement_id, now)
        if role is not Role.COACH:
            raise NotFound
        await self._store.withdraw_invitation(invite_id, now=now)
        self._changed(invitation.engagement_id)

    async def act(self, account_id: bytes, engagement_id: bytes, raw: bytes, policy: bytes, now: int) -> None:
        """Take the next act; `policy` is the frame that an act of kind 1 puts in force. The same again
        changes nothing. Raises NotFound, Malformed, Conflict `act-out-of-order`, ActRefused.
        """
        engagement, _ = await joined(self._store, account_id, engagement_id, now)
        step = next_step(engagement, raw, policy, now)
        if step is None:
            return
        await to_the_end(self._apply(engagement_id, step, now))

    async def _apply(self, engagement_id: bytes, step: Step, now: int) -> None:
        try:
            with self._standings.changing(engagement_id):
                cursors = await self._store.apply_act(engagement_id, step, now=now)
        finally:  # an answer that is lost may be of a commit
            self._changed(engagement_id)
        for one, cursor in cursors:
            self._wake.mailbox(one, cursor)

    async def propose(self, account_id: bytes, engagement_id: bytes, raw: bytes, now: int) -> None:
        """Show the other an act that waits for their signature; it takes the place of the caller's own
        earlier one. Raises NotFound, Malformed, Conflict `act-out-of-order`, ActRefused.
        """
        engagement, role = await joined(self._store, account_id, engagement_id, now)
        number = check_proposal(engagement, raw, role, now)
        await self._store.put_proposal(engagement_id, role, number, raw, now=now)
        self._changed(engagement_id)

    async def drop_proposals(self, account_id: bytes, engagement_id: bytes, now: int) -> None:
        """Withdraw one's own proposal and decline the other's: as both have one number, only one could have
        been taken. Raises NotFound.
        """
        await joined(self._store, account_id, engagement_id, now)
        await self._store.drop_proposals(engagement_id, now=now)
        self._changed(engagement_id)

    async def change_address(self, account_id: bytes, mailbox_id: bytes, now: int) -> str:
        """Give a mailbox a new inbound address, whose local part is returned; the old one ends. Raises
        NotFound.
        """
        await self._fetch.owned(account_id, mailbox_id, now, writes=True)
        local_part = random_local_part(self._random)
        await self._store.change_address(mailbox_id, local_part, now=now)
        return local_part

    async def _view(self, engagement: Engagement, account_id: bytes, now: int) -> View:
        invitation = None
        if _coach(engagement).account_id == account_id:
            invitation = await self._store.invitation_of(engagement.engagement_id, now=now)
        standing = standing_of(engagement)
        notes = await self._store.notes(engagement.notes_mailbox_id, now=now)
        return View(engagement, standing.state_at(now), standing.ends_at, notes, invitation)

    async def _listed(self, engagement: Engagement, account_id: bytes, now: int) -> Listed:
        invitation = None
        if engagement.state in WAITING and _coach(engagement).account_id == account_id:
            invitation = await self._store.invitation_of(engagement.engagement_id, now=now)
        standing = standing_of(engagement)
        asked = _asked(engagement, account_id)
        return Listed(engagement, standing.state_at(now), standing.ends_at, asked, invitation)

    def _draft(
        self, account_id: bytes, engagement_id: bytes, statement: bytes, expires_at: int
    ) -> tuple[Engagement, list[Mailbox]]:
        fp = parse_statement(statement).fp
        mailboxes = [
            Mailbox(
                mailbox_id=mailbox_id(engagement_id, role, fp),
                engagement_id=engagement_id,
                account_id=account_id,
                role=role,
                address=random_local_part(self._random),
                cursor=0,
                expires_at=expires_at,
            )
            for role in (Role.COACH, Role.NOTES)
        ]
        coach = Member(Role.COACH, account_id, mailboxes[0].mailbox_id, fp, statement)
        draft = Engagement(
            engagement_id, State.DRAFT, (coach,), mailboxes[1].mailbox_id, expires_at=expires_at
        )
        return draft, mailboxes

    def _changed(self, engagement_id: bytes) -> None:
        self._standings.forget(engagement_id)
        self._wake.engagement(engagement_id)


def check_invitation(invite_id: bytes, redemption_key: bytes, box: bytes) -> None:
    """Refuse an invitation whose id, key or box cannot be one's. Malformed."""
    if not is_strict_public(redemption_key) or len(invite_id) != len(ZERO_ID):
        raise Malformed("invitation")
    if not OVERHEAD_BYTES < len(box) <= MOST_BOX_BYTES:
        raise Malformed("invitation box")


def random_local_part(random: Random) -> str:
    """The local part of an inbound address: 16 characters, 80 random bits, nothing of a person."""
    return base64.b32encode(random(_LOCAL_RANDOM_BYTES)).decode("ascii").lower()


def _coach(engagement: Engagement) -> Member:
    return next(member for member in engagement.members if member.role is Role.COACH)


def _asked(engagement: Engagement, account_id: bytes) -> int:
    mine = {member.fp for member in engagement.members if member.account_id == account_id}
    signed = [set(parse_act(raw).signatures) for raw in engagement.proposals]
    return sum(not fps & mine for fps in signed)


def _invitation(engagement_id: bytes, offer: Offer) -> Invitation:
    return Invitation(
        invite_id=offer.invite_id,
        kind=1,
        engagement_id=engagement_id,
        redemption_key=offer.redemption_key,
        box=offer.box,
        policy=offer.policy,
        act=offer.act,
        expires_at=offer.expires_at,
    )
