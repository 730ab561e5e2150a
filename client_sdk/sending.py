"""Sending: from a draft of any kind to what the relay has on disk.

Owns the way of one content through readiness, date, files, outbox and relay. Nothing leaves before it is
sealed for both. What stops in the middle waits in the outbox, and nobody is told to send it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from client_sdk.attachment import Attachment
from client_sdk.attachments import OnProgress
from client_sdk.bounds import bounded
from client_sdk.compose import Composed, Draft, Step, choose_date, compose
from client_sdk.core import Core
from client_sdk.errors import EngagementClosed, ServerUnavailable
from client_sdk.messages import Sent, instant
from client_sdk.once_opened import check_after_opening
from client_sdk.outbox import Delivery, Outbox
from client_sdk.parties import Place
from client_sdk.showing import message_id
from client_sdk.standing import Standing
from keys.names import day_of


class Sending:
    """Sends contents of one engagement."""

    def __init__(self, core: Core, outbox: Outbox, standing: Standing) -> None:
        self._core = core
        self._outbox = outbox
        self._standing = standing

    async def send(
        self,
        draft: Draft,
        attach: Sequence[Attachment] = (),
        *,
        keep_until: int | None = None,
        on_progress: OnProgress | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 (the limit passes into two halves)
    ) -> Sent:
        """Seal a draft with its files and store it. Raises what `AsyncEngagement.send` does."""
        composed, settled = None, list[Delivery]()
        try:
            async with bounded(timeout):
                composed = await self._seal(draft, attach, keep_until)
                settled = await self._outbox.flush(self._standing.engagement_id, on_progress)
        except ServerUnavailable:
            if composed is None:  # else it waits, sealed, and whoever is told to try again sends it twice
                raise
        return self._sent(composed, settled)

    async def _seal(self, draft: Draft, attach: Sequence[Attachment], keep_until: int | None) -> Composed:
        """Seal a draft into the outbox."""
        await self._core.head.refresh()
        place = await self.ready()
        check_after_opening(self._standing.terms.policy, draft.days_after_opening)
        now = self._core.now()
        expires_at = choose_date(self._standing.terms.in_force, keep_until, now)
        day_keys = await self._core.keepers.day_keys(day_of(expires_at))
        await self._outbox.flush(self._standing.engagement_id)
        records = await self._outbox.seal_files(attach, expires_at)
        complete = replace(draft, files=tuple(one.label for one in attach), records=records)

        def make(step: Step) -> Composed:
            return compose(
                place,
                self._standing.terms,
                complete,
                step,
                expires_at=expires_at,
                now=now,
                day_keys=day_keys,
                random=self._core.random,
            )

        try:
            return self._outbox.enqueue(
                self._standing.engagement_id, place.me.fp, records, self._standing.kept_until(), make
            )
        except BaseException:
            self._outbox.drop_files([record.blob_id for record in records])
            raise

    async def ready(self) -> Place:
        """Make sure that something may be sent: both have signed and the work goes on."""
        await self._standing.refresh()
        if self._standing.state != "active":
            raise EngagementClosed
        return self._standing.place

    def _sent(self, composed: Composed, settled: Sequence[Delivery]) -> Sent:
        mine = next((one for one in settled if one.content_id == composed.content_id), None)
        if mine is not None and mine.refusal is not None:
            raise mine.refusal
        reason = "" if mine else self._outbox.waits_for.get(self._standing.engagement_id, "unavailable")
        return Sent(
            message_id(composed.content_id),
            self._standing.engagement_id.hex(),
            instant(composed.expires_at),
            waiting=mine is None,
            reason=reason,
        )
