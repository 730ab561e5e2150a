"""Call notes: what a person writes down for nobody else about a call.

Owns which note of one call stands, and letting the others go: a note outlives neither the next one nor its
call. A coach's lie in the notes mailbox, where the client counts them; a client's in their own mailbox. Must
never take a note for orphaned while something could not be opened that may be its call. (docs/protocol.md,
part 6.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from client_sdk import protocol
from client_sdk.compose import check_draft
from client_sdk.core import Core
from client_sdk.errors import Misused, NotFound
from client_sdk.intake import NEWEST, Intake
from client_sdk.notes import AsyncNotes
from client_sdk.own_records import store_own
from client_sdk.parties import Place
from client_sdk.standing import Standing
from client_sdk.taken import Bad, Taken
from keys.content import ContentKind
from keys.errors import Malformed
from keys.names import Role
from keys.own_records import NoteRecord, read_own


@dataclass(frozen=True, slots=True)
class CallNote:
    """A note about the call of that content id."""

    call_id: bytes
    envelope_id: bytes
    written_at: int
    text: str = field(repr=False)


def newest_of(notes: Sequence[CallNote]) -> dict[bytes, CallNote]:
    """Return the note that stands of each call, by the call's content id; of one second, what comes first in
    `notes`, which are newest first.
    """
    standing: dict[bytes, CallNote] = {}
    for one in notes:
        held = standing.get(one.call_id)
        if held is None or one.written_at > held.written_at:
            standing[one.call_id] = one
    return standing


def over(notes: Sequence[CallNote], calls: Mapping[bytes, Taken], all_opened: bool) -> list[CallNote]:
    """Return the notes that a newer one replaced, and those whose call has gone, where that can be known."""
    standing = newest_of(notes)
    return [
        one for one in notes if standing[one.call_id] is not one or (all_opened and one.call_id not in calls)
    ]


class CallNotes:
    """Notes about calls, on one side of an engagement."""

    def __init__(self, core: Core, standing: Standing, intake: Intake) -> None:
        self._core = core
        self._standing = standing
        self._intake = intake

    async def all(self) -> tuple[dict[bytes, Taken], dict[bytes, CallNote]]:
        """Return the calls that are here and the note that stands of each, both by content id; what is over
        is let go.
        """
        calls, mine, all_opened = await self._read()
        notes = await self._notes(mine)
        if ended := over(notes, calls, all_opened):
            await self._expire([one.envelope_id for one in ended])
        return calls, {call_id: one for call_id, one in newest_of(notes).items() if call_id in calls}

    async def write(self, call_id: str, text: str) -> None:
        """Put a note in the place of the one before; without text there is none any more."""
        check_draft("", text, ())
        calls, notes = await self.all()
        found = [one for one in calls if one.hex().startswith(call_id.strip().lower())]
        if len(found) != 1:
            raise NotFound("There is no such call." if not found else "That could be several calls.")
        call = calls[found[0]]
        if text.strip():
            await self._standing.refresh()
            record = NoteRecord(text, found[0])
            place = await self._place()
            await store_own(self._core, self._standing, place, record, until=call.expires_at)
        elif found[0] not in notes:
            raise Misused("A note has some text.")
        if found[0] in notes:
            await self._expire([notes[found[0]].envelope_id])

    async def _read(self) -> tuple[dict[bytes, Taken], list[CallNote], bool]:
        """Return the calls, my own notes among the rows, newest first, and whether everything opened."""
        calls: dict[bytes, Taken] = {}
        notes: list[CallNote] = []
        all_opened = True
        async for page in self._intake.before(NEWEST):
            for result in page:
                all_opened = all_opened and not isinstance(result, Bad)
                if isinstance(result, Taken) and result.opened.content.kind is ContentKind.CALL:
                    calls[result.opened.content_id] = result
                elif isinstance(result, Taken) and (note := _note(result)):
                    notes.append(note)
        return calls, notes, all_opened

    async def _notes(self, mine: list[CallNote]) -> list[CallNote]:
        """Return those of my side: a coach's lie among the notes."""
        if self._standing.item.my_role is not Role.COACH:
            return mine
        noted = await AsyncNotes(self._core, self._standing).all()
        return [
            CallNote(one.call_id, one.envelope_id, int(one.written_at.timestamp()), one.text)
            for one in noted
            if one.call_id
        ]

    async def _place(self) -> Place:
        place = await self._standing.current()
        return replace(place, my_role=Role.NOTES) if place.my_role is Role.COACH else place

    async def _expire(self, envelope_ids: Sequence[bytes]) -> None:
        place = await self._place()
        await self._core.session.call(protocol.envelopes.expire_own(place.my_mailbox, tuple(envelope_ids)))


def _note(result: Taken) -> CallNote | None:
    """A note about a call; None for anything else."""
    content = result.opened.content
    if content.kind is not ContentKind.OWN:
        return None
    try:
        record = read_own(content.shown)
    except Malformed:
        return None
    if not isinstance(record, NoteRecord) or not record.call_id:
        return None
    return CallNote(record.call_id, result.envelope_id, content.created_at, record.text)
