"""Mail going out: codes to personal addresses, and notices without content. Owns how they are handed on.

Either they are caught in a folder, one `.eml` file each, or handed to the operator's smarthost. Plain text,
no link, nothing of what people wrote. Nothing is queued here: whoever asks learns whether it was handed
over.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from pathlib import Path

import aiosmtplib

from relay.clock import Clock
from relay.config import Settings
from relay.core.errors import Busy
from relay.core.ports import MailOut

HANDOVER_SECONDS = 20.0


def open_mail_out(settings: Settings, clock: Clock) -> MailOut:
    """The way out that the operator chose in `[mail]`."""
    return SmarthostMail(settings, clock) if settings.mail.out == "smarthost" else FolderMail(settings, clock)


class FolderMail:
    """Catches each mail as a file `SECONDS-RANDOM.eml` (0600) in a folder (0700), whole or not at all."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._folder, self._from, self._clock = settings.mail.folder, settings.mail_from, clock

    async def send(self, recipient: str, subject: str, text: str) -> None:
        """Write the mail and sync it. Raises Busy where the folder cannot be written."""
        message = compose(self._from, recipient, subject, text, self._clock.now())
        name = f"{self._clock.now()}-{secrets.token_hex(4)}.eml"
        try:
            await asyncio.to_thread(_write, self._folder, name, message.as_bytes())
        except OSError as trouble:
            raise Busy("mail folder") from trouble


class SmarthostMail:
    """Hands each mail to the smarthost in a dialogue of its own. TLS is as set: never given up silently."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._mail, self._from, self._clock = settings.mail, settings.mail_from, clock

    async def send(self, recipient: str, subject: str, text: str) -> None:
        """Hand the mail over. Raises Busy for whatever the smarthost says against it; nothing of it is
        logged."""
        mail, password = self._mail, self._mail.password
        try:
            await aiosmtplib.send(
                compose(self._from, recipient, subject, text, self._clock.now()),
                hostname=str(mail.host),
                port=mail.port,
                username=mail.username,
                password=password.get_secret_value() if password else None,
                use_tls=mail.tls == "implicit",
                start_tls=mail.tls == "starttls",
                timeout=HANDOVER_SECONDS,
            )
        except (aiosmtplib.SMTPException, OSError) as trouble:
            raise Busy("smarthost") from trouble


def compose(sender: str, recipient: str, subject: str, text: str, now: int) -> EmailMessage:
    """A plain-text mail that no machine should answer (RFC 3834)."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = sender, recipient, subject
    message["Date"] = formatdate(now)
    message["Message-ID"] = f"<{secrets.token_hex(16)}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def _write(folder: Path, name: str, raw: bytes) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    waiting = folder / f".{name}"
    with os.fdopen(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(raw)
        out.flush()
        os.fsync(out.fileno())
    waiting.rename(folder / name)
