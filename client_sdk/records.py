"""Records: the vault of an open account, kept current.

Owns fetching, changing and the memory of the highest counter seen. A change is a function of the vault, so
that it can be made again on a newer one when another device wrote first. Must never write on top of something
that it has not opened and checked. (docs/protocol.md, part 8.)
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from client_sdk import protocol
from client_sdk.errors import ServerUnavailable
from client_sdk.session import Session
from client_sdk.state import State
from client_sdk.vault import Changes, Vault
from client_sdk.wire import RelayConflict
from keys.names import Random

log = logging.getLogger("client_sdk")

TRIES: Final = 5
MOST_NAMES: Final = 256
"""Items that are asked for at a time."""
MOST_ROUNDS: Final = 64
COUNTER: Final = "vault-counter"


class Records:
    """The vault as it was last read or written. `change` returns once the relay has stored it."""

    def __init__(
        self, session: Session, state: State, account_id: bytes, vault_key: bytes, random: Random
    ) -> None:
        self._session = session
        self._state = state
        self._account_id = account_id
        self._vault_key = vault_key
        self._random = random
        self._writing = asyncio.Lock()
        self.vault = Vault.empty(account_id, vault_key)

    async def load(self, *, accept_older: bool = False) -> Vault:
        """Read the vault. `NotTrusted` for one that is older than what this computer has seen, unless its
        owner accepts just that: from then on it is the one that this computer goes on from.
        """
        seen = self._state.number(COUNTER)
        vault = await self._fetch(0 if accept_older else seen)
        if vault.counter < seen:
            self._state.note_number(COUNTER, vault.counter)
            log.warning("an older vault was accepted counter=%d seen=%d", vault.counter, seen)
        self._take(vault, "vault read")
        return self.vault

    async def _fetch(self, least_counter: int) -> Vault:
        """Take the first part, and of the rest what is not held, until one manifest covers all. The first
        part comes again where what was asked for did not: it tells whether the engagement has gone.
        """
        vault, names, known = self.vault, tuple[str, ...](), 0
        for _ in range(MOST_ROUNDS):
            stored = await self._session.call(protocol.people.vault_items(known, names))
            vault = vault.take(stored, names, known, least_counter, self._session.now())
            if not vault.pending:
                return vault
            known = 0 if vault.pending.keys() & set(names) else vault.manifest_version
            names = tuple(sorted(vault.pending))[:MOST_NAMES]
        raise ServerUnavailable

    async def change(self, make: Callable[[Vault], Changes]) -> Vault:
        """Write what `make` wants changed, again on the newer vault if another device was first."""
        async with self._writing:
            for attempt in range(1, TRIES + 1):
                changes = make(self.vault)
                if not changes:
                    return self.vault
                written = self.vault.write(changes, self._random)
                try:
                    await self._session.call(protocol.people.put_vault(written.items, written.removed))
                except RelayConflict:
                    if attempt == TRIES:
                        raise
                    await self.load()  # somebody was first, perhaps this very write: `make` judges anew
                else:
                    self._take(written.vault, "vault written")
                    return self.vault
        raise AssertionError("the last try returns or raises")

    def _take(self, vault: Vault, what: str) -> None:
        self.vault = vault
        if vault.counter > self._state.number(COUNTER):
            self._state.note_number(COUNTER, vault.counter)
        log.debug("%s counter=%d items=%d", what, vault.counter, len(vault.entries))
