"""Vault: a person's opaque items, read whole and written all or nothing.

Owns the limits of count and size; knows of the items their names and versions alone. Must never let a
write pass that leaves the manifest behind. (docs/protocol.md, parts 8 and 13.)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from keys.vault import MOST_ITEM_BOX_BYTES
from relay.core.errors import Malformed, TooLarge
from relay.core.model import VaultItem
from relay.core.ports import Accounts
from relay.core.retention import check_date

MANIFEST: Final = "manifest"
MOST_ITEMS: Final = 4096
MOST_VAULT_BYTES: Final = 32 * 1024 * 1024
"""What the items of one person take together: a vault is read whole at each unlock."""
MOST_VERSION: Final = 2**53 - 1
_NAME: Final = re.compile(r"[a-z0-9/-]{1,64}\Z")


class Vault:
    """Keeps vaults."""

    def __init__(self, store: Accounts) -> None:
        self._store = store

    async def items(self, account_id: bytes, now: int) -> list[VaultItem]:
        """All items of a person."""
        return await self._store.vault(account_id, now=now)

    async def put(
        self, account_id: bytes, items: Sequence[VaultItem], removed: Sequence[str], now: int
    ) -> None:
        """Write and remove items. Raises Malformed, TooLarge, Conflict `vault-conflict`."""
        check_items(items, now)
        gone = set(removed)
        if len(gone) != len(removed) or gone & {item.name for item in items} or MANIFEST in gone:
            raise Malformed("removed items")
        sizes = {item.name: len(item.box) for item in await self._store.vault(account_id, now=now)}
        sizes |= {item.name: len(item.box) for item in items}
        kept = [size for name, size in sizes.items() if name not in gone]
        if len(kept) > MOST_ITEMS or sum(kept) > MOST_VAULT_BYTES:
            raise TooLarge("vault")
        await self._store.put_vault(account_id, items, removed, now=now)


def check_items(items: Sequence[VaultItem], now: int) -> None:
    """Refuse a write without the manifest, with an odd name, version, date or size, or with a name twice."""
    names = {item.name for item in items}
    if MANIFEST not in names or len(names) != len(items):
        raise Malformed("a write of the vault has each item once, the manifest among them")
    if sum(len(item.box) for item in items) > MOST_VAULT_BYTES or len(items) > MOST_ITEMS:
        raise TooLarge("vault")
    for item in items:
        if not _NAME.match(item.name) or not 1 <= item.version <= MOST_VERSION:
            raise Malformed("vault item")
        if len(item.box) > MOST_ITEM_BOX_BYTES:
            raise TooLarge("vault item")
        check_date(item.expires_at, now)
