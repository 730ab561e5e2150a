"""Mailed codes: the round trip by which an address is proven to be its owner's. Owns the code's form, its
mail and its limits. A code has eight digits, lives an hour and may be tried five times.

Must never say of a code that does not fit why it does not.
"""

from __future__ import annotations

from typing import Final

from keys.names import Random
from relay.core.errors import CodeRefused
from relay.core.ports import MailOut

CODE_DIGITS: Final = 8
TRIES: Final = 5
MAILS: Final = 5
"""Codes that one account may have sent in an hour: the relay mails no stranger at will."""
SUBJECT: Final = "Your code"
TEXT: Final = (
    "The code is {code}.\n\n"
    "Type it where you asked for it. It is good for one hour.\n"
    "If you did not ask for a code, you need do nothing.\n"
)


def draw(random: Random) -> str:
    """A fresh code."""
    return f"{int.from_bytes(random(16), 'big') % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def check(code: str) -> None:
    """Raises CodeRefused for what cannot be a code."""
    if len(code) != CODE_DIGITS or not (code.isascii() and code.isdigit()):
        raise CodeRefused


async def send(mail_out: MailOut, address: str, code: str) -> None:
    """Mail it. Raises what the port raises."""
    await mail_out.send(address, SUBJECT, TEXT.format(code=code))
