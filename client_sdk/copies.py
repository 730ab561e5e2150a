"""Copies: that one took a copy, written down for oneself alone.

Owns writing it into one's own mailbox once a copy is made, and reading it. It is a record for its owner: the
other person and the relay do not learn of it. (docs/protocol.md, part 6, kind 11.)
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from client_sdk.core import Core
from client_sdk.errors import RelayError
from client_sdk.intake import NEWEST, Intake
from client_sdk.messages import instant
from client_sdk.own_records import store_own
from client_sdk.standing import Standing
from client_sdk.taken import Result, Taken
from keys.content import ContentKind
from keys.errors import Malformed
from keys.own_records import CopyRecord, read_own

log = logging.getLogger("client_sdk")


@dataclass(frozen=True, slots=True)
class CopyTaken:
    """A copy that I took; `chosen`: of chosen threads alone."""

    at: datetime
    chosen: bool


async def note_copy(core: Core, standing: Standing) -> None:
    """Write down that a copy was made just now. The copy is there whatever the relay says to this."""
    try:
        await store_own(core, standing, await standing.current(), CopyRecord())
    except RelayError as error:
        log.info("the copy was not noted code=%s", error.code)


async def copies_taken(intake: Intake) -> list[CopyTaken]:
    """Return what was written down of copies, newest first."""
    found = [one async for page in intake.before(NEWEST) for result in page if (one := _taken(result))]
    return sorted(found, key=lambda one: one.at, reverse=True)


def _taken(result: Result) -> CopyTaken | None:
    if not isinstance(result, Taken) or result.opened.content.kind is not ContentKind.OWN:
        return None
    content = result.opened.content
    try:
        record = read_own(content.shown)
    except Malformed:
        return None
    return CopyTaken(instant(content.created_at), record.chosen) if isinstance(record, CopyRecord) else None
