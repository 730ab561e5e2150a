"""The ledgers of all relays of one database, as one. Owns their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from relay.store.deletions import Record, records_since


def records_of(folders: Sequence[Path]) -> Iterator[Record]:
    """All records of these folders, of each in the order of writing. Raises LedgerDamaged, OSError."""
    for folder in folders:
        yield from records_since(folder, 0)
