"""Vault: a person's opaque items, of which a part is read at a time, and written all or nothing.

Owns the limits of count and size, and which items come unasked; knows of the items their names and versions
alone. Must never let a write pass that leaves the manifest behind. (docs/protocol.md, parts 8 and 13.)
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Final

from keys.vault import MOST_ITEM_BOX_BYTES
from relay.core.errors import Malformed, TooLarge
from relay.core.model import VaultItem
from relay.core.ports import Accounts
from relay.core.retention import check_date

MANIFEST: Final = "manifest"
MOST_ITEMS: Final = 4096
MOST_NAMES: Final = 1024
MOST_VAULT_BYTES: Final = 32 * 1024 * 1024
"""What the items of one person take together."""
MOST_VERSION: Final = 2**53 - 1
_NAME: Final = re.compile(r"[a-z0-9/-]{1,64}\Z")
_LATER: Final = re.compile(r"(?!engagement/)[a-z]+/[0-9a-f]{32}\Z")
"""Items that are named after an engagement come when they are asked for, but for what a list needs of it."""


class Vault:
    """Keeps vaults."""

    def __init__(self, store: Accounts) -> None:
        self._store = store

    async def items(
        self,
        account_id: bytes,
        now: int,
        *,
        known: int = 0,
        names: Sequence[str] = (),
        engagement_id: bytes = b"",
    ) -> list[VaultItem]:
        """Of these names, and of those after an engagement, what there is; and the first part of the vault
        where its manifest has another version than `known`. Raises Malformed.
        """
        if len(names) > MOST_NAMES or not all(map(_NAME.match, names)):
            raise Malformed("names of vault items")
        choose = partial(wanted, known=known, names=frozenset(names), ending="/" + engagement_id.hex())
        return await self._store.vault(account_id, choose, now=now)

    async def put(
        self, account_id: bytes, items: Sequence[VaultItem], removed: Sequence[str], now: int
    ) -> None:
        """Write and remove items. Raises Malformed, TooLarge, Conflict `vault-conflict`."""
        check_items(items, now)
        gone = set(removed)
        if len(gone) != len(removed) or gone & {item.name for item in items} or MANIFEST in gone:
            raise Malformed("removed items")
        sizes = await self._store.vault_sizes(account_id, now=now)
        sizes |= {item.name: len(item.box) for item in items}
        kept = [size for name, size in sizes.items() if name not in gone]
        if len(kept) > MOST_ITEMS or sum(kept) > MOST_VAULT_BYTES:
            raise TooLarge("vault")
        await self._store.put_vault(account_id, items, removed, now=now)


def wanted(versions: Mapping[str, int], *, known: int, names: Collection[str], ending: str) -> list[str]:
    """Which items are read (docs/protocol.md, part 8, *What comes when*)."""
    renewed = versions.get(MANIFEST, 0) != known
    return [
        name
        for name in versions
        if name in names or name.endswith(ending) or (renewed and not _LATER.match(name))
    ]


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
