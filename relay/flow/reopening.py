"""Reopening: a client who lost every way in is let back by the coach. Owns who may open, claim, end and stop
it, and that the former client's pages are told; what a step may be is `relay.core.reopening`.

The relay carries an invitation, a claim and an act, and could make none of them. Must never let a newcomer
see or write anything of the engagement before the act. (docs/protocol.md, part 25.)
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from keys.acts import parse_act
from keys.names import ZERO_HASH, Random, Role
from keys.policy import policy_hash
from keys.reopening import REOPENING
from relay.core.errors import NotAllowed, NotFound
from relay.core.model import Engagement, Invitation, Reopening, Step
from relay.core.policy import standing_of
from relay.core.ports import Store, Wake
from relay.core.reopening import REOPENING_SECONDS, check_claim, check_open, member_of, next_step
from relay.core.retention import check_date
from relay.flow.company import Company
from relay.flow.happenings import Happenings
from relay.flow.policy import check_invitation, random_local_part
from relay.flow.standings import Standings
from relay.flow.whole import to_the_end

BEGUN = 5
TAKEN = 6
OPENINGS = 6
"""Of an engagement within an hour: each is told to the client, and the oldest that was told them goes."""


@dataclass(frozen=True, slots=True)
class Reopens:
    """An invitation of a client whose mailbox is lost, as the coach posts it."""

    invite_id: bytes
    redemption_key: bytes
    box: bytes = field(repr=False)
    expires_at: int


@dataclass(frozen=True, slots=True)
class ReopeningView:
    """A reopening as one of its people sees it. `you` is coach, client, newcomer or former; number, previous
    hash and policy are those of the act that comes next.
    """

    reopening: Reopening
    you: str
    number: int
    previous_hash: bytes
    policy_hash: bytes


class Reopenings:
    """Opens, shows, claims, ends and stops reopenings."""

    def __init__(
        self,
        store: Store,
        standings: Standings,
        wake: Wake,
        random: Random,
        happenings: Happenings,
        company: Company,
    ) -> None:
        self._store, self._standings, self._wake = store, standings, wake
        self._random, self._happenings = random, happenings
        self._opened = company.hourly("reopening", OPENINGS)

    async def open(self, account_id: bytes, engagement_id: bytes, offer: Reopens, now: int) -> None:
        """Open one; one that was not taken ends. The same again changes nothing. Raises NotFound, NotAllowed,
        Malformed, ActRefused, TooManyRequests, Conflict `reopening-conflict`.
        """
        engagement = await self._engagement(engagement_id, now)
        if _you(engagement, None, account_id) != "coach":
            raise NotAllowed("only the coach reopens")
        check_open(engagement, now)
        check_date(offer.expires_at, now, REOPENING_SECONDS)
        check_invitation(offer.invite_id, offer.redemption_key, offer.box)
        known = await self._store.reopening(engagement_id, now=now)
        if known is not None and known.invite_id == offer.invite_id:
            return  # nobody is told twice
        self._opened.take(engagement_id, now)
        client = member_of(engagement, Role.CLIENT)
        reopening = Reopening(
            engagement_id=engagement_id,
            invite_id=offer.invite_id,
            state="open",
            opened_at=now,
            former_account_id=client.account_id,
            former_mailbox_id=client.mailbox_id,
            account_id=b"",
            claim=b"",
            expires_at=min(offer.expires_at, standing_of(engagement).ends_at),
        )
        invitation = Invitation(
            offer.invite_id,
            REOPENING,
            engagement_id,
            offer.redemption_key,
            offer.box,
            b"",
            b"",
            reopening.expires_at,
        )
        await self._store.put_reopening(reopening, invitation, now=now)
        await self._tell(client.account_id, BEGUN, now)
        self._wake.engagement(engagement_id)

    async def view(self, account_id: bytes, engagement_id: bytes, now: int) -> ReopeningView | None:
        """What is under way; None where nothing is. Raises NotFound for a stranger."""
        engagement = await self._engagement(engagement_id, now)
        reopening = await self._store.reopening(engagement_id, now=now)
        you = _you(engagement, reopening, account_id)
        if reopening is None:
            return None
        last = parse_act(engagement.acts[-1]).core if engagement.acts else None
        number, previous = (last.number + 1, last.hash) if last else (1, ZERO_HASH)
        return ReopeningView(reopening, you, number, previous, policy_hash(engagement.policies[-1]))

    async def drop(self, account_id: bytes, engagement_id: bytes, now: int) -> None:
        """Coach or client end it, before it was taken. Raises NotFound, Conflict `reopening-conflict`."""
        engagement = await self._engagement(engagement_id, now)
        if not _is_member(engagement, account_id):
            raise NotFound
        await self._store.drop_reopening(engagement_id, now=now)
        self._wake.engagement(engagement_id)

    async def claim(self, account_id: bytes, engagement_id: bytes, raw: bytes, now: int) -> None:
        """The newcomer's word, and act. Raises NotFound, Malformed, Conflict, ActRefused."""
        engagement = await self._engagement(engagement_id, now)
        reopening = await self._store.reopening(engagement_id, now=now)
        if reopening is None or _you(engagement, reopening, account_id) != "newcomer":
            raise NotFound
        check_claim(engagement, reopening, raw, now)
        await self._store.put_claim(engagement_id, account_id, raw, now=now)
        self._wake.engagement(engagement_id)

    async def act(self, account_id: bytes, engagement_id: bytes, raw: bytes, now: int) -> None:
        """Take an act of kind 8, from the coach, or 9, from the former client. The same again changes
        nothing. Raises NotFound, Malformed, Conflict, ActRefused.
        """
        engagement = await self._engagement(engagement_id, now)
        reopening = await self._store.reopening(engagement_id, now=now)
        _you(engagement, reopening, account_id)
        step = next_step(engagement, reopening, raw, now)
        if step is None or reopening is None or step.swap is None:
            return
        swap = replace(step.swap, address=random_local_part(self._random))
        await to_the_end(self._apply(reopening, replace(step, swap=swap), swap.what == "take", now))

    async def _apply(self, reopening: Reopening, step: Step, is_taken: bool, now: int) -> None:
        engagement_id = reopening.engagement_id
        with self._standings.changing(engagement_id):  # an answer that is lost may be of a commit
            await self._store.apply_act(engagement_id, step, now=now)
        if is_taken:
            await self._tell(reopening.former_account_id, TAKEN, now)
        for mailbox in await self._store.mailboxes_of(reopening.account_id, now=now):
            self._wake.opened(reopening.account_id, engagement_id, [mailbox.mailbox_id])
        self._wake.engagement(engagement_id)

    async def _engagement(self, engagement_id: bytes, now: int) -> Engagement:
        engagement = await self._store.engagement(engagement_id, now=now)
        if engagement is None:
            raise NotFound
        return engagement

    async def _tell(self, account_id: bytes, kind: int, now: int) -> None:
        await self._happenings.note(account_id, kind, now)


def newcomer_of(reopening: Reopening | None) -> bytes:
    """The account that plays the client's part in a spoken check; empty where nobody has joined."""
    return reopening.account_id if reopening and reopening.state in ("joined", "claimed") else b""


def _you(engagement: Engagement, reopening: Reopening | None, account_id: bytes) -> str:
    """Who this account is here. Raises NotFound for a stranger."""
    for member in engagement.members:
        if member.account_id == account_id:
            return "coach" if member.role is Role.COACH else "client"
    if reopening is not None and account_id == reopening.account_id:
        return "newcomer"
    if reopening is not None and account_id == reopening.former_account_id:
        return "former"
    raise NotFound


def _is_member(engagement: Engagement, account_id: bytes) -> bool:
    return any(member.account_id == account_id for member in engagement.members)
