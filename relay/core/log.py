"""The log's arithmetic: which stored hashes make a root, a proof or a tile. Owns the mapping between RFC
6962's ranges and whole subtrees; reads and signs nothing.

A whole subtree is named by level and number: it covers the entries from number·2^level on, 2^level of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from keys.log import EMPTY_ROOT, node_hash

Node = tuple[int, int]

TILE_WIDTH: Final = 256
TILE_LEVELS: Final = 8
"""Levels of the tree that one tile spans."""
HIGHEST_TILE: Final = 6
"""Beyond it no tile has a hash while sizes are below 2⁵³."""


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint as it is kept: the size it speaks of, the whole note, and the hash contents name it by."""

    size: int
    note: str = field(repr=False)
    checkpoint_hash: bytes


def subtrees(low: int, high: int) -> list[Node]:
    """The whole subtrees that make up a range of entries, from left to right."""
    nodes = []
    while low < high:
        level = (high - low).bit_length() - 1
        nodes.append((level, low >> level))
        low += 1 << level
    return nodes


def joined(hashes: Sequence[bytes]) -> bytes:
    """The root over subtrees that stand from left to right, each whole and larger than the next."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def tile_nodes(level: int, number: int, width: int) -> list[Node]:
    """The hashes of a tile (C2SP tlog-tiles), from left to right."""
    first = number * TILE_WIDTH
    return [(level * TILE_LEVELS, first + place) for place in range(width)]


def tile_is_covered(level: int, number: int, width: int, size: int) -> bool:
    """Whether a tree of `size` entries has all of these hashes."""
    return number * TILE_WIDTH + width <= size >> level * TILE_LEVELS
