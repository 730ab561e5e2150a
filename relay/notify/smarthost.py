"""Mail handed to the operator's smarthost. Owns how, and which of its refusals are of the address itself."""

from __future__ import annotations

import re
from typing import Final

import aiosmtplib

from relay.clock import Clock
from relay.config import Settings
from relay.core.errors import AddressRefused, Busy
from relay.notify.letter import compose

HANDOVER_SECONDS: Final = 20.0

_ENHANCED: Final = re.compile(r"\s*5\.(\d{1,3})\.(\d{1,3})\b")
_NO_SUCH_PLACE: Final = re.compile(r"1\.(?:0|1|2|3|6|10)|2\.1")
"""Details of RFC 3463 and RFC 7505 by which it is the address that is refused: there is none, or it takes no
mail. All others, such as 5.7.1, may be about us."""
_PLAIN_REFUSALS: Final = frozenset({550, 551, 553})
_ABOUT_US: Final = re.compile(r"relay|auth|sender|spam|block|polic|denied", re.IGNORECASE)


class SmarthostMail:
    """Hands each mail to the smarthost in a dialogue of its own. TLS is as set: never given up silently."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._mail, self._from, self._clock = settings.mail, settings.mail_from, clock

    async def send(self, recipient: str, subject: str, text: str, *, reverse_path: str = "") -> None:
        """Hand the mail over. Raises AddressRefused where the smarthost knows for good that the recipient
        takes no mail, Busy for whatever else it says against it; nothing of it is logged.
        """
        mail, password = self._mail, self._mail.password
        try:
            await aiosmtplib.send(
                compose(self._from, recipient, subject, text, self._clock.now()),
                sender=reverse_path or self._from,
                hostname=str(mail.host),
                port=mail.port,
                username=mail.username,
                password=password.get_secret_value() if password else None,
                use_tls=mail.tls == "implicit",
                start_tls=mail.tls == "starttls",
                timeout=HANDOVER_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            if any(is_for_good(one.code, one.message) for one in refused.recipients):
                raise AddressRefused from None  # what it said may hold the address
            raise Busy("smarthost") from None
        except (aiosmtplib.SMTPException, OSError) as trouble:
            raise Busy("smarthost") from trouble


def is_for_good(code: int, text: str) -> bool:
    """Whether a reply to RCPT says that the address itself takes no mail and never will. A smarthost that
    does not want mail from us refuses everybody in the same way: in doubt it is that, for a wrong answer here
    would switch off everybody's notices.
    """
    enhanced = _ENHANCED.match(text)
    if enhanced is not None:
        return 500 <= code < 600 and _NO_SUCH_PLACE.fullmatch(f"{enhanced[1]}.{enhanced[2]}") is not None
    return code in _PLAIN_REFUSALS and not _ABOUT_US.search(text)
