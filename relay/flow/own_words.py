"""Own words: what a party says of their own copies, passed on to the other. Owns who may say it, and how long
it is kept; what it says is for its reader to check, by a signature that the relay cannot make.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from keys.copies_gone import MOST_BYTES, read_copies_gone
from keys.errors import KeysError
from relay.core.errors import Malformed, NotAllowed, NotFound
from relay.core.model import PARTIES, OwnCopies
from relay.core.policy import standing_of
from relay.core.ports import Store
from relay.core.retention import ACCOUNT_SECONDS

MOST_COMPUTERS: Final = 8
"""Of one person in one engagement."""


class OwnWords:
    """Takes a party's word while the engagement lasts, and changes of it for thirty days after that."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def say(self, account_id: bytes, engagement_id: bytes, statement: bytes, now: int) -> None:
        """Store it for the other party. Raises Malformed, NotFound, NotAllowed for another's, InboxFull."""
        if len(statement) > MOST_BYTES:
            raise Malformed
        try:
            gone, fp = read_copies_gone(statement)
        except KeysError as cause:
            raise Malformed from cause
        if gone.engagement_id != engagement_id:
            raise Malformed
        account = await self._store.account(account_id, now=now)
        if account is None or account.fp != fp:
            raise NotAllowed
        said = await self._place(account_id, engagement_id, gone.computer, now)
        await self._store.put_own_copies(replace(said, statement=statement), MOST_COMPUTERS - 1, now=now)

    async def said_to(self, account_id: bytes, now: int) -> list[OwnCopies]:
        """What others have said to this account."""
        return await self._store.own_copies_for(account_id, now=now)

    async def _place(self, account_id: bytes, engagement_id: bytes, computer: int, now: int) -> OwnCopies:
        """Whom it is told and how long: by the engagement, or once that is gone by what was said before."""
        engagement = await self._store.engagement(engagement_id, now=now)
        if engagement is None:
            before = await self._store.own_copies_by(account_id, engagement_id, now=now)
            known = next((one for one in before if one.computer == computer), None)
            if known is None:
                raise NotFound
            return known
        standing = standing_of(engagement)
        if standing.role_of(account_id) not in PARTIES:
            raise NotFound
        others = [one for one in engagement.members if one.account_id != account_id and one.role in PARTIES]
        if len(others) != 1:
            raise NotFound
        until = engagement.expires_at + ACCOUNT_SECONDS
        return OwnCopies(engagement_id, account_id, computer, others[0].account_id, b"", until)
