"""Happenings: what was done to an account is shown to its owner's other pages and told by mail. Owns the
record and its span; says of nobody where or who. (docs/protocol.md, part 25.)
"""

from __future__ import annotations

from relay.core.errors import NotFound
from relay.core.model import DAY_SECONDS, Happening
from relay.core.ports import Store, Wake
from relay.flow.telling import Telling

KEEP_SECONDS = 30 * DAY_SECONDS
WAY_IN_ADDED, PASSWORD_REPLACED, SHEET_USED, SHEET_REPLACED = 1, 2, 3, 4


class Happenings:
    """Writes down what happened, and gives it to the account's owner."""

    def __init__(self, store: Store, wake: Wake, telling: Telling) -> None:
        self._store, self._wake, self._telling = store, wake, telling

    async def note(
        self, account_id: bytes, kind: int, now: int, method_id: bytes = bytes(16), session_id: bytes = b""
    ) -> None:
        """Remember it for 30 days, wake the account's pages, and let a notice be pending. Of an account that
        has gone meanwhile nothing is remembered.
        """
        try:
            await self._store.note_happening(
                Happening(account_id, kind, now, now + KEEP_SECONDS, method_id, session_id)
            )
        except NotFound:
            return
        self._wake.account(account_id)
        await self._telling.happened(account_id, now)

    async def since(self, account_id: bytes, after: int, now: int) -> list[Happening]:
        """Those above a number, ascending."""
        return await self._store.happenings(account_id, after=after, now=now)
