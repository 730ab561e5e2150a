"""A smarthost for tests: aiosmtpd on loopback behind STARTTLS, with a certificate of a made-up authority. It
keeps what it takes, and refuses what it is told to refuse.
"""

from __future__ import annotations

import asyncio
import email
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, Envelope, Session

NAME = "localhost"


@dataclass
class Taken:
    """One mail that was taken."""

    reverse_path: str
    recipient: str
    raw: bytes
    tls: bool

    @property
    def message(self) -> EmailMessage:
        """Parsed."""
        return email.message_from_bytes(self.raw, policy=default)

    @property
    def text(self) -> str:
        """Its text."""
        return str(self.message.get_content()).replace("\r\n", "\n")


@dataclass
class Smarthost:
    """What it took, and what it answers: a reply by recipient, or to all DATA."""

    port: int = 0
    authority: Path = Path()
    taken: list[Taken] = field(default_factory=list)
    to_recipient: dict[str, str] = field(default_factory=dict)
    to_mail: str = ""
    before_answer: Callable[[], Awaitable[None]] | None = None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take a recipient, or say what is set for it."""
        if address in self.to_recipient:
            return self.to_recipient[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail, or say what is set."""
        if self.to_mail:
            return self.to_mail
        content = envelope.content
        assert isinstance(content, bytes)
        for recipient in envelope.rcpt_tos:
            reverse_path = envelope.mail_from or ""
            self.taken.append(Taken(reverse_path, recipient, content, session.ssl is not None))
        if self.before_answer is not None:
            await self.before_answer()
        return "250 2.0.0 OK"


@asynccontextmanager
async def open_smarthost(folder: Path) -> AsyncIterator[Smarthost]:
    """One that listens until the context ends; whoever trusts `authority` may speak to it."""
    authority, host = trustme.CA(), Smarthost()
    host.authority = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(host.authority))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(NAME).configure_cert(context)

    def serve() -> Any:
        return SMTP(host, hostname=NAME, tls_context=context, require_starttls=True, enable_SMTPUTF8=False)

    server = await asyncio.get_running_loop().create_server(serve, "127.0.0.1", 0)
    host.port = server.sockets[0].getsockname()[1]
    async with server:
        yield host
