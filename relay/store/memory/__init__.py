"""The store in memory: the same promises as the file, for tests and for trying out.
Owns nothing that outlives the program."""

from __future__ import annotations

from relay.store.memory.accounts import MemoryAccounts
from relay.store.memory.blobs import MemoryBlobs
from relay.store.memory.engagements import MemoryEngagements
from relay.store.memory.envelopes import MemoryEnvelopes
from relay.store.memory.ledger import MemoryLedger
from relay.store.memory.state import State
from relay.store.memory.sweep import MemorySweep

__all__ = ["MemoryStore"]


class MemoryStore(MemoryEnvelopes, MemorySweep, MemoryAccounts, MemoryEngagements, MemoryBlobs, MemoryLedger):
    """All ports of `relay.core.ports.Store`. No method waits between its checks and its changes,
    so each is all or nothing."""

    def __init__(self) -> None:
        """Empty."""
        super().__init__(State())

    async def close(self) -> None:
        """Forget everything."""
        self._state = State()
