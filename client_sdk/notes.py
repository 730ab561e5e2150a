# ruff: noqa: ASYNC109 (the synchronous twin has no other way to bound a call)
"""Notes: what a coach writes down about the work for nobody else.

Owns sealing into the notes mailbox and reading it. A note is an envelope of class 6 under the policy that
both signed, so that it goes with the rest; the client sees how many there are and when they go, by the
relay's word. Must never seal a note to anybody but its writer. (docs/protocol.md, parts 5 and 6.)
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from client_sdk import protocol, receive
from client_sdk.bounds import bounded
from client_sdk.compose import check_draft
from client_sdk.core import Core
from client_sdk.errors import Deleted, Misused, NotFound, Refused
from client_sdk.frames import EnvelopeRow
from client_sdk.intake import NEWEST
from client_sdk.messages import instant
from client_sdk.own_records import store_own
from client_sdk.parties import Place
from client_sdk.receive import Due, Examined, Unreadable
from client_sdk.settling import settle
from client_sdk.showing import message_id
from client_sdk.standing import Standing
from keys.envelope import HEADER_BYTES, parse_header
from keys.errors import Malformed
from keys.names import Role, day_of
from keys.own_records import NoteRecord, read_own
from keys.sealing import Opened

ID_SIGNS: Final = 32
LEAST_ID_SIGNS: Final = 6


@dataclass(frozen=True, slots=True)
class Note:
    """A note of one's own. `kept_until` is the first instant at which it is gone; `call_id` the content id of
    the call that it is about, empty where it is about none.
    """

    id: str
    written_at: datetime
    kept_until: datetime
    text: str = field(repr=False)
    envelope_id: bytes = field(repr=False)
    call_id: bytes = field(default=b"", repr=False)


class AsyncNotes:
    """The notes of one engagement, on the coach's side. Get them from `AsyncEngagement.notes`."""

    def __init__(self, core: Core, standing: Standing) -> None:
        """Not for callers: see `AsyncEngagement.notes`."""
        self._core = core
        self._standing = standing

    async def add(self, text: str, *, timeout: float | None = None) -> Note:
        """Seal a note and store it, to go with everything else. Raises Misused, TooLarge,
        EngagementClosed.
        """
        async with bounded(timeout):
            return await self._add(text)

    async def all(self, *, timeout: float | None = None) -> list[Note]:
        """Return all notes, newest first; one that cannot be opened is left out."""
        async with bounded(timeout):
            return [note async for note in self._each()]

    async def expire(self, note_id: str, *, timeout: float | None = None) -> None:
        """Delete one note, now. Raises NotFound, Deleted, Misused."""
        async with bounded(timeout):
            await self._expire(note_id)

    async def _add(self, text: str) -> Note:
        if not text.strip():
            raise Misused("A note has some text.")
        check_draft("", text, ())
        place = await self._place()
        stored = await store_own(self._core, self._standing, place, NoteRecord(text))
        dates = instant(stored.written_at), instant(stored.expires_at)
        return Note(message_id(stored.content_id), *dates, text, stored.envelope_id)

    async def _each(self) -> AsyncIterator[Note]:
        place = await self._place()
        before, more = NEWEST, True
        while more:
            page = await self._core.session.call(protocol.envelopes.rows_before(place.my_mailbox, before))
            if not page.rows:
                return
            for note in await self._open([one for one in page.rows if isinstance(one, EnvelopeRow)], place):
                yield note
            before, more = page.rows[-1].order, page.more

    async def _expire(self, note_id: str) -> None:
        typed = note_id.strip().lower()
        if not LEAST_ID_SIGNS <= len(typed) <= ID_SIGNS:
            raise Misused("A note's number has 6 to 32 signs.")
        found = [note async for note in self._each() if note.id.startswith(typed)]
        if len(found) != 1:
            raise NotFound("There is no such note." if not found else "That could be several notes.")
        place = await self._place()
        call = protocol.envelopes.expire_own(place.my_mailbox, (found[0].envelope_id,))
        if not await self._core.session.call(call):
            raise Deleted

    async def _place(self) -> Place:
        """My own side in the role of the notes' only reader."""
        await settle(self._core, self._standing.engagement_id)
        place = await self._standing.current()
        if place.my_role is not Role.COACH:
            raise Refused("not-allowed")
        return replace(place, my_role=Role.NOTES)

    async def _open(self, rows: Sequence[EnvelopeRow], place: Place) -> list[Note]:
        examined = [one for row in rows if (one := await self._examine(row, place))]
        grants = await self._core.keepers.open(examined) if examined else []
        notes: list[Note] = []
        for one, granted in zip(examined, grants, strict=True):
            try:
                opened = receive.finish(one, granted, place, self._standing.terms, self._core.now())
            except (Due, Unreadable):
                continue
            if note := _shown(opened, one.envelope.header.envelope_id):
                notes.append(note)
        return notes

    async def _examine(self, row: EnvelopeRow, place: Place) -> Examined | None:
        try:
            header = parse_header(row.raw[:HEADER_BYTES])
            ids = await self._core.keepers.day_key_ids(day_of(header.expires_at))
            return receive.examine(row.raw, place, self._standing.terms, self._core.now(), ids)
        except (Malformed, Due, Unreadable, Refused):
            return None


def _shown(opened: Opened, envelope_id: bytes) -> Note | None:
    """A note; None for what another software keeps there."""
    content = opened.content
    try:
        record = read_own(content.shown)
    except Malformed:
        return None
    if not isinstance(record, NoteRecord):
        return None
    dates = instant(content.created_at), instant(content.expires_at)
    return Note(message_id(opened.content_id), *dates, record.text, envelope_id, record.call_id)
