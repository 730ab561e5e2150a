"""Log: the relay's append-only record, signed as it grows. Owns checkpoints, batches of receipts, tiles and
proofs.

A checkpoint is stored before it is served, and there is one root for one size: a relay that is killed between
the two has said nothing. Nothing is served that no checkpoint covers. (docs/protocol.md, part 16; RFC 6962;
C2SP tlog-checkpoint and tlog-tiles.)
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from keys.log import (
    Checkpoint,
    EntryType,
    batch_entry,
    checkpoint_hash,
    consistency_ranges,
    inclusion_ranges,
    leaf_hash,
    node_hash,
    padded,
    web_entry,
)
from keys.names import Random
from keys.notes import sign_note
from keys.suite import SignKey
from relay.core.errors import Malformed, NotFound
from relay.core.log import (
    HIGHEST_TILE,
    TILE_WIDTH,
    SignedCheckpoint,
    joined,
    subtrees,
    tile_is_covered,
    tile_nodes,
)
from relay.core.model import DAY_SECONDS
from relay.core.ports import Store
from relay.core.receipts import MOST_LEAVES, ReceiptKind, Unlogged

MOST_BATCHED: Final = MOST_LEAVES
LOOKED_AT: Final = 1_024


class Log:
    """Signs the log under the authority of the relay's origin, and answers from it."""

    def __init__(self, store: Store, key: SignKey, random: Random, *, authority: str) -> None:
        self._store = store
        self._key = key
        self._random = random
        self._name = f"{authority}/log"

    async def sign(self) -> bool:
        """Sign a checkpoint if the log has grown since the last one; says whether it had."""
        size, newest = await self._store.log_size(), await self._store.newest_checkpoint()
        if not size or (newest is not None and newest.size >= size):
            return False
        root = joined(await self._store.tree_hashes(subtrees(0, size)))
        text = Checkpoint(self._name, size, root).encode()
        note = sign_note(text, self._name, self._key)
        await self._store.put_checkpoint(SignedCheckpoint(size, note, checkpoint_hash(text)))
        return True

    async def batch(self, now: int) -> int:
        """Log the receipts of all days that are over, as one entry for each day and kind; how many entries.
        A day with very many takes more than one.
        """
        entries = 0
        while waiting := await self._store.unlogged(now // DAY_SECONDS, MOST_BATCHED):
            _, together = next(groupby(waiting, key=_group))
            await self._put(list(together))
            entries += 1
        return entries

    async def _put(self, receipts: Sequence[Unlogged]) -> None:
        entry_type, day = _group(receipts[0])
        hashes = [leaf_hash(one) for one in padded([one.receipt_hash for one in receipts], self._random)]
        root, paths = _paths(hashes, len(receipts))
        entry = batch_entry(entry_type, day, root)
        await self._store.put_batch(
            entry, [(one.order, path) for one, path in zip(receipts, paths, strict=True)]
        )

    async def note_web(self, manifest: str) -> bool:
        """Log the list of the web inbox's files, unless the newest entry of its kind says the same; says
        whether it was logged.
        """
        entry = web_entry(manifest)
        if await self._newest_of(EntryType.WEB_MANIFEST) == entry:
            return False
        await self._store.put_batch(entry, [])
        return True

    async def _newest_of(self, entry_type: EntryType) -> bytes | None:
        """The newest entry of a type, sought from the end."""
        stop = await self._store.log_size()
        while stop:
            first = max(0, stop - LOOKED_AT)
            for entry in reversed(await self._store.log_entries(first, stop - first)):
                if entry[0] == entry_type:
                    return entry
            stop = first
        return None

    async def checkpoint(self) -> str:
        """The newest. Raises NotFound before the first."""
        return (await self._newest()).note

    async def checkpoint_of(self, digest: bytes) -> str:
        """The one with this hash. Raises NotFound where this log never signed it."""
        found = await self._store.checkpoint_of(digest)
        if found is None:
            raise NotFound
        return found.note

    async def tile(self, level: int, number: int, width: int) -> bytes:
        """Hashes of a tile; a whole one is 256 wide. Raises NotFound for what no checkpoint covers."""
        newest = await self._newest()
        if level > HIGHEST_TILE or not tile_is_covered(level, number, width, newest.size):
            raise NotFound
        return b"".join(await self._store.tree_hashes(tile_nodes(level, number, width)))

    async def entries(self, number: int, width: int) -> bytes:
        """Entries of a tile, each after its length in two bytes. Raises NotFound as `tile`."""
        newest = await self._newest()
        if not tile_is_covered(0, number, width, newest.size):
            raise NotFound
        found = await self._store.log_entries(number * TILE_WIDTH, width)
        return b"".join(len(entry).to_bytes(2, "big") + entry for entry in found)

    async def consistency(self, first: int, second: int) -> list[bytes]:
        """The proof that the log of `second` entries begins with that of `first`. Raises Malformed, NotFound
        for a size that no checkpoint covers.
        """
        await self._covers(second)
        if not 0 < first <= second:
            raise Malformed("sizes")
        return await self._roots(consistency_ranges(first, second))

    async def inclusion(self, index: int, size: int) -> list[bytes]:
        """The path of an entry in the log of `size` entries. Raises as `consistency`."""
        await self._covers(size)
        if not 0 <= index < size:
            raise Malformed("index")
        return await self._roots(inclusion_ranges(index, size))

    async def _roots(self, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        """The roots of these ranges, of which all hashes are read at once."""
        named = [(place, node) for place, (low, high) in enumerate(ranges) for node in subtrees(low, high)]
        hashes = await self._store.tree_hashes([node for _, node in named])
        grouped = groupby(zip(named, hashes, strict=True), key=lambda pair: pair[0][0])
        return [joined([one for _, one in pairs]) for _, pairs in grouped]

    async def _newest(self) -> SignedCheckpoint:
        newest = await self._store.newest_checkpoint()
        if newest is None:
            raise NotFound
        return newest

    async def _covers(self, size: int) -> None:
        if size > (await self._newest()).size:
            raise NotFound


def _group(receipt: Unlogged) -> tuple[EntryType, int]:
    """What is logged together."""
    is_acceptance = receipt.kind is ReceiptKind.ACCEPTANCE
    return EntryType.ACCEPTANCES if is_acceptance else EntryType.DELETIONS, receipt.day


def _paths(hashes: Sequence[bytes], count: int) -> tuple[bytes, list[list[bytes]]]:
    """The root of a whole tree, and the paths of its first `count` leaves from the leaf up."""
    paths: list[list[bytes]] = [[] for _ in range(count)]
    row, level = list(hashes), 0
    while len(row) > 1:
        for place, path in enumerate(paths):
            path.append(row[(place >> level) ^ 1])
        row, level = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)], level + 1
    return row[0], paths
