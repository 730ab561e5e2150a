# ruff: noqa: ASYNC109 (the synchronous twin has no other way to bound a call)
"""Calls: the log of calls that were held, which either writes for both.

Owns noting a call and listing them. Times and minutes are what the writer says; the other reads them and can
say so. It goes by the same dates as messages. What somebody notes about one for nobody else is handed to
`client_sdk.call_notes`. (docs/protocol.md, part 6, kind 12.)
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from client_sdk.bounds import bounded
from client_sdk.call_notes import CallNotes
from client_sdk.compose import Draft, check_draft
from client_sdk.core import Core
from client_sdk.errors import Misused
from client_sdk.intake import NEWEST, Intake
from client_sdk.messages import Sent, instant
from client_sdk.sending import Sending
from client_sdk.settling import settle
from client_sdk.showing import message_id
from client_sdk.standing import Standing
from client_sdk.state_mailboxes import MINE
from client_sdk.taken import Result, Taken
from keys.calls import MOST_MINUTES, Call, parse_call
from keys.content import ContentKind

EARLY_SECONDS: Final = 300
"""How far ahead of the relay's clock a call may lie that was held."""
LEAST_ID_SIGNS: Final = 6


@dataclass(frozen=True, slots=True)
class NotedCall:
    """A call that one of the two has noted for both. `private_note` is my own, which nobody else can read."""

    id: str
    held_at: datetime
    minutes: int
    mine: bool
    kept_until: datetime
    note: str = field(default="", repr=False)
    private_note: str = field(default="", repr=False)


class AsyncCalls:
    """The calls of one engagement. Get them from `AsyncEngagement.calls`."""

    def __init__(self, core: Core, standing: Standing, intake: Intake, sending: Sending) -> None:
        """Not for callers: see `AsyncEngagement.calls`."""
        self._core = core
        self._standing = standing
        self._sending = sending
        self._private = CallNotes(core, standing, intake)

    async def add(
        self, held_at: datetime, minutes: int, *, note: str = "", timeout: float | None = None
    ) -> Sent:
        """Note a call for both: when it began, how long it was, and a word if you like. Raises Misused, and
        what `AsyncEngagement.send` does.
        """
        return await self._sending.send(call_draft(held_at, minutes, note, self._core.now()), timeout=timeout)

    async def all(self, *, timeout: float | None = None) -> list[NotedCall]:
        """Return all calls that either has noted, the newest first, each with my own note about it."""
        async with bounded(timeout):
            await settle(self._core, self._standing.engagement_id)
            calls, notes = await self._private.all()
            found = [
                replace(call, private_note=notes[content_id].text if content_id in notes else "")
                for content_id, row in calls.items()
                if (call := _noted(row))
            ]
            return _newest_first(found)

    async def note_privately(self, call_id: str, text: str, *, timeout: float | None = None) -> None:
        """Write down something about a call for nobody but me, in the place of what I wrote before; an empty
        text deletes that. It goes with the call. `call_id` is a call's id or its beginning.

        Raises NotFound, Misused where there is nothing to delete, TooLarge, EngagementClosed.
        """
        if len(call_id.strip()) < LEAST_ID_SIGNS:
            raise Misused("A call's number has 6 to 32 signs.")
        async with bounded(timeout):
            await settle(self._core, self._standing.engagement_id)
            await self._private.write(call_id, text)


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
    return _newest_first(found)


def _newest_first(calls: list[NotedCall]) -> list[NotedCall]:
    return sorted(calls, key=lambda one: one.held_at, reverse=True)


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
