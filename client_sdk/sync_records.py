"""Sync records: the twins without `await` of notes, calls and the spoken check.

Adds nothing and decides nothing, as `client_sdk.sync` of which it is a part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from client_sdk.calls import AsyncCalls, NotedCall
    from client_sdk.loop import LoopThread
    from client_sdk.messages import Invitation, Sent
    from client_sdk.notes import AsyncNotes, Note
    from client_sdk.reopening import AsyncReopening, ReopeningState
    from client_sdk.spoken import AsyncSpokenCheck, Heard


class Notes:
    """The notes of one engagement: `AsyncNotes` without `await`."""

    def __init__(self, notes: AsyncNotes, thread: LoopThread) -> None:
        """Not for callers: see `Engagement.notes`."""
        self._notes = notes
        self._thread = thread

    def add(self, text: str, *, timeout: float | None = None) -> Note:
        """Seal a note and store it; see `AsyncNotes.add`."""
        return self._thread.run(self._notes.add(text, timeout=timeout))

    def all(self, *, timeout: float | None = None) -> list[Note]:
        """Return all notes, newest first."""
        return self._thread.run(self._notes.all(timeout=timeout))

    def expire(self, note_id: str, *, timeout: float | None = None) -> None:
        """Delete one note, now."""
        self._thread.run(self._notes.expire(note_id, timeout=timeout))


class Calls:
    """The calls of one engagement: `AsyncCalls` without `await`."""

    def __init__(self, calls: AsyncCalls, thread: LoopThread) -> None:
        """Not for callers: see `Engagement.calls`."""
        self._calls = calls
        self._thread = thread

    def add(self, held_at: datetime, minutes: int, *, note: str = "", timeout: float | None = None) -> Sent:
        """Note a call for both; see `AsyncCalls.add`."""
        return self._thread.run(self._calls.add(held_at, minutes, note=note, timeout=timeout))

    def all(self, *, timeout: float | None = None) -> list[NotedCall]:
        """Return all calls that either has noted, the newest first, each with my own note about it."""
        return self._thread.run(self._calls.all(timeout=timeout))

    def note_privately(self, call_id: str, text: str, *, timeout: float | None = None) -> None:
        """Write down something about a call for nobody but me; see `AsyncCalls.note_privately`."""
        self._thread.run(self._calls.note_privately(call_id, text, timeout=timeout))


class SpokenCheck:
    """The spoken check of one engagement: `AsyncSpokenCheck` without `await`."""

    def __init__(self, check: AsyncSpokenCheck, thread: LoopThread) -> None:
        """Not for callers: see `Engagement.spoken_check`."""
        self._check = check
        self._thread = thread

    def start(self, *, timeout: float | None = None) -> str:
        """Return the six digits, once the other person has started too; see `AsyncSpokenCheck.start`."""
        return self._thread.run(self._check.start(timeout=timeout))

    def same(self, *, timeout: float | None = None) -> Sent:
        """Say that the digits were the same; see `AsyncSpokenCheck.same`."""
        return self._thread.run(self._check.same(timeout=timeout))

    def heard(self, *, timeout: float | None = None) -> list[Heard]:
        """Return who has said so, for the keys of today; the newest first."""
        return self._thread.run(self._check.heard(timeout=timeout))


class Reopening:
    """The reopening of one engagement: `AsyncReopening` without `await`."""

    def __init__(self, reopening: AsyncReopening, thread: LoopThread) -> None:
        """Not for callers: see `Engagement.reopening`."""
        self._reopening = reopening
        self._thread = thread

    def state(self, *, timeout: float | None = None) -> ReopeningState | None:
        """Return what is under way; None where nothing is."""
        return self._thread.run(self._reopening.state(timeout=timeout))

    def open(self, *, welcome: str = "", timeout: float | None = None) -> Invitation:
        """Invite the client to come back; see `AsyncReopening.open`."""
        return self._thread.run(self._reopening.open(welcome=welcome, timeout=timeout))

    def end(self, *, timeout: float | None = None) -> None:
        """End it before it was taken; coach or client."""
        self._thread.run(self._reopening.end(timeout=timeout))

    def start(self, *, timeout: float | None = None) -> str:
        """Return the six digits, once the other person has started too; see `AsyncReopening.start`."""
        return self._thread.run(self._reopening.start(timeout=timeout))

    def same(self, *, timeout: float | None = None) -> int:
        """Say that the digits were the same; see `AsyncReopening.same`."""
        return self._thread.run(self._reopening.same(timeout=timeout))

    def give_back(self, *, timeout: float | None = None) -> int:
        """Seal what is still here to the client's new key; see `AsyncReopening.give_back`."""
        return self._thread.run(self._reopening.give_back(timeout=timeout))

    def stop(self, *, timeout: float | None = None) -> None:
        """Stop what was taken, within 48 hours; see `AsyncReopening.stop`."""
        self._thread.run(self._reopening.stop(timeout=timeout))
