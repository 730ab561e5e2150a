"""What people say of their own copies, in memory. Owns no dictionary of its own."""

from __future__ import annotations

from relay.core.errors import InboxFull
from relay.core.model import OwnCopies
from relay.store.memory.state import State


class MemoryOwnWords:
    """`relay.core.ports.OwnWords`."""

    _state: State

    async def put_own_copies(self, said: OwnCopies, most: int, *, now: int) -> None:
        """Count, then put."""
        whose = (said.engagement_id, said.author_id)
        others = [one for one in self._state.own_copies if one[:2] == whose and one[2] != said.computer]
        if len(others) >= most:
            raise InboxFull
        self._state.own_copies[*whose, said.computer] = said

    async def own_copies_by(self, author_id: bytes, engagement_id: bytes, *, now: int) -> list[OwnCopies]:
        """Ascending by computer."""
        return [
            one
            for one in self._words_living(now)
            if (one.author_id, one.engagement_id) == (author_id, engagement_id)
        ]

    async def own_copies_for(self, account_id: bytes, *, now: int) -> list[OwnCopies]:
        """Ascending by engagement, author and computer."""
        return [one for one in self._words_living(now) if one.account_id == account_id]

    def _words_living(self, now: int) -> list[OwnCopies]:
        return [one for _, one in sorted(self._state.own_copies.items()) if one.expires_at > now]
