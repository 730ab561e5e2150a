"""Bounce sink: one mail that came back to the return address of a notice.

Owns what becomes of it: a report that delivery failed is told on as that one word, anything else is
forgotten. It is held in memory, bounded, and never kept, logged or handed on. Must never answer with a mail
of its own. (docs/protocol.md, part 18, Being told.)
"""

from __future__ import annotations

from relay.core.addresses import Address
from relay.core.bounces import MOST_BYTES, says_failed
from relay.core.errors import TooLarge
from relay.flow.visit import Reception


class BounceSink:
    """Takes at most `MOST_BYTES`; more is refused."""

    def __init__(self, reception: Reception, recipient: Address) -> None:
        self._reception, self._recipient = reception, recipient
        self._mail = bytearray()

    async def write(self, piece: bytes) -> None:
        """The next bytes. Raises TooLarge."""
        if len(self._mail) + len(piece) > MOST_BYTES:
            self._mail.clear()
            raise TooLarge
        self._mail += piece

    async def abort(self, code: str = "") -> None:
        """Forget it; nobody is told why, or each bounce could make another mail."""
        self._mail.clear()

    async def commit(self) -> None:
        """Tell of a failure; returns after it is on disk."""
        failed = says_failed(bytes(self._mail))
        self._mail.clear()
        if failed:
            await self._reception.failed(self._recipient)
