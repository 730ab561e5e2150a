"""Runs of the spoken check in the file. Owns the table `spoken_runs`."""

from __future__ import annotations

import sqlite3
from functools import partial

from relay.core.errors import Conflict, NotFound
from relay.core.model import SpokenRun
from relay.core.spoken import OUT_OF_ORDER
from relay.store.base import Part

FIND = """
SELECT engagement_id, commitment, client_random, coach_random, expires_at FROM spoken_runs
WHERE engagement_id = ? AND expires_at > ?"""
PUT = """
INSERT INTO spoken_runs (engagement_id, commitment, client_random, coach_random, expires_at)
VALUES (?, ?, ?, ?, ?) ON CONFLICT (engagement_id) DO UPDATE SET commitment = excluded.commitment,
    client_random = excluded.client_random, coach_random = excluded.coach_random,
    expires_at = excluded.expires_at"""


class SqlSpokenRuns(Part):
    """`relay.core.ports.SpokenRuns`."""

    async def spoken_run(self, engagement_id: bytes, *, now: int) -> SpokenRun | None:
        """None where it is over."""
        return await self._read(partial(_find, engagement_id=engagement_id, now=now))

    async def swap_spoken_run(self, before: SpokenRun | None, after: SpokenRun, *, now: int) -> None:
        """Compared and changed in one transaction."""
        await self._write(partial(_swap, before=before, after=after, now=now))


def _find(database: sqlite3.Connection, engagement_id: bytes, now: int) -> SpokenRun | None:
    row = database.execute(FIND, (engagement_id, now)).fetchone()
    return SpokenRun(*row) if row else None


def _swap(database: sqlite3.Connection, before: SpokenRun | None, after: SpokenRun, now: int) -> None:
    living = "SELECT 1 FROM engagements WHERE engagement_id = ? AND expires_at > ?"
    if database.execute(living, (after.engagement_id, now)).fetchone() is None:
        raise NotFound
    if _find(database, after.engagement_id, now) != before:
        raise Conflict(OUT_OF_ORDER)
    row = (after.engagement_id, after.commitment, after.client_random, after.coach_random, after.expires_at)
    database.execute(PUT, row)
