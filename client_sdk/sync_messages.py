"""Sync messages: the twins of a message's files and mail, and of what a watch brings.

Adds nothing and decides nothing, as `client_sdk.sync` of which it is a part.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from client_sdk.loop import LoopThread

if TYPE_CHECKING:
    from pathlib import Path

    from client_sdk.attachments import AsyncReceivedFile, OnProgress
    from client_sdk.mail import AsyncMailMessage, Mail
    from client_sdk.messages import Event, Message
    from client_sdk.showing import AsyncMessage
    from client_sdk.watching import AsyncEvent


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file of a message, not yet fetched."""

    name: str = field(repr=False)
    media_type: str = field(repr=False)
    size_bytes: int
    _file: AsyncReceivedFile = field(repr=False)
    _thread: LoopThread = field(repr=False)

    def save_to(
        self, folder: Path | str, *, on_progress: OnProgress | None = None, timeout: float | None = None
    ) -> Path:
        """Fetch the file into a folder under a safe name, never over another; returns where it is."""
        return self._thread.run(self._file.save_to(folder, on_progress=on_progress, timeout=timeout))

    def read(self, *, on_progress: OnProgress | None = None, timeout: float | None = None) -> bytes:
        """Fetch the file into memory. `TooLarge` above 64 MiB."""
        return self._thread.run(self._file.read(on_progress=on_progress, timeout=timeout))


@dataclass(frozen=True, slots=True)
class MailMessage:
    """A mail that came in by SMTP, not yet fetched; see `AsyncMailMessage`."""

    raw: ReceivedFile
    grade: int
    checks: str = field(repr=False)
    _mail: AsyncMailMessage = field(repr=False)
    _thread: LoopThread = field(repr=False)

    def open(self, *, timeout: float | None = None) -> Mail:
        """Fetch and open the mail. `TooLarge` above 64 MiB: save `raw` instead."""
        return self._thread.run(self._mail.open(timeout=timeout))


if TYPE_CHECKING:
    SyncMessage = Message[ReceivedFile, MailMessage]
    SyncEvent = Event[ReceivedFile, MailMessage]


def _file(one: AsyncReceivedFile, thread: LoopThread) -> ReceivedFile:
    return ReceivedFile(one.name, one.media_type, one.size_bytes, one, thread)


def _mail(one: AsyncMailMessage, thread: LoopThread) -> MailMessage:
    return MailMessage(_file(one.raw, thread), one.grade, one.checks, one, thread)


def message_twin(one: AsyncMessage, thread: LoopThread) -> SyncMessage:
    """Return the same message, but for how its files are fetched."""
    mail = one.mail and _mail(one.mail, thread)
    files = tuple(_file(file, thread) for file in one.attachments)
    twin: Any = replace(one, attachments=(), mail=None)
    message: SyncMessage = replace(twin, attachments=files, mail=mail)
    return message


def event_twin(one: AsyncEvent, thread: LoopThread) -> SyncEvent:
    """Return the same event, its message a twin."""
    from client_sdk.messages import Event

    message = message_twin(one.message, thread) if one.message else None
    return Event(one.kind, one.engagement_id, one.cursor, message, one.reason, one.count, one.at)
