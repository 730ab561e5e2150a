"""Runs of the spoken check in memory. Owns no dictionary of its own."""

from __future__ import annotations

from relay.core.errors import Conflict, NotFound
from relay.core.model import SpokenRun
from relay.core.spoken import OUT_OF_ORDER
from relay.store.memory.state import State


class MemorySpokenRuns:
    """`relay.core.ports.SpokenRuns`."""

    _state: State

    async def spoken_run(self, engagement_id: bytes, *, now: int) -> SpokenRun | None:
        """None where it is over."""
        run = self._state.spoken_runs.get(engagement_id)
        return run if run is not None and run.expires_at > now else None

    async def swap_spoken_run(self, before: SpokenRun | None, after: SpokenRun, *, now: int) -> None:
        """Compare, then change."""
        engagement = self._state.engagements.get(after.engagement_id)
        if engagement is None or engagement.expires_at <= now:
            raise NotFound
        if await self.spoken_run(after.engagement_id, now=now) != before:
            raise Conflict(OUT_OF_ORDER)
        self._state.spoken_runs[after.engagement_id] = after
