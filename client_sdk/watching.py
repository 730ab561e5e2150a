"""Watching: events of all mailboxes of an open account, each once, over connections that come and go.

Owns the orders up to which each mailbox was told. A wake only says where to look: what is yielded comes from
the mailbox itself, through the same checks as any reading.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence

from client_sdk import protocol
from client_sdk.attachments import AsyncReceivedFile
from client_sdk.core import Core
from client_sdk.engagement import AsyncEngagement
from client_sdk.errors import Misused, NotFound, ServerUnavailable
from client_sdk.mail import AsyncMailMessage
from client_sdk.messages import Event, InvitationReply, instant
from client_sdk.settling import settle
from client_sdk.showing import AsyncMessage
from client_sdk.taken import Bad, Gone
from client_sdk.wake import EngagementWake, MailboxWake, Wake, WakeReader, encode_cursor, parse_cursor
from keys.errors import Malformed
from keys.names import DAY_SECONDS

log = logging.getLogger("client_sdk")

AsyncEvent = Event[AsyncReceivedFile, AsyncMailMessage]
REMINDED_SECONDS = 3_600
MOST_ATTEMPTS = 8
"""After so many attempts the pauses grow no longer."""


class Watch:
    """A watch over the engagements that `engagements` gives."""

    def __init__(self, core: Core, engagements: Callable[[], Sequence[AsyncEngagement]], since: str) -> None:
        self._core = core
        self._engagements = engagements
        self._reminded_at = 0
        self._replies: dict[str, InvitationReply] = {}
        try:
            self._orders = parse_cursor(since)
        except Malformed as cause:
            raise Misused("That is not a cursor.") from cause

    @property
    def _cursor(self) -> str:
        return encode_cursor(self._orders.items())

    async def events(self) -> AsyncIterator[AsyncEvent]:
        """Yield events without end, connecting again whenever that is needed."""
        attempt = 0
        while True:
            try:
                async for event in self._over_one_connection():
                    attempt = 0
                    yield event
            except ServerUnavailable as cause:
                log.info("watch interrupted: %s", cause.code)
            attempt = min(attempt + 1, MOST_ATTEMPTS)
            await asyncio.sleep(self._core.session.pause(attempt))

    async def _over_one_connection(self) -> AsyncIterator[AsyncEvent]:
        """First what came before the connection stood, then what wakes."""
        reader, begun = WakeReader(), False
        async for line in self._core.session.lines(protocol.envelopes.wake()):
            wake = reader.feed(line)
            async for event in self._reminders():
                yield event
            if not begun:
                begun = True
                async for event in self._everything():
                    yield event
            elif wake is not None:
                async for event in self._woken(wake):
                    yield event

    async def _reminders(self) -> AsyncIterator[AsyncEvent]:
        """Say once an hour at most what unread goes soon."""
        now = self._core.now()
        if abs(now - self._reminded_at) < REMINDED_SECONDS:
            return
        self._reminded_at = now
        for engagement in self._engagements():
            for one in await engagement.reminders():
                days, at = str(one.days), one.going_at
                yield Event("reminder", engagement.id, self._cursor, reason=days, count=one.count, at=at)

    async def _everything(self) -> AsyncIterator[AsyncEvent]:
        for engagement in self._engagements():
            async for event in self._changed(engagement):
                yield event
            async for event in self._arrived(engagement):
                yield event

    async def _woken(self, wake: Wake) -> AsyncIterator[AsyncEvent]:
        for engagement in self._engagements():
            if isinstance(wake, EngagementWake) and engagement.id == wake.engagement_id.hex():
                async for event in self._changed(engagement):
                    yield event
            if isinstance(wake, MailboxWake) and engagement.mailbox_id == wake.mailbox_id:
                async for event in self._arrived(engagement):
                    yield event

    async def _changed(self, engagement: AsyncEngagement) -> AsyncIterator[AsyncEvent]:
        if not engagement.active and await settle(self._core, bytes.fromhex(engagement.id)):
            yield Event("joined", engagement.id, self._cursor)
        elif not engagement.active:
            said = (await engagement.summary()).reply
            if said is not None and said != self._replies.get(engagement.id):
                self._replies[engagement.id] = said
                yield Event("replied", engagement.id, self._cursor, reason=said.kind)
        await engagement.refresh()

    async def _arrived(self, engagement: AsyncEngagement) -> AsyncIterator[AsyncEvent]:
        if not engagement.active:
            return
        try:
            async for order, result in engagement.since(self._orders.get(engagement.mailbox_id, 0)):
                self._orders[engagement.mailbox_id] = order
                event = _event(engagement, result, self._cursor)
                if event is not None:
                    yield event
        except NotFound:
            log.info("an engagement has gone")


def _event(
    engagement: AsyncEngagement, result: AsyncMessage | Gone | Bad | None, cursor: str
) -> AsyncEvent | None:
    if result is None:
        return None
    if isinstance(result, Gone):
        at = instant(result.gone_day * DAY_SECONDS) if result.gone_day else None
        return Event("gone", engagement.id, cursor, reason=result.reason, at=at)
    if isinstance(result, Bad):
        return Event("unreadable", engagement.id, cursor, reason=result.code)
    return Event("message", engagement.id, cursor, result)
