"""The log in memory. Owns that it only grows, and that one size has one checkpoint."""

from __future__ import annotations

from collections.abc import Sequence

from keys.log import leaf_hash, tree_root
from relay.core.errors import Conflict, NotFound
from relay.core.log import Node, SignedCheckpoint
from relay.store.memory.state import State


class MemoryLog:
    """`relay.core.ports.LogStore`."""

    _state: State

    async def log_size(self) -> int:
        """Entries, whether a checkpoint covers them or not."""
        return len(self._state.log)

    async def tree_hashes(self, nodes: Sequence[Node]) -> list[bytes]:
        """Computed anew from the entries."""
        return [self._hash(level, number) for level, number in nodes]

    def _hash(self, level: int, number: int) -> bytes:
        width = 1 << level
        entries = self._state.log[number * width : (number + 1) * width]
        if len(entries) < width:
            raise NotFound
        return tree_root([leaf_hash(entry) for entry in entries])

    async def log_entries(self, first: int, count: int) -> list[bytes]:
        """A part of them."""
        return self._state.log[first : first + count]

    async def newest_checkpoint(self) -> SignedCheckpoint | None:
        """The one of the largest size."""
        newest = max(self._state.checkpoints, default=None)
        return None if newest is None else self._state.checkpoints[newest]

    async def checkpoint_of(self, checkpoint_hash: bytes) -> SignedCheckpoint | None:
        """The one that a content names."""
        found = (one for one in self._state.checkpoints.values() if one.checkpoint_hash == checkpoint_hash)
        return next(found, None)

    async def put_checkpoint(self, checkpoint: SignedCheckpoint) -> None:
        """Kept for ever."""
        if self._state.checkpoints.setdefault(checkpoint.size, checkpoint) != checkpoint:
            raise Conflict("checkpoint-conflict")

    async def put_days_gone(self, keeper_id: bytes, entries: Sequence[tuple[int, bytes]]) -> None:
        """Days above the last that is logged, each once."""
        for day, entry in sorted(entries):
            if day > self._state.days_gone.get(keeper_id, -1):
                self._state.log.append(entry)
                self._state.days_gone[keeper_id] = day

    async def last_day_gone(self, keeper_id: bytes) -> int | None:
        """The newest day that is logged as destroyed."""
        return self._state.days_gone.get(keeper_id)
