"""The store in memory: the same promises as the file, for tests and for trying out.
Owns nothing that outlives the program."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import count

from relay.core.model import TableRows
from relay.store.memory.blobs import MemoryBlobs
from relay.store.memory.channels import MemoryChannels
from relay.store.memory.codes import MemoryCodes
from relay.store.memory.engagements import MemoryEngagements
from relay.store.memory.envelopes import MemoryEnvelopes
from relay.store.memory.index import MemoryIndex
from relay.store.memory.ledger import MemoryLedger
from relay.store.memory.log import MemoryLog
from relay.store.memory.own_words import MemoryOwnWords
from relay.store.memory.receipts import MemoryReceipts
from relay.store.memory.reopenings import MemoryReopenings
from relay.store.memory.rules import MemoryRules
from relay.store.memory.slots import MemorySlots
from relay.store.memory.spoken import MemorySpokenRuns
from relay.store.memory.state import State
from relay.store.memory.sweep import MemorySweep

__all__ = ["MemoryStore"]


class MemoryStore(
    MemoryEnvelopes,
    MemorySweep,
    MemoryCodes,
    MemoryEngagements,
    MemoryBlobs,
    MemoryIndex,
    MemoryChannels,
    MemoryRules,
    MemorySlots,
    MemorySpokenRuns,
    MemoryReopenings,
    MemoryLedger,
    MemoryReceipts,
    MemoryOwnWords,
    MemoryLog,
):
    """All ports of `relay.core.ports.Store`. No method waits between its checks and its changes,
    so each is all or nothing."""

    shared = False

    def __init__(self, random: Callable[[int], bytes] = os.urandom) -> None:
        """Empty. `random` gives the nonces of leaves."""
        self._random = random
        self._revisions = count()
        super().__init__(State(random))

    def revision(self) -> int:
        """Another one each time: changes are not counted here."""
        return next(self._revisions)

    async def rows_about(self, account_id: bytes, *, now: int) -> list[TableRows]:
        """None: behind these values there are no rows."""
        return []

    async def has_pen(self) -> bool:
        """There is no other."""
        return True

    async def server_at(self) -> None:
        """There is no server."""

    async def close(self) -> None:
        """Forget everything."""
        self._state = State(self._random)
