"""The lookups of one mail: one count and one deadline for all checks together. Owns the bound on what a
stranger's mail can make us ask; knows nothing of what the answers mean.

An answer is remembered for this mail, so that SPF, DKIM and DMARC ask for the same thing once. A server that
fails or is silent is trouble of ours (`DnsTrouble`, 451), which no check may take for an answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal

from relay.core.errors import RelayError

if TYPE_CHECKING:
    from relay.core.ports import Resolver  # the door's processes, which need this, need no port of the store

Kind = Literal["A", "AAAA", "MX", "PTR", "TXT"]

MOST_LOOKUPS: Final = 150  # SPF alone may cause some 110 of them (RFC 7208, 4.6.4)
MOST_NAME_BYTES: Final = 253
MOST_LABEL_BYTES: Final = 63


class DnsTrouble(RelayError):
    """A name server failed, or did not answer in time: nothing is known, so the mail is to come again."""

    code, public, temporary = "dns-trouble", "The sender could not be checked now. Try again.", True


class TooManyLookups(Exception):
    """The mail makes us ask more than one mail may: a fault of what it names, not of ours."""


def is_name(name: str) -> bool:
    """Whether the DNS can be asked for it: ASCII labels of 1 to 63 bytes, 253 in all; one dot may end it."""
    labels = name.removesuffix(".").split(".")
    fits = len(name.removesuffix(".")) <= MOST_NAME_BYTES and name.isascii()
    return fits and all(1 <= len(label) <= MOST_LABEL_BYTES for label in labels)


class Lookups:
    """What one mail asks the DNS. `seconds` is for all of it, from now on."""

    def __init__(self, resolver: Resolver, seconds: float, most: int = MOST_LOOKUPS) -> None:
        self._resolver, self._left = resolver, most
        self._ends_at = asyncio.get_running_loop().time() + seconds
        self._answers: dict[tuple[str, str], Sequence[str]] = {}

    async def ask(self, name: str, kind: Kind) -> Sequence[str]:
        """The records, none where there is no such name. Raises DnsTrouble, TooManyLookups."""
        if not is_name(name):
            return ()
        asked = name.removesuffix(".").lower(), kind
        if asked not in self._answers:
            self._answers[asked] = await self._asked(*asked)
        return self._answers[asked]

    async def _asked(self, name: str, kind: Kind) -> Sequence[str]:
        if self._left == 0:
            raise TooManyLookups
        self._left -= 1
        try:
            async with asyncio.timeout_at(self._ends_at):
                return await self._resolver.ask(name, kind)
        except TimeoutError as late:
            raise DnsTrouble("deadline") from late
