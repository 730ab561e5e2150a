# ruff: noqa: ASYNC109 (the synchronous twin has no other way to bound a call)
"""Calls: the log of calls that were held, which either writes for both.

Owns noting a call and listing them. Times and minutes are what the writer says; the other reads them and can
say so. It goes by the same dates as messages. (docs/protocol.md, part 6, kind 12.)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from client_sdk.compose import Draft, check_draft
from client_sdk.core import Core
from client_sdk.errors import Misused, bounded
from client_sdk.intake import NEWEST, Intake, Result, Taken
from client_sdk.messages import Sent, instant
from client_sdk.sending import Sending
from client_sdk.settling import settle
from client_sdk.showing import message_id
from client_sdk.state import MINE
from keys.calls import MOST_MINUTES, Call, parse_call
from keys.content import ContentKind

EARLY_SECONDS = 300
"""How far ahead of the relay's clock a call may lie that was held."""


@dataclass(frozen=True, slots=True)
class NotedCall:
    """A call that one of the two has noted for both."""

    id: str
    held_at: datetime
    minutes: int
    mine: bool
    kept_until: datetime
    note: str = field(default="", repr=False)


class AsyncCalls:
    """The calls of one engagement. Get them from `AsyncEngagement.calls`."""

    def __init__(self, core: Core, engagement_id: bytes, intake: Intake, sending: Sending) -> None:
        """Not for callers: see `AsyncEngagement.calls`."""
        self._core = core
        self._engagement_id = engagement_id
        self._intake = intake
        self._sending = sending

    async def add(
        self, held_at: datetime, minutes: int, *, note: str = "", timeout: float | None = None
    ) -> Sent:
        """Note a call for both: when it began, how long it was, and a word if you like. Raises Misused, and
        what `AsyncEngagement.send` does.
        """
        return await self._sending.send(call_draft(held_at, minutes, note, self._core.now()), timeout=timeout)

    async def all(self, *, timeout: float | None = None) -> list[NotedCall]:
        """Return all calls that either has noted, the newest first."""
        async with bounded(timeout):
            await settle(self._core, self._engagement_id)
            return await noted_calls(self._intake)


def call_draft(held_at: datetime, minutes: int, note: str, now: int) -> Draft:
    """Return what to seal for a call. Raises Misused for a call that cannot have been."""
    if held_at.tzinfo is None:
        raise Misused("The time of a call needs its time zone.")
    at = int(held_at.timestamp())
    if not 1 <= minutes <= MOST_MINUTES or not 0 < at <= now + EARLY_SECONDS:
        raise Misused("A call lies in the past and has 1 to 1,440 minutes.")
    check_draft("", note, ())
    return Draft("", "", kind=ContentKind.CALL, fixed=Call(minutes, at).encode(), shown={"note": note})


async def noted_calls(intake: Intake) -> list[NotedCall]:
    """Return all calls of an engagement that are still here, the newest first."""
    found = [one async for page in intake.before(NEWEST) for result in page if (one := _noted(result))]
    return sorted(found, key=lambda one: one.held_at, reverse=True)


def _noted(result: Result) -> NotedCall | None:
    if not isinstance(result, Taken) or result.opened.content.kind is not ContentKind.CALL:
        return None
    content = result.opened.content
    call = parse_call(content.fixed)
    return NotedCall(
        id=message_id(result.opened.content_id),
        held_at=instant(call.held_at),
        minutes=call.minutes,
        mine=bool(result.flags & MINE),
        kept_until=instant(content.expires_at),
        note=str(content.shown.get("note", "")),
    )
