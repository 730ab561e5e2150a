"""Letter: the form of a mail that the relay itself sends: plain text, which no machine should answer.

Must never hold what people wrote.
"""

from __future__ import annotations

import secrets
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate


def compose(sender: str, recipient: str, subject: str, text: str, now: int) -> EmailMessage:
    """A plain-text mail that no machine should answer (RFC 3834)."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = sender, recipient, subject
    message["Date"] = formatdate(now)
    message["Message-ID"] = f"<{secrets.token_hex(16)}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message
