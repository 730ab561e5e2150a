"""Mail going out: codes to personal addresses, and notices without content. Owns which way they go, and
the folder; `letter` has their form.

Either they are caught in a folder, one `.eml` file each, or handed to the operator's smarthost. Plain text,
no link, nothing of what people wrote. Nothing is queued here: whoever asks learns whether it was handed over,
and whether it may be worth another try.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from pathlib import Path

from relay.clock import Clock
from relay.config import Settings
from relay.core.errors import Busy
from relay.core.ports import MailOut
from relay.notify.letter import compose


def open_mail_out(settings: Settings, clock: Clock) -> MailOut:
    """The way out that the operator chose in `[mail]`."""
    if settings.mail.out != "smarthost":
        return FolderMail(settings, clock)
    from relay.notify.smarthost import SmarthostMail  # its client is memory that a folder has no use for

    return SmarthostMail(settings, clock)


class FolderMail:
    """Catches each mail as a file `SECONDS-RANDOM.eml` (0600) in a folder (0700), whole or not at all."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._folder, self._from, self._clock = settings.mail.folder, settings.mail_from, clock

    async def send(self, recipient: str, subject: str, text: str, *, reverse_path: str = "") -> None:
        """Write the mail and sync it, with a `Return-Path` as a last host writes it (RFC 5321, 4.4). Raises
        Busy where the folder cannot be written.
        """
        message = compose(self._from, recipient, subject, text, self._clock.now())
        message["Return-Path"] = f"<{reverse_path or self._from}>"
        name = f"{self._clock.now()}-{secrets.token_hex(4)}.eml"
        try:
            await asyncio.to_thread(_write, self._folder, name, message.as_bytes())
        except OSError as trouble:
            raise Busy("mail folder") from trouble


def _write(folder: Path, name: str, raw: bytes) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    waiting = folder / f".{name}"
    with os.fdopen(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(raw)
        out.flush()
        os.fsync(out.fileno())
    waiting.rename(folder / name)
