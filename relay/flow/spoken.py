"""Spoken check: coach and client, on the telephone, see the same six digits. Owns who may take part, how
often, and that both are woken at each step; what a step may be is `relay.core.spoken`.
"""

from __future__ import annotations

from keys.names import Role
from relay.core import spoken
from relay.core.errors import EngagementClosed, NotFound
from relay.core.model import PARTIES, SpokenRun, State
from relay.core.policy import standing_of
from relay.core.ports import Store, Wake
from relay.flow.company import Company
from relay.flow.reopening import newcomer_of

RUNS = 12
"""That may be begun in an engagement within an hour: each is a chance in a million for a relay that lies."""


class SpokenChecks:
    """Carries the three values of a run from one side to the other."""

    def __init__(self, store: Store, wake: Wake, company: Company) -> None:
        self._store, self._wake = store, wake
        self._runs = company.hourly("spoken", RUNS)

    async def run(self, account_id: bytes, engagement_id: bytes, now: int) -> SpokenRun | None:
        """The run that is under way. Raises NotFound, EngagementClosed."""
        await self._role(account_id, engagement_id, now)
        return await self._store.spoken_run(engagement_id, now=now)

    async def step(
        self, account_id: bytes, engagement_id: bytes, commitment: bytes, number: bytes | None, now: int
    ) -> SpokenRun:
        """Begin a run with a commitment alone, or answer in one. Raises NotFound, EngagementClosed,
        Malformed, Conflict `check-out-of-order`, TooManyRequests.
        """
        role = await self._role(account_id, engagement_id, now)
        before = await self._store.spoken_run(engagement_id, now=now)
        if number is None:
            after = spoken.begin(engagement_id, role, commitment, now)
            self._runs.take(engagement_id, now)
        else:
            after = spoken.answer(before, role, commitment, number)
        if after != before:
            await self._store.swap_spoken_run(before, after, now=now)
            self._wake.engagement(engagement_id)
        return after

    async def _role(self, account_id: bytes, engagement_id: bytes, now: int) -> Role:
        engagement = await self._store.engagement(engagement_id, now=now)
        if engagement is None:
            raise NotFound
        standing = standing_of(engagement)
        role, states = standing.role_of(account_id), {State.ACTIVE}
        newcomer = newcomer_of(await self._store.reopening(engagement_id, now=now))
        if newcomer:
            states.add(State.HELD)
            role = Role.CLIENT if account_id == newcomer else None if role is Role.CLIENT else role
        if role is None or role not in PARTIES:
            raise NotFound
        if standing.state_at(now) not in states:
            raise EngagementClosed
        return role
